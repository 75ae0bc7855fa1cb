/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_served -- rules on what the wire showed and the operator demanded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data.h"
#include "pki/profile.h"
#include "pki/rules.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define WANTED  "00112233445566778899AABBCCDDEEFF"
#define ANOTHER "FF112233445566778899AABBCCDDEEFF"

/* A trial of one leaf, and the last reason that a rule gave. */
struct bench {
	struct pool *pool;
	struct evidence evidence;
	struct demands demands;
	struct buf why;
};

static int make_bench(void **state)
{
	struct pool *pool = pool_new();
	struct bench *bench = pool_zalloc(pool, sizeof(*bench));
	struct cert *leaf = pool_zalloc(pool, sizeof(*leaf));

	leaf->sha256 = WANTED;
	leaf->issuer = "CN=Contoso Issuing CA,O=Contoso";
	bench->pool = pool;
	bench->evidence.chain = pool_array(pool, 1, sizeof(leaf));
	bench->evidence.chain[0] = leaf;
	bench->evidence.sent_len = bench->evidence.chain_len = 1;
	*state = bench;
	return 0;
}

static int drop_bench(void **state)
{
	struct bench *bench = *state;

	pool_free(bench->pool);
	return 0;
}

static enum outcome test(struct bench *bench, const struct rule *rule)
{
	const struct trial trial = {&bench->evidence, &bench->demands,
				    &profiles[PROFILE_EXCHANGE_UM]};
	enum outcome outcome;

	buf_init(&bench->why, bench->pool, WHY_MAX);
	outcome = rule->test(&trial, &bench->why);
	if (outcome == RULE_HOLDS || outcome == RULE_MOOT)
		assert_int_equal(bench->why.len, 0);
	else
		assert_true(bench->why.len > 0);
	return outcome;
}

static void assert_says(const struct bench *bench, const char *text)
{
	if (!strstr(bench->why.data, text))
		fail_msg("says: %s", bench->why.data);
}

static void nothing_is_said_of_revocation_that_nobody_looked_at(void **state)
{
	assert_int_equal(test(*state, &rule_revoked), RULE_MOOT);
	assert_int_equal(test(*state, &rule_revocation_unknown), RULE_MOOT);
}

static void each_answer_about_revocation_counts(void **state)
{
	struct bench *bench = *state;
	struct revocation_answer answers[] = {
		{REVOCATION_GOOD, "um1.contoso.test", "stapled", "fine"},
		{REVOCATION_GOOD, "Contoso Issuing CA", "CRL", "fine"},
	};

	bench->evidence.revocation = answers;
	bench->evidence.revocation_len = 2;
	assert_int_equal(test(bench, &rule_revoked), RULE_HOLDS);
	assert_int_equal(test(bench, &rule_revocation_unknown), RULE_HOLDS);

	answers[1].status = REVOCATION_UNKNOWN;
	answers[1].text = "stale";
	assert_int_equal(test(bench, &rule_revoked), RULE_HOLDS);
	assert_int_equal(test(bench, &rule_revocation_unknown), RULE_BROKEN);
	assert_says(bench, "\"Contoso Issuing CA\": stale (CRL)");

	answers[0].status = REVOCATION_REVOKED;
	answers[0].text = "revoked since yesterday";
	assert_int_equal(test(bench, &rule_revoked), RULE_BROKEN);
	assert_says(bench, "um1.contoso.test\": revoked since yesterday");
	assert_int_equal(test(bench, &rule_revocation_unknown), RULE_BROKEN);
}

static void tls_below_1_2_is_too_old(void **state)
{
	static const struct {
		int version;
		const char *name;
		enum outcome outcome;
	} cases[] = {
		{0, NULL, RULE_MOOT},
		{0x0300, "SSLv3", RULE_BROKEN},
		{0x0301, "TLSv1", RULE_BROKEN},
		{0x0302, "TLSv1.1", RULE_BROKEN},
		{0x0303, "TLSv1.2", RULE_HOLDS},
		{0x0304, "TLSv1.3", RULE_HOLDS},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		bench->evidence.tls_version = cases[i].version;
		bench->evidence.tls_version_name = cases[i].name;
		assert_int_equal(test(bench, &rule_tls_version),
				 cases[i].outcome);
		if (cases[i].outcome == RULE_BROKEN)
			assert_says(bench, cases[i].name);
	}
}

/* A handshake that broke off before it asked leaves the question open. */
static void mutual_tls_is_as_wanted_or_told(void **state)
{
	static const struct {
		enum mutual wanted;
		bool established, asked;
		enum outcome outcome;
	} cases[] = {
		{MUTUAL_ANY, true, false, RULE_MOOT},
		{MUTUAL_ANY, true, true, RULE_MOOT},
		{MUTUAL_YES, true, true, RULE_HOLDS},
		{MUTUAL_YES, true, false, RULE_BROKEN},
		{MUTUAL_YES, false, true, RULE_HOLDS},
		{MUTUAL_YES, false, false, RULE_MOOT},
		{MUTUAL_NO, true, false, RULE_HOLDS},
		{MUTUAL_NO, true, true, RULE_BROKEN},
		{MUTUAL_NO, false, true, RULE_BROKEN},
		{MUTUAL_NO, false, false, RULE_MOOT},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		bench->demands.mutual = cases[i].wanted;
		bench->evidence.established = cases[i].established;
		bench->evidence.asked_client_cert = cases[i].asked;
		if (test(bench, &rule_mutual) != cases[i].outcome)
			fail_msg("%zu: %s", i, bench->why.data);
		if (cases[i].outcome == RULE_BROKEN)
			assert_says(bench, cases[i].asked ? "asks for a client"
							  : "asks for no");
	}
}

static void a_list_of_cas_above_12_kib_is_cut_by_windows(void **state)
{
	struct bench *bench = *state;
	const struct bytes ca = {(const unsigned char *)"ca", 2};

	bench->evidence.acceptable_cas = &ca;
	bench->evidence.acceptable_cas_len = 1;
	bench->evidence.acceptable_cas_size = 12 * 1024 + 1;
	assert_int_equal(test(bench, &rule_ca_list), RULE_MOOT);
	bench->evidence.asked_client_cert = true;
	assert_int_equal(test(bench, &rule_ca_list), RULE_BROKEN);
	assert_says(bench, "12289 bytes");
	bench->evidence.acceptable_cas_size = 12 * 1024;
	assert_int_equal(test(bench, &rule_ca_list), RULE_HOLDS);
}

/* Our leaf, its intermediate; each name is one letter of DER here. */
static void a_list_of_cas_holds_one_of_ours_or_is_empty(void **state)
{
	static const struct {
		const char *accepted;
		enum outcome outcome;
	} cases[] = {
		{"", RULE_HOLDS},   /* the server accepts any */
		{"i", RULE_HOLDS},  /* who issued the leaf */
		{"r", RULE_HOLDS},  /* who issued the intermediate */
		{"xi", RULE_HOLDS}, /* among others */
		{"x", RULE_BROKEN},
		{"l", RULE_BROKEN}, /* the leaf is no CA */
		{"xyz", RULE_BROKEN},
	};
	const unsigned char *letter = (const unsigned char *)"lir";
	const struct cert own[] = {
		{.subject_der = {letter, 1},
		 .issuer_der = {letter + 1, 1},
		 .issuer = "CN=Our CA"},
		{.subject_der = {letter + 1, 1},
		 .issuer_der = {letter + 2, 1},
		 .issuer = "CN=Our Root"},
	};
	struct bench *bench = *state;

	bench->evidence.asked_client_cert = true;
	bench->evidence.own = own;
	bench->evidence.own_len = 2;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const size_t n = strlen(cases[i].accepted);
		struct bytes accepted[4];

		for (size_t k = 0; k < n; k++)
			accepted[k] = (struct bytes){
				(const unsigned char *)cases[i].accepted + k,
				1};
		bench->evidence.acceptable_cas = accepted;
		bench->evidence.acceptable_cas_len = n;
		if (test(bench, &rule_ca_list) != cases[i].outcome)
			fail_msg("%s: %s", cases[i].accepted, bench->why.data);
		if (cases[i].outcome == RULE_BROKEN)
			assert_says(bench, "CN=Our CA");
	}
}

static void the_certificate_served_is_that_of_the_file(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(test(bench, &rule_served_differs), RULE_MOOT);
	bench->demands.same_as_file = "new.pem";
	bench->demands.same_as = WANTED;
	assert_int_equal(test(bench, &rule_served_differs), RULE_HOLDS);
	bench->demands.same_as = ANOTHER;
	assert_int_equal(test(bench, &rule_served_differs), RULE_BROKEN);
	assert_says(bench, "new.pem");
}

static void pins_hold_or_are_all_told(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(test(bench, &rule_pin_mismatch), RULE_MOOT);
	bench->demands.issuer = STR("contoso ISSUING");
	assert_int_equal(test(bench, &rule_pin_mismatch), RULE_HOLDS);
	bench->demands.fingerprint = WANTED;
	assert_int_equal(test(bench, &rule_pin_mismatch), RULE_HOLDS);
	bench->demands.fingerprint = ANOTHER;
	assert_int_equal(test(bench, &rule_pin_mismatch), RULE_BROKEN);
	assert_says(bench, ANOTHER);
	bench->demands.issuer = STR("Fabrikam");
	assert_int_equal(test(bench, &rule_pin_mismatch), RULE_BROKEN);
	assert_says(bench, ANOTHER);
	assert_says(bench, "Fabrikam");
}

static struct lifetime_range threshold(struct pool *pool, const char *text)
{
	struct lifetime_range range = {0};
	struct err err;

	if (text && opt_lifetime_range.read(NULL, &range, pool, text, &err))
		fail_msg("%s", err.text);
	return range;
}

/*
 * right.pem at noon: the leaf has 190.5 of 365 days left (52 %), the
 * intermediate, of 3650 days from 2022-01-01, 1863.5 (51 %).
 */
static void each_certificate_sent_has_to_meet_the_thresholds(void **state)
{
	static const struct {
		const char *warning, *critical;
		enum outcome outcome;
		const char *which;
	} cases[] = {
		{NULL, NULL, RULE_HOLDS, NULL},
		{"190:", "190:", RULE_HOLDS, NULL},
		{"191:", NULL, RULE_BROKEN, "um1.contoso.test"},
		{NULL, "191:", RULE_BROKEN_BADLY, "um1.contoso.test"},
		{"191:", "191:", RULE_BROKEN_BADLY, "um1.contoso.test"},
		{"51%:", NULL, RULE_HOLDS, NULL},
		{"51.5%:", NULL, RULE_BROKEN, "Contoso Issuing CA"},
		{"53%:", NULL, RULE_BROKEN, "um1.contoso.test"},
		{"191:", "51.5%:", RULE_BROKEN_BADLY, "Contoso Issuing CA"},
		{"51.5%:", "191:", RULE_BROKEN_BADLY, "um1.contoso.test"},
		{"~:1000", NULL, RULE_BROKEN, "Contoso Issuing CA"},
		{"@1863:1864", NULL, RULE_BROKEN, "Contoso Issuing CA"},
		{"~:", "~:", RULE_HOLDS, NULL},
	};
	struct bench *bench = *state;
	const struct ders sent = data_certs(bench->pool, "right.pem");
	const struct ders root = data_certs(bench->pool, "root.pem");
	const struct trust_config config = {.anchors = root.v,
					    .anchors_len = root.n};
	struct err err;

	bench->evidence = (struct evidence){.now = NOON};
	assert_int_equal(evidence_read(&bench->evidence, bench->pool, sent.v,
				       sent.n, &config, &err),
			 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		bench->demands.warning =
			threshold(bench->pool, cases[i].warning);
		bench->demands.critical =
			threshold(bench->pool, cases[i].critical);
		if (test(bench, &rule_expiring) != cases[i].outcome)
			fail_msg("%zu: %s", i, bench->why.data);
		if (cases[i].which)
			assert_says(bench, cases[i].which);
	}
}

/* CA/Browser Forum: 398 days, 200 from 2026-03-15, 100 from 2027-03-15, 47 from
 * 2029-03-15, each from 00:00 UTC. */
static void public_cas_are_held_to_the_limit_of_the_day_of_issue(void **state)
{
	static const struct {
		time_t issued;
		int days;
		enum outcome outcome;
	} cases[] = {
		{1598918399, 825, RULE_MOOT},   {1598918400, 398, RULE_HOLDS},
		{1598918400, 399, RULE_BROKEN}, {1773532799, 398, RULE_HOLDS},
		{1773532800, 200, RULE_HOLDS},  {1773532800, 201, RULE_BROKEN},
		{1805068799, 200, RULE_HOLDS},  {1805068800, 100, RULE_HOLDS},
		{1805068800, 101, RULE_BROKEN}, {1868227199, 100, RULE_HOLDS},
		{1868227200, 47, RULE_HOLDS},   {1868227200, 48, RULE_BROKEN},
	};
	struct bench *bench = *state;
	struct cert leaf = {.public_ca = true};

	bench->evidence.chain[0] = &leaf;
	for (size_t i = 0; i < COUNT(cases); i++) {
		leaf.not_before = cases[i].issued;
		leaf.not_after =
			cases[i].issued + (time_t)cases[i].days * DAY - 1;
		if (test(bench, &rule_too_long) != cases[i].outcome)
			fail_msg("%zu: %s", i, bench->why.data);
	}
	leaf.public_ca = false;
	assert_int_equal(test(bench, &rule_too_long), RULE_MOOT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, drop_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_said_of_revocation_that_nobody_looked_at),
		TEST(each_answer_about_revocation_counts),
		TEST(tls_below_1_2_is_too_old),
		TEST(mutual_tls_is_as_wanted_or_told),
		TEST(a_list_of_cas_above_12_kib_is_cut_by_windows),
		TEST(a_list_of_cas_holds_one_of_ours_or_is_empty),
		TEST(the_certificate_served_is_that_of_the_file),
		TEST(pins_hold_or_are_all_told),
		TEST(each_certificate_sent_has_to_meet_the_thresholds),
		TEST(public_cas_are_held_to_the_limit_of_the_day_of_issue),
	};

	return cmocka_run_group_tests_name("served", tests, NULL, NULL);
}
