/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire -- an OpenSSL BIO on a socket of ours; it waits by itself. */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <openssl/bio.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"

/*
 * OpenSSL's socket BIO calls write(2): a peer that hung up would kill us with
 * SIGPIPE.  And who reads from it without blocking loses the half line that
 * an HTTP header had come to.  This one blocks until `by`, never longer, and
 * keeps how the wire ended.
 */
struct wire {
	int fd;             /* non-blocking; the caller's */
	struct deadline by; /* may be moved between two calls */
	size_t left;        /* bytes that we are still willing to take */
	bool outlives_wait; /* nothing in time: it may be read again */

	struct err broken;  /* .kind ERR_NONE: it is not */
	bool closed;        /* the peer closed its side */
	size_t received;    /* bytes */
	unsigned char kind; /* the first byte */
	char first[64];     /* the first line as far as it is printable */
	size_t first_len;
	bool has_first; /* it is over */

	BIO *bio;
	BIO_METHOD *method;
	size_t at, n; /* in room */
	char room[8192];
};

/* fd, by and left are set; bio is the wire's own: BIO_up_ref() it. */
int wire_open(struct wire *wire, struct err *err) must_check;
void wire_close(struct wire *wire);

#endif
