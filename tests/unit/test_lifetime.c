/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_lifetime -- thresholds in days, in percent, and the defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "data.h"
#include "pki/lifetime.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Valid for so many days, both ends included (RFC 5280 4.1.2.5). */
static struct cert cert_of(int days)
{
	return (struct cert){
		.not_before = NOON,
		.not_after = NOON + (time_t)days * DAY - 1,
	};
}

static int read_range(struct lifetime_range *range, struct pool *pool,
		      const char *text, struct err *err)
{
	const struct opt opt = {.name = "warning", .type = &opt_lifetime_range};

	*range = (struct lifetime_range){0};
	return opt_lifetime_range.read(&opt, range, pool, text, err);
}

static bool same(double a, double b)
{
	return (isinf(a) && isinf(b) && (a > 0) == (b > 0)) ||
	       fabs(a - b) < 1e-9;
}

static void days_and_percent_are_read(void **state)
{
	static const struct {
		const char *text;
		bool percent;
		double lo, hi;
		bool inside;
	} cases[] = {
		{"30:", false, 30, HUGE_VAL, false},
		{"7.5:", false, 7.5, HUGE_VAL, false},
		{"~:50", false, -HUGE_VAL, 50, false},
		{"33", false, 0, 33, false},
		{"33%:", true, 33, HUGE_VAL, false},
		{"12.5%:", true, 12.5, HUGE_VAL, false},
		{"33%", true, 0, 33, false},
		{"10%:20%", true, 10, 20, false},
		{"@10%:20%", true, 10, 20, true},
		{"~:50%", true, -HUGE_VAL, 50, false},
		{"@~:5%", true, -HUGE_VAL, 5, true},
		{":50%", true, 0, 50, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct lifetime_range got;
		struct err err;

		if (read_range(&got, *state, cases[i].text, &err))
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_true(got.range.set);
		if (got.percent != cases[i].percent ||
		    !same(got.range.lo, cases[i].lo) ||
		    !same(got.range.hi, cases[i].hi) ||
		    got.range.inside != cases[i].inside)
			fail_msg("%s is %g to %g", cases[i].text, got.range.lo,
				 got.range.hi);
	}
}

static void what_is_no_threshold_is_refused(void **state)
{
	static const char *const texts[] = {
		"",      "abc",      "%",      "%:",      "@%",    "10%%",
		"10%%:", "10:20%",   "10%:20", "20%:10%", "abc%:", "30%:abc",
		"nan%:", "0x10%:",   "1e3%:",  "10 %:",   " 10%:", "10%: ",
		"~%:5%", "10%:20%:", "10%:~",  "@@5%:",   "%10:",  "10%5:",
		"30d:",  "-5%",      "~",      "~%",      ":",     ":%",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct lifetime_range got;
		struct err err = {0};

		if (read_range(&got, *state, texts[i], &err) == 0)
			fail_msg("'%s' is read as %g to %g", texts[i],
				 got.range.lo, got.range.hi);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_false(got.range.set);
	}
}

static void the_refusal_of_a_mixture_says_so(void **state)
{
	struct lifetime_range range;
	struct err err;

	assert_int_equal(read_range(&range, *state, "10:20%", &err), -1);
	assert_non_null(strstr(err.text, "mixes days and percent"));
}

/* 30 days or a third, 14 days or 15 %: whichever is less. */
static void defaults_follow_the_lifetime(void **state)
{
	static const struct {
		int days;
		double warning, critical;
	} cases[] = {
		{3650, 30, 14}, {398, 30, 14}, {93, 30, 13.95},
		{90, 30, 13.5}, {60, 20, 9},   {47, 47 / 3.0, 7.05},
		{6, 2, 0.9},
	};
	const struct lifetime_range none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cert cert = cert_of(cases[i].days);
		struct range warning = lifetime_warning(&none, &cert);
		struct range critical = lifetime_critical(&none, &cert);

		assert_true(warning.set && critical.set);
		if (!same(warning.lo, cases[i].warning) ||
		    !same(critical.lo, cases[i].critical))
			fail_msg("%d days: %g, %g", cases[i].days, warning.lo,
				 critical.lo);
		assert_true(same(warning.hi, HUGE_VAL));
		assert_true(same(critical.hi, HUGE_VAL));
		assert_false(warning.inside || critical.inside);
	}
}

static void days_given_hold_whatever_the_lifetime(void **state)
{
	const struct cert cert = cert_of(47);
	struct lifetime_range given;
	struct range warning, critical;
	struct err err;

	assert_int_equal(read_range(&given, *state, "30:", &err), 0);
	warning = lifetime_warning(&given, &cert);
	critical = lifetime_critical(&given, &cert);
	assert_true(same(warning.lo, 30) && same(critical.lo, 30));
	assert_true(range_alerts(&warning, 29.9));
	assert_false(range_alerts(&warning, 30));
}

static void percent_given_is_of_each_certificates_own_lifetime(void **state)
{
	const struct cert year = cert_of(400), month = cert_of(40);
	struct lifetime_range given;
	struct range range;
	struct err err;

	assert_int_equal(read_range(&given, *state, "@10%:25%", &err), 0);
	range = lifetime_warning(&given, &year);
	assert_true(same(range.lo, 40) && same(range.hi, 100));
	range = lifetime_critical(&given, &month);
	assert_true(same(range.lo, 4) && same(range.hi, 10));
	assert_true(range.set && range.inside);
}

static void an_open_end_stays_open_in_percent(void **state)
{
	const struct cert cert = cert_of(90), none = cert_of(0);
	struct lifetime_range given;
	struct range range;
	struct err err;

	assert_int_equal(read_range(&given, *state, "~:50%", &err), 0);
	range = lifetime_warning(&given, &cert);
	assert_true(same(range.lo, -HUGE_VAL) && same(range.hi, 45));
	assert_int_equal(read_range(&given, *state, "10%:", &err), 0);
	range = lifetime_warning(&given, &cert);
	assert_true(same(range.lo, 9) && same(range.hi, HUGE_VAL));
	range = lifetime_warning(&given, &none); /* 10 % of nothing */
	assert_true(same(range.lo, 0) && same(range.hi, HUGE_VAL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(days_and_percent_are_read),
		TEST(what_is_no_threshold_is_refused),
		TEST(the_refusal_of_a_mixture_says_so),
		TEST(defaults_follow_the_lifetime),
		TEST(days_given_hold_whatever_the_lifetime),
		TEST(percent_given_is_of_each_certificates_own_lifetime),
		TEST(an_open_end_stays_open_in_percent),
	};

	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
