/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_query -- one question: how it is put, and what its answer says. */
#include "net/dns_query.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#define NAME_LEN_MAX 253 /* RFC 1035 2.3.4, as text */
#define ADDRS_MAX    16  /* of one family: more is nobody's service */
#define RECORDS_MAX  64  /* of one question: likewise */

#define CLASS_IN 1

/* What is asked for, by enum dns_type. */
static const struct kind {
	int number;       /* of a record's type */
	int family;       /* 0: no addresses */
	const char *text; /* "the name exists but has no ..." */
} kinds[] = {
	[DNS_A] = {1, AF_INET, "IPv4 address"},
	[DNS_AAAA] = {28, AF_INET6, "IPv6 address"},
	[DNS_SRV] = {33, 0, "SRV record"},
	[DNS_NAPTR] = {35, 0, "NAPTR record"},
};

static const struct kind *kind_of(const struct query *query)
{
	return &kinds[query->of->type];
}

/* Putting it -------------------------------------------------------------- */

void query_prepare(struct query *query)
{
	struct pool *pool = query->dns->pool;
	struct str bare = str_from(query->of->name);
	const bool whole = str_ends(bare, STR("."));

	if (whole)
		bare.n--;
	if (bare.n == 0 || bare.n > NAME_LEN_MAX) {
		err_set(&query->of->err, ERR_NO_NAME,
			"\"%.100s\" cannot be a DNS name", query->of->name);
		query->done = true;
		return;
	}
	query->name = pool_strndup(pool, bare.p, bare.n);
	/* The search list is for hosts of one label only. */
	query->asked = whole || query->dns->server || str_has(bare, '.') ||
				       !kind_of(query)->family
			       ? pool_printf(pool, "%s.", query->name)
			       : query->name;
}

bool query_found(const struct query *query)
{
	return query->of->addrs.n + query->of->srvs_len +
		       query->of->naptrs_len >
	       0;
}

static void add(struct query *query, const void *raw)
{
	const struct addr addr = addr_from_raw(kind_of(query)->family, raw);

	if (query->of->addrs.n < ADDRS_MAX)
		addrs_add(&query->of->addrs, query->dns->pool, &addr);
	else
		query->of->cut = true;
}

void query_hosts(struct query *query)
{
	struct hostent *host = NULL;
	const int family = kind_of(query)->family;

	if (query->done || !family || query->dns->server ||
	    ares_gethostbyname_file(query->dns->channel, query->name, family,
				    &host) != ARES_SUCCESS)
		return;
	for (char **at = host->h_addr_list; *at; at++)
		add(query, *at);
	ares_free_hostent(host);
	query->in_hosts = query_found(query);
}

bool dns_in_hosts(struct dns *dns, const char *name)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct hostent *host = NULL;

	for (size_t i = 0; i < 2 && !dns->server; i++)
		if (ares_gethostbyname_file(dns->channel, name, families[i],
					    &host) == ARES_SUCCESS) {
			ares_free_hostent(host);
			return true;
		}
	return false;
}

/* RFC 6761 6.3: such names never go to a server. */
static bool is_localhost(struct str name)
{
	const struct str tail = STR("localhost");
	struct str head = {name.p, name.n - tail.n};

	if (name.n < tail.n ||
	    !str_caseeq((struct str){name.p + head.n, tail.n}, tail))
		return false;
	return head.n == 0 || str_ends(head, STR("."));
}

void query_locally(struct query *query)
{
	const unsigned char loopback4[4] = {127, 0, 0, 1};
	const int family = kind_of(query)->family;
	/* A name that stands in the file stands there with all it has. */
	const bool listed =
		query->in_hosts || (query->other && query->other->in_hosts);

	if (query->done || !(listed || is_localhost(str_from(query->name))))
		return;
	if (family && !listed)
		add(query, family == AF_INET ? (const void *)loopback4
					     : &in6addr_loopback);
	query->done = true;
	query->status = query_found(query) ? ARES_SUCCESS : ARES_ENODATA;
}

/* Taking its answer ------------------------------------------------------- */

static const void *raw_of(const void *sockaddr, int family)
{
	if (family == AF_INET)
		return &((const struct sockaddr_in *)sockaddr)->sin_addr;
	return &((const struct sockaddr_in6 *)sockaddr)->sin6_addr;
}

static void on_addrs(void *arg, int status, int timeouts,
		     struct ares_addrinfo *info)
{
	struct query *query = arg;
	const int family = kind_of(query)->family;

	(void)timeouts;
	query->done = true;
	query->status = status;
	if (!info)
		return;
	for (struct ares_addrinfo_node *node = info->nodes; node;
	     node = node->ai_next)
		if (node->ai_family == family)
			add(query, raw_of(node->ai_addr, family));
	ares_freeaddrinfo(info);
}

/*
 * A name that somebody put into the DNS and that we are about to ask for, to
 * send and to show.  Underscores: "_sips._tcp.example.com".  Labels have their
 * length in what comes over the wire; names, by way of pointers, have not.
 */
static bool is_sane(struct str name)
{
	if (name.n > NAME_LEN_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		const char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
			return false;
	}
	return true;
}

/* False: it is none.  "" for the root, which stands for "nothing here". */
static bool take_name(const char **out, struct pool *pool, const char *text)
{
	struct str name = str_from(text);

	if (str_ends(name, STR(".")))
		name.n--;
	*out = pool_strndup(pool, name.n ? name.p : "", name.n);
	return name.n == 0 || is_sane(name);
}

static const char *take_text(struct pool *pool, const unsigned char *text)
{
	const struct str s = str_from((const char *)text);

	return pool_strndup(pool, s.p ? s.p : "", s.n);
}

static int take_srvs(struct query *query, const unsigned char *packet, int len)
{
	struct dns_question *of = query->of;
	struct pool *pool = query->dns->pool;
	struct ares_srv_reply *replies = NULL;
	int status = ares_parse_srv_reply(packet, len, &replies);

	if (status != ARES_SUCCESS)
		return status;
	of->srvs = pool_array(pool, RECORDS_MAX, sizeof(*of->srvs));
	for (struct ares_srv_reply *at = replies; at; at = at->next) {
		struct dns_srv srv = {at->priority, at->weight, at->port, NULL};

		if (of->srvs_len == RECORDS_MAX)
			of->cut = true;
		else if (take_name(&srv.target, pool, at->host))
			of->srvs[of->srvs_len++] = srv;
		else
			status = ARES_EBADRESP;
	}
	ares_free_data(replies);
	/* Neither records nor bad ones: others than we asked for. */
	return of->srvs_len ? ARES_SUCCESS : status;
}

static int take_naptrs(struct query *query, const unsigned char *packet,
		       int len)
{
	struct dns_question *of = query->of;
	struct pool *pool = query->dns->pool;
	struct ares_naptr_reply *replies = NULL;
	int status = ares_parse_naptr_reply(packet, len, &replies);

	if (status != ARES_SUCCESS)
		return status;
	of->naptrs = pool_array(pool, RECORDS_MAX, sizeof(*of->naptrs));
	for (struct ares_naptr_reply *at = replies;
	     at && of->naptrs_len < RECORDS_MAX; at = at->next) {
		struct dns_naptr naptr = {
			.order = at->order,
			.preference = at->preference,
			.flags = take_text(pool, at->flags),
			.services = take_text(pool, at->service),
			.regexp = take_text(pool, at->regexp),
		};

		if (take_name(&naptr.replacement, pool, at->replacement))
			of->naptrs[of->naptrs_len++] = naptr;
		else
			status = ARES_EBADRESP;
	}
	ares_free_data(replies);
	/* Neither records nor bad ones: others than we asked for. */
	return of->naptrs_len ? ARES_SUCCESS : status;
}

static void on_records(void *arg, int status, int timeouts,
		       unsigned char *packet, int len)
{
	struct query *query = arg;

	(void)timeouts;
	query->done = true;
	query->status = status;
	if (status != ARES_SUCCESS)
		return;
	status = query->of->type == DNS_SRV ? take_srvs(query, packet, len)
					    : take_naptrs(query, packet, len);
	/* ARES_EBADNAME is of a name in the answer here, not of ours. */
	query->status = status == ARES_EBADNAME ? ARES_EBADRESP : status;
}

/*
 * A family each: asked for both at once, c-ares 1.18 hides the SERVFAIL of one
 * behind the "no data" of the other.
 */
void query_send(struct query *query)
{
	/* No sorting: it would connect a socket to every address. */
	const struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT,
		.ai_family = kind_of(query)->family,
		.ai_socktype = SOCK_STREAM,
	};

	if (kind_of(query)->family)
		ares_getaddrinfo(query->dns->channel, query->asked, NULL,
				 &hints, on_addrs, query);
	else
		ares_query(query->dns->channel, query->asked, CLASS_IN,
			   kind_of(query)->number, on_records, query);
}

/* What came of it --------------------------------------------------------- */

/* "192.0.2.53, 192.0.2.54:5353": who was asked. */
static const char *servers_text(struct dns *dns)
{
	struct ares_addr_port_node *servers = NULL;
	struct buf text;

	buf_init(&text, dns->pool, 100);
	if (ares_get_servers_ports(dns->channel, &servers) != ARES_SUCCESS)
		return "";
	for (struct ares_addr_port_node *at = servers; at; at = at->next) {
		char host[INET6_ADDRSTRLEN] = "";

		inet_ntop(at->family, &at->addr, host, sizeof(host));
		buf_puts(&text, at == servers ? "" : ", ");
		if (at->udp_port && at->udp_port != DNS_PORT)
			buf_printf(&text,
				   at->family == AF_INET ? "%s:%d" : "[%s]:%d",
				   host, at->udp_port);
		else
			buf_puts(&text, host);
	}
	ares_free_data(servers);
	return text.data;
}

/* Nobody could tell. */
static int fail(struct dns *dns, int status, usec spent, struct err *err)
{
	const char *asked = servers_text(dns);

	switch (status) {
	case ARES_ESERVFAIL:
		return err_set(err, ERR_NO_RESOLVER,
			       "the resolver %s answered SERVFAIL", asked);
	case ARES_EREFUSED:
		return err_set(err, ERR_NO_RESOLVER,
			       "the resolver %s answered REFUSED", asked);
	case ARES_ECONNREFUSED:
		return err_set(err, ERR_NO_RESOLVER,
			       "no resolver answers at %s", asked);
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED:
		return err_set(err, ERR_NO_RESOLVER,
			       "the resolver did not answer within "
			       "%.1f s (asked %s)",
			       usec_seconds(spent), asked);
	default:
		return err_set(err, ERR_NO_RESOLVER,
			       "the answer of the resolver %s is of no "
			       "use: %s",
			       asked, ares_strerror(status));
	}
}

void query_judge(struct query *query, usec spent)
{
	struct dns_question *of = query->of;

	if (query_found(query) || of->err.kind != ERR_NONE)
		return;
	switch (query->status) {
	case ARES_ENOTFOUND:
		err_set(&of->err, ERR_NO_NAME, "no such name (NXDOMAIN)");
		return;
	case ARES_EBADNAME:
		err_set(&of->err, ERR_NO_NAME, "this cannot be a DNS name");
		return;
	case ARES_SUCCESS:
	case ARES_ENODATA:
		of->nodata = true;
		err_set(&of->err, ERR_NO_NAME, "the name exists but has no %s",
			kind_of(query)->text);
		return;
	default:
		fail(query->dns, query->status, spent, &of->err);
	}
}
