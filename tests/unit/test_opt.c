/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_opt -- command lines, word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_up.h"

static int parse(struct pool *pool, const char *line, struct config *config,
		 struct err *err)
{
	struct opt_set sets[] = {{made_up_groups, config}, {0}};
	char *words[WORDS_MAX];
	int n = split(pool, line, words);

	*config = (struct config){0};
	return opt_parse(sets, pool, n, words, err);
}

static void parse_well(struct pool *pool, const char *line,
		       struct config *config)
{
	struct err err;

	if (parse(pool, line, config, &err))
		fail_msg("%s: %s", line, err.text);
}

static void assert_refused(struct pool *pool, const char *line,
			   const char *text)
{
	struct config config;
	struct err err = {0};

	if (parse(pool, line, &config, &err) == 0)
		fail_msg("'%s' was accepted", line);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, text);
}

static void words_after_an_option_that_gathers_are_its_own(void **state)
{
	struct config config;

	parse_well(*state, "c --file a b - -x --file c -- -d", &config);
	assert_int_equal(config.files.n, 5);
	assert_true(str_eq(config.files.v[1], STR("b")));
	assert_true(str_eq(config.files.v[2], STR("-")));
	assert_true(str_eq(config.files.v[4], STR("-d")));
	assert_refused(*state, "c --file a -x b", "unexpected argument 'b'");
	assert_refused(*state, "c --file a -w 5: b", "unexpected argument 'b'");
}

static void every_way_to_write_a_value_is_read(void **state)
{
	static const char *const lines[] = {
		"c -H a.test",         "c -Ha.test",     "c --hostname a.test",
		"c --hostname=a.test", "c -xH a.test",   "c -xyHa.test",
		"c -H b -H a.test",    "c -H a.test --",
	};
	struct config config;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		parse_well(*state, lines[i], &config);
		assert_string_equal(config.host, "a.test");
	}
}

static void a_value_may_begin_with_a_dash(void **state)
{
	struct config config;
	struct range range;
	struct err err;

	assert_int_equal(range_parse(&range, "-5:5", &err), 0);
	parse_well(*state, "c -w -5:5", &config);
	assert_memory_equal(&config.warn.lo, &range.lo, sizeof(range.lo));
	parse_well(*state, "c --file - --warning=-5:5", &config);
	assert_memory_equal(&config.warn.lo, &range.lo, sizeof(range.lo));
	assert_int_equal(config.files.n, 1);
	assert_true(str_eq(config.files.v[0], STR("-")));
}

static void a_value_may_hold_an_equals_sign(void **state)
{
	struct config config;

	parse_well(*state, "c --hostname=a=b", &config);
	assert_string_equal(config.host, "a=b");
}

static void flags_may_stand_together(void **state)
{
	struct config config;

	parse_well(*state, "c -xyl", &config);
	assert_true(config.legacy && config.plain);
	assert_int_equal(config.level, 1);
}

static void counts_and_lists_grow_with_each_use(void **state)
{
	struct config config;

	parse_well(*state, "c -lll --level --file a --file=b", &config);
	assert_int_equal(config.level, 4);
	assert_int_equal(config.files.n, 2);
	assert_true(str_eq(config.files.v[0], STR("a")));
	assert_true(str_eq(config.files.v[1], STR("b")));
}

static void ports_are_read_in_order(void **state)
{
	struct config config;

	parse_well(*state, "c -p 5063,1 -p 65535", &config);
	assert_int_equal(config.ports.n, 3);
	assert_int_equal(config.ports.v[0], 5063);
	assert_int_equal(config.ports.v[1], 1);
	assert_int_equal(config.ports.v[2], 65535);
}

static void a_preset_fills_what_no_argument_gave(void **state)
{
	struct config config;

	parse_well(*state, "c", &config);
	assert_int_equal(config.ports.n, 1);
	assert_int_equal(config.ports.v[0], 5061);
	assert_int_equal(config.interval, USEC_PER_SEC / 2);
	assert_ptr_equal(config.profile, &first_profile);
	assert_null(config.host);
	assert_false(config.warn.set);
}

static void an_argument_replaces_the_preset(void **state)
{
	struct config config;

	parse_well(*state, "c -p 5063 -i 2 -P tls-server", &config);
	assert_int_equal(config.ports.n, 1);
	assert_int_equal(config.ports.v[0], 5063);
	assert_int_equal(config.interval, 2 * USEC_PER_SEC);
	assert_ptr_equal(config.profile, &second_profile);
}

static void seconds_are_strict_decimals_of_an_hour_at_most(void **state)
{
	static const char *const bad[] = {
		"0",   "0.0", "-1",  "3601", "3600.1",    "10abc",
		"1e1", "0x1", "inf", "nan",  "+1",        "1,5",
		"1s",  "",    " 1",  "1.",   "0.0000001",
	};
	struct config config;
	struct err err;

	parse_well(*state, "c -i 3600", &config);
	assert_int_equal(config.interval, 3600 * USEC_PER_SEC);
	parse_well(*state, "c -i .25", &config);
	assert_int_equal(config.interval, USEC_PER_SEC / 4);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *line =
			pool_printf(*state, "c --interval=%s", bad[i]);

		if (strchr(bad[i], ' '))
			continue; /* split() would part it */
		if (parse(*state, line, &config, &err) == 0)
			fail_msg("'%s' was accepted", bad[i]);
	}
}

static void each_mistake_is_named_with_its_cure(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{"c -i 10abc",
		 "--interval: '10abc' is not a number of seconds (want more "
		 "than 0 and at most 3600)"},
		{"c -w 20:10",
		 "--warning: '20:10' is a range that ends before it starts"},
		{"c -P foo",
		 "--profile: 'foo' is none of exchange-um, tls-server"},
		{"c -P EXCHANGE-UM",
		 "--profile: 'EXCHANGE-UM' is none of exchange-um, tls-server"},
		{"c --hostname=", "--hostname: is empty"},
		{"c -H ", "--hostname: is empty"},
		{"c --file=", "--file: is empty"},
		{"c -H", "--hostname: HOST is missing"},
		{"c -x --file", "--file: FILE is missing"},
		{"c --plain=yes", "--plain: takes no value"},
		{"c --plain=", "--plain: takes no value"},
		{"c x", "unexpected argument 'x'"},
		{"c -", "unexpected argument '-'"},
		{"c ", "unexpected argument ''"},
		{"c -- -H", "unexpected argument '-H'"},
		{"c -z", "unknown option '-z'"},
		{"c -xz", "unknown option '-z'"},
		{"c --foo", "unknown option '--foo'"},
		{"c --foo=bar", "unknown option '--foo'"},
		{"c ---", "unknown option '---'"},
		{"c --hostnam=a",
		 "unknown option '--hostnam', did you mean '--hostname'?"},
		{"c --Plain",
		 "unknown option '--Plain', did you mean '--plain'?"},
		{"c --plian",
		 "unknown option '--plian', did you mean '--plain'?"},
		{"c --host", "unknown option '--host', did you mean "
			     "'--hostname'?"},
		{"c --warn", "unknown option '--warn', did you mean "
			     "'--warning'?"},
		{"c --secret-optio", "unknown option '--secret-optio'"},
		{"c -p 5061,5061", "--port: port 5061 is given twice"},
		{"c -p 1 -p 1", "--port: port 1 is given twice"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_refused(*state, cases[i].line, cases[i].text);
}

static void what_is_no_list_of_ports_is_refused(void **state)
{
	static const char *const bad[] = {
		"0",    "65536", "99999999999", "-1", "5061,",     ",5061",
		"1,,2", "http",  "5061x",       "+1", "5061;5062", ",",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(*state,
			       pool_printf(*state, "c --port=%s", bad[i]),
			       pool_printf(*state,
					   "--port: '%s' is no list of ports "
					   "(want numbers from 1 to 65535, "
					   "such as 5061 or 5061,5063)",
					   bad[i]));
}

static void the_first_of_several_mistakes_is_told(void **state)
{
	assert_refused(*state, "c -i nope x --foo",
		       "--interval: 'nope' is not a number of seconds (want "
		       "more than 0 and at most 3600)");
}

static void what_stands_behind_a_mistake_is_still_read(void **state)
{
	struct config config;
	struct err err;

	assert_int_equal(
		parse(*state, "c --foo -i bad -H a.test", &config, &err), -1);
	assert_string_equal(config.host, "a.test");
	assert_int_equal(config.interval, USEC_PER_SEC / 2); /* its preset */
}

static void a_very_long_argument_is_cut_in_the_error(void **state)
{
	char line[5000] = "c ";
	struct config config;
	struct err err;

	memset(line + 2, 'x', sizeof(line) - 3);
	assert_int_equal(parse(*state, line, &config, &err), -1);
	assert_true(strlen(err.text) < 120);
	assert_non_null(strstr(err.text, "unexpected argument 'xxx"));
	memcpy(line + 2, "--", 2);
	assert_int_equal(parse(*state, line, &config, &err), -1);
	assert_non_null(strstr(err.text, "unknown option '--xxx"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_after_an_option_that_gathers_are_its_own),
		TEST(every_way_to_write_a_value_is_read),
		TEST(a_value_may_begin_with_a_dash),
		TEST(a_value_may_hold_an_equals_sign),
		TEST(flags_may_stand_together),
		TEST(counts_and_lists_grow_with_each_use),
		TEST(ports_are_read_in_order),
		TEST(a_preset_fills_what_no_argument_gave),
		TEST(an_argument_replaces_the_preset),
		TEST(seconds_are_strict_decimals_of_an_hour_at_most),
		TEST(each_mistake_is_named_with_its_cure),
		TEST(what_is_no_list_of_ports_is_refused),
		TEST(the_first_of_several_mistakes_is_told),
		TEST(what_stands_behind_a_mistake_is_still_read),
		TEST(a_very_long_argument_is_cut_in_the_error),
	};

	return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
