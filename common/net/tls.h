/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls -- a client handshake that observes everything and judges nothing. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"

/*
 * What the wire showed.  Plain data: it outlives the connection, which writes
 * to it until tls_close().
 */
struct tls_view {
	int version; /* 0x0303 as on the wire; 0 before ServerHello */
	const char *version_name; /* "TLSv1.2", or NULL */
	const char *cipher;       /* "ECDHE-RSA-AES256-GCM-SHA384", or NULL */
	struct bytes *chain;      /* DER as sent, leaf first */
	size_t chain_len;
	struct bytes staple;          /* OCSP response; .n == 0: none sent */
	bool established;             /* the handshake came to its end */
	usec handshake;               /* how long it took, also when not */
	bool asked_client_cert;       /* a CertificateRequest came */
	bool shown_client_cert;       /* and we had one to show */
	struct bytes *acceptable_cas; /* DER names of that request */
	size_t acceptable_cas_len;
	size_t acceptable_cas_size; /* bytes of the list on the wire */
	struct strs steps;          /* with .trace: the messages, in order */
};

/* Who we are: DER, as pki/container.c reads it from any kind of file. */
struct tls_identity {
	struct bytes *chain; /* leaf first */
	size_t chain_len;
	struct bytes key; /* PKCS#8 or traditional; wiped by its owner */
};

struct tls_config {
	const char *server_name;             /* SNI; NULL: none sent */
	const struct tls_identity *identity; /* NULL: none */
	int min_version, max_version;        /* 0x0301 to 0x0304; 0: default */
	bool legacy;      /* also TLS 1.0, 1.1 and weak ciphers */
	bool want_staple; /* ask for an OCSP response */
	bool trace;
};

struct tls;

/*
 * Shakes hands on the connected, non-blocking `fd`, which stays the caller's.
 * Fills *view as far as the handshake came, also when it fails: a server that
 * insists on a client certificate still shows its own.  No certificate makes
 * it fail.  ERR_TIMEOUT, ERR_RESET, ERR_HANDSHAKE, ERR_ALERT,
 * ERR_CERT_REQUIRED, ERR_CERT_REFUSED; ERR_FILE for an identity of no use.
 */
int tls_open(struct tls **tls, struct pool *pool, int fd,
	     const struct tls_config *config, struct deadline by,
	     struct tls_view *view, struct err *err) must_check;

/*
 * Ends our side and reads until the peer has had its say on our certificate
 * or on our having none: over TLS 1.3 that comes only with the first read
 * (RFC 8446 4.4.2.4, 6.2).  Nothing can be sent afterwards.  0: not turned
 * away, or no word of it until `by`.
 */
int tls_settle(struct tls *tls, struct deadline by, struct err *err) must_check;

/* All of it.  ERR_TIMEOUT (the connection is of no more use), ERR_RESET. */
int tls_send(struct tls *tls, const void *data, size_t len, struct deadline by,
	     struct err *err) must_check;

/*
 * What is there, or comes until `by`; 0 when the peer closed.  ERR_TIMEOUT
 * leaves the connection usable.  ERR_RESET; ERR_PROTOCOL: it is no TLS; an
 * alert is ERR_ALERT, or ERR_CERT_REQUIRED, ERR_CERT_REFUSED where it is about
 * our certificate.
 */
ssize_t tls_recv(struct tls *tls, void *data, size_t size, struct deadline by,
		 struct err *err) must_check;

/* Was something received that tls_recv() has not given out yet? */
bool tls_pending(const struct tls *tls);

/*
 * view->chain as OpenSSL has parsed it, for a judge who knows OpenSSL: parsing
 * it again would cost as much as the rest of his work.  Lives until
 * tls_close(); NULL when there is none.
 */
struct stack_st_X509;
const struct stack_st_X509 *tls_parsed(const struct tls *tls);

void tls_close(struct tls *tls); /* NULL is fine */

/* "unknown_ca" for 48 (RFC 8446 6); "unknown alert" else. */
const char *tls_alert_name(int alert);

#endif
