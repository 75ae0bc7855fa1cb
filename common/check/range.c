/* SPDX-License-Identifier: GPL-3.0-or-later */
/* range -- read strictly: what other plugins let pass is refused here. */
#include "check/range.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>

/* Both stay below 2^53, so that their quotient is the nearest double. */
#define MANTISSA_MAX UINT64_C(100000000000000)
#define SCALE_MAX    UINT64_C(1000000000000000)

bool number_parse(struct str text, double *out)
{
	bool minus = str_starts(text, STR("-"));
	uint64_t mantissa = 0, scale = 1;
	bool point = false;

	if (minus)
		text = (struct str){text.p + 1, text.n - 1};
	/* The last byte is a digit, so that "5.", "." and "-" are none. */
	if (text.n == 0 || text.p[text.n - 1] == '.')
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		if (mantissa >= MANTISSA_MAX && !point)
			return false;
		if (mantissa >= MANTISSA_MAX || scale >= SCALE_MAX)
			continue; /* finer than any threshold */
		mantissa = mantissa * 10 + (uint64_t)(c - '0');
		if (point)
			scale *= 10;
	}
	*out = (double)mantissa / (double)scale;
	if (minus)
		*out = -*out;
	return true;
}

/* [start:][end] with the '@' taken off; "", ":" and "~" are no range. */
static bool parse_limits(struct range *range, struct str text)
{
	struct str end = text, start;

	if (str_eq(text, STR(":")))
		return false;
	if (!str_has(text, ':'))
		return number_parse(text, &range->hi);

	start = str_cut(&end, ':');
	if (str_eq(start, STR("~")))
		range->lo = -HUGE_VAL;
	else if (start.n > 0 && !number_parse(start, &range->lo))
		return false;
	return end.n == 0 || number_parse(end, &range->hi);
}

int range_parse(struct range *range, const char *text, struct err *err)
{
	struct range read = {.lo = 0, .hi = HUGE_VAL, .set = true};

	read.inside = *text == '@';
	if (!parse_limits(&read, str_from(text + read.inside)))
		return err_set(err, ERR_USAGE,
			       "'%.80s' is not a range (want [@][START:][END] "
			       "in plain numbers, such as 10, 30: or 5:10)",
			       text);
	if (read.lo > read.hi)
		return err_set(err, ERR_USAGE,
			       "'%.80s' is a range that ends before it starts",
			       text);
	*range = read;
	return 0;
}

bool range_alerts(const struct range *range, double value)
{
	bool within = range->lo <= value && value <= range->hi;

	return range->set && within == range->inside;
}

void range_write(const struct range *range, struct buf *out)
{
	bool upper_only = !isfinite(range->lo) || range->lo == 0.0;

	if (!range->set)
		return;
	if (!range->inside && upper_only && isfinite(range->hi)) {
		number_write(range->hi, out);
		return;
	}
	if (range->inside)
		buf_puts(out, "@");
	if (isfinite(range->lo))
		number_write(range->lo, out);
	else
		buf_puts(out, "~");
	buf_puts(out, ":");
	if (isfinite(range->hi))
		number_write(range->hi, out);
}

void number_write(double value, struct buf *out)
{
	double whole;
	/* Plus zero, so that -0 is written as 0. */
	double rest = modf(value < 0 ? -value : value + 0.0, &whole);
	/* The point is written apart: printf's is the locale's. */
	uint32_t millionths = (uint32_t)(rest * 1e6 + 0.5);
	int digits = 6;

	if (millionths == 1000000) {
		millionths = 0;
		whole += 1;
	}
	if (value < 0 && (whole > 0 || millionths > 0))
		buf_puts(out, "-");
	buf_printf(out, "%.0f", whole);
	if (millionths == 0)
		return;
	for (; millionths % 10 == 0; digits--)
		millionths /= 10;
	buf_printf(out, ".%0*" PRIu32, digits, millionths);
}
