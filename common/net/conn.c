/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conn -- a socket that connects within its deadline, and TLS on top. */
#include "net/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "net/udp.h"
#include "net/wait.h"

struct conn {
	enum transport transport;
	int fd;
	struct addr peer, local;
	struct tls *tls; /* NULL without */
};

const char *transport_name(enum transport transport)
{
	static const char *const names[] = {
		[TRANSPORT_UDP] = "UDP",
		[TRANSPORT_TCP] = "TCP",
		[TRANSPORT_TLS] = "TLS",
	};

	return names[transport];
}

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

static int open_udp(struct conn *conn, const struct dial *dial, struct err *err)
{
	return udp_bind(conn->fd, &dial->peer, dial->source, &conn->local, err);
}

static int open_stream(struct conn *conn, struct pool *pool,
		       const struct dial *dial, struct tls_view *seen,
		       struct conn_times *times, struct deadline by,
		       struct err *err)
{
	const usec start = clock_now();

	if (dial_tcp(conn->fd, dial, by, err))
		return -1;
	times->connect = clock_now() - start;
	conn->local.len = sizeof(conn->local.ss);
	if (getsockname(conn->fd, &conn->local.sa, &conn->local.len))
		return wait_errno(errno, "socket", err);
	if (dial->transport != TRANSPORT_TLS)
		return 0;
	if (tls_open(&conn->tls, pool, conn->fd, dial->tls, by, seen, err))
		return -1;
	times->handshake = seen->handshake;
	return 0;
}

int conn_open(struct conn **conn, struct pool *pool, const struct dial *dial,
	      struct tls_view *seen, struct conn_times *times,
	      struct deadline by, struct err *err)
{
	const int type =
		dial->transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
	struct conn *made = pool_zalloc(pool, sizeof(*made));
	int rc;

	*conn = NULL;
	*times = (struct conn_times){0};
	if (dial->transport == TRANSPORT_TLS)
		*seen = (struct tls_view){0};

	made->transport = dial->transport;
	made->peer = dial->peer;
	made->fd = socket(dial->peer.ss.ss_family,
			  type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (made->fd < 0)
		return wait_errno(errno, "socket", err);
	if (dial->transport == TRANSPORT_UDP)
		rc = open_udp(made, dial, err);
	else
		rc = open_stream(made, pool, dial, seen, times, by, err);
	if (rc)
		conn_close(made);
	else
		*conn = made;
	return rc;
}

static int send_tcp(int fd, const char *data, size_t len, struct deadline by,
		    struct err *err)
{
	while (len > 0) {
		ssize_t n = wait_send(fd, data, len, by, err);

		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int conn_send(struct conn *conn, const void *data, size_t len,
	      struct deadline by, struct err *err)
{
	switch (conn->transport) {
	case TRANSPORT_UDP:
		return udp_send(conn->fd, &conn->peer, data, len, by, err);
	case TRANSPORT_TCP:
		return send_tcp(conn->fd, data, len, by, err);
	case TRANSPORT_TLS:
		break;
	}
	return tls_send(conn->tls, data, len, by, err);
}

ssize_t conn_recv(struct conn *conn, void *data, size_t size, struct addr *from,
		  struct deadline by, struct err *err)
{
	*from = conn->peer;
	switch (conn->transport) {
	case TRANSPORT_UDP:
		return udp_recv(conn->fd, &conn->peer, data, size, from, by,
				err);
	case TRANSPORT_TCP:
		return wait_recv(conn->fd, data, size, by, err);
	case TRANSPORT_TLS:
		break;
	}
	return tls_recv(conn->tls, data, size, by, err);
}

static bool is_pending(const struct conn *conn)
{
	return conn->tls && tls_pending(conn->tls);
}

bool conn_wait_either(const struct conn *const conns[2], bool readable[2],
		      struct deadline by)
{
	struct pollfd pfds[2] = {{.fd = conns[0]->fd, .events = POLLIN},
				 {.fd = conns[1]->fd, .events = POLLIN}};
	const bool pending = is_pending(conns[0]) || is_pending(conns[1]);
	int n;

	do
		n = poll(pfds, 2, pending ? 0 : deadline_poll_ms(by));
	while (n <= 0 && !pending && !deadline_passed(by));
	for (int i = 0; i < 2; i++)
		readable[i] = is_pending(conns[i]) || pfds[i].revents;
	return readable[0] || readable[1];
}

enum transport conn_transport(const struct conn *conn)
{
	return conn->transport;
}

const struct addr *conn_peer(const struct conn *conn)
{
	return &conn->peer;
}

const struct addr *conn_local(const struct conn *conn)
{
	return &conn->local;
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
