/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_path -- the options of check_mwi_path, and what they come to. */
#ifndef PLUGINS_MWI_PATH_H
#define PLUGINS_MWI_PATH_H

#include "plugins/sip_options.h"
#include "sip/uri.h"

/* A server of the path, as the options name it. */
struct end_options {
	const char *host;
	struct ports ports;
	const struct profile *profile; /* NULL: its certificate is not judged */
};

struct mwi_path_config {
	struct target_options network; /* without a host */
	struct end_options um, gateway, registrar;
	const enum transport *transport;

	const char *notify, *mailbox, *from;
	bool phone, subscribe;
	struct range warning, critical;         /* seconds to delivery */
	struct range new_warning, new_critical; /* messages */

	struct auth_options auth;
	struct tls_options tls;
	struct trust_options trust;

	/* Filled by mwi_path_validate(); the ends as check_sip_options asks
	 * them. */
	struct sip_options_config um_ask, gateway_ask, registrar_ask;
	struct sip_uri notify_uri, mailbox_uri;
};

extern const struct opt_group mwi_path_groups[];

/* `opaque` is a struct mwi_path_config; see struct check. */
int mwi_path_validate(struct pool *pool, void *opaque, struct err *err);

#endif
