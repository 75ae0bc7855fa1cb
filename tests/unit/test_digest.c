/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_digest -- the RFCs' own examples, and what an answer must not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "pooled.h"
#include "sip/digest.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define PLAIN "Digest realm=\"r\", nonce=\"n\""

static const struct credentials mufasa = {"Mufasa", {"Circle of Life", 14}};
static const struct credentials nobody = {"a", {"p", 1}};
static const struct digest_turn options = {"OPTIONS", "sip:um1.contoso.test",
					   "c", 1};

static struct challenge picked(struct pool *pool, const char *text)
{
	struct str rest = str_from(text);
	struct challenge challenge;
	struct strs values = {0};
	struct err err;

	while (rest.n > 0)
		strs_add(&values, pool, str_cut(&rest, '\n'));
	if (challenge_pick(&challenge, pool, values.v, values.n, &err))
		fail_msg("%s: %s", text, err.text);
	return challenge;
}

static const char *answered(struct pool *pool, const char *text,
			    const struct credentials *who,
			    const struct digest_turn *turn)
{
	const struct challenge challenge = picked(pool, text);
	struct err err;
	struct buf out;

	buf_init(&out, pool, 65536);
	if (digest_answer(&out, &challenge, who, turn, &err))
		fail_msg("%s: %s", text, err.text);
	return out.data;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in: %s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("%s in: %s", part, text);
}

static void is_str(struct str got, const char *want)
{
	if (!str_eq(got, str_from(want)))
		fail_msg("'" STR_FMT "' is not '%s'", STR_ARG(got), want);
}

/* The RFCs' examples ------------------------------------------------------ */

#define RFC_7616(algorithm)                                                    \
	"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "     \
	"algorithm=" algorithm                                                 \
	", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "           \
	"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""

static const struct digest_turn rfc_7616 = {
	"GET", "/dir/index.html",
	"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1};

static void rfc_7616_3_9_1_is_answered(void **state)
{
	const char *answer =
		answered(*state, RFC_7616("SHA-256") "\n" RFC_7616("MD5"),
			 &mufasa, &rfc_7616);

	assert_string_equal(
		answer,
		"Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
		"uri=\"/dir/index.html\", response=\"753927fa0e85d155564e2e272a"
		"28d1802ca10daf4496794697cf8db5856cb6c1\", algorithm=SHA-256, "
		"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", "
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", "
		"qop=auth, nc=00000001");
	has(answered(*state, RFC_7616("MD5"), &mufasa, &rfc_7616),
	    "response=\"8ca523f5e9506fed4657c9700eebdbec\"");
}

/* With the response of erratum 4897, which has SHA-512/256 of FIPS 180-4; the
 * name goes unhashed, as userhash only is an offer (RFC 7616 3.4.4). */
static void rfc_7616_3_9_2_is_answered(void **state)
{
	const struct credentials who = {"J\xc3\xa4s\xc3\xb8n Doe",
					STR("Secret, or not?")};
	const struct digest_turn turn = {
		"GET", "/doe.json",
		"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", 1};
	const char *answer = answered(
		*state,
		"Digest realm=\"api@example.org\", qop=\"auth\", "
		"algorithm=SHA-512-256, nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR3"
		"4I9HAbC/RVvkK\", opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2"
		"QmXDnsOS\", charset=UTF-8, userhash=true",
		&who, &turn);

	has(answer, "response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05"
		    "db9d95eeb1cec68a5\"");
	has(answer, "username=\"J\xc3\xa4s\xc3\xb8n Doe\"");
	has(answer, "algorithm=SHA-512-256");
}

#define RFC_2617                                                               \
	"Digest realm=\"testrealm@host.com\", "                                \
	"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "                       \
	"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""

static void rfc_2617_3_5_is_answered(void **state)
{
	const struct credentials who = {"Mufasa", STR("Circle Of Life")};
	const struct digest_turn turn = {"GET", "/dir/index.html", "0a4f113b",
					 1};
	const char *answer = answered(
		*state, RFC_2617 ", qop=\"auth,auth-int\"", &who, &turn);

	has(answer, "response=\"6629fae49393a05397450978507c4ef1\"");
	has_not(answer, "algorithm"); /* none was named */
}

/* RFC 2069 2.4 by its erratum 749: no qop, no nc, no cnonce. */
static void rfc_2069_2_4_is_answered(void **state)
{
	const struct credentials who = {"Mufasa", STR("CircleOfLife")};
	const struct digest_turn turn = {"GET", "/dir/index.html", "0a4f113b",
					 1};
	const char *answer = answered(*state, RFC_2617, &who, &turn);

	has(answer, "response=\"1949323746fe6a43ef61f9606e7febea\"");
	has(answer, "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
	has_not(answer, "qop");
	has_not(answer, "nc=");
	has_not(answer, "cnonce");
	has_not(answered(*state, PLAIN, &who, &turn), "opaque");
}

/*
 * By Python's hashlib, with the values of RFC 7616 3.9.1:
 *	H = lambda *s: hashlib.new(name, ":".join(s).encode()).hexdigest()
 *	H(H(H(user, realm, password), nonce, cnonce), nonce, "00000001",
 *	  cnonce, "auth", H("GET", uri))
 */
static void a_session_hashes_nonce_and_cnonce_into_the_key(void **state)
{
	static const struct {
		const char *challenge, *response, *algorithm;
	} cases[] = {
		{RFC_7616("MD5-sess"),
		 "response=\"e783283f46242139c486a698fec7211d\"",
		 "algorithm=MD5-sess"},
		{RFC_7616("SHA-256-sess"),
		 "response=\"2fd51b3a77ad75bad6afad6003e818d7"
		 "67133c46d9e2749e7f5232ae1ea3efd7\"",
		 "algorithm=SHA-256-sess"},
		{RFC_7616("\"SHA-512-256-SESS\""),
		 "response=\"3f2a34f923c38b0fb26dce2fdfc2ce32"
		 "6c23cecf86fbb1444f3e51fbbc2cb92e\"",
		 "algorithm=SHA-512-256-SESS,"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *answer = answered(*state, cases[i].challenge,
					      &mufasa, &rfc_7616);

		has(answer, cases[i].response);
		has(answer, cases[i].algorithm);
	}
}

/* By hashlib as above, the last line H(..., nonce, H("GET", uri)). */
static void a_session_without_qop_sends_its_cnonce(void **state)
{
	const char *answer = answered(
		*state,
		"Digest realm=\"http-auth@example.org\", algorithm=MD5-sess, "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"",
		&mufasa, &rfc_7616);

	has(answer, "response=\"37a7f42db2090a3fcac4e26e747d4fc8\"");
	has(answer, "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"");
	has_not(answer, "qop");
	has_not(answer, "nc=");
}

/* hashlib, nc "0000abcd": RFC 7616 3.4 wants eight lower-case hex digits. */
static void the_nonce_count_is_eight_hex_digits(void **state)
{
	const struct digest_turn turn = {"OPTIONS", "sip:um1.contoso.test", "c",
					 0xabcd};
	const char *answer =
		answered(*state, PLAIN ", qop=auth", &nobody, &turn);

	has(answer, "nc=0000abcd");
	has(answer, "response=\"73659deb6ebd73ec16d379c05a15069b\"");
}

/* Text that must be escaped ----------------------------------------------- */

/* RFC 3261 25.1 quoted-pair; the response by hashlib of the bare texts:
 * H(H('a "b" \c', 'say "hi" \o/', 'p"w\'), 'x"y', H("OPTIONS", uri)) */
static void escapes_are_undone_and_made_again(void **state)
{
	static const char text[] =
		"Digest realm=\"\\say \\\"hi\\\" \\\\o/\", nonce=\"x\\\"y\", "
		"opaque=\"o\\\\p\"";
	const struct credentials who = {"a \"b\" \\c", STR("p\"w\\")};
	const struct challenge got = picked(*state, text);
	const char *answer = answered(*state, text, &who, &options);

	is_str(got.realm, "say \"hi\" \\o/");
	is_str(got.nonce, "x\"y");
	is_str(got.opaque, "o\\p");
	has(answer, "username=\"a \\\"b\\\" \\\\c\"");
	has(answer, "realm=\"say \\\"hi\\\" \\\\o/\"");
	has(answer, "nonce=\"x\\\"y\"");
	has(answer, "opaque=\"o\\\\p\"");
	has(answer, "response=\"587d50f6d4d8b6ff1ab0502ae2be62b0\"");
}

/* hashlib: H(H("a", "", ""), "", H("OPTIONS", uri)) */
static void empty_texts_are_texts(void **state)
{
	const struct credentials who = {"a", {NULL, 0}};
	const char *answer =
		answered(*state, "Digest realm=\"\", nonce=\"\", opaque=\"\"",
			 &who, &options);

	has(answer, "realm=\"\", nonce=\"\"");
	has(answer, "opaque=\"\"");
	has(answer, "response=\"56c7a62046a7899b3dcbfa446d2f673d\"");
}

static void utf_8_comes_back_as_it_came(void **state)
{
	has(answered(*state, "Digest realm=\"Sch\xc3\xb6n\", nonce=\"n\"",
		     &nobody, &options),
	    "realm=\"Sch\xc3\xb6n\"");
}

/* Ours -------------------------------------------------------------------- */

static void a_user_with_a_line_end_is_refused(void **state)
{
	const struct challenge challenge = picked(*state, PLAIN);
	const struct credentials who = {"a\r\nX: y", STR("p")};
	struct err err;
	struct buf out;

	buf_init(&out, *state, 4096);
	assert_int_equal(digest_answer(&out, &challenge, &who, &options, &err),
			 -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_int_equal(out.len, 0);
}

/* As on a host under FIPS, where no provider of MD5 is left. */
static void a_hash_that_openssl_does_not_have_is_told(void **state)
{
	const struct challenge challenge = picked(*state, PLAIN);
	struct err err;
	struct buf out;
	int rc;

	buf_init(&out, *state, 4096);
	assert_int_equal(EVP_set_default_properties(NULL, "fips=yes"), 1);
	rc = digest_answer(&out, &challenge, &nobody, &options, &err);
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_LOCAL);
	has(err.text, "MD5");
	assert_int_equal(out.len, 0);
}

static void an_answer_without_room_is_an_error(void **state)
{
	const struct challenge challenge = picked(*state, PLAIN);
	struct err err;
	struct buf out;

	buf_init(&out, *state, 40);
	assert_int_equal(
		digest_answer(&out, &challenge, &nobody, &options, &err), -1);
	assert_int_equal(err.kind, ERR_PROTOCOL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc_7616_3_9_1_is_answered),
		TEST(rfc_7616_3_9_2_is_answered),
		TEST(rfc_2617_3_5_is_answered),
		TEST(rfc_2069_2_4_is_answered),
		TEST(a_session_hashes_nonce_and_cnonce_into_the_key),
		TEST(a_session_without_qop_sends_its_cnonce),
		TEST(the_nonce_count_is_eight_hex_digits),
		TEST(escapes_are_undone_and_made_again),
		TEST(empty_texts_are_texts),
		TEST(utf_8_comes_back_as_it_came),
		TEST(an_answer_without_room_is_an_error),
		TEST(a_user_with_a_line_end_is_refused),
		TEST(a_hash_that_openssl_does_not_have_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
