/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openssl_module -- the table that the module hands out. */
#include "config.h"

#include "plugins/openssl_module.h"

__attribute__((visibility("default")))
const struct openssl_module openssl_module = {
	.version = PACKAGE_VERSION,
	.tls_open = tls_open,
	.tls_settle = tls_settle,
	.tls_send = tls_send,
	.tls_recv = tls_recv,
	.tls_pending = tls_pending,
	.tls_parsed = tls_parsed,
	.tls_close = tls_close,
	.cert_read = cert_read,
	.cert_read_request = cert_read_request,
	.cert_name = cert_name,
	.container_read = container_read,
	.container_key_fits = container_key_fits,
	.trust_check = trust_check,
	.digest_hash_hex = digest_hash_hex,
};
