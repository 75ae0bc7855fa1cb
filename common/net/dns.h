/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns -- host names to addresses by c-ares, bounded by a deadline. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "net/addr.h"

struct dns;

/*
 * The system's resolver with its hosts file, or only `server` when not NULL:
 * "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53" or
 * "2001:db8::1#53" (an NRPE agent forbids brackets).  ERR_USAGE when it is
 * none of these.
 */
int dns_open(struct dns **dns, struct pool *pool, const char *server,
	     struct err *err) must_check;
void dns_close(struct dns *dns); /* NULL is fine */

/*
 * A and AAAA side by side; `family` AF_UNSPEC, AF_INET or AF_INET6.  IPv6
 * comes first (RFC 6724 10.3), ports are 0.  ERR_NO_NAME: the name does not
 * exist or has no such address; ERR_NO_RESOLVER: silence, SERVFAIL, REFUSED.
 * The text leaves the name to the caller, who tells where.
 */
int dns_host(struct dns *dns, const char *name, int family, struct addrs *out,
	     struct deadline by, struct err *err) must_check;

#endif
