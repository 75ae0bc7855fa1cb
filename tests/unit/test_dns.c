/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dns -- what becomes of names, by a resolver that errs on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "net/dns.h"
#include "peer.h"
#include "pooled.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Answers by the first letter of the name; see the table below. */
static void serve_dns(int fd, void *arg)
{
	static const unsigned char a[] = {0xc0, 12, 0, 1, 0,   1, 0, 0,
					  0,    5,  0, 4, 192, 0, 2, 7};
	static const unsigned char aaaa[] = {
		0xc0, 12,   0, 28, 0, 1, 0, 0, 0, 5, 0, 16, 0x20, 1,
		0x0d, 0xb8, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0,  0,    7};
	unsigned char packet[1024];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t got = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&from,
			       &from_len);
	size_t end = 12, n;
	bool six;

	(void)arg;
	if (got < 17 || got > 512)
		return;
	while (end < (size_t)got && packet[end])
		end += packet[end] + 1u;
	end += 5;
	if (end > (size_t)got)
		return;
	six = packet[end - 3] == 28;
	packet[2] = 0x81;
	packet[3] = 0x80;
	memset(packet + 6, 0, 6);
	n = end;
	switch (packet[13]) {
	case 'b': /* both families */
	case 'i': /* IPv4 only, the other has no data */
	case 'h': /* IPv4 only, the other is silence */
	case 'k': /* IPv4 only, the other is SERVFAIL */
		if (six && packet[13] == 'h')
			return;
		if (six && packet[13] == 'k') {
			packet[3] |= 2;
			break;
		}
		if (six && packet[13] == 'i')
			break;
		packet[7] = 1;
		memcpy(packet + n, six ? aaaa : a,
		       six ? sizeof(aaaa) : sizeof(a));
		n += six ? sizeof(aaaa) : sizeof(a);
		break;
	case 'x':
		packet[3] |= 3;
		break;
	case 's':
		packet[3] |= 2;
		break;
	case 'r':
		packet[3] |= 5;
		break;
	case 'm': /* no data, and SERVFAIL for the other family */
		packet[3] |= six ? 2 : 0;
		break;
	case 'q':
		return;
	case 'g': /* promises answers that are not there */
		packet[6] = 0xff;
		break;
	default: /* no data */
		break;
	}
	(void)sendto(fd, packet, n, 0, (struct sockaddr *)&from, from_len);
}

static void names_are_looked_up(void **state)
{
	static const struct {
		const char *name;
		int family;
		enum err_kind kind;
		size_t n;
		const char *text; /* first address, or part of the error */
	} cases[] = {
		{"b.test", AF_UNSPEC, ERR_NONE, 2, "2001:db8::7"},
		{"b.test.", AF_UNSPEC, ERR_NONE, 2, "2001:db8::7"},
		{"b.test", AF_INET, ERR_NONE, 1, "192.0.2.7"},
		{"b.test", AF_INET6, ERR_NONE, 1, "2001:db8::7"},
		{"b", AF_UNSPEC, ERR_NONE, 2, "2001:db8::7"},
		{"i.test", AF_UNSPEC, ERR_NONE, 1, "192.0.2.7"},
		{"k.test", AF_UNSPEC, ERR_NONE, 1, "192.0.2.7"},
		{"h.test", AF_UNSPEC, ERR_NONE, 1, "192.0.2.7"},
		{"i.test", AF_INET6, ERR_NO_NAME, 0, "has no IPv6 address"},
		{"n.test", AF_UNSPEC, ERR_NO_NAME, 0, "has no address"},
		{"x.test", AF_UNSPEC, ERR_NO_NAME, 0, "NXDOMAIN"},
		{"a..test", AF_UNSPEC, ERR_NO_NAME, 0, "cannot be"},
		{"", AF_UNSPEC, ERR_NO_NAME, 0, "cannot be"},
		{".", AF_UNSPEC, ERR_NO_NAME, 0, "cannot be"},
		{"s.test", AF_UNSPEC, ERR_NO_RESOLVER, 0, "SERVFAIL"},
		{"m.test", AF_UNSPEC, ERR_NO_RESOLVER, 0, "SERVFAIL"},
		{"r.test", AF_UNSPEC, ERR_NO_RESOLVER, 0, "REFUSED"},
		{"g.test", AF_INET, ERR_NO_RESOLVER, 0, "127.0.0.1:"},
		{"q.test", AF_UNSPEC, ERR_NO_RESOLVER, 0, "did not answer"},
		{"localhost", AF_INET, ERR_NONE, 1, "127.0.0.1"},
		{"A.LocalHost", AF_UNSPEC, ERR_NONE, 2, "::1"},
	};
	struct peer peer = {.serve = serve_dns, .type = SOCK_DGRAM};
	char text[ADDR_TEXT_MAX];
	struct dns *dns;
	struct err err;

	peer_start(&peer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* h waits a second for the silent family, q for ever */
		const usec limit = cases[i].name[0] == 'h' ? 3 * USEC_PER_SEC
							   : USEC_PER_SEC / 2;
		struct addrs addrs = {0};
		int rc;

		assert_int_equal(
			dns_open(&dns, *state,
				 pool_printf(*state, "127.0.0.1:%u", peer.port),
				 &err),
			0);
		rc = dns_host(dns, cases[i].name, cases[i].family, &addrs,
			      deadline_in(limit), &err);
		dns_close(dns);
		assert_int_equal(rc, cases[i].kind == ERR_NONE ? 0 : -1);
		assert_int_equal(addrs.n, cases[i].n);
		if (rc == 0) {
			assert_string_equal(addr_host_text(addrs.v, text),
					    cases[i].text);
			continue;
		}
		assert_int_equal(err.kind, cases[i].kind);
		if (!strstr(err.text, cases[i].text))
			fail_msg("%s: %s", cases[i].name, err.text);
	}
	peer_stop(&peer);
}

static void resolvers_are_addresses(void **state)
{
	static const char *const good[] = {
		"192.0.2.1",      "192.0.2.1:53",     "2001:db8::1",
		"[2001:db8::1]",  "[2001:db8::1]:53", "2001:db8::1#5353",
		"192.0.2.1#5353",
	};
	static const char *const bad[] = {
		"",
		"dns.test",
		"192.0.2.1:",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"192.0.2.1:x",
		"[::1]:",
		"fe80::1%lo",
		"192.0.2.1,192.0.2.2",
	};
	struct dns *dns;
	struct err err;

	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(dns_open(&dns, *state, good[i], &err), 0);
		dns_close(dns);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(dns_open(&dns, *state, bad[i], &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	dns_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_looked_up, make_pool,
						drop_pool),
		cmocka_unit_test_setup_teardown(resolvers_are_addresses,
						make_pool, drop_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
