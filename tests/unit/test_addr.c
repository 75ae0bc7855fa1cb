/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_addr -- which texts are addresses, and how addresses are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "net/addr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void addresses_are_read_and_written(void **state)
{
	static const struct {
		const char *literal;
		int family;
		const char *host, *text;
	} cases[] = {
		{"192.0.2.1", AF_INET, "192.0.2.1", "192.0.2.1:5061"},
		{"0.0.0.0", AF_INET, "0.0.0.0", "0.0.0.0:5061"},
		{"255.255.255.255", AF_INET, "255.255.255.255",
		 "255.255.255.255:5061"},
		{"::1", AF_INET6, "::1", "[::1]:5061"},
		{"[::1]", AF_INET6, "::1", "[::1]:5061"},
		{"2001:DB8:0:0::5", AF_INET6, "2001:db8::5",
		 "[2001:db8::5]:5061"},
		{"::ffff:192.0.2.1", AF_INET6, "::ffff:192.0.2.1",
		 "[::ffff:192.0.2.1]:5061"},
		{"fe80::1%lo", AF_INET6, "fe80::1%lo", "[fe80::1%lo]:5061"},
		{"[fe80::1%1]", AF_INET6, "fe80::1%lo", "[fe80::1%lo]:5061"},
		{"fe80::1%4294967295", AF_INET6, "fe80::1%4294967295",
		 "[fe80::1%4294967295]:5061"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%4000000000",
		 AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4000000000",
		 "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4000000000]:5061"},
	};
	char text[ADDR_TEXT_MAX];
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(addr_from_literal(&addr, cases[i].literal, 5061));
		assert_int_equal(addr.ss.ss_family, cases[i].family);
		assert_int_equal(addr_port(&addr), 5061);
		assert_string_equal(addr_host_text(&addr, text), cases[i].host);
		assert_string_equal(addr_text(&addr, text), cases[i].text);
	}
}

static void names_are_no_addresses(void **state)
{
	static const char *const cases[] = {
		"",
		"um1.contoso.test",
		"192.0.2",
		"192.0.2.1.",
		"192.0.2.256",
		"192.0.2.01",
		"0x7f.0.0.1",
		"127.1",
		"2130706433",
		" 192.0.2.1",
		"192.0.2.1 ",
		"192.0.2.1:5061",
		"[192.0.2.1]",
		"[",
		"[]",
		"[::1",
		"::1]",
		"[::1]:5061",
		"[[::1]]",
		":::",
		"1::2::3",
		"12345::",
		"fe80::1%",
		"fe80::1%0",
		"fe80::1%no-such-interface",
		"fe80::1%4294967296",
		"192.0.2.1%lo",
		"fe80::1%aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (addr_from_literal(&addr, cases[i], 1))
			fail_msg("\"%s\" was taken for an address", cases[i]);
}

static void ports_are_replaced(void **state)
{
	struct addr addr, with;
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_true(addr_from_literal(&addr, "192.0.2.1", 0));
	with = addr_with_port(&addr, 65535);
	assert_string_equal(addr_text(&with, text), "192.0.2.1:65535");
	assert_int_equal(addr_port(&addr), 0);
	assert_true(addr_from_literal(&addr, "::1", 9));
	with = addr_with_port(&addr, 10);
	assert_string_equal(addr_text(&with, text), "[::1]:10");
}

static void raw_addresses_are_taken(void **state)
{
	const unsigned char four[4] = {192, 0, 2, 7};
	const unsigned char six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
	struct addr addr;
	char text[ADDR_TEXT_MAX];

	(void)state;
	addr = addr_from_raw(AF_INET, four);
	assert_string_equal(addr_text(&addr, text), "192.0.2.7:0");
	assert_int_equal(addr.len, sizeof(struct sockaddr_in));
	addr = addr_from_raw(AF_INET6, six);
	assert_string_equal(addr_text(&addr, text), "[2001:db8::7]:0");
	assert_int_equal(addr.len, sizeof(struct sockaddr_in6));
}

static void link_local_needs_its_link(void **state)
{
	static const struct {
		const char *literal;
		bool whole;
	} cases[] = {
		{"fe80::1", false},    {"fe80::1%lo", true},  {"::1", true},
		{"2001:db8::1", true}, {"169.254.1.1", true},
	};
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(addr_from_literal(&addr, cases[i].literal, 1));
		assert_int_equal(addr_is_whole(&addr), cases[i].whole);
	}
}

static void lists_grow(void **state)
{
	struct pool *pool = pool_new();
	struct addrs list = {0};
	struct addr addr;

	(void)state;
	for (uint16_t i = 0; i < 100; i++) {
		assert_true(addr_from_literal(&addr, "::1", i));
		addrs_add(&list, pool, &addr);
	}
	assert_int_equal(list.n, 100);
	for (uint16_t i = 0; i < 100; i++)
		assert_int_equal(addr_port(&list.v[i]), i);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(names_are_no_addresses),
		cmocka_unit_test(ports_are_replaced),
		cmocka_unit_test(raw_addresses_are_taken),
		cmocka_unit_test(link_local_needs_its_link),
		cmocka_unit_test(lists_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
