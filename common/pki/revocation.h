/* SPDX-License-Identifier: GPL-3.0-or-later */
/* revocation -- what an OCSP response or a CRL says of one certificate. */
#ifndef PKI_REVOCATION_H
#define PKI_REVOCATION_H

#include <stdbool.h>
#include <time.h>

#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"

enum revocation_status {
	REVOCATION_UNKNOWN, /* no valid, current answer */
	REVOCATION_GOOD,
	REVOCATION_REVOKED,
};

struct revocation_answer {
	enum revocation_status status;
	const char *subject; /* of whom */
	const char *via;     /* "stapled OCSP response", "CRL http://..." */
	const char *text;    /* since when and why revoked, or why unknown */
	bool foreign;        /* unknown from a CRL of another issuer */
};

/* Of whom we ask, and who answers for it; both DER. */
struct revocation_pair {
	struct bytes cert, issuer;
};

/* The body of an OCSP request (RFC 6960 4.1; no nonce, as RFC 5019). */
int ocsp_request(struct bytes *out, struct pool *pool,
		 const struct revocation_pair *pair,
		 struct err *err) must_check;

/*
 * Judge an answer at `now`: signed by the issuer or its delegate, about this
 * certificate, current.  Any defect is REVOCATION_UNKNOWN with the reason in
 * text; there is no error.  `subject` and `via` are left to the caller.
 */
void ocsp_judge(struct revocation_answer *answer, struct pool *pool,
		struct bytes response, const struct revocation_pair *pair,
		time_t now);
void crl_judge(struct revocation_answer *answer, struct pool *pool,
	       struct bytes crl, const struct revocation_pair *pair,
	       time_t now);

#endif
