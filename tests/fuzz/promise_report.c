/* SPDX-License-Identifier: GPL-3.0-or-later */
/* promise_report -- what holds of every output, whatever the report says. */
#include <jansson.h>
#include <string.h>

#include "check/render.h"
#include "fuzz.h"
#include "pki/profile.h"

#define LINE_COLUMNS 120 /* of line 1, perfdata aside */
#define OUTPUT_MAX   ((size_t)1 << 20)

static struct banner banner_of(int verbosity)
{
	return (struct banner){
		.name = "check_um_cert",
		.title = "UM_CERT",
		.version = "0",
		.verbosity = verbosity,
	};
}

static size_t columns(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

static void promise_text(const struct report *report, int verbosity)
{
	const struct banner banner = banner_of(verbosity);
	struct str rest, line;
	struct buf out;

	buf_init(&out, report->pool, OUTPUT_MAX);
	render_text(report, &banner, &out);
	promise_harmless(&out);
	promise(verbosity >= 2 || out.len <= RENDER_TEXT_MAX,
		"text stays below what engines keep");
	rest = buf_str(&out);
	promise(str_ends(rest, STR("\n")), "text ends with a line end");
	line = str_cut(&rest, '\n');
	promise(str_starts(line, STR("UM_CERT ")), "line 1 has the title");
	promise(columns(str_cut(&line, '|')) <= LINE_COLUMNS + 1,
		"line 1 is short");
	promise(!str_has(rest, '|'), "perfdata stands in line 1");
}

static void promise_json(const struct report *report)
{
	const struct banner banner = banner_of(0);
	json_error_t error;
	struct buf out;
	json_t *read;

	buf_init(&out, report->pool, OUTPUT_MAX);
	render_json(report, &banner, &out);
	read = json_loadb(out.data, out.len, 0, &error);
	promise(read && json_is_object(read), "JSON is one object");
	json_decref(read);
}

static void promise_openmetrics(const struct report *report)
{
	const struct banner banner = banner_of(0);
	struct buf out;
	struct str rest;

	buf_init(&out, report->pool, OUTPUT_MAX);
	render_openmetrics(report, &banner, &out);
	rest = buf_str(&out);
	promise(str_ends(rest, STR("\n# EOF\n")), "OpenMetrics ends");
	promise_harmless(&out);
	while (rest.n > 0) {
		const struct str line = str_cut(&rest, '\n');

		promise(str_starts(line, STR("um_")) ||
				str_starts(line, STR("# TYPE um_")) ||
				str_starts(line, STR("# HELP um_")) ||
				(str_eq(line, STR("# EOF")) && rest.n == 0),
			"OpenMetrics has no other lines");
	}
}

void promise_report(const struct report *report, unsigned which)
{
	switch (which % 6) {
	case 4:
		promise_json(report);
		break;
	case 5:
		promise_openmetrics(report);
		break;
	default:
		promise_text(report, (int)(which % 6));
	}
}

void promise_judgement(struct pool *pool, const struct evidence *evidence,
		       unsigned which)
{
	struct str expected = STR("um1.contoso.test");
	const struct demands demands = {.expected = {.v = &expected, .n = 1}};
	const struct trial trial = {evidence, &demands,
				    &profiles[which % PROFILES]};
	struct report *report = report_new(pool, NULL);

	profile_judge(&trial, "um1.contoso.test:5061", report);
	cert_facts(evidence->chain[0], pool, report->facts);
	promise_report(report, which);
}
