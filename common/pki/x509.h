/* SPDX-License-Identifier: GPL-3.0-or-later */
/* x509 -- what the files of pki that know OpenSSL share; no other includes it.
 */
#ifndef PKI_X509_H
#define PKI_X509_H

#include <openssl/x509.h>

#include "base/openssl.h"
#include "pki/cert.h"

/* False where it is absent or no time. */
bool x509_time(time_t *out, const ASN1_TIME *time);

/* Whose word it is that a certificate signed itself. */
enum x509_origin {
	X509_FOREIGN, /* the signature is verified */
	X509_TRUSTED, /* of our own store: its names will do */
};

/* The facts of a certificate that is parsed already: parsing costs most. */
int x509_facts(struct cert *cert, struct pool *pool, X509 *x509,
	       enum x509_origin origin, struct err *err) must_check;

#endif
