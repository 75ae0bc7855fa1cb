/* SPDX-License-Identifier: GPL-3.0-or-later */
/* auth -- SIP digest credentials, as several checks take them. */
#ifndef PLUGINS_AUTH_H
#define PLUGINS_AUTH_H

#include "check/opt.h"
#include "sip/digest.h"

/* --auth-user --auth-file */
struct auth_options {
	const char *user, *file;
};

extern const struct opt auth_opts[];

int auth_validate(const struct auth_options *auth, struct err *err) must_check;

/*
 * What the options name: the password is the file's first line.  who->user
 * stays NULL without them.  credentials_wipe() erases it after use.
 */
int credentials_read(struct credentials *who, struct pool *pool,
		     const struct auth_options *auth, struct deadline by,
		     struct err *err) must_check;
void credentials_wipe(struct credentials *who);

#endif
