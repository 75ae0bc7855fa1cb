/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_revocation -- OCSP responses and CRLs: only a sound one is an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ocsp.h>

#include "data.h"
#include "pki/revocation.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* make-fixtures has them all answer from 2026-11-22 to 29, 00:00 UTC. */
#define ANSWERED (NOON - DAY / 2)
#define NEXT     (ANSWERED + 7 * DAY)

/* RFC 6960 leaves the tolerance open; ours is five minutes. */
#define SKEW 300

typedef void judge_fn(struct revocation_answer *answer, struct pool *pool,
		      struct bytes data, const struct revocation_pair *pair,
		      time_t now);

/* The leaf of right.pem and who issued it. */
static struct revocation_pair pair_of(struct pool *pool, const char *file)
{
	const struct ders certs = data_certs(pool, file);

	return (struct revocation_pair){certs.v[0], certs.v[1]};
}

static struct revocation_answer judge(struct pool *pool, judge_fn *by,
				      const char *file, time_t now)
{
	const struct revocation_pair pair = pair_of(pool, "right.pem");
	struct revocation_answer answer = {0};

	by(&answer, pool, data_read(pool, pool_printf(pool, "pki/%s", file)),
	   &pair, now);
	assert_non_null(answer.text);
	return answer;
}

static void assert_answer(const struct revocation_answer *answer,
			  enum revocation_status status, const char *says)
{
	if (answer->status != status || !strstr(answer->text, says))
		fail_msg("%d: %s", (int)answer->status, answer->text);
}

static void assert_judged(struct pool *pool, judge_fn *by, const char *file,
			  enum revocation_status status, const char *says)
{
	const struct revocation_answer answer = judge(pool, by, file, NOON);

	if (answer.status != status || !strstr(answer.text, says))
		fail_msg("%s: %d, %s", file, (int)answer.status, answer.text);
}

static void the_issuers_word_is_an_answer(void **state)
{
	assert_judged(*state, ocsp_judge, "good.ocsp", REVOCATION_GOOD, "");
	assert_judged(*state, crl_judge, "good.crl", REVOCATION_GOOD, "");
}

static void revocation_is_told_with_time_and_reason(void **state)
{
	const char *since = "2026-11-20 08:30 UTC";

	assert_judged(*state, ocsp_judge, "revoked.ocsp", REVOCATION_REVOKED,
		      since);
	assert_judged(*state, ocsp_judge, "revoked.ocsp", REVOCATION_REVOKED,
		      "keyCompromise");
	assert_judged(*state, ocsp_judge, "revoked-plain.ocsp",
		      REVOCATION_REVOKED, "no reason");
	assert_judged(*state, crl_judge, "revoked.crl", REVOCATION_REVOKED,
		      since);
	assert_judged(*state, crl_judge, "revoked.crl", REVOCATION_REVOKED,
		      "superseded");
	assert_judged(*state, crl_judge, "revoked-plain.crl",
		      REVOCATION_REVOKED, "no reason");
}

/* RFC 6960 4.1.1: the responder chooses the digest that names the issuer. */
static void a_certid_of_sha256_is_as_good(void **state)
{
	assert_judged(*state, ocsp_judge, "sha256.ocsp", REVOCATION_GOOD, "");
}

static void a_responder_that_does_not_know_is_no_answer(void **state)
{
	assert_judged(*state, ocsp_judge, "unknown.ocsp", REVOCATION_UNKNOWN,
		      "does not know");
	assert_judged(*state, ocsp_judge, "try-later.ocsp", REVOCATION_UNKNOWN,
		      "trylater");
}

static void an_answer_about_others_is_none(void **state)
{
	assert_judged(*state, ocsp_judge, "other.ocsp", REVOCATION_UNKNOWN,
		      "other certificates");
	/* the same serial number, of another CA */
	assert_judged(*state, ocsp_judge, "other-issuer.ocsp",
		      REVOCATION_UNKNOWN, "");
}

/* RFC 6960 4.2.2.2: the issuer, or whom it gave id-kp-OCSPSigning. */
static void only_issuer_and_delegate_may_sign_ocsp(void **state)
{
	static const char *const files[] = {
		"stranger.ocsp",          "impostor.ocsp",
		"delegate-no-usage.ocsp", "delegate-expired.ocsp",
		"delegate-foreign.ocsp",
	};

	assert_judged(*state, ocsp_judge, "delegate.ocsp", REVOCATION_GOOD, "");
	for (size_t i = 0; i < COUNT(files); i++)
		assert_judged(*state, ocsp_judge, files[i], REVOCATION_UNKNOWN,
			      "not signed by the issuer");
}

static void only_the_issuer_may_sign_a_crl(void **state)
{
	const struct revocation_pair pair = pair_of(*state, "mute-ca.pem");
	struct revocation_answer answer = {0};

	assert_judged(*state, crl_judge, "stranger.crl", REVOCATION_UNKNOWN,
		      "");
	assert_judged(*state, crl_judge, "impostor.crl", REVOCATION_UNKNOWN,
		      "");
	/* RFC 5280 4.2.1.3: its key usage lacks cRLSign */
	crl_judge(&answer, *state, data_read(*state, "pki/mute-ca.crl"), &pair,
		  NOON);
	assert_answer(&answer, REVOCATION_UNKNOWN, "");
}

static void an_answer_holds_from_its_time_to_the_next(void **state)
{
	static const struct {
		time_t at;
		enum revocation_status ocsp, crl;
	} cases[] = {
		{ANSWERED - SKEW - 1, REVOCATION_UNKNOWN, REVOCATION_UNKNOWN},
		{ANSWERED - SKEW, REVOCATION_GOOD, REVOCATION_UNKNOWN},
		{ANSWERED - 1, REVOCATION_GOOD, REVOCATION_UNKNOWN},
		{ANSWERED, REVOCATION_GOOD, REVOCATION_GOOD},
		{NEXT - 1, REVOCATION_GOOD, REVOCATION_GOOD},
		{NEXT + 1, REVOCATION_UNKNOWN, REVOCATION_UNKNOWN},
		{NEXT + 1000 * DAY, REVOCATION_UNKNOWN, REVOCATION_UNKNOWN},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct revocation_answer ocsp =
			judge(*state, ocsp_judge, "good.ocsp", cases[i].at);
		const struct revocation_answer crl =
			judge(*state, crl_judge, "good.crl", cases[i].at);

		if (ocsp.status != cases[i].ocsp || crl.status != cases[i].crl)
			fail_msg("%zu: OCSP %s, CRL %s", i, ocsp.text,
				 crl.text);
	}
}

/* Else a thief replays the last good one, or holds back the newer. */
static void a_stale_revocation_is_unknown_and_not_good(void **state)
{
	const struct revocation_answer ocsp =
		judge(*state, ocsp_judge, "revoked.ocsp", NEXT + 1);
	const struct revocation_answer crl =
		judge(*state, crl_judge, "revoked.crl", NEXT + 1);

	assert_answer(&ocsp, REVOCATION_UNKNOWN,
		      "stale since 2026-11-29 00:00");
	assert_answer(&crl, REVOCATION_UNKNOWN, "");
}

/* RFC 6960 2.4: without nextUpdate newer answers are always to be had. */
static void an_answer_without_an_end_stays_good(void **state)
{
	const struct revocation_answer answer =
		judge(*state, ocsp_judge, "endless.ocsp", NEXT + DAY);

	assert_answer(&answer, REVOCATION_GOOD, "");
}

/* RFC 5280 5.2.5, 5.2.4, 5.2: whom it speaks of, and all that is critical. */
static void a_crl_of_another_scope_is_no_answer(void **state)
{
	assert_judged(*state, crl_judge, "point.crl", REVOCATION_REVOKED, "");
	assert_judged(*state, crl_judge, "only-ca.crl", REVOCATION_UNKNOWN,
		      "scope");
	assert_judged(*state, crl_judge, "other-point.crl", REVOCATION_UNKNOWN,
		      "scope");
	assert_judged(*state, crl_judge, "critical-unknown.crl",
		      REVOCATION_UNKNOWN, "critical");
	assert_judged(*state, crl_judge, "delta.crl", REVOCATION_UNKNOWN, "");
}

static void one_form_is_not_taken_for_the_other(void **state)
{
	assert_judged(*state, ocsp_judge, "good.crl", REVOCATION_UNKNOWN,
		      "no OCSP response");
	assert_judged(*state, crl_judge, "good.ocsp", REVOCATION_UNKNOWN,
		      "no CRL");
	assert_judged(*state, ocsp_judge, "right.pem", REVOCATION_UNKNOWN, "");
	assert_judged(*state, crl_judge, "right.pem", REVOCATION_UNKNOWN, "");
}

static void no_beginning_of_an_answer_is_one(void **state)
{
	static const struct {
		const char *file;
		judge_fn *by;
	} cases[] = {
		{"pki/delegate.ocsp", ocsp_judge},
		{"pki/revoked.crl", crl_judge},
	};
	const struct revocation_pair pair = pair_of(*state, "right.pem");

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bytes whole = data_read(*state, cases[i].file);

		for (size_t n = 0; n < whole.n; n++) {
			struct pool *pool = pool_new();
			struct revocation_answer answer = {0};

			cases[i].by(&answer, pool, bytes_dup(pool, whole.p, n),
				    &pair, NOON);
			assert_int_equal(answer.status, REVOCATION_UNKNOWN);
			assert_non_null(answer.text);
			pool_free(pool);
		}
	}
}

/* Each is signed, or the signature, or names the algorithm, or frames it. */
static void no_byte_of_an_answer_may_differ(void **state)
{
	static const struct {
		const char *file;
		judge_fn *by;
	} cases[] = {
		{"pki/good.ocsp", ocsp_judge},
		{"pki/good.crl", crl_judge},
	};
	const struct revocation_pair pair = pair_of(*state, "right.pem");

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bytes whole = data_read(*state, cases[i].file);

		for (size_t at = 0; at < whole.n; at++) {
			struct pool *pool = pool_new();
			struct revocation_answer answer = {0};
			struct bytes copy = bytes_dup(pool, whole.p, whole.n);

			((unsigned char *)(uintptr_t)copy.p)[at] ^= 0x40;
			cases[i].by(&answer, pool, copy, &pair, NOON);
			if (answer.status != REVOCATION_UNKNOWN)
				fail_msg("%s, byte %zu: %s", cases[i].file, at,
					 answer.text);
			pool_free(pool);
		}
	}
}

static void a_pair_that_does_not_parse_gets_no_answer(void **state)
{
	struct revocation_pair pair = pair_of(*state, "right.pem");
	const struct bytes ocsp = data_read(*state, "pki/good.ocsp");
	const struct bytes crl = data_read(*state, "pki/good.crl");
	struct revocation_answer answer = {0};
	struct bytes request;
	struct err err = {0};

	pair.issuer.n /= 2;
	ocsp_judge(&answer, *state, ocsp, &pair, NOON);
	assert_answer(&answer, REVOCATION_UNKNOWN, "");
	crl_judge(&answer, *state, crl, &pair, NOON);
	assert_answer(&answer, REVOCATION_UNKNOWN, "");
	assert_int_equal(ocsp_request(&request, *state, &pair, &err), -1);
	assert_int_equal(err.kind, ERR_LOCAL);
}

/* RFC 5019 2.1.1: one CertID, SHA-1, no nonce, nothing signed. */
static void a_request_asks_for_the_one_certificate(void **state)
{
	const struct revocation_pair pair = pair_of(*state, "right.pem");
	const unsigned char *at;
	ASN1_INTEGER *serial = NULL;
	ASN1_OBJECT *digest = NULL;
	OCSP_REQUEST *request;
	struct bytes der;
	struct err err;
	X509 *cert;

	assert_int_equal(ocsp_request(&der, *state, &pair, &err), 0);
	at = der.p;
	request = d2i_OCSP_REQUEST(NULL, &at, (long)der.n);
	assert_non_null(request);
	assert_ptr_equal(at, der.p + der.n);
	assert_int_equal(OCSP_request_onereq_count(request), 1);
	assert_int_equal(OCSP_REQUEST_get_ext_count(request), 0);
	assert_int_equal(OCSP_request_is_signed(request), 0);
	OCSP_id_get0_info(
		NULL, &digest, NULL, &serial,
		OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0)));
	assert_int_equal(OBJ_obj2nid(digest), NID_sha1);
	at = pair.cert.p;
	cert = d2i_X509(NULL, &at, (long)pair.cert.n);
	assert_int_equal(ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert)),
			 0);
	X509_free(cert);
	OCSP_REQUEST_free(request);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_issuers_word_is_an_answer),
		TEST(revocation_is_told_with_time_and_reason),
		TEST(a_certid_of_sha256_is_as_good),
		TEST(a_responder_that_does_not_know_is_no_answer),
		TEST(an_answer_about_others_is_none),
		TEST(only_issuer_and_delegate_may_sign_ocsp),
		TEST(only_the_issuer_may_sign_a_crl),
		TEST(an_answer_holds_from_its_time_to_the_next),
		TEST(a_stale_revocation_is_unknown_and_not_good),
		TEST(an_answer_without_an_end_stays_good),
		TEST(a_crl_of_another_scope_is_no_answer),
		TEST(one_form_is_not_taken_for_the_other),
		TEST(no_beginning_of_an_answer_is_one),
		TEST(no_byte_of_an_answer_may_differ),
		TEST(a_pair_that_does_not_parse_gets_no_answer),
		TEST(a_request_asks_for_the_one_certificate),
	};

	return cmocka_run_group_tests_name("revocation", tests, NULL, NULL);
}
