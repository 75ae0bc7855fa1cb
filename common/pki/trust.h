/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust -- does the chain lead to an anchor?  All objections, not the first. */
#ifndef PKI_TRUST_H
#define PKI_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "pki/cert.h"

struct stack_st_X509;

struct trust_config {
	const struct bytes *anchors; /* DER, of --ca-file */
	size_t anchors_len;
	const char *ca_path; /* a hashed directory */
	time_t at;           /* a path that is valid then is preferred */
	/* Neither of the two: the system's store, read within this. */
	struct deadline by;
	/* The chain as a handshake has parsed it, where it has: with OpenSSL 3
	 * parsing costs more than verifying.  NULL: it is parsed here. */
	const struct stack_st_X509 *parsed;
};

/* One certificate of the path that was found. */
struct path_link {
	const struct cert *cert;
	bool sent; /* else it came from the store */
};

struct trust {
	/* As sent, leaf first. */
	struct cert *sent;
	size_t sent_len;
	bool *stranger;    /* of each: it certifies nothing that was sent */
	bool out_of_order; /* RFC 5246 7.4.2, strangers aside */

	struct path_link *path; /* leaf first, as far as issuers were found */
	size_t path_len;
	bool anchored; /* it ends at a self-signed certificate that we hold */
	/* It was given up: where it would have ended nobody knows. */
	bool unfinished;
	/* Why the path does not hold, each once; time and revocation are
	 * judged elsewhere. */
	struct strs objections;
};

/*
 * `chain`: DER as sent, leaf first, at least one.  ca_path is a hashed
 * directory (openssl rehash) in which only the issuers needed are looked up;
 * the system's bundle is loaded only where there is no such directory.
 * -1 when the store cannot be read (ERR_FILE) or a certificate sent does not
 * parse (ERR_HANDSHAKE).
 */
int trust_check(struct trust *trust, struct pool *pool,
		const struct bytes *chain, size_t chain_len,
		const struct trust_config *config, struct err *err) must_check;

#endif
