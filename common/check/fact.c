/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact -- a tree grown in its pool, children in the order they were added. */
#include "check/fact.h"

#include <inttypes.h>
#include <math.h>

#include "base/date.h"

struct fact *fact_root(struct pool *pool, enum fact_type type)
{
	struct fact *fact = pool_zalloc(pool, sizeof(*fact));

	fact->type = type;
	fact->children_end = &fact->children;
	return fact;
}

struct fact *fact_add(struct fact *parent, struct pool *pool, const char *name,
		      enum fact_type type)
{
	struct fact *fact = fact_root(pool, type);

	fact->name = name;
	*parent->children_end = fact;
	parent->children_end = &fact->next;
	return fact;
}

void fact_text(struct fact *parent, struct pool *pool, const char *name,
	       struct str text)
{
	enum fact_type type = text.p ? FACT_TEXT : FACT_NULL;

	fact_add(parent, pool, name, type)->text = text;
}

void fact_integer(struct fact *parent, struct pool *pool, const char *name,
		  int64_t value)
{
	fact_add(parent, pool, name, FACT_INTEGER)->integer = value;
}

void fact_number(struct fact *parent, struct pool *pool, const char *name,
		 double value)
{
	enum fact_type type = isfinite(value) ? FACT_NUMBER : FACT_NULL;

	fact_add(parent, pool, name, type)->number = value;
}

void fact_bool(struct fact *parent, struct pool *pool, const char *name,
	       bool value)
{
	fact_add(parent, pool, name, FACT_BOOL)->truth = value;
}

void fact_time(struct fact *parent, struct pool *pool, const char *name,
	       time_t value)
{
	const struct date d = date_from(value);

	fact_text(parent, pool, name,
		  str_from(pool_printf(
			  pool, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ",
			  d.year, d.month, d.day, d.hour, d.minute, d.second)));
}
