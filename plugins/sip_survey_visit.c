/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_survey_visit -- where the server is, and who is asked for how long. */
#include "base/random.h"
#include "plugins/sip_survey.h"

/* Finding it -------------------------------------------------------------- */

/* Opened with the first question: an address needs no resolver. */
struct lookup {
	struct pool *pool;
	const char *server;
	struct dns *dns;
};

static int lookup_open(struct lookup *lookup, struct err *err)
{
	return lookup->dns ? 0
			   : dns_open(&lookup->dns, lookup->pool,
				      lookup->server, err);
}

static int ask_dns(void *arg, struct dns_question *questions, size_t n,
		   struct deadline by, struct err *err)
{
	struct lookup *lookup = arg;

	if (lookup_open(lookup, err))
		return -1;
	return dns_ask(lookup->dns, questions, n, by, err);
}

/* A name of the hosts file has addresses, and no SRV records. */
static int pin_port(struct locate *wanted, struct lookup *lookup,
		    struct err *err)
{
	if (wanted->port || name_is_address(str_from(wanted->host)))
		return 0;
	if (lookup_open(lookup, err))
		return -1;
	if (dns_in_hosts(lookup->dns, wanted->host))
		wanted->port = sip_default_port(
			wanted->secure ? TRANSPORT_TLS : wanted->transport);
	return 0;
}

int sip_survey_locate(struct sip_survey *survey, struct err *err)
{
	struct run *run = survey->run;
	struct locate wanted = survey->config->locate;
	struct lookup lookup = {
		.pool = run->pool,
		.server = survey->config->target.reach.dns_server,
	};
	const struct resolver resolver = {ask_dns, &lookup};
	const usec begun = clock_now();
	int rc = pin_port(&wanted, &lookup, err);

	if (rc == 0)
		rc = sip_locate(&survey->route, run->pool, &resolver, &wanted,
				random_below, run->by, err);
	dns_close(lookup.dns);
	survey->resolve = clock_now() - begun;
	return rc;
}

/* "sfb1.example.com:5061", with the address where a host has several. */
static const char *place(const struct route *route, size_t at,
			 struct pool *pool)
{
	const struct hop *hop = &route->hops[at];
	char text[ADDR_TEXT_MAX];
	bool alone = true;

	for (size_t i = 0; i < route->n; i++)
		if (i != at && strcmp(route->hops[i].host, hop->host) == 0)
			alone = false;
	if (!alone && !name_is_address(str_from(hop->host)))
		return pool_printf(pool, "%s (%s)", hop->host,
				   addr_text(&hop->peer, text));
	return pool_printf(pool, strchr(hop->host, ':') ? "[%s]:%u" : "%s:%u",
			   hop->host, (unsigned)addr_port(&hop->peer));
}

/* Asking ------------------------------------------------------------------ */

/* One that takes a connection is the last, and may use all that is left;
 * over UDP silence may mean that the next one should be asked. */
static struct deadline time_to_answer(const struct sip_survey *survey,
				      size_t at)
{
	const struct deadline by = survey->run->by;

	if (!survey->config->all_targets &&
	    survey->route.hops[at].transport != TRANSPORT_UDP)
		return by;
	return deadline_share(by, survey->route.n - at);
}

void sip_survey_prepare(struct sip_survey *survey, time_t now)
{
	struct pool *pool = survey->run->pool;
	const size_t n = survey->route.n;

	survey->targets = pool_array(pool, n, sizeof(*survey->targets));
	survey->targets_len = n;
	for (size_t i = 0; i < n; i++) {
		struct sip_target *target = &survey->targets[i];

		target->hop = &survey->route.hops[i];
		target->where = place(&survey->route, i, pool);
		if (survey->role)
			target->where = pool_printf(pool, "%s %s", survey->role,
						    target->where);
		target->subject.where = target->where;
		target->subject.evidence.now = now;
		target->subject.evidence.own = survey->inquiry.identity.certs;
		target->subject.evidence.own_len =
			survey->inquiry.identity.tls.chain_len;
	}
}

void sip_survey_visit(struct sip_survey *survey)
{
	const size_t n = survey->targets_len;

	for (size_t i = 0; i < n; i++) {
		struct sip_target *target = &survey->targets[i];

		sip_target_visit(target, &survey->inquiry,
				 deadline_share(survey->run->by, n - i),
				 time_to_answer(survey, i));
		if (!survey->config->all_targets && sip_target_decides(target))
			break;
	}
}

struct sip_target *sip_survey_call(struct sip_survey *survey,
				   struct sip_line *line, struct err *err)
{
	const size_t n = survey->targets_len;
	struct err first = {.kind = ERR_NONE};

	for (size_t i = 0; i < n; i++) {
		struct sip_target *target = &survey->targets[i];

		if (sip_line_open(line, target, &survey->inquiry,
				  deadline_share(survey->run->by, n - i),
				  err) == 0)
			return target;
		if (first.kind == ERR_NONE)
			first = *err;
	}
	*err = first;
	return NULL;
}
