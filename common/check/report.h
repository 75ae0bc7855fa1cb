/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report -- what a check found, how bad it is, and the facts behind it. */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "check/fact.h"
#include "check/range.h"

/* The numbers are the exit statuses of the plugin interface. */
enum verdict {
	VERDICT_OK = 0,
	VERDICT_WARNING = 1,
	VERDICT_CRITICAL = 2,
	VERDICT_UNKNOWN = 3,
};

const char *verdict_name(enum verdict v); /* "CRITICAL" */

/* OK < WARNING < UNKNOWN < CRITICAL: a probe that could not look is not
 * outvoted by a small worry. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

/* One --state ID=STATE: `glob` as fnmatch(3) has it. */
struct override {
	const char *glob;
	enum verdict verdict;
};

struct overrides {
	struct override *v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

struct finding {
	struct finding *next;
	enum verdict verdict; /* what it is worth after --state */
	bool holds;           /* looked at and in order: told by -v only */
	bool always;          /* told whatever the verbosity */
	const char *id;       /* of check/ids.c: "name.cn-wildcard" */
	const char *where;    /* the thing judged: "ex1.contoso.com:5061", "" */
	const char *text;     /* what was wanted, what was there */
	const char *remedy;   /* what repairs it, or NULL */
	const char *source;   /* the rule's authority, or NULL */
};

struct metric {
	struct metric *next;
	const char *label; /* snake_case, unique in 19 characters */
	const char *unit;  /* "s", "%", "c" or "" */
	double value;
	struct range warn, crit;
	double min, max; /* -HUGE_VAL, HUGE_VAL: none */
};

struct report {
	struct pool *pool;
	const struct overrides *overrides;
	const char *summary;  /* line 1 when nothing is wrong */
	const char *picture;  /* lines for -v, or NULL */
	const char *appendix; /* lines told always (a table), or NULL */
	const char *trace;    /* lines for -vvv, or NULL */
	struct fact *facts;   /* an object, never NULL */
	struct finding *findings, **findings_end;
	struct metric *metrics, **metrics_end;
};

/* `overrides` may be NULL; it is borrowed. */
struct report *report_new(struct pool *pool, const struct overrides *overrides);

/* The verdict that --state gives a broken `id`, `by_default` without one. */
enum verdict report_override(const struct report *report, const char *id,
			     enum verdict by_default);

/*
 * Something broken, or worth noting (VERDICT_OK).  `id`, `where`, remedy and
 * source are borrowed for the life of the report; `where` may be NULL when
 * there is but one thing to judge; --state is applied here.
 * The caller may fill remedy, source and always in what is returned.
 */
struct finding *report_find(struct report *report, enum verdict verdict,
			    const char *id, const char *where, const char *fmt,
			    ...) __attribute__((format(printf, 5, 6)));

/* Something that was looked at and holds.  All three are borrowed. */
void report_hold(struct report *report, const char *id, const char *where,
		 const char *text);

/* An operation failed; the kind of error decides id and verdict. */
struct finding *report_error(struct report *report, const char *where,
			     const struct err *err);

/* The same where another way was found: worth a note (VERDICT_OK). */
struct finding *report_note_error(struct report *report, const char *where,
				  const struct err *err);

/*
 * A measured value for perfdata.  It makes no finding: what a threshold means
 * is the check's to say.  The metric returned is zeroed but for label, unit,
 * value and open limits.
 */
struct metric *report_metric(struct report *report, const char *label,
			     const char *unit, double value);

/* The worst of all findings, and the first that is as bad; NULL when OK. */
enum verdict report_verdict(const struct report *report);
const struct finding *report_worst(const struct report *report);

/* How many findings are not OK. */
size_t report_broken(const struct report *report);

/* In one sentence: the worst finding with its place, or the summary. */
const char *report_headline(const struct report *report);

#endif
