/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_clean -- what text of others may never do to a terminal or an engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/render.h"
#include "pooled.h"

static void what_others_obey_becomes_a_question_mark(void **state)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{"plain ASCII ~!@#$%^&*()_+;'\"\\/", NULL},
		{"", NULL},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", NULL}, /* ä € emoji */
		{"\xc2\xa0\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", NULL},
		{"a\nb\rc\td", "a?b?c?d"},
		{"\x01\x1b[31m\x7f", "??[31m?"},
		{"a|b<script>", "a?b?script?"},
		{"\xc2\x80\xc2\x9b\xc2\x9f", "???"}, /* C1 */
		{"\xd8\x9c", "?"},                   /* U+061C */
		{"\x80", "?"},
		{"\xbf\xbf", "??"},
		{"\xc3", "?"},
		{"\xc3(", "?("},
		{"\xe2\x82", "??"},
		{"\xe2(\xac", "?(?"},
		{"\xf0\x9f\x98", "???"},
		{"\xc0\xbc\xc1\xbf", "????"},           /* overlong '<' */
		{"\xe0\x80\xbc\xe0\x9f\xbf", "??????"}, /* overlong */
		{"\xf0\x80\x80\xbc\xf0\x8f\xbf\xbf", "????????"},
		{"\xed\xa0\x80\xed\xbf\xbf", "??"}, /* surrogates */
		{"\xf4\x90\x80\x80", "?"},          /* U+110000 */
		{"\xf5\x80\x80\x80", "????"},
		{"\xfe\xff", "??"},
		{"\xf8\x88\x80\x80\x80", "?????"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *clean = cases[i].clean;
		struct buf out;

		buf_init(&out, *state, 1000);
		render_clean(&out, str_from(cases[i].text), 1000);
		assert_string_equal(out.data, clean ? clean : cases[i].text);
	}
}

/* The three bytes of UTF-8 that say `point`. */
static const char *encoded(struct pool *pool, unsigned point)
{
	return pool_printf(pool, "%c%c%c", (int)(0xe0 | point >> 12),
			   (int)(0x80 | (point >> 6 & 0x3f)),
			   (int)(0x80 | (point & 0x3f)));
}

static void what_reorders_or_breaks_a_line_becomes_a_question_mark(void **state)
{
	static const struct {
		unsigned from, to;
	} harmful[] = {
		{0x200e, 0x200f},
		{0x2028, 0x202e},
		{0x2066, 0x2069},
		{0xfeff, 0xfeff},
	};

	for (size_t i = 0; i < sizeof(harmful) / sizeof(*harmful); i++) {
		unsigned from = harmful[i].from, to = harmful[i].to;

		for (unsigned point = from - 1; point <= to + 1; point++) {
			const char *text = encoded(*state, point);
			bool harmless = point < from || point > to;
			struct buf out;

			buf_init(&out, *state, 100);
			render_clean(&out, str_from(text), 100);
			assert_string_equal(out.data, harmless ? text : "?");
		}
	}
}

static void nul_bytes_become_question_marks(void **state)
{
	struct buf out;

	buf_init(&out, *state, 1000);
	render_clean(&out, STR("a.test\0.evil.test"), 1000);
	assert_string_equal(out.data, "a.test?.evil.test");
}

static void no_byte_beyond_the_slice_is_looked_at(void **state)
{
	struct buf out;

	buf_init(&out, *state, 1000);
	render_clean(&out, (struct str){"\xe2\x82\xac", 2}, 1000);
	assert_string_equal(out.data, "??");
}

static void long_text_ends_with_dots_at_a_character(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *clean;
	} cases[] = {
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcde..."},
		{"abcdef", 0, "..."},
		{"", 0, ""},
		{"\xe2\x82\xac\xe2\x82\xac", 6, "\xe2\x82\xac\xe2\x82\xac"},
		{"\xe2\x82\xac\xe2\x82\xac", 5, "\xe2\x82\xac..."},
		{"\xe2\x82\xac\xe2\x82\xac", 4, "\xe2\x82\xac..."},
		{"\xe2\x82\xac\xe2\x82\xac", 2, "..."},
		{"\xff\xff\xff", 2, "??..."},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		buf_init(&out, *state, 1000);
		render_clean(&out, str_from(cases[i].text), cases[i].max);
		assert_string_equal(out.data, cases[i].clean);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_others_obey_becomes_a_question_mark),
		TEST(what_reorders_or_breaks_a_line_becomes_a_question_mark),
		TEST(nul_bytes_become_question_marks),
		TEST(no_byte_beyond_the_slice_is_looked_at),
		TEST(long_text_ends_with_dots_at_a_character),
	};

	return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}
