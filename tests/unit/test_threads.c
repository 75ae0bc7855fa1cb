/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_threads -- many checks at once in one process do not meet. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/socket.h>

#include "check/check.h"

/* cmocka wants those above first. */
#include <cmocka.h>

#include "peer.h"

#define THREADS    16
#define ORDERS_MAX 12
#define ARGS_MAX   10
#define LINE_ROOM  400

extern const struct check check_mwi_path, check_sip_options, check_um_cert;

/* One command line, and what it is known to end with. */
struct order {
	const struct check *check;
	int argc;
	const char *argv[ARGS_MAX];
	int status;
};

struct result {
	int status;
	char line[LINE_ROOM]; /* the first, without perfdata */
};

struct worker {
	pthread_t thread;
	const struct order *orders;
	size_t orders_len, number;
	int rounds;
	pthread_barrier_t *start;
	struct result results[ORDERS_MAX];
	bool changed; /* a later round had another result: */
	struct result before, later;
};

static struct result obey(const struct order *order)
{
	struct pool *pool = pool_new();
	char **argv = pool_array(pool, (size_t)order->argc + 1, sizeof(*argv));
	struct result result = {0};
	const char *time;
	struct buf out;
	size_t len;

	for (int i = 0; i < order->argc; i++)
		argv[i] = pool_strndup(pool, order->argv[i],
				       strlen(order->argv[i]));
	buf_init(&out, pool, (size_t)1 << 20);
	result.status =
		check_execute(order->check, pool, order->argc, argv, &out);
	len = strcspn(out.data, "|\n");
	/* How long it took is another each time. */
	time = strstr(out.data, " in ");
	if (time && (size_t)(time - out.data) < len)
		len = (size_t)(time - out.data);
	if (len >= LINE_ROOM)
		len = LINE_ROOM - 1;
	memcpy(result.line, out.data, len);
	pool_free(pool);
	return result;
}

static bool same(const struct result *a, const struct result *b)
{
	return a->status == b->status && strcmp(a->line, b->line) == 0;
}

static void note_change(struct worker *worker, const struct result *before,
			const struct result *later)
{
	worker->changed = true;
	worker->before = *before;
	worker->later = *later;
}

/* Each thread begins elsewhere in the list, so that all meet all. */
static void *work(void *argument)
{
	struct worker *worker = argument;
	const size_t n = worker->orders_len;

	pthread_barrier_wait(worker->start);
	for (int round = 0; round < worker->rounds; round++) {
		for (size_t i = 0; i < n; i++) {
			size_t at = (i + worker->number) % n;
			struct result result = obey(&worker->orders[at]);

			if (round == 0)
				worker->results[at] = result;
			else if (!same(&result, &worker->results[at]))
				note_change(worker, &worker->results[at],
					    &result);
		}
	}
	return NULL;
}

static int rounds(void)
{
	const char *text = getenv("UM_ROUNDS");
	unsigned n = 0;

	return text && str_uint(str_from(text), 10000, &n) ? (int)n : 3;
}

/* All threads before the single one: they race for the libraries' first
 * use, too. */
static void run_side_by_side(const struct order *orders, size_t n)
{
	static struct worker workers[THREADS];
	pthread_barrier_t start;

	assert_true(n <= ORDERS_MAX);
	assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (size_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){
			.orders = orders,
			.orders_len = n,
			.number = i,
			.rounds = rounds(),
			.start = &start,
		};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
						&workers[i]),
				 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	pthread_barrier_destroy(&start);

	for (size_t k = 0; k < n; k++) {
		struct result alone = obey(&orders[k]);

		if (alone.status != orders[k].status)
			fail_msg("%s", alone.line);
		for (size_t i = 0; i < THREADS; i++) {
			const struct result *r = &workers[i].results[k];
			const struct result *before = &workers[i].before;
			const struct result *later = &workers[i].later;

			if (workers[i].changed)
				fail_msg("%d %s\nand later %d %s",
					 before->status, before->line,
					 later->status, later->line);
			if (!same(r, &alone))
				fail_msg("%d %s\ninstead of %d %s", r->status,
					 r->line, alone.status, alone.line);
		}
	}
}

/* The seeds of the fuzz targets are there, and they last for years. */
static const char *seed(const char *name)
{
	static char paths[4][512];
	static size_t next;
	char *path = paths[next++];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof(paths[0]),
		 "%s/tests/fuzz/corpus/fuzz_container/%s",
		 srcdir ? srcdir : ".", name);
	return path;
}

static void files_are_judged_side_by_side(void **state)
{
	const char *chain = seed("chain.pem"), *p12 = seed("p12-legacy.der");
	const char *cut = seed("cut.der");
	const struct check *um = &check_um_cert;
	const struct order orders[] = {
		{um, 5, {"c", "--file", chain, "--ca-file", chain}, 0},
		{um, 6, {"c", "-v", "--matrix", "--file", chain, "-vv"}, 2},
		{um, 6, {"c", "--file", chain, "--output", "json", "-vv"}, 2},
		{um, 3, {"c", "--file", cut}, 3},
		{um, 3, {"c", "--file", p12}, 3},
		{um, 2, {"c", "--list-rules"}, 0},
		{um, 2, {"c", "--icinga2-command"}, 0},
		{um, 2, {"c", "--nonsense"}, 3},
	};

	(void)state;
	run_side_by_side(orders, sizeof(orders) / sizeof(*orders));
}

/* A request's head under another first line is an answer that fits. */
static void answer(int fd, void *arg)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char request[2000], response[2100];
	ssize_t n = recvfrom(fd, request, sizeof(request) - 1, 0,
			     (struct sockaddr *)&from, &len);
	const char *head;

	(void)arg;
	if (n <= 0)
		return;
	request[n] = '\0';
	head = strchr(request, '\n');
	if (!head)
		return;
	n = snprintf(response, sizeof(response), "SIP/2.0 200 OK\r%s", head);
	sendto(fd, response, (size_t)n, 0, (struct sockaddr *)&from, len);
}

static void sip_servers_are_asked_side_by_side(void **state)
{
	struct peer peer = {.serve = answer, .type = SOCK_DGRAM};
	const struct check *sip = &check_sip_options, *mwi = &check_mwi_path;
	char port[8], closed[8];

	(void)state;
	peer_start(&peer);
	snprintf(port, sizeof(port), "%u", peer.port);
	snprintf(closed, sizeof(closed), "%u", peer_closed_port());
	const struct order orders[] = {
		{sip, 5, {"s", "-H", "127.0.0.1", "-p", port}, 0},
		{sip, 7, {"s", "-H", "127.0.0.1", "-p", port, "-n", "3"}, 0},
		{sip, 6, {"s", "-H", "localhost", "-4", "-p", port}, 0},
		{sip,
		 7,
		 {"s", "-H", "127.0.0.1", "-p", port, "--require-header", "No"},
		 2},
		{sip, 5, {"s", "-H", "127.0.0.1", "-p", closed}, 2},
		{sip,
		 7,
		 {"s", "-H", "127.0.0.1", "-p", closed, "-T", "tcp"},
		 2},
		{sip, 2, {"s", "--icinga2-command"}, 0},
		{mwi,
		 7,
		 {"m", "--gateway", "127.0.0.1", "--gateway-port", port,
		  "--notify", "sip:a@b.test"},
		 0},
		{mwi,
		 5,
		 {"m", "--gateway", "127.0.0.1", "--gateway-port", closed},
		 2},
	};
	run_side_by_side(orders, sizeof(orders) / sizeof(*orders));
	peer_stop(&peer);
}

/* Run where there is a server: tests/unit/with-server starts one and sets both
 * variables. */
static void servers_are_judged_side_by_side(void **state)
{
	const char *live = getenv("UM_LIVE"), *ca = getenv("UM_CA");
	const struct check *um = &check_um_cert;
	const char *name = "um1.contoso.test";
	const char *port = live ? strrchr(live, ':') : NULL;

	(void)state;
	assert_non_null(port);
	assert_non_null(ca);
	port++;
	const struct order orders[] = {
		{um,
		 9,
		 {"c", "-H", "127.0.0.1", "-p", port, "--expect", name,
		  "--ca-file", ca},
		 0},
		{um,
		 9,
		 {"c", "-H", "localhost", "-p", port, "--expect", name,
		  "--ca-file", ca},
		 0},
		{um,
		 9,
		 {"c", "-H", "127.0.0.1", "-p", port, "--expect", "mail.test",
		  "--ca-file", ca},
		 2},
		{um,
		 7,
		 {"c", "-H", "127.0.0.1", "-p", port, "--ca-path", "/"},
		 2},
		{um, 5, {"c", "-H", "127.0.0.1", "-p", "1"}, 2},
	};
	run_side_by_side(orders, sizeof(orders) / sizeof(*orders));
}

int main(void)
{
	const struct CMUnitTest files[] = {
		cmocka_unit_test(files_are_judged_side_by_side),
		cmocka_unit_test(sip_servers_are_asked_side_by_side),
	};
	const struct CMUnitTest servers[] = {
		cmocka_unit_test(servers_are_judged_side_by_side),
	};
	int failed = cmocka_run_group_tests(files, NULL, NULL);

	if (getenv("UM_LIVE"))
		failed += cmocka_run_group_tests(servers, NULL, NULL);
	return failed;
}
