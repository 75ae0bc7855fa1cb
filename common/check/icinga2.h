/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icinga2 -- the CheckCommand of a check, made from its option tables. */
#ifndef CHECK_ICINGA2_H
#define CHECK_ICINGA2_H

#include "check/check.h"

void icinga2_command(const struct check *check, const struct opt_set *sets,
		     struct buf *out);

#endif
