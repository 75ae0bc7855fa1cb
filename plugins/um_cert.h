/* SPDX-License-Identifier: GPL-3.0-or-later */
/* um_cert -- the options of check_um_cert, and what they come to. */
#ifndef PLUGINS_UM_CERT_H
#define PLUGINS_UM_CERT_H

#include "check/check.h"
#include "pki/profile.h"
#include "plugins/inquiry.h"
#include "plugins/options.h"

struct um_cert_config {
	struct target_options target;
	struct tls_options tls;
	struct trust_options trust;
	struct strs files;
	const struct profile *profile;
	struct strs expect;
	const char *pool, *sip_domain;
	struct lifetime_range warning, critical;
	const enum inquiry_mode *revocation; /* NULL: the default */
	const char *crl, *same_as, *fingerprint, *issuer;
	const enum mutual *mutual;
	bool matrix, list_profiles, list_rules;

	struct demands demands; /* filled by um_cert_validate() */
};

extern const struct opt_group um_cert_groups[];

/* `opaque` is a struct um_cert_config; see struct check. */
int um_cert_validate(struct pool *pool, void *opaque, struct err *err);
const struct fact *um_cert_tell(struct pool *pool, const void *opaque);

#endif
