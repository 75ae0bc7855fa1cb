/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source -- one byte a decision, so that mutations stay local. */
#include "source.h"

unsigned source_byte(struct source *source)
{
	if (source->n == 0)
		return 0;
	source->n--;
	return *source->p++;
}

unsigned source_below(struct source *source, unsigned below)
{
	return source_byte(source) % below;
}

bool source_flag(struct source *source)
{
	return source_byte(source) & 1;
}

uint64_t source_number(struct source *source)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | source_byte(source);
	return number;
}

struct str source_text(struct source *source, struct pool *pool)
{
	size_t n = source_byte(source);
	const char *p = (const char *)source->p;

	if (n > source->n)
		n = source->n;
	source->p += n;
	source->n -= n;
	return (struct str){pool_strndup(pool, p, n), n};
}

const char *source_cstring(struct source *source, struct pool *pool)
{
	return source_text(source, pool).p;
}
