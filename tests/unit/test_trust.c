/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_trust -- paths, strangers, order, and all that forbids a path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/clock.h"
#include "data.h"
#include "pki/trust.h"

/* Long enough for valgrind, short for what grows without bounds. */
#define PATIENCE (30 * USEC_PER_SEC)

/* What was sent, against an anchors file of pki/ or NULL. */
static struct trust check(struct pool *pool, struct ders sent,
			  const char *anchors)
{
	const struct ders known = data_certs(pool, anchors);
	const struct trust_config config = {
		.anchors = known.v,
		.anchors_len = known.n,
		.at = NOON,
	};
	struct trust trust;
	struct err err;

	if (trust_check(&trust, pool, sent.v, sent.n, &config, &err))
		fail_msg("%s", err.text);
	return trust;
}

static struct trust check_file(struct pool *pool, const char *file,
			       const char *anchors)
{
	return check(pool, data_certs(pool, file), anchors);
}

static void assert_fine(const struct trust *trust)
{
	if (trust->objections.n > 0)
		fail_msg(STR_FMT, STR_ARG(trust->objections.v[0]));
	assert_true(trust->anchored);
}

static void a_path_names_what_was_sent_and_what_was_known(void **state)
{
	const struct trust trust = check_file(*state, "right.pem", "root.pem");
	const struct ders sent = data_certs(*state, "right.pem");
	const struct ders root = data_certs(*state, "root.pem");

	assert_fine(&trust);
	assert_int_equal(trust.sent_len, 2);
	assert_int_equal(trust.path_len, 3);
	assert_true(bytes_eq(trust.path[0].cert->der, sent.v[0]));
	assert_true(bytes_eq(trust.path[1].cert->der, sent.v[1]));
	assert_true(bytes_eq(trust.path[2].cert->der, root.v[0]));
	assert_true(trust.path[0].sent && trust.path[1].sent);
	assert_false(trust.path[2].sent);
}

static void a_root_that_is_sent_is_an_anchor_only_if_we_hold_it(void **state)
{
	const struct trust ours =
		check_file(*state, "root-sent.pem", "root.pem");
	const struct trust theirs =
		check_file(*state, "root-sent.pem", "foreign-root.pem");

	assert_fine(&ours);
	assert_true(ours.path[2].sent);
	assert_false(theirs.anchored);
	assert_int_equal(theirs.path_len, 3);
}

static void only_what_signed_itself_is_an_anchor(void **state)
{
	assert_false(check_file(*state, "right.pem", "issuing.pem").anchored);
	assert_false(
		check_file(*state, "leaf-only.pem", "issuing.pem").anchored);
	assert_false(
		check_file(*state, "leaf-only.pem", "leaf-only.pem").anchored);
	assert_true(check_file(*state, "self-signed.pem", "self-signed.pem")
			    .anchored);
	assert_false(
		check_file(*state, "self-signed.pem", "root.pem").anchored);
}

static void an_anchor_of_another_ca_is_none(void **state)
{
	const struct trust trust =
		check_file(*state, "right.pem", "foreign-root.pem");

	assert_false(trust.anchored);
	assert_int_equal(trust.path_len, 2);
}

static void time_is_no_objection_here(void **state)
{
	static const char *const files[] = {"expired.pem", "not-yet-valid.pem",
					    "expired-intermediate.pem"};
	const struct trust root =
		check_file(*state, "expired-root.pem", "old-root.pem");

	for (size_t i = 0; i < 3; i++) {
		const struct trust trust =
			check_file(*state, files[i], "root.pem");

		assert_fine(&trust);
	}
	assert_fine(&root);
}

/* One objection and an anchor: RFC 5280 6.1 forbids the way there. */
static void what_forbids_a_path_is_objected_to(void **state)
{
	static const struct {
		const char *file, *says;
	} cases[] = {
		{"name-constraints.pem", "permitted subtree"},
		{"issuer-no-ca.pem", "CA cert"},
		{"path-length.pem", "path length"},
		{"critical-unknown.pem", "critical extension"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct trust trust =
			check_file(*state, cases[i].file, "root.pem");

		assert_true(trust.anchored);
		if (trust.objections.n == 0 ||
		    !strstr(trust.objections.v[0].p, cases[i].says))
			fail_msg("%s: %s", cases[i].file,
				 trust.objections.n ? trust.objections.v[0].p
						    : "nothing");
	}
}

/* The signature stands at the end of a certificate. */
static struct bytes forged(struct pool *pool, struct bytes der)
{
	unsigned char *copy = pool_zalloc(pool, der.n);

	memcpy(copy, der.p, der.n);
	copy[der.n - 1] ^= 1;
	return (struct bytes){copy, der.n};
}

static void a_broken_signature_is_objected_to_wherever_it_is(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct ders sent = data_certs(*state, "right.pem");
		struct trust trust;
		struct buf depth;

		sent.v[i] = forged(*state, sent.v[i]);
		trust = check(*state, sent, "root.pem");
		buf_init(&depth, *state, 40);
		buf_printf(&depth, "(at depth %zu)", i);
		assert_int_equal(trust.objections.n, 1);
		assert_non_null(strstr(trust.objections.v[0].p, "signature"));
		assert_non_null(strstr(trust.objections.v[0].p, depth.data));
	}
}

static void all_objections_are_told_and_each_once(void **state)
{
	struct ders sent = data_certs(*state, "critical-unknown.pem");
	struct trust trust;

	sent.v[1] = forged(*state, sent.v[1]);
	trust = check(*state, sent, "root.pem");
	assert_int_equal(trust.objections.n, 2);
	assert_false(str_eq(trust.objections.v[0], trust.objections.v[1]));
}

/* GOST R 34.10-2012, say: its algorithm's identifier is one nobody knows. */
static struct bytes of_unknown_key(struct pool *pool, struct bytes der)
{
	static const unsigned char id[] = {0x2a, 0x86, 0x48, 0xce,
					   0x3d, 0x02, 0x01};
	unsigned char *copy = pool_zalloc(pool, der.n);
	size_t at = 0;

	memcpy(copy, der.p, der.n);
	while (at + sizeof(id) < der.n && memcmp(copy + at, id, sizeof(id)))
		at++;
	assert_true(at + sizeof(id) < der.n);
	copy[at + sizeof(id) - 1] = 0x7f;
	return (struct bytes){copy, der.n};
}

static void a_key_that_cannot_be_used_anchors_nothing(void **state)
{
	struct ders sent = data_certs(*state, "right.pem");
	struct trust trust;
	const char *last;

	sent.v[0] = of_unknown_key(*state, sent.v[0]);
	trust = check(*state, sent, "root.pem");
	assert_false(trust.anchored);
	assert_true(trust.unfinished);
	assert_true(trust.objections.n > 0);
	last = trust.objections.v[trust.objections.n - 1].p;
	assert_non_null(strstr(last, "public key"));
	assert_non_null(strstr(last, "(at depth 0)"));
}

/* Per fixture: 's' for each stranger, '.' for what belongs to the chain. */
static void strangers_and_order_are_seen(void **state)
{
	static const struct {
		const char *file, *strangers;
		bool out_of_order;
	} cases[] = {
		{"leaf-only.pem", ".", false},
		{"right.pem", "..", false},
		{"root-sent.pem", "...", false},
		{"reversed.pem", "...", true},
		{"stranger.pem", "..s", false},
		{"stranger-between.pem", ".s.", false},
		{"sent-twice.pem", ".s.", false},
		{"cross.pem", "...", false},
		{"foreign.pem", "...", false},
		{"path-length.pem", "...", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct trust trust =
			check_file(*state, cases[i].file, "root.pem");

		assert_int_equal(trust.sent_len, strlen(cases[i].strangers));
		for (size_t k = 0; k < trust.sent_len; k++)
			if (trust.stranger[k] != (cases[i].strangers[k] == 's'))
				fail_msg("%s: %zu", cases[i].file, k);
		if (trust.out_of_order != cases[i].out_of_order)
			fail_msg("%s: order", cases[i].file);
	}
}

static void what_does_not_parse_is_told_with_its_place(void **state)
{
	struct ders sent = data_certs(*state, "right.pem");
	const struct trust_config config = {
		.anchors = sent.v, .anchors_len = 1, .at = NOON};
	struct trust trust;
	struct err err = {0};

	sent.v[1].n -= 1;
	assert_int_equal(trust_check(&trust, *state, sent.v, 2, &config, &err),
			 -1);
	assert_int_equal(err.kind, ERR_HANDSHAKE);
	assert_non_null(strstr(err.text, "certificate 2"));
}

static void add_extension(X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension =
		X509V3_EXT_nconf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(x509, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static X509_NAME *make_name(struct pool *pool, size_t number)
{
	X509_NAME *name = X509_NAME_new();
	const char *text = pool_printf(pool, "CA %zu", number);

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
						    (const unsigned char *)text,
						    -1, -1, 0),
			 1);
	return name;
}

/* CA number `subject`, signed by number `issuer`, with the key of them all. */
static struct bytes make_link(struct pool *pool, EVP_PKEY *key, long serial,
			      X509_NAME *subject, X509_NAME *issuer)
{
	X509 *x509 = X509_new();
	unsigned char *der = NULL;
	struct bytes link;
	int len;

	assert_non_null(x509);
	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
	ASN1_TIME_set(X509_getm_notBefore(x509), NOON - DAY);
	ASN1_TIME_set(X509_getm_notAfter(x509), NOON + DAY);
	X509_set_subject_name(x509, subject);
	X509_set_issuer_name(x509, issuer);
	X509_set_pubkey(x509, key);
	add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	len = i2d_X509(x509, &der);
	assert_true(len > 0);
	link = bytes_dup(pool, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(x509);
	return link;
}

/* Each signed by the next; `step` 0: all by one name. */
static struct ders make_chain(struct pool *pool, size_t n, size_t step)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct ders chain = {pool_array(pool, n, sizeof(*chain.v)), n, 0};

	assert_non_null(key);
	for (size_t i = 0; i < n; i++) {
		X509_NAME *subject = make_name(pool, i * step);
		X509_NAME *issuer = make_name(pool, (i + 1) * step);

		chain.v[i] = make_link(pool, key, (long)i + 1, subject, issuer);
		X509_NAME_free(subject);
		X509_NAME_free(issuer);
	}
	EVP_PKEY_free(key);
	return chain;
}

static void a_hundred_certificates_are_a_chain_like_any_other(void **state)
{
	const struct ders chain = make_chain(*state, 100, 1);
	const usec begun = clock_now();
	const struct trust trust = check(*state, chain, "root.pem");

	assert_true(clock_now() - begun < PATIENCE);
	assert_int_equal(trust.path_len, 100);
	assert_int_equal(trust.objections.n, 0);
	assert_false(trust.anchored);
	assert_false(trust.out_of_order);
	for (size_t i = 0; i < 100; i++)
		assert_false(trust.stranger[i]);
}

static void a_hundred_in_reverse_are_out_of_order(void **state)
{
	const struct ders chain = make_chain(*state, 100, 1);
	struct trust trust;

	for (size_t i = 1; i < 50; i++) {
		const struct bytes swapped = chain.v[i];

		chain.v[i] = chain.v[100 - i];
		chain.v[100 - i] = swapped;
	}
	trust = check(*state, chain, "root.pem");
	assert_true(trust.out_of_order);
	assert_int_equal(trust.path_len, 100);
}

static void a_chain_without_end_is_objected_to(void **state)
{
	const struct ders chain = make_chain(*state, 140, 1);
	const usec begun = clock_now();
	const struct trust trust = check(*state, chain, "root.pem");

	assert_true(clock_now() - begun < PATIENCE);
	assert_false(trust.anchored && trust.objections.n == 0);
	assert_true(trust.path_len < 140);
}

/* Any of them could have signed any other. */
static void a_hundred_of_one_name_come_to_an_end(void **state)
{
	const struct ders chain = make_chain(*state, 100, 0);
	const usec begun = clock_now();
	const struct trust trust = check(*state, chain, "root.pem");

	assert_true(clock_now() - begun < PATIENCE);
	assert_false(trust.anchored);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_names_what_was_sent_and_what_was_known),
		TEST(a_root_that_is_sent_is_an_anchor_only_if_we_hold_it),
		TEST(only_what_signed_itself_is_an_anchor),
		TEST(an_anchor_of_another_ca_is_none),
		TEST(time_is_no_objection_here),
		TEST(what_forbids_a_path_is_objected_to),
		TEST(a_broken_signature_is_objected_to_wherever_it_is),
		TEST(all_objections_are_told_and_each_once),
		TEST(a_key_that_cannot_be_used_anchors_nothing),
		TEST(strangers_and_order_are_seen),
		TEST(what_does_not_parse_is_told_with_its_place),
		TEST(a_hundred_certificates_are_a_chain_like_any_other),
		TEST(a_hundred_in_reverse_are_out_of_order),
		TEST(a_chain_without_end_is_objected_to),
		TEST(a_hundred_of_one_name_come_to_an_end),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
