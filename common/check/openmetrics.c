/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openmetrics -- the report in the exposition format of OpenMetrics 1.0. */
#include <math.h>

#include "check/render.h"

/* Labels as they are written: two of the same are one sample. */
struct sample {
	const char *id, *where;
	enum verdict verdict;
};

static void write_family(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# TYPE um_%s gauge\n# HELP um_%s %s\n", name, name,
		   help);
}

/* Clean and escaped: backslash and quote; no line end is left by then. */
static const char *label_value(struct pool *pool, const char *text)
{
	struct buf clean, escaped;

	buf_init(&clean, pool, 2 * RENDER_FIELD_MAX);
	render_clean(&clean, str_from(text), RENDER_FIELD_MAX);
	buf_init(&escaped, pool, 4 * RENDER_FIELD_MAX);
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.data[i] == '\\' || clean.data[i] == '"')
			buf_puts(&escaped, "\\");
		buf_write(&escaped, &clean.data[i], 1);
	}
	return escaped.data;
}

/* The sample of these labels, made when there is none. */
static struct sample *sample_of(struct sample *samples, size_t *n,
				const char *id, const char *where)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(samples[i].id, id) == 0 &&
		    strcmp(samples[i].where, where) == 0)
			return &samples[i];
	samples[*n] = (struct sample){.id = id, .where = where};
	return &samples[(*n)++];
}

static void write_findings(struct buf *out, const struct report *report)
{
	struct sample *samples;
	size_t n = 0, most = 0;

	for (const struct finding *f = report->findings; f; f = f->next)
		most++;
	samples = pool_array(out->pool, most, sizeof(*samples));
	for (const struct finding *f = report->findings; f; f = f->next) {
		struct sample *sample;

		if (f->holds)
			continue;
		sample = sample_of(samples, &n, label_value(out->pool, f->id),
				   label_value(out->pool, f->where));
		sample->verdict = verdict_worse(sample->verdict, f->verdict);
	}
	if (n == 0)
		return;
	write_family(out, "finding", "State of what is broken or worth noting");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "um_finding{id=\"%s\",where=\"%s\"} %d\n",
			   samples[i].id, samples[i].where,
			   (int)samples[i].verdict);
}

/* A family may come but once: the first metric of a label is it. */
static bool is_first(const struct report *report, const struct metric *metric)
{
	const struct metric *m = report->metrics;

	while (strcmp(m->label, metric->label) != 0 || !isfinite(m->value))
		m = m->next;
	return m == metric;
}

static void write_metrics(struct buf *out, const struct report *report)
{
	for (const struct metric *m = report->metrics; m; m = m->next) {
		const char *unit = *m->unit ? m->unit : "no unit";

		if (!isfinite(m->value) || !is_first(report, m))
			continue;
		write_family(
			out, m->label,
			pool_printf(out->pool, "Measured value (%s)",
				    strcmp(unit, "s") == 0 ? "seconds" : unit));
		buf_printf(out, "um_%s ", m->label);
		number_write(m->value, out);
		buf_puts(out, "\n");
	}
}

void render_openmetrics(const struct report *report,
			const struct banner *banner, struct buf *out)
{
	(void)banner;
	write_family(out, "state",
		     "State of the check: 0 OK, 1 WARNING, 2 CRITICAL, "
		     "3 UNKNOWN");
	buf_printf(out, "um_state %d\n", (int)report_verdict(report));
	write_findings(out, report);
	write_metrics(out, report);
	buf_puts(out, "# EOF\n");
}
