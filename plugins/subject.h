/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject -- one thing judged, a port or a file, and what was seen of it. */
#ifndef PLUGINS_SUBJECT_H
#define PLUGINS_SUBJECT_H

#include "check/check.h"
#include "net/reach.h"
#include "pki/container.h"
#include "pki/profile.h"

struct subject {
	const char *where; /* "um1.example.com:5061", or the file's name */
	struct evidence evidence; /* .chain_len == 0: nothing to judge */
	struct attempts attempts; /* .n == 0: a file */
};

/* The last address tried: what was seen belongs to it.  NULL for a file. */
const struct attempt *subject_attempt(const struct subject *subject);

/*
 * Calls the service and takes what it shows.  -1 and err when it turned us
 * away or could not be reached; the evidence may be there all the same.
 * A client certificate that is refused only with the first read (TLS 1.3) is
 * waited for, one second at most.
 */
int subject_visit(struct subject *subject, struct pool *pool,
		  const struct reach *reach, const struct service *service,
		  const struct trust_config *trust, struct deadline by,
		  struct err *err) must_check;

/*
 * The chain that an attempt saw becomes evidence, whether the peer wanted us
 * or not; `conn` is that connection while it is open, or NULL.
 */
int subject_take(struct subject *subject, struct pool *pool,
		 const struct attempt *attempt, const struct conn *conn,
		 const struct service *service,
		 const struct trust_config *trust, struct err *err) must_check;

/* Takes the chain, or the request, that a file holds. */
int subject_read(struct subject *subject, struct pool *pool,
		 const struct container *container,
		 const struct trust_config *trust, struct err *err) must_check;

/* tls{} and chain[] of the contract, into `parent`. */
void subject_tls_facts(const struct tls_view *seen, struct pool *pool,
		       struct fact *parent);
void subject_chain_facts(const struct evidence *evidence, struct pool *pool,
			 struct fact *parent);

/* All of the contract's facts. */
void subject_facts(const struct subject *subject, struct pool *pool,
		   struct fact *parent);

/* The path from the server to the anchor, a line each (-v). */
void subject_picture(const struct subject *subject, struct buf *out);

/*
 * days_left, lifetime_left, chain_days_left, connect_time, handshake_time:
 * of several subjects the worst of each.
 */
void subject_metrics(const struct subject *subjects, size_t n,
		     const struct demands *demands, struct report *report);

#endif
