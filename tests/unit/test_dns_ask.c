/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dns_ask -- services asked for, in a zone with good and bad answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "net/dns.h"
#include "peer.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define TYPE_A     1
#define TYPE_AAAA  28
#define TYPE_SRV   33
#define TYPE_NAPTR 35
#define SERVFAIL   2
#define NXDOMAIN   3

/* "a.test" and what follows it, as RFC 1035 3.1 writes names. */
#define NAME(label) label "\4test\0"

#define LONG "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijab"

/* The answers to a name, chosen by its first label. */
static const struct told {
	const char *label;
	int rcode, promised, type;
	const char *data[3]; /* of each record */
	size_t len[3];
} told[] = {
	{"two",
	 0,
	 2,
	 TYPE_SRV,
	 {"\0\12\0\74\023\305" NAME("\1a"), "\0\24\0\0\023\304" NAME("\1b")},
	 {14, 14}},
	{"root", 0, 1, TYPE_SRV, {"\0\0\0\0\0\0\0"}, {7}},
	{"empty", 0, 0, 0, {NULL}, {0}},
	{"gone", NXDOMAIN, 0, 0, {NULL}, {0}},
	{"fail", SERVFAIL, 0, 0, {NULL}, {0}},
	{"cut", 0, 3, TYPE_SRV, {"\0\1\0\1\0\1" NAME("\1a")}, {14}},
	{"short", 0, 1, TYPE_SRV, {"\0\1\0\1\0"}, {5}},
	{"loop", 0, 1, TYPE_SRV, {"\0\1\0\1\0\1\300\55"}, {8}},
	{"address", 0, 1, TYPE_A, {"\300\0\2\7"}, {4}},
	{"control", 0, 1, TYPE_SRV, {"\0\1\0\1\0\1" NAME("\2a\33")}, {15}},
	{"blank", 0, 1, TYPE_SRV, {"\0\1\0\1\0\1" NAME("\3a b")}, {16}},
	{"dotted", 0, 1, TYPE_SRV, {"\0\1\0\1\0\1" NAME("\3a.b")}, {16}},
	/* 257 bytes where RFC 1035 2.3.4 has 255 */
	{"long",
	 0,
	 1,
	 TYPE_SRV,
	 {"\0\1\0\1\0\1\76" LONG "\76" LONG "\76" LONG "\76" LONG "\3abc\0"},
	 {263}},
	{"half",
	 0,
	 2,
	 TYPE_SRV,
	 {"\0\1\0\1\0\1" NAME("\2a\33"), "\0\2\0\0\0\2" NAME("\1b")},
	 {15, 14}},
	{"pointers",
	 0,
	 3,
	 TYPE_NAPTR,
	 {"\0\12\0\62\1s\10SIPS+D2T\0" NAME("\1a"),
	  "\0\24\0\63\1u\7E2U+sip\11!^.*$!x!i\0",
	  "\0\36\0\64\0\0\0" NAME("\2a\1")},
	 {24, 25, 16}},
	{"stub", 0, 1, TYPE_NAPTR, {"\0\12\0\62\377s"}, {6}},
};

#define MANY 100 /* records under "many", more than a datagram holds */

static void put(unsigned char *packet, size_t *n, const void *data, size_t len)
{
	assert_true(*n + len <= 4096);
	memcpy(packet + *n, data, len);
	*n += len;
}

static void put_record(unsigned char *packet, size_t *n, int type,
		       const void *data, size_t len)
{
	const unsigned char head[] = {0xc0,
				      12,
				      0,
				      (unsigned char)type,
				      0,
				      1,
				      0,
				      0,
				      0,
				      5,
				      (unsigned char)(len >> 8),
				      (unsigned char)len};

	put(packet, n, head, sizeof(head));
	put(packet, n, data, len);
}

/* The same zone by both, and a resolver that asks there. */
struct zone {
	struct peer stream, datagram;
	struct dns *dns;
	struct pool *pool;
	atomic_uint flaky; /* questions for "flaky" */
};

/* Turns the question in `packet` into its answer; 0: silence. */
static size_t tell(struct zone *zone, unsigned char packet[4096], size_t got,
		   bool stream)
{
	char label[64] = "";
	size_t end = 12, n;
	int type;

	if (got < 17 || packet[12] > 63)
		return 0;
	memcpy(label, packet + 13, packet[12]);
	while (end < got && packet[end])
		end += packet[end] + 1u;
	n = end + 5;
	if (n > got)
		return 0;
	type = packet[end + 2];
	packet[2] = 0x81;
	packet[3] = 0x80;
	memset(packet + 6, 0, 6);
	/* Of this one IPv6 is silence. */
	if (strcmp(label, "address") == 0 && type == TYPE_AAAA)
		return 0;
	if (strcmp(label, "flaky") == 0) {
		if (atomic_fetch_add(&zone->flaky, 1) == 0) {
			packet[3] |= SERVFAIL;
			return n;
		}
		memcpy(label, "two", 4);
	}
	if (strcmp(label, "many") == 0) {
		packet[2] |= stream ? 0 : 2; /* TC */
		packet[7] = stream ? MANY : 0;
		for (int i = 0; stream && i < MANY; i++)
			put_record(packet, &n, TYPE_SRV,
				   "\0\1\0\1\0\1" NAME("\1a"), 14);
		return n;
	}
	for (size_t i = 0; i < COUNT(told); i++) {
		if (strcmp(label, told[i].label) != 0)
			continue;
		packet[3] |= (unsigned char)told[i].rcode;
		packet[7] = (unsigned char)told[i].promised;
		for (size_t k = 0; k < 3 && told[i].data[k]; k++)
			put_record(packet, &n, told[i].type, told[i].data[k],
				   told[i].len[k]);
		return n;
	}
	return 0;
}

static void serve_datagram(int fd, void *arg)
{
	unsigned char packet[4096];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t got = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&from,
			       &from_len);
	size_t n = got > 0 ? tell(arg, packet, (size_t)got, false) : 0;

	if (n > 0)
		(void)sendto(fd, packet, n, 0, (struct sockaddr *)&from,
			     from_len);
}

/* RFC 1035 4.2.2: two bytes of length go before each message. */
static void serve_stream(int fd, void *arg)
{
	unsigned char packet[4096], size[2];
	size_t n;

	if (recv(fd, size, 2, MSG_WAITALL) != 2)
		return;
	n = (size_t)size[0] << 8 | size[1];
	if (n > 512 || recv(fd, packet, n, MSG_WAITALL) != (ssize_t)n)
		return;
	n = tell(arg, packet, n, true);
	size[0] = (unsigned char)(n >> 8);
	size[1] = (unsigned char)n;
	peer_send(fd, size, 2);
	peer_send(fd, packet, n);
	(void)recv(fd, packet, sizeof(packet), 0); /* until it hangs up */
}

static int open_zone(void **state)
{
	struct pool *pool = pool_new();
	struct zone *zone = pool_zalloc(pool, sizeof(*zone));
	struct err err;

	*state = zone;
	zone->pool = pool;
	zone->stream = (struct peer){serve_stream, zone, SOCK_STREAM};
	peer_start(&zone->stream);
	zone->datagram = (struct peer){serve_datagram, zone, SOCK_DGRAM,
				       zone->stream.port};
	peer_start(&zone->datagram);
	return dns_open(&zone->dns, pool,
			pool_printf(pool, "127.0.0.1:%u", zone->datagram.port),
			&err);
}

static int close_zone(void **state)
{
	struct zone *zone = *state;

	dns_close(zone->dns);
	peer_stop(&zone->datagram);
	peer_stop(&zone->stream);
	pool_free(zone->pool);
	return 0;
}

static struct dns_question ask_one(struct zone *zone, enum dns_type type,
				   const char *name)
{
	struct dns_question question = {.type = type, .name = name};
	struct err err;

	assert_int_equal(dns_ask(zone->dns, &question, 1,
				 deadline_in(5 * USEC_PER_SEC), &err),
			 0);
	return question;
}

static void srv_records_are_read(void **state)
{
	const struct dns_question two = ask_one(*state, DNS_SRV, "two.test");

	assert_int_equal(two.err.kind, ERR_NONE);
	assert_int_equal(two.srvs_len, 2);
	assert_int_equal(two.srvs[0].priority, 10);
	assert_int_equal(two.srvs[0].weight, 60);
	assert_int_equal(two.srvs[0].port, 5061);
	assert_string_equal(two.srvs[0].target, "a.test");
	assert_int_equal(two.srvs[1].priority, 20);
	assert_int_equal(two.srvs[1].weight, 0);
	assert_int_equal(two.srvs[1].port, 5060);
	assert_string_equal(two.srvs[1].target, "b.test");
}

static void the_root_as_target_is_an_empty_text(void **state)
{
	const struct dns_question root = ask_one(*state, DNS_SRV, "root.test");

	assert_int_equal(root.err.kind, ERR_NONE);
	assert_int_equal(root.srvs_len, 1);
	assert_string_equal(root.srvs[0].target, "");
}

static void naptr_records_are_read(void **state)
{
	const struct dns_question q =
		ask_one(*state, DNS_NAPTR, "pointers.test");

	assert_int_equal(q.err.kind, ERR_NONE);
	assert_int_equal(q.naptrs_len, 2); /* the third replaces by a\001 */
	assert_int_equal(q.naptrs[0].order, 10);
	assert_int_equal(q.naptrs[0].preference, 50);
	assert_string_equal(q.naptrs[0].flags, "s");
	assert_string_equal(q.naptrs[0].services, "SIPS+D2T");
	assert_string_equal(q.naptrs[0].regexp, "");
	assert_string_equal(q.naptrs[0].replacement, "a.test");
	assert_int_equal(q.naptrs[1].order, 20);
	assert_string_equal(q.naptrs[1].flags, "u");
	assert_string_equal(q.naptrs[1].services, "E2U+sip");
	assert_string_equal(q.naptrs[1].regexp, "!^.*$!x!i");
	assert_string_equal(q.naptrs[1].replacement, "");
}

static void what_is_no_service_is_told_apart(void **state)
{
	static const struct {
		const char *name;
		enum dns_type type;
		enum err_kind kind;
		bool nodata;
		const char *text;
	} cases[] = {
		{"empty.test", DNS_SRV, ERR_NO_NAME, true, "no SRV record"},
		{"empty.test", DNS_NAPTR, ERR_NO_NAME, true, "no NAPTR record"},
		{"address.test", DNS_SRV, ERR_NO_NAME, true, "no SRV record"},
		{"address.test", DNS_NAPTR, ERR_NO_NAME, true, "no NAPTR"},
		{"gone.test", DNS_SRV, ERR_NO_NAME, false, "NXDOMAIN"},
		{"a..test", DNS_SRV, ERR_NO_NAME, false, "cannot be"},
		{"", DNS_NAPTR, ERR_NO_NAME, false, "cannot be"},
		{"fail.test", DNS_SRV, ERR_NO_RESOLVER, false, "SERVFAIL"},
		/* The same again: asking twice left no trace. */
		{"fail.test", DNS_NAPTR, ERR_NO_RESOLVER, false, "SERVFAIL"},
		{"cut.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		{"short.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		{"stub.test", DNS_NAPTR, ERR_NO_RESOLVER, false, "of no use"},
		{"loop.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		{"control.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		{"blank.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		{"long.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		{"dotted.test", DNS_SRV, ERR_NO_RESOLVER, false, "of no use"},
		/* RFC 6761 6.3: "two.localhost" is nobody else's. */
		{"two.localhost", DNS_SRV, ERR_NO_NAME, true, "no SRV record"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct dns_question q =
			ask_one(*state, cases[i].type, cases[i].name);

		if (q.err.kind != cases[i].kind ||
		    q.nodata != cases[i].nodata ||
		    !strstr(q.err.text, cases[i].text))
			fail_msg("%s: %d %s", cases[i].name, q.err.kind,
				 q.err.text);
		assert_int_equal(q.srvs_len + q.naptrs_len, 0);
	}
}

static void a_record_of_no_use_leaves_the_others(void **state)
{
	const struct dns_question half = ask_one(*state, DNS_SRV, "half.test");

	assert_int_equal(half.err.kind, ERR_NONE);
	assert_int_equal(half.srvs_len, 1);
	assert_string_equal(half.srvs[0].target, "b.test");
}

static void long_answers_come_by_tcp_and_are_bounded(void **state)
{
	const struct dns_question many = ask_one(*state, DNS_SRV, "many.test");

	assert_int_equal(many.err.kind, ERR_NONE);
	assert_int_equal(many.srvs_len, 64);
	assert_string_equal(many.srvs[63].target, "a.test");
}

static void questions_have_outcomes_of_their_own(void **state)
{
	struct zone *zone = *state;
	struct dns_question q[] = {
		{.type = DNS_NAPTR, .name = "pointers.test"},
		{.type = DNS_SRV, .name = "fail.test"},
		{.type = DNS_SRV, .name = "quiet.test"},
		{.type = DNS_SRV, .name = "two.test"},
		{.type = DNS_A, .name = "address.test"},
		{.type = DNS_AAAA, .name = "empty.test"},
		{.type = DNS_A, .name = "gone.test"},
		{.type = DNS_A, .name = "localhost"},
		{.type = DNS_A, .name = ""},
	};
	static const enum err_kind kinds[COUNT(q)] = {
		ERR_NONE,    ERR_NO_RESOLVER, ERR_NO_RESOLVER,
		ERR_NONE,    ERR_NONE,        ERR_NO_NAME,
		ERR_NO_NAME, ERR_NONE,        ERR_NO_NAME,
	};
	struct err err;

	assert_int_equal(dns_ask(zone->dns, q, COUNT(q),
				 deadline_in(USEC_PER_SEC / 2), &err),
			 0);
	for (size_t i = 0; i < COUNT(q); i++)
		assert_int_equal(q[i].err.kind, kinds[i]);
	assert_int_equal(q[0].naptrs_len, 2);
	assert_non_null(strstr(q[2].err.text, "did not answer"));
	assert_int_equal(q[3].srvs_len, 2);
	assert_int_equal(q[4].addrs.n, 1);
	assert_true(q[5].nodata);
	assert_int_equal(q[7].addrs.n, 1);
}

static void a_server_that_fails_is_asked_again(void **state)
{
	const struct dns_question q = ask_one(*state, DNS_SRV, "flaky.test");

	assert_int_equal(q.err.kind, ERR_NONE);
	assert_int_equal(q.srvs_len, 2);
}

/* A minute would be there; c-ares alone gives up after a quarter of it. */
static void a_silent_family_does_not_hold_the_other_up(void **state)
{
	const struct deadline by = deadline_in(60 * USEC_PER_SEC);
	struct zone *zone = *state;
	struct dns_question q[] = {
		{.type = DNS_A, .name = "address.test"},
		{.type = DNS_AAAA, .name = "address.test"},
	};
	struct err err;

	assert_int_equal(dns_ask(zone->dns, q, COUNT(q), by, &err), 0);
	assert_int_equal(q[0].err.kind, ERR_NONE);
	assert_int_equal(q[1].err.kind, ERR_NO_RESOLVER);
	assert_true(deadline_left(by) > 50 * USEC_PER_SEC);
}

/* RFC 2308 2.1: NXDOMAIN holds for every type, whatever else was not told. */
static void addresses_of_a_name_have_one_outcome(void **state)
{
	const struct dns_question gone = {.err = {ERR_NO_NAME, "gone"}},
				  mute = {.err = {ERR_NO_RESOLVER, "mute"}},
				  bare = {.err = {ERR_NO_NAME, "bare"},
					  .nodata = true};
	const struct {
		struct dns_question both[2];
		size_t n;
		enum err_kind kind;
		const char *text;
	} cases[] = {
		{{gone, mute}, 2, ERR_NO_NAME, "gone"},
		{{mute, gone}, 2, ERR_NO_NAME, "gone"},
		{{bare, mute}, 2, ERR_NO_RESOLVER, "mute"},
		{{mute, bare}, 2, ERR_NO_RESOLVER, "mute"},
		{{bare, gone}, 2, ERR_NO_NAME, "gone"},
		{{bare, bare}, 2, ERR_NO_NAME, "has no address"},
		{{bare}, 1, ERR_NO_NAME, "bare"},
	};
	struct zone *zone = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addrs addrs = {0};
		struct err err;

		assert_int_equal(dns_addrs(cases[i].both, cases[i].n, &addrs,
					   zone->pool, &err),
				 -1);
		assert_int_equal(err.kind, cases[i].kind);
		assert_non_null(strstr(err.text, cases[i].text));
	}
}

static void nothing_is_asked_when_the_time_is_up(void **state)
{
	struct zone *zone = *state;
	struct dns_question q = {.type = DNS_SRV, .name = "two.test"};
	struct err err;

	assert_int_equal(dns_ask(zone->dns, &q, 1, deadline_in(0), &err), -1);
	assert_int_equal(err.kind, ERR_NO_TIME);
}

#define ZONE_TEST(f) cmocka_unit_test_setup_teardown(f, open_zone, close_zone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ZONE_TEST(srv_records_are_read),
		ZONE_TEST(the_root_as_target_is_an_empty_text),
		ZONE_TEST(naptr_records_are_read),
		ZONE_TEST(what_is_no_service_is_told_apart),
		ZONE_TEST(a_record_of_no_use_leaves_the_others),
		ZONE_TEST(long_answers_come_by_tcp_and_are_bounded),
		ZONE_TEST(questions_have_outcomes_of_their_own),
		ZONE_TEST(a_server_that_fails_is_asked_again),
		ZONE_TEST(a_silent_family_does_not_hold_the_other_up),
		ZONE_TEST(addresses_of_a_name_have_one_outcome),
		ZONE_TEST(nothing_is_asked_when_the_time_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
