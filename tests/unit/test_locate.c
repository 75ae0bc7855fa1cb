/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_locate -- RFC 3263: from a name to transports and places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sip/locate.h"
#include "zone.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Always the first, as a lot that is 0 does. */
static unsigned draw_first(unsigned below)
{
	assert_true(below > 0);
	return 0;
}

struct expected {
	struct locate wanted;
	const char *zone, *hops, *path, *questions;
};

static void try_all(struct zone *zone, const struct expected *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct route route;
		struct err err = {0};

		zone->text = cases[i].zone;
		if (zone_search(zone, &cases[i].wanted, draw_first, &route,
				&err))
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(zone_hops(zone->pool, &route),
				    cases[i].hops);
		assert_string_equal(route.path, cases[i].path);
		if (cases[i].questions)
			assert_string_equal(zone->questions,
					    cases[i].questions);
		assert_int_equal(route.by_srv,
				 strstr(route.path, "SRV _") != NULL);
		assert_int_equal(route.lost_len, 0);
	}
}

#define EXAMPLE_ADDR "\nexample.com A 192.0.2.1\nexample.com AAAA 2001:db8::1"

/* RFC 3263 4.1 and 4.2, where no SRV record is asked for. */
static void addresses_and_ports_need_no_services(void **state)
{
	static const struct expected cases[] = {
		{{"192.0.2.7"},
		 "",
		 "UDP 192.0.2.7:5060 192.0.2.7",
		 "address",
		 ""},
		{{"2001:db8::7"},
		 "",
		 "UDP [2001:db8::7]:5060 2001:db8::7",
		 "address",
		 ""},
		{{"192.0.2.7", .secure = true},
		 "",
		 "TLS 192.0.2.7:5061 192.0.2.7",
		 "address",
		 ""},
		{{"192.0.2.7", OVER(TCP)},
		 "",
		 "TCP 192.0.2.7:5060 192.0.2.7",
		 "address",
		 ""},
		{{"192.0.2.7", OVER(TLS)},
		 "",
		 "TLS 192.0.2.7:5061 192.0.2.7",
		 "address",
		 ""},
		{{"192.0.2.7", 5070, OVER(TLS)},
		 "",
		 "TLS 192.0.2.7:5070 192.0.2.7",
		 "address",
		 ""},
		{{"example.com", 5080},
		 EXAMPLE_ADDR,
		 "UDP [2001:db8::1]:5080 example.com; "
		 "UDP 192.0.2.1:5080 example.com",
		 "A/AAAA example.com",
		 "AAAA example.com; A example.com"},
		{{"example.com", 5080, .secure = true, V4},
		 EXAMPLE_ADDR,
		 "TLS 192.0.2.1:5080 example.com",
		 "A example.com",
		 "A example.com"},
		{{"example.com", 5080, OVER(TCP), .family = AF_INET6},
		 EXAMPLE_ADDR,
		 "TCP [2001:db8::1]:5080 example.com",
		 "AAAA example.com",
		 "AAAA example.com"},
		{{"example.com.", 5080, V4},
		 EXAMPLE_ADDR,
		 "UDP 192.0.2.1:5080 example.com",
		 "A example.com",
		 "A example.com."},
	};

	try_all(*state, cases, COUNT(cases));
}

static void a_given_transport_asks_for_its_srv_only(void **state)
{
	static const char zone[] =
		"_sip._udp.example.com SRV 0 0 5061 u.example.com\n"
		"_sip._tcp.example.com SRV 0 0 5062 t.example.com\n"
		"_sips._tcp.example.com SRV 0 0 5063 s.example.com\n"
		"u.example.com A 192.0.2.1\n"
		"t.example.com A 192.0.2.2\n"
		"s.example.com A 192.0.2.3";
	static const struct expected cases[] = {
		{{"example.com", OVER(UDP), V4},
		 zone,
		 "UDP 192.0.2.1:5061 u.example.com",
		 "SRV _sip._udp.example.com",
		 "SRV _sip._udp.example.com; A u.example.com."},
		{{"example.com", OVER(TCP), V4},
		 zone,
		 "TCP 192.0.2.2:5062 t.example.com",
		 "SRV _sip._tcp.example.com",
		 "SRV _sip._tcp.example.com; A t.example.com."},
		{{"example.com", OVER(TLS), V4},
		 zone,
		 "TLS 192.0.2.3:5063 s.example.com",
		 "SRV _sips._tcp.example.com",
		 "SRV _sips._tcp.example.com; A s.example.com."},
		/* RFC 3261 26.2.2: the TCP of sips: carries TLS. */
		{{"example.com", OVER(TCP), V4, .secure = true},
		 zone,
		 "TLS 192.0.2.3:5063 s.example.com",
		 "SRV _sips._tcp.example.com",
		 "SRV _sips._tcp.example.com; A s.example.com."},
		/* RFC 3263 4.2: addresses where there are no SRV records. */
		{{"example.com", OVER(TCP), V4},
		 EXAMPLE_ADDR,
		 "TCP 192.0.2.1:5060 example.com",
		 "no SRV, A example.com",
		 "SRV _sip._tcp.example.com; A example.com"},
		{{"example.com", OVER(TLS), V4},
		 EXAMPLE_ADDR,
		 "TLS 192.0.2.1:5061 example.com",
		 "no SRV, A example.com",
		 "SRV _sips._tcp.example.com; A example.com"},
	};

	try_all(*state, cases, COUNT(cases));
}

static void naptr_records_choose_the_transports(void **state)
{
	static const struct expected cases[] = {
		{{"example.com", V4},
		 RFC3263,
		 "TLS 192.0.2.4:5061 server4.example.com; "
		 "TCP 192.0.2.1:5060 server1.example.com; "
		 "TCP 192.0.2.2:5060 server2.example.com; "
		 "UDP 192.0.2.3:5060 server3.example.com",
		 "NAPTR SIPS+D2T, SRV _sips._tcp.example.com",
		 "NAPTR example.com; SRV _sip._udp.example.com; "
		 "SRV _sip._tcp.example.com; SRV _sips._tcp.example.com; "
		 "A server4.example.com.; A server1.example.com.; "
		 "A server2.example.com.; A server3.example.com."},
		/* A SIPS URI discards what is not SIPS. */
		{{"example.com", .secure = true, V4},
		 RFC3263,
		 "TLS 192.0.2.4:5061 server4.example.com",
		 "NAPTR SIPS+D2T, SRV _sips._tcp.example.com",
		 "NAPTR example.com; SRV _sips._tcp.example.com; "
		 "A server4.example.com."},
		/* Order, then preference; what names no service of ours is
		 * passed over. */
		{{"example.com", V4},
		 "example.com NAPTR 1 1 s SIP+D2S _sip._udp.example.com\n"
		 "example.com NAPTR 1 2 s SIP+D2W _sip._udp.example.com\n"
		 "example.com NAPTR 1 3 u E2U+sip -\n"
		 "example.com NAPTR 1 4 a SIP+D2U a.example.com\n"
		 "example.com NAPTR 1 5 s SIP+D2U -\n"
		 "example.com NAPTR 2 9 s SIP+D2U _sip._udp.example.com\n"
		 "example.com NAPTR 2 8 S sip+d2t _SIP._tcp.example.com\n"
		 "_sip._udp.example.com SRV 0 0 5060 a.example.com\n"
		 "_sip._tcp.example.com SRV 0 0 5060 a.example.com\n"
		 "a.example.com A 192.0.2.1",
		 "TCP 192.0.2.1:5060 a.example.com; "
		 "UDP 192.0.2.1:5060 a.example.com",
		 "NAPTR SIP+D2T, SRV _SIP._tcp.example.com",
		 "NAPTR example.com; SRV _sip._udp.example.com; "
		 "SRV _sip._tcp.example.com; SRV _sips._tcp.example.com; "
		 "A a.example.com."},
		/* A name that is not the usual one is asked for in turn. */
		{{"example.com", V4, .secure = true},
		 "example.com NAPTR 1 1 s SIPS+D2T _sips._tcp.hoster.net\n"
		 "_sips._tcp.hoster.net SRV 0 0 5061 a.hoster.net\n"
		 "_sips._tcp.example.com SRV 0 0 5061 b.example.com\n"
		 "a.hoster.net A 192.0.2.1\nb.example.com A 192.0.2.2",
		 "TLS 192.0.2.1:5061 a.hoster.net",
		 "NAPTR SIPS+D2T, SRV _sips._tcp.hoster.net",
		 "NAPTR example.com; SRV _sips._tcp.example.com; "
		 "SRV _sips._tcp.hoster.net; A a.hoster.net."},
		/* Its transport, the domain's addresses. */
		{{"example.com", V4},
		 "example.com NAPTR 1 1 s SIP+D2T "
		 "_sip._tcp.example.com" EXAMPLE_ADDR,
		 "TCP 192.0.2.1:5060 example.com",
		 "NAPTR SIP+D2T, no SRV, A example.com",
		 NULL},
	};

	try_all(*state, cases, COUNT(cases));
}

static void without_naptr_the_srv_records_tell(void **state)
{
	static const struct expected cases[] = {
		{{"example.com", V4},
		 "_sip._udp.example.com SRV 0 0 5060 a.example.com\n"
		 "_sip._tcp.example.com SRV 0 0 5060 a.example.com\n"
		 "_sips._tcp.example.com SRV 0 0 5061 a.example.com\n"
		 "a.example.com A 192.0.2.1",
		 "UDP 192.0.2.1:5060 a.example.com; "
		 "TCP 192.0.2.1:5060 a.example.com; "
		 "TLS 192.0.2.1:5061 a.example.com",
		 "SRV _sip._udp.example.com",
		 "NAPTR example.com; SRV _sip._udp.example.com; "
		 "SRV _sip._tcp.example.com; SRV _sips._tcp.example.com; "
		 "A a.example.com."},
		/* NAPTR records of another trade are as good as none. */
		{{"example.com", V4},
		 "example.com NAPTR 1 1 u E2U+sip -\n"
		 "_sips._tcp.example.com SRV 0 0 5061 a.example.com\n"
		 "a.example.com A 192.0.2.1",
		 "TLS 192.0.2.1:5061 a.example.com",
		 "SRV _sips._tcp.example.com",
		 NULL},
		{{"example.com"},
		 EXAMPLE_ADDR,
		 "UDP [2001:db8::1]:5060 example.com; "
		 "UDP 192.0.2.1:5060 example.com",
		 "no SRV, A/AAAA example.com",
		 NULL},
		{{"example.com", .secure = true, V4},
		 EXAMPLE_ADDR,
		 "TLS 192.0.2.1:5061 example.com",
		 "no SRV, A example.com",
		 "NAPTR example.com; SRV _sips._tcp.example.com; "
		 "A example.com"},
		/* ".": not by UDP, which says nothing of TCP. */
		{{"example.com", V4},
		 "_sip._udp.example.com SRV 0 0 0 -\n"
		 "_sip._tcp.example.com SRV 0 0 5060 a.example.com\n"
		 "a.example.com A 192.0.2.1",
		 "TCP 192.0.2.1:5060 a.example.com",
		 "SRV _sip._tcp.example.com",
		 NULL},
		/* Somebody else's silence does not matter. */
		{{"example.com", V4},
		 "example.com NAPTR silent\n"
		 "_sip._udp.example.com SRV silent\n"
		 "_sip._tcp.example.com SRV 0 0 5060 a.example.com\n"
		 "a.example.com A 192.0.2.1",
		 "TCP 192.0.2.1:5060 a.example.com",
		 "NAPTR not answered, SRV _sip._tcp.example.com",
		 NULL},
		{{"example.com", V4},
		 "example.com NAPTR 1 1 s SIP+D2T _sip._tcp.example.com\n"
		 "_sip._udp.example.com SRV silent\n" EXAMPLE_ADDR,
		 "TCP 192.0.2.1:5060 example.com",
		 "NAPTR SIP+D2T, no SRV, A example.com",
		 NULL},
		{{"example.com"},
		 "_sip._udp.example.com SRV 0 0 5060 a.example.com\n"
		 "a.example.com A 192.0.2.1\na.example.com AAAA silent",
		 "UDP 192.0.2.1:5060 a.example.com",
		 "SRV _sip._udp.example.com",
		 NULL},
	};

	try_all(*state, cases, COUNT(cases));
}

static const struct {
	struct locate wanted;
	const char *zone;
	enum err_kind kind;
	const char *text;
} failures[] = {
	{{"example.com"}, "", ERR_NO_NAME, "nxdomain"},
	{{"example.com", 5060}, "", ERR_NO_NAME, "nxdomain"},
	{{"example.com", 5060, .family = AF_INET6},
	 "example.com A 192.0.2.1",
	 ERR_NO_NAME,
	 "nodata"},
	{{"example.com", 5060},
	 "example.com A silent\nexample.com AAAA silent",
	 ERR_NO_RESOLVER,
	 "silence"},
	{{"example.com"},
	 "_sip._udp.example.com SRV 0 0 0 -" EXAMPLE_ADDR,
	 ERR_NO_NAME,
	 "offers no SIP"},
	{{"example.com", .secure = true},
	 "example.com NAPTR 1 1 s SIPS+D2T _sips._tcp.example.com\n"
	 "_sips._tcp.example.com SRV 0 0 0 -" EXAMPLE_ADDR,
	 ERR_NO_NAME,
	 "_sips._tcp.example.com"},
	/* Silence proves nothing, so no address is good enough. */
	{{"example.com"},
	 "example.com NAPTR silent" EXAMPLE_ADDR,
	 ERR_NO_RESOLVER,
	 "NAPTR example.com: silence"},
	{{"example.com"},
	 "_sip._tcp.example.com SRV silent" EXAMPLE_ADDR,
	 ERR_NO_RESOLVER,
	 "SRV _sip._tcp.example.com: silence"},
	{{"example.com"},
	 "_sip._udp.example.com SRV 0 0 0 -\n"
	 "_sip._tcp.example.com SRV silent" EXAMPLE_ADDR,
	 ERR_NO_RESOLVER,
	 "SRV _sip._tcp.example.com: silence"},
	{{"example.com", OVER(TLS)},
	 "_sips._tcp.example.com SRV silent" EXAMPLE_ADDR,
	 ERR_NO_RESOLVER,
	 "silence"},
	/* SRV records there are, so the domain's addresses are none. */
	{{"example.com", V4},
	 "_sip._udp.example.com SRV 0 0 5060 "
	 "a.example.com" EXAMPLE_ADDR,
	 ERR_NO_NAME,
	 "SRV target a.example.com: nxdomain"},
	{{"example.com", V4},
	 "_sip._udp.example.com SRV 0 0 5060 a.example.com\n"
	 "_sip._udp.example.com SRV 1 0 5060 b.example.com\n"
	 "b.example.com A silent",
	 ERR_NO_RESOLVER,
	 "SRV target b.example.com: silence"},
	{{"example.com", V4},
	 "_sip._udp.example.com SRV 0 0 5060 a.example.com\n"
	 "_sip._tcp.example.com SRV silent",
	 ERR_NO_RESOLVER,
	 "SRV _sip._tcp.example.com: silence"},
	{{"192.0.2.1", .family = AF_INET6}, "", ERR_USAGE, "no IPv6"},
	{{"2001:db8::1", V4}, "", ERR_USAGE, "no IPv4"},
	{{"fe80::1"}, "", ERR_USAGE, "interface"},
	{{"example.com", OVER(UDP), .secure = true},
	 "",
	 ERR_USAGE,
	 "contradicts"},
};

static void nothing_found_has_its_reason(void **state)
{
	struct zone *zone = *state;

	for (size_t i = 0; i < COUNT(failures); i++) {
		struct route route;
		struct err err;

		zone->text = failures[i].zone;
		if (zone_search(zone, &failures[i].wanted, draw_first, &route,
				&err) == 0)
			fail_msg("case %zu: %s", i,
				 zone_hops(zone->pool, &route));
		if (err.kind != failures[i].kind ||
		    !strstr(err.text, failures[i].text))
			fail_msg("case %zu: %d %s", i, err.kind, err.text);
	}
}

static void a_passed_deadline_is_told(void **state)
{
	struct zone *zone = *state;
	const struct resolver resolver = {zone_ask, zone};
	const struct locate wanted = {"example.com"};
	struct route route;
	struct err err;

	zone->questions = "";
	assert_int_equal(sip_locate(&route, zone->pool, &resolver, &wanted,
				    draw_first, deadline_in(0), &err),
			 -1);
	assert_int_equal(err.kind, ERR_NO_TIME);
}

static void default_ports_are_those_of_the_rfc(void **state)
{
	(void)state;
	assert_int_equal(sip_default_port(TRANSPORT_UDP), 5060);
	assert_int_equal(sip_default_port(TRANSPORT_TCP), 5060);
	assert_int_equal(sip_default_port(TRANSPORT_TLS), 5061);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ZONE_TEST(addresses_and_ports_need_no_services),
		ZONE_TEST(a_given_transport_asks_for_its_srv_only),
		ZONE_TEST(naptr_records_choose_the_transports),
		ZONE_TEST(without_naptr_the_srv_records_tell),
		ZONE_TEST(nothing_found_has_its_reason),
		ZONE_TEST(a_passed_deadline_is_told),
		cmocka_unit_test(default_ports_are_those_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
