/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls_offer -- the operator's options turned into OpenSSL's settings. */
#include "net/tls_offer.h"

#include <openssl/x509.h>

static int use_key(SSL_CTX *ctx, struct bytes der, struct err *err)
{
	const unsigned char *p = der.p;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)der.n);
	int fits;

	if (!key)
		return err_set(err, ERR_FILE,
			       "the key of our certificate cannot be read");
	fits = SSL_CTX_use_PrivateKey(ctx, key) &&
	       SSL_CTX_check_private_key(ctx);
	EVP_PKEY_free(key);
	return fits ? 0
		    : err_set(err, ERR_FILE,
			      "the key does not belong to our certificate");
}

static int use_identity(SSL_CTX *ctx, const struct tls_identity *identity,
			struct err *err)
{
	for (size_t i = 0; i < identity->chain_len; i++) {
		const unsigned char *p = identity->chain[i].p;
		X509 *cert = d2i_X509(NULL, &p, (long)identity->chain[i].n);
		int used =
			cert && (i == 0 ? SSL_CTX_use_certificate(ctx, cert)
					: SSL_CTX_add1_chain_cert(ctx, cert));

		X509_free(cert);
		if (!used)
			return err_set(err, ERR_FILE,
				       "certificate %zu of our own cannot be "
				       "shown: it does not parse",
				       i + 1);
	}
	return use_key(ctx, identity->key, err);
}

static bool is_old(int version)
{
	return version && version < TLS1_2_VERSION;
}

static int use_versions(SSL_CTX *ctx, const struct tls_config *config)
{
	const bool old = config->legacy || is_old(config->max_version);
	int min = config->min_version;

	/* RFC 8996; Debian says so in the openssl.cnf that we do not read. */
	if (!min)
		min = old ? TLS1_VERSION : TLS1_2_VERSION;
	/* OpenSSL 3.0 speaks TLS 1.0 and 1.1 at level 0 only. */
	if (is_old(min) || is_old(config->max_version))
		SSL_CTX_set_security_level(ctx, 0);
	if (config->legacy) {
		SSL_CTX_set_security_level(ctx, 0);
		/* Servers from before RFC 5746 */
		SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
		/* Without a certificate there would be nothing to look at. */
		if (!SSL_CTX_set_cipher_list(ctx, "ALL:!aNULL"))
			return 0;
	}
	return SSL_CTX_set_min_proto_version(ctx, min) &&
	       SSL_CTX_set_max_proto_version(ctx, config->max_version);
}

int tls_offer(SSL_CTX *ctx, const struct tls_config *config, struct err *err)
{
	if (!use_versions(ctx, config))
		return err_set(err, ERR_LOCAL,
			       "OpenSSL does not speak the TLS versions asked "
			       "for");
	return config->identity ? use_identity(ctx, config->identity, err) : 0;
}
