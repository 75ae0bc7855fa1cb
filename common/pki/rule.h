/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule -- one thing that must hold of a peer's certificate, and why. */
#ifndef PKI_RULE_H
#define PKI_RULE_H

#include "base/buf.h"
#include "check/report.h"
#include "pki/cert.h"
#include "pki/lifetime.h"
#include "pki/name.h"
#include "pki/revocation.h"
#include "pki/trust.h"

enum mutual {
	MUTUAL_ANY,
	MUTUAL_YES,
	MUTUAL_NO,
};

/* What the operator wants to hold: the command line, checked. */
struct demands {
	struct strs expected; /* any of them; n == 0: not known */
	struct str pool;      /* lync-server; .n == 0: as expected */
	struct str domain;    /* sip-domain; .n == 0: as expected */
	struct lifetime_range warning, critical;
	enum mutual mutual;
	const char *same_as; /* SHA-256 hex of the leaf of --same-as; NULL */
	const char *same_as_file;
	const char *fingerprint; /* SHA-256 hex, upper case; NULL */
	struct str issuer;       /* part of the name; .n == 0: any */
	const char *name_option; /* by which a name is given; NULL: --expect */
};

/* All a rule may look at.  No clock, no network, no OpenSSL behind it. */
struct evidence {
	/* As sent, leaf first; then what the path took from the store. */
	const struct cert **chain;
	size_t sent_len, chain_len;
	struct trust trust;
	struct revocation_answer *revocation;
	size_t revocation_len;
	time_t now;

	/* Seen on the wire; zero where a file is judged. */
	int tls_version;              /* 0x0303; 0: not known */
	bool tls_version_is_our_best; /* by --tls-max: it may know better */
	const char *tls_version_name;
	bool established; /* the handshake came to its end */
	bool asked_client_cert;
	const struct bytes *acceptable_cas; /* DER names */
	size_t acceptable_cas_len, acceptable_cas_size;
	const struct cert *own; /* the chain of --cert */
	size_t own_len;
};

enum outcome {
	RULE_HOLDS,
	RULE_BROKEN,
	RULE_BROKEN_BADLY, /* the second grade, where a rule has two */
	RULE_MOOT,         /* does not apply to this evidence */
};

struct profile;

/* Evidence before a judge. */
struct trial {
	const struct evidence *evidence;
	const struct demands *demands;
	const struct profile *profile;
};

/* `why` is filled when broken: what was wanted, what was there. */
typedef enum outcome rule_fn(const struct trial *trial, struct buf *why);

struct rule {
	const char *id;     /* "name.san-missing" */
	const char *says;   /* what holds: "a dNSName covers the server" */
	const char *source; /* "RFC 5922 7.1" */
	rule_fn *test;
};

#endif
