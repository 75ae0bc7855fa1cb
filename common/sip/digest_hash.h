/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest_hash -- the hash functions of digest authentication, as hex. */
#ifndef SIP_DIGEST_HASH_H
#define SIP_DIGEST_HASH_H

#include "base/err.h"
#include "base/str.h"

enum digest_hash {
	DIGEST_HASH_MD5,
	DIGEST_HASH_SHA256,
	DIGEST_HASH_SHA512_256,
};

#define DIGEST_HEX_MAX 65 /* 256 bits and a NUL */

/*
 * The hash of all parts with a colon between them (RFC 7616 3.4: H(a:b:c)), in
 * lower-case hex.  ERR_LOCAL: this host's OpenSSL has no such hash, as MD5
 * under FIPS.
 */
int digest_hash_hex(char hex[DIGEST_HEX_MAX], enum digest_hash hash,
		    const struct str *parts, size_t n,
		    struct err *err) must_check;

#endif
