/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr -- a socket address that knows its length. */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/pool.h"

struct addr {
	union {
		struct sockaddr_storage ss; /* says the family */
		struct sockaddr sa;         /* for the calls that take one */
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
};

struct addrs {
	struct addr *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

void addrs_add(struct addrs *list, struct pool *pool, const struct addr *addr);

#define ADDR_TEXT_MAX 80 /* "[v6%scope]:port" and its NUL */

/* IPv4, bare IPv6 or [IPv6], with a scope ("fe80::1%eth0"); false: a name. */
bool addr_from_literal(struct addr *addr, const char *literal, uint16_t port);

/* `raw` is an in_addr or an in6_addr, as DNS has it. */
struct addr addr_from_raw(int family, const void *raw);
struct addr addr_with_port(const struct addr *addr, uint16_t port);

/* False: link-local, and no scope says on which link. */
bool addr_is_whole(const struct addr *addr);
uint16_t addr_port(const struct addr *addr);

const char *addr_text(const struct addr *addr, char text[ADDR_TEXT_MAX]);
const char *addr_host_text(const struct addr *addr, char text[ADDR_TEXT_MAX]);

#endif
