/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str -- a borrowed slice of text; never owns, never assumes a NUL. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/pool.h"

struct str {
	const char *p;
	size_t n;
};

/* Likewise for bytes: a certificate as it came, a body. */
struct bytes {
	const unsigned char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT      "%.*s"
#define STR_ARG(s)   (int)(s).n, (s).p

/* A growing list of slices. */
struct strs {
	struct str *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

static inline struct str str_from(const char *text)
{
	return (struct str){text, text ? strlen(text) : 0};
}

bool str_eq(struct str a, struct str b);
bool str_caseeq(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str head);
bool str_ends(struct str s, struct str tail);
bool str_has(struct str s, char c);
bool str_casecontains(struct str s, struct str part);
struct str str_trim(struct str s); /* blanks, tabs, line ends */

/* Split *rest at the first `sep`: returns the head, leaves the tail. */
struct str str_cut(struct str *rest, char sep);

/* Decimal digits only, no sign, no blanks; false when out of range. */
bool str_uint(struct str s, unsigned max, unsigned *out);

bool bytes_eq(struct bytes a, struct bytes b);
struct bytes bytes_dup(struct pool *pool, const void *data, size_t len);

void strs_add(struct strs *list, struct pool *pool, struct str s);

#endif
