/* SPDX-License-Identifier: GPL-3.0-or-later */
/* range -- the threshold notation of monitoring plugins: [@][start:][end] */
#ifndef CHECK_RANGE_H
#define CHECK_RANGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct range {
	double lo, hi; /* -HUGE_VAL, HUGE_VAL where open */
	bool inside;   /* '@': alert within rather than without */
	bool set;      /* false: never alerts */
};

int range_parse(struct range *range, const char *text,
		struct err *err) must_check;
bool range_alerts(const struct range *range, double value);

/*
 * As perfdata has it.  A range with only an upper limit becomes that plain
 * number: Icinga 2 drops every other form.
 */
void range_write(const struct range *range, struct buf *out);

/* A finite number: plain decimal to six places, whatever the locale. */
void number_write(double value, struct buf *out);

/*
 * "-12.5", "10", ".5": digits with one point and a minus at most.  Signs of
 * plus, exponents, hex, inf, nan, blanks and "5." are false, and so is what
 * has more than 15 digits before the point.
 */
bool number_parse(struct str text, double *out);

#endif
