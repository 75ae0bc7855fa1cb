/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_headers -- headers of a message, whatever they are called. */
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

static void must_read(struct sip_message *message, struct pool *pool,
		      const char *text)
{
	struct err err;

	if (sip_message_read(message, pool, str_from(text), &err))
		fail_msg("%s: %s", err.text, text);
}

/* RFC 3261 7.3.3 */
static void headers_are_found_by_any_of_their_names(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  START "v: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\r\n"
			"V: SIP/2.0/UDP b.example.com;branch=z9hG4bK2\r\n"
			"f: <sip:a@example.com>;tag=1\r\n"
			"t: <sip:b@example.com>\r\n"
			"i: c\r\ncseq: 1 OPTIONS\r\n"
			"o: message-summary\r\nO: second\r\nx: 90\r\n\r\n");
	assert_string_equal(message.call_id.p, "c");
	assert_string_equal(message.from_tag.p, "1");
	assert_string_equal(message.branch.p, "z9hG4bK1");
	assert_string_equal(sip_header(&message, "Call-ID", 0).p, "c");
	assert_string_equal(sip_header(&message, "CALL-id", 0).p, "c");
	assert_string_equal(sip_header(&message, "i", 0).p, "c");
	assert_string_equal(sip_header(&message, "CSeq", 0).p, "1 OPTIONS");
	assert_string_equal(sip_header(&message, "Event", 1).p, "second");
	assert_null(sip_header(&message, "Event", 2).p);
	assert_null(sip_header(&message, "Expires", 0).p);
	assert_string_equal(message.headers[0].name.p, "Via");
	assert_string_equal(message.headers[8].name.p, "Session-Expires");
}

/* RFC 3261 7.3.3 and the others that IANA lists. */
static void compact_names_become_long_ones(void **state)
{
	static const char *const names[] = {
		"a", "Accept-Contact",
		"u", "Allow-Events",
		"i", "Call-ID",
		"m", "Contact",
		"e", "Content-Encoding",
		"l", "Content-Length",
		"c", "Content-Type",
		"f", "From",
		"y", "Identity",
		"n", "Identity-Info",
		"r", "Refer-To",
		"b", "Referred-By",
		"j", "Reject-Contact",
		"d", "Request-Disposition",
		"x", "Session-Expires",
		"s", "Subject",
		"k", "Supported",
		"t", "To",
		"o", "Event",
		"v", "Via",
		"z", "z",
	};
	struct sip_message message = {0};
	struct sip_header header = {.value = STR("value")};

	(void)state;
	message.headers = &header;
	message.headers_len = 1;
	for (size_t i = 0; i < COUNT(names); i += 2) {
		header.name = str_from(names[i + 1]);
		assert_non_null(sip_header(&message, names[i], 0).p);
	}
}

static void folded_values_become_one_line(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  START REST "Foo:\r\n a \r\n\t  b\r\n \r\n c\r\n"
			     "Bar: d\n e\r\n\r\n");
	assert_string_equal(sip_header(&message, "Foo", 0).p, "a b c");
	assert_string_equal(sip_header(&message, "Bar", 0).p, "d e");
}

static void tags_are_those_of_the_header_not_of_the_uri(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  START VIA "From: \";tag=1\" <sip:a@example.com;tag=2>;x;"
			    "TAG=3\r\n"
			    "To: <sip:b@example.com;tag=4>\r\n" CALL_ID CSEQ
			    "\r\n");
	assert_string_equal(message.from_tag.p, "3");
	assert_null(message.to_tag.p);
}

static void the_branch_is_that_of_the_topmost_via(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  START "Via: SIP/2.0/TLS a.example.com;x=\",\\\",\";"
			"branch=1, SIP/2.0/TLS b.example.com;branch=2\r\n"
			"Via: SIP/2.0/TLS c.example.com;branch=3\r\n" FROM TO
				CALL_ID CSEQ "\r\n");
	assert_string_equal(message.branch.p, "1");
	must_read(&message, *state,
		  START
		  "Via: SIP/2.0/UDP [2001:db8::1]:5060\r\n" FROM TO CALL_ID CSEQ
		  "\r\n");
	assert_null(message.branch.p);
}

/* RFC 3261 8.2.2 */
static void headers_that_nobody_needs_may_be_malformed(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  START REST "Contact: <<<\r\nWarning: 1812 \"\r\n"
			     "WWW-Authenticate: Digest\r\n"
			     "Content-Type: multipart/mixed\r\nMax-Forwards: x"
			     "\r\n\r\n--\r\n");
	assert_string_equal(sip_header(&message, "Contact", 0).p, "<<<");
}

static void methods_are_allowed_by_name_in_any_allow_header(void **state)
{
	struct sip_message message;

	must_read(&message, *state,
		  START REST "Allow: INVITE,ACK , BYE\r\nAllow:\r\n"
			     "allow: NOTIFY\r\nAllow-Events: x, MESSAGE\r\n"
			     "\r\n");
	assert_true(sip_allows(&message, "INVITE"));
	assert_true(sip_allows(&message, "ACK"));
	assert_true(sip_allows(&message, "BYE"));
	assert_true(sip_allows(&message, "NOTIFY"));
	assert_false(sip_allows(&message, "notify"));
	assert_false(sip_allows(&message, "MESSAGE"));
	assert_false(sip_allows(&message, "INV"));
	assert_false(sip_allows(&message, ""));
}

static void statuses_have_the_words_of_their_rfc(void **state)
{
	(void)state;
	assert_string_equal(sip_reason(100), "Trying");
	assert_string_equal(sip_reason(202), "Accepted");
	assert_string_equal(sip_reason(401), "Unauthorized");
	assert_string_equal(sip_reason(481), "Call/Transaction Does Not Exist");
	assert_string_equal(sip_reason(489), "Bad Event");
	assert_string_equal(sip_reason(504), "Server Time-out");
	assert_string_equal(sip_reason(606), "Not Acceptable");
	assert_string_equal(sip_reason(299), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(headers_are_found_by_any_of_their_names),
		TEST(compact_names_become_long_ones),
		TEST(folded_values_become_one_line),
		TEST(tags_are_those_of_the_header_not_of_the_uri),
		TEST(the_branch_is_that_of_the_topmost_via),
		TEST(headers_that_nobody_needs_may_be_malformed),
		TEST(methods_are_allowed_by_name_in_any_allow_header),
		TEST(statuses_have_the_words_of_their_rfc),
	};

	return cmocka_run_group_tests_name("headers", tests, NULL, NULL);
}
