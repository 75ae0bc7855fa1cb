/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_query -- a question on its way through c-ares; for net/dns*.c only. */
#ifndef NET_DNS_QUERY_H
#define NET_DNS_QUERY_H

/* The calls of 1.18 (Debian 12), which newer ones have and deprecate. */
#define CARES_NO_DEPRECATED
#include <ares.h>

#include "net/dns.h"

#define DNS_PORT 53

struct dns {
	ares_channel channel;
	struct pool *pool;
	const char *server; /* of the operator's choice; NULL: the system's */
};

/* One question under way. */
struct query {
	struct dns *dns;
	struct dns_question *of;
	const char *name;    /* without the root's dot */
	const char *asked;   /* with it, unless a search list may apply */
	struct query *other; /* the other family of this name, or NULL */
	struct deadline by;  /* how long its answer is waited for */
	bool in_hosts;
	bool done;
	int status; /* of c-ares, when done */
};

/* Finds the name's form, or says in ->of->err that it has none. */
void query_prepare(struct query *query);

/* What the system's hosts file has of it. */
void query_hosts(struct query *query);

/* What needs no server, once the hosts file was read; ->done tells. */
void query_locally(struct query *query);

/* Sends it; the answer goes to ->of, and what came of it to ->status. */
void query_send(struct query *query);

bool query_found(const struct query *query);

/* ->status as words, in ->of->err; `spent` is how long we waited. */
void query_judge(struct query *query, usec spent);

#endif
