/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact -- what was seen, as a tree that JSON and -vv print alike. */
#ifndef CHECK_FACT_H
#define CHECK_FACT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/pool.h"
#include "base/str.h"

enum fact_type {
	FACT_OBJECT, /* named children */
	FACT_LIST,   /* children without names */
	FACT_TEXT,
	FACT_INTEGER,
	FACT_NUMBER,
	FACT_BOOL,
	FACT_NULL,
};

struct fact {
	struct fact *next;
	const char *name; /* NULL in a list and at the root */
	enum fact_type type;
	struct str text; /* as it came; renderers neutralise it */
	int64_t integer;
	double number;
	bool truth;
	struct fact *children, **children_end;
};

/* A root, without a parent. */
struct fact *fact_root(struct pool *pool, enum fact_type type);

/*
 * Each appends to `parent`; name and text are borrowed, name is NULL when
 * parent is a list.  A number that is not finite becomes null.
 */
struct fact *fact_add(struct fact *parent, struct pool *pool, const char *name,
		      enum fact_type type);
void fact_text(struct fact *parent, struct pool *pool, const char *name,
	       struct str text); /* .p == NULL: null */
void fact_integer(struct fact *parent, struct pool *pool, const char *name,
		  int64_t value);
void fact_number(struct fact *parent, struct pool *pool, const char *name,
		 double value);
void fact_bool(struct fact *parent, struct pool *pool, const char *name,
	       bool value);
void fact_time(struct fact *parent, struct pool *pool, const char *name,
	       time_t value); /* ISO 8601, UTC */

#endif
