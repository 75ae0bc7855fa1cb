/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_frame -- messages cut out of a stream, however it comes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pooled.h"
#include "sip/msg.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define HEAD                                                                   \
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\n"             \
	"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"       \
	"Call-ID: c\r\nCSeq: 1 OPTIONS\r\n"

/* In an allocation of its size, so that one byte more is seen. */
static ssize_t frame(struct pool *pool, const char *data, size_t n,
		     struct err *err)
{
	char *exact = pool_zalloc(pool, n);

	memcpy(exact, data, n);
	*err = (struct err){0};
	return sip_frame((struct str){exact, n}, err);
}

static void a_message_is_whole_with_its_last_byte(void **state)
{
	static const char *const messages[] = {
		HEAD "Content-Length: 5\r\n\r\nhello",
		HEAD "l:\r\n 5\r\n\r\nhello",
		HEAD "Content-Length: 0\r\n\r\n",
		HEAD "\r\n", /* RFC 3261 20.14 breached: no body */
		"OPTIONS sip:a SIP/2.0\nContent-Length: 1\n\nx",
	};

	for (size_t i = 0; i < COUNT(messages); i++) {
		const size_t n = strlen(messages[i]);
		struct err err;

		for (size_t len = 0; len < n; len++)
			assert_int_equal(frame(*state, messages[i], len, &err),
					 0);
		assert_int_equal(frame(*state, messages[i], n, &err), n);
		/* What follows is not looked at. */
		assert_int_equal(
			frame(*state,
			      pool_printf(*state, "%s\x16\x03", messages[i]),
			      n + 2, &err),
			n);
	}
}

static void two_messages_in_one_segment_are_two(void **state)
{
	static const char data[] =
		"\r\n\r\n" HEAD "Content-Length: 7\r\n\r\nfirst\r\n"
		"\r\n\n" HEAD "Content-Length: 6\r\n\r\nsecond\r\n";
	struct str rest = STR(data);
	struct sip_message message;
	struct err err;
	const char *const bodies[] = {"first\r\n", "second"};
	size_t n;

	for (size_t i = 0; i < COUNT(bodies); i++) {
		n = sip_frame_skip(rest);
		rest = (struct str){rest.p + n, rest.n - n};
		n = (size_t)sip_frame(rest, &err);
		assert_in_range(n, 1, rest.n);
		assert_int_equal(sip_message_read(&message, *state,
						  (struct str){rest.p, n},
						  &err),
				 0);
		assert_string_equal(message.body.p, bodies[i]);
		rest = (struct str){rest.p + n, rest.n - n};
	}
	assert_int_equal(rest.n, 2);
	assert_int_equal(sip_frame_skip(rest), 2);
}

static void only_line_ends_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(sip_frame_skip(STR("")), 0);
	assert_int_equal(sip_frame_skip(STR("\r")), 1);
	assert_int_equal(sip_frame_skip(STR("\r\n\r\nSIP")), 4);
	assert_int_equal(sip_frame_skip(STR("\n\r S")), 2);
	assert_int_equal(sip_frame_skip(STR("S\r\n")), 0);
	assert_int_equal(sip_frame_skip(STR("\0\r\n")), 0);
}

/* With the bytes given and not one more, the caller need not wait. */
static void what_is_no_sip_is_known_at_once(void **state)
{
	static const struct {
		const char *data, *why;
	} cases[] = {
		{"HTTP/", "\"HTTP/\" came"},
		{"HTTP/1.1 400 Bad Request\r\n",
		 "\"HTTP/1.1 400 Bad Request\" came"},
		{"\x15\x03\x03", "a TLS record came"},
		{"\x16", "the bytes 16 came"},
		{"\x80\x81\x82\x83\x84\x85\x86\x87\x88",
		 "the bytes 80 81 82 83 84 85 86 87 came"},
		{"<html>", "\"<html>\" came"},
		{"{\"a\"", "came"},
		{"SIP/3", "\"SIP/3\" came"},
		{"SIP/2.01", "\"SIP/2.01\" came"},
		{"SIP/2.0 200\r\n", "ends with its status"},
		{"SIP/2.0 99999 OK\n", "status \"99999\""},
		{"SSH-2.0-OpenSSH_9.2p1\r\n", "\"SSH-2.0-OpenSSH_9.2p1\""},
		{"220 mail ESMTP Postfix\r\n", "\"220 mail ESMTP Postfix\""},
		{"* OK IMAP4rev1\r\n", "\"* OK IMAP4rev1\""},
		{"OPTIONS sip:a HTTP/1.1\r\n", "HTTP/1.1\" came"},
		{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
		 "ggggg",
		 "came"},
		{"\r\nSIP/2.0 200 OK", "an empty line came"},
		{HEAD "l: 5\r\nl: 5\r\n\r\n", "two Content-Length"},
		{HEAD "l: 65536\r\n\r\n", "\"65536\" is none"},
		{HEAD "l: -1\r\n\r\n", "\"-1\" is none"},
		{HEAD "l: 4294967301\r\n\r\n", "\"4294967301\" is none"},
		{HEAD "l: 5 5\r\n\r\n", "\"5 5\" is none"},
	};
	struct err err;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const size_t n = strlen(cases[i].data);

		if (frame(*state, cases[i].data, n, &err) != -1)
			fail_msg("no objection: %s", cases[i].data);
		assert_int_equal(err.kind, ERR_PROTOCOL);
		if (!strstr(err.text, cases[i].why))
			fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].why);
	}
}

static void what_could_still_become_sip_is_waited_for(void **state)
{
	static const char *const beginnings[] = {
		"",
		"S",
		"s",
		"SIP/2.",
		"SIP/2.0",
		"SIP/2.0 ",
		"SIP/2.0 999999",
		"OPT",
		"NOTIFY ",
		"NOTIFY <",
		"SIP/2.0 200 OK\r",
		"SIPPING",
	};
	struct err err;

	for (size_t i = 0; i < COUNT(beginnings); i++)
		assert_int_equal(frame(*state, beginnings[i],
				       strlen(beginnings[i]), &err),
				 0);
}

static void a_head_that_never_ends_is_given_up(void **state)
{
	char *data = pool_zalloc(*state, SIP_HEAD_MAX + 2);
	struct err err;

	memset(data, 'x', SIP_HEAD_MAX + 1);
	memcpy(data, HEAD, strlen(HEAD));
	assert_int_equal(frame(*state, data, SIP_HEAD_MAX, &err), 0);
	assert_int_equal(frame(*state, data, SIP_HEAD_MAX + 1, &err), -1);
	assert_non_null(strstr(err.text, "no end within 16384 bytes"));
	/* The very last place for its end. */
	memcpy(data + SIP_HEAD_MAX - 4, "\r\n\r\n", 4);
	assert_int_equal(frame(*state, data, SIP_HEAD_MAX, &err), SIP_HEAD_MAX);
	assert_int_equal(frame(*state, data, SIP_HEAD_MAX + 1, &err),
			 SIP_HEAD_MAX);
}

static void more_than_a_message_may_have_is_not_waited_for(void **state)
{
	struct err err;
	char *data;

	data = pool_printf(*state, HEAD "Content-Length: %zu\r\n\r\n",
			   SIP_MESSAGE_MAX - strlen(HEAD) - 25);
	assert_int_equal(frame(*state, data, strlen(data), &err), 0);
	data = pool_printf(*state, HEAD "Content-Length: %zu\r\n\r\n",
			   SIP_MESSAGE_MAX - strlen(HEAD) - 24);
	assert_int_equal(frame(*state, data, strlen(data), &err), -1);
	assert_non_null(strstr(err.text, "65536 bytes is announced"));
}

/* 64 KiB byte by byte: a second look at everything would be 2 GiB. */
static void the_longest_message_comes_in_byte_by_byte(void **state)
{
	char *data = pool_zalloc(*state, SIP_MESSAGE_MAX + 1);
	const char *head =
		pool_printf(*state, HEAD "Content-Length: %zu\r\n\r\n",
			    SIP_MESSAGE_MAX - strlen(HEAD) - 25);
	struct err err;

	memset(data, '\n', SIP_MESSAGE_MAX);
	memcpy(data, head, strlen(head));
	for (size_t n = 0; n < SIP_MESSAGE_MAX; n++)
		assert_int_equal(sip_frame((struct str){data, n}, &err), 0);
	assert_int_equal(sip_frame((struct str){data, SIP_MESSAGE_MAX}, &err),
			 SIP_MESSAGE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_whole_with_its_last_byte),
		TEST(two_messages_in_one_segment_are_two),
		TEST(only_line_ends_are_skipped),
		TEST(what_is_no_sip_is_known_at_once),
		TEST(what_could_still_become_sip_is_waited_for),
		TEST(a_head_that_never_ends_is_given_up),
		TEST(more_than_a_message_may_have_is_not_waited_for),
		TEST(the_longest_message_comes_in_byte_by_byte),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
