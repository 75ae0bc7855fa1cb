/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_net -- sockets, deadlines and which address to take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/reach.h"
#include "net/wait.h"
#include "peer.h"
#include "pooled.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SOON     (USEC_PER_SEC / 5)

static struct addr loopback(const char *literal, uint16_t port)
{
	struct addr addr;

	assert_true(addr_from_literal(&addr, literal, port));
	return addr;
}

/* The deadline was kept, and not long before it was given up. */
static void assert_waited(usec start, usec span)
{
	usec spent = clock_now() - start;

	assert_true(spent >= span - USEC_PER_SEC / 100);
	assert_true(spent < span + USEC_PER_SEC);
}

/* wait -------------------------------------------------------------------- */

static void waiting_ends_at_the_deadline(void **state)
{
	char data[16];
	usec start = clock_now();
	struct err err;
	int pair[2];

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(wait_for(pair[0], POLLIN, deadline_in(SOON), &err), 0);
	assert_waited(start, SOON);
	start = clock_now();
	assert_int_equal(
		wait_recv(pair[0], data, sizeof(data), deadline_in(SOON), &err),
		-1);
	assert_int_equal(err.kind, ERR_TIMEOUT);
	assert_waited(start, SOON);

	assert_int_equal(write(pair[1], "abc", 3), 3);
	assert_int_equal(
		wait_recv(pair[0], data, sizeof(data), deadline_in(SOON), &err),
		3);
	/* Data that waits does not lift the deadline. */
	assert_int_equal(write(pair[1], "abc", 3), 3);
	assert_int_equal(
		wait_recv(pair[0], data, sizeof(data), deadline_in(0), &err),
		-1);
	assert_int_equal(err.kind, ERR_TIMEOUT);

	close(pair[1]);
	assert_int_equal(
		wait_recv(pair[0], data, sizeof(data), deadline_in(SOON), &err),
		3);
	assert_int_equal(
		wait_recv(pair[0], data, sizeof(data), deadline_in(SOON), &err),
		0);
	/* SIGPIPE would end this test. */
	assert_int_equal(wait_send(pair[0], "x", 1, deadline_in(SOON), &err),
			 -1);
	assert_int_equal(err.kind, ERR_RESET);
	close(pair[0]);
}

static void sending_ends_at_the_deadline(void **state)
{
	static const char data[65536];
	const struct deadline by = deadline_in(SOON);
	const usec start = clock_now();
	struct err err;
	int pair[2];
	ssize_t n;

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	do
		n = wait_send(pair[0], data, sizeof(data), by, &err);
	while (n > 0);
	assert_int_equal(err.kind, ERR_TIMEOUT);
	assert_waited(start, SOON);
	close(pair[0]);
	close(pair[1]);
}

static void errnos_have_a_kind(void **state)
{
	static const struct {
		int number;
		enum err_kind kind;
	} cases[] = {
		{ECONNREFUSED, ERR_REFUSED},
		{ETIMEDOUT, ERR_TIMEOUT},
		{ECONNRESET, ERR_RESET},
		{EPIPE, ERR_RESET},
		{EHOSTUNREACH, ERR_UNREACHABLE},
		{ENETUNREACH, ERR_UNREACHABLE},
		{EACCES, ERR_UNREACHABLE},
		{EMFILE, ERR_LOCAL},
		{99999, ERR_LOCAL},
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		wait_errno(cases[i].number, "the stage", &err);
		assert_int_equal(err.kind, cases[i].kind);
		assert_memory_equal(err.text, "the stage: ", 11);
		assert_true(strlen(err.text) > 11);
	}
}

/* conn, reach ------------------------------------------------------------- */

static void serve_silence(int fd, void *arg)
{
	char data[256];

	(void)arg;
	while (recv(fd, data, sizeof(data), 0) > 0)
		;
}

static void connections_open_and_fail(void **state)
{
	struct peer peer = {.serve = serve_silence, .type = SOCK_STREAM};
	struct dial dial = {.transport = TRANSPORT_TCP};
	const struct addr ours = loopback("127.0.0.1", 0);
	const struct addr foreign = loopback("192.0.2.253", 0);
	struct conn_times times;
	struct conn *conn;
	struct err err;

	peer_start(&peer);
	dial.peer = loopback("127.0.0.1", peer.port);
	dial.source = &ours;
	assert_int_equal(conn_open(&conn, *state, &dial, NULL, &times,
				   deadline_in(USEC_PER_SEC), &err),
			 0);
	assert_true(times.connect > 0);
	assert_int_equal(times.handshake, 0);
	assert_true(conn_fd(conn) >= 0);
	assert_int_equal(conn_settle(conn, deadline_in(0), &err), 0);
	conn_close(conn);
	peer_stop(&peer);

	dial.source = &foreign;
	assert_int_equal(conn_open(&conn, *state, &dial, NULL, &times,
				   deadline_in(USEC_PER_SEC), &err),
			 -1);
	assert_int_equal(err.kind, ERR_LOCAL);
	assert_non_null(strstr(err.text, "192.0.2.253"));

	dial.source = NULL;
	dial.peer = loopback("127.0.0.1", peer_closed_port());
	assert_int_equal(conn_open(&conn, *state, &dial, NULL, &times,
				   deadline_in(USEC_PER_SEC), &err),
			 -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_null(conn);
	conn_close(conn);
}

static void addresses_are_tried_in_turn(void **state)
{
	struct peer peer = {.serve = serve_silence, .type = SOCK_STREAM};
	struct addr list[2] = {loopback("127.0.0.2", 0),
			       loopback("127.0.0.1", 0)};
	const struct addrs addrs = {.v = list, .n = 2};
	struct service service = {.addrs = &addrs, .transport = TRANSPORT_TCP};
	const struct reach reach = {0};
	struct attempts attempts = {0};
	struct conn *conn;
	struct err err;

	peer_start(&peer);
	service.port = peer.port;
	assert_int_equal(reach_connect(&conn, *state, &reach, &service,
				       &attempts, deadline_in(USEC_PER_SEC),
				       &err),
			 0);
	conn_close(conn);
	peer_stop(&peer);
	assert_int_equal(attempts.n, 2);
	assert_int_equal(attempts.v[0].err.kind, ERR_REFUSED);
	assert_int_equal(attempts.v[1].err.kind, ERR_NONE);
	assert_int_equal(addr_port(&attempts.v[1].peer), peer.port);

	assert_int_equal(reach_connect(&conn, *state, &reach, &service,
				       &attempts, deadline_in(USEC_PER_SEC),
				       &err),
			 -1);
	assert_int_equal(attempts.n, 4);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, " at 127.0.0.2 (2 addresses tried)"));

	assert_int_equal(reach_connect(&conn, *state, &reach, &service,
				       &attempts, deadline_in(0), &err),
			 -1);
	assert_int_equal(err.kind, ERR_NO_TIME);
	assert_int_equal(attempts.n, 4);
}

static void literals_need_no_resolver(void **state)
{
	const struct addr four = loopback("127.0.0.1", 0);
	const struct addr six = loopback("::1", 0);
	static const char nobody[] = "this is no server";
	const struct {
		const char *host;
		struct reach reach;
		enum err_kind kind;
	} cases[] = {
		{"192.0.2.1", {nobody, AF_UNSPEC, NULL}, ERR_NONE},
		{"[2001:db8::1]", {nobody, AF_INET6, &six}, ERR_NONE},
		{"192.0.2.1", {nobody, AF_INET6, NULL}, ERR_USAGE},
		{"192.0.2.1", {nobody, AF_UNSPEC, &six}, ERR_USAGE},
		{"192.0.2.1", {nobody, AF_INET6, &four}, ERR_USAGE},
		{"fe80::1", {nobody, AF_UNSPEC, NULL}, ERR_USAGE},
		{"a.test", {nobody, AF_UNSPEC, NULL}, ERR_USAGE},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {0};
		struct addrs addrs = {0};
		int rc = reach_resolve(&addrs, *state, &cases[i].reach,
				       cases[i].host, deadline_in(SOON), &err);

		assert_int_equal(rc, cases[i].kind == ERR_NONE ? 0 : -1);
		assert_int_equal(err.kind, cases[i].kind);
		assert_int_equal(addrs.n, rc == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_ends_at_the_deadline),
		cmocka_unit_test(sending_ends_at_the_deadline),
		cmocka_unit_test(errnos_have_a_kind),
		cmocka_unit_test_setup_teardown(connections_open_and_fail,
						make_pool, drop_pool),
		cmocka_unit_test_setup_teardown(addresses_are_tried_in_turn,
						make_pool, drop_pool),
		cmocka_unit_test_setup_teardown(literals_need_no_resolver,
						make_pool, drop_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
