/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_torture -- RFC 4475's messages, and what becomes of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/file.h"
#include "pooled.h"
#include "sip/msg.h"

/* What the RFC makes of a message. */
enum torture {
	VALID,   /* 3.1.1: must be read */
	INVALID, /* 3.1.2: breaks the syntax */
	ODD,     /* 3.2 to 3.4: well-formed enough, its meaning is wrong */
};

/*
 * Invalid ones that we read break a rule about a header or a part of the
 * Request-URI that we never look at (RFC 3261 8.2.2: to be ignored).  An
 * answer is matched by Call-ID, tags, CSeq and branch, which are held against
 * the rules.
 */
static const struct {
	const char *name; /* the RFC's, of tests/data/rfc4475/NAME.dat */
	enum torture rfc;
	const char *refused; /* part of the error; NULL: it is read */
	const char *start;   /* method, or status and reason */
	size_t headers, body;
} messages[] = {
	{"wsinv", VALID, NULL, "INVITE", 14, 150},
	{"intmeth", VALID, NULL, "!interesting-Method0123456789_*+`.%indeed'~",
	 8, 0},
	{"esc01", VALID, NULL, "INVITE", 9, 150},
	{"escnull", VALID, NULL, "REGISTER", 9, 0},
	{"esc02", VALID, NULL, "RE%47IST%45R", 10, 0},
	{"lwsdisp", VALID, NULL, "OPTIONS", 7, 0},
	{"longreq", VALID, NULL, "INVITE", 43, 150},
	{"dblreq", VALID, NULL, "REGISTER", 8, 0},
	{"semiuri", VALID, NULL, "OPTIONS", 8, 0},
	{"transports", VALID, NULL, "OPTIONS", 12, 0},
	{"mpart01", VALID, NULL, "MESSAGE", 14, 553},
	{"unreason", VALID, NULL,
	 "200 = 2**3 * 5**2 "
	 "\xd0\xbd\xd0\xbe\x20\xd1\x81\xd1\x82\xd0\xbe\x20\xd0\xb4\xd0\xb5\xd0"
	 "\xb2\xd1\x8f\xd0\xbd\xd0\xbe\xd1\x81\xd1\x82\xd0\xbe\x20\xd0\xb4\xd0"
	 "\xb5\xd0\xb2\xd1\x8f\xd1\x82\xd1\x8c\x20\x2d\x20\xd0\xbf\xd1\x80\xd0"
	 "\xbe\xd1\x81\xd1\x82\xd0\xbe\xd0\xb5",
	 8, 154},
	{"noreason", VALID, NULL, "100 ", 7, 0},
	{"badinv01", INVALID, "Via cannot be read", NULL, 0, 0},
	{"clerr", INVALID, "Content-Length says 9999", NULL, 0, 0},
	{"ncl", INVALID, "Content-Length \"-999\"", NULL, 0, 0},
	{"scalar02", INVALID, "CSeq cannot be read", NULL, 0, 0},
	{"scalarlg", INVALID, "CSeq cannot be read", NULL, 0, 0},
	{"quotbal", INVALID, "To cannot be read", NULL, 0, 0},
	{"ltgtruri", INVALID, "\"INVITE <sip:", NULL, 0, 0},
	{"lwsruri", INVALID, "; lr SIP/2.0\" came", NULL, 0, 0},
	{"lwsstart", INVALID, "\"INVITE  sip:", NULL, 0, 0},
	{"trws", INVALID, "SIP/2.0  \" came", NULL, 0, 0},
	/* Headers in the Request-URI: we go nowhere by it. */
	{"escruri", INVALID, NULL, "INVITE", 9, 150},
	/* Date is not in GMT: we have our own clock. */
	{"baddate", INVALID, NULL, "INVITE", 10, 150},
	/* The Contact's own "?" wants <>: we send nothing to it. */
	{"regbadct", INVALID, NULL, "REGISTER", 8, 0},
	{"badaspec", INVALID, "To cannot be read", NULL, 0, 0},
	{"baddn", INVALID, "From cannot be read", NULL, 0, 0},
	{"badvers", INVALID, "SIP/7.0", NULL, 0, 0},
	{"mismatch01", INVALID, "is OPTIONS, in CSeq INVITE", NULL, 0, 0},
	{"mismatch02", INVALID, "is NEWMETHOD, in CSeq INVITE", NULL, 0, 0},
	{"bigcode", INVALID, "status \"4294967301\"", NULL, 0, 0},
	{"badbranch", ODD, NULL, "OPTIONS", 8, 0},
	/* No From, To, Call-ID: nothing to answer to (the RFC's answer: 400) */
	{"insuf", ODD, "has no From", NULL, 0, 0},
	{"unkscm", ODD, NULL, "OPTIONS", 7, 0},
	{"novelsc", ODD, NULL, "OPTIONS", 7, 0},
	{"unksm2", ODD, NULL, "REGISTER", 8, 0},
	{"bext01", ODD, NULL, "OPTIONS", 9, 0},
	{"invut", ODD, NULL, "INVITE", 9, 40},
	{"regaut01", ODD, NULL, "REGISTER", 8, 0},
	/* Which of two is meant, nobody knows (likewise) */
	{"multi01", ODD, "has two From", NULL, 0, 0},
	{"mcl01", ODD, "two Content-Length", NULL, 0, 0},
	{"bcast", ODD, NULL, "200 OK", 9, 154},
	{"zeromf", ODD, NULL, "OPTIONS", 7, 0},
	{"cparam01", ODD, NULL, "REGISTER", 8, 0},
	{"cparam02", ODD, NULL, "REGISTER", 8, 0},
	{"regescrt", ODD, NULL, "REGISTER", 8, 0},
	{"sdp01", ODD, NULL, "INVITE", 10, 150},
	{"inv2543", ODD, NULL, "INVITE", 7, 105},
	/* In the RFC's archive, not in its text: a start line without version,
	 * a line without colon, no Via, no CSeq. */
	{"test", INVALID, "sip:alan@jasomi.com\" came", NULL, 0, 0},
};

/* In an allocation of its size, so that one byte more is seen. */
static struct str torture_read(struct pool *pool, const char *name)
{
	const char *data = getenv("UM_DATA"), *srcdir = getenv("srcdir");
	const char *folder = data ? data
				  : pool_printf(pool, "%s/tests/data",
						srcdir ? srcdir : ".");
	struct bytes bytes;
	struct err err;
	char *exact;

	if (file_read(&bytes, pool,
		      pool_printf(pool, "%s/rfc4475/%s.dat", folder, name),
		      FILE_MAX, deadline_in(USEC_PER_SEC), &err))
		fail_msg("%s", err.text);
	exact = pool_zalloc(pool, bytes.n);
	memcpy(exact, bytes.p, bytes.n);
	return (struct str){exact, bytes.n};
}

static void every_message_is_read_or_refused_as_it_should(void **state)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		const struct str data = torture_read(*state, messages[i].name);
		struct sip_message message;
		const char *start;
		struct err err = {0};

		if (sip_message_read(&message, *state, data, &err)) {
			assert_int_equal(err.kind, ERR_PROTOCOL);
			if (!messages[i].refused ||
			    !strstr(err.text, messages[i].refused))
				fail_msg("%s: %s", messages[i].name, err.text);
			continue;
		}
		if (messages[i].refused)
			fail_msg("%s: was read", messages[i].name);
		start = message.method
				? message.method
				: pool_printf(*state, "%u %s", message.status,
					      message.reason.p);
		assert_string_equal(start, messages[i].start);
		assert_int_equal(message.headers_len, messages[i].headers);
		assert_int_equal(message.body.n, messages[i].body);
		/* Those of the RFC's messages begin with their own name. */
		if (strcmp(messages[i].name, "mpart01") != 0)
			assert_true(str_starts(message.call_id,
					       str_from(messages[i].name)));
	}
}

static void no_valid_message_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		if (messages[i].rfc == VALID && messages[i].refused)
			fail_msg("%s", messages[i].name);
}

/* A stream holds them one behind another, and each is found. */
static void valid_messages_are_framed_in_a_stream(void **state)
{
	struct buf stream;
	struct str rest;
	struct err err;

	buf_init(&stream, *state, (size_t)1 << 20);
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		const struct str data = torture_read(*state, messages[i].name);

		if (messages[i].rfc == VALID &&
		    strcmp(messages[i].name, "dblreq") != 0)
			buf_write(&stream, data.p, data.n);
	}
	rest = buf_str(&stream);
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		struct sip_message message;
		ssize_t n;

		if (messages[i].rfc != VALID ||
		    strcmp(messages[i].name, "dblreq") == 0)
			continue;
		n = sip_frame(rest, &err);
		if (n <= 0)
			fail_msg("%s: %zd", messages[i].name, n);
		assert_int_equal(
			sip_message_read(&message, *state,
					 (struct str){rest.p, (size_t)n}, &err),
			0);
		assert_int_equal(message.body.n, messages[i].body);
		rest = (struct str){rest.p + n, rest.n - (size_t)n};
		n = (ssize_t)sip_frame_skip(rest);
		rest = (struct str){rest.p + n, rest.n - (size_t)n};
	}
	assert_int_equal(rest.n, 0);
}

/* RFC 4475 3.1.1.1: blanks, folds and lists at every place allowed. */
static void tortuous_white_space_leaves_the_values_as_they_are(void **state)
{
	const struct str data = torture_read(*state, "wsinv");
	struct sip_message message;
	struct err err;

	assert_int_equal(sip_message_read(&message, *state, data, &err), 0);
	assert_string_equal(message.uri,
			    "sip:vivekg@chair-dnrc.example.com;unknownparam");
	assert_string_equal(message.from_tag.p, "98asjd8");
	assert_string_equal(message.to_tag.p, "1918181833n");
	assert_string_equal(message.branch.p, "390skdjuw");
	assert_string_equal(message.call_id.p, "wsinv.ndaksdj@192.0.2.1");
	assert_int_equal(message.cseq, 9);
	assert_string_equal(message.cseq_method.p, "INVITE");
	assert_string_equal(sip_header(&message, "NewFangledHeader", 0).p,
			    "newfangled value continued newfangled value");
	assert_string_equal(sip_header(&message, "Subject", 0).p, "");
	assert_string_equal(sip_header(&message, "Via", 1).p,
			    "SIP  / 2.0  / TCP     spindle.example.com   ; "
			    "branch  =   z9hG4bK9ikj8  , SIP  /    2.0   / UDP "
			    " 192.168.255.111   ; branch= z9hG4bK30239");
	assert_null(sip_header(&message, "Via", 2).p);
}

/* RFC 4475 3.1.1.2: the NUL stands behind a backslash in quotes. */
static void a_quoted_nul_is_a_character_like_others(void **state)
{
	static const char to[] =
		"\"BEL:\\\a NUL:\\\0 DEL:\\\x7f\" <sip:1_unusual.URI"
		"~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>";
	const struct str data = torture_read(*state, "intmeth");
	struct sip_message message;
	struct err err;

	assert_int_equal(sip_message_read(&message, *state, data, &err), 0);
	assert_true(str_eq(sip_header(&message, "To", 0),
			   (struct str){to, sizeof(to) - 1}));
	assert_string_equal(message.from_tag.p, "_token~1'+`*%!-.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_message_is_read_or_refused_as_it_should),
		TEST(no_valid_message_is_refused),
		TEST(valid_messages_are_framed_in_a_stream),
		TEST(tortuous_white_space_leaves_the_values_as_they_are),
		TEST(a_quoted_nul_is_a_character_like_others),
	};

	return cmocka_run_group_tests_name("torture", tests, NULL, NULL);
}
