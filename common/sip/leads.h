/* SPDX-License-Identifier: GPL-3.0-or-later */
/* leads -- which services a domain offers: its NAPTR and SRV records. */
#ifndef SIP_LEADS_H
#define SIP_LEADS_H

#include "sip/locate.h"

#define LEADS_MAX 8

/* One transport and the SRV records that tell who offers it. */
struct lead {
	enum transport transport;
	const char *name;              /* of the SRV records */
	const char *service;           /* of the NAPTR record; NULL: none */
	const struct dns_naptr *naptr; /* likewise */
	struct dns_question *srv;      /* answered */
};

struct leads {
	struct lead v[LEADS_MAX]; /* in order of preference */
	size_t n;                 /* never 0 */
	bool naptr_unanswered;
	struct err
		unanswered; /* .kind ERR_NONE: all that count were answered */
};

/*
 * RFC 3263 4.1, and the SRV questions of 4.2, of a domain without port and
 * without the root's dot.  Errors: those of resolver->ask().
 */
int leads_find(struct leads *leads, struct pool *pool,
	       const struct resolver *resolver, const struct locate *wanted,
	       const char *domain, struct deadline by,
	       struct err *err) must_check;

/* RFC 2782: by priority, within one by lot: `random` of sip_locate(). */
void srv_order(struct dns_srv *v, size_t n, unsigned (*lot)(unsigned below));

#endif
