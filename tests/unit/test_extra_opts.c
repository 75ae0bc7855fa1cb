/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_extra_opts -- options from ini files, as monitoring-plugins has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "check/extra_opts.h"

#define WORDS_MAX 16

/* A directory of its own with one file in it. */
struct lab {
	struct pool *pool;
	char dir[64];
	const char *file;
};

static int make_lab(void **state)
{
	struct pool *pool = pool_new();
	struct lab *lab = pool_zalloc(pool, sizeof(*lab));

	lab->pool = pool;
	snprintf(lab->dir, sizeof(lab->dir), "/tmp/test_extra_opts.XXXXXX");
	if (!mkdtemp(lab->dir))
		return -1;
	lab->file = pool_printf(pool, "%s/plugins.ini", lab->dir);
	unsetenv("MP_CONFIG_FILE");
	unsetenv("NAGIOS_CONFIG_PATH");
	*state = lab;
	return 0;
}

static int drop_lab(void **state)
{
	struct lab *lab = *state;

	unlink(lab->file);
	rmdir(lab->dir);
	pool_free(lab->pool);
	return 0;
}

static void write_file(const struct lab *lab, const char *text, size_t len)
{
	FILE *file = fopen(lab->file, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* The command line "check ..." expanded; its words joined by blanks. */
static int expand(struct lab *lab, const char *const *line, struct buf *out,
		  struct err *err)
{
	char *words[WORDS_MAX + 1] = {0};
	char *const *argv = words;
	struct strs places = {0};
	int argc = 0;

	for (; line[argc]; argc++)
		words[argc] =
			pool_strndup(lab->pool, line[argc], strlen(line[argc]));
	buf_init(out, lab->pool, 4096);
	extra_opts_take(&places, lab->pool, &argc, &argv);
	if (extra_opts_insert(lab->pool, "check_x", &places, &argc, &argv,
			      deadline_in(USEC_PER_SEC / 5), err))
		return -1;
	assert_null(argv[argc]);
	for (int i = 0; i < argc; i++)
		buf_printf(out, "%s%s", i ? " " : "", argv[i]);
	return 0;
}

#define LINE(...) ((const char *const[]){"check", __VA_ARGS__, NULL})

/* What the file means when its section check_x is asked for. */
static void assert_reads(struct lab *lab, const char *text, const char *words)
{
	const char *option =
		pool_printf(lab->pool, "--extra-opts=@%s", lab->file);
	struct buf out;
	struct err err;

	write_file(lab, text, strlen(text));
	if (expand(lab, LINE(option), &out, &err))
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(out.data, words);
}

static void assert_refuses(struct lab *lab, const char *text, const char *says)
{
	const char *option =
		pool_printf(lab->pool, "--extra-opts=@%s", lab->file);
	struct buf out;
	struct err err;

	write_file(lab, text, strlen(text));
	if (expand(lab, LINE(option), &out, &err) == 0)
		fail_msg("was taken as %s: %s", out.data, text);
	assert_int_equal(err.kind, ERR_FILE);
	if (!strstr(err.text, says) || !strstr(err.text, "--extra-opts: "))
		fail_msg("%s says: %s", text, err.text);
}

static void a_line_without_extra_opts_stays_as_it_is(void **state)
{
	struct buf out;
	struct err err;

	assert_int_equal(
		expand(*state, LINE("-H", "a", "--extra", "b"), &out, &err), 0);
	assert_string_equal(out.data, "check -H a --extra b");
}

static void each_form_of_a_line_in_the_file_is_understood(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"[check_x]\nhostname=a\n", "check --hostname=a"},
		{"[check_x]\n hostname  =  a b \t\n", "check --hostname=a b"},
		{"[check_x]\r\nhostname=a\r\n", "check --hostname=a"},
		{"[check_x]\nhostname=a", "check --hostname=a"},
		{"[ check_x ]\nH=a\n", "check -H a"},
		{"[check_x] # why\nv=\n", "check -v"},
		{"[check_x]\nverbose=\n4\n", "check --verbose -4"},
		{"[check_x]\nhostname=\"a b\"\n", "check --hostname=a b"},
		{"[check_x]\nhostname=' a '\n", "check --hostname= a "},
		{"[check_x]\nhostname=\"\n", "check --hostname=\""},
		{"[check_x]\nhostname=\"\"a\"\"\n", "check --hostname=\"a\""},
		{"[check_x]\nhostname=\"\"\n", "check --hostname="},
		{"[check_x]\nheader=a=b;c#d\n", "check --header=a=b;c#d"},
		{"# c\n; c\n\n  # c\n[check_x]\n#a=b\n;a=b\na=b\n",
		 "check -a b"},
		{"[other]\nno=1\n[check_x]\nyes=1\n[other]\nno=2\n",
		 "check --yes=1"},
		{"[check_x]\naa=1\n[other]\nno=1\n[check_x]\nbb=2\n",
		 "check --aa=1 --bb=2"},
		{"[check_x]\naa=1\naa=2\n", "check --aa=1 --aa=2"},
		{"[other]\n=broken there\n[check_x]\naa=1\n", "check --aa=1"},
		{"[check_x]\n", "check"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_reads(*state, cases[i].text, cases[i].words);
}

static void a_broken_file_is_refused_with_its_line(void **state)
{
	assert_refuses(*state, "a=b\n[check_x]\n", "line 1: stands before");
	assert_refuses(*state, "\n[check_x\na=b\n", "line 2: a ']' is missing");
	assert_refuses(*state, "[check_x] a=b\n", "line 1: something stands");
	assert_refuses(*state, "[check_x]\n\n=b\n",
		       "line 3: the option before");
	assert_refuses(*state, "[check_x]\nextra-opts=a@b\n",
		       "line 2: extra-opts has no place");
	assert_refuses(*state, "[check_y]\na=b\n", "has no section [check_x]");
	assert_refuses(*state, "[check_xy]\na=b\n", "has no section");
	assert_refuses(*state, "", "has no section");
}

static void nul_bytes_are_refused(void **state)
{
	static const char text[] = "[check_x]\na=b\0c\n";
	struct lab *lab = *state;
	const char *option =
		pool_printf(lab->pool, "--extra-opts=@%s", lab->file);
	struct buf out;
	struct err err;

	write_file(lab, text, sizeof(text) - 1);
	assert_int_equal(expand(lab, LINE(option), &out, &err), -1);
	assert_int_equal(err.kind, ERR_FILE);
	assert_non_null(strstr(err.text, "NUL bytes"));
}

static void options_of_files_come_before_the_command_line(void **state)
{
	struct lab *lab = *state;
	const char *one = pool_printf(lab->pool, "one@%s", lab->file);
	const char *two =
		pool_printf(lab->pool, "--extra-opts=two@%s", lab->file);
	static const char text[] = "[one]\nport=1\n[two]\nport=2\n";
	struct buf out;
	struct err err;

	write_file(lab, text, sizeof(text) - 1);
	assert_int_equal(expand(lab,
				LINE("-H", "a", "--extra-opts", one, "-v", two,
				     "-p", "3"),
				&out, &err),
			 0);
	assert_string_equal(out.data, "check --port=1 --port=2 -H a -v -p 3");
}

static void a_word_that_begins_with_a_dash_is_no_section(void **state)
{
	struct lab *lab = *state;
	struct buf out;
	struct err err;

	write_file(lab, "[check_x]\nv\n", 12);
	setenv("MP_CONFIG_FILE", lab->file, 1);
	assert_int_equal(
		expand(lab, LINE("--extra-opts", "-H", "a"), &out, &err), 0);
	assert_string_equal(out.data, "check -v -H a");
	assert_int_equal(
		expand(lab, LINE("-H", "a", "--extra-opts"), &out, &err), 0);
	assert_string_equal(out.data, "check -v -H a");
}

static void nothing_behind_two_dashes_is_expanded(void **state)
{
	struct buf out;
	struct err err;

	assert_int_equal(expand(*state, LINE("--", "--extra-opts=@/nowhere"),
				&out, &err),
			 0);
	assert_string_equal(out.data, "check -- --extra-opts=@/nowhere");
}

static void the_usual_file_is_found_by_the_environment(void **state)
{
	struct lab *lab = *state;
	const char *path =
		pool_printf(lab->pool, "::/nowhere:%s:/tmp", lab->dir);
	struct buf out;
	struct err err;

	write_file(lab, "[other]\nw=30:\n", 14);
	setenv("NAGIOS_CONFIG_PATH", path, 1);
	assert_int_equal(expand(lab, LINE("--extra-opts=other"), &out, &err),
			 0);
	assert_string_equal(out.data, "check -w 30:");

	/* Their order: a file named outright comes before the path. */
	setenv("MP_CONFIG_FILE", "/nowhere/at.all", 1);
	assert_int_equal(expand(lab, LINE("--extra-opts=other"), &out, &err),
			 -1);
	assert_non_null(strstr(err.text, "/nowhere/at.all"));
}

static void a_missing_file_is_an_error_of_that_file(void **state)
{
	struct buf out;
	struct err err;

	assert_int_equal(
		expand(*state, LINE("--extra-opts=@/nowhere/x"), &out, &err),
		-1);
	assert_int_equal(err.kind, ERR_FILE);
	assert_non_null(strstr(err.text, "/nowhere/x: No such file"));
}

static void an_at_without_a_file_is_a_wrong_command_line(void **state)
{
	struct buf out;
	struct err err;

	assert_int_equal(expand(*state, LINE("--extra-opts=a@"), &out, &err),
			 -1);
	assert_int_equal(err.kind, ERR_USAGE);
}

static void a_fifo_without_a_writer_ends_with_the_deadline(void **state)
{
	struct lab *lab = *state;
	const char *option =
		pool_printf(lab->pool, "--extra-opts=@%s", lab->file);
	usec begun = clock_now();
	struct buf out;
	struct err err;

	assert_int_equal(mkfifo(lab->file, 0600), 0);
	assert_int_equal(expand(lab, LINE(option), &out, &err), -1);
	assert_int_equal(err.kind, ERR_FILE);
	assert_true(clock_now() - begun < 2 * USEC_PER_SEC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_lab, drop_lab)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_without_extra_opts_stays_as_it_is),
		TEST(each_form_of_a_line_in_the_file_is_understood),
		TEST(a_broken_file_is_refused_with_its_line),
		TEST(nul_bytes_are_refused),
		TEST(options_of_files_come_before_the_command_line),
		TEST(a_word_that_begins_with_a_dash_is_no_section),
		TEST(nothing_behind_two_dashes_is_expanded),
		TEST(the_usual_file_is_found_by_the_environment),
		TEST(a_missing_file_is_an_error_of_that_file),
		TEST(an_at_without_a_file_is_a_wrong_command_line),
		TEST(a_fifo_without_a_writer_ends_with_the_deadline),
	};

	return cmocka_run_group_tests_name("extra_opts", tests, NULL, NULL);
}
