/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_msg_write -- requests and answers, byte by byte, and none forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pooled.h"
#include "sip/msg.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct sip_request plain = {
	.method = "OPTIONS",
	.uri = "sip:um.example.com",
	.from = "sip:probe@192.0.2.1",
	.to = "sip:um.example.com",
	.max_forwards = 70,
};

static const struct sip_turn turn = {
	.transport = "UDP",
	.sent_by = "192.0.2.1:5060",
	.branch = "z9hG4bKnashds7",
	.call_id = "843817637684230@192.0.2.1",
	.from_tag = "456248",
	.cseq = 1,
};

static const struct sip_header more[] = {
	{{"Event", 5}, {"message-summary", 15}},
	{{"X-Empty", 7}, {"", 0}},
};

/* Every field has a value of its own. */
static const struct sip_request full = {
	.method = "NOTIFY",
	.uri = "sip:100@example.com;transport=tcp",
	.from = "sip:um@example.com;user=phone",
	.to = "sips:100@example.com",
	.contact = "sip:um@[2001:db8::1]:5061;transport=tls",
	.route = "sip:proxy.example.com;lr",
	.max_forwards = 255,
	.user_agent = "monitoring-plugins-um/1.0 (\"\xc3\xa4\")",
	.headers = more,
	.headers_len = COUNT(more),
	.content_type = "application/simple-message-summary",
	.body = {"Messages-Waiting: yes\r\n\0", 24},
};

static const struct sip_turn full_turn = {
	.transport = "TLS",
	.sent_by = "[2001:db8::1]:40000",
	.branch = "z9hG4bK-.!%*_+`'~",
	.call_id = "a(b)<c>:\\/\"[d]?{e}@f",
	.from_tag = "from",
	.to_tag = "to",
	.cseq = 2147483647,
	.authorization = {{"Proxy-Authorization", 19},
			  {"Digest username=\"a, b\"", 22}},
};

static void must_write(struct buf *out, struct pool *pool,
		       const struct sip_request *request,
		       const struct sip_turn *turn_)
{
	struct err err;

	buf_init(out, pool, SIP_MESSAGE_MAX);
	if (sip_request_write(out, request, turn_, &err))
		fail_msg("%s", err.text);
}

static void must_not_write(struct pool *pool, const struct sip_request *request,
			   const struct sip_turn *turn_, const char *why)
{
	struct err err;
	struct buf out;

	buf_init(&out, pool, SIP_MESSAGE_MAX);
	if (sip_request_write(&out, request, turn_, &err) == 0)
		fail_msg("was written:\n%s", out.data);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" lacks \"%s\"", err.text, why);
}

static void the_least_request_has_what_rfc_3261_asks_for(void **state)
{
	struct buf out;

	must_write(&out, *state, &plain, &turn);
	assert_string_equal(out.data,
			    "OPTIONS sip:um.example.com SIP/2.0\r\n"
			    "Via: SIP/2.0/UDP 192.0.2.1:5060;rport;"
			    "branch=z9hG4bKnashds7\r\n"
			    "Max-Forwards: 70\r\n"
			    "From: <sip:probe@192.0.2.1>;tag=456248\r\n"
			    "To: <sip:um.example.com>\r\n"
			    "Call-ID: 843817637684230@192.0.2.1\r\n"
			    "CSeq: 1 OPTIONS\r\n"
			    "Content-Length: 0\r\n\r\n");
}

static void every_field_has_its_place(void **state)
{
	static const char expected[] =
		"NOTIFY sip:100@example.com;transport=tcp SIP/2.0\r\n"
		"Via: SIP/2.0/TLS [2001:db8::1]:40000;rport;"
		"branch=z9hG4bK-.!%*_+`'~\r\n"
		"Max-Forwards: 255\r\n"
		"Route: <sip:proxy.example.com;lr>\r\n"
		"From: <sip:um@example.com;user=phone>;tag=from\r\n"
		"To: <sips:100@example.com>;tag=to\r\n"
		"Call-ID: a(b)<c>:\\/\"[d]?{e}@f\r\n"
		"CSeq: 2147483647 NOTIFY\r\n"
		"Contact: <sip:um@[2001:db8::1]:5061;transport=tls>\r\n"
		"Proxy-Authorization: Digest username=\"a, b\"\r\n"
		"User-Agent: monitoring-plugins-um/1.0 (\"\xc3\xa4\")\r\n"
		"Event: message-summary\r\n"
		"X-Empty: \r\n"
		"Content-Type: application/simple-message-summary\r\n"
		"Content-Length: 24\r\n\r\n"
		"Messages-Waiting: yes\r\n\0";
	struct buf out;

	must_write(&out, *state, &full, &full_turn);
	assert_true(str_eq(buf_str(&out), STR(expected)));
}

static void a_request_reads_back_as_it_was_meant(void **state)
{
	struct sip_message message;
	struct err err;
	struct buf out;

	must_write(&out, *state, &full, &full_turn);
	assert_int_equal(
		sip_message_read(&message, *state, buf_str(&out), &err), 0);
	assert_string_equal(message.method, full.method);
	assert_string_equal(message.uri, full.uri);
	assert_string_equal(message.branch.p, full_turn.branch);
	assert_string_equal(message.from_tag.p, "from");
	assert_string_equal(message.to_tag.p, "to");
	assert_string_equal(message.call_id.p, full_turn.call_id);
	assert_int_equal(message.cseq, 2147483647);
	assert_true(str_eq(message.body, full.body));
	assert_int_equal(sip_frame(buf_str(&out), &err), out.len);
}

/* One field after the other gets what would begin a header of its own. */
static void no_field_can_add_a_line(void **state)
{
	static const char bad[] = "sip:a\r\nEvil: yes";
	static const struct {
		size_t at;
		const char *name;
	} of_request[] =
		{
			{offsetof(struct sip_request, method), "the method"},
			{offsetof(struct sip_request, uri), "the Request-URI"},
			{offsetof(struct sip_request, from), "the URI of From"},
			{offsetof(struct sip_request, to), "the URI of To"},
			{offsetof(struct sip_request, contact),
			 "the URI of Contact"},
			{offsetof(struct sip_request, route),
			 "the URI of Route"},
			{offsetof(struct sip_request, user_agent),
			 "User-Agent"},
			{offsetof(struct sip_request, content_type),
			 "Content-Type"},
		},
	  of_turn[] = {
		  {offsetof(struct sip_turn, transport),
		   "the transport of Via"},
		  {offsetof(struct sip_turn, sent_by), "the sender of Via"},
		  {offsetof(struct sip_turn, branch), "the branch of Via"},
		  {offsetof(struct sip_turn, call_id), "Call-ID"},
		  {offsetof(struct sip_turn, from_tag), "the tag of From"},
		  {offsetof(struct sip_turn, to_tag), "the tag of To"},
	  };
	const char *const ends[] = {bad, "a\nb", "a\rb"};

	for (size_t e = 0; e < COUNT(ends); e++) {
		for (size_t i = 0; i < COUNT(of_request); i++) {
			struct sip_request request = full;

			memcpy((char *)&request + of_request[i].at, &ends[e],
			       sizeof(ends[e]));
			must_not_write(*state, &request, &full_turn,
				       of_request[i].name);
		}
		for (size_t i = 0; i < COUNT(of_turn); i++) {
			struct sip_turn other = full_turn;

			memcpy((char *)&other + of_turn[i].at, &ends[e],
			       sizeof(ends[e]));
			must_not_write(*state, &full, &other, of_turn[i].name);
		}
	}
}

static void no_header_can_add_a_line_or_take_the_place_of_ours(void **state)
{
	static const struct {
		struct sip_header header;
		const char *why;
	} cases[] = {
		{{{"Foo", sizeof("Foo") - 1},
		  {"a\r\nEvil: yes", sizeof("a\r\nEvil: yes") - 1}},
		 "Foo cannot hold"},
		{{{"Foo", sizeof("Foo") - 1}, {"a\nb", sizeof("a\nb") - 1}},
		 "Foo cannot hold"},
		{{{"Foo", sizeof("Foo") - 1}, {"a\rb", sizeof("a\rb") - 1}},
		 "Foo cannot hold"},
		{{{"Foo", sizeof("Foo") - 1}, {"a\0b", sizeof("a\0b") - 1}},
		 "Foo cannot hold"},
		{{{"Fo\0o", sizeof("Fo\0o") - 1}, {"a", sizeof("a") - 1}},
		 "name is a word"},
		{{{"Foo\r\nEvil", sizeof("Foo\r\nEvil") - 1},
		  {"a", sizeof("a") - 1}},
		 "name is a word"},
		{{{"Foo bar", sizeof("Foo bar") - 1}, {"a", sizeof("a") - 1}},
		 "name is a word"},
		{{{"Foo:", sizeof("Foo:") - 1}, {"a", sizeof("a") - 1}},
		 "name is a word"},
		{{{"", sizeof("") - 1}, {"a", sizeof("a") - 1}},
		 "name is a word"},
		{{{"via", sizeof("via") - 1}, {"a", sizeof("a") - 1}},
		 "Via is not free"},
		{{{"l", sizeof("l") - 1}, {"5", sizeof("5") - 1}},
		 "Content-Length is not free"},
		{{{"CSEQ", sizeof("CSEQ") - 1},
		  {"5 OPTIONS", sizeof("5 OPTIONS") - 1}},
		 "CSeq is not free"},
		{{{"i", sizeof("i") - 1}, {"a", sizeof("a") - 1}},
		 "Call-ID is not free"},
		{{{"From", sizeof("From") - 1}, {"a", sizeof("a") - 1}},
		 "From is not free"},
		{{{"t", sizeof("t") - 1}, {"a", sizeof("a") - 1}},
		 "To is not free"},
		{{{"Max-Forwards", sizeof("Max-Forwards") - 1},
		  {"1", sizeof("1") - 1}},
		 "Max-Forwards is not free"},
		{{{"c", sizeof("c") - 1}, {"a/b", sizeof("a/b") - 1}},
		 "Content-Type is not free"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sip_request request = plain;
		struct sip_turn other = turn;

		request.headers = &cases[i].header;
		request.headers_len = 1;
		must_not_write(*state, &request, &turn, cases[i].why);
		if (!cases[i].header.name.n)
			continue;
		other.authorization = cases[i].header;
		must_not_write(*state, &plain, &other, cases[i].why);
	}
}

static void no_uri_can_break_out_of_its_brackets(void **state)
{
	static const char *const uris[] = {
		"sip:a@example.com>;tag=x",
		"<sip:a@example.com>",
		"sip:a b",
		"a@example.com",
		"sip:",
		"",
		"sip:\xc3\xa4@example.com",
		"sip:a\tb",
		":a",
		"\"x\" sip:a@example.com",
	};

	for (size_t i = 0; i < COUNT(uris); i++) {
		struct sip_request request = plain;

		request.from = uris[i];
		must_not_write(*state, &request, &turn, "the URI of From");
	}
}

/* RFC 3261 25.1: a user is followed by a host. */
static void what_no_receiver_could_read_is_not_sent(void **state)
{
	struct sip_request request = plain;
	struct sip_turn other = turn;

	request.from = "sip:a@:5060";
	must_not_write(*state, &request, &turn, "From cannot be read");
	other.sent_by = "h;branch=x";
	must_not_write(*state, &plain, &other, "the sender of Via");
	other.sent_by = "h,SIP/2.0/UDP";
	must_not_write(*state, &plain, &other, "the sender of Via");
}

static void numbers_and_bodies_keep_to_their_limits(void **state)
{
	struct sip_request request = plain;
	struct sip_turn other = turn;
	char *body = pool_zalloc(*state, SIP_MESSAGE_MAX);

	request.max_forwards = 256;
	must_not_write(*state, &request, &turn, "Max-Forwards is 0 to 255");
	other.cseq = 2147483648;
	must_not_write(*state, &plain, &other, "CSeq is 0 to 2147483647");
	request = plain;
	request.body = STR("x");
	must_not_write(*state, &request, &turn, "needs a Content-Type");
	request.content_type = "text/plain";
	request.body = (struct str){body, SIP_MESSAGE_MAX};
	must_not_write(*state, &request, &turn, "too long");
}

/* RFC 3261 8.2.6.2 */
static void an_answer_brings_back_what_the_request_had(void **state)
{
	static const char request[] =
		"NOTIFY sip:100@192.0.2.9 SIP/2.0\r\n"
		"v: SIP/2.0/TLS c.example.com;branch=z9hG4bK3\r\n"
		"Via: SIP/2.0/TLS b.example.com;branch=z9hG4bK2 ,\r\n"
		"  SIP/2.0/TLS a.example.com;branch=z9hG4bK1\r\n"
		"i: one@two\r\n"
		"From: \"UM\" <sip:um@example.com>;tag=um\r\n"
		"VIA:SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK0\r\n"
		"To: <sip:100@example.com>\r\n"
		"Event: message-summary\r\n"
		"CSeq: 7 NOTIFY\r\nContent-Length: 0\r\n\r\n";
	struct sip_message message;
	struct err err;
	struct buf out;

	assert_int_equal(sip_message_read(&message, *state, STR(request), &err),
			 0);
	buf_init(&out, *state, SIP_MESSAGE_MAX);
	sip_response_write(&out, &message, 200, "OK", "mine");
	assert_string_equal(out.data,
			    "SIP/2.0 200 OK\r\n"
			    "Via: SIP/2.0/TLS c.example.com;branch=z9hG4bK3\r\n"
			    "Via: SIP/2.0/TLS b.example.com;branch=z9hG4bK2 , "
			    "SIP/2.0/TLS a.example.com;branch=z9hG4bK1\r\n"
			    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK0\r\n"
			    "From: \"UM\" <sip:um@example.com>;tag=um\r\n"
			    "To: <sip:100@example.com>;tag=mine\r\n"
			    "Call-ID: one@two\r\n"
			    "CSeq: 7 NOTIFY\r\n"
			    "Content-Length: 0\r\n\r\n");
	assert_int_equal(
		sip_message_read(&message, *state, buf_str(&out), &err), 0);
	assert_string_equal(message.to_tag.p, "mine");
	assert_string_equal(message.branch.p, "z9hG4bK3");
}

static void a_tag_that_is_there_is_kept(void **state)
{
	static const char request[] =
		"NOTIFY sip:100@192.0.2.9 SIP/2.0\r\n"
		"Via: SIP/2.0/TLS c.example.com;branch=z9hG4bK3\r\n"
		"From: <sip:um@example.com>;tag=um\r\n"
		"To: <sip:100@example.com> ; Tag=theirs\r\n"
		"Call-ID: one@two\r\nCSeq: 7 NOTIFY\r\n\r\n";
	struct sip_message message;
	struct err err;
	struct buf out;

	assert_int_equal(sip_message_read(&message, *state, STR(request), &err),
			 0);
	buf_init(&out, *state, SIP_MESSAGE_MAX);
	sip_response_write(&out, &message, 489, NULL, "mine");
	assert_non_null(strstr(out.data, "\r\nTo: <sip:100@example.com> ; "
					 "Tag=theirs\r\n"));
	assert_true(
		str_starts(buf_str(&out), STR("SIP/2.0 489 Bad Event\r\n")));
	assert_non_null(
		strstr(out.data, "\r\nAllow-Events: message-summary\r\n"));
	buf_init(&out, *state, SIP_MESSAGE_MAX);
	sip_response_write(&out, &message, 405, NULL, NULL);
	assert_non_null(strstr(out.data, "\r\nAllow: OPTIONS, NOTIFY\r\n"));
	buf_init(&out, *state, SIP_MESSAGE_MAX);
	sip_response_write(&out, &message, 415, NULL, NULL);
	assert_non_null(
		strstr(out.data,
		       "\r\nAccept: application/simple-message-summary\r\n"));
}

/* Else the peer could not read its own header any more. */
static void a_tag_never_comes_after_two_semicolons(void **state)
{
	struct sip_message message = {0};
	struct sip_header headers[] = {
		{STR("To"), STR("sip:100@example.com; ;")}};
	struct buf out;

	message.headers = headers;
	message.headers_len = 1;
	buf_init(&out, *state, SIP_MESSAGE_MAX);
	sip_response_write(&out, &message, 200, NULL, "mine");
	assert_non_null(
		strstr(out.data, "\r\nTo: sip:100@example.com;tag=mine\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_least_request_has_what_rfc_3261_asks_for),
		TEST(every_field_has_its_place),
		TEST(a_request_reads_back_as_it_was_meant),
		TEST(no_field_can_add_a_line),
		TEST(no_header_can_add_a_line_or_take_the_place_of_ours),
		TEST(no_uri_can_break_out_of_its_brackets),
		TEST(what_no_receiver_could_read_is_not_sent),
		TEST(numbers_and_bodies_keep_to_their_limits),
		TEST(an_answer_brings_back_what_the_request_had),
		TEST(a_tag_that_is_there_is_kept),
		TEST(a_tag_never_comes_after_two_semicolons),
	};

	return cmocka_run_group_tests_name("msg_write", tests, NULL, NULL);
}
