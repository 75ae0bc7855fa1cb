/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_report -- what findings are worth, alone, together, and by --state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "check/ids.h"
#include "check/report.h"
#include "pooled.h"

static void unknown_is_worse_than_warning_and_less_than_critical(void **state)
{
	static const enum verdict order[] = {VERDICT_OK, VERDICT_WARNING,
					     VERDICT_UNKNOWN, VERDICT_CRITICAL};

	(void)state;
	for (size_t a = 0; a < 4; a++)
		for (size_t b = 0; b < 4; b++)
			assert_int_equal(verdict_worse(order[a], order[b]),
					 order[a > b ? a : b]);
}

static void verdicts_are_the_exit_statuses_of_plugins(void **state)
{
	static const char *const names[] = {"OK", "WARNING", "CRITICAL",
					    "UNKNOWN"};

	(void)state;
	for (int status = 0; status < 4; status++)
		assert_string_equal(verdict_name((enum verdict)status),
				    names[status]);
}

static void an_empty_report_is_ok(void **state)
{
	struct report *report = report_new(*state, NULL);

	assert_int_equal(report_verdict(report), VERDICT_OK);
	assert_null(report_worst(report));
	assert_int_equal(report_broken(report), 0);
	assert_non_null(report->facts);
	assert_int_equal(report->facts->type, FACT_OBJECT);
}

static void the_first_of_the_worst_findings_is_the_worst(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_hold(report, "time.expired", "a", "fine");
	report_find(report, VERDICT_WARNING, "crypto.pss", "a", "first");
	report_find(report, VERDICT_CRITICAL, "chain.untrusted", "a", "second");
	report_find(report, VERDICT_CRITICAL, "chain.order", "a", "third");
	report_find(report, VERDICT_OK, "chain.extra", "a", "fourth");
	assert_int_equal(report_verdict(report), VERDICT_CRITICAL);
	assert_string_equal(report_worst(report)->text, "second");
	assert_int_equal(report_broken(report), 3);
}

static void the_headline_is_the_worst_finding_with_its_place(void **state)
{
	struct report *report = report_new(*state, NULL);

	report->summary = "all fine";
	report_find(report, VERDICT_OK, "chain.extra", "a", "a note");
	assert_string_equal(report_headline(report), "all fine");
	report_find(report, VERDICT_WARNING, "crypto.pss", NULL, "no place");
	assert_string_equal(report_headline(report), "no place");
	report_find(report, VERDICT_CRITICAL, "crypto.pss", "a:5061", "%s %d",
		    "signed by", 7);
	assert_string_equal(report_headline(report), "a:5061: signed by 7");
}

static struct report *overridden(struct pool *pool, const char *const *texts)
{
	struct overrides *list = pool_zalloc(pool, sizeof(*list));
	struct err err;

	list->v = pool_array(pool, 4, sizeof(*list->v));
	for (; *texts; texts++)
		if (override_parse(&list->v[list->n++], pool, *texts, &err))
			fail_msg("%s: %s", *texts, err.text);
	return report_new(pool, list);
}

static void the_last_override_that_fits_wins(void **state)
{
	static const char *const texts[] = {"net.*=ok", "net.timeout=UNKNOWN",
					    "crypto.*=Warning", NULL};
	struct report *report = overridden(*state, texts);

	assert_int_equal(
		report_override(report, "net.timeout", VERDICT_CRITICAL),
		VERDICT_UNKNOWN);
	assert_int_equal(report_override(report, "net.reset", VERDICT_CRITICAL),
			 VERDICT_OK);
	assert_int_equal(report_override(report, "tls.alert", VERDICT_CRITICAL),
			 VERDICT_CRITICAL);
}

static void an_override_changes_what_is_broken(void **state)
{
	static const char *const texts[] = {"*=warning", NULL};
	struct report *report = overridden(*state, texts);
	struct err err = {ERR_TIMEOUT, "silence"};

	report_find(report, VERDICT_CRITICAL, "chain.order", "a", "x");
	report_find(report, VERDICT_OK, "name.san-wildcard", "a", "a note");
	report_error(report, "a", &err);
	for (const struct finding *f = report->findings; f; f = f->next)
		assert_int_equal(f->verdict, VERDICT_WARNING);
}

static void an_override_never_makes_a_finding_of_what_holds(void **state)
{
	static const char *const texts[] = {"*=critical", NULL};
	struct report *report = overridden(*state, texts);

	report_hold(report, "chain.order", "a", "in order");
	assert_int_equal(report->findings->verdict, VERDICT_OK);
	assert_int_equal(report_verdict(report), VERDICT_OK);
}

static void an_override_of_no_finding_is_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"net.timeot=ok", "did you mean 'net.timeout'?"},
		{"net.timeout", "is not ID=STATE"},
		{"", "is not ID=STATE"},
		{"=ok", "no finding is called ''"},
		{"nonsense=ok", "want an id such as"},
		{"rtp.*=ok", "no finding is called 'rtp.*'"},
		{"net.timeout=", "want ok, warning, critical or unknown"},
		{"net.timeout=bad", "'bad' is no state"},
		{"net.timeout=2", "'2' is no state"},
		{"net.timeout=ok=ok", "'ok=ok' is no state"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct override override;
		struct err err;

		if (override_parse(&override, *state, cases[i].text, &err) == 0)
			fail_msg("'%s' was accepted", cases[i].text);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: %s", cases[i].text, err.text);
	}
}

static void every_kind_of_error_has_the_id_and_verdict_promised(void **state)
{
	static const struct {
		enum err_kind kind;
		const char *id;
		enum verdict verdict;
	} cases[] = {
		{ERR_USAGE, "local.usage", VERDICT_UNKNOWN},
		{ERR_FILE, "local.file", VERDICT_UNKNOWN},
		{ERR_LOCAL, "local.system", VERDICT_UNKNOWN},
		{ERR_NO_TIME, "net.not-tried", VERDICT_UNKNOWN},
		{ERR_NO_NAME, "dns.nxdomain", VERDICT_CRITICAL},
		{ERR_NO_RESOLVER, "dns.no-answer", VERDICT_UNKNOWN},
		{ERR_REFUSED, "net.refused", VERDICT_CRITICAL},
		{ERR_UNREACHABLE, "net.unreachable", VERDICT_CRITICAL},
		{ERR_RESET, "net.reset", VERDICT_CRITICAL},
		{ERR_TIMEOUT, "net.timeout", VERDICT_CRITICAL},
		{ERR_HANDSHAKE, "tls.handshake", VERDICT_CRITICAL},
		{ERR_ALERT, "tls.alert", VERDICT_CRITICAL},
		{ERR_CERT_REQUIRED, "tls.client-cert-required",
		 VERDICT_CRITICAL},
		{ERR_CERT_REFUSED, "tls.client-cert-refused", VERDICT_CRITICAL},
		{ERR_PROTOCOL, "tls.handshake", VERDICT_CRITICAL},
	};

	assert_int_equal(sizeof(cases) / sizeof(*cases), ERR_KINDS - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct report *report = report_new(*state, NULL);
		struct err err = {cases[i].kind, "100% so"};
		struct finding *found = report_error(report, "a", &err);
		struct override override;
		char state_text[64];

		assert_string_equal(found->id, cases[i].id);
		assert_int_equal(found->verdict, cases[i].verdict);
		assert_string_equal(found->text, "100% so");
		snprintf(state_text, sizeof(state_text), "%s=ok", found->id);
		assert_int_equal(
			override_parse(&override, *state, state_text, &err), 0);
	}
}

static void ids_stand_sorted_and_once(void **state)
{
	(void)state;
	for (size_t i = 1; finding_ids[i]; i++)
		if (strcmp(finding_ids[i - 1], finding_ids[i]) >= 0)
			fail_msg("%s", finding_ids[i]);
}

static void a_metric_begins_without_limits(void **state)
{
	struct report *report = report_new(*state, NULL);
	struct metric *metric = report_metric(report, "rtt", "s", 0.5);

	assert_ptr_equal(report->metrics, metric);
	assert_false(metric->warn.set || metric->crit.set);
	assert_true(isinf(metric->min) && metric->min < 0);
	assert_true(isinf(metric->max) && metric->max > 0);
	assert_int_equal(report_verdict(report), VERDICT_OK);
}

static void facts_stand_in_the_order_they_were_added(void **state)
{
	struct fact *root = fact_root(*state, FACT_OBJECT);
	const struct fact *f;

	fact_integer(root, *state, "one", 1);
	fact_bool(root, *state, "two", true);
	fact_add(root, *state, "three", FACT_LIST);
	f = root->children;
	assert_string_equal(f->name, "one");
	assert_string_equal(f->next->name, "two");
	assert_string_equal(f->next->next->name, "three");
	assert_null(f->next->next->next);
}

static void times_are_iso_8601_in_utc(void **state)
{
	static const struct {
		int64_t time;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{951827696, "2000-02-29T12:34:56Z"},
		{4102444800, "2100-01-01T00:00:00Z"},
		{253402300799, "9999-12-31T23:59:59Z"},
		{-62135596800, "0001-01-01T00:00:00Z"},
		{-62167219200, "0000-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{978220800, "2000-12-31T00:00:00Z"},
		{4107542399, "2100-02-28T23:59:59Z"},
		{4107542400, "2100-03-01T00:00:00Z"},
	};
	struct fact *list = fact_root(*state, FACT_LIST);
	const struct fact *f;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		fact_time(list, *state, NULL, (time_t)cases[i].time);
	f = list->children;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(f->text.p, cases[i].text);
		f = f->next;
	}
}

static void what_cannot_be_told_is_null(void **state)
{
	struct fact *list = fact_root(*state, FACT_LIST);
	size_t n = 0;

	fact_number(list, *state, NULL, (double)NAN);
	fact_number(list, *state, NULL, HUGE_VAL);
	fact_text(list, *state, NULL, (struct str){0});
	for (const struct fact *f = list->children; f; f = f->next, n++)
		assert_int_equal(f->type, FACT_NULL);
	assert_int_equal(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unknown_is_worse_than_warning_and_less_than_critical),
		TEST(verdicts_are_the_exit_statuses_of_plugins),
		TEST(an_empty_report_is_ok),
		TEST(the_first_of_the_worst_findings_is_the_worst),
		TEST(the_headline_is_the_worst_finding_with_its_place),
		TEST(the_last_override_that_fits_wins),
		TEST(an_override_changes_what_is_broken),
		TEST(an_override_never_makes_a_finding_of_what_holds),
		TEST(an_override_of_no_finding_is_refused),
		TEST(every_kind_of_error_has_the_id_and_verdict_promised),
		TEST(ids_stand_sorted_and_once),
		TEST(a_metric_begins_without_limits),
		TEST(facts_stand_in_the_order_they_were_added),
		TEST(times_are_iso_8601_in_utc),
		TEST(what_cannot_be_told_is_null),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
