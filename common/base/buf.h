/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf -- text or bytes under construction, bounded. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"
#include "base/str.h"

/*
 * Writes past `max` are dropped and set `full`; look once at the end, not
 * after every write.  data is always NUL-terminated.
 */
struct buf {
	struct pool *pool;
	char *data;
	size_t len, cap, max;
	bool full;
};

void buf_init(struct buf *buf, struct pool *pool, size_t max);
void buf_write(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct str buf_str(const struct buf *buf);

#endif
