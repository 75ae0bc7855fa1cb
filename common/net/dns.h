/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns -- names to addresses and services by c-ares, bounded by a deadline. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include <stdbool.h>

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
 * Does the system's hosts file have it?  Then it is this host's own name for
 * something, and no domain whose services could be asked for.
 */
bool dns_in_hosts(struct dns *dns, const char *name);

/*
 * A and AAAA side by side; `family` AF_UNSPEC, AF_INET or AF_INET6.  IPv6
 * comes first (RFC 6724 10.3), ports are 0.  ERR_NO_NAME: the name does not
 * exist or has no such address; ERR_NO_RESOLVER: silence, SERVFAIL, REFUSED.
 * The text leaves the name to the caller, who tells where.  A search list
 * applies to names of one label only, and not when a dot ends them.
 */
int dns_host(struct dns *dns, const char *name, int family, struct addrs *out,
	     struct deadline by, struct err *err) must_check;

/* Types of records, by what is asked of them. */
enum dns_type {
	DNS_A,
	DNS_AAAA,
	DNS_SRV,   /* RFC 2782 */
	DNS_NAPTR, /* RFC 3403 */
};

struct dns_srv {
	uint16_t priority, weight, port;
	const char *target; /* "": the service is not there, RFC 2782 */
};

struct dns_naptr {
	uint16_t order, preference;
	const char *flags, *services, *regexp, *replacement;
};

/* One question, and what became of it; at most 64 records are taken. */
struct dns_question {
	enum dns_type type;
	const char *name;

	struct err err;     /* .kind ERR_NONE: there are such records */
	bool nodata;        /* ERR_NO_NAME, yet the name exists: RFC 2308 2.2 */
	bool cut;           /* there were more than are kept */
	struct addrs addrs; /* of A and AAAA, ports 0 */
	struct dns_srv *srvs; /* unsorted; so are the next */
	size_t srvs_len;
	struct dns_naptr *naptrs;
	size_t naptrs_len;
};

/*
 * All questions side by side, each with its own outcome.  The hosts file and
 * RFC 6761's localhost answer for addresses; names of SRV and NAPTR see no
 * search list.  A family that is silent holds the other family of its name up
 * for a second.  What comes back as target or replacement is a host name in
 * form (RFC 1035 2.3.4, letters, digits, "-", "_"), or its record is dropped.
 * -1 when nothing could be asked: ERR_NO_TIME, ERR_LOCAL.
 */
int dns_ask(struct dns *dns, struct dns_question *questions, size_t n,
	    struct deadline by, struct err *err) must_check;

/*
 * What answered questions for addresses of one name come to: the addresses in
 * the order of the questions, or the error that dns_host() tells.
 */
int dns_addrs(const struct dns_question *questions, size_t n, struct addrs *out,
	      struct pool *pool, struct err *err) must_check;

#endif
