/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lifetime -- thresholds in days or in percent of a certificate's lifetime. */
#ifndef PKI_LIFETIME_H
#define PKI_LIFETIME_H

#include <stdbool.h>

#include "check/opt.h"
#include "check/range.h"
#include "pki/cert.h"

struct lifetime_range {
	struct range range; /* .set false: the default below decides */
	bool percent;       /* of the lifetime, else days */
};

extern const struct opt_type opt_lifetime_range; /* "30:", "33%:" */

/*
 * The range for this certificate in days.  Defaults: at least the smaller of
 * 30 days and a third of the lifetime (warning), of 14 days and 15 % of it
 * (critical).
 */
struct range lifetime_warning(const struct lifetime_range *given,
			      const struct cert *cert);
struct range lifetime_critical(const struct lifetime_range *given,
			       const struct cert *cert);

#endif
