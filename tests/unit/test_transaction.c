/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_transaction -- RFC 3261 17: when it is sent again, and when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <string.h>

#include "sip/transaction.h"

#define T1        (USEC_PER_SEC / 2) /* 17.1.1.1 */
#define SENDS_MAX 8

/* What went out, and when. */
struct wire {
	struct pool *pool;
	struct sip_transactions *t;
	usec at[SENDS_MAX];
	struct str last;
	size_t n;
	int result;
};

static int on_send(void *arg, struct str message)
{
	struct wire *wire = arg;

	assert_true(wire->n < SENDS_MAX);
	wire->at[wire->n++] = clock_now();
	wire->last = message;
	return wire->result;
}

static int begin(void **state)
{
	struct pool *pool = pool_new();
	struct wire *wire = pool_zalloc(pool, sizeof(*wire));
	struct err err;

	wire->pool = pool;
	*state = wire;
	return sip_transactions_open(&wire->t, pool, on_send, wire, &err);
}

static int finish(void **state)
{
	struct wire *wire = *state;

	sip_transactions_close(wire->t);
	pool_free(wire->pool);
	return 0;
}

#define HEAD(transport, method)                                                \
	"Via: SIP/2.0/" transport " 127.0.0.1:5070;branch=z9hG4bKtest\r\n"     \
	"From: <sip:a@a.test>;tag=1\r\n"                                       \
	"To: <sip:b@b.test>\r\n"                                               \
	"Call-ID: test\r\n"                                                    \
	"CSeq: 1 " method "\r\n"                                               \
	"Content-Length: 0\r\n\r\n"
#define REQUEST(transport, method)                                             \
	STR(method " sip:b@b.test SIP/2.0\r\n" HEAD(transport, method))
#define RESPONSE(status) STR("SIP/2.0 " status "\r\n" HEAD("UDP", "OPTIONS"))

static struct sip_message read_message(struct pool *pool, struct str text)
{
	struct sip_message message;
	struct err err;

	assert_int_equal(sip_message_read(&message, pool, text, &err), 0);
	return message;
}

static void receive(struct wire *wire, struct str text)
{
	struct sip_message message = read_message(wire->pool, text);

	sip_client_receive(wire->t, &message);
	sip_transactions_run(wire->t);
}

static void ask(struct wire *wire, struct str request)
{
	struct err err;

	assert_int_equal(sip_client_begin(wire->t, request, &err), 0);
}

/* Runs the machines until so many messages went out, or until `by`. */
static void run_until(struct wire *wire, size_t sends, struct deadline by)
{
	while (wire->n < sends && !deadline_passed(by)) {
		struct deadline wake = sip_transactions_run(wire->t);

		if (wire->n < sends)
			poll(NULL, 0,
			     deadline_poll_ms(wake.at < by.at ? wake : by));
	}
}

/* 17.1.2.2, timer E: after T1, then twice as long each time. */
static void over_udp_it_is_sent_again(void **state)
{
	static const usec waits[] = {T1, 2 * T1, 4 * T1};
	struct wire *wire = *state;

	ask(wire, REQUEST("UDP", "OPTIONS"));
	run_until(wire, 4, deadline_in(30 * USEC_PER_SEC));
	assert_int_equal(wire->n, 4);
	for (size_t i = 0; i < 3; i++)
		assert_true(wire->at[i + 1] - wire->at[i] >=
			    waits[i] - USEC_PER_SEC / 100);
	assert_int_equal(sip_client_state(wire->t), SIP_CLIENT_TRYING);
}

static void over_tcp_it_is_sent_once(void **state)
{
	struct wire *wire = *state;

	ask(wire, REQUEST("TCP", "OPTIONS"));
	run_until(wire, 2, deadline_in(2 * T1));
	assert_int_equal(wire->n, 1);
}

/* 17.1.2.2: in Proceeding timer E goes on with T2, 4 s. */
static void a_provisional_answer_slows_it_down(void **state)
{
	struct wire *wire = *state;

	ask(wire, REQUEST("UDP", "OPTIONS"));
	sip_transactions_run(wire->t);
	receive(wire, RESPONSE("100 Trying"));
	assert_int_equal(sip_client_state(wire->t), SIP_CLIENT_PROCEEDING);
	run_until(wire, 3, deadline_in(3 * T1));
	assert_in_range(wire->n, 1, 2);
}

static void a_final_answer_ends_it(void **state)
{
	struct wire *wire = *state;

	ask(wire, REQUEST("UDP", "OPTIONS"));
	sip_transactions_run(wire->t);
	receive(wire, RESPONSE("404 Not Found"));
	assert_int_equal(sip_client_state(wire->t), SIP_CLIENT_COMPLETED);
	run_until(wire, 2, deadline_in(2 * T1));
	assert_int_equal(wire->n, 1);
}

static void another_request_takes_its_place(void **state)
{
	struct wire *wire = *state;
	const struct str second = REQUEST("UDP", "NOTIFY");

	ask(wire, REQUEST("UDP", "OPTIONS"));
	sip_transactions_run(wire->t);
	ask(wire, second);
	sip_transactions_run(wire->t);
	assert_int_equal(wire->n, 2);
	assert_ptr_equal(wire->last.p, second.p);
	assert_int_equal(sip_client_state(wire->t), SIP_CLIENT_TRYING);
}

static void what_is_no_request_is_not_sent(void **state)
{
	struct wire *wire = *state;
	struct err err = {0};

	assert_int_equal(sip_client_begin(wire->t, STR("nonsense"), &err), -1);
	assert_int_equal(err.kind, ERR_LOCAL);
	assert_int_equal(wire->n, 0);
}

static void a_transport_that_fails_is_no_crash(void **state)
{
	struct wire *wire = *state;

	wire->result = -1;
	ask(wire, REQUEST("UDP", "OPTIONS"));
	sip_transactions_run(wire->t);
	sip_transactions_run(wire->t);
	assert_int_equal(wire->n, 1);
}

/* 17.2.2: in Completed a retransmission gets the same answer once more. */
static void a_request_sent_again_is_answered_again(void **state)
{
	const struct str answer = RESPONSE("200 OK");
	struct wire *wire = *state;
	struct sip_message request =
		read_message(wire->pool, REQUEST("UDP", "OPTIONS"));

	assert_true(sip_server_receive(wire->t, &request));
	sip_server_answer(wire->t, answer);
	assert_int_equal(wire->n, 1);
	assert_true(str_eq(wire->last, answer));

	assert_false(sip_server_receive(wire->t, &request));
	sip_transactions_run(wire->t);
	assert_int_equal(wire->n, 2);
	assert_true(str_eq(wire->last, answer));
}

/* 17.1.1.3: an ACK is never answered; INVITE has another machine. */
static void ack_and_invite_are_not_taken(void **state)
{
	struct wire *wire = *state;
	struct sip_message ack =
		read_message(wire->pool, REQUEST("UDP", "ACK"));
	struct sip_message invite =
		read_message(wire->pool, REQUEST("UDP", "INVITE"));

	assert_false(sip_server_receive(wire->t, &ack));
	assert_false(sip_server_receive(wire->t, &invite));
	assert_int_equal(wire->n, 0);
}

static struct sip_message numbered(struct pool *pool, unsigned number)
{
	char *text = pool_printf(
		pool,
		"OPTIONS sip:b@b.test SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK%u\r\n"
		"From: <sip:a@a.test>;tag=1\r\n"
		"To: <sip:b@b.test>\r\nCall-ID: %u\r\n"
		"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		number, number);

	return read_message(pool, str_from(text));
}

/* A flood is answered, and what it takes does not grow with it. */
static void of_many_requests_the_oldest_are_forgotten(void **state)
{
	struct wire *wire = *state;
	struct sip_message first = numbered(wire->pool, 0);
	struct sip_message last = numbered(wire->pool, 99);

	for (unsigned i = 0; i < 100; i++) {
		struct sip_message request = numbered(wire->pool, i);

		assert_true(sip_server_receive(wire->t, &request));
		sip_server_answer(wire->t, RESPONSE("200 OK"));
		wire->n = 0;
	}
	assert_false(sip_server_receive(wire->t, &last));
	assert_true(sip_server_receive(wire->t, &first));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(over_udp_it_is_sent_again),
		TEST(over_tcp_it_is_sent_once),
		TEST(a_provisional_answer_slows_it_down),
		TEST(a_final_answer_ends_it),
		TEST(another_request_takes_its_place),
		TEST(what_is_no_request_is_not_sent),
		TEST(a_transport_that_fails_is_no_crash),
		TEST(a_request_sent_again_is_answered_again),
		TEST(ack_and_invite_are_not_taken),
		TEST(of_many_requests_the_oldest_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
