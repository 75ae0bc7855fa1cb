/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file -- a local file read whole: bounded, within the deadline. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"

#define FILE_MAX ((size_t)16 << 20) /* certificates, keys, options */

/*
 * `path` may be "-" for standard input, a pipe or a FIFO: then the deadline
 * bounds the wait for its writer.  *out lives in the pool and is followed by
 * a NUL that does not count.  Errors: ERR_FILE, with the path in the text.
 */
int file_read(struct bytes *out, struct pool *pool, const char *path,
	      size_t max, struct deadline by, struct err *err) must_check;

/* Whether it is a regular file that every user of this host may read. */
bool file_is_exposed(const char *path);

#endif
