/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report -- findings in the order they were made, and what they are worth. */
#include "check/report.h"

#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* What each kind of error tells the operator, unless --state says else. */
static const struct meaning {
	const char *id;
	enum verdict verdict;
} meanings[ERR_KINDS] = {
	[ERR_NONE] = {"local.system", VERDICT_UNKNOWN},
	[ERR_USAGE] = {"local.usage", VERDICT_UNKNOWN},
	[ERR_FILE] = {"local.file", VERDICT_UNKNOWN},
	[ERR_LOCAL] = {"local.system", VERDICT_UNKNOWN},
	[ERR_NO_TIME] = {"net.not-tried", VERDICT_UNKNOWN},
	[ERR_NO_NAME] = {"dns.nxdomain", VERDICT_CRITICAL},
	[ERR_NO_RESOLVER] = {"dns.no-answer", VERDICT_UNKNOWN},
	[ERR_REFUSED] = {"net.refused", VERDICT_CRITICAL},
	[ERR_UNREACHABLE] = {"net.unreachable", VERDICT_CRITICAL},
	[ERR_RESET] = {"net.reset", VERDICT_CRITICAL},
	[ERR_TIMEOUT] = {"net.timeout", VERDICT_CRITICAL},
	[ERR_HANDSHAKE] = {"tls.handshake", VERDICT_CRITICAL},
	[ERR_ALERT] = {"tls.alert", VERDICT_CRITICAL},
	[ERR_CERT_REQUIRED] = {"tls.client-cert-required", VERDICT_CRITICAL},
	[ERR_CERT_REFUSED] = {"tls.client-cert-refused", VERDICT_CRITICAL},
	[ERR_PROTOCOL] = {"tls.handshake", VERDICT_CRITICAL},
};

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_OK] = "OK",
		[VERDICT_WARNING] = "WARNING",
		[VERDICT_CRITICAL] = "CRITICAL",
		[VERDICT_UNKNOWN] = "UNKNOWN",
	};

	return names[v];
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	static const int badness[] = {
		[VERDICT_OK] = 0,
		[VERDICT_WARNING] = 1,
		[VERDICT_UNKNOWN] = 2,
		[VERDICT_CRITICAL] = 3,
	};

	return badness[b] > badness[a] ? b : a;
}

struct report *report_new(struct pool *pool, const struct overrides *overrides)
{
	struct report *report = pool_zalloc(pool, sizeof(*report));

	report->pool = pool;
	report->overrides = overrides;
	report->summary = "everything looked at is in order";
	report->facts = fact_root(pool, FACT_OBJECT);
	report->findings_end = &report->findings;
	report->metrics_end = &report->metrics;
	return report;
}

enum verdict report_override(const struct report *report, const char *id,
			     enum verdict by_default)
{
	size_t n = report->overrides ? report->overrides->n : 0;

	while (n-- > 0)
		if (fnmatch(report->overrides->v[n].glob, id, 0) == 0)
			return report->overrides->v[n].verdict;
	return by_default;
}

static struct finding *add(struct report *report, const char *id,
			   const char *where)
{
	struct finding *finding = pool_zalloc(report->pool, sizeof(*finding));

	finding->id = id;
	finding->where = where ? where : "";
	*report->findings_end = finding;
	report->findings_end = &finding->next;
	return finding;
}

struct finding *report_find(struct report *report, enum verdict verdict,
			    const char *id, const char *where, const char *fmt,
			    ...)
{
	struct finding *finding = add(report, id, where);
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = pool_zalloc(report->pool, len < 0 ? 1 : (size_t)len + 1);
	if (len > 0) {
		va_start(ap, fmt);
		vsnprintf(text, (size_t)len + 1, fmt, ap);
		va_end(ap);
	}
	finding->text = text;
	finding->verdict = report_override(report, id, verdict);
	return finding;
}

void report_hold(struct report *report, const char *id, const char *where,
		 const char *text)
{
	struct finding *finding = add(report, id, where);

	finding->holds = true;
	finding->text = text;
}

struct finding *report_error(struct report *report, const char *where,
			     const struct err *err)
{
	const struct meaning *meaning = &meanings[err->kind];

	return report_find(report, meaning->verdict, meaning->id, where, "%s",
			   err->text);
}

struct finding *report_note_error(struct report *report, const char *where,
				  const struct err *err)
{
	return report_find(report, VERDICT_OK, meanings[err->kind].id, where,
			   "%s", err->text);
}

struct metric *report_metric(struct report *report, const char *label,
			     const char *unit, double value)
{
	struct metric *metric = pool_zalloc(report->pool, sizeof(*metric));

	metric->label = label;
	metric->unit = unit;
	metric->value = value;
	metric->min = -HUGE_VAL;
	metric->max = HUGE_VAL;
	*report->metrics_end = metric;
	report->metrics_end = &metric->next;
	return metric;
}

enum verdict report_verdict(const struct report *report)
{
	enum verdict worst = VERDICT_OK;

	for (const struct finding *f = report->findings; f; f = f->next)
		worst = verdict_worse(worst, f->verdict);
	return worst;
}

const struct finding *report_worst(const struct report *report)
{
	enum verdict worst = report_verdict(report);
	const struct finding *f = report->findings;

	if (worst == VERDICT_OK)
		return NULL;
	while (f->verdict != worst)
		f = f->next;
	return f;
}

size_t report_broken(const struct report *report)
{
	size_t n = 0;

	for (const struct finding *f = report->findings; f; f = f->next)
		if (f->verdict != VERDICT_OK)
			n++;
	return n;
}

const char *report_headline(const struct report *report)
{
	const struct finding *worst = report_worst(report);

	if (!worst)
		return report->summary;
	if (!*worst->where)
		return worst->text;
	return pool_printf(report->pool, "%s: %s", worst->where, worst->text);
}
