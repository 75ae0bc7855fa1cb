/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conn -- one connection to a peer, whatever carries it. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "net/addr.h"
#include "net/tls.h"

enum transport {
	TRANSPORT_TCP,
	TRANSPORT_TLS,
};

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

/* See tls_settle(); 0 at once where there is no TLS. */
int conn_settle(struct conn *conn, struct deadline by,
		struct err *err) must_check;

/* See tls_parsed(); NULL where there is no TLS. */
const struct stack_st_X509 *conn_parsed(const struct conn *conn);

int conn_fd(const struct conn *conn);

void conn_close(struct conn *conn); /* NULL is fine */

#endif
