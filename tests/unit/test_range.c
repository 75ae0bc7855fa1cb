/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_range -- the threshold notation, number by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "check/range.h"
#include "pooled.h"

static void ranges_are_read_as_the_guidelines_say(void **state)
{
	static const struct {
		const char *text;
		double lo, hi;
		bool inside;
	} cases[] = {
		{"10", 0, 10, false},
		{"0", 0, 0, false},
		{"010", 0, 10, false}, /* no octal */
		{"10:", 10, HUGE_VAL, false},
		{":10", 0, 10, false},
		{"10:20", 10, 20, false},
		{"10:10", 10, 10, false},
		{"-5:5", -5, 5, false},
		{"-20:-10", -20, -10, false},
		{"~:10", -HUGE_VAL, 10, false},
		{"~:-10", -HUGE_VAL, -10, false},
		{"~:", -HUGE_VAL, HUGE_VAL, false},
		{"@10", 0, 10, true},
		{"@10:20", 10, 20, true},
		{"@~:0", -HUGE_VAL, 0, true},
		{"@10:", 10, HUGE_VAL, true},
		{"0.25:0.5", 0.25, 0.5, false},
		{".5", 0, 0.5, false},
		{"999999999999999", 0, 999999999999999.0, false},
		{"0.10000000000000000000001", 0, 0.1, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct range range;
		struct err err;

		if (range_parse(&range, cases[i].text, &err))
			fail_msg("%s: %s", cases[i].text, err.text);
		if (!(range.lo >= cases[i].lo && range.lo <= cases[i].lo) ||
		    !(range.hi >= cases[i].hi && range.hi <= cases[i].hi) ||
		    range.inside != cases[i].inside || !range.set)
			fail_msg("%s is read as %g to %g", cases[i].text,
				 range.lo, range.hi);
	}
}

static void what_is_no_range_is_refused(void **state)
{
	static const char *const texts[] = {
		"",       "@",     ":",     "@:",  "~",
		"@~",     "10abc", "abc",   "nan", "inf",
		"-inf:",  "0x10",  "1e3",   "+5",  "20:10",
		"@20:10", "5.",    "5.:",   ".",   "-",
		"-.",     "--5",   "1.2.3", "1,5", " 10",
		"10 ",    "1 0",   "10:~",  "~:~", "~10",
		"10::",   "1:2:3", "@@10",  "10@", "10:@20",
		"10%",    "1\n",   "0:nan", "-1",  "1000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct range range = {.lo = 7};
		struct err err = {0};

		if (range_parse(&range, texts[i], &err) != -1)
			fail_msg("'%s' was accepted", texts[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, "range"));
		assert_false(range.set);
		assert_true(range.lo >= 7 && range.lo <= 7); /* untouched */
	}
}

static void end_points_are_inside_the_range(void **state)
{
	static const struct {
		const char *text;
		double value;
		bool alerts;
	} cases[] = {
		{"10", 10, false},       {"10", 10.000001, true},
		{"10", 0, false},        {"10", -0.000001, true},
		{"10:", 10, false},      {"10:", 9.999, true},
		{"10:", 1e15, false},    {"~:10", -1e15, false},
		{"~:10", 10.1, true},    {"10:20", 15, false},
		{"10:20", 9, true},      {"10:20", 21, true},
		{"@10:20", 10, true},    {"@10:20", 20, true},
		{"@10:20", 15, true},    {"@10:20", 9.9, false},
		{"@10:20", 20.1, false}, {"~:", 1e300, false},
		{"-5:5", -5, false},     {"-5:5", -5.1, true},
		{"0", 0, false},         {"0", 0.1, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct range range;
		struct err err;

		assert_int_equal(range_parse(&range, cases[i].text, &err), 0);
		if (range_alerts(&range, cases[i].value) != cases[i].alerts)
			fail_msg("%s at %g", cases[i].text, cases[i].value);
	}
}

static void a_range_that_is_not_set_never_alerts(void **state)
{
	struct range range = {0};

	(void)state;
	assert_false(range_alerts(&range, 0));
	assert_false(range_alerts(&range, -1));
	assert_false(range_alerts(&range, 1e9));
}

static void an_upper_limit_alone_is_written_as_a_plain_number(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"10", "10"},          {"0:10", "10"},       {":10", "10"},
		{"~:10", "10"},        {"~:-3", "-3"},       {"10:", "10:"},
		{"0:", "0:"},          {"~:", "~:"},         {"10:20", "10:20"},
		{"-5:5.50", "-5:5.5"}, {"@10:20", "@10:20"}, {"@~:20", "@~:20"},
		{"@10:", "@10:"},      {"@10", "@0:10"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct range range;
		struct buf out;
		struct err err;

		buf_init(&out, *state, 100);
		assert_int_equal(range_parse(&range, cases[i].text, &err), 0);
		range_write(&range, &out);
		assert_string_equal(out.data, cases[i].written);
	}
}

static void a_range_that_is_not_set_is_written_as_nothing(void **state)
{
	struct range range = {.lo = 1, .hi = 2};
	struct buf out;

	buf_init(&out, *state, 100);
	range_write(&range, &out);
	assert_string_equal(out.data, "");
}

static void numbers_are_written_in_plain_decimal(void **state)
{
	static const struct {
		double value;
		const char *written;
	} cases[] = {
		{0, "0"},
		{-0.0, "0"},
		{1, "1"},
		{100, "100"},
		{-12.5, "-12.5"},
		{0.5, "0.5"},
		{0.000001, "0.000001"},
		{0.0000004, "0"},
		{-0.0000004, "0"},
		{0.0000006, "0.000001"},
		{41.526512345, "41.526512"},
		{0.9999999, "1"},
		{-0.9999999, "-1"},
		{9.9999999, "10"},
		{1.000001, "1.000001"},
		{0.1, "0.1"},
		{1e6, "1000000"},
		{1e20, "100000000000000000000"},
		{1e-20, "0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		buf_init(&out, *state, 400);
		number_write(cases[i].value, &out);
		assert_string_equal(out.data, cases[i].written);
	}
}

static void a_number_is_read_within_its_slice_only(void **state)
{
	double value;

	(void)state;
	assert_true(number_parse((struct str){"12345", 2}, &value));
	assert_true(value >= 12 && value <= 12);
	assert_false(number_parse((struct str){"1x", 2}, &value));
	assert_true(number_parse((struct str){"1x", 1}, &value));
	assert_false(number_parse((struct str){"1\0", 2}, &value));
	assert_false(number_parse((struct str){"", 0}, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ranges_are_read_as_the_guidelines_say),
		TEST(what_is_no_range_is_refused),
		TEST(end_points_are_inside_the_range),
		TEST(a_range_that_is_not_set_never_alerts),
		TEST(an_upper_limit_alone_is_written_as_a_plain_number),
		TEST(a_range_that_is_not_set_is_written_as_nothing),
		TEST(numbers_are_written_in_plain_decimal),
		TEST(a_number_is_read_within_its_slice_only),
	};

	return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
