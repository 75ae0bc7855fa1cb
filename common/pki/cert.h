/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cert -- the facts of one certificate, free of the library that read them. */
#ifndef PKI_CERT_H
#define PKI_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "check/fact.h"

/* extendedKeyUsage, RFC 5280 4.2.1.12 */
enum cert_usage {
	USAGE_SERVER_AUTH = 1 << 0,
	USAGE_CLIENT_AUTH = 1 << 1,
	USAGE_SIP_DOMAIN = 1 << 2, /* RFC 5924 */
	USAGE_ANY = 1 << 3,
	USAGE_OTHER = 1 << 4,
};

/* keyUsage, RFC 5280 4.2.1.3: those that TLS asks for. */
enum cert_key_usage {
	KEY_USAGE_DIGITAL_SIGNATURE = 1 << 0,
	KEY_USAGE_KEY_ENCIPHERMENT = 1 << 1,
	KEY_USAGE_KEY_AGREEMENT = 1 << 2,
	KEY_USAGE_OTHER = 1 << 3,
};

enum cert_digest {
	DIGEST_STRONG, /* SHA-2, SHA-3, or none of its own (Ed25519) */
	DIGEST_SHA1,
	DIGEST_MD5, /* or MD2, MD4 */
};

struct cert {
	struct bytes der;
	struct bytes subject_der, issuer_der; /* X.501 Name */
	const char *subject, *issuer;         /* RFC 2253 order, UTF-8 */
	const char *serial, *sha256;          /* upper-case hex, no colons */
	struct strs common_names;             /* UTF-8, may hold a NUL */
	struct strs dns, uri, ip;             /* SAN; ip in text form */
	bool has_san; /* the extension is there, whatever its entries */
	time_t not_before, not_after;
	const char *key_type; /* "RSA", "EC", "ED25519", ... */
	int key_bits;
	const char *signature; /* "sha256WithRSAEncryption" */
	enum cert_digest digest;
	bool pss;           /* RSASSA-PSS signature */
	unsigned usage;     /* enum cert_usage; 0: extension absent */
	unsigned key_usage; /* enum cert_key_usage; 0: extension absent */
	bool is_ca;         /* basicConstraints */
	bool self_signed;   /* by its own key: verified */
	bool public_ca;     /* a CA/Browser Forum policy is asserted */
	bool has_cdp;       /* a CRL distribution point, of any kind */
	struct strs crl_urls, ocsp_urls; /* as they stand there */
	bool is_request; /* a CSR: no issuer, no times, no chain */
};

/* DER in, facts out.  The first thing that touches a stranger's bytes. */
int cert_read(struct cert *cert, struct pool *pool, struct bytes der,
	      struct err *err) must_check;

/* The same for a PKCS#10 request (RFC 2986) and what it asks for. */
int cert_read_request(struct cert *cert, struct pool *pool, struct bytes der,
		      struct err *err) must_check;

/* A DER X.501 Name as text, as in .subject; "" when it does not parse. */
const char *cert_name(struct pool *pool, struct bytes der);

/* Validity as RFC 5280 4.1.2.5 counts it, both ends included. */
double cert_lifetime_days(const struct cert *cert);
double cert_days_left(const struct cert *cert, time_t now); /* or negative */

/* A readable name for one line: the first CN, else SAN, else subject. */
struct str cert_title(const struct cert *cert);

/* chain[] of the contract: one object. */
void cert_facts(const struct cert *cert, struct pool *pool,
		struct fact *parent);

#endif
