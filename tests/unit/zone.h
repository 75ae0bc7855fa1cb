/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone -- a made-up part of the DNS, and the way through it as text. */
#ifndef TESTS_UNIT_ZONE_H
#define TESTS_UNIT_ZONE_H

#include "sip/locate.h"

/*
 * Records as a zone file has them, one a line: "NAME A 192.0.2.1",
 * "NAME SRV PRIORITY WEIGHT PORT TARGET",
 * "NAME NAPTR ORDER PREFERENCE FLAGS SERVICES REPLACEMENT" with "-" for
 * nothing; "NAME TYPE silent": nobody answers.  All else has no such name.
 */
struct zone {
	struct pool *pool;
	const char *text;

	size_t rounds, asked;
	const char *questions; /* all of them: "SRV _sip._udp.a; A a" */
};

int zone_make(void **state);
int zone_drop(void **state);

#define ZONE_TEST(f) cmocka_unit_test_setup_teardown(f, zone_make, zone_drop)

/* For a struct resolver; the zone is its arg. */
int zone_ask(void *arg, struct dns_question *questions, size_t n,
	     struct deadline by, struct err *err);

/* sip_locate() there, with a minute to spare. */
int zone_search(struct zone *zone, const struct locate *wanted,
		unsigned (*random)(unsigned below), struct route *route,
		struct err *err);

/* "UDP 192.0.2.1:5060 a.test; ..." */
const char *zone_hops(struct pool *pool, const struct route *route);

#define V4          .family = AF_INET
#define OVER(which) .has_transport = true, .transport = TRANSPORT_##which

/* The example of RFC 3263 4.1, with addresses. */
#define RFC3263                                                                \
	"example.com NAPTR 90 50 s SIP+D2T _sip._tcp.example.com\n"            \
	"example.com NAPTR 100 50 s SIP+D2U _sip._udp.example.com\n"           \
	"example.com NAPTR 50 50 s SIPS+D2T _sips._tcp.example.com\n"          \
	"_sip._udp.example.com SRV 0 0 5060 server3.example.com\n"             \
	"_sip._tcp.example.com SRV 0 1 5060 server1.example.com\n"             \
	"_sip._tcp.example.com SRV 0 2 5060 server2.example.com\n"             \
	"_sips._tcp.example.com SRV 0 0 5061 server4.example.com\n"            \
	"server1.example.com A 192.0.2.1\nserver2.example.com A 192.0.2.2\n"   \
	"server3.example.com A 192.0.2.3\nserver4.example.com A 192.0.2.4"

#endif
