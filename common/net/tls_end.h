/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls_end -- how a connection ended, in plain facts, and what that means. */
#ifndef NET_TLS_END_H
#define NET_TLS_END_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"

/* The last handshake message that passed. */
struct tls_step {
	bool sent;
	const char *name; /* NULL: none did */
};

struct tls_end {
	bool established; /* it was over when this happened */

	/* the wire */
	enum err_kind broken;  /* ERR_NONE: it is not */
	bool closed;           /* by the peer */
	size_t received;       /* bytes */
	bool plaintext;        /* they are no TLS */
	const char *said;      /* and begin so */
	struct tls_step last;  /* how far it came */
	usec spent;            /* since the handshake began */
	int alert;             /* that the peer sent; -1: none */
	const char *objection; /* ours, in words, should it be us who gave up */

	/* the client certificate */
	bool answered;     /* a CertificateRequest, with or without one */
	bool shown;        /* with one */
	bool has_identity; /* there was one to show */
};

/*
 * Fills *err; always -1.  Turned away for our certificate or for having none
 * is ERR_CERT_REFUSED, ERR_CERT_REQUIRED; else as tls_open() says.
 */
int tls_end_err(const struct tls_end *end, struct err *err);

#endif
