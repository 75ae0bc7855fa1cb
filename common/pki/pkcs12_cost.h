/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pkcs12_cost -- how long a PKCS#12 file would keep us; for container.c. */
#ifndef PKI_PKCS12_COST_H
#define PKI_PKCS12_COST_H

#include <openssl/pkcs12.h>
#include <stdbool.h>

/*
 * A password is made a key by as many iterations as the file says: 2,048 by
 * OpenSSL, 10,000 by Java, 600,000 where somebody is careful.  With two
 * thousand million, which it may say as well, no deadline would hold.
 */
#define PKCS12_ITERATIONS_MAX 2000000

/* Of its MAC, of what is encrypted, or of a key: more than that? */
bool pkcs12_costs_too_much(const PKCS12 *p12);

#endif
