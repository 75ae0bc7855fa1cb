/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_json -- one object, whole and true, whatever comes in its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "made_up.h"

static json_t *parsed(const struct report *report)
{
	const char *text = rendered(report, render_json, 0);
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("%s: %s", error.text, text);
	assert_true(str_ends(str_from(text), STR("}\n")));
	return json;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		fail_msg("%s is no text", key);
	return text;
}

static void json_has_the_members_promised(void **state)
{
	static const char *const keys[] = {"plugin", "version", "state",
					   "exit",   "summary", "findings",
					   "passed", "metrics", "facts"};
	json_t *json = parsed(made_up_report(*state));

	assert_int_equal(json_object_size(json), sizeof(keys) / sizeof(*keys));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_non_null(json_object_get(json, keys[i]));
	assert_string_equal(text_of(json, "plugin"), "check_fake");
	assert_string_equal(text_of(json, "version"), "1.2.3");
	assert_string_equal(text_of(json, "state"), "CRITICAL");
	assert_int_equal(json_integer_value(json_object_get(json, "exit")), 2);
	assert_string_equal(text_of(json, "summary"),
			    "a.test:5061: the CN is '*.test'");
	json_decref(json);
}

static void json_findings_are_the_broken_ones_noted_or_not(void **state)
{
	static const char *const ids[] = {
		"crypto.key-size", "name.san-wildcard", "name.cn-wildcard",
		"name.not-compared"};
	json_t *json = parsed(made_up_report(*state));
	json_t *list = json_object_get(json, "findings");
	json_t *third;

	assert_int_equal(json_array_size(list), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(text_of(json_array_get(list, i), "id"),
				    ids[i]);
	third = json_array_get(list, 2);
	assert_string_equal(text_of(third, "state"), "CRITICAL");
	assert_string_equal(text_of(third, "where"), "a.test:5061");
	assert_string_equal(text_of(third, "text"), "the CN is '*.test'");
	assert_string_equal(text_of(third, "remedy"), "ask for CN=a.test");
	assert_string_equal(text_of(third, "source"), "a book");
	assert_true(json_is_null(
		json_object_get(json_array_get(list, 0), "remedy")));
	json_decref(json);
}

static void json_passed_are_the_ids_that_nowhere_broke(void **state)
{
	struct report *report = report_new(*state, NULL);
	json_t *json, *list;

	report_hold(report, "chain.order", "a:1", "fine");
	report_hold(report, "chain.order", "a:2", "fine");
	report_hold(report, "crypto.pss", "a:1", "fine");
	report_find(report, VERDICT_OK, "crypto.pss", "a:2", "noted");
	report_hold(report, "chain.extra", "a:1", "fine");
	json = parsed(report);
	list = json_object_get(json, "passed");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_array_get(list, 0)),
			    "chain.order");
	assert_string_equal(json_string_value(json_array_get(list, 1)),
			    "chain.extra");
	json_decref(json);
}

static void json_metrics_hold_numbers_ranges_and_nulls(void **state)
{
	json_t *json = parsed(made_up_report(*state));
	json_t *list = json_object_get(json, "metrics");
	json_t *days = json_array_get(list, 0), *time = json_array_get(list, 1);

	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_of(days, "label"), "days_left");
	assert_string_equal(text_of(days, "unit"), "");
	assert_string_equal(text_of(days, "warning"), "30:");
	assert_string_equal(text_of(days, "critical"), "14");
	assert_true(json_is_null(json_object_get(days, "min")));
	assert_string_equal(text_of(time, "unit"), "s");
	assert_true(json_is_null(json_object_get(time, "warning")));
	assert_true(json_is_real(json_object_get(time, "min")));
	assert_true(json_is_null(json_object_get(time, "max")));
	assert_non_null(strstr(rendered(made_up_report(*state), render_json, 0),
			       "\"value\": 0.0125,"));
	json_decref(json);
}

static void json_leaves_out_a_value_that_is_not_finite(void **state)
{
	struct report *report = report_new(*state, NULL);
	json_t *json;

	report_metric(report, "a", "s", (double)NAN);
	report_metric(report, "b", "s", HUGE_VAL);
	json = parsed(report);
	assert_int_equal(json_array_size(json_object_get(json, "metrics")), 0);
	json_decref(json);
}

/* Every text is hostile. */
static struct report *hostile_report(struct pool *pool)
{
	static const char evil[] = "\n | <b>\x1b[2J\xff\"\\'";
	struct report *report = report_new(pool, NULL);
	struct finding *finding;

	finding = report_find(report, VERDICT_CRITICAL, "name.cn-invalid", evil,
			      "%s", evil);
	finding->remedy = evil;
	finding->source = evil;
	fact_text(report->facts, pool, "cn", STR("a\0|\n<"));
	return report;
}

static void json_of_hostile_text_parses(void **state)
{
	json_t *json = parsed(hostile_report(*state));
	json_t *finding = json_array_get(json_object_get(json, "findings"), 0);

	assert_string_equal(text_of(finding, "text"), "? ? ?b??[2J?\"\\'");
	assert_string_equal(text_of(json_object_get(json, "facts"), "cn"),
			    "a????");
	json_decref(json);
}

static void json_keeps_whole_facts(void **state)
{
	struct report *report = report_new(*state, NULL);
	struct fact *tls = fact_add(report->facts, *state, "tls", FACT_OBJECT);
	struct buf out;

	fact_integer(tls, *state, "large", INT64_MAX);
	fact_number(tls, *state, "tenth", 0.1);
	fact_bool(tls, *state, "yes", true);
	fact_text(tls, *state, "none", (struct str){0});
	fact_add(tls, *state, "empty", FACT_LIST);
	buf_init(&out, *state, RENDER_TEXT_MAX);
	render_facts_json(report->facts, &out);
	assert_string_equal(out.data,
			    "{\"tls\": {\"large\": 9223372036854775807, "
			    "\"tenth\": 0.1, \"yes\": true, \"none\": null, "
			    "\"empty\": []}}\n");
}

static struct report *large_report(struct pool *pool)
{
	struct report *report = report_new(pool, NULL);

	for (int i = 0; i < 500; i++)
		report_find(report, VERDICT_CRITICAL, "chain.order", "a.test",
			    "number %d of many findings", i);
	return report;
}

static void json_that_has_no_room_is_still_json(void **state)
{
	const struct banner banner = {"check_fake", "FAKE", "1.2.3", 0};
	struct report *report = large_report(*state);
	size_t needed = strlen(rendered(report, render_json, 0));
	const size_t rooms[] = {1000, needed - 2, needed - 1};

	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		struct buf out;
		json_t *json;

		buf_init(&out, *state, rooms[i]);
		render_json(report, &banner, &out);
		json = json_loads(out.data, 0, NULL);
		assert_non_null(json);
		assert_string_equal(text_of(json, "state"), "CRITICAL");
		assert_non_null(strstr(text_of(json, "summary"),
				       "could not be written"));
		json_decref(json);
	}
}

/* What jansson cannot have: the allocations behind it fail one by one. */
static size_t allocations_until_failure;

static void *meagre_malloc(size_t size)
{
	return allocations_until_failure-- ? malloc(size) : NULL;
}

static void json_short_of_memory_is_still_json(void **state)
{
	struct report *report = made_up_report(*state);
	const char *whole = rendered(report, render_json, 0);

	for (size_t n = 0; n < 200; n++) {
		const char *text;
		json_t *json;

		json_set_alloc_funcs(meagre_malloc, free);
		allocations_until_failure = n;
		text = rendered(report, render_json, 0);
		json_set_alloc_funcs(malloc, free);
		json = json_loads(text, 0, NULL);
		if (!json)
			fail_msg("with %zu: %s", n, text);
		assert_string_equal(text_of(json, "state"), "CRITICAL");
		/* All of it, or a word that it could not be told. */
		if (!strstr(text_of(json, "summary"), "could not be written"))
			assert_string_equal(text, whole);
		json_decref(json);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_has_the_members_promised),
		TEST(json_findings_are_the_broken_ones_noted_or_not),
		TEST(json_passed_are_the_ids_that_nowhere_broke),
		TEST(json_metrics_hold_numbers_ranges_and_nulls),
		TEST(json_leaves_out_a_value_that_is_not_finite),
		TEST(json_of_hostile_text_parses),
		TEST(json_keeps_whole_facts),
		TEST(json_that_has_no_room_is_still_json),
		TEST(json_short_of_memory_is_still_json),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
