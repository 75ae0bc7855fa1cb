/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_openmetrics -- the exposition format, sample by sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "made_up.h"

static const char *exposed(const struct report *report)
{
	return rendered(report, render_openmetrics, 0);
}

static struct report *sample(struct pool *pool)
{
	struct report *report = report_new(pool, NULL);

	report_find(report, VERDICT_WARNING, "crypto.key-size", "a.test:5061",
		    "RSA with 1024 bits");
	report_hold(report, "time.expired", "a.test:5061", "nothing expired");
	report_find(report, VERDICT_CRITICAL, "name.cn-wildcard", "a.test:5061",
		    "the CN is '*.test'");
	report_find(report, VERDICT_OK, "name.not-compared", "a.test:5061",
		    "no name is known");
	report_metric(report, "days_left", "", 41.5);
	report_metric(report, "connect_time", "s", 0.0125);
	return report;
}

static void openmetrics_has_state_findings_and_metrics(void **state)
{
	assert_string_equal(
		exposed(sample(*state)),
		"# TYPE um_state gauge\n"
		"# HELP um_state State of the check: 0 OK, 1 WARNING, "
		"2 CRITICAL, 3 UNKNOWN\n"
		"um_state 2\n"
		"# TYPE um_finding gauge\n"
		"# HELP um_finding State of what is broken or worth noting\n"
		"um_finding{id=\"crypto.key-size\",where=\"a.test:5061\"} 1\n"
		"um_finding{id=\"name.cn-wildcard\",where=\"a.test:5061\"} 2\n"
		"um_finding{id=\"name.not-compared\",where=\"a.test:5061\"} 0\n"
		"# TYPE um_days_left gauge\n"
		"# HELP um_days_left Measured value (no unit)\n"
		"um_days_left 41.5\n"
		"# TYPE um_connect_time gauge\n"
		"# HELP um_connect_time Measured value (seconds)\n"
		"um_connect_time 0.0125\n"
		"# EOF\n");
}

static void openmetrics_without_findings_has_no_such_family(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_hold(report, "chain.order", "a", "fine");
	assert_null(strstr(exposed(report), "finding"));
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void openmetrics_tells_the_worst_of_the_same_labels(void **state)
{
	struct report *report = report_new(*state, NULL);
	const char *text;

	report_find(report, VERDICT_WARNING, "chain.order", "a", "1");
	report_find(report, VERDICT_CRITICAL, "chain.order", "a", "2");
	report_find(report, VERDICT_UNKNOWN, "chain.order", "a", "3");
	/* Different bytes that look the same once they are clean. */
	report_find(report, VERDICT_OK, "chain.order", "b\x01", "4");
	report_find(report, VERDICT_WARNING, "chain.order", "b\x02", "5");
	text = exposed(report);
	assert_int_equal(count(text, "um_finding{"), 2);
	assert_int_equal(count(text, ",where=\"a\"} 2\n"), 1);
	assert_int_equal(count(text, ",where=\"b?\"} 1\n"), 1);
}

static void openmetrics_has_each_family_once(void **state)
{
	struct report *report = report_new(*state, NULL);
	const char *text;

	report_metric(report, "rtt", "s", (double)NAN);
	report_metric(report, "rtt", "s", 1);
	report_metric(report, "rtt", "s", 2);
	text = exposed(report);
	assert_int_equal(count(text, "# TYPE um_rtt gauge\n"), 1);
	assert_int_equal(count(text, "\num_rtt "), 1);
	assert_int_equal(count(text, "\num_rtt 1\n"), 1);
}

static void openmetrics_escapes_its_labels(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_find(report, VERDICT_WARNING, "chain.order", "a\"b\\c\nd", "1");
	assert_non_null(
		strstr(exposed(report), ",where=\"a\\\"b\\\\c?d\"} 1\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(openmetrics_has_state_findings_and_metrics),
		TEST(openmetrics_without_findings_has_no_such_family),
		TEST(openmetrics_tells_the_worst_of_the_same_labels),
		TEST(openmetrics_has_each_family_once),
		TEST(openmetrics_escapes_its_labels),
	};

	return cmocka_run_group_tests_name("openmetrics", tests, NULL, NULL);
}
