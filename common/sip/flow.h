/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow -- a connection, or a peer over UDP, and the SIP messages on it. */
#ifndef SIP_FLOW_H
#define SIP_FLOW_H

#include "net/conn.h"
#include "sip/transaction.h"

/* A request of the peer: the status that it gets. */
typedef unsigned sip_serve_fn(void *arg, const struct sip_message *request);

/* RFC 5626 3.1.  Several exchanges may follow each other on one flow. */
struct sip_flow {
	struct pool *pool;
	struct conn *conn;   /* borrowed */
	const char *sent_by; /* "192.0.2.1:5060": our end, as Via has it */

	const char *tag; /* ours in answers to the peer's requests */

	/* What the peer asks for.  NULL: OPTIONS is 200, all else 405. */
	sip_serve_fn *serve;
	void *serve_arg;

	/* Another flow whose peer is served while this one waits; NULL. */
	struct sip_flow *beside;

	struct sip_transactions *transactions;
	struct deadline by;  /* of what the machines send */
	struct err send_err; /* the first that failed; .kind ERR_NONE */
	unsigned sends;      /* of requests */

	char *room; /* what was received: [at, len) is not read yet */
	size_t at, len;
	bool closed;

	bool traces;
	usec begun;
	struct strs trace; /* lines, credentials blanked */
	unsigned traced;   /* messages */
};

/* `traces`: keep what passes.  *flow is zeroed, or was open before: then its
 * room serves again.  ERR_LOCAL. */
int sip_flow_open(struct sip_flow *flow, struct pool *pool, struct conn *conn,
		  bool traces, struct err *err) must_check;
void sip_flow_close(struct sip_flow *flow);

/* Is a whole message there, or what can never become one? */
bool sip_flow_ready(const struct sip_flow *flow);

/* Outside of any transaction; a failure is kept in .send_err. */
void sip_flow_send(struct sip_flow *flow, struct str message);

/*
 * The next message, whole, which stays there until the next call; who sent it
 * is of interest over UDP.  1, or 0 when the peer closed.  Errors: those of
 * conn_recv(); ERR_PROTOCOL when what came on a stream is no SIP, and where a
 * message might begin is unknown.
 */
int sip_flow_next(struct sip_flow *flow, struct str *message, struct addr *from,
		  struct deadline by, struct err *err) must_check;

#endif
