/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls_offer -- the versions, the ciphers and the identity that we offer. */
#ifndef NET_TLS_OFFER_H
#define NET_TLS_OFFER_H

#include <openssl/ssl.h>

#include "net/tls.h"

/* ERR_FILE for an identity of no use, ERR_LOCAL. */
int tls_offer(SSL_CTX *ctx, const struct tls_config *config,
	      struct err *err) must_check;

#endif
