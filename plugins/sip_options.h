/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_options -- the options of check_sip_options, and what they come to. */
#ifndef PLUGINS_SIP_OPTIONS_H
#define PLUGINS_SIP_OPTIONS_H

#include "check/check.h"
#include "pki/profile.h"
#include "plugins/auth.h"
#include "plugins/options.h"
#include "sip/locate.h"
#include "sip/msg.h"

/* Status codes and ranges of them: "200-299,404". */
struct code_range {
	unsigned first, last;
};

struct codes {
	struct code_range *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

bool codes_have(const struct codes *codes, unsigned status);

/* One --require-header NAME[=REGEX]. */
struct wanted_header {
	const char *name;
	const char *pattern; /* POSIX extended; NULL: any value will do */
};

struct sip_options_config {
	struct target_options target;
	const enum transport *transport; /* NULL: not said */
	bool all_targets;

	const char *uri, *from, *contact, *user_agent, *route;
	struct strs headers;
	unsigned max_forwards;
	struct auth_options auth;

	bool look_only; /* connect, take the certificate, ask nothing */
	unsigned count;
	usec interval;
	bool reconnect;

	struct range warning, critical;             /* seconds */
	struct range loss_warning, loss_critical;   /* percent */
	struct range alive_warning, alive_critical; /* targets */
	struct codes ok, warn;
	struct strs require_methods, require_headers;
	const struct profile *profile; /* NULL: no certificate is judged */
	bool profile_if_tls; /* without TLS there is nothing to miss */

	struct tls_options tls;
	struct trust_options trust;

	/* Filled by sip_options_validate(). */
	struct locate locate;
	struct sip_request request; /* .from and .contact may be NULL: they
				     * then depend on the connection */
	struct wanted_header *wanted;
	size_t wanted_len;
	struct demands server; /* what is wanted of the server's certificate */
	struct demands own;    /* and of ours */
};

extern const struct opt_group sip_options_groups[];

/* For a -T: each value is an enum transport. */
extern const struct opt_choice transport_choices[];

/* What --ok and --warn are without a word; for a check that asks OPTIONS on its
 * way to something else. */
void sip_options_defaults(struct sip_options_config *config, struct pool *pool);

/* `opaque` is a struct sip_options_config; see struct check. */
int sip_options_validate(struct pool *pool, void *opaque, struct err *err);

#endif
