/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool -- memory that lives exactly as long as one check. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

/*
 * Everything a check learns is allocated from one pool and released with it.
 * No function here returns NULL: see base/memory.h.
 * A pool belongs to one thread at a time.
 */
struct pool;

struct pool *pool_new(void);

/* Wipes what it releases, so keys and passwords end here at the latest. */
void pool_free(struct pool *pool); /* NULL is fine */

void *pool_zalloc(struct pool *pool, size_t size);

/*
 * Neither zeroed nor wiped: room for what is received, of which mostly little
 * is used.  The rest of it then costs nothing.
 */
void *pool_room(struct pool *pool, size_t size);

/* `n` zeroed elements of `size` bytes; the product may not overflow. */
void *pool_array(struct pool *pool, size_t n, size_t size);

/*
 * `old` of *cap bytes made at least `size` bytes long, doubling; *cap is
 * updated.  The old contents are copied, the old place stays in the pool.
 */
void *pool_grow(struct pool *pool, void *old, size_t *cap, size_t size);

char *pool_strndup(struct pool *pool, const char *text, size_t len);
char *pool_printf(struct pool *pool, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
