/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reach -- from what an operator types to an open connection. */
#ifndef NET_REACH_H
#define NET_REACH_H

#include "net/addr.h"
#include "net/conn.h"

/* How names are looked up and from where we call. */
struct reach {
	const char *dns_server; /* NULL: the system's resolver */
	int family;             /* AF_UNSPEC, AF_INET, AF_INET6 */
	const struct addr *source;
};

/* One address that was tried. */
struct attempt {
	struct addr peer; /* with the port */
	struct conn_times times;
	struct tls_view seen; /* over TLS */
	struct err err;       /* .kind ERR_NONE: this one took us */
};

struct attempts {
	struct attempt *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

/*
 * The addresses of `host`: itself when it is one (no resolver is asked then),
 * of the wanted family and of the source's.  Errors: those of dns_host(),
 * ERR_USAGE for an address of the wrong family.
 */
int reach_resolve(struct addrs *out, struct pool *pool,
		  const struct reach *reach, const char *host,
		  struct deadline by, struct err *err) must_check;

/* A service at any of these addresses. */
struct service {
	const struct addrs *addrs;
	uint16_t port;
	enum transport transport;
	const struct tls_config *tls; /* TRANSPORT_TLS only */
};

/*
 * Tries the addresses in turn, each with its share of the time left, until
 * one takes the connection or, over TLS, shows a certificate: that attempt is
 * the last.  0 with *conn open, or -1 with err of the attempt that came
 * farthest, the first of them (a handshake comes farther than a refusal).
 * ERR_NO_TIME when the deadline had passed before.
 */
int reach_connect(struct conn **conn, struct pool *pool,
		  const struct reach *reach, const struct service *service,
		  struct attempts *attempts, struct deadline by,
		  struct err *err) must_check;

#endif
