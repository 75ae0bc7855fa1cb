/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest_hash -- OpenSSL's digests, and nothing of what was hashed left. */
#include "sip/digest_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/openssl.h"

/* RFC 7616 6.1 and RFC 8760 2.1 by OpenSSL's names */
static const char *const names[] = {
	[DIGEST_HASH_MD5] = "MD5",
	[DIGEST_HASH_SHA256] = "SHA256",
	[DIGEST_HASH_SHA512_256] = "SHA512-256",
};

static bool hash_parts(EVP_MD_CTX *ctx, const EVP_MD *md,
		       const struct str *parts, size_t n,
		       unsigned char sum[EVP_MAX_MD_SIZE], unsigned *len)
{
	bool ok = EVP_DigestInit_ex(ctx, md, NULL) == 1;

	for (size_t i = 0; i < n && ok; i++)
		ok = (i == 0 || EVP_DigestUpdate(ctx, ":", 1) == 1) &&
		     EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
	return ok && EVP_DigestFinal_ex(ctx, sum, len) == 1;
}

static void write_hex(char hex[DIGEST_HEX_MAX], const unsigned char *sum,
		      unsigned len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 0xf];
	}
	hex[2 * (size_t)len] = '\0';
}

int digest_hash_hex(char hex[DIGEST_HEX_MAX], enum digest_hash hash,
		    const struct str *parts, size_t n, struct err *err)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = NULL;
	EVP_MD *md = NULL;
	unsigned len = 0;
	int rc = -1;

	openssl_begin();
	md = EVP_MD_fetch(NULL, names[hash], NULL);
	ctx = EVP_MD_CTX_new();
	if (!md || !ctx || !hash_parts(ctx, md, parts, n, sum, &len) ||
	    2 * len >= DIGEST_HEX_MAX) {
		err_set(err, ERR_LOCAL,
			"this host's OpenSSL computes no %s, which the server "
			"asks for",
			names[hash]);
		goto out;
	}
	write_hex(hex, sum, len);
	rc = 0;
out:
	OPENSSL_cleanse(sum, sizeof(sum));
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	return rc;
}
