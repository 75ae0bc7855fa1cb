/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extra_opts -- options kept in an ini file, as monitoring-plugins has it. */
#ifndef CHECK_EXTRA_OPTS_H
#define CHECK_EXTRA_OPTS_H

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"

/*
 * Takes each --extra-opts[=][SECTION][@FILE] out of argv: what it named goes
 * to `places`, borrowed.  A new vector lives in the pool.
 */
void extra_opts_take(struct strs *places, struct pool *pool, int *argc,
		     char *const **argv);

/*
 * Puts what the sections hold (default: `name`, the plugin's) before all other
 * arguments, so that those of the command line come later and win.  When it
 * fails argv stays as it was.  Errors: ERR_USAGE, ERR_FILE.
 */
int extra_opts_insert(struct pool *pool, const char *name,
		      const struct strs *places, int *argc, char *const **argv,
		      struct deadline by, struct err *err) must_check;

#endif
