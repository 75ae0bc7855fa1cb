/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ids -- every finding id of the suite: what --state may name. */
#ifndef CHECK_IDS_H
#define CHECK_IDS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/pool.h"
#include "check/report.h"

extern const char *const finding_ids[]; /* sorted by family; ends with NULL */

/*
 * Reads "ID=STATE" (glob allowed, state in any case) into *out, which borrows
 * `text`'s copy in the pool.  An id that no plugin has is ERR_USAGE.
 */
int override_parse(struct override *out, struct pool *pool, const char *text,
		   struct err *err) must_check;

#endif
