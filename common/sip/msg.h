/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg -- SIP messages written and read: libosip2 behind a guard. */
#ifndef SIP_MSG_H
#define SIP_MSG_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * No peer of ours sends more: a usual head has 1 to 4 KiB and 10 to 40 headers.
 * The worst message within these limits is read in less than a millisecond
 * (sip/osip.c tells why it would take libosip2 a second without them).
 */
#define SIP_MESSAGE_MAX ((size_t)65535)
#define SIP_HEAD_MAX    ((size_t)16384) /* start line to empty line */
#define SIP_HEADERS_MAX 500

/* Unfolded, the name in its long form ("Call-ID" for "i"). */
struct sip_header {
	struct str name, value;
};

/* A request as its sender wants it; all of it borrowed. */
struct sip_request {
	const char *method;
	const char *uri;       /* Request-URI */
	const char *from, *to; /* URIs without tag */
	const char *contact;   /* URI; NULL: no Contact */
	const char *route;     /* URI of a Route header; NULL: none */
	unsigned max_forwards;
	const char *user_agent;           /* NULL: none */
	const struct sip_header *headers; /* more of them, as given */
	size_t headers_len;
	const char *content_type; /* with a body */
	struct str body;
};

/* And what makes it one transaction: changes with every turn. */
struct sip_turn {
	const char *transport; /* "UDP", "TCP", "TLS": of the Via */
	const char *sent_by;   /* "192.0.2.1:5060" */
	const char *branch;    /* with the cookie of RFC 3261 8.1.1.7 */
	const char *call_id, *from_tag;
	const char *to_tag; /* NULL: none */
	unsigned cseq;
	struct sip_header authorization; /* .name.n == 0: none */
};

/*
 * A whole message, Content-Length and ;rport (RFC 3581) included.  ERR_USAGE
 * names the part that cannot stand in a message.
 */
int sip_request_write(struct buf *out, const struct sip_request *request,
		      const struct sip_turn *turn, struct err *err) must_check;

/* A message that came, copied: it outlives the bytes it was read from. */
struct sip_message {
	const char *method, *uri; /* of a request; else NULL */
	unsigned status;          /* of a response, 100 to 699; else 0 */
	struct str reason;
	struct str call_id, from_tag, to_tag, branch; /* .p NULL: absent */
	unsigned cseq;
	struct str cseq_method;
	struct sip_header *headers; /* all, in their order */
	size_t headers_len;
	struct str body;
};

/*
 * `data` is one message: a datagram, or what sip_frame() measured.  -1 with
 * ERR_PROTOCOL when it is none: beyond the limits above, no start line of
 * SIP/2.0 as RFC 3261 7 has it, no status of 100 to 699, NUL (but a quoted one)
 * or a lone CR in its head, no empty line, a line that is no header,
 * Content-Length wrong, twice or beyond what came; Via, From, To, Call-ID or
 * CSeq missing, unreadable or (but for Via) twice; CSeq of another method.
 * What follows the announced body is cut off (RFC 3261 18.3), and without a
 * Content-Length the body goes to the end.  Bare LFs pass for line ends.
 * Headers that nobody needs are not judged (RFC 3261 8.2.2).
 */
int sip_message_read(struct sip_message *message, struct pool *pool,
		     struct str data, struct err *err) must_check;

/*
 * The answer of a server (RFC 3261 8.2.6): Via, From, To, Call-ID and CSeq of
 * the request come back; `to_tag` is added where there is none.  Status and
 * words are the caller's own, NULL for sip_reason(); 405, 415 and 489 say what
 * we would take.  No body, no Contact.
 */
void sip_response_write(struct buf *out, const struct sip_message *request,
			unsigned status, const char *reason,
			const char *to_tag);

/*
 * The nth (0: first) header of that name, any case, long or compact; .p NULL:
 * there is none.  Followed by a NUL that does not count.
 */
struct str sip_header(const struct sip_message *message, const char *name,
		      size_t nth);

/*
 * Does a header of that name hold what a password could be guessed by: digest
 * credentials (RFC 3261 20.7, 20.28), or what a server proves itself with (RFC
 * 7616 3.5)?  A server may send back what it was sent.
 */
bool sip_header_is_secret(struct str name);

/* Is `method` named by an Allow header (RFC 3261 20.5)? */
bool sip_allows(const struct sip_message *message, const char *method);

/*
 * RFC 3261 18.3: what stands at the head of a stream.  >0: a whole message of
 * that many bytes; 0: more bytes are needed; -1 with ERR_PROTOCOL: this can
 * never become a message, and where the next one begins is unknown.  That is
 * said as soon as it is known; the text tells what came.  No Content-Length,
 * which RFC 3261 20.14 demands on streams, is taken for no body.
 * Made to be called again whenever bytes came: what it costs is bounded by
 * SIP_HEAD_MAX, not by the body.
 * Line ends between messages (RFC 5626 3.5.1) are the caller's to skip with
 * sip_frame_skip().
 */
ssize_t sip_frame(struct str stream, struct err *err) must_check;
size_t sip_frame_skip(struct str stream);

/* The words for 401 are "Unauthorized" (RFC 3261 21, IANA); "" when unknown. */
const char *sip_reason(unsigned status);

#endif
