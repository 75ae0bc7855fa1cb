/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_render -- reports with hostile text in every place that text has. */
#include <math.h>
#include <string.h>

#include "check/ids.h"
#include "fuzz.h"
#include "source.h"

#define FINDINGS_MAX 12
#define METRICS_MAX  8
#define FACTS_MAX    24
#define DEPTH_MAX    6

/* Short ones, and such as are cut. */
static const char *any_text(struct source *source, struct pool *pool)
{
	const char *text = source_cstring(source, pool);
	const unsigned times = source_below(source, 16);
	struct buf out;

	if (times < 12)
		return text;
	buf_init(&out, pool, 4096);
	for (unsigned i = 0; i < times * times; i++)
		buf_puts(&out, text);
	return out.data;
}

static const char *any_id(struct source *source)
{
	size_t n = 0;

	while (finding_ids[n])
		n++;
	return finding_ids[source_byte(source) % n];
}

static void add_findings(struct report *report, struct source *source)
{
	const unsigned n = source_below(source, FINDINGS_MAX);

	for (unsigned i = 0; i < n; i++) {
		const char *id = any_id(source);
		const char *where = any_text(source, report->pool);
		const char *text = any_text(source, report->pool);
		const unsigned how = source_byte(source);
		struct finding *finding;

		if (how % 8 == 7) {
			report_hold(report, id, where, text);
			continue;
		}
		finding = report_find(report, (enum verdict)(how % 4), id,
				      how & 8 ? where : NULL, "%s", text);
		finding->always = how & 16;
		if (how & 32)
			finding->remedy = any_text(source, report->pool);
		if (how & 64)
			finding->source = any_text(source, report->pool);
	}
}

/* Infinite, no number, or what time, days and counts come to at most: JSON has
 * no digits to spare at the very end of what a double holds. */
static double any_value(struct source *source)
{
	const uint64_t bits = source_number(source);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return isfinite(value) ? fmod(value, 1e18) : value;
}

static struct range any_range(struct source *source)
{
	const double a = any_value(source), b = any_value(source);

	return (struct range){
		.lo = a <= b ? a : -HUGE_VAL,
		.hi = a <= b ? b : HUGE_VAL,
		.inside = source_flag(source),
		.set = source_flag(source),
	};
}

static void add_metrics(struct report *report, struct source *source)
{
	/* Labels and units are ours, never a peer's. */
	static const char *const labels[] = {"time", "days_left", "sends",
					     "hops_ok"};
	static const char *const units[] = {"s", "%", "c", ""};
	const unsigned n = source_below(source, METRICS_MAX);

	for (unsigned i = 0; i < n; i++) {
		struct metric *metric = report_metric(
			report, labels[source_below(source, 4)],
			units[source_below(source, 4)], any_value(source));

		metric->warn = any_range(source);
		metric->crit = any_range(source);
		metric->min = any_value(source);
		metric->max = any_value(source);
	}
}

static void add_fact(struct fact *parent, struct pool *pool,
		     struct source *source, unsigned depth)
{
	static const char *const names[] = {"chain", "tls", "hops", "answer"};
	const char *name = parent->type == FACT_LIST
				   ? NULL
				   : names[source_below(source, 4)];
	const unsigned what = source_below(source, 8);

	switch (what) {
	case 0:
		fact_integer(parent, pool, name,
			     (int64_t)source_number(source));
		break;
	case 1:
		fact_number(parent, pool, name, any_value(source));
		break;
	case 2:
		fact_bool(parent, pool, name, source_flag(source));
		break;
	case 3:
		/* What a certificate can say: up to the year 9999. */
		fact_time(parent, pool, name,
			  (time_t)(source_number(source) % 253402300800));
		break;
	case 4:
		fact_text(parent, pool, name, (struct str){0});
		break;
	case 5:
	case 6:
		parent = fact_add(parent, pool, name,
				  what == 5 ? FACT_LIST : FACT_OBJECT);
		for (unsigned n = source_below(source, 4);
		     n > 0 && depth < DEPTH_MAX; n--)
			add_fact(parent, pool, source, depth + 1);
		break;
	default:
		fact_text(parent, pool, name, source_text(source, pool));
	}
}

static struct overrides any_overrides(struct source *source, struct pool *pool)
{
	static const char *const globs[] = {"*", "crypto.*", "net.timeout",
					    "*.[a-m]*"};
	const size_t n = source_below(source, 3);
	struct overrides overrides = {
		.v = pool_array(pool, n, sizeof(struct override)),
	};

	for (; overrides.n < n; overrides.n++)
		overrides.v[overrides.n] = (struct override){
			globs[source_below(source, 4)],
			(enum verdict)source_below(source, 4),
		};
	return overrides;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct source source = {data, size};
	const unsigned which = source_byte(&source);
	const unsigned parts = source_byte(&source);
	const struct overrides overrides = any_overrides(&source, pool);
	struct report *report = report_new(pool, &overrides);

	if (parts & 1)
		report->summary = any_text(&source, pool);
	if (parts & 2)
		report->picture = any_text(&source, pool);
	if (parts & 4)
		report->appendix = any_text(&source, pool);
	if (parts & 8)
		report->trace = any_text(&source, pool);
	add_findings(report, &source);
	add_metrics(report, &source);
	for (unsigned n = source_below(&source, FACTS_MAX); n > 0; n--)
		add_fact(report->facts, pool, &source, 0);
	promise_report(report, which);
	pool_free(pool);
	return 0;
}
