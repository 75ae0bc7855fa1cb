/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str -- slices compared, trimmed, cut; none of it depends on the locale. */
#include "base/str.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_caseeq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool str_starts(struct str s, struct str head)
{
	return s.n >= head.n && str_eq((struct str){s.p, head.n}, head);
}

bool str_ends(struct str s, struct str tail)
{
	return s.n >= tail.n &&
	       str_eq((struct str){s.p + (s.n - tail.n), tail.n}, tail);
}

bool str_has(struct str s, char c)
{
	return s.n > 0 && memchr(s.p, c, s.n) != NULL;
}

bool str_casecontains(struct str s, struct str part)
{
	for (size_t i = 0; i + part.n <= s.n; i++)
		if (str_caseeq((struct str){s.p + i, part.n}, part))
			return true;
	return false;
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut(struct str *rest, char sep)
{
	const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	struct str head = *rest;

	if (!at) {
		*rest = (struct str){0};
		return head;
	}
	head.n = (size_t)(at - rest->p);
	rest->p = at + 1;
	rest->n -= head.n + 1;
	return head;
}

bool str_uint(struct str s, unsigned max, unsigned *out)
{
	uint64_t value = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(s.p[i] - '0');
		if (value > max)
			return false;
	}
	*out = (unsigned)value;
	return true;
}

bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

struct bytes bytes_dup(struct pool *pool, const void *data, size_t len)
{
	return (struct bytes){
		(const unsigned char *)pool_strndup(pool, data, len), len};
}

void strs_add(struct strs *list, struct pool *pool, struct str s)
{
	list->v = pool_grow(pool, list->v, &list->cap,
			    (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = s;
}
