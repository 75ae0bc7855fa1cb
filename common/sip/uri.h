/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uri -- the parts of a SIP URI that decide where a request goes. */
#ifndef SIP_URI_H
#define SIP_URI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "net/conn.h"

/* RFC 3261 19.1.1; the texts live in the pool. */
struct sip_uri {
	bool secure;        /* sips: */
	const char *user;   /* as it stands there; NULL: none */
	const char *host;   /* name, IPv4, or IPv6 without brackets */
	uint16_t port;      /* 0: not given */
	bool has_transport; /* ;transport=, TLS where sips: has tcp */
	enum transport transport;
	const char *maddr; /* NULL: none */
	const char *text;  /* whole, fit for a request line: no headers part */
};

/*
 * "sip:" or "sips:", then [user@]host[:port][;parameters][?headers].  ERR_USAGE
 * says what is wrong and what would be right; a transport that we do not speak
 * is one of the things that can be wrong, and so is a password.
 */
int sip_uri_parse(struct sip_uri *uri, struct pool *pool, const char *text,
		  struct err *err) must_check;

/* Does the text begin with a SIP scheme?  Else it is a bare host. */
bool sip_uri_has_scheme(const char *text);

#endif
