/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openssl_module -- all that needs OpenSSL, behind a table of functions. */
#ifndef PLUGINS_OPENSSL_MODULE_H
#define PLUGINS_OPENSSL_MODULE_H

#include "net/tls.h"
#include "pki/cert.h"
#include "pki/container.h"
#include "pki/trust.h"
#include "sip/digest_hash.h"

/*
 * Loading and relocating libssl and libcrypto takes as long as a whole check
 * over UDP.  So a plugin that can do without them links openssl_load.c, whose
 * functions of these names load the module at their first use and hand on;
 * one that never can links libossl.a, where they are defined.
 */
struct openssl_module {
	const char *version; /* of the package: both are of one build */

	__typeof__(tls_open) *tls_open;
	__typeof__(tls_settle) *tls_settle;
	__typeof__(tls_send) *tls_send;
	__typeof__(tls_recv) *tls_recv;
	__typeof__(tls_pending) *tls_pending;
	__typeof__(tls_parsed) *tls_parsed;
	__typeof__(tls_close) *tls_close;
	__typeof__(cert_read) *cert_read;
	__typeof__(cert_read_request) *cert_read_request;
	__typeof__(cert_name) *cert_name;
	__typeof__(container_read) *container_read;
	__typeof__(container_key_fits) *container_key_fits;
	__typeof__(trust_check) *trust_check;
	__typeof__(digest_hash_hex) *digest_hash_hex;
};

#define OPENSSL_MODULE_FILE   "um_openssl.so"
#define OPENSSL_MODULE_SYMBOL "openssl_module"

extern const struct openssl_module openssl_module;

#endif
