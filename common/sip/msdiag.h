/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msdiag -- ms-diagnostics: how Microsoft servers explain a refusal. */
#ifndef SIP_MSDIAG_H
#define SIP_MSDIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct msdiag_param {
	struct str name, value; /* quotes and escapes undone */
};

#define MSDIAG_PARAMS_MAX 32
#define MSDIAG_LINE_MAX   300 /* bytes that msdiag_write() adds */

/* [MS-OCER] 2.2.1; borrows from the header's text or the pool. */
struct msdiag {
	unsigned id, sub; /* ErrorId, SubError (0: none) */
	struct msdiag_param params[MSDIAG_PARAMS_MAX]; /* each name once */
	size_t params_len;
};

/*
 * The value of an ms-diagnostics or ms-diagnostics-public header; false when
 * it begins with no number.  Takes what was seen in the wild: any order and
 * case, blanks around "=", typographic quotes, a quote that never ends.  Of
 * parameters of one name the first counts, of more than there is room for
 * the first MSDIAG_PARAMS_MAX.
 */
bool msdiag_parse(struct msdiag *diag, struct pool *pool, struct str value);

/* A parameter by name, case aside, with or without the prefix "msexch" that
 * ExumRouting puts before what it relays; .p NULL: absent. */
struct str msdiag_param(const struct msdiag *diag, const char *name);

/* What an ErrorId means; NULL when it is not known. */
struct msdiag_meaning {
	unsigned first, last; /* ErrorId, both included */
	const char *reason;   /* Microsoft's words; NULL: not confirmed */
	const char *look;     /* what it means here, what to look at */
	const char *remedy;   /* what repairs it; NULL: not known */
};
const struct msdiag_meaning *msdiag_meaning(unsigned id);

/* "Exchange UM" for 15000 to 15999: who speaks; NULL out of all ranges. */
const char *msdiag_range(unsigned id);

/* Whose certificate a code speaks of: SChannel tells of both sides. */
enum blame {
	BLAME_NONE, /* no certificate */
	BLAME_PEER, /* that of the peer which the speaker talked to */
	BLAME_OWN,  /* that of the speaker itself */
};

/* An HRESULT or Teams sub-code. */
struct result_code {
	uint32_t code, last; /* both included; one code nearly always */
	const char *name;    /* "CERT_E_CN_NO_MATCH"; "Teams" for all of its */
	const char *says;    /* "CN does not match" */
	enum blame blame;
};

/* Reads "0x800B010F(CERT_E_CN_NO_MATCH)", "0x800B010F", "800b010f", decimal
 * (signed as .NET prints it, too); NULL when it is none or not known. */
const struct result_code *result_code_find(struct str text);

/* Does it say that a certificate is to blame? */
bool msdiag_blames_certificate(const struct msdiag *diag);

/*
 * One line: "1010 Certificate trust with another server could not be
 * established: the certificate of mail is to blame, says HQFE01.contoso.com
 * (0x800B010F(CERT_E_CN_NO_MATCH): CN does not match)".  Where no certificate
 * is to blame, what it means stands in that place.  Peers' words as they came,
 * each cut to a length, the whole to MSDIAG_LINE_MAX.
 */
void msdiag_write(struct buf *out, const struct msdiag *diag);

#endif
