/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locate -- RFC 3263: from a SIP URI to the places to try, in order. */
#ifndef SIP_LOCATE_H
#define SIP_LOCATE_H

#include "net/dns.h"
#include "sip/uri.h"

/* One place to try. */
struct hop {
	enum transport transport;
	struct addr peer; /* with the port */
	const char *host; /* the name that the address came from */
	const char *how;  /* "SRV _sips._tcp.example.com 10 60"; "" for A */
};

/* An SRV target that cannot be called, most often without an address. */
struct lost_target {
	const char *host, *how;
	struct err err;
};

struct route {
	struct hop *hops; /* in the order of RFC 3263 4.2 and RFC 2782 */
	size_t n;         /* never 0 on success */
	bool by_srv;      /* the domain's SRV records led there */
	struct lost_target *lost;
	size_t lost_len;
	bool cut; /* there are more than could be kept */
	/* Of the first hop: "NAPTR SIPS+D2T, SRV _sips._tcp.example.com". */
	const char *path;
};

/* What is asked for: the URI's host with what the options add. */
struct locate {
	const char *host; /* a name or an address */
	uint16_t port;    /* 0: not given; else only addresses are asked for */
	bool secure;      /* sips: only TLS will do */
	bool has_transport;
	enum transport transport; /* of -T or ;transport= */
	int family;               /* AF_UNSPEC, AF_INET, AF_INET6 */
};

/* Who answers: dns_*() of net/dns.h, or a made-up zone in a test. */
struct resolver {
	int (*ask)(void *arg, struct dns_question *questions, size_t n,
		   struct deadline by, struct err *err);
	void *arg;
};

/*
 * At most 64 hops, each (transport, address, port) once.  Questions that do
 * not depend on each other go out side by side.  `random` decides among
 * weights (RFC 2782): a number below its argument.
 * Errors: ERR_NO_NAME (no such name, no address, an SRV target of "."),
 * ERR_NO_RESOLVER (also where only NAPTR or SRV was not answered and nothing
 * else was found: that proves nothing of addresses), ERR_NO_TIME, ERR_USAGE
 * (an address of the wrong family; sips: over UDP).  The text names the
 * record, and leaves the domain to the caller.
 */
int sip_locate(struct route *route, struct pool *pool,
	       const struct resolver *resolver, const struct locate *wanted,
	       unsigned (*random)(unsigned below), struct deadline by,
	       struct err *err) must_check;

/* RFC 3261 19.1.2: 5061 over TLS, 5060 else. */
uint16_t sip_default_port(enum transport transport);

#endif
