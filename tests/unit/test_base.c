/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_base -- memory, slices, deadlines, dates, files: the ground itself. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/str.h"
#include "pooled.h"

static void what_the_pool_gives_is_zeroed_and_aligned(void **state)
{
	for (size_t size = 0; size < 70000; size = size * 2 + 1) {
		unsigned char *volatile used = malloc(size + 4096);
		unsigned char *place;

		/* What malloc(3) gives next has been used before. */
		memset(used, 0xff, size + 4096);
		free(used);
		place = pool_zalloc(*state, size);
		assert_int_equal((uintptr_t)place % sizeof(void *), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(place[i], 0);
	}
}

static void allocations_do_not_overlap(void **state)
{
	char *first = pool_zalloc(*state, 100);
	char *second = pool_zalloc(*state, 100);

	memset(first, 'a', 100);
	memset(second, 'b', 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(first[i], 'a');
}

static void room_is_all_of_it_and_apart_from_the_rest(void **state)
{
	char *before = pool_zalloc(*state, 10);
	char *room = pool_room(*state, 5000);
	char *after = pool_zalloc(*state, 10);

	memset(room, 'r', 5000);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(before[i], 0);
		assert_int_equal(after[i], 0);
	}
}

static void a_pool_begins_with_room(void **state)
{
	char *room = pool_room(*state, 1);
	char *place = pool_zalloc(*state, 10);

	room[0] = 'r';
	assert_int_equal(place[0], 0);
}

static void growing_keeps_what_was_there(void **state)
{
	size_t cap = 0;
	char *text = pool_grow(*state, NULL, &cap, 3);

	memcpy(text, "abc", 3);
	text = pool_grow(*state, text, &cap, cap + 1);
	assert_memory_equal(text, "abc", 3);
	assert_ptr_equal(pool_grow(*state, text, &cap, cap), text);
}

static void a_buffer_stops_at_its_limit_and_says_so(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 5);
	buf_puts(&buf, "abc");
	assert_false(buf.full);
	buf_printf(&buf, "%s", "defgh");
	assert_true(buf.full);
	assert_string_equal(buf.data, "abcde");
	buf_puts(&buf, "x");
	assert_string_equal(buf.data, "abcde");
}

static void printing_longer_than_any_room_is_whole(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 10000);
	buf_printf(&buf, "%0*d", 5000, 7);
	assert_int_equal(buf.len, 5000);
	assert_int_equal(buf.data[4999], '7');
}

static void cutting_leaves_the_rest_until_there_is_none(void **state)
{
	struct str rest = STR("a,,b");

	(void)state;
	assert_true(str_eq(str_cut(&rest, ','), STR("a")));
	assert_true(str_eq(str_cut(&rest, ','), STR("")));
	assert_non_null(rest.p);
	assert_true(str_eq(str_cut(&rest, ','), STR("b")));
	assert_null(rest.p);
}

static void case_is_ignored_for_ascii_letters_only(void **state)
{
	(void)state;
	assert_true(str_caseeq(STR("Um1.Test"), STR("uM1.tESt")));
	assert_false(str_caseeq(STR("\xc3\x84"), STR("\xc3\xa4")));
	assert_false(str_caseeq(STR("@"), STR("`"))); /* 0x40, 0x60 */
	assert_false(str_caseeq(STR("ab"), STR("abc")));
	assert_true(str_casecontains(STR("CN=Contoso CA"), STR("contoso")));
	assert_false(str_casecontains(STR("ab"), STR("abc")));
}

static void numbers_are_digits_within_the_limit(void **state)
{
	static const struct {
		const char *text;
		unsigned max;
		bool good;
		unsigned value;
	} rows[] = {
		{"0", 9, true, 0},
		{"65535", 65535, true, 65535},
		{"65536", 65535, false, 0},
		{"0010", 65535, true, 10},
		{"", 9, false, 0},
		{"-1", 9, false, 0},
		{"+1", 9, false, 0},
		{" 1", 9, false, 0},
		{"1a", 99, false, 0},
		{"4294967296", UINT32_MAX, false, 0},
		{"99999999999999999999999999", UINT32_MAX, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned value = 0;

		assert_int_equal(
			str_uint(str_from(rows[i].text), rows[i].max, &value),
			rows[i].good);
		assert_int_equal(value, rows[i].value);
	}
}

static void blanks_and_line_ends_are_trimmed(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")));
	assert_int_equal(str_trim(STR(" \n")).n, 0);
}

static void a_deadline_that_passed_leaves_nothing(void **state)
{
	struct deadline past = deadline_in(-1);

	(void)state;
	assert_true(deadline_passed(past));
	assert_int_equal(deadline_left(past), 0);
	assert_int_equal(deadline_poll_ms(past), 0);
}

static void a_wait_is_rounded_up_so_that_poll_does_not_spin(void **state)
{
	struct deadline soon = deadline_in(USEC_PER_SEC * 3600 + 1);

	(void)state;
	assert_in_range(deadline_poll_ms(soon), 3590001, 3600001);
}

static void a_share_of_the_time_left_is_its_part(void **state)
{
	struct deadline whole = deadline_in(USEC_PER_SEC * 4000);

	(void)state;
	assert_in_range(deadline_left(deadline_share(whole, 4)),
			990 * USEC_PER_SEC, 1000 * USEC_PER_SEC);
}

/* Seconds by `date -u -d`, leap years by the Gregorian rule. */
static void dates_and_seconds_are_each_other(void **state)
{
	static const struct {
		time_t seconds;
		struct date date;
	} rows[] = {
		{0, {1970, 1, 1, 0, 0, 0}},
		{-1, {1969, 12, 31, 23, 59, 59}},
		{951782400, {2000, 2, 29, 0, 0, 0}},
		{1773532800, {2026, 3, 15, 0, 0, 0}},
		{4107542399, {2100, 2, 28, 23, 59, 59}},
		{4107542400, {2100, 3, 1, 0, 0, 0}},
		{253402300799, {9999, 12, 31, 23, 59, 59}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct date *wanted = &rows[i].date;
		struct date date = date_from(rows[i].seconds);

		assert_int_equal(date.year, wanted->year);
		assert_int_equal(date.month, wanted->month);
		assert_int_equal(date.day, wanted->day);
		assert_int_equal(date.hour, wanted->hour);
		assert_int_equal(date.minute, wanted->minute);
		assert_int_equal(date.second, wanted->second);
		assert_int_equal(date_seconds(wanted), rows[i].seconds);
	}
}

static void a_date_is_written_as_people_read_it(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 100);
	date_write(1773575940, &buf);
	assert_string_equal(buf.data, "2026-03-15 11:59 UTC");
}

static void an_error_text_too_long_is_cut_not_lost(void **state)
{
	struct err err;
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(err_set(&err, ERR_FILE, "%s", text), -1);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_int_equal(err_context(&err, "%s", "where"), -1);
	assert_int_equal(strncmp(err.text, "where: xxx", 10), 0);
	assert_int_equal(err.kind, ERR_FILE);
	assert_int_equal(err_context(&err, "%s", text), -1);
	assert_true(strlen(err.text) < ERR_TEXT_MAX);
}

/* A path of our own for one test; the caller unlinks it. */
static const char *temporary(struct pool *pool)
{
	char *path = pool_printf(pool, "%s/test_base.XXXXXX",
				 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	return path;
}

static void a_file_is_read_whole_and_ends_with_a_nul(void **state)
{
	const char *path = temporary(*state);
	FILE *file = fopen(path, "w");
	struct bytes data;
	struct err err;

	assert_non_null(file);
	for (int i = 0; i < 10000; i++)
		fputs("0123456789", file);
	fclose(file);
	assert_int_equal(file_read(&data, *state, path, FILE_MAX,
				   deadline_in(USEC_PER_SEC * 60), &err),
			 0);
	unlink(path);
	assert_int_equal(data.n, 100000);
	assert_int_equal(data.p[100000], 0);
	assert_int_equal(data.p[99999], '9');
}

static void a_file_over_the_limit_is_refused(void **state)
{
	const char *path = temporary(*state);
	struct bytes data;
	struct err err;

	assert_int_equal(truncate(path, 1001), 0);
	assert_int_equal(file_read(&data, *state, path, 1000,
				   deadline_in(USEC_PER_SEC * 60), &err),
			 -1);
	unlink(path);
	assert_int_equal(err.kind, ERR_FILE);
}

static void a_fifo_without_a_writer_ends_with_the_deadline(void **state)
{
	const char *path = temporary(*state);
	struct bytes data;
	struct err err;

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_read(&data, *state, path, FILE_MAX,
				   deadline_in(USEC_PER_SEC / 20), &err),
			 -1);
	unlink(path);
	assert_int_equal(err.kind, ERR_FILE);
}

/* What a process says that has no memory, and how it ends. */
static int run_out(char *said, size_t size)
{
	int status, ends[2];
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		static char name[] = "check_um_cert";

		program_invocation_short_name = name;
		dup2(ends[1], STDOUT_FILENO);
		memory_out();
	}
	assert_true(child > 0);
	close(ends[1]);
	n = read(ends[0], said, size - 1);
	close(ends[0]);
	assert_true(n >= 0);
	said[n] = '\0';
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void out_of_memory_is_said_as_a_plugin_says_it(void **state)
{
	char said[100];

	(void)state;
	assert_int_equal(run_out(said, sizeof(said)), 3);
	assert_string_equal(said, "UM_CERT UNKNOWN: out of memory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_pool_gives_is_zeroed_and_aligned),
		TEST(allocations_do_not_overlap),
		TEST(room_is_all_of_it_and_apart_from_the_rest),
		TEST(a_pool_begins_with_room),
		TEST(growing_keeps_what_was_there),
		TEST(a_buffer_stops_at_its_limit_and_says_so),
		TEST(printing_longer_than_any_room_is_whole),
		cmocka_unit_test(cutting_leaves_the_rest_until_there_is_none),
		cmocka_unit_test(case_is_ignored_for_ascii_letters_only),
		cmocka_unit_test(numbers_are_digits_within_the_limit),
		cmocka_unit_test(blanks_and_line_ends_are_trimmed),
		cmocka_unit_test(a_deadline_that_passed_leaves_nothing),
		cmocka_unit_test(
			a_wait_is_rounded_up_so_that_poll_does_not_spin),
		cmocka_unit_test(a_share_of_the_time_left_is_its_part),
		cmocka_unit_test(dates_and_seconds_are_each_other),
		TEST(a_date_is_written_as_people_read_it),
		cmocka_unit_test(an_error_text_too_long_is_cut_not_lost),
		TEST(a_file_is_read_whole_and_ends_with_a_nul),
		TEST(a_file_over_the_limit_is_refused),
		TEST(a_fifo_without_a_writer_ends_with_the_deadline),
		cmocka_unit_test(out_of_memory_is_said_as_a_plugin_says_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
