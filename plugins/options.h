/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options -- option tables that more than one plugin offers. */
#ifndef PLUGINS_OPTIONS_H
#define PLUGINS_OPTIONS_H

#include <stdbool.h>

#include "check/opt.h"
#include "check/report.h"
#include "net/reach.h"
#include "pki/cert.h"
#include "pki/trust.h"

/* -H -4 -6 --source --dns; -p is each check's own, into .ports */
struct target_options {
	const char *host;
	struct ports ports;
	bool only_ipv4, only_ipv6;
	const char *source, *dns;

	/* Filled by target_validate(). */
	const char *name; /* -H without scheme, user and port */
	struct addr source_address;
	struct reach reach;
};

/* --cert --key --key-pass-file --sni --tls-min --tls-max --tls-legacy */
struct tls_options {
	const char *cert, *key, *key_pass_file;
	const char *sni;
	const int *min_version, *max_version;
	bool legacy;
};

/* --ca-file --ca-path */
struct trust_options {
	const char *ca_file, *ca_path;
};

extern const struct opt target_opts[], tls_opts[], trust_opts[];

/* The same without -H: for a check that has more than one host. */
#define network_opts (&target_opts[1])

/* For a profile: each value is a struct profile, or NULL for "none". */
extern const struct opt_choice profile_or_none[];
#define profile_choices (&profile_or_none[1])

/*
 * -H, if given, as an operator types it: a name, an address, a SIP URI.  The
 * port of a URI goes into an empty .ports.  ERR_USAGE names the option.
 */
int target_validate(struct target_options *target, struct pool *pool,
		    struct err *err) must_check;

int tls_validate(const struct tls_options *tls, struct err *err) must_check;

/* The identity of --cert and --key with its facts. */
struct identity {
	struct tls_identity tls; /* .chain_len == 0: none given */
	struct cert *certs;      /* of the same chain */
};

/*
 * Reads what the options name.  Errors: ERR_FILE with option and file.
 * identity_wipe() erases the key once the handshakes are done.
 */
int identity_read(struct identity *identity, struct pool *pool,
		  const struct tls_options *tls, struct deadline by,
		  struct err *err) must_check;
void identity_wipe(struct identity *identity);

/* Tells of a key or a password (auth_file: NULL for none) that every user of
 * this host may read. */
void secrets_judge(struct report *report, const struct tls_options *tls,
		   const char *auth_file);

int anchors_read(struct trust_config *trust, struct pool *pool,
		 const struct trust_options *options, struct deadline by,
		 struct err *err) must_check;

/*
 * What the options come to for a handshake with `host`: its name goes as SNI
 * unless --sni says else; an address is none (RFC 6066 3).
 */
struct tls_config tls_config_make(struct pool *pool,
				  const struct tls_options *tls,
				  const struct identity *identity,
				  const char *host);

/* The first line of the file that `option` names; *password stays NULL without
 * one. */
int password_read(const char **password, struct pool *pool, const char *option,
		  const char *path, struct deadline by,
		  struct err *err) must_check;

#endif
