/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_msg -- each guard before the parser, and what is read behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pooled.h"
#include "sip/msg.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A whole message is START VIA FROM TO CALL_ID CSEQ and an empty line. */
#define START   "SIP/2.0 200 OK\r\n"
#define VIA     "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds7\r\n"
#define FROM    "From: <sip:probe@example.com>;tag=456248\r\n"
#define TO      "To: <sip:um.example.com>;tag=a6c85cf\r\n"
#define CALL_ID "Call-ID: 843817637684230@998sdasdh09\r\n"
#define CSEQ    "CSeq: 1826 OPTIONS\r\n"
#define REST    VIA FROM TO CALL_ID CSEQ
#define WHOLE   START REST "\r\n"

/* From an allocation of its size, so that one byte more is seen. */
static int read_bytes(struct sip_message *message, struct pool *pool,
		      const char *data, size_t n, struct err *err)
{
	char *exact = pool_zalloc(pool, n);

	memcpy(exact, data, n);
	*err = (struct err){0};
	return sip_message_read(message, pool, (struct str){exact, n}, err);
}

static int read_text(struct sip_message *message, struct pool *pool,
		     const char *text, struct err *err)
{
	return read_bytes(message, pool, text, strlen(text), err);
}

static void must_read(struct sip_message *message, struct pool *pool,
		      const char *text)
{
	struct err err;

	if (read_text(message, pool, text, &err))
		fail_msg("%s: %s", err.text, text);
}

static void must_refuse(struct pool *pool, const char *text, const char *why)
{
	struct sip_message message;
	struct err err;

	if (read_text(&message, pool, text, &err) == 0)
		fail_msg("was read: %s", text);
	assert_int_equal(err.kind, ERR_PROTOCOL);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" lacks \"%s\"", err.text, why);
}

static void a_response_is_read_whole(void **state)
{
	struct sip_message message;

	must_read(&message, *state, WHOLE "body");
	assert_null(message.method);
	assert_null(message.uri);
	assert_int_equal(message.status, 200);
	assert_string_equal(message.reason.p, "OK");
	assert_string_equal(message.call_id.p, "843817637684230@998sdasdh09");
	assert_string_equal(message.from_tag.p, "456248");
	assert_string_equal(message.to_tag.p, "a6c85cf");
	assert_string_equal(message.branch.p, "z9hG4bKnashds7");
	assert_int_equal(message.cseq, 1826);
	assert_string_equal(message.cseq_method.p, "OPTIONS");
	assert_int_equal(message.headers_len, 5);
	assert_string_equal(message.headers[4].name.p, "CSeq");
	assert_string_equal(message.headers[4].value.p, "1826 OPTIONS");
	assert_string_equal(message.body.p, "body");
}

static void a_request_is_read_whole(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  "OPTIONS sip:um.example.com;transport=tls SIP/2.0\r\n" VIA
		  "From: sip:probe@example.com\r\n"
		  "To: \"The, server\" <sip:um.example.com>\r\n" CALL_ID CSEQ
		  "\r\n");
	assert_int_equal(message.status, 0);
	assert_string_equal(message.method, "OPTIONS");
	assert_string_equal(message.uri, "sip:um.example.com;transport=tls");
	assert_null(message.from_tag.p);
	assert_null(message.to_tag.p);
	assert_int_equal(message.body.n, 0);
}

static void the_message_outlives_the_bytes_it_came_from(void **state)
{
	char data[] = START REST "\r\nbody";
	struct sip_message message;
	struct err err;

	assert_int_equal(sip_message_read(&message, *state, STR(data), &err),
			 0);
	memset(data, 'x', sizeof(data));
	assert_string_equal(message.reason.p, "OK");
	assert_string_equal(message.headers[0].name.p, "Via");
	assert_string_equal(message.call_id.p, "843817637684230@998sdasdh09");
	assert_string_equal(message.body.p, "body");
}

static void start_lines_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"SIP/3.0 200 OK", "\"SIP/3.0 200 OK\" came"},
		{"SIP/2.00 200 OK", "\"SIP/2.00 200 OK\" came"},
		{"SIP/2 200 OK", "\"SIP/2 200 OK\" came"},
		{"SIP/2.0 99999 OK", "status \"99999\""},
		{"SIP/2.0 099 OK", "status \"099\""},
		{"SIP/2.0 700 OK", "status \"700\""},
		{"SIP/2.0 -5 OK", "status \"-5\""},
		{"SIP/2.0 +20 OK", "status \"+20\""},
		{"SIP/2.0 20 OK", "status \"20\""},
		{"SIP/2.0 0200 OK", "status \"0200\""},
		{"SIP/2.0 2x0 OK", "status \"2x0\""},
		{"SIP/2.0  200 OK", "status \"\""},
		{"SIP/2.0", "status \"\""},
		{"SIP/2.0 200", "ends with its status"},
		{" SIP/2.0 200 OK", "came where"},
		{"HTTP/1.1 400 Bad Request", "\"HTTP/1.1 400 Bad Request\""},
		{"OPTIONS sip:a SIP/1.0", "SIP/1.0\" came"},
		{"OPTIONS sip:a", "\"OPTIONS sip:a\" came"},
		{"OPTIONS sip:a SIP/2.0 ", "SIP/2.0 \" came"},
		{"OPTIONS  sip:a SIP/2.0", "came where"},
		{"OPTIONS sip:a  SIP/2.0", "came where"},
		{"OPTIONS sip:a\t SIP/2.0", "came where"},
		{"OPTIONS sip SIP/2.0", "came where"},
		{"OPTIONS sip: SIP/2.0", "came where"},
		{"OPTIONS sip:a\x7f SIP/2.0", "came where"},
		{"OPTIONS <sip:a> SIP/2.0", "came where"},
		{"OPTI(NS sip:a SIP/2.0", "came where"},
		{"OPTIONS", "came where"},
		{"\x16\x03\x01\x02", "a TLS record came"},
		{"\x01\xff", "the bytes 01 ff"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		must_refuse(*state,
			    pool_printf(*state, "%s\r\n%s\r\n", cases[i].line,
					REST),
			    cases[i].why);
}

/* RFC 3261 7.1: case-insensitive; 7.2: the reason may be empty or UTF-8. */
static void start_lines_in_any_dress_are_taken(void **state)
{
	static const struct {
		const char *line;
		unsigned status;
		const char *reason;
	} cases[] = {
		{"sip/2.0 180 Ringing", 180, "Ringing"},
		{"SIP/2.0 100 ", 100, ""},
		{"SIP/2.0 699 \xc3\xa4 200 OK", 699, "\xc3\xa4 200 OK"},
		{"OPTIONS sip:a Sip/2.0", 0, NULL},
	};
	struct sip_message message;

	for (size_t i = 0; i < COUNT(cases); i++) {
		must_read(&message, *state,
			  pool_printf(*state, "%s\r\n%s\r\n", cases[i].line,
				      REST));
		assert_int_equal(message.status, cases[i].status);
		if (cases[i].reason)
			assert_string_equal(message.reason.p, cases[i].reason);
	}
}

static void what_makes_a_transaction_must_be_there_once(void **state)
{
	static const struct {
		const char *headers, *why;
	} cases[] = {
		{FROM TO CALL_ID CSEQ, "has no Via"},
		{VIA TO CALL_ID CSEQ, "has no From"},
		{VIA FROM CALL_ID CSEQ, "has no To"},
		{VIA FROM TO CSEQ, "has no Call-ID"},
		{VIA FROM TO CALL_ID, "has no CSeq"},
		{REST FROM, "two From"},
		{REST "t: sip:other.example.com\r\n", "two To"},
		{REST "i: other\r\n", "two Call-ID"},
		{REST CSEQ, "two CSeq"},
		{VIA FROM TO "Call-ID:\r\n" CSEQ, "has no Call-ID"},
		{"Via: ,\r\n" FROM TO CALL_ID CSEQ, "Via cannot be read"},
		{"Via: UDP\r\n" FROM TO CALL_ID CSEQ, "Via cannot be read"},
		{VIA "From: <sip:a\r\n" TO CALL_ID CSEQ, "From cannot be read"},
		{VIA FROM "To: nobody\r\n" CALL_ID CSEQ, "To cannot be read"},
		{VIA FROM TO CALL_ID "CSeq: OPTIONS\r\n", "CSeq cannot be"},
		{VIA FROM TO CALL_ID "CSeq: -1 OPTIONS\r\n", "CSeq cannot be"},
		{VIA FROM TO CALL_ID "CSeq: OPTIONS 1\r\n", "CSeq cannot be"},
		{VIA FROM TO CALL_ID "CSeq: 1 A B\r\n", "CSeq cannot be"},
		{VIA FROM TO CALL_ID "CSeq: 2147483648 A\r\n", "CSeq cannot"},
		{VIA FROM TO CALL_ID "CSeq: 4294967297 A\r\n", "CSeq cannot"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		must_refuse(
			*state,
			pool_printf(*state, START "%s\r\n", cases[i].headers),
			cases[i].why);
	must_refuse(*state, "NOTIFY sip:a SIP/2.0\r\n" REST "\r\n",
		    "NOTIFY, in CSeq OPTIONS");
}

static void a_content_length_is_one_number_that_fits(void **state)
{
	static const char *const wrong[] = {
		"4294967301", "-1", "+1",  "5 5", "5,5",
		"65536",      "",   "0x5", "5\v", "18446744073709551616",
	};
	struct sip_message message;

	for (size_t i = 0; i < COUNT(wrong); i++)
		must_refuse(*state,
			    pool_printf(*state,
					START REST "Content-Length: %s\r\n"
						   "\r\nhello, hello",
					wrong[i]),
			    "is none of 0 to 65535");
	must_refuse(*state, START REST "Content-Length: 5\r\nl: 5\r\n\r\nhello",
		    "two Content-Length");
	must_read(&message, *state,
		  START REST "CONTENT-LENGTH  :\r\n\t 005 \r\n\r\nhello");
	assert_string_equal(message.body.p, "hello");
}

/* RFC 3261 18.3 */
static void a_body_is_cut_to_what_was_announced(void **state)
{
	struct sip_message message;

	must_read(&message, *state, START REST "l: 5\r\n\r\nhello, world");
	assert_string_equal(message.body.p, "hello");
	assert_int_equal(message.body.n, 5);
	must_read(&message, *state, START REST "l: 0\r\n\r\nhello");
	assert_int_equal(message.body.n, 0);
	must_refuse(*state, START REST "l: 6\r\n\r\nhello",
		    "says 6, the body has 5 bytes");
	must_read(&message, *state, START REST "\r\nhello, world");
	assert_string_equal(message.body.p, "hello, world");
}

static void a_body_may_hold_any_byte(void **state)
{
	static const char data[] = START REST "l: 4\r\n\r\n\0\r\0\n";
	struct sip_message message;
	struct err err;

	assert_int_equal(
		read_bytes(&message, *state, data, sizeof(data) - 1, &err), 0);
	assert_memory_equal(message.body.p, "\0\r\0\n", 4);
}

static void a_head_holds_no_nul_and_no_lone_cr(void **state)
{
	static const char in_value[] = START REST "Foo: a\0b\r\n\r\n";
	static const char in_name[] = START REST "Fo\0o: ab\r\n\r\n";
	static const char in_start[] = "SIP/2.0 200 O\0K\r\n" REST "\r\n";
	const struct str cases[] = {
		STR(in_value),
		STR(in_name),
		STR(in_start),
	};
	struct sip_message message;
	struct err err;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(read_bytes(&message, *state, cases[i].p,
					    cases[i].n, &err),
				 -1);
		assert_non_null(strstr(err.text, "a NUL in it"));
	}
	must_refuse(*state, START REST "Foo: a\rVia: b\r\n\r\n",
		    "CR without LF");
	must_refuse(*state, "SIP/2.0 200 OK\rFoo: a\r\n" REST "\r\n",
		    "CR without LF");
}

static void a_head_ends_with_an_empty_line(void **state)
{
	must_refuse(*state, START REST, "does not end");
	must_refuse(*state, START REST "\r", "does not end");
	must_refuse(*state, "SIP/2.0 200 OK", "does not end");
	must_refuse(*state, "", "does not end");
}

static void lines_that_are_no_headers_are_refused(void **state)
{
	must_refuse(*state, START REST "Foobar roobar\r\n\r\n",
		    "no header: Foobar roobar");
	must_refuse(*state, START REST "Foobar\r\n\r\n", "no header: Foobar");
	must_refuse(*state, START REST ": value\r\n\r\n", "no header");
	must_refuse(*state, START REST "Foo bar: value\r\n\r\n", "no header");
	must_refuse(*state, START " Foo: value\r\n" REST "\r\n", "no header");
	must_refuse(*state, START REST "F\xc3\xb6: value\r\n\r\n", "no header");
}

/* RFC 3261 7 wants CRLF; a bare LF can mean nothing else. */
static void bare_line_feeds_pass_for_line_ends(void **state)
{
	const char *text = pool_strndup(*state, WHOLE, strlen(WHOLE));
	char *lf = pool_zalloc(*state, sizeof(WHOLE));
	struct sip_message message;
	size_t n = 0;

	for (size_t i = 0; text[i]; i++)
		if (text[i] != '\r')
			lf[n++] = text[i];
	must_read(&message, *state, lf);
	assert_string_equal(message.reason.p, "OK");
	assert_string_equal(message.headers[4].value.p, "1826 OPTIONS");
	must_read(&message, *state, START REST "\nbody");
	assert_string_equal(message.body.p, "body");
}

static void messages_beyond_the_limits_are_refused(void **state)
{
	char *data = pool_zalloc(*state, SIP_MESSAGE_MAX + 2);
	const size_t n = strlen(START REST "\r\n");
	struct sip_message message;
	struct buf many;
	struct err err;

	memset(data, 'x', SIP_MESSAGE_MAX + 1);
	memcpy(data, START REST "\r\n", n);
	assert_int_equal(sip_message_read(&message, *state,
					  (struct str){data, SIP_MESSAGE_MAX},
					  &err),
			 0);
	assert_int_equal(message.body.n, SIP_MESSAGE_MAX - n);
	must_refuse(*state, data, "over 65535 bytes");

	/* 64 KiB of one header */
	memcpy(data + n - 2, "Foo: ", 5);
	data[SIP_MESSAGE_MAX] = '\0';
	must_refuse(*state, data, "no end within 16384 bytes");

	buf_init(&many, *state, SIP_MESSAGE_MAX);
	buf_puts(&many, START REST);
	for (int i = 0; i < SIP_HEADERS_MAX - 5; i++)
		buf_puts(&many, "a:\r\n");
	must_read(&message, *state, pool_printf(*state, "%s\r\n", many.data));
	assert_int_equal(message.headers_len, SIP_HEADERS_MAX);
	must_refuse(*state, pool_printf(*state, "%sa:\r\n\r\n", many.data),
		    "over 500 headers");
}

/* libosip2 walks a list for each part that it adds to it. */
static void more_parts_than_libosip2_bears_are_refused(void **state)
{
	static const struct {
		const char *before, *part, *after, *why;
	} cases[] = {
		{START FROM TO CALL_ID CSEQ "Via: SIP/2.0/UDP h.example.com",
		 ";a", "\r\n\r\n", "Via cannot be read"},
		{START VIA FROM CALL_ID CSEQ "To: <sip:um.example.com>", ";a",
		 "\r\n\r\n", "To cannot be read"},
		{START VIA TO CALL_ID CSEQ "From: <sip:um.example.com?a=b",
		 "&a=b", ">\r\n\r\n", "From cannot be read"},
	};
	struct sip_message message;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;

		buf_init(&out, *state, SIP_MESSAGE_MAX);
		buf_puts(&out, cases[i].before);
		for (int n = 0; n < 499; n++)
			buf_puts(&out, cases[i].part);
		must_read(
			&message, *state,
			pool_printf(*state, "%s%s", out.data, cases[i].after));
		buf_puts(&out, cases[i].part);
		buf_puts(&out, cases[i].part);
		must_refuse(
			*state,
			pool_printf(*state, "%s%s", out.data, cases[i].after),
			cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_response_is_read_whole),
		TEST(a_request_is_read_whole),
		TEST(the_message_outlives_the_bytes_it_came_from),
		TEST(start_lines_that_are_none_are_refused),
		TEST(start_lines_in_any_dress_are_taken),
		TEST(what_makes_a_transaction_must_be_there_once),
		TEST(a_content_length_is_one_number_that_fits),
		TEST(a_body_is_cut_to_what_was_announced),
		TEST(a_body_may_hold_any_byte),
		TEST(a_head_holds_no_nul_and_no_lone_cr),
		TEST(a_head_ends_with_an_empty_line),
		TEST(lines_that_are_no_headers_are_refused),
		TEST(bare_line_feeds_pass_for_line_ends),
		TEST(messages_beyond_the_limits_are_refused),
		TEST(more_parts_than_libosip2_bears_are_refused),
	};

	return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
