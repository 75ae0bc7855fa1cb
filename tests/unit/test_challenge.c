/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_challenge -- which of a server's challenges is picked, and why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "pooled.h"
#include "sip/digest.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define PLAIN "Digest realm=\"r\", nonce=\"n\""

/* With the NUL bytes in it. */
#define RAW(literal)                                                           \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

/* Each line of the text is a header's value. */
static int pick_lines(struct challenge *challenge, struct pool *pool,
		      struct str text, struct err *err)
{
	struct strs values = {0};

	while (text.n > 0)
		strs_add(&values, pool, str_cut(&text, '\n'));
	return challenge_pick(challenge, pool, values.v, values.n, err);
}

static struct challenge picked(struct pool *pool, const char *text)
{
	struct challenge challenge;
	struct err err;

	if (pick_lines(&challenge, pool, str_from(text), &err))
		fail_msg("%s: %s", text, err.text);
	return challenge;
}

/* Why nothing of it can be answered. */
static const char *refusal(struct pool *pool, struct str text)
{
	struct err *err = pool_zalloc(pool, sizeof(*err));
	struct challenge challenge;

	if (pick_lines(&challenge, pool, text, err) == 0)
		fail_msg(STR_FMT ": is answered", STR_ARG(text));
	assert_int_equal(err->kind, ERR_PROTOCOL);
	return err->text;
}

static const char *listed(struct pool *pool, const char *text)
{
	struct str rest = str_from(text);
	struct strs values = {0};
	struct buf out;

	while (rest.n > 0)
		strs_add(&values, pool, str_cut(&rest, '\n'));
	buf_init(&out, pool, 512);
	challenge_list(&out, values.v, values.n);
	return out.data;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in: %s", part, text);
}

static void is_str(struct str got, const char *want)
{
	if (!str_eq(got, str_from(want)))
		fail_msg("'" STR_FMT "' is not '%s'", STR_ARG(got), want);
}

/* Which one is answered --------------------------------------------------- */

static void the_strongest_is_picked(void **state)
{
	static const struct {
		const char *text, *nonce;
	} cases[] = {
		{"Digest realm=r, nonce=a\n"
		 "Digest realm=r, nonce=b, algorithm=SHA-256\n"
		 "Digest realm=r, nonce=c, algorithm=MD5",
		 "b"},
		/* RFC 8760 2.4: the topmost */
		{"Digest realm=r, nonce=a, algorithm=MD5\n"
		 "Digest realm=r, nonce=b, algorithm=MD5-sess",
		 "a"},
		{"Digest realm=r, nonce=a, algorithm=SHA-512-256\n"
		 "Digest realm=r, nonce=b, algorithm=SHA-256",
		 "a"},
		{"Digest realm=r, nonce=a, algorithm=SHA-256\n"
		 "Digest realm=r, nonce=b, algorithm=SHA-512-256",
		 "a"},
		/* The stronger ones cannot be answered. */
		{"Digest realm=r, nonce=a, algorithm=SHA-9\n"
		 "Digest realm=r, nonce=b, algorithm=SHA-256, qop=auth-int\n"
		 "Digest realm=r, algorithm=SHA-256\n"
		 "Digest realm=r, nonce=d",
		 "d"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_str(picked(*state, cases[i].text).nonce, cases[i].nonce);
}

/* RFC 7235 2.1, 4.1: commas part both challenges and parameters. */
static void challenges_of_one_value_are_told_apart(void **state)
{
	static const struct {
		const char *text, *realm, *nonce;
	} cases[] = {
		{"NTLM, Digest realm=\"r\", nonce=\"n\"", "r", "n"},
		{"Digest realm=\"r\", nonce=\"n\", NTLM", "r", "n"},
		{"Basic realm=\"b\", nonce=\"x\",Digest realm=r,nonce=n", "r",
		 "n"},
		{"Digest realm=\"r\", Digest realm=\"s\", nonce=\"n\"", "s",
		 "n"},
		{"Negotiate YIIJvwYGKwYBBQUCoIIJszCC==, Digest realm=r,nonce=n",
		 "r", "n"},
		{",, ,Digest ,realm=\"r\", ,nonce=\"n\",", "r", "n"},
		{"Newauth a=\"Digest realm=x, nonce=y\", Digest realm=\"r\","
		 "nonce=\"n\"",
		 "r", "n"},
		{"x=y, Digest realm=r, nonce=n", "r", "n"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct challenge got = picked(*state, cases[i].text);

		is_str(got.realm, cases[i].realm);
		is_str(got.nonce, cases[i].nonce);
	}
}

/* As a Lync server asks: lab/sipp/uas_401.xml */
static void digest_beside_ntlm_is_picked(void **state)
{
	static const char text[] =
		"NTLM realm=\"SIP Communications Service\", "
		"targetname=\"sfb.lab.test\", version=4\n"
		"Digest realm=\"lab.test\", nonce=\"abc\", algorithm=SHA-256, "
		"qop=\"auth\"";
	const struct challenge got = picked(*state, text);

	is_str(got.realm, "lab.test");
	is_str(got.nonce, "abc");
	is_str(got.algorithm, "SHA-256");
	assert_null(got.opaque.p);
	assert_int_equal(got.hash, DIGEST_HASH_SHA256);
	assert_true(got.qop);
	assert_false(got.session || got.stale);
	assert_string_equal(listed(*state, text),
			    "NTLM; Digest SHA-256 realm=lab.test");
}

static void a_list_of_qop_is_searched_for_auth(void **state)
{
	static const struct {
		const char *qop;
		bool used;
	} cases[] = {
		{"", false},
		{", qop=auth", true},
		{", qop=\"auth,auth-int\"", true},
		{", qop=\"auth-int, AUTH\"", true},
		{", qop=\"auth-int\t,\tauth\t\"", true},
		{", qop=\",auth\"", true},
		{", qop=\"\"", false}, /* offers nothing */
		{", qop=", false},
		{", qop=\" , \"", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[128];

		snprintf(text, sizeof(text), "%s%s", PLAIN, cases[i].qop);
		if (picked(*state, text).qop != cases[i].used)
			fail_msg("%s", text);
	}
}

static void names_are_of_any_case_and_blanks_are_no_matter(void **state)
{
	const struct challenge got = picked(
		*state, "DIGEST  Realm = \"r\" ,\tNONCE=\"n\", oPaque =o , "
			"AlGorithm= md5-SESS,QOP=Auth,Stale=TRUE");

	is_str(got.realm, "r");
	is_str(got.nonce, "n");
	is_str(got.opaque, "o");
	is_str(got.algorithm, "md5-SESS");
	assert_int_equal(got.hash, DIGEST_HASH_MD5);
	assert_true(got.session && got.qop && got.stale);
}

static void stale_is_true_or_not(void **state)
{
	assert_true(picked(*state, PLAIN ", stale=true").stale);
	assert_true(picked(*state, PLAIN ", stale=\"True\"").stale);
	assert_false(picked(*state, PLAIN ", stale=false").stale);
	assert_false(picked(*state, PLAIN ", stale=truer").stale);
	assert_false(picked(*state, PLAIN ", stale").stale);
	assert_false(picked(*state, PLAIN).stale);
}

static void the_first_of_a_parameter_counts(void **state)
{
	const struct challenge got =
		picked(*state, "Digest realm=\"r\", nonce=\"n\", realm=\"s\", "
			       "nonce=\"m\", algorithm=SHA-256, algorithm=MD5");

	is_str(got.realm, "r");
	is_str(got.nonce, "n");
	is_str(got.algorithm, "SHA-256");
}

static void an_empty_algorithm_is_none(void **state)
{
	const struct challenge got = picked(*state, PLAIN ", algorithm=\"\"");

	assert_null(got.algorithm.p);
	assert_int_equal(got.hash, DIGEST_HASH_MD5);
}

static void commas_and_equal_signs_within_quotes_are_text(void **state)
{
	const struct challenge got = picked(
		*state,
		"Digest realm=\"a, nonce=\\\"b\\\", Basic c\", nonce=\"n\"");

	is_str(got.realm, "a, nonce=\"b\", Basic c");
	is_str(got.nonce, "n");
	/* RFC 3261 25.1: LWS is text as well. */
	is_str(picked(*state, "Digest realm=\" a\tb \", nonce=n").realm,
	       " a\tb ");
}

/* What cannot be answered ------------------------------------------------- */

static void what_cannot_be_answered_is_named(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "none is offered"},
		{" , ,", "none is offered"},
		{"=\"x\"", "none is offered"},
		{"\"Digest\" realm=r", "none is offered"},
		{"NTLM", "NTLM"},
		{"NTLM realm=\"x\"\nKerberos realm=\"x\"\nTLS-DSK",
		 "NTLM, Kerberos, TLS-DSK"},
		{"Basic realm=\"Digest\"", "Basic"},
		{PLAIN ", algorithm=SHA-9", "Digest SHA-9"},
		{PLAIN ", algorithm=AKAv1-MD5, qop=auth", "Digest AKAv1-MD5"},
		{PLAIN ", algorithm=MD5-", "Digest MD5-"},
		{PLAIN ", qop=\"auth-int\"", "Digest with qop=auth-int only"},
		{PLAIN ", qop=\"auth-int,x\"",
		 "Digest with qop=auth-int,x only"},
		{PLAIN ", qop=authentic", "Digest with qop=authentic only"},
		{"Digest", "Digest without realm"},
		{"Digest =", "none is offered"}, /* a parameter */
		{"Digest realm, nonce", "Digest without realm, nonce"},
		{"Digest nonce=\"n\"", "Digest without realm"},
		{"Digest realm=\"r\"", "Digest without nonce"},
		{"Digest realm=\"r, nonce=\"n\"", "Digest without nonce"},
		{"Digest realm=\"r\", nonce=\"n",
		 "Digest with a quote that never ends"},
		{"Digest realm=\"r\", nonce=\"n\\\"",
		 "Digest with a quote that never ends"},
		{"Digest realm=\"r\", nonce=\"n\\",
		 "Digest with a quote that never ends"},
		{"Digest realm=\"r\", nonce=\"",
		 "Digest with a quote that never ends"},
		{"NTLM\n" PLAIN ", qop=auth-int\n" PLAIN ", algorithm=X",
		 "NTLM, Digest with qop=auth-int only, Digest X"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(refusal(*state, str_from(cases[i].text)),
				    cases[i].why);
}

/* A line end in what comes back would be a header of the server's making. */
static void control_characters_do_not_come_back(void **state)
{
	static const struct str texts[] = {
		RAW("Digest realm=\"a\rX: y\", nonce=\"n\""),
		RAW("Digest realm=\"a\", nonce=\"n\\\rX\""),
		RAW("Digest realm=\"a\", nonce=\"n\", opaque=\"\x7f\""),
		RAW("Digest realm=\"a\0b\", nonce=\"n\""),
		RAW("Digest realm=\"a\", nonce=\"\\\0\""),
	};
	struct challenge challenge;
	struct err err;
	const struct str fold = STR("Digest realm=\"a\", nonce=\"b\nc\"");

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_string_equal(refusal(*state, texts[i]),
				    "Digest with control characters");
	assert_int_equal(challenge_pick(&challenge, *state, &fold, 1, &err),
			 -1);
	assert_string_equal(err.text, "Digest with control characters");
}

static void no_value_at_all_is_no_offer(void **state)
{
	struct challenge challenge;
	struct err err;

	assert_int_equal(challenge_pick(&challenge, *state, NULL, 0, &err), -1);
	assert_int_equal(err.kind, ERR_PROTOCOL);
	assert_string_equal(err.text, "none is offered");
}

static void the_list_tells_what_is_wrong_with_an_offer(void **state)
{
	assert_string_equal(
		listed(*state,
		       "Kerberos realm=\"x\", Digest nonce=\"n\", Digest "
		       "realm=\"example.com\", nonce=\"n\", algorithm=SHA-9\n"
		       "digest realm=\"a b\", nonce=\"n\", qop=\"auth-int\""),
		"Kerberos; Digest MD5 without realm; "
		"Digest SHA-9 realm=example.com; "
		"digest MD5 realm=a b with qop=auth-int only");
	assert_string_equal(listed(*state, ""), "");
}

/* Bounds ------------------------------------------------------------------ */

static struct str repeated(struct pool *pool, const char *head,
			   const char *part, size_t n, const char *tail)
{
	struct buf out;

	buf_init(&out, pool, SIZE_MAX);
	buf_puts(&out, head);
	while (n-- > 0)
		buf_puts(&out, part);
	buf_puts(&out, tail);
	return buf_str(&out);
}

static void thousands_of_parameters_are_passed_over(void **state)
{
	const struct str text =
		repeated(*state, "Digest realm=\"r\"",
			 ", x=\"\\y\", realm=\"\\s\"", 5000, ", nonce=\"n\"");
	struct challenge got;
	struct err err;

	assert_int_equal(challenge_pick(&got, *state, &text, 1, &err), 0);
	is_str(got.realm, "r");
	is_str(got.nonce, "n");
}

static void thousands_of_challenges_fit_an_error_and_a_list(void **state)
{
	const struct str text =
		repeated(*state, "", "N\xc3\xa4TLM,Some-Scheme,", 9000, "");
	struct challenge got;
	struct err err;
	struct buf out;

	assert_int_equal(challenge_pick(&got, *state, &text, 1, &err), -1);
	assert_true(strlen(err.text) < ERR_TEXT_MAX);
	has(err.text, "Some-Scheme, Some-Scheme");
	has(err.text, "...");
	buf_init(&out, *state, 100);
	challenge_list(&out, &text, 1);
	assert_int_equal(out.len, 100);
}

static void a_value_too_long_to_send_back_is_refused(void **state)
{
	const struct str fits =
		repeated(*state, "Digest realm=r, nonce=\"", "x", 4096, "\"");
	const struct str over =
		repeated(*state, "Digest realm=r, nonce=\"", "x", 4097, "\"");
	struct challenge got;
	struct err err;

	assert_int_equal(challenge_pick(&got, *state, &fits, 1, &err), 0);
	assert_int_equal(got.nonce.n, 4096);
	assert_string_equal(refusal(*state, over),
			    "Digest with more text than is sent back");
}

static void a_long_name_is_cut_between_characters(void **state)
{
	const struct str text = repeated(*state, PLAIN ", algorithm=\"a",
					 "\xc3\xb6", 500, "\"");
	const char *why = refusal(*state, text);

	assert_string_equal(why + strlen(why) - 5, "\xc3\xb6...");
	assert_true(strlen(why) < 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_strongest_is_picked),
		TEST(challenges_of_one_value_are_told_apart),
		TEST(digest_beside_ntlm_is_picked),
		TEST(a_list_of_qop_is_searched_for_auth),
		TEST(names_are_of_any_case_and_blanks_are_no_matter),
		TEST(stale_is_true_or_not),
		TEST(the_first_of_a_parameter_counts),
		TEST(an_empty_algorithm_is_none),
		TEST(commas_and_equal_signs_within_quotes_are_text),
		TEST(what_cannot_be_answered_is_named),
		TEST(control_characters_do_not_come_back),
		TEST(no_value_at_all_is_no_offer),
		TEST(the_list_tells_what_is_wrong_with_an_offer),
		TEST(thousands_of_parameters_are_passed_over),
		TEST(thousands_of_challenges_fit_an_error_and_a_list),
		TEST(a_value_too_long_to_send_back_is_refused),
		TEST(a_long_name_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
