/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locate -- RFC 3263 section 4, with the questions put side by side. */
#include "sip/locate.h"

#include <string.h>

#include "base/str.h"
#include "sip/leads.h"

#define HOPS_MAX    64
#define TARGETS_MAX 64 /* SRV records that are followed */

/* One SRV record that is followed. */
struct target {
	const struct lead *lead;
	const char *host, *how;
	uint16_t port;
	const struct dns_question *addrs; /* NULL: not worth asking */
};

/* A search under way. */
struct search {
	struct route *route;
	struct pool *pool;
	const struct resolver *resolver;
	const struct locate *wanted;
	const char *domain; /* wanted->host without the root's dot */
	unsigned (*random)(unsigned below);
	struct deadline by;

	struct leads leads;
	struct target targets[TARGETS_MAX];
	size_t targets_len;

	const char *refused; /* the SRV name whose only target is "." */
};

uint16_t sip_default_port(enum transport transport)
{
	return transport == TRANSPORT_TLS ? 5061 : 5060;
}

static int ask(struct search *search, struct dns_question *questions, size_t n,
	       struct deadline by, struct err *err)
{
	const struct resolver *resolver = search->resolver;

	if (resolver->ask(resolver->arg, questions, n, by, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		search->route->cut |= questions[i].cut;
	return 0;
}

/* Hops -------------------------------------------------------------------- */

static bool is_known(const struct route *route, enum transport transport,
		     const struct addr *peer)
{
	char text[ADDR_TEXT_MAX], known[ADDR_TEXT_MAX];

	addr_text(peer, text);
	for (size_t i = 0; i < route->n; i++)
		if (route->hops[i].transport == transport &&
		    strcmp(addr_text(&route->hops[i].peer, known), text) == 0)
			return true;
	return false;
}

static void add_hops(struct search *search, const struct addrs *addrs,
		     uint16_t port, struct hop like)
{
	struct route *route = search->route;

	for (size_t i = 0; i < addrs->n; i++) {
		like.peer = addr_with_port(&addrs->v[i], port);
		if (is_known(route, like.transport, &like.peer))
			continue;
		if (route->n == HOPS_MAX)
			route->cut = true;
		else
			route->hops[route->n++] = like;
	}
}

/* IPv6 first, RFC 6724 10.3. */
static size_t put_questions(struct dns_question *at, const char *name,
			    int family)
{
	size_t n = 0;

	if (family != AF_INET)
		at[n++] = (struct dns_question){.type = DNS_AAAA, .name = name};
	if (family != AF_INET6)
		at[n++] = (struct dns_question){.type = DNS_A, .name = name};
	return n;
}

/* Addresses of the domain itself, RFC 3263 4.2. */
static int locate_by_addresses(struct search *search, enum transport transport,
			       const char *before, struct err *err)
{
	const struct locate *wanted = search->wanted;
	const struct hop like = {
		.transport = transport, .host = search->domain, .how = ""};
	struct dns_question questions[2];
	struct addrs addrs = {0};
	const size_t n = put_questions(questions, wanted->host, wanted->family);

	search->route->path = pool_printf(search->pool, "%s%s %s", before,
					  n == 2                      ? "A/AAAA"
					  : wanted->family == AF_INET ? "A"
								      : "AAAA",
					  search->domain);
	if (ask(search, questions, n, search->by, err) ||
	    dns_addrs(questions, n, &addrs, search->pool, err))
		return -1;
	add_hops(search, &addrs,
		 wanted->port ? wanted->port : sip_default_port(transport),
		 like);
	return 0;
}

static int locate_by_literal(struct search *search, enum transport transport,
			     const struct addr *literal, struct err *err)
{
	const struct locate *wanted = search->wanted;
	const int family = wanted->family;
	struct addrs addrs = {0};

	if (family != AF_UNSPEC && family != literal->ss.ss_family)
		return err_set(err, ERR_USAGE,
			       "%s is no %s address, which the options ask for",
			       wanted->host,
			       family == AF_INET ? "IPv4" : "IPv6");
	if (!addr_is_whole(literal))
		return err_set(err, ERR_USAGE,
			       "%s needs its interface: "
			       "%s%%eth0",
			       wanted->host, wanted->host);
	addrs_add(&addrs, search->pool, literal);
	search->route->path = "address";
	add_hops(search, &addrs,
		 wanted->port ? wanted->port : sip_default_port(transport),
		 (struct hop){.transport = transport,
			      .host = wanted->host,
			      .how = ""});
	return 0;
}

/* Targets ----------------------------------------------------------------- */

static void add_targets(struct search *search, const struct lead *lead)
{
	struct dns_question *srv = lead->srv;
	const size_t before = search->targets_len;

	srv_order(srv->srvs, srv->srvs_len, search->random);
	search->route->cut |= srv->cut;
	for (size_t i = 0; i < srv->srvs_len; i++) {
		const struct dns_srv *record = &srv->srvs[i];

		if (search->targets_len == TARGETS_MAX) {
			search->route->cut = true;
			break;
		}
		/* "Decidedly not available": it says nothing of others. */
		if (record->target[0] == '\0')
			continue;
		search->targets[search->targets_len++] = (struct target){
			.lead = lead,
			.host = record->target,
			.how = pool_printf(search->pool, "SRV %s %u %u",
					   lead->name, record->priority,
					   record->weight),
			.port = record->port,
		};
	}
	if (search->targets_len == before && srv->srvs_len > 0 &&
	    !search->refused)
		search->refused = lead->name;
}

/* What cannot be called is not asked for. */
static int check_target(const struct target *target, struct err *err)
{
	struct addr addr;

	if (addr_from_literal(&addr, target->host, 0))
		return err_set(err, ERR_NO_NAME,
			       "an SRV record names a host, never its address "
			       "(RFC 2782)");
	if (target->port == 0)
		return err_set(err, ERR_NO_NAME,
			       "its SRV record has the port 0");
	return 0;
}

static const struct dns_question *asked_before(const struct search *search,
					       size_t of)
{
	const struct target *targets = search->targets;

	for (size_t i = 0; i < of; i++)
		if (targets[i].addrs && str_caseeq(str_from(targets[i].host),
						   str_from(targets[of].host)))
			return targets[i].addrs;
	return NULL;
}

/* The addresses of all targets, each host once, side by side. */
static int ask_targets(struct search *search, struct err *err)
{
	struct dns_question *questions = pool_array(
		search->pool, 2 * search->targets_len, sizeof(*questions));
	size_t n = 0;

	for (size_t i = 0; i < search->targets_len; i++) {
		struct target *target = &search->targets[i];
		struct err why;

		if (check_target(target, &why))
			continue;
		target->addrs = asked_before(search, i);
		if (target->addrs)
			continue;
		target->addrs = &questions[n];
		/* With the root's dot: the DNS knows no search list. */
		n += put_questions(
			&questions[n],
			pool_printf(search->pool, "%s.", target->host),
			search->wanted->family);
	}
	if (n == 0)
		return 0;
	/* A silent target leaves time for the others. */
	return ask(search, questions, n,
		   n > 2 ? deadline_share(search->by, 2) : search->by, err);
}

/* "NAPTR SIPS+D2T, ": what came before the SRV records. */
static const char *path_to(const struct search *search, const struct lead *lead)
{
	if (lead->service)
		return pool_printf(search->pool, "NAPTR %s, ", lead->service);
	return search->leads.naptr_unanswered ? "NAPTR not answered, " : "";
}

static void follow_target(struct search *search, const struct target *target)
{
	struct route *route = search->route;
	const size_t families = search->wanted->family == AF_UNSPEC ? 2 : 1;
	struct lost_target lost = {target->host, target->how, {0}};
	struct addrs addrs = {0};

	if (check_target(target, &lost.err) ||
	    dns_addrs(target->addrs, families, &addrs, search->pool,
		      &lost.err)) {
		route->lost[route->lost_len++] = lost;
		return;
	}
	if (route->n == 0)
		route->path = pool_printf(search->pool, "%sSRV %s",
					  path_to(search, target->lead),
					  target->lead->name);
	add_hops(search, &addrs, target->port,
		 (struct hop){.transport = target->lead->transport,
			      .host = target->host,
			      .how = target->how});
}

/* Who could not tell weighs more than who said no. */
static int fail_lost(const struct search *search, struct err *err)
{
	const struct route *route = search->route;
	const struct lost_target *worst = &route->lost[0];

	if (search->leads.unanswered.kind != ERR_NONE) {
		*err = search->leads.unanswered;
		return -1;
	}
	for (size_t i = route->lost_len; i-- > 0;)
		if (route->lost[i].err.kind != ERR_NO_NAME)
			worst = &route->lost[i];
	*err = worst->err;
	return err_context(err, "SRV target %s", worst->host);
}

/* Addresses of the domain, RFC 3263 4.2, when it is sure that it has no SRV
 * records. */
static int locate_without_srv(struct search *search, struct err *err)
{
	const struct lead *lead = &search->leads.v[0];

	if (search->leads.unanswered.kind != ERR_NONE) {
		*err = search->leads.unanswered;
		return -1;
	}
	if (search->refused)
		return err_set(err, ERR_NO_NAME,
			       "the domain says that it offers no SIP there "
			       "(the SRV target of %s is \".\")",
			       search->refused);
	return locate_by_addresses(
		search, lead->transport,
		pool_printf(search->pool, "%sno SRV, ", path_to(search, lead)),
		err);
}

static int locate_by_services(struct search *search, struct err *err)
{
	struct route *route = search->route;
	struct leads *leads = &search->leads;

	if (leads_find(leads, search->pool, search->resolver, search->wanted,
		       search->domain, search->by, err))
		return -1;
	for (size_t i = 0; i < leads->n; i++)
		add_targets(search, &leads->v[i]);
	if (search->targets_len == 0)
		return locate_without_srv(search, err);
	if (ask_targets(search, err))
		return -1;
	route->by_srv = true;
	route->lost = pool_array(search->pool, search->targets_len,
				 sizeof(*route->lost));
	for (size_t i = 0; i < search->targets_len; i++)
		follow_target(search, &search->targets[i]);
	return route->n > 0 ? 0 : fail_lost(search, err);
}

/* The whole --------------------------------------------------------------- */

/* sips: is TLS, over the TCP that may have been named: RFC 3261 26.2.2. */
static int take_transport(struct locate *wanted, struct err *err)
{
	if (!wanted->secure || !wanted->has_transport ||
	    wanted->transport == TRANSPORT_TLS)
		return 0;
	if (wanted->transport == TRANSPORT_UDP)
		return err_set(err, ERR_USAGE,
			       "sips: is TLS, and UDP contradicts it");
	wanted->transport = TRANSPORT_TLS;
	return 0;
}

int sip_locate(struct route *route, struct pool *pool,
	       const struct resolver *resolver, const struct locate *wanted,
	       unsigned (*random)(unsigned below), struct deadline by,
	       struct err *err)
{
	struct locate own = *wanted;
	struct str domain = str_from(wanted->host);
	struct search *search = pool_zalloc(pool, sizeof(*search));
	enum transport transport;
	struct addr literal;

	if (take_transport(&own, err))
		return -1;
	if (str_ends(domain, STR(".")))
		domain.n--;
	*route = (struct route){
		.hops = pool_array(pool, HOPS_MAX, sizeof(struct hop))};
	*search = (struct search){
		.route = route,
		.pool = pool,
		.resolver = resolver,
		.wanted = &own,
		.domain = pool_strndup(pool, domain.p, domain.n),
		.random = random,
		.by = by,
	};
	transport = own.has_transport ? own.transport
		    : own.secure      ? TRANSPORT_TLS
				      : TRANSPORT_UDP;
	if (addr_from_literal(&literal, own.host, 0))
		return locate_by_literal(search, transport, &literal, err);
	if (own.port)
		return locate_by_addresses(search, transport, "", err);
	return locate_by_services(search, err);
}
