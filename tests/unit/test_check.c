/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_check -- what every check answers, tells, and ends with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "check/check.h"
#include "made_up.h"

static int validate(struct pool *pool, void *config, struct err *err)
{
	struct config *cfg = config;

	(void)pool;
	if (!cfg->host && !cfg->list)
		return err_set(err, ERR_USAGE, "no server is named");
	return 0;
}

static const struct fact *tell(struct pool *pool, const void *config)
{
	const struct config *cfg = config;
	struct fact *list;

	if (!cfg->list)
		return NULL;
	list = fact_root(pool, FACT_LIST);
	fact_text(fact_add(list, pool, NULL, FACT_OBJECT), pool, "id",
		  STR("chain.order"));
	return list;
}

/* Finds what its host is called. */
static void run(struct run *run, const void *config)
{
	const struct config *cfg = config;
	struct err err = {ERR_TIMEOUT, "silence"};
	usec left = deadline_left(run->by);

	fact_integer(run->report->facts, run->pool, "left", left);
	fact_integer(run->report->facts, run->pool, "verbosity",
		     run->verbosity);
	if (strcmp(cfg->host, "warns") == 0)
		report_find(run->report, VERDICT_WARNING, "chain.order", "a",
			    "not so good");
	if (strcmp(cfg->host, "silent") == 0)
		report_error(run->report, "a", &err);
	err.kind = ERR_USAGE;
	if (strcmp(cfg->host, "misused") == 0)
		report_error(run->report, "a", &err);
}

static const char *const examples[] = {"check_fake -H a.test",
				       "check_fake -H b.test -p 5063", NULL};

static const struct check check_fake = {
	.name = "check_fake",
	.title = "FAKE",
	.summary = "is it there?",
	.examples = examples,
	.groups = made_up_groups,
	.config_size = sizeof(struct config),
	.validate = validate,
	.tell = tell,
	.run = run,
};

static int execute(struct pool *pool, const char *line, struct buf *out)
{
	char *words[WORDS_MAX];
	int n = split(pool, line, words);

	buf_init(out, pool, 100000);
	return check_execute(&check_fake, pool, n, words, out);
}

static void the_exit_status_is_the_worst_verdict(void **state)
{
	struct buf out;

	assert_int_equal(execute(*state, "c -H fine", &out), 0);
	assert_int_equal(execute(*state, "c -H warns", &out), 1);
	assert_int_equal(execute(*state, "c -H silent", &out), 2);
	assert_int_equal(
		execute(*state, "c -H silent --state net.*=unknown", &out), 3);
	assert_int_equal(
		execute(*state, "c -H silent --state net.timeout=OK", &out), 0);
}

static void exit_ok_ends_with_0_and_stays_true_in_the_output(void **state)
{
	struct buf out;

	assert_int_equal(execute(*state, "c -H silent --exit-ok", &out), 0);
	assert_true(str_starts(buf_str(&out), STR("FAKE CRITICAL: ")));
	assert_int_equal(
		execute(*state, "c -H silent --exit-ok --output json", &out),
		0);
	assert_non_null(strstr(out.data, "\"exit\": 2"));
}

static void exit_ok_does_not_excuse_a_wrong_command_line(void **state)
{
	struct buf out;

	assert_int_equal(execute(*state, "c --exit-ok", &out), 3);
	assert_int_equal(execute(*state, "c --exit-ok -H a --foo", &out), 3);
	assert_int_equal(execute(*state, "c --exit-ok -H misused", &out), 3);
}

static void a_wrong_command_line_is_told_in_one_line(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{"c", "FAKE UNKNOWN: no server is named (see --help)\n"},
		{"c -H a x", "FAKE UNKNOWN: unexpected argument 'x' (see "
			     "--help)\n"},
		{"c -H a -t 0", "FAKE UNKNOWN: --timeout: '0' is not a number "
				"of seconds (want more than 0 and at most "
				"3600) (see --help)\n"},
		{"c -H a <b>|\x1b\xffx", "FAKE UNKNOWN: unexpected argument "
					 "'?b????x' (see --help)\n"},
		{"c -H a --output xml", "FAKE UNKNOWN: --output: 'xml' is none "
					"of text, json, openmetrics (see "
					"--help)\n"},
		{"c -H a --state sip.x=ok",
		 "FAKE UNKNOWN: --state: no finding is called 'sip.x' (want an "
		 "id such as net.timeout, or a pattern such as 'crypto.*') "
		 "(see --help)\n"},
		{"c -H a --extra-opts=@/nowhere/x",
		 "FAKE UNKNOWN: --extra-opts: /nowhere/x: No such file or "
		 "directory\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		assert_int_equal(execute(*state, cases[i].line, &out), 3);
		assert_string_equal(out.data, cases[i].text);
	}
}

static void a_wrong_command_line_keeps_the_form_asked_for(void **state)
{
	struct buf out;

	assert_int_equal(execute(*state, "c --foo --output json", &out), 3);
	assert_true(
		str_starts(buf_str(&out), STR("{\"plugin\": \"check_fake\"")));
	assert_non_null(strstr(out.data, "\"local.usage\""));
	assert_int_equal(execute(*state, "c --output openmetrics", &out), 3);
	assert_true(str_ends(buf_str(&out), STR("# EOF\n")));
	assert_non_null(strstr(out.data, "id=\"local.usage\""));
}

static void state_does_not_excuse_a_wrong_command_line(void **state)
{
	struct buf out;

	assert_int_equal(
		execute(*state, "c --state *=ok --foo --output json", &out), 3);
	assert_non_null(strstr(out.data, "\"exit\": 3"));
}

static void version_is_told_with_status_3(void **state)
{
	struct buf out;

	assert_int_equal(execute(*state, "c -V", &out), 3);
	assert_true(str_starts(buf_str(&out), STR("check_fake ")));
	assert_true(str_ends(buf_str(&out), STR(" (monitoring-plugins-um)\n")));
	assert_int_equal(execute(*state, "c --version --foo", &out), 3);
	assert_true(str_starts(buf_str(&out), STR("check_fake ")));
}

static void help_fits_80_columns(void **state)
{
	struct buf out;
	struct str rest;

	assert_int_equal(execute(*state, "c --help", &out), 3);
	rest = buf_str(&out);
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > 80)
			fail_msg(STR_FMT, STR_ARG(line));
		assert_false(str_ends(line, STR(" ")));
	}
}

static void help_shows_every_option_but_the_hidden(void **state)
{
	struct buf out;

	execute(*state, "c -h", &out);
	assert_true(str_starts(buf_str(&out), STR("check_fake -- is it")));
	for (const struct opt_group *g = made_up_groups; g->opts; g++)
		for (const struct opt *o = g->opts; o->name; o++) {
			const char *name = pool_printf(*state, "--%s", o->name);

			assert_int_equal(strstr(out.data, name) != NULL,
					 !o->hidden);
		}
	assert_null(strstr(out.data, "icinga2"));
	assert_non_null(strstr(out.data, "\n  -P, --profile NAME"));
	assert_non_null(strstr(out.data, "  whose rules [exchange-um]\n"));
	assert_non_null(strstr(out.data, "[10]\n"));
	assert_true(str_ends(buf_str(&out), STR("\nExamples:\n"
						"  check_fake -H a.test\n"
						"  check_fake -H b.test -p "
						"5063\n")));
}

static void help_texts_stand_in_one_column(void **state)
{
	struct buf out;

	execute(*state, "c -h", &out);
	assert_non_null(strstr(
		out.data, "\n"
			  "  -H, --hostname HOST        the server to look "
			  "at\n"));
	assert_non_null(strstr(
		out.data, "\n"
			  "      --an-option-with-a-very-long-name\n"
			  "                             shown on a line of "
			  "its own\n"));
}

static void help_is_shown_whatever_else_is_wrong(void **state)
{
	struct buf out;

	assert_int_equal(
		execute(*state, "c --foo -h --extra-opts=@/nowhere", &out), 3);
	assert_true(str_starts(buf_str(&out), STR("check_fake -- is it")));
}

static void what_needs_no_run_is_told_with_status_0(void **state)
{
	static const char line[] = "c --secret-option";
	struct buf out;

	assert_int_equal(execute(*state, line, &out), 0);
	assert_string_equal(out.data, "- id: chain.order\n");
	assert_int_equal(
		execute(*state, "c --secret-option --output json", &out), 0);
	assert_string_equal(out.data, "[{\"id\": \"chain.order\"}]\n");
}

static void the_time_limit_is_ten_seconds_or_what_was_asked(void **state)
{
	static const struct {
		const char *line;
		long at_most;
	} cases[] = {
		{"c -H a --output json", 10000000},
		{"c -H a --output json -t 2.5", 2500000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *left;
		struct buf out;
		long usecs;

		execute(*state, cases[i].line, &out);
		left = strstr(out.data, "\"left\": ");
		assert_non_null(left);
		usecs = strtol(left + strlen("\"left\": "), NULL, 10);
		assert_true(usecs <= cases[i].at_most);
		assert_true(usecs > cases[i].at_most - 1000000);
	}
}

static void verbosity_ends_at_three(void **state)
{
	struct buf out;

	execute(*state, "c -H a --output json -vv", &out);
	assert_non_null(strstr(out.data, "\"verbosity\": 2"));
	execute(*state, "c -H a --output json -vvvvv", &out);
	assert_non_null(strstr(out.data, "\"verbosity\": 3"));
}

static void the_icinga_command_holds_what_an_engine_may_set(void **state)
{
	struct buf out;

	assert_int_equal(execute(*state, "c --icinga2-command", &out), 0);
	assert_non_null(strstr(out.data, "object CheckCommand \"fake\" {\n"
					 "\tcommand = [ PluginDir + "
					 "\"/check_fake\" ]\n"));
	assert_non_null(strstr(out.data,
			       "\t\t\"--file\" = {\n"
			       "\t\t\tvalue = \"$fake_file$\"\n"
			       "\t\t\trepeat_key = true\n"
			       "\t\t\tdescription = \"a file instead\"\n"
			       "\t\t}\n"));
	assert_non_null(strstr(out.data,
			       "\t\t\"--tls-legacy\" = {\n"
			       "\t\t\tset_if = \"$fake_tls_legacy$\"\n"
			       "\t\t\tdescription = \"old servers\"\n"
			       "\t\t}\n"));
	assert_non_null(strstr(out.data, "\t\t\"--verbose\" = {\n"
					 "\t\t\tvalue = {{ range(macro("
					 "\"$fake_verbose$\"))"
					 ".map(each => \"--verbose\") }}\n"
					 "\t\t\tskip_key = true\n"
					 "\t\t\tdescription"));
	assert_non_null(strstr(out.data, "value = \"$fake_port$\"\n"
					 "\t\t\tdescription"));
	assert_non_null(strstr(out.data, "so is \\\"wrapped\\\"\""));
	assert_non_null(strstr(out.data, "\"--timeout\""));
	assert_non_null(strstr(out.data, "\"--state\""));
	assert_null(strstr(out.data, "\"--plain\""));
	assert_null(strstr(out.data, "\"--secret-option\""));
	assert_null(strstr(out.data, "\"--help\""));
	assert_null(strstr(out.data, "\"--icinga2-command\""));
}

static void the_options_are_listed_as_the_tables_have_them(void **state)
{
	struct buf out;

	assert_int_equal(
		execute(*state, "c --list-options --output json", &out), 0);
	assert_non_null(strstr(out.data, "{\"name\": \"check_fake\", "));
	assert_non_null(strstr(
		out.data,
		"{\"group\": \"Target\", \"letter\": \"p\", "
		"\"name\": \"port\", \"value\": \"PORT[,PORT...]\", "
		"\"repeats\": false, \"gathers\": false, \"scheduled\": true, "
		"\"choices\": [], \"preset\": \"5061\", "
		"\"help\": \"its ports\"}"));
	assert_non_null(strstr(out.data, "\"name\": \"file\", "
					 "\"value\": \"FILE\", "
					 "\"repeats\": true, "
					 "\"gathers\": true, "));
	assert_non_null(strstr(
		out.data, "\"choices\": [\"exchange-um\", \"tls-server\"]"));
	assert_non_null(strstr(out.data, "\"name\": \"plain\", "
					 "\"value\": null, "
					 "\"repeats\": false, "
					 "\"gathers\": false, "
					 "\"scheduled\": false"));
	assert_null(strstr(out.data, "secret-option"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_exit_status_is_the_worst_verdict),
		TEST(exit_ok_ends_with_0_and_stays_true_in_the_output),
		TEST(exit_ok_does_not_excuse_a_wrong_command_line),
		TEST(a_wrong_command_line_is_told_in_one_line),
		TEST(a_wrong_command_line_keeps_the_form_asked_for),
		TEST(state_does_not_excuse_a_wrong_command_line),
		TEST(version_is_told_with_status_3),
		TEST(help_fits_80_columns),
		TEST(help_shows_every_option_but_the_hidden),
		TEST(help_texts_stand_in_one_column),
		TEST(help_is_shown_whatever_else_is_wrong),
		TEST(what_needs_no_run_is_told_with_status_0),
		TEST(the_time_limit_is_ten_seconds_or_what_was_asked),
		TEST(verbosity_ends_at_three),
		TEST(the_icinga_command_holds_what_an_engine_may_set),
		TEST(the_options_are_listed_as_the_tables_have_them),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
