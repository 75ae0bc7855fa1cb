/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt -- command lines declared as tables. */
#ifndef CHECK_OPT_H
#define CHECK_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "check/range.h"

struct opt;

/*
 * How a value is read into its field.  `arg` is NULL where takes_value is
 * false; err's text says what would be right, without the option's name.
 */
struct opt_type {
	bool takes_value;
	bool repeats; /* each use adds; else the last one wins */
	int (*read)(const struct opt *opt, void *field, struct pool *pool,
		    const char *arg, struct err *err);
};

extern const struct opt_type opt_flag;    /* bool */
extern const struct opt_type opt_count;   /* int, each use adds one */
extern const struct opt_type opt_text;    /* const char *, not empty */
extern const struct opt_type opt_texts;   /* struct strs */
extern const struct opt_type opt_number;  /* unsigned, up to 65535 */
extern const struct opt_type opt_ports;   /* struct ports, comma separated */
extern const struct opt_type opt_seconds; /* usec, given as "2" or "0.5" */
extern const struct opt_type opt_pause;   /* the same, and 0 */
extern const struct opt_type opt_range;   /* struct range */
extern const struct opt_type opt_choice;  /* const void *, one of .choices */

struct ports {
	uint16_t *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

struct opt_choice {
	const char *name;
	const void *value;
};

struct opt {
	char letter; /* 0: none */
	const char *name;
	const struct opt_type *type;
	size_t offset;      /* into the set's struct, beside the group's */
	const char *arg;    /* what --help calls the value */
	const char *preset; /* read like an argument, shown by --help */
	const char *help;   /* a line; without the preset */
	const struct opt_choice *choices; /* ends with .name == NULL */
	bool hidden;                      /* left out of --help */
	bool not_scheduled; /* for people: left out of engine commands */
	bool gathers;       /* more words may follow: "--file *.pem" */
};

/* A table and where in its struct the part that it fills begins. */
struct opt_group {
	const char *title;      /* NULL: goes on with the group before it */
	const struct opt *opts; /* ends with .name == NULL */
	size_t offset;
};

/* Groups (ending with .opts == NULL) and the zeroed struct that they fill. */
struct opt_set {
	const struct opt_group *groups;
	void *config;
};

/*
 * Reads -x VALUE, -xVALUE, -xyz for flags, --long VALUE, --long=VALUE; "--"
 * ends.  Other words belong to the option before them if it gathers.  What no
 * argument filled gets its preset.  `sets` ends with .groups == NULL.  Texts
 * are borrowed from argv.  All arguments are read even when one is bad, so that
 * --output is known; the first error is told (ERR_USAGE).
 */
int opt_parse(const struct opt_set *sets, struct pool *pool, int argc,
	      char *const *argv, struct err *err) must_check;

/*
 * Whether several values are given by using the option several times.  A list
 * of ports is one value with commas.
 */
bool opt_may_repeat(const struct opt *opt);

/* The options part of --help, 80 columns wide. */
void opt_help(const struct opt_set *sets, struct buf *out);

/*
 * How many letters lie between what was typed and a name it may have meant;
 * SIZE_MAX when the two are not alike.
 */
size_t opt_distance(const char *typed, const char *name);

#endif
