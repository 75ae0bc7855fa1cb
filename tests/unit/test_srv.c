/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_srv -- RFC 2782: the order of SRV records, and their targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "sip/locate.h"
#include "zone.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Draws of a test's choice; `drawn` tells among how many each was. */
static unsigned draws[8], drawn[8];
static size_t draws_n;

static unsigned draw(unsigned below)
{
	assert_true(draws_n < COUNT(draws));
	assert_true(draws[draws_n] < below);
	drawn[draws_n] = below;
	return draws[draws_n++];
}

/* Always the first, as a lot that is 0 does. */
static unsigned draw_first(unsigned below)
{
	assert_true(below > 0);
	return 0;
}

/* RFC 2782 ---------------------------------------------------------------- */

static const struct locate over_udp = {"example.com", OVER(UDP), V4};

#define HOSTS                                                                  \
	"\na.test A 192.0.2.1\nb.test A 192.0.2.2"                             \
	"\nc.test A 192.0.2.3\nd.test A 192.0.2.4"

/* The hosts in their order: "abcd". */
static const char *order_of(struct zone *zone, const struct route *route)
{
	struct buf out;

	buf_init(&out, zone->pool, 200);
	for (size_t i = 0; i < route->n; i++)
		buf_write(&out, route->hops[i].host, 1);
	return out.data;
}

static void lower_priorities_come_first(void **state)
{
	struct zone *zone = *state;
	struct route route;
	struct err err;

	draws_n = 0;
	zone->text = "_sip._udp.example.com SRV 20 65535 5060 c.test\n"
		     "_sip._udp.example.com SRV 65535 0 5060 d.test\n"
		     "_sip._udp.example.com SRV 0 0 5060 a.test\n"
		     "_sip._udp.example.com SRV 10 0 5060 b.test" HOSTS;
	assert_int_equal(zone_search(zone, &over_udp, draw, &route, &err), 0);
	assert_string_equal(order_of(zone, &route), "abcd");
	assert_int_equal(draws_n, 0); /* no choice, no lot */
	assert_string_equal(route.hops[2].how,
			    "SRV _sip._udp.example.com 20 65535");
}

/*
 * Weights 1, 3, 0 and 0 stand as 0, 0, 1, 3 with the running sums 0, 0, 1, 4.
 * The first lot is among 0 to 4, and so on with what is left.
 */
static void lots_decide_among_weights(void **state)
{
	static const struct {
		unsigned draws[3], below[3];
		const char *order;
	} cases[] = {
		{{0, 0, 0}, {5, 5, 5}, "cdab"}, {{1, 0, 0}, {5, 4, 4}, "acdb"},
		{{2, 0, 1}, {5, 2, 2}, "bcad"}, {{4, 1, 0}, {5, 2, 1}, "bacd"},
		{{0, 4, 1}, {5, 5, 2}, "cbad"}, {{0, 1, 3}, {5, 5, 4}, "cabd"},
	};
	struct zone *zone = *state;

	zone->text = "_sip._udp.example.com SRV 1 1 5060 a.test\n"
		     "_sip._udp.example.com SRV 1 3 5060 b.test\n"
		     "_sip._udp.example.com SRV 1 0 5060 c.test\n"
		     "_sip._udp.example.com SRV 1 0 5060 d.test" HOSTS;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct route route;
		struct err err;

		memcpy(draws, cases[i].draws, sizeof(cases[i].draws));
		draws_n = 0;
		assert_int_equal(
			zone_search(zone, &over_udp, draw, &route, &err), 0);
		assert_string_equal(order_of(zone, &route), cases[i].order);
		assert_int_equal(draws_n, 3);
		assert_memory_equal(drawn, cases[i].below,
				    sizeof(cases[i].below));
	}
}

/* Of the 101 lots from 0 to 100: 0 to 10, 11 to 30, 31 to 100. */
static void each_weight_has_its_share_of_lots(void **state)
{
	struct zone *zone = *state;
	unsigned first[3] = {0};

	zone->text = "_sip._udp.example.com SRV 1 10 5060 a.test\n"
		     "_sip._udp.example.com SRV 1 20 5060 b.test\n"
		     "_sip._udp.example.com SRV 1 70 5060 c.test" HOSTS;
	for (unsigned lot = 0; lot <= 100; lot++) {
		struct route route;
		struct err err;

		draws[0] = lot;
		draws[1] = 0;
		draws_n = 0;
		assert_int_equal(
			zone_search(zone, &over_udp, draw, &route, &err), 0);
		assert_int_equal(drawn[0], 101);
		first[route.hops[0].host[0] - 'a']++;
	}
	assert_int_equal(first[0], 11);
	assert_int_equal(first[1], 20);
	assert_int_equal(first[2], 70);
}

/* Targets ----------------------------------------------------------------- */

static void a_lost_target_leaves_the_others(void **state)
{
	struct zone *zone = *state;
	const struct locate wanted = {"example.com", OVER(UDP)};
	static const char *const lost[][2] = {
		{"gone.test", "nxdomain"},
		{"192.0.2.9", "RFC 2782"},
		{"a.test", "port 0"},
		{"mute.test", "silence"},
	};
	struct route route;
	struct err err;

	zone->text = "_sip._udp.example.com SRV 1 0 5060 gone.test\n"
		     "_sip._udp.example.com SRV 2 0 5060 192.0.2.9\n"
		     "_sip._udp.example.com SRV 3 0 0 a.test\n"
		     "_sip._udp.example.com SRV 4 0 5060 mute.test\n"
		     "_sip._udp.example.com SRV 5 0 5060 b.test\n"
		     "mute.test A silent" HOSTS;
	assert_int_equal(zone_search(zone, &wanted, draw, &route, &err), 0);
	assert_string_equal(order_of(zone, &route), "b");
	assert_int_equal(route.lost_len, COUNT(lost));
	for (size_t i = 0; i < COUNT(lost); i++) {
		assert_string_equal(route.lost[i].host, lost[i][0]);
		assert_non_null(strstr(route.lost[i].err.text, lost[i][1]));
		assert_non_null(strstr(route.lost[i].how, "SRV _sip._udp."));
	}
	assert_null(strstr(zone->questions, "192.0.2.9"));
}

static void a_place_is_tried_once(void **state)
{
	struct zone *zone = *state;
	const struct locate wanted = {"example.com", V4};
	struct route route;
	struct err err;

	zone->text = "_sip._udp.example.com SRV 1 0 5060 a.test\n"
		     "_sip._udp.example.com SRV 2 0 5070 a.test\n"
		     "_sip._udp.example.com SRV 3 0 5060 A.test\n"
		     "_sip._udp.example.com SRV 4 0 5060 same.test\n"
		     "_sip._tcp.example.com SRV 1 0 5060 a.test\n"
		     "same.test A 192.0.2.1\nsame.test A 192.0.2.5" HOSTS;
	assert_int_equal(zone_search(zone, &wanted, draw, &route, &err), 0);
	assert_string_equal(zone_hops(zone->pool, &route),
			    "UDP 192.0.2.1:5060 a.test; "
			    "UDP 192.0.2.1:5070 a.test; "
			    "UDP 192.0.2.5:5060 same.test; "
			    "TCP 192.0.2.1:5060 a.test");
}

static void two_rounds_do_where_names_are_the_usual_ones(void **state)
{
	struct zone *zone = *state;
	const struct locate wanted = {"example.com"};
	struct route route;
	struct err err;

	zone->text = RFC3263;
	assert_int_equal(zone_search(zone, &wanted, draw_first, &route, &err),
			 0);
	assert_int_equal(zone->rounds, 2);
	assert_int_equal(zone->asked, 4 + 2 * 4); /* two families a server */
}

static void what_a_zone_holds_is_bounded(void **state)
{
	struct zone *zone = *state;
	const struct locate wanted = {"example.com", V4, .secure = true};
	struct route route;
	struct buf text;
	struct err err;

	/*
	 * Twelve services of seven servers each, of which each has two
	 * addresses.  By their orders they are 0, 7, 2, 9, 4, 11, 6, 1 ...
	 */
	buf_init(&text, zone->pool, 65536);
	for (unsigned i = 0; i < 12; i++) {
		buf_printf(&text,
			   "example.com NAPTR %u 1 s SIPS+D2T s%u.test\n",
			   7 * i % 12, i);
		for (unsigned k = 0; k < 7; k++)
			buf_printf(&text,
				   "s%u.test SRV %u 0 5061 h%u-%u.test\n"
				   "h%u-%u.test A 10.0.%u.%u\n"
				   "h%u-%u.test A 10.1.%u.%u\n",
				   i, k, i, k, i, k, i, k, i, k, i, k);
	}
	zone->text = text.data;
	assert_int_equal(zone_search(zone, &wanted, draw, &route, &err), 0);
	assert_int_equal(route.n, 64);
	assert_string_equal(route.path, "NAPTR SIPS+D2T, SRV s0.test");
	assert_string_equal(route.hops[0].host, "h0-0.test");
	assert_string_equal(route.hops[63].host, "h4-3.test");
	/* NAPTR, the usual SRV, those of eight services, 56 servers. */
	assert_int_equal(zone->asked, 1 + 1 + 8 + 56);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ZONE_TEST(lower_priorities_come_first),
		ZONE_TEST(lots_decide_among_weights),
		ZONE_TEST(each_weight_has_its_share_of_lots),
		ZONE_TEST(a_lost_target_leaves_the_others),
		ZONE_TEST(a_place_is_tried_once),
		ZONE_TEST(two_rounds_do_where_names_are_the_usual_ones),
		ZONE_TEST(what_a_zone_holds_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
