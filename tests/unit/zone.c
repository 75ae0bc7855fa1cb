/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone -- answers out of a text, and counts who asks. */
#include "zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#define LINES_MAX 100

static const char *const types[] = {"A", "AAAA", "SRV", "NAPTR"};

static unsigned number(struct str *rest)
{
	unsigned n;

	assert_true(str_uint(str_cut(rest, ' '), 65535, &n));
	return n;
}

static const char *word(struct zone *zone, struct str *rest)
{
	const struct str s = str_cut(rest, ' ');

	return pool_strndup(zone->pool, s.p, str_eq(s, STR("-")) ? 0 : s.n);
}

static void take_srv(struct zone *zone, struct dns_question *q, struct str rest)
{
	struct dns_srv *srv;

	if (!q->srvs)
		q->srvs = pool_array(zone->pool, LINES_MAX, sizeof(*q->srvs));
	srv = &q->srvs[q->srvs_len++];
	srv->priority = (uint16_t)number(&rest);
	srv->weight = (uint16_t)number(&rest);
	srv->port = (uint16_t)number(&rest);
	srv->target = word(zone, &rest);
}

static void take_naptr(struct zone *zone, struct dns_question *q,
		       struct str rest)
{
	struct dns_naptr *naptr;

	if (!q->naptrs)
		q->naptrs =
			pool_array(zone->pool, LINES_MAX, sizeof(*q->naptrs));
	naptr = &q->naptrs[q->naptrs_len++];
	naptr->order = (uint16_t)number(&rest);
	naptr->preference = (uint16_t)number(&rest);
	naptr->flags = word(zone, &rest);
	naptr->services = word(zone, &rest);
	naptr->regexp = "";
	naptr->replacement = word(zone, &rest);
}

static void take_record(struct zone *zone, struct dns_question *q,
			struct str rest)
{
	struct addr addr;

	if (str_eq(rest, STR("silent")))
		err_set(&q->err, ERR_NO_RESOLVER, "silence");
	else if (q->type == DNS_SRV)
		take_srv(zone, q, rest);
	else if (q->type == DNS_NAPTR)
		take_naptr(zone, q, rest);
	else if (addr_from_literal(&addr, word(zone, &rest), 0))
		addrs_add(&q->addrs, zone->pool, &addr);
	else
		fail_msg("no address in the zone");
}

static void answer(struct zone *zone, struct dns_question *q)
{
	struct str lines = str_from(zone->text), name = str_from(q->name);

	if (str_ends(name, STR(".")))
		name.n--;
	while (lines.p) {
		struct str rest = str_cut(&lines, '\n');

		if (!str_caseeq(str_cut(&rest, ' '), name))
			continue;
		q->nodata = true;
		if (str_eq(str_cut(&rest, ' '), str_from(types[q->type])))
			take_record(zone, q, rest);
	}
	if (q->err.kind != ERR_NONE ||
	    q->addrs.n + q->srvs_len + q->naptrs_len > 0)
		q->nodata = false;
	else
		err_set(&q->err, ERR_NO_NAME,
			q->nodata ? "nodata" : "nxdomain");
}

int zone_ask(void *arg, struct dns_question *questions, size_t n,
	     struct deadline by, struct err *err)
{
	struct zone *zone = arg;

	if (deadline_passed(by))
		return err_set(err, ERR_NO_TIME, "too late");
	assert_true(n > 0);
	zone->rounds++;
	for (size_t i = 0; i < n; i++) {
		zone->asked++;
		zone->questions = pool_printf(
			zone->pool, "%s%s%s %s", zone->questions,
			*zone->questions ? "; " : "", types[questions[i].type],
			questions[i].name);
		answer(zone, &questions[i]);
	}
	return 0;
}

int zone_search(struct zone *zone, const struct locate *wanted,
		unsigned (*random)(unsigned below), struct route *route,
		struct err *err)
{
	const struct resolver resolver = {zone_ask, zone};

	zone->rounds = zone->asked = 0;
	zone->questions = "";
	return sip_locate(route, zone->pool, &resolver, wanted, random,
			  deadline_in(60 * USEC_PER_SEC), err);
}

const char *zone_hops(struct pool *pool, const struct route *route)
{
	static const char *const names[] = {"UDP", "TCP", "TLS"};
	char text[ADDR_TEXT_MAX];
	struct buf out;

	buf_init(&out, pool, 8192);
	for (size_t i = 0; i < route->n; i++)
		buf_printf(&out, "%s%s %s %s", i ? "; " : "",
			   names[route->hops[i].transport],
			   addr_text(&route->hops[i].peer, text),
			   route->hops[i].host);
	assert_false(out.full);
	return out.data;
}

int zone_make(void **state)
{
	struct pool *pool = pool_new();
	struct zone *zone = pool_zalloc(pool, sizeof(*zone));

	zone->pool = pool;
	*state = zone;
	return 0;
}

int zone_drop(void **state)
{
	struct zone *zone = *state;

	pool_free(zone->pool);
	return 0;
}
