/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_conn -- bytes over UDP and TCP, and what silence leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "peer.h"
#include "pooled.h"

#define LIMIT (5 * USEC_PER_SEC)
#define SOON  (USEC_PER_SEC / 10)
#define LARGE ((size_t)4 << 20) /* more than any socket holds */

static struct addr loopback(uint16_t port)
{
	struct addr addr;

	assert_true(addr_from_literal(&addr, "127.0.0.1", port));
	return addr;
}

static struct conn *open_to(struct pool *pool, enum transport transport,
			    uint16_t port)
{
	const struct dial dial = {
		.transport = transport,
		.peer = loopback(port),
	};
	struct conn_times times;
	struct tls_view seen;
	struct conn *conn;
	struct err err;

	assert_int_equal(conn_open(&conn, pool, &dial, &seen, &times,
				   deadline_in(LIMIT), &err),
			 0);
	return conn;
}

/* Peers ------------------------------------------------------------------- */

static void echo_datagram(int fd, void *arg)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char data[64];
	ssize_t n = recvfrom(fd, data, sizeof(data), 0,
			     (struct sockaddr *)&from, &len);

	(void)arg;
	if (n > 0)
		sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from, len);
}

/* Answers from a socket of its own: another port. */
static void answer_from_elsewhere(int fd, void *arg)
{
	int other = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char data[64];

	(void)arg;
	if (recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from,
		     &len) > 0)
		sendto(other, "stranger", 8, 0, (struct sockaddr *)&from, len);
	close(other);
}

static void read_all(int fd, void *arg)
{
	static char data[65536];
	size_t *total = arg;
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), 0)) > 0)
		*total += (size_t)n;
}

/* Both once the connection is surely up. */
static void close_when_asked(int fd, void *arg)
{
	char byte;

	(void)arg;
	(void)!recv(fd, &byte, 1, 0);
}

static void reset_when_asked(int fd, void *arg)
{
	close_when_asked(fd, arg);
	peer_reset(fd);
}

static void say_late(int fd, void *arg)
{
	char byte;

	(void)arg;
	if (recv(fd, &byte, 1, 0) == 1)
		peer_send(fd, "late", 4);
}

/* Tests ------------------------------------------------------------------- */

static void a_datagram_goes_there_and_back(void **state)
{
	struct peer peer = {.serve = echo_datagram, .type = SOCK_DGRAM};
	struct addr from;
	struct conn *conn;
	struct err err;
	char data[64];

	peer_start(&peer);
	conn = open_to(*state, TRANSPORT_UDP, peer.port);
	assert_int_equal(conn_transport(conn), TRANSPORT_UDP);
	assert_int_equal(conn_send(conn, "hello", 5, deadline_in(LIMIT), &err),
			 0);
	assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
				   deadline_in(LIMIT), &err),
			 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(addr_port(&from), peer.port);
	conn_close(conn);
	peer_stop(&peer);
}

static void our_end_of_a_datagram_is_known(void **state)
{
	struct conn *conn = open_to(*state, TRANSPORT_UDP, 9);
	char text[ADDR_TEXT_MAX];

	assert_string_equal(addr_host_text(conn_local(conn), text),
			    "127.0.0.1");
	assert_int_not_equal(addr_port(conn_local(conn)), 0);
	conn_close(conn);
}

static void a_strangers_datagram_is_heard(void **state)
{
	struct peer peer = {.serve = answer_from_elsewhere, .type = SOCK_DGRAM};
	struct addr from;
	struct conn *conn;
	struct err err;
	char data[64];

	peer_start(&peer);
	conn = open_to(*state, TRANSPORT_UDP, peer.port);
	assert_int_equal(conn_send(conn, "hello", 5, deadline_in(LIMIT), &err),
			 0);
	assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
				   deadline_in(LIMIT), &err),
			 8);
	assert_int_not_equal(addr_port(&from), peer.port);
	conn_close(conn);
	peer_stop(&peer);
}

static void a_closed_udp_port_refuses(void **state)
{
	const usec start = clock_now();
	struct conn *conn = open_to(*state, TRANSPORT_UDP, peer_closed_port());
	struct addr from;
	struct err err;
	char data[64];

	assert_int_equal(conn_send(conn, "hello", 5, deadline_in(LIMIT), &err),
			 0);
	assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
				   deadline_in(LIMIT), &err),
			 -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	/* Not at the deadline: ICMP told. */
	assert_true(clock_now() - start < LIMIT);

	/* The error is over: what follows waits as usual. */
	assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
				   deadline_in(SOON), &err),
			 -1);
	assert_int_equal(err.kind, ERR_TIMEOUT);
	conn_close(conn);
}

static void a_stream_takes_all_that_is_sent(void **state)
{
	static char data[LARGE];
	size_t total = 0;
	struct peer peer = {
		.serve = read_all, .arg = &total, .type = SOCK_STREAM};
	struct conn *conn;
	struct err err;

	peer_start(&peer);
	conn = open_to(*state, TRANSPORT_TCP, peer.port);
	assert_int_equal(
		conn_send(conn, data, sizeof(data), deadline_in(LIMIT), &err),
		0);
	conn_close(conn);
	peer_stop(&peer);
	assert_int_equal(total, LARGE);
}

static void silence_leaves_a_stream_usable(void **state)
{
	struct peer peer = {.serve = say_late, .type = SOCK_STREAM};
	struct addr from;
	struct conn *conn;
	struct err err;
	char data[64];

	peer_start(&peer);
	conn = open_to(*state, TRANSPORT_TCP, peer.port);
	assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
				   deadline_in(SOON), &err),
			 -1);
	assert_int_equal(err.kind, ERR_TIMEOUT);
	assert_int_equal(conn_send(conn, "x", 1, deadline_in(LIMIT), &err), 0);
	assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
				   deadline_in(LIMIT), &err),
			 4);
	conn_close(conn);
	peer_stop(&peer);
}

/* A last word, such as the REGISTER that ends a binding. */
static void what_need_not_wait_is_sent_when_the_time_is_up(void **state)
{
	const struct {
		enum transport transport;
		int type;
		void (*serve)(int fd, void *arg);
		ssize_t n;
	} cases[] = {
		{TRANSPORT_UDP, SOCK_DGRAM, echo_datagram, 1},
		{TRANSPORT_TCP, SOCK_STREAM, say_late, 4},
	};

	for (size_t i = 0; i < 2; i++) {
		struct peer peer = {.serve = cases[i].serve,
				    .type = cases[i].type};
		struct addr from;
		struct conn *conn;
		struct err err;
		char data[64];

		peer_start(&peer);
		conn = open_to(*state, cases[i].transport, peer.port);
		assert_int_equal(conn_send(conn, "x", 1, deadline_in(0), &err),
				 0);
		assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
					   deadline_in(LIMIT), &err),
				 cases[i].n);
		conn_close(conn);
		peer_stop(&peer);
	}
}

static void a_close_and_a_reset_are_told_apart(void **state)
{
	const struct {
		void (*serve)(int fd, void *arg);
		ssize_t n;
	} cases[] = {{close_when_asked, 0}, {reset_when_asked, -1}};

	for (size_t i = 0; i < 2; i++) {
		struct peer peer = {.serve = cases[i].serve,
				    .type = SOCK_STREAM};
		struct err err = {0};
		struct addr from;
		struct conn *conn;
		char data[64];

		peer_start(&peer);
		conn = open_to(*state, TRANSPORT_TCP, peer.port);
		assert_int_equal(
			conn_send(conn, "x", 1, deadline_in(LIMIT), &err), 0);
		assert_int_equal(conn_recv(conn, data, sizeof(data), &from,
					   deadline_in(LIMIT), &err),
				 cases[i].n);
		assert_int_equal(err.kind, i == 0 ? ERR_NONE : ERR_RESET);
		conn_close(conn);
		peer_stop(&peer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_datagram_goes_there_and_back),
		TEST(our_end_of_a_datagram_is_known),
		TEST(a_strangers_datagram_is_heard),
		TEST(a_closed_udp_port_refuses),
		TEST(a_stream_takes_all_that_is_sent),
		TEST(silence_leaves_a_stream_usable),
		TEST(what_need_not_wait_is_sent_when_the_time_is_up),
		TEST(a_close_and_a_reset_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
