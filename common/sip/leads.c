/* SPDX-License-Identifier: GPL-3.0-or-later */
/* leads -- NAPTR and SRV questions side by side, and their order. */
#include "sip/leads.h"

#include <string.h>

#include "base/str.h"

/*
 * RFC 3263 4.1.  Which comes first where no NAPTR record says it is left to
 * the client: UDP, as where there are no SRV records either.
 */
static const struct way {
	const char *service; /* of a NAPTR record */
	const char *srv;     /* what SRV records are found under */
	enum transport transport;
} ways[] = {
	{"SIP+D2U", "_sip._udp", TRANSPORT_UDP},
	{"SIP+D2T", "_sip._tcp", TRANSPORT_TCP},
	{"SIPS+D2T", "_sips._tcp", TRANSPORT_TLS},
};

#define WAYS_N (sizeof(ways) / sizeof(ways[0]))

/* NAPTR: which services, RFC 3263 4.1 ------------------------------------- */

static bool is_wanted(const struct locate *wanted, enum transport transport)
{
	if (wanted->has_transport)
		return transport == wanted->transport;
	return !wanted->secure || transport == TRANSPORT_TLS;
}

/* NULL for SIP+D2S, ENUM and whatever else stands there. */
static const struct way *way_of(const struct locate *wanted,
				const struct dns_naptr *naptr)
{
	if (!str_caseeq(str_from(naptr->flags), STR("s")) ||
	    naptr->replacement[0] == '\0')
		return NULL;
	for (size_t i = 0; i < WAYS_N; i++)
		if (str_caseeq(str_from(naptr->services),
			       str_from(ways[i].service)) &&
		    is_wanted(wanted, ways[i].transport))
			return &ways[i];
	return NULL;
}

static bool goes_before(const struct dns_naptr *a, const struct dns_naptr *b)
{
	return a->order < b->order ||
	       (a->order == b->order && a->preference < b->preference);
}

/* Among the others by order, then preference: RFC 3403 4.1. */
static void insert_lead(struct leads *leads, struct lead lead)
{
	size_t at = leads->n;

	while (at > 0 && goes_before(lead.naptr, leads->v[at - 1].naptr))
		at--;
	if (at == LEADS_MAX)
		return;
	if (leads->n < LEADS_MAX)
		leads->n++;
	memmove(&leads->v[at + 1], &leads->v[at],
		(leads->n - at - 1) * sizeof(lead));
	leads->v[at] = lead;
}

static void read_naptrs(struct leads *leads, const struct locate *wanted,
			const struct dns_question *naptr)
{
	for (size_t i = 0; i < naptr->naptrs_len; i++) {
		const struct dns_naptr *record = &naptr->naptrs[i];
		const struct way *way = way_of(wanted, record);

		if (way)
			insert_lead(leads, (struct lead){
						   .transport = way->transport,
						   .name = record->replacement,
						   .service = way->service,
						   .naptr = record,
					   });
	}
}

/* The questions of the leads' names: of those asked, or new ones behind. */
static size_t match_questions(struct leads *leads, struct dns_question *srvs,
			      size_t n)
{
	for (size_t i = 0; i < leads->n; i++) {
		struct lead *lead = &leads->v[i];
		size_t at = 0;

		while (at < n && !str_caseeq(str_from(srvs[at].name),
					     str_from(lead->name)))
			at++;
		lead->srv = &srvs[at];
		if (at == n)
			srvs[n++] = (struct dns_question){.type = DNS_SRV,
							  .name = lead->name};
	}
	return n;
}

/* SRV records by the usual names, of the transports that may be. */
static size_t put_ways(struct leads *plain, struct pool *pool,
		       const struct locate *wanted, const char *domain,
		       struct dns_question *srvs)
{
	for (size_t i = 0; i < WAYS_N; i++)
		if (is_wanted(wanted, ways[i].transport))
			plain->v[plain->n++] = (struct lead){
				.transport = ways[i].transport,
				.name = pool_printf(pool, "%s.%s", ways[i].srv,
						    domain),
			};
	return match_questions(plain, srvs, 0);
}

static bool is_answered(const struct dns_question *question)
{
	return question->err.kind == ERR_NONE ||
	       question->err.kind == ERR_NO_NAME;
}

static void note_unanswered(struct leads *leads,
			    const struct dns_question *question,
			    const char *type)
{
	if (is_answered(question) || leads->unanswered.kind != ERR_NONE)
		return;
	leads->unanswered = question->err;
	err_context(&leads->unanswered, "%s %s", type, question->name);
}

/*
 * NAPTR records most often lead to the SRV records that are asked for where
 * there are none, so all of these go out at once.  Only what a NAPTR record
 * names otherwise is asked for afterwards.
 */
int leads_find(struct leads *leads, struct pool *pool,
	       const struct resolver *resolver, const struct locate *wanted,
	       const char *domain, struct deadline by, struct err *err)
{
	struct dns_question *naptr =
		pool_array(pool, 1 + WAYS_N + LEADS_MAX, sizeof(*naptr));
	struct dns_question *srvs = naptr + 1;
	/* Who knows the transport asks for no NAPTR records. */
	const size_t naptrs = !wanted->has_transport;
	struct leads plain = {0};
	const size_t asked = put_ways(&plain, pool, wanted, domain, srvs);
	size_t all;

	*leads = (struct leads){0};
	*naptr = (struct dns_question){.type = DNS_NAPTR, .name = domain};
	if (resolver->ask(resolver->arg, srvs - naptrs, asked + naptrs,
			  deadline_share(by, 2), err))
		return -1;
	read_naptrs(leads, wanted, naptr);
	if (leads->n == 0)
		*leads = plain;
	all = match_questions(leads, srvs, asked);
	if (all > asked &&
	    resolver->ask(resolver->arg, srvs + asked, all - asked,
			  deadline_share(by, 2), err))
		return -1;
	leads->naptr_unanswered = !is_answered(naptr);
	note_unanswered(leads, naptr, "NAPTR");
	for (size_t i = 0; i < leads->n; i++)
		note_unanswered(leads, leads->v[i].srv, "SRV");
	return 0;
}

/* SRV: in which order, RFC 2782 ------------------------------------------- */

static bool stands_before(const struct dns_srv *a, const struct dns_srv *b)
{
	return a->priority < b->priority ||
	       (a->priority == b->priority && a->weight == 0 && b->weight > 0);
}

/* By priority, and within each those of weight 0 first. */
static void sort_srvs(struct dns_srv *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct dns_srv moved = v[i];
		size_t at = i;

		for (; at > 0 && stands_before(&moved, &v[at - 1]); at--)
			v[at] = v[at - 1];
		v[at] = moved;
	}
}

/*
 * Those of one priority: each turn draws the first whose running sum of
 * weights is not below a random number between 0 and the sum of all.
 */
static void draw_srvs(struct dns_srv *v, size_t n,
		      unsigned (*lot)(unsigned below))
{
	for (; n > 1; v++, n--) {
		struct dns_srv drawn;
		unsigned sum = 0, running = 0, mark;
		size_t at = 0;

		for (size_t i = 0; i < n; i++)
			sum += v[i].weight;
		mark = lot(sum + 1);
		for (; at + 1 < n; at++) {
			running += v[at].weight;
			if (running >= mark)
				break;
		}
		drawn = v[at];
		memmove(&v[1], v, at * sizeof(*v));
		v[0] = drawn;
	}
}

void srv_order(struct dns_srv *v, size_t n, unsigned (*lot)(unsigned below))
{
	sort_srvs(v, n);
	while (n > 0) {
		size_t group = 1;

		while (group < n && v[group].priority == v[0].priority)
			group++;
		draw_srvs(v, group, lot);
		v += group;
		n -= group;
	}
}
