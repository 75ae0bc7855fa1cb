/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_http -- a URL of a certificate, and what the server there answers. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "net/dns.h"
#include "net/http.h"

#define ANSWER_MAX 2000

/* The answers, one a connection, each up to this byte. */
#define PART_END '\x1e'

static struct str parts; /* of the input, not told yet */

/* In place of net/conn.c and net/dns.c ------------------------------------- */

struct conn {
	int ours, theirs;
};

int conn_open(struct conn **conn, struct pool *pool, const struct dial *dial,
	      struct tls_view *seen, struct conn_times *times,
	      struct deadline by, struct err *err)
{
	const struct str part = str_cut(&parts, PART_END);
	int fds[2];

	(void)seen, (void)by;
	*times = (struct conn_times){.connect = 1};
	if (addr_port(&dial->peer) == 1)
		return err_set(err, ERR_REFUSED, "nobody listens on port 1");
	promise(dial->transport == TRANSPORT_TCP, "HTTP goes over TCP");
	promise(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0,
		"a pair of sockets");
	/* Input is shorter than what a socket takes. */
	promise(send(fds[1], part.p, part.n, 0) == (ssize_t)part.n &&
			shutdown(fds[1], SHUT_WR) == 0,
		"the server has its say");
	*conn = pool_zalloc(pool, sizeof(**conn));
	**conn = (struct conn){fds[0], fds[1]};
	return 0;
}

int conn_fd(const struct conn *conn)
{
	return conn->ours;
}

/* What was asked: a line, headers of ours, and nothing that a URL added. */
static void promise_request(struct str asked)
{
	static const char *const names[] = {
		"Host: ", "Content-Type: ", "Content-Length: "};
	struct str head = asked;
	struct str line = str_cut(&head, '\n');

	promise(str_starts(line, STR("GET /")) ||
			str_starts(line, STR("POST /")),
		"GET or POST");
	promise(str_ends(line, STR(" HTTP/1.0\r")), "one line of HTTP/1.0");
	for (;;) {
		bool known = false;

		line = str_cut(&head, '\n');
		if (str_eq(line, STR("\r")))
			return;
		for (size_t i = 0; i < 3; i++)
			known |= str_starts(line, str_from(names[i]));
		promise(known && str_ends(line, STR("\r")),
			"a URL adds no header");
	}
}

void conn_close(struct conn *conn)
{
	char room[8192];
	ssize_t n;

	if (!conn)
		return;
	n = recv(conn->theirs, room, sizeof(room), MSG_DONTWAIT);
	if (n > 0)
		promise_request((struct str){room, (size_t)n});
	close(conn->ours);
	close(conn->theirs);
}

int dns_open(struct dns **dns, struct pool *pool, const char *server,
	     struct err *err)
{
	(void)pool, (void)server, (void)err;
	*dns = NULL;
	return 0;
}

void dns_close(struct dns *dns)
{
	(void)dns;
}

int dns_host(struct dns *dns, const char *name, int family, struct addrs *out,
	     struct deadline by, struct err *err)
{
	(void)dns, (void)family, (void)out, (void)by;
	for (const char *at = name; *at; at++)
		promise(*at > ' ' && *at <= '~', "a host is a name");
	return err_set(err, ERR_NO_NAME, "no such name (NXDOMAIN)");
}

/* The fetch -----------------------------------------------------------------
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char body[] = {0x30, 0x00};
	struct pool *pool = pool_new();
	const struct reach reach = {0};
	struct str rest = {(const char *)data, size};
	const struct str url = str_cut(&rest, '\n');
	struct http_request request = {
		.url = pool_strndup(pool, url.p, url.n),
		.content_type = "application/ocsp-request",
		.max = ANSWER_MAX,
	};
	struct bytes answer = {0};
	struct err err = {0};

	/* OCSP where the query begins so, else a CRL. */
	if (str_casecontains(url, STR("ocsp")))
		request.body = (struct bytes){body, sizeof(body)};
	parts = rest;
	if (http_fetch(&answer, pool, &reach, &request,
		       deadline_in(10 * USEC_PER_SEC), &err) == 0)
		promise(answer.n <= ANSWER_MAX, "an answer is bounded");
	else
		promise(err.kind != ERR_NONE && err.text[0],
			"a refusal says why");
	pool_free(pool);
	return 0;
}
