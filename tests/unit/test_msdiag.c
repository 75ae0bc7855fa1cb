/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_msdiag -- ms-diagnostics as they were seen, and what we make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "pooled.h"
#include "sip/msdiag.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* As Exchange UM relayed it when a certificate had the CN "mail". */
#define STORY                                                                  \
	"1010;reason=\"Certificate trust with another server could not be "    \
	"established\";source=\"HQFE01.contoso.com\";"                         \
	"dialplan=\"ExchangeLabs.contoso.com\";"                               \
	"umserver=\"HQEX02.contoso.com\";responsecode=\"504\";"                \
	"nexttarget=\"HQEX01.contoso.com\";"                                   \
	"routingtype=\"Routing to UM for Subscriber Access\";"                 \
	"msexchErrorType=\"Refer to HRESULT code for specific security "       \
	"status\";msexchPeerServer=\"mail\";"                                  \
	"msexchHRESULT=\"0x800B010F(CERT_E_CN_NO_MATCH)\";"                    \
	"msexchsource=\"HQFE01.contoso.com\";appName=\"ExumRouting\""

#define OPEN  "\xe2\x80\x9c" /* U+201C */
#define CLOSE "\xe2\x80\x9d" /* U+201D */
#define LOW   "\xe2\x80\x9e" /* U+201E */

static struct msdiag parsed(struct pool *pool, const char *text)
{
	struct msdiag diag;

	if (!msdiag_parse(&diag, pool, str_from(text)))
		fail_msg("not read: %s", text);
	return diag;
}

static const char *written(struct pool *pool, const char *text)
{
	const struct msdiag diag = parsed(pool, text);
	struct buf out;

	buf_init(&out, pool, 4096);
	msdiag_write(&out, &diag);
	return out.data;
}

static void is_param(const struct msdiag *diag, const char *name,
		     const char *want)
{
	const struct str got = msdiag_param(diag, name);

	if (!got.p || !str_eq(got, str_from(want)))
		fail_msg("%s is '" STR_FMT "', not '%s'", name, STR_ARG(got),
			 want);
}

/* Reading ----------------------------------------------------------------- */

static void the_story_is_read(void **state)
{
	const struct msdiag diag = parsed(*state, STORY);

	assert_int_equal(diag.id, 1010);
	assert_int_equal(diag.sub, 0);
	assert_int_equal(diag.params_len, 12);
	is_param(&diag, "reason",
		 "Certificate trust with another server could not be "
		 "established");
	is_param(&diag, "source", "HQFE01.contoso.com");
	is_param(&diag, "responsecode", "504");
	is_param(&diag, "routingtype", "Routing to UM for Subscriber Access");
	is_param(&diag, "msexchHRESULT", "0x800B010F(CERT_E_CN_NO_MATCH)");
	is_param(&diag, "appName", "ExumRouting");
}

static void the_number_is_read(void **state)
{
	static const struct {
		const char *text;
		unsigned id, sub;
	} cases[] = {
		{"1010", 1010, 0},
		{"0", 0, 0},
		{" 1010 ;reason=x", 1010, 0},
		{"1010.5;reason=x", 1010, 5},
		{"1010.5", 1010, 5},
		{"1010.;reason=x", 1010, 0},
		{"1010.x;reason=x", 1010, 0},
		{"1010.99999999999;reason=x", 1010, 0},
		{"1010x;reason=x", 1010, 0},
		{"4294967295;reason=x", 4294967295, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct msdiag diag = parsed(*state, cases[i].text);

		if (diag.id != cases[i].id || diag.sub != cases[i].sub)
			fail_msg("%s is %u.%u", cases[i].text, diag.id,
				 diag.sub);
	}
}

static void what_begins_with_no_number_is_not_read(void **state)
{
	static const char *const texts[] = {
		"",      " ",        ";1010", "reason=\"x\"", "-1",
		"x1010", "\"1010\"", ";;;",   "4294967296",   "99999999999999",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct msdiag diag;

		if (msdiag_parse(&diag, *state, str_from(texts[i])))
			fail_msg("'%s' is read as %u", texts[i], diag.id);
	}
}

/* Each has a reason of "a;b" and a source of "c". */
static void every_way_of_writing_is_read(void **state)
{
	static const char *const texts[] = {
		"1;reason=\"a;b\";source=\"c\"",
		"1;source=\"c\";reason=\"a;b\"",
		"1;source=c;reason=\"a;b\"",
		"1;REASON=\"a;b\";Source=c",
		"1 ; reason = \"a;b\" ; source = \"c\" ",
		"1;\treason\t=\t\"a;b\"\t;\tsource\t=\tc\t",
		"1;;;reason=\"a;b\";;source=c;;",
		"1;reason=\"a;b\"junk;source=c",
		"1;x;=y;reason=\"a;b\";=;source=\"c\"",
		"1;reason=" OPEN "a;b" CLOSE ";source=" OPEN "c" CLOSE,
		"1;reason=" LOW "a;b" OPEN ";source=" LOW "c" CLOSE,
		"1;reason = " CLOSE "a;b" CLOSE " ; source = " OPEN "c" OPEN,
		"1;reason=" OPEN "a;b\";source=\"c" CLOSE,
		"1;reason=\"a;b" CLOSE ";source=" LOW "c\"",
		"1;reason=''a;b'';source=''c''",
		"1;reason=''a;b\";source=''c",
		"1;reason=\"a;b\";source=\"c",
		"1;reason=\"a;b\";source=" OPEN "c",
		"1;reason=\"a;b\";source=c;reason=\"x\";SOURCE=y",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct msdiag diag = parsed(*state, texts[i]);

		if (!str_eq(msdiag_param(&diag, "reason"), STR("a;b")) ||
		    !str_eq(msdiag_param(&diag, "source"), STR("c")))
			fail_msg("%s", texts[i]);
	}
}

static void a_quote_that_never_ends_takes_the_rest(void **state)
{
	const struct msdiag diag =
		parsed(*state, "1010;source=x;reason=\"a;b=c");

	is_param(&diag, "source", "x");
	is_param(&diag, "reason", "a;b=c");
	assert_int_equal(diag.params_len, 2);
}

static void quotes_within_a_sentence_stay(void **state)
{
	struct msdiag diag = parsed(
		*state, "1;reason=" LOW "Das " LOW "Konto" OPEN " fehlt" CLOSE
			";source=\"it''s " OPEN "x" CLOSE " y\"");

	is_param(&diag, "reason", "Das " LOW "Konto" OPEN " fehlt");
	is_param(&diag, "source", "it''s " OPEN "x" CLOSE " y");
	diag = parsed(*state, "1;reason=\"a''; b\";source=c");
	is_param(&diag, "reason", "a''; b");
	diag = parsed(*state, "1;reason=a\"b;source=it's");
	is_param(&diag, "reason", "a\"b");
	is_param(&diag, "source", "it's");
}

/* A peer that does not escape its backslashes has them left. */
static void escapes_of_quotes_and_backslashes_are_undone(void **state)
{
	const struct msdiag diag =
		parsed(*state, "1;reason=\"a \\\"b\\\" \\\\ c\";"
			       "source=\"edge\\edge\";x=\"\\");

	is_param(&diag, "reason", "a \"b\" \\ c");
	is_param(&diag, "source", "edge\\edge");
	is_param(&diag, "x", "\\");
}

static void a_parameter_without_value_is_there(void **state)
{
	const struct msdiag diag = parsed(*state, "1;a;b=;c=\"\";d=");

	is_param(&diag, "a", "");
	is_param(&diag, "b", "");
	is_param(&diag, "c", "");
	is_param(&diag, "d", "");
	assert_null(msdiag_param(&diag, "e").p);
	assert_int_equal(diag.params_len, 4);
}

static void a_parameter_without_name_is_none(void **state)
{
	const struct msdiag diag = parsed(*state, "1;=x;;a=b; =\"y\";=");

	assert_int_equal(diag.params_len, 1);
	is_param(&diag, "a", "b");
}

static void more_parameters_than_fit_are_dropped(void **state)
{
	struct msdiag diag;
	struct buf text;

	buf_init(&text, *state, 1 << 20);
	buf_puts(&text, "1010;first=1;first=2;first=3");
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(&text, ";p%u=\"%u\"", i, i);
	assert_true(msdiag_parse(&diag, *state, buf_str(&text)));
	assert_int_equal(diag.params_len, MSDIAG_PARAMS_MAX);
	is_param(&diag, "first", "1");
	is_param(&diag, "p30", "30"); /* the 32nd name */
	assert_null(msdiag_param(&diag, "p31").p);
}

static void a_nul_is_text(void **state)
{
	const struct str text = {"1;a\0b=\"c\0d\"", 11};
	struct msdiag diag;

	assert_true(msdiag_parse(&diag, *state, text));
	assert_int_equal(diag.params_len, 1);
	assert_int_equal(diag.params[0].name.n, 3);
	assert_int_equal(diag.params[0].value.n, 3);
}

/* Looking up -------------------------------------------------------------- */

static void the_prefix_of_a_relay_is_no_matter(void **state)
{
	struct msdiag diag = parsed(*state, STORY);

	is_param(&diag, "PeerServer", "mail");
	is_param(&diag, "peerserver", "mail");
	is_param(&diag, "MSEXCHPEERSERVER", "mail");
	is_param(&diag, "HRESULT", "0x800B010F(CERT_E_CN_NO_MATCH)");
	is_param(&diag, "msexchreason",
		 "Certificate trust with another server could not be "
		 "established");
	diag = parsed(*state, "1;msexchsource=inner;source=outer;msexch=x");
	is_param(&diag, "source", "outer");
	is_param(&diag, "msexchsource", "inner");
	is_param(&diag, "msexch", "x");
	assert_null(msdiag_param(&diag, "").p);
	diag = parsed(*state, "1;MSExchPeerServer=mail");
	is_param(&diag, "PeerServer", "mail");
}

static void a_code_is_found_however_it_is_written(void **state)
{
	static const struct {
		const char *text;
		uint32_t code; /* 0: none of ours */
	} cases[] = {
		{"0x800B010F(CERT_E_CN_NO_MATCH)", 0x800B010F},
		{"0x800B010F", 0x800B010F},
		{"0X800b010f", 0x800B010F},
		{" 0x800B010F (CERT_E_CN_NO_MATCH) ", 0x800B010F},
		{"0xc3e93d67 SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH", 0xC3E93D67},
		{"800b010f", 0x800B010F},
		{"800B010F(CERT_E_CN_NO_MATCH)", 0x800B010F},
		{"80090322", 0x80090322}, /* digits, but hex */
		{"2148204815", 0x800B010F},
		{"-2146762481", 0x800B010F},
		{"-2146762481(CERT_E_CN_NO_MATCH)", 0x800B010F},
		{"-2146233088", 0x80131500}, /* 0x80131500 - 2^32 */
		{"590615", 0x00090317},
		{"0x00090317", 0x00090317},
		{"00090317", 0x00090317},
		{"549002", 549002},
		{"560403", 560000},
		{"560999", 560000},
		{"561000", 0},
		{"", 0},
		{"0x", 0},
		{"-", 0},
		{"0", 0},
		{"CERT_E_CN_NO_MATCH", 0},
		{"0x800B010", 0},
		{"0x800B010F0", 0},
		{"0x1800B010F", 0}, /* 33 bits */
		{"0x800B010FG", 0},
		{"800B010Fh", 0},
		{"4294967296", 0},
		{"-4294967295", 0},
		{"-2148204815", 0},
		{"-4294418294", 0}, /* 549002 - 2^32 */
		{"--2146762481", 0},
		{"+2148204815", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct result_code *got =
			result_code_find(str_from(cases[i].text));

		if ((got ? got->code : 0) != cases[i].code)
			fail_msg("%s is %s", cases[i].text,
				 got ? got->name : "nothing");
	}
}

/* Who is to blame --------------------------------------------------------- */

static void a_certificate_is_blamed_where_one_is(void **state)
{
	static const struct {
		const char *text;
		bool blames;
	} cases[] = {
		{STORY, true},
		{"1010", true},
		{"1010;HRESULT=\"0x80072746\"", true},
		{"1047;reason=x", true},
		{"1007;HRESULT=\"0x80090325(SEC_E_UNTRUSTED_ROOT)\"", true},
		{"1007;msexchHRESULT=-2146762481", true},
		{"1007;HRESULT=569008", true},
		{"1007;HRESULT=0x8009030E", true},
		{"1007;HRESULT=0x80072746", false},
		{"1007;HRESULT=0x80090331", false},
		{"1007;reason=\"certificate\"", false},
		{"1008", false},
		{"15000", false},
		{"99999;HRESULT=x", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct msdiag diag = parsed(*state, cases[i].text);

		if (msdiag_blames_certificate(&diag) != cases[i].blames)
			fail_msg("%s", cases[i].text);
	}
}

static void a_line_says_what_it_means(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{STORY,
		 "1010 Certificate trust with another server could not be "
		 "established: the certificate of mail is to blame, says "
		 "HQFE01.contoso.com (0x800B010F(CERT_E_CN_NO_MATCH): CN does "
		 "not match)"},
		/* The lab's front end, lab/kamailio/kamailio.cfg */
		{"1010;reason=\"Certificate trust with another server could "
		 "not be established\";ErrorType=\"The peer certificate "
		 "subject is a wildcard\";tls-target=\"*.lab.test\";"
		 "source=\"sfbpool.lab.test\"",
		 "1010 Certificate trust with another server could not be "
		 "established: the certificate of *.lab.test is to blame, "
		 "says sfbpool.lab.test (The peer certificate subject is a "
		 "wildcard)"},
		{"1009;reason=\"No match for domain in DNS SRV results\";"
		 "peer=\"um1.lab.test\";source=\"sfbpool.lab.test\"",
		 "1009 No match for domain in DNS SRV results: the target of "
		 "the SRV record is in another domain; said by "
		 "sfbpool.lab.test"},
		{"1003;reason=\"User does not exist\"",
		 "1003 User does not exist: the test account is missing"},
		/* lab/sipp/uas_503_retry.xml; not in our table */
		{"1018;reason=\"Server is draining\";source=\"um1.lab.test\"",
		 "1018 Server is draining (SIP stack); said by um1.lab.test"},
		{"1010",
		 "1010 Certificate trust with next-hop server could not be "
		 "established: the certificate of its peer is to blame"},
		/* What the partner refuses is the speaker's own. */
		{"1047;source=\"edge.contoso.com\";"
		 "PeerServer=\"sip.fabrikam.com\"",
		 "1047 Failed to complete TLS negotiation with a federated "
		 "peer server: the certificate of edge.contoso.com is to "
		 "blame"},
		{"1047", "1047 Failed to complete TLS negotiation with a "
			 "federated peer server: the certificate of the server "
			 "that says so is to blame"},
		{"1007;HRESULT=2148204815;source=a;msexchsource=b;"
		 "tls-target=c;ErrorType=d",
		 "1007 Temporarily cannot route: the certificate of c is to "
		 "blame, says b (2148204815 CERT_E_CN_NO_MATCH: CN does not "
		 "match; d)"},
		{"1007;HRESULT=0x80072746;ErrorType=\"See the HRESULT\"",
		 "1007 Temporarily cannot route: the next hop is down "
		 "(0x80072746 WSAECONNRESET: reset by the peer, as a "
		 "mutual-TLS refusal often looks)"},
		{"1007;HRESULT=\"0xDEADBEEF\";ErrorType=\"See the HRESULT\"",
		 "1007 Temporarily cannot route: the next hop is down "
		 "(0xDEADBEEF; See the HRESULT)"},
		{"15000.3;reason=\"\"",
		 "15000.3 Unable to read the user properties publication for "
		 "the user or contact object: look at the routing to Exchange "
		 "UM"},
		{"15007", "15007: look at the routing to Exchange UM"},
		{"15011", "15011 (Exchange UM)"},
		{"31337;reason=\"Whatever.\"",
		 "31337 Whatever (an unknown ErrorId)"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(written(*state, cases[i].text),
				    cases[i].line);
}

static void a_line_stays_short(void **state)
{
	static const char *const names[] = {"reason", "ErrorType", "HRESULT",
					    "PeerServer", "source"};
	struct buf text;
	const char *line;

	buf_init(&text, *state, 1 << 16);
	buf_puts(&text, "1010.4294967295");
	for (size_t i = 0; i < COUNT(names); i++) {
		buf_printf(&text, ";%s=\"", names[i]);
		for (unsigned k = 0; k < 1000; k++)
			buf_puts(&text, "\xc3\xb6");
		buf_puts(&text, "\"");
	}
	line = written(*state, text.data);
	assert_true(strlen(line) <= 300);
	assert_true(strlen(line) >= 290);
	assert_string_equal(line + strlen(line) - 3, "...");
	for (size_t i = 0; line[i]; i++) /* no half of a character */
		assert_int_equal(line[i] == '\xc3', line[i + 1] == '\xb6');
	assert_non_null(strstr(line, " is to blame, says "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_story_is_read),
		TEST(the_number_is_read),
		TEST(what_begins_with_no_number_is_not_read),
		TEST(every_way_of_writing_is_read),
		TEST(a_quote_that_never_ends_takes_the_rest),
		TEST(quotes_within_a_sentence_stay),
		TEST(escapes_of_quotes_and_backslashes_are_undone),
		TEST(a_parameter_without_value_is_there),
		TEST(a_parameter_without_name_is_none),
		TEST(more_parameters_than_fit_are_dropped),
		TEST(a_nul_is_text),
		TEST(the_prefix_of_a_relay_is_no_matter),
		TEST(a_code_is_found_however_it_is_written),
		TEST(a_certificate_is_blamed_where_one_is),
		TEST(a_line_says_what_it_means),
		TEST(a_line_stays_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
