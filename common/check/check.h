/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check -- one check as a value: what it is called, what it takes, what it
 * does.
 *
 * A plugin is a check with a main() around it (plugins/main.c, compiled once
 * per check); a later program runs many checks of one process side by side.
 * So a check keeps everything it knows in its run, and nothing in globals.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/clock.h"
#include "base/pool.h"
#include "check/fact.h"
#include "check/opt.h"
#include "check/render.h"
#include "check/report.h"

/* Everything one execution owns; dies with its pool. */
struct run {
	struct pool *pool;
	struct report *report;
	struct deadline by;
	int verbosity; /* a hint what to trace; the renderer decides */
};

struct check {
	const char *name;            /* "check_um_cert" */
	const char *title;           /* "UM_CERT", first word of the output */
	const char *summary;         /* the question it answers, for --help */
	const char *const *examples; /* ends with NULL */
	const struct opt_group *groups; /* ends with .opts == NULL */
	size_t config_size;

	/* Contradictions between options: ERR_USAGE.  May complete config.
	 * The member may be NULL. */
	int (*validate)(struct pool *pool, void *config, struct err *err);

	/* Answers what needs no run (a list of rules), exit 0; NULL when
	 * nothing of the kind was asked.  Called after validate.  The member
	 * may be NULL. */
	const struct fact *(*tell)(struct pool *pool, const void *config);

	void (*run)(struct run *run, const void *config);
};

/*
 * The whole of main(): answers --help and --version, runs, writes the report
 * once to stdout, returns the exit status.  Threads may call it side by side
 * but for the shared stdout.
 */
int check_main(const struct check *check, int argc, char **argv);

/* The same with the output in `out`: what tests and many-check programs use. */
int check_execute(const struct check *check, struct pool *pool, int argc,
		  char *const *argv, struct buf *out);

#endif
