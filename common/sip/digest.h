/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest -- RFC 7616 as SIP uses it (RFC 8760): challenge in, answer out. */
#ifndef SIP_DIGEST_H
#define SIP_DIGEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "sip/digest_hash.h"

/* One Digest challenge; slices of the header, quotes and escapes undone. */
struct challenge {
	struct str realm, nonce, opaque; /* .p NULL: absent */
	enum digest_hash hash;
	struct str algorithm; /* as the server wrote it; .p NULL: absent */
	bool session;         /* -sess */
	bool qop;             /* a qop was offered: RFC 2069's form else */
	bool stale;
};

struct credentials {
	const char *user;
	struct str password; /* wiped by its owner */
};

/* cnonce is a parameter, so that the RFC's own vectors are the tests. */
struct digest_turn {
	const char *method, *uri, *cnonce;
	unsigned nc;
};

/*
 * Reads the values of all WWW-Authenticate (or Proxy-Authenticate) headers,
 * each of which may hold several challenges (RFC 7235 2.1), and picks the
 * strongest that can be answered (RFC 8760 2.4: the topmost of equals).
 * -1 with ERR_PROTOCOL when there is none: the text tells what was offered
 * ("NTLM, Kerberos", "Digest with qop=auth-int only", "Digest SHA-9").
 */
int challenge_pick(struct challenge *challenge, struct pool *pool,
		   const struct str *values, size_t n,
		   struct err *err) must_check;

/* What is offered, for people: "NTLM; Digest SHA-256 realm=example.com". */
void challenge_list(struct buf *out, const struct str *values, size_t n);

/* The value of the (Proxy-)Authorization header.  ERR_LOCAL: no such hash. */
int digest_answer(struct buf *out, const struct challenge *challenge,
		  const struct credentials *who, const struct digest_turn *turn,
		  struct err *err) must_check;

#endif
