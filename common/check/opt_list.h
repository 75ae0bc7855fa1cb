/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt_list -- the option tables as facts, for what is made from them. */
#ifndef CHECK_OPT_LIST_H
#define CHECK_OPT_LIST_H

#include "check/check.h"

/*
 * {name, title, summary, version, options[{group, letter, name, value, repeats,
 * gathers, scheduled, choices[], preset, help}]}, of what --help shows: letter,
 * value, preset are null and choices is empty where there are none.
 */
const struct fact *opt_list(const struct check *check,
			    const struct opt_set *sets, struct pool *pool);

#endif
