/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random -- bytes nobody can guess, from the kernel: no library is started. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

#include "base/err.h"
#include "base/pool.h"

/* `digits` lower-case hex digits, at most 64; ERR_LOCAL. */
int random_hex(const char **out, struct pool *pool, size_t digits,
	       struct err *err) must_check;

/* From 0 to below - 1; 0 where the kernel gives no bytes. */
unsigned random_below(unsigned below);

#endif
