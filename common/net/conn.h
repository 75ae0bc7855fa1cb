/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conn -- one connection to a peer, whatever carries it. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <sys/types.h>

#include "net/addr.h"
#include "net/tls.h"

enum transport {
	TRANSPORT_UDP,
	TRANSPORT_TCP,
	TRANSPORT_TLS,
};

const char *transport_name(enum transport transport); /* "UDP" */

struct conn;

/* Where to, and how. */
struct dial {
	enum transport transport;
	struct addr peer;
	const struct addr *source;    /* local address, port 0; NULL: any */
	const struct tls_config *tls; /* TRANSPORT_TLS only */
};

struct conn_times {
	usec connect, handshake; /* 0 where there was no such step */
};

/*
 * `seen` (of use with TRANSPORT_TLS only) and `times` are filled as far as it
 * came, also on failure.  Errors of connecting: ERR_REFUSED, ERR_UNREACHABLE,
 * ERR_RESET, ERR_TIMEOUT, ERR_LOCAL (the source address); then those of
 * tls_open().
 */
int conn_open(struct conn **conn, struct pool *pool, const struct dial *dial,
	      struct tls_view *seen, struct conn_times *times,
	      struct deadline by, struct err *err) must_check;

/* All of it, over UDP as one datagram.  ERR_TIMEOUT, ERR_RESET; over UDP
 * also what ICMP said: ERR_REFUSED, ERR_UNREACHABLE. */
int conn_send(struct conn *conn, const void *data, size_t len,
	      struct deadline by, struct err *err) must_check;

/*
 * What is there, a datagram over UDP (cut to `size`), waiting for it until
 * `by`; 0 when the peer closed.  ERR_TIMEOUT leaves the connection usable;
 * ERR_RESET, over UDP ERR_REFUSED and ERR_UNREACHABLE as of conn_send(), over
 * TLS an alert as of tls_open().  `from` is who sent it: over UDP it may be a
 * stranger.
 */
ssize_t conn_recv(struct conn *conn, void *data, size_t size, struct addr *from,
		  struct deadline by, struct err *err) must_check;

/*
 * Until one of two has something to read; `readable` says which.  False: the
 * deadline passed.
 */
bool conn_wait_either(const struct conn *const conns[2], bool readable[2],
		      struct deadline by);

enum transport conn_transport(const struct conn *conn);
const struct addr *conn_peer(const struct conn *conn);
const struct addr *conn_local(const struct conn *conn); /* with our port */

/* See tls_settle(); 0 at once where there is no TLS. */
int conn_settle(struct conn *conn, struct deadline by,
		struct err *err) must_check;

/* See tls_parsed(); NULL where there is no TLS. */
const struct stack_st_X509 *conn_parsed(const struct conn *conn);

int conn_fd(const struct conn *conn);

void conn_close(struct conn *conn); /* NULL is fine */

#endif
