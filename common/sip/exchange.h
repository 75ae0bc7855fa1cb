/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exchange -- one request, its retransmissions, its challenge, its answer. */
#ifndef SIP_EXCHANGE_H
#define SIP_EXCHANGE_H

#include "sip/dialog.h"
#include "sip/digest.h"
#include "sip/flow.h"
#include "sip/msg.h"

enum sip_end {
	SIP_ANSWERED, /* a final answer of ours came */
	SIP_SILENT,   /* none came in time */
	SIP_CLOSED,   /* the peer closed the connection */
	SIP_RESET,    /* or reset it */
	SIP_GARBLED,  /* what came on the stream is no SIP: .err what */
	SIP_FAILED,   /* the transport failed, with an alert or ICMP: .err */
};

/* What became of our credentials. */
enum sip_auth {
	SIP_AUTH_NONE,       /* no challenge, or nothing to answer it with */
	SIP_AUTH_ANSWERED,   /* and that was the end of it */
	SIP_AUTH_REFUSED,    /* challenged again */
	SIP_AUTH_IMPOSSIBLE, /* none of the challenges can be answered: .err */
};

/* Something that was not our answer. */
struct sip_aside {
	unsigned n;
	const char *first; /* what the first was, in words; NULL: none came */
};

struct exchange {
	enum sip_end end;
	struct err err;            /* as .end and .auth say */
	struct sip_message answer; /* SIP_ANSWERED */
	struct addr source;        /* who sent it: the port may be another */
	enum sip_auth auth;
	unsigned provisionals; /* of the last turn */
	unsigned provisional;  /* the status of the last one, 0: none came */
	unsigned sends;        /* of the last turn: 1 and the retransmissions */
	usec round_trip; /* of the last turn, from its first transmission */
	usec spent;      /* from the first transmission to the end */
	struct sip_aside stray;     /* an answer, but none to our request */
	struct sip_aside malformed; /* no SIP message at all */
	unsigned late;     /* answers to what we sent earlier: no harm */
	unsigned requests; /* of the peer, answered */
};

/*
 * Sends `request` and waits for its final answer: ours is what has our
 * Call-ID, CSeq, Via branch and From tag and comes from the peer's address
 * (RFC 3261 17.1.3 and 8.1.3.3).  With `who` a challenge is answered, once,
 * and once more where only the nonce was stale.  -1 when our side cannot do
 * it: ERR_USAGE for a part of the request that no message can hold, ERR_LOCAL.
 */
int sip_exchange(struct exchange *exchange, struct sip_flow *flow,
		 struct sip_dialog *dialog, const struct sip_request *request,
		 const struct credentials *who, struct deadline by,
		 struct err *err) must_check;

/*
 * Waits until `until`, or until *enough (may be NULL), answering what the peer
 * asks meanwhile.  The end is SIP_SILENT when nothing happened to the
 * connection.  `dialog` tells late answers from strays.
 */
void sip_flow_idle(struct exchange *exchange, struct sip_flow *flow,
		   const struct sip_dialog *dialog, struct deadline until,
		   const bool *enough);

#endif
