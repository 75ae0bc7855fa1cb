/* SPDX-License-Identifier: GPL-3.0-or-later */
/* osip -- the one way to libosip2: quiet, ready, and fed with care. */
#ifndef SIP_OSIP_H
#define SIP_OSIP_H

#include <sys/time.h>

#include <osip2/osip.h>
#include <osipparser2/osip_parser.h>

#include "sip/msg.h"

/*
 * libosip2 keeps tables and a trace function for the whole process and fills
 * them without a lock: osip.c does so before main().  Whoever uses libosip2
 * calls osip_message_of(), and thereby has that linked in.
 *
 * The message as libosip2 knows it: start line, From, To, Call-ID, CSeq and
 * the topmost Via, all of which must be there, and all but Via once.  RFC 3261
 * 8.2.2: malformed headers that are not needed are to be ignored, so no other
 * one gets to its parser, and neither does the body.
 * req_uri is NULL where libosip2 does not know the scheme.
 * The caller calls osip_message_free(); on -1 (ERR_PROTOCOL) *out is NULL.
 */
int osip_message_of(osip_message_t **out, struct pool *pool,
		    const struct sip_message *message,
		    struct err *err) must_check;

#endif
