/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transaction -- RFC 3261 17 for all but INVITE: libosip2's machines. */
#ifndef SIP_TRANSACTION_H
#define SIP_TRANSACTION_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "sip/msg.h"

/* The machines of one flow; at most one client transaction at a time. */
struct sip_transactions;

/* How they reach the wire; -1: the transport failed. */
typedef int sip_send_fn(void *arg, struct str message);

int sip_transactions_open(struct sip_transactions **out, struct pool *pool,
			  sip_send_fn *send, void *arg,
			  struct err *err) must_check;
void sip_transactions_close(struct sip_transactions *t); /* NULL is fine */

/*
 * Does what is due (sends, sends again, gives up) and returns when there will
 * be something to do next.
 */
struct deadline sip_transactions_run(struct sip_transactions *t);

/* 17.1.2, the client: picture 6 */
enum sip_client_state {
	SIP_CLIENT_TRYING,     /* nothing came: over UDP it is sent again */
	SIP_CLIENT_PROCEEDING, /* a provisional answer came */
	SIP_CLIENT_COMPLETED,  /* a final answer came */
	SIP_CLIENT_TIMED_OUT,  /* none within 64 * T1, 32 s (timer F) */
};

/*
 * Sends the request, a whole message that stays where it is; what an earlier
 * one still waits for is given up.  ERR_LOCAL: libosip2 does not take it.
 */
int sip_client_begin(struct sip_transactions *t, struct str request,
		     struct err *err) must_check;

/* A response to it.  That it is one (17.1.3, and more) is the caller's to
 * know: libosip2 would look at branch and method only. */
void sip_client_receive(struct sip_transactions *t,
			const struct sip_message *response);

enum sip_client_state sip_client_state(const struct sip_transactions *t);

/*
 * 17.2.2, the server.  True: a new request, sip_server_answer() is expected
 * next.  False: one that was answered before, and has been again; or INVITE and
 * ACK, which have a machine of their own.  Of many the oldest are forgotten.
 */
bool sip_server_receive(struct sip_transactions *t,
			const struct sip_message *request);
/* The response is copied. */
void sip_server_answer(struct sip_transactions *t, struct str response);

#endif
