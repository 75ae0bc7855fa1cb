/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp -- datagrams to one peer, from whoever answers. */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"
#include "net/addr.h"

/*
 * Readies the non-blocking datagram socket `fd` to call `peer` from *local:
 * the address that the route to it has, or `source`, and a port of the
 * kernel's choice.  The socket stays unconnected: a connected one would hide
 * what strangers send.  ERR_UNREACHABLE, ERR_LOCAL (the source address).
 */
int udp_bind(int fd, const struct addr *peer, const struct addr *source,
	     struct addr *local, struct err *err) must_check;

/* ERR_REFUSED, ERR_UNREACHABLE: what ICMP said of an earlier datagram. */
int udp_send(int fd, const struct addr *peer, const void *data, size_t len,
	     struct deadline by, struct err *err) must_check;

/* The length of a datagram, cut to `size`; errors likewise, ERR_TIMEOUT. */
ssize_t udp_recv(int fd, const struct addr *peer, void *data, size_t size,
		 struct addr *from, struct deadline by,
		 struct err *err) must_check;

#endif
