/* SPDX-License-Identifier: GPL-3.0-or-later */
/* container -- certificates and keys out of files of every form. */
#ifndef PKI_CONTAINER_H
#define PKI_CONTAINER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"

struct ders {
	struct bytes *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

struct container {
	struct ders certs;    /* leaf first where the form has no order */
	struct bytes request; /* a CSR; only when there is no certificate */
	struct bytes key;     /* DER; .n == 0: none */
	const char *form;     /* "PEM", "PKCS#12", ... */
};

/*
 * Reads PEM (certificates, PKCS#7, CSR, keys, with anything between), DER
 * certificate, PKCS#7, PKCS#12 or PKCS#10.  `name` stands in errors.
 * `password` may be NULL; nothing ever prompts.  `want_key`: keys are of
 * interest, else they are left alone, encrypted or not.  ERR_FILE when the
 * file holds nothing of use.
 */
struct container_wish {
	const char *name;
	const char *password;
	bool want_key;
};

int container_read(struct container *out, struct pool *pool, struct bytes data,
		   const struct container_wish *wish,
		   struct err *err) must_check;

/* Does `key` (DER) belong to the certificate?  ERR_FILE when it does not. */
int container_key_fits(struct bytes cert, struct bytes key, const char *name,
		       struct err *err) must_check;

/* CRLs, PEM or DER. */
int container_read_crls(struct ders *out, struct pool *pool, struct bytes data,
			const char *name, struct err *err) must_check;

#endif
