/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conn -- a socket that connects within its deadline, and TLS on top. */
#include "net/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "net/wait.h"

struct conn {
	int fd;
	struct tls *tls; /* NULL without */
};

static int bind_source(int fd, const struct addr *source, struct err *err)
{
	char text[ADDR_TEXT_MAX];

	if (bind(fd, &source->sa, source->len) == 0)
		return 0;
	wait_errno(errno, addr_host_text(source, text), err);
	err->kind = ERR_LOCAL;
	return err_context(err, "the source address cannot be used");
}

/* A connect(2) to `peer` came to `number`. */
static int refuse(int number, const struct addr *peer, struct err *err)
{
	unsigned port = addr_port(peer);
	char stage[48];

	if (number == ECONNREFUSED)
		return err_set(err, ERR_REFUSED,
			       "connection refused: nothing listens on port %u",
			       port);
	snprintf(stage, sizeof(stage), "connecting to port %u", port);
	return wait_errno(number, stage, err);
}

static int dial_tcp(int fd, const struct dial *dial, struct deadline by,
		    struct err *err)
{
	const usec start = clock_now();
	socklen_t size = sizeof(int);
	int ready, number = 0;
	const int on = 1;

	/* Nagle's delay would be measured as the peer's; not fatal. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (dial->source && bind_source(fd, dial->source, err))
		return -1;
	if (connect(fd, &dial->peer.sa, dial->peer.len) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EINTR)
		return refuse(errno, &dial->peer, err);

	ready = wait_for(fd, POLLOUT, by, err);
	if (ready < 0)
		return -1;
	if (ready == 0)
		return err_set(err, ERR_TIMEOUT,
			       "no answer to the TCP connect within %.1f s",
			       usec_seconds(clock_now() - start));
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size))
		number = errno;
	return number ? refuse(number, &dial->peer, err) : 0;
}

int conn_open(struct conn **conn, struct pool *pool, const struct dial *dial,
	      struct tls_view *seen, struct conn_times *times,
	      struct deadline by, struct err *err)
{
	struct conn *made = pool_zalloc(pool, sizeof(*made));
	const usec start = clock_now();

	*conn = NULL;
	*times = (struct conn_times){0};
	if (dial->transport == TRANSPORT_TLS)
		*seen = (struct tls_view){0};

	made->fd = socket(dial->peer.ss.ss_family,
			  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (made->fd < 0)
		return wait_errno(errno, "socket", err);
	if (dial_tcp(made->fd, dial, by, err))
		goto out;
	times->connect = clock_now() - start;

	if (dial->transport == TRANSPORT_TLS) {
		if (tls_open(&made->tls, pool, made->fd, dial->tls, by, seen,
			     err))
			goto out;
		times->handshake = seen->handshake;
	}
	*conn = made;
	return 0;
out:
	conn_close(made);
	return -1;
}

int conn_settle(struct conn *conn, struct deadline by, struct err *err)
{
	return conn->tls ? tls_settle(conn->tls, by, err) : 0;
}

const struct stack_st_X509 *conn_parsed(const struct conn *conn)
{
	return conn->tls ? tls_parsed(conn->tls) : NULL;
}

int conn_fd(const struct conn *conn)
{
	return conn->fd;
}

void conn_close(struct conn *conn)
{
	if (!conn)
		return;
	tls_close(conn->tls);
	close(conn->fd);
}
