/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mwi_body -- where in the body of a NOTIFY the message summary stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pooled.h"
#include "sip/mwi.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define TYPE    "application/simple-message-summary"
#define SUMMARY "Messages-Waiting: yes\r\nVoice-Message: 1/0\r\n"
#define PART    "Content-Type: " TYPE "\r\n\r\n" SUMMARY
#define OTHER   "Content-Type: text/plain\r\n\r\nMessages-Waiting: no\r\n"

static void is_found(const char *type, struct str whole, const char *want)
{
	struct str body;
	struct err err;

	if (mwi_body(&body, str_from(type), whole, &err))
		fail_msg("%s: %s\n" STR_FMT, type, err.text, STR_ARG(whole));
	if (!str_eq(body, str_from(want)))
		fail_msg("%s: '" STR_FMT "', not '%s'", type, STR_ARG(body),
			 want);
}

static void is_refused(const char *type, struct str whole, const char *why)
{
	struct str body;
	struct err err;

	if (mwi_body(&body, str_from(type), whole, &err) == 0)
		fail_msg("%s: '" STR_FMT "'", type, STR_ARG(body));
	assert_int_equal(err.kind, ERR_PROTOCOL);
	assert_string_equal(err.text, why);
}

/* By its type ------------------------------------------------------------- */

static void a_summary_is_all_of_its_body(void **state)
{
	static const char *const types[] = {
		TYPE,
		"Application/Simple-Message-Summary",
		TYPE ";charset=utf-8",
		" " TYPE " ; charset=\"x;y\"",
		"application / simple-message-summary",
		TYPE ";",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++)
		is_found(types[i], STR(SUMMARY), SUMMARY);
	is_found(TYPE, STR("\r\n"), "\r\n");
}

static void another_type_is_named(void **state)
{
	static const char *const types[] = {
		"text/plain",
		"application/pidf+xml",
		"application/simple-message-summary2",
		"application/simple-message",
		"application",
		"simple-message-summary",
		"multipartx/mixed",
	};

	for (size_t i = 0; i < COUNT(types); i++)
		is_refused(pool_printf(*state, "%s;x=y", types[i]),
			   STR(SUMMARY),
			   pool_printf(*state,
				       "a body of type \"%s\" came, not " TYPE,
				       types[i]));
}

/* RFC 3261 20.15: a body has a type. */
static void a_body_without_type_is_refused(void **state)
{
	static const char why[] = "a body came without Content-Type";

	(void)state;
	is_refused(NULL, STR(SUMMARY), why);
	is_refused("", STR(SUMMARY), why);
	is_refused("  ;x", STR(SUMMARY), why);
}

/* RFC 6665 4.1.3: nothing known yet. */
static void no_body_is_no_error(void **state)
{
	static const char *const types[] = {NULL, "", TYPE, "text/plain",
					    "multipart/mixed"};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		is_found(types[i], STR(""), "");
		is_found(types[i], (struct str){0}, "");
	}
}

/* In a multipart ---------------------------------------------------------- */

static void a_part_is_found_wherever_it_stands(void **state)
{
	static const char *const bodies[] = {
		"--b\r\n" PART "\r\n--b--\r\n",
		"--b\r\n" PART "\r\n--b--",
		"\r\n--b\r\n" PART "\r\n--b--\r\n",
		"a preamble\r\n--bb\r\n--b x\r\n --b\r\n--b\r\n" PART
		"\r\n--b--\r\nan epilogue\r\n--b\r\n",
		"--b\r\n" OTHER "\r\n--b\r\n" PART "\r\n--b--\r\n",
		"--b\r\n" PART "\r\n--b\r\n" OTHER "\r\n--b--\r\n",
		"--b\r\n" PART "\r\n--b\r\nnever ends",
		"--b \t\r\n" PART "\r\n--b-- \r\n",
		"--b\r\n\r\nno headers\r\n--b\r\n" PART "\r\n--b--\r\n",
		"--b\r\n--b\r\n\r\n--b\r\n" PART "\r\n--b--\r\n",
		"--b\r\nContent-Type: "
		"APPLICATION/Simple-message-summary\r\n\r\n" SUMMARY
		"\r\n--b--",
		"--b\r\nContent-ID: <x>\r\ncontent-type :\r\n " TYPE
		" ;x=y\r\nContent-Disposition: render\r\n\r\n" SUMMARY
		"\r\n--b--",
		"--b\r\n" PART "\r\n--b\r\nContent-Type: " TYPE
		"\r\n\r\nMessages-Waiting: no\r\n\r\n--b--\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_found("multipart/mixed;boundary=b", str_from(bodies[i]),
			 SUMMARY);
}

static void bare_line_feeds_end_lines_of_a_multipart(void **state)
{
	(void)state;
	is_found("multipart/mixed;boundary=b",
		 STR("--b\nContent-Type: " TYPE
		     "\n\nMessages-Waiting: yes\n\n--b--\n"),
		 "Messages-Waiting: yes\n");
	is_found("multipart/mixed;boundary=b",
		 STR("--b\nContent-Type: " TYPE
		     "\n\nMessages-Waiting: yes\n--b--\n"),
		 "Messages-Waiting: yes");
}

/* Inner delimiters that begin as the outer one's do are none of its own. */
static void a_multipart_within_is_passed_over(void **state)
{
	(void)state;
	is_found("multipart/mixed;boundary=b",
		 STR("--b\r\nContent-Type: multipart/mixed;boundary=b2\r\n\r\n"
		     "--b2\r\nContent-Type: " TYPE "\r\n\r\nwithin\r\n--b2--"
		     "\r\n--b\r\n" PART "\r\n--b--\r\n"),
		 SUMMARY);
}

static void every_way_to_write_a_boundary_is_read(void **state)
{
	static const struct {
		const char *type, *boundary;
	} cases[] = {
		{"multipart/mixed;boundary=b", "b"},
		{"Multipart/Related ; Boundary = b", "b"},
		{"multipart/alternative;boundary=\"b\"", "b"},
		{"multipart / x;boundary = \"b c\"", "b c"},
		{"multipart/x;a=\";boundary=no;\";boundary=b;boundary=c", "b"},
		{"multipart/x;a=\"\\\";boundary=no\";boundary=b", "b"},
		{"multipart/x;xboundary=no;boundary=b;y", "b"},
		{"multipart/x;boundary=\"--=_'()+,-./:?9\"", "--=_'()+,-./:?9"},
		{"multipart/x;boundary==_x:y/z", "=_x:y/z"},
		{"multipart/x;boundary="
		 "1234567890123456789012345678901234567890"
		 "123456789012345678901234567890",
		 "1234567890123456789012345678901234567890"
		 "123456789012345678901234567890"}, /* 70 */
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_found(cases[i].type,
			 str_from(pool_printf(
				 *state, "--%s\r\n" PART "\r\n--%s--",
				 cases[i].boundary, cases[i].boundary)),
			 SUMMARY);
}

static void a_boundary_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *param, *seen;
	} cases[] = {
		{"", ""},
		{";x=y", ""},
		{";boundary", ""},
		{";boundary=", ""},
		{";boundary=\"\"", ""},
		{";boundary=\"b", "\"b"},
		{";boundary=\"", "\""},
		{";boundary=\"b \"", "b "},
		{";boundary=b\r\nc", "b\r\nc"},
		{";boundary=\"b\\\"c\"", "b\\\"c"},
		{";boundary=b<c", "b<c"},
		{";boundary=j\303\266", "j\303\266"},
		{";boundary=1234567890123456789012345678901234567890"
		 "1234567890123456789012345678901", /* 71 */
		 "12345678901234567890123456789012345678901234567890123456789"
		 "0"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_refused(pool_printf(*state, "multipart/mixed%s",
				       cases[i].param),
			   STR("--b\r\n" PART "\r\n--b--"),
			   pool_printf(*state,
				       "\"%s\" is no boundary of a multipart "
				       "body (RFC 2046 5.1.1)",
				       cases[i].seen));
}

static void a_multipart_without_a_summary_is_refused(void **state)
{
	static const char *const bodies[] = {
		"--b--",
		"--b--\r\n--b\r\n" PART "\r\n--b--",
		"--b\r\n" OTHER "\r\n--b--\r\n",
		"--b\r\n" OTHER "\r\n--b--\r\n--b\r\n" PART "\r\n--b--",
		"--b\r\n\r\n" SUMMARY "\r\n--b--\r\n",
		"--b\r\n\r\n" PART "\r\n--b--\r\n", /* the head is empty */
		"--b\r\n" SUMMARY "\r\n--b--\r\n",
		"--b\r\nContent-Type:\r\n\r\n" SUMMARY "\r\n--b--\r\n",
		"--b\r\nContent-Type " TYPE "\r\n\r\n" SUMMARY "\r\n--b--\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_refused("multipart/mixed;boundary=b", str_from(bodies[i]),
			   "a multipart body has no part of type " TYPE);
}

static void a_multipart_that_is_none_is_refused(void **state)
{
	static const char *const bodies[] = {
		SUMMARY,          "\r\n", "--B\r\n" PART "\r\n--B--\r\n",
		"b\r\n" PART "b", "--",   "-b\r\n" PART "-b--",
		"--b-\r\n" PART,  "--bc",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_refused("multipart/mixed;boundary=b", str_from(bodies[i]),
			   "a multipart body does not have its boundary "
			   "\"b\"");
	is_refused("multipart/mixed;boundary=b",
		   STR("\0--b\r\n" PART "\r\n --b--\r\n\0--b\r\n"),
		   "a multipart body does not have its boundary \"b\"");
}

/* The counts of half a part could be wrong ones. */
static void a_part_that_is_cut_off_is_refused(void **state)
{
	static const char *const bodies[] = {
		"--b",
		"--b\r\n",
		"--b\r\nContent-Type: " TYPE,
		"--b\r\n" PART,
		"--b\r\n" PART "\r\n--",
		"--b\r\n" PART "\r\n--bc--",
		"--b\r\n" OTHER "\r\n--b\r\n" PART,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_refused("multipart/mixed;boundary=b", str_from(bodies[i]),
			   "a multipart body is cut off: its boundary does not "
			   "end it");
}

static void a_part_without_text_is_refused(void **state)
{
	static const char *const bodies[] = {
		"--b\r\nContent-Type: " TYPE "\r\n--b--",
		"--b\r\nContent-Type: " TYPE "\r\n\r\n--b--",
		"--b\r\nContent-Type: " TYPE "\r\n\r\n\r\n--b--",
		"--b\nContent-Type: " TYPE "\n\n\n--b\n" PART "\n--b--",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_refused("multipart/mixed;boundary=b", str_from(bodies[i]),
			   "the message summary in a multipart body is empty");
}

static void a_nul_in_a_part_stays(void **state)
{
	const struct str whole =
		STR("a\0b\r\n--b\r\nX: \0\r\nContent-Type: " TYPE
		    "\r\n\r\na\0b\r\n--b--");
	struct str body;
	struct err err;

	(void)state;
	assert_int_equal(
		mwi_body(&body, STR("multipart/x;boundary=b"), whole, &err), 0);
	assert_true(str_eq(body, STR("a\0b")));
}

/* 20000 parts before it, then 20000 headers in its head. */
static void of_very_many_parts_the_right_one_is_found(void **state)
{
	struct buf text;

	buf_init(&text, *state, 1 << 20);
	for (unsigned i = 0; i < 20000; i++)
		buf_puts(&text, "--b\r\nX: y\r\n\r\n");
	buf_puts(&text, "--b\r\n");
	for (unsigned i = 0; i < 20000; i++)
		buf_puts(&text, "X: y\r\n");
	buf_puts(&text, PART "\r\n--b--\r\n");
	assert_false(text.full);
	is_found("multipart/mixed;boundary=b", buf_str(&text), SUMMARY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_summary_is_all_of_its_body),
		TEST(another_type_is_named),
		TEST(a_body_without_type_is_refused),
		TEST(no_body_is_no_error),
		TEST(a_part_is_found_wherever_it_stands),
		TEST(bare_line_feeds_end_lines_of_a_multipart),
		TEST(a_multipart_within_is_passed_over),
		TEST(every_way_to_write_a_boundary_is_read),
		TEST(a_boundary_that_is_none_is_refused),
		TEST(a_multipart_without_a_summary_is_refused),
		TEST(a_multipart_that_is_none_is_refused),
		TEST(a_part_that_is_cut_off_is_refused),
		TEST(a_part_without_text_is_refused),
		TEST(a_nul_in_a_part_stays),
		TEST(of_very_many_parts_the_right_one_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
