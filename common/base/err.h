/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err -- why an operation failed, in words fit for an operator. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * The kind says who has to act; the text says what happened.  A function that
 * can fail takes `struct err *` last, returns 0 or -1, and fills *err only
 * when it returns -1.  check/report.c gives each kind its finding id.
 */
enum err_kind {
	ERR_NONE,
	ERR_USAGE,       /* the command line is wrong */
	ERR_FILE,        /* a local file is missing or not what it should be */
	ERR_LOCAL,       /* this host could not do its part */
	ERR_NO_TIME,     /* the time was up before the peer was contacted */
	ERR_NO_NAME,     /* the name does not exist or has no address */
	ERR_NO_RESOLVER, /* nobody could tell whether the name exists */
	ERR_REFUSED,     /* nothing listens on the port */
	ERR_UNREACHABLE, /* no way to the host */
	ERR_RESET,       /* the peer broke the connection off */
	ERR_TIMEOUT,     /* the peer was silent until the deadline */
	ERR_HANDSHAKE,   /* what came is no TLS, or TLS failed without alert */
	ERR_ALERT,       /* the peer ended the handshake with a TLS alert */
	ERR_CERT_REQUIRED, /* turned away without a client certificate */
	ERR_CERT_REFUSED,  /* turned away with our client certificate */
	ERR_PROTOCOL,      /* the peer does not speak the protocol above TLS */
	ERR_KINDS,         /* their number */
};

#define ERR_TEXT_MAX 256

struct err {
	enum err_kind kind;
	char text[ERR_TEXT_MAX];
};

#define must_check __attribute__((warn_unused_result))

/* Both return -1, so that a caller can write `return err_set(...)`. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "what: " and the words for an errno; strerror(3) is not safe in threads. */
int err_errno(struct err *err, enum err_kind kind, int number,
	      const char *what);

/* Puts "fmt: " before the text: where it happened. */
int err_context(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
