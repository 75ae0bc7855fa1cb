/* SPDX-License-Identifier: GPL-3.0-or-later */
/* head -- a SIP message's head, read before libosip2 sees any of it. */
#ifndef SIP_HEAD_H
#define SIP_HEAD_H

#include "sip/msg.h"

/* Start line, length and Content-Length of a head; slices of the data. */
struct head {
	struct str method, uri; /* of a request; else .p NULL */
	unsigned status;        /* of a response; else 0 */
	struct str reason;
	struct str lines; /* the headers and the empty line */
	size_t n;         /* bytes, from the start line to the empty line */
	bool has_length;
	unsigned length; /* Content-Length */
};

/*
 * 1: the head is whole and its start line, number of headers, length and
 * Content-Length hold; 0: so far it could become one; -1 with ERR_PROTOCOL:
 * it cannot.  What it costs grows with the head, never with what follows.
 */
int head_read(struct head *head, struct str data, struct err *err) must_check;

/*
 * Cuts the next header off, continuation lines included: the value as it stands
 * there, but for blanks and line ends around; the name up to the colon, or all
 * of the line with its end when there is none.  False at the empty line.
 */
bool head_next(struct str *lines, struct sip_header *header);

/* "Call-ID" for "i", in either case; any other name as it is. */
struct str head_long_name(struct str name);

/* RFC 3261 25.1: token. */
bool head_is_token(struct str text);

/* RFC 3986: a scheme, a colon, and nothing that would end it in a header. */
bool head_is_uri(struct str text);

#endif
