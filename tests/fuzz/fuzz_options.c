/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_options -- values of the command line, names, and text made harmless. */
#include <math.h>
#include <string.h>

#include "check/ids.h"
#include "check/range.h"
#include "check/render.h"
#include "fuzz.h"
#include "net/addr.h"
#include "pki/lifetime.h"
#include "pki/name.h"

static void try_range(struct pool *pool, const char *text)
{
	struct range range;
	struct err err;
	struct buf out;

	buf_init(&out, pool, 4096);
	if (range_parse(&range, text, &err)) {
		promise(err.kind == ERR_USAGE, "a bad range is an ERR_USAGE");
		return;
	}
	promise(range.lo <= range.hi, "a range has an order");
	promise(!isnan(range.lo) && !isnan(range.hi), "no range is NaN");
	range_alerts(&range, 0);
	range_write(&range, &out);
	promise(!strpbrk(out.data, " ,eEnN|"), "a range is plain decimal");
}

static void try_values(struct pool *pool, const char *text)
{
	struct lifetime_range lifetime = {0};
	struct override override;
	struct addr addr;
	struct err err;
	unsigned number;

	if (opt_lifetime_range.read(NULL, &lifetime, pool, text, &err) == 0)
		promise(lifetime.range.lo <= lifetime.range.hi,
			"a threshold has an order");
	if (override_parse(&override, pool, text, &err) == 0)
		promise(override.verdict <= VERDICT_UNKNOWN,
			"an override is a state");
	if (str_uint(str_from(text), 65535, &number))
		promise(number <= 65535, "a number keeps its limit");
	if (addr_from_literal(&addr, text, 5061)) {
		char room[ADDR_TEXT_MAX];

		promise(strlen(addr_text(&addr, room)) < ADDR_TEXT_MAX,
			"an address has room");
		promise(addr_port(&addr) == 5061, "an address keeps its port");
	}
}

static void try_names(struct str presented, struct str expected)
{
	struct err err;

	name_objection(presented);
	name_of_sip_uri(presented);
	name_is_address(presented);
	name_within(presented, expected);
	if (name_check_expected(expected, &err))
		return;
	promise(!name_is_wildcard(expected), "nobody expects a wildcard");
	if (name_covers(presented, expected, WILDCARD_NEVER)) {
		promise(!name_is_wildcard(presented), "a wildcard covers none");
		promise(name_covers(presented, expected, WILDCARD_LEFTMOST),
			"what matches whole matches");
	}
	if (name_covers(presented, expected, WILDCARD_LEFTMOST))
		promise(!str_has(presented, '\0'), "no NUL in what covers");
}

static void try_clean(struct pool *pool, struct str text)
{
	struct buf once, twice;

	buf_init(&once, pool, 3 * RENDER_FIELD_MAX);
	buf_init(&twice, pool, 3 * RENDER_FIELD_MAX);
	render_clean(&once, text, RENDER_FIELD_MAX);
	promise_harmless(&once);
	promise(!strpbrk(once.data, "|\n"), "neither bar nor line end");
	promise(once.len <= RENDER_FIELD_MAX + 3, "length is bounded");
	render_clean(&twice, buf_str(&once), 2 * RENDER_FIELD_MAX);
	promise(str_eq(buf_str(&once), buf_str(&twice)), "clean stays clean");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	char *text = pool_strndup(pool, (const char *)data, size);
	struct str rest = {text, size};
	struct str head = str_cut(&rest, '\n');

	try_range(pool, text);
	try_values(pool, text);
	try_names(head, rest);
	try_clean(pool, (struct str){text, size});
	pool_free(pool);
	return 0;
}
