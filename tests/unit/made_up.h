/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_up -- a pool, a command line and a report for the tests of check/. */
#ifndef UNIT_MADE_UP_H
#define UNIT_MADE_UP_H

#include "check/opt.h"
#include "check/render.h"

/* Set-up and tear-down of cmocka: *state is a pool. */
int make_pool(void **state);
int drop_pool(void **state);

#define WORDS_MAX 16

/* What the made-up options fill; one of every type. */
struct config {
	const char *host;
	struct strs files;
	struct ports ports;
	struct range warn;
	usec interval;
	const void *profile;
	bool legacy, plain;
	int level;
	bool list;
};

extern const int first_profile, second_profile; /* of --profile */
extern const struct opt_group made_up_groups[];

/* The words of `line`, which are parted by one blank each; their number. */
int split(struct pool *pool, const char *line, char *words[WORDS_MAX]);

/* A report with one of everything. */
struct report *made_up_report(struct pool *pool);

/* What a renderer makes of it, for a plugin called check_fake. */
const char *rendered(const struct report *report, render_fn *render,
		     int verbosity);

#endif
