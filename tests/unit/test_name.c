/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_name -- name matching, refusal by refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "pki/name.h"

/* Room for a label too long and a name too long. */
#define A63  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A59  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A251 A63 "." A63 "." A63 "." A59

/* As STR(), for static tables. */
#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	struct str presented, expected;
	bool never, leftmost; /* does it cover, in which mode? */
} pairs[] = {
	/* RFC 4343: the case of ASCII letters does not count. */
	{S("um1.contoso.test"), S("um1.contoso.test"), true, true},
	{S("UM1.Contoso.TEST"), S("um1.contoso.test"), true, true},
	{S("um1.contoso.test"), S("UM1.CONTOSO.test"), true, true},
	/* whole names only */
	{S("um1.contoso.test"), S("um2.contoso.test"), false, false},
	{S("um1xcontoso.test"), S("um1.contoso.test"), false, false},
	{S("um1.contoso.test"), S("um1xcontoso.test"), false, false},
	{S("um1.contoso.tes"), S("um1.contoso.test"), false, false},
	{S("um1.contoso.testt"), S("um1.contoso.test"), false, false},
	{S("um1"), S("um1.contoso.test"), false, false},
	{S("contoso.test"), S("um1.contoso.test"), false, false},
	{S(".contoso.test"), S("um1.contoso.test"), false, false},
	{S("um1.contoso.test"), S("contoso.test"), false, false},
	/* The root label is ours to give, RFC 5280 4.2.1.6 gives none. */
	{S("um1.contoso.test"), S("um1.contoso.test."), true, true},
	{S("um1.contoso.test"), S("um1.contoso.test.."), false, false},
	{S("um1.contoso.test."), S("um1.contoso.test"), false, false},
	{S("um1.contoso.test."), S("um1.contoso.test."), false, false},
	{S("*.contoso.test."), S("um1.contoso.test"), false, false},
	/* what cannot be a host name covers none */
	{S(""), S("um1.contoso.test"), false, false},
	{S("um1.contoso.test"), S(""), false, false},
	{S(""), S(""), false, false},
	{S("."), S("."), false, false},
	{S("um1.contoso.test\0.evil.test"), S("um1.contoso.test"), false,
	 false},
	{S("um1.contoso.test\0"), S("um1.contoso.test"), false, false},
	{S("\0um1.contoso.test"), S("um1.contoso.test"), false, false},
	{S("*.contoso.test\0"), S("um1.contoso.test"), false, false},
	{S("um1.contoso.test "), S("um1.contoso.test"), false, false},
	{S(" um1.contoso.test"), S("um1.contoso.test"), false, false},
	{S("um1.contoso.test\n"), S("um1.contoso.test"), false, false},
	{S("um1/contoso.test"), S("um1/contoso.test"), false, false},
	/* RFC 5890: an IDN is compared by its A-labels (one has a Kelvin K). */
	{S("xn--bcher-kva.test"), S("xn--bcher-kva.test"), true, true},
	{S("XN--BCHER-KVA.test"), S("xn--bcher-kva.test"), true, true},
	{S("b\303\274cher.test"), S("xn--bcher-kva.test"), false, false},
	{S("b\303\274cher.test"), S("b\303\274cher.test"), false, false},
	{S("\342\204\252.test"), S("k.test"), false, false},
	{S("um_1.contoso.test"), S("um_1.contoso.test"), true, true},
	/* RFC 9525 6.3: "*" as the whole left-most label, for one label */
	{S("*.contoso.test"), S("um1.contoso.test"), false, true},
	{S("*.CONTOSO.test"), S("um1.contoso.TEST."), false, true},
	{S("*.contoso.test"), S("xn--bcher-kva.contoso.test"), false, true},
	{S("*.contoso.test"), S("contoso.test"), false, false},
	{S("*.contoso.test"), S(".contoso.test"), false, false},
	{S("*.contoso.test"), S("a.b.contoso.test"), false, false},
	{S("*.contoso.test"), S("um1.fabrikam.test"), false, false},
	{S("*.contoso.test"), S("um1xcontoso.test"), false, false},
	{S("*.b.contoso.test"), S("a.b.contoso.test"), false, true},
	{S("um1.*.test"), S("um1.contoso.test"), false, false},
	{S("um1.contoso.*"), S("um1.contoso.test"), false, false},
	{S("um*.contoso.test"), S("um1.contoso.test"), false, false},
	{S("*um.contoso.test"), S("xum.contoso.test"), false, false},
	{S("u*1.contoso.test"), S("um1.contoso.test"), false, false},
	{S("**.contoso.test"), S("um1.contoso.test"), false, false},
	{S("*.*.test"), S("um1.contoso.test"), false, false},
	{S("*.*.test"), S("um1.*.test"), false, false},
	{S("*.test"), S("contoso.test"), false, false},
	{S("*."), S("um1"), false, false},
	{S("*"), S("um1"), false, false},
	{S("*"), S("um1.contoso.test"), false, false},
	/* RFC 9525 6.5: an address is no DNS name. */
	{S("192.0.2.1"), S("192.0.2.1"), false, false},
	{S("*.0.2.1"), S("192.0.2.1"), false, false},
	{S("2001:db8::1"), S("2001:db8::1"), false, false},
};

/* An allocation of just that size: a byte too far is seen by the sanitizer. */
static char *exact(struct str s)
{
	char *copy = malloc(s.n ? s.n : 1);

	assert_non_null(copy);
	memcpy(copy, s.p, s.n);
	return copy;
}

static bool covers(size_t i, enum wildcard w)
{
	char *presented = exact(pairs[i].presented);
	char *expected = exact(pairs[i].expected);
	bool covered =
		name_covers((struct str){presented, pairs[i].presented.n},
			    (struct str){expected, pairs[i].expected.n}, w);

	free(presented);
	free(expected);
	return covered;
}

static void a_name_covers_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		if (covers(i, WILDCARD_NEVER) != pairs[i].never)
			fail_msg("'%s' and '%s' without wildcards",
				 pairs[i].presented.p, pairs[i].expected.p);
		if (covers(i, WILDCARD_LEFTMOST) != pairs[i].leftmost)
			fail_msg("'%s' and '%s' with wildcards",
				 pairs[i].presented.p, pairs[i].expected.p);
	}
}

static void any_asterisk_makes_a_wildcard(void **state)
{
	(void)state;
	assert_true(name_is_wildcard(STR("*.contoso.test")));
	assert_true(name_is_wildcard(STR("um*.contoso.test")));
	assert_true(name_is_wildcard(STR("um1.contoso.*")));
	assert_true(name_is_wildcard(STR("*")));
	assert_false(name_is_wildcard(STR("um1.contoso.test")));
	assert_false(name_is_wildcard(STR("")));
}

static void a_servers_fqdn_gives_no_objection(void **state)
{
	static const struct str names[] = {
		S("a0z9.A0Z9"),
		S("um1.contoso.test"),
		S("UM1.contoso.test"),
		S("a.b"),
		S("1.contoso.test"),
		S("xn--bcher-kva.test"),
		S(A63 ".test"),
		S(A251 "."
		       "a"),
		S("a-b.test"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (name_objection(names[i]))
			fail_msg("%s: %s", names[i].p,
				 name_objection(names[i]));
}

static void each_objection_is_told_for_what_it_is(void **state)
{
	static const struct {
		struct str name;
		const char *says;
	} cases[] = {
		{S(""), "empty"},
		{S("mail"), "short name"},
		{S("192.0.2.1"), "address"},
		{S("2001:db8::1"), "address"},
		{S("um_1.contoso.test"), "underscore"},
		{S("um1 contoso.test"), "blank"},
		{S("um1.contoso.test "), "blank"},
		{S("um1\tcontoso.test"), "blank"},
		{S("um1.contoso.test."), "ends with a dot"},
		{S("um1.contoso.test\0.evil.test"), "NUL"},
		{S("um1.contoso.test\0"), "NUL"},
		{S("b\303\274cher.contoso.test"), "characters"},
		{S("um1@contoso.test"), "characters"},
		{S("um1.contoso.test\n"), "characters"},
		{S("um1..contoso.test"), "empty label"},
		{S(".contoso.test"), "empty label"},
		{S("-um1.contoso.test"), "hyphen"},
		{S("um1-.contoso.test"), "hyphen"},
		{S(A63 "a.test"), "63"},
		{S(A251 ".aa"), "253"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = name_objection(cases[i].name);

		if (!why || !strstr(why, cases[i].says))
			fail_msg("'%s': %s", cases[i].name.p,
				 why ? why : "no objection");
	}
}

static void only_one_root_label_is_taken_off(void **state)
{
	(void)state;
	assert_true(str_eq(name_without_root(STR("a.test.")), STR("a.test")));
	assert_true(str_eq(name_without_root(STR("a.test..")), STR("a.test.")));
	assert_true(str_eq(name_without_root(STR("a.test")), STR("a.test")));
	assert_true(str_eq(name_without_root(STR(".")), STR(".")));
	assert_int_equal(name_without_root(STR("")).n, 0);
}

static void a_name_is_within_its_domain_at_a_label_only(void **state)
{
	const struct str domain = STR("onmicrosoft.com");

	(void)state;
	assert_true(name_within(STR("onmicrosoft.com"), domain));
	assert_true(name_within(STR("OnMicrosoft.COM"), domain));
	assert_true(name_within(STR("contoso.onmicrosoft.com"), domain));
	assert_true(name_within(STR("*.onmicrosoft.com"), domain));
	assert_true(name_within(STR("a.b.ONMICROSOFT.com"), domain));
	assert_true(name_within(STR("contoso.onmicrosoft.com."), domain));
	assert_false(name_within(STR("notonmicrosoft.com"), domain));
	assert_false(name_within(STR("onmicrosoft.com.test"), domain));
	assert_false(name_within(STR("microsoft.com"), domain));
	assert_false(name_within(STR(".onmicrosoft.com"), domain));
	assert_false(name_within(STR("com"), domain));
	assert_false(name_within(STR(""), domain));
}

static void addresses_are_known_however_they_are_written(void **state)
{
	(void)state;
	assert_true(name_is_address(STR("192.0.2.1")));
	assert_true(name_is_address(STR("2001:db8::1")));
	assert_true(name_is_address(STR("::")));
	assert_true(name_is_address(STR("::ffff:192.0.2.1")));
	assert_false(name_is_address(STR("192.0.2")));
	assert_false(name_is_address(STR("192.0.2.256")));
	assert_false(name_is_address(STR("192.0.2.1.")));
	assert_false(name_is_address(STR("192.0.2.1\0")));
	assert_false(name_is_address(STR("[2001:db8::1]")));
	assert_false(name_is_address(STR("um1.contoso.test")));
	assert_false(name_is_address(
		STR("1111:2222:3333:4444:5555:6666:255.255.255.2555")));
	assert_false(name_is_address(STR("")));
}

static void the_same_address_is_the_same_bytes_of_one_family(void **state)
{
	(void)state;
	assert_true(name_same_address(STR("192.0.2.1"), STR("192.0.2.1")));
	assert_true(name_same_address(STR("2001:db8::1"),
				      STR("2001:0DB8:0:0:0:0:0:1")));
	assert_false(name_same_address(STR("192.0.2.1"), STR("192.0.2.2")));
	assert_false(name_same_address(STR("2001:db8::1"), STR("2001:db8::")));
	assert_false(
		name_same_address(STR("192.0.2.1"), STR("::ffff:192.0.2.1")));
	assert_false(name_same_address(STR("a.test"), STR("a.test")));
	assert_false(name_same_address(STR(""), STR("")));
}

static void an_expected_name_is_a_host_or_an_address(void **state)
{
	static const struct str names[] = {
		S("um1.contoso.test"),
		S("um1.contoso.test."),
		S("UM1"),
		S("um_1.contoso.test"),
		S("192.0.2.1"),
		S("2001:db8::1"),
		S("xn--bcher-kva.test"),
		S(A251 ".a"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct err err;

		if (name_check_expected(names[i], &err))
			fail_msg("%s", err.text);
	}
}

static void what_is_no_expected_name_is_refused_with_advice(void **state)
{
	static const struct {
		struct str name;
		const char *says;
	} cases[] = {
		{S(""), "want one like"},
		{S("."), "want one like"},
		{S("a b.test"), "want one like"},
		{S("a..test"), "want one like"},
		{S("-a.test"), "want one like"},
		{S("a.test.."), "want one like"},
		{S("a.test:5061"), "want one like"},
		{S("sip:a.test"), "want one like"},
		{S(A63 "a.test"), "want one like"},
		{S(A251 ".aa"), "want one like"},
		{S("*.contoso.test"), "wildcard"},
		{S("um*.contoso.test"), "wildcard"},
		{S("b\303\274cher.test"), "A-labels"},
		{S("\200.test"), "A-labels"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {0};
		char *name = exact(cases[i].name);

		if (name_check_expected((struct str){name, cases[i].name.n},
					&err) != -1)
			fail_msg("'%s' was taken", cases[i].name.p);
		free(name);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.text, cases[i].says))
			fail_msg("'%s': %s", cases[i].name.p, err.text);
	}
}

static void a_sip_uri_without_user_names_its_domain(void **state)
{
	static const struct {
		struct str uri, domain;
	} cases[] = {
		{S("sip:contoso.test"), S("contoso.test")},
		{S("SIP:Contoso.test"), S("Contoso.test")},
		{S("sip:contoso.test:5061"), S("contoso.test")},
		{S("sip:contoso.test;transport=tls"), S("contoso.test")},
		{S("sip:contoso.test:5061;lr"), S("contoso.test")},
		{S("sip:contoso.test?subject=x"), S("contoso.test")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str domain = name_of_sip_uri(cases[i].uri);

		if (!str_eq(domain, cases[i].domain))
			fail_msg("%s is %.*s", cases[i].uri.p, (int)domain.n,
				 domain.p);
	}
}

static void other_uris_are_no_sip_domain(void **state)
{
	static const struct str uris[] = {
		S("sips:contoso.test"),
		S("sip:um@contoso.test"),
		S("sip:um:secret@contoso.test"),
		S("sip:@contoso.test"),
		S("http://contoso.test/"),
		S("contoso.test"),
		S("sipx:contoso.test"),
		S(" sip:contoso.test"),
		S("sip"),
		S(""),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++)
		if (name_of_sip_uri(uris[i]).p)
			fail_msg("%s was taken", uris[i].p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_covers_what_the_table_says),
		cmocka_unit_test(any_asterisk_makes_a_wildcard),
		cmocka_unit_test(a_servers_fqdn_gives_no_objection),
		cmocka_unit_test(each_objection_is_told_for_what_it_is),
		cmocka_unit_test(only_one_root_label_is_taken_off),
		cmocka_unit_test(a_name_is_within_its_domain_at_a_label_only),
		cmocka_unit_test(addresses_are_known_however_they_are_written),
		cmocka_unit_test(
			the_same_address_is_the_same_bytes_of_one_family),
		cmocka_unit_test(an_expected_name_is_a_host_or_an_address),
		cmocka_unit_test(
			what_is_no_expected_name_is_refused_with_advice),
		cmocka_unit_test(a_sip_uri_without_user_names_its_domain),
		cmocka_unit_test(other_uris_are_no_sip_domain),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
