/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool -- an arena of chunks; in a debug build every allocation is a chunk. */
#include "config.h"

#include "base/pool.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#ifdef POOL_DEBUG
#define CHUNK_FIRST ((size_t)0) /* sanitizers and valgrind see each one */
#define CHUNK_MAX   ((size_t)0)
#else
#define CHUNK_FIRST ((size_t)4 * 1024) /* many pools hold one message */
#define CHUNK_MAX   ((size_t)32 * 1024)
#endif

struct chunk {
	struct chunk *next;
	size_t used, size; /* of data */
	max_align_t data[];
};

struct pool {
	struct chunk *chunks; /* the first one has room */
};

static size_t aligned(size_t size)
{
	const size_t unit = sizeof(max_align_t);

	if (size > SIZE_MAX / 2)
		memory_out();
	return (size + unit - 1) / unit * unit;
}

struct pool *pool_new(void)
{
	struct pool *pool = memory_take(sizeof(*pool));

	*pool = (struct pool){0};
	return pool;
}

void pool_free(struct pool *pool)
{
	struct chunk *next;

	if (!pool)
		return;
	for (struct chunk *chunk = pool->chunks; chunk; chunk = next) {
		next = chunk->next;
		explicit_bzero(chunk->data, chunk->used);
		memory_release(chunk);
	}
	memory_release(pool);
}

/* Not zeroed: a page of it that nobody uses is never touched. */
static struct chunk *chunk_new(struct chunk *next, size_t size)
{
	struct chunk *chunk = memory_take(sizeof(*chunk) + size);

	chunk->next = next;
	chunk->used = 0;
	chunk->size = size;
	return chunk;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Each chunk twice as large as the one before. */
static size_t next_size(const struct chunk *last)
{
	if (!last || last->size < CHUNK_FIRST)
		return CHUNK_FIRST;
	return last->size < CHUNK_MAX / 2 ? 2 * last->size : CHUNK_MAX;
}

void *pool_zalloc(struct pool *pool, size_t size)
{
	struct chunk *chunk = pool->chunks;
	size_t need = aligned(size ? size : 1);
	char *place;

#ifdef POOL_DEBUG
	need = size ? size : 1; /* so that one byte too far is seen */
#endif
	if (!chunk || chunk->size - chunk->used < need) {
		chunk = chunk_new(chunk, larger(need, next_size(chunk)));
		pool->chunks = chunk;
	}
	place = (char *)chunk->data + chunk->used;
	chunk->used += need;
	return memset(place, 0, need);
}

void *pool_room(struct pool *pool, size_t size)
{
	/* Behind the one that has room. */
	struct chunk **at = pool->chunks ? &pool->chunks->next : &pool->chunks;
	struct chunk *chunk = chunk_new(*at, aligned(size));

	/* Full for pool_zalloc(), empty for pool_free(). */
	chunk->size = 0;
	*at = chunk;
	return chunk->data;
}

void *pool_array(struct pool *pool, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		memory_out();
	return pool_zalloc(pool, n * size);
}

void *pool_grow(struct pool *pool, void *old, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap : 64;
	void *place;

	if (size <= *cap)
		return old;
	while (want < size)
		want = want > SIZE_MAX / 2 ? size : want * 2;
	place = pool_zalloc(pool, want);
	if (*cap)
		memcpy(place, old, *cap);
	*cap = want;
	return place;
}

char *pool_strndup(struct pool *pool, const char *text, size_t len)
{
	char *copy = pool_zalloc(pool, len + 1);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *pool_printf(struct pool *pool, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return pool_strndup(pool, "", 0);

	text = pool_zalloc(pool, (size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return text;
}
