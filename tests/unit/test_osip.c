/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_osip -- libosip2 is quiet, ready before main(), and fed with care. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "pooled.h"
#include "sip/osip.h"

#define REST                                                                   \
	"Via: SIP/2.0/TLS h.example.com;branch=z9hG4bK1\r\n"                   \
	"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"       \
	"Call-ID: c@d\r\n"

static osip_message_t *read_and_make(struct pool *pool, const char *text)
{
	struct sip_message message;
	osip_message_t *osip = NULL;
	struct err err;

	if (sip_message_read(&message, pool, str_from(text), &err) ||
	    osip_message_of(&osip, pool, &message, &err))
		fail_msg("%s", err.text);
	return osip;
}

static void a_response_has_what_transactions_look_at(void **state)
{
	osip_message_t *osip = read_and_make(*state, "SIP/2.0 401 No\r\n" REST
						     "CSeq: 7 NOTIFY\r\n\r\n");

	assert_true(MSG_IS_RESPONSE(osip));
	assert_int_equal(osip->status_code, 401);
	assert_string_equal(osip->reason_phrase, "No");
	assert_string_equal(osip->sip_version, "SIP/2.0");
	assert_string_equal(osip->cseq->number, "7");
	assert_string_equal(osip->cseq->method, "NOTIFY");
	assert_string_equal(osip->call_id->number, "c");
	assert_string_equal(osip->call_id->host, "d");
	assert_int_equal(osip_list_size(&osip->vias), 1);
	osip_message_free(osip);
}

static void a_request_has_what_transactions_look_at(void **state)
{
	osip_message_t *osip = read_and_make(
		*state, "NOTIFY sip:100@example.com:5070 SIP/2.0\r\n" REST
			"CSeq: 7\tNOTIFY\r\n\r\n");

	assert_true(MSG_IS_REQUEST(osip));
	assert_string_equal(osip->sip_method, "NOTIFY");
	assert_string_equal(osip->cseq->method, "NOTIFY");
	assert_string_equal(osip->req_uri->host, "example.com");
	assert_string_equal(osip->req_uri->port, "5070");
	osip_message_free(osip);
}

static void a_uri_that_libosip2_cannot_bear_is_left_out(void **state)
{
	osip_message_t *osip = read_and_make(
		*state, "NOTIFY soap.beep://192.0.2.103:3002 SIP/2.0\r\n" REST
			"CSeq: 7 NOTIFY\r\n\r\n");
	struct buf out;

	assert_null(osip->req_uri);
	osip_message_free(osip);
	buf_init(&out, *state, SIP_MESSAGE_MAX);
	buf_puts(&out, "NOTIFY sip:example.com");
	for (int i = 0; i < 501; i++)
		buf_puts(&out, ";a");
	buf_puts(&out, " SIP/2.0\r\n" REST "CSeq: 7 NOTIFY\r\n\r\n");
	osip = read_and_make(*state, out.data);
	assert_null(osip->req_uri);
	osip_message_free(osip);
}

static void no_other_header_gets_to_libosip2(void **state)
{
	osip_message_t *osip = read_and_make(
		*state, "SIP/2.0 200 OK\r\n" REST
			"Contact: <sip:x@example.com>\r\nFoo: bar\r\n"
			"Via: SIP/2.0/UDP other.example.com\r\n"
			"CSeq: 7 NOTIFY\r\nContent-Type: text/plain\r\n\r\nb");

	assert_int_equal(osip_list_size(&osip->contacts), 0);
	assert_int_equal(osip_list_size(&osip->headers), 0);
	assert_int_equal(osip_list_size(&osip->vias), 1);
	assert_int_equal(osip_list_size(&osip->bodies), 0);
	assert_null(osip->content_type);
	osip_message_free(osip);
}

/* By default it prints its parse errors, in the midst of a plugin's line. */
static void libosip2_prints_nothing(void **state)
{
	FILE *caught = tmpfile();
	const int out = dup(STDOUT_FILENO);
	osip_message_t *osip = NULL;
	int rc;

	(void)state;
	assert_non_null(caught);
	assert_int_equal(osip_message_init(&osip), 0);
	fflush(stdout);
	dup2(fileno(caught), STDOUT_FILENO);
	rc = osip_message_parse(osip, "SIP/2.0 x\r\n\r\n", 13);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	assert_int_not_equal(rc, 0);
	assert_int_equal(lseek(fileno(caught), 0, SEEK_END), 0);
	fclose(caught);
	osip_message_free(osip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_response_has_what_transactions_look_at),
		TEST(a_request_has_what_transactions_look_at),
		TEST(a_uri_that_libosip2_cannot_bear_is_left_out),
		TEST(no_other_header_gets_to_libosip2),
		TEST(libosip2_prints_nothing),
	};

	return cmocka_run_group_tests_name("osip", tests, NULL, NULL);
}
