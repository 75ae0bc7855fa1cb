/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mwi_refused -- what is no message summary, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pooled.h"
#include "sip/mwi.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The last line of an ordinary summary is what most tests are about. */
#define YES "Messages-Waiting: yes\r\n"

static void is_refused(struct str body, const char *why)
{
	struct mwi mwi;
	struct err err;

	if (mwi_parse(&mwi, body, &err) == 0)
		fail_msg("'" STR_FMT "' is read", STR_ARG(body));
	assert_int_equal(err.kind, ERR_PROTOCOL);
	assert_string_equal(err.text, why);
}

static void without_a_status_it_is_no_summary(void **state)
{
	static const struct {
		const char *text, *begins;
	} cases[] = {
		{"Voice-Message: 1/0\r\n", "Voice-Message: 1/0"},
		{"<?xml version=\"1.0\"?>\n<x/>", "<?xml version=\"1.0\"?>"},
		{"Messages-Waiting\r\nFax-Message: 1/0", "Messages-Waiting"},
		{"Fax-Message: 1/0\r\n\r\nMessages-Waiting: yes\r\n",
		 "Fax-Message: 1/0"},
		{"\r\n  garbage \r\n", "garbage"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_refused(str_from(cases[i].text),
			   pool_printf(*state,
				       "the message summary has no "
				       "Messages-Waiting line, it begins with "
				       "\"%s\"",
				       cases[i].begins));
}

static void an_empty_body_is_no_summary(void **state)
{
	static const char why[] = "the message summary is empty";

	(void)state;
	is_refused((struct str){0}, why);
	is_refused(STR(""), why);
	is_refused(STR("\r\n"), why);
	is_refused(STR(" \n\t\r\n\r\n"), why);
}

static void a_status_is_yes_or_no(void **state)
{
	static const char *const words[] = {"maybe", "",      "yes no", "yes,",
					    "y",     "yesno", "true",   "1"};

	for (size_t i = 0; i < COUNT(words); i++)
		is_refused(str_from(pool_printf(*state,
						"Messages-Waiting: %s\r\n"
						"Voice-Message: 1/0\r\n",
						words[i])),
			   pool_printf(*state,
				       "Messages-Waiting is \"%s\", neither "
				       "yes nor no",
				       words[i]));
}

static void counts_that_are_none_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"1",
		"/",
		"1/",
		"/2",
		"-1/0",
		"1/-2",
		"+1/0",
		"1/2 (3/4",
		"1/2 (3/",
		"1/2 (3",
		"1/2 (",
		"1/2 ()",
		"1/2 (-3/4)",
		"1/2 (3/-4)",
		"1/2 3/4)",
		"1/2/3",
		"1/2 (3/4/5)",
		"1/2 (3/4) (5/6)",
		"1 2/3",
		"1/2 3",
		"1/2;x=y",
		"0x1/2",
		"1.5/2",
		"1e3/2",
		"1\\2",
		"one/two",
		"(1/2)",
		"1,000/2",
		"1/2 [3/4]",
		"1/2 (3/4)x",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		is_refused(str_from(pool_printf(*state,
						YES "Voice-Message: %s\r\n",
						texts[i])),
			   pool_printf(*state,
				       "voice-message is \"%s\", not "
				       "\"new/old\" or \"new/old (new/old)\"",
				       texts[i]));
	is_refused(STR(YES "Fax-Message"),
		   "fax-message is \"\", not \"new/old\" or "
		   "\"new/old (new/old)\"");
}

static void a_line_that_comes_twice_is_refused(void **state)
{
	(void)state;
	is_refused(STR(YES "Messages-Waiting: no\r\n"),
		   "the message summary has two lines Messages-Waiting");
	is_refused(STR(YES YES),
		   "the message summary has two lines Messages-Waiting");
	is_refused(STR(YES "Voice-Message: 1/2\r\nFax-Message: 0/0\r\n"
			   "VOICE-message: 0/0\r\n"),
		   "the message summary has two lines VOICE-message");
	is_refused(STR(YES "Message-Account: a\r\nMessage-Account: b\r\n"),
		   "the message summary has two lines Message-Account");
}

static void of_long_nonsense_the_beginning_is_told(void **state)
{
	struct buf text;

	buf_init(&text, *state, 1 << 20);
	buf_puts(&text, YES "Voice-Message: 1/2 (");
	for (unsigned i = 0; i < 60 * 1024; i++)
		buf_puts(&text, "9");
	is_refused(buf_str(&text),
		   "voice-message is \"1/2 (999999999999999999999999999999999"
		   "9999999999999999999999\", not \"new/old\" or "
		   "\"new/old (new/old)\"");
}

static void an_account_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = {
		"sip:a b@c.test",   "<sip:a@b.test",  "sip:a@b.test>x",
		"<<sip:a@b.test>>", "sip:a\t@b.test", "sip:a@b.test\177",
		"<sip:a@b.test>;x",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		is_refused(str_from(pool_printf(*state,
						YES "Message-Account: %s\r\n",
						texts[i])),
			   pool_printf(*state,
				       "Message-Account \"%s\" is no URI",
				       texts[i]));
	is_refused(STR(YES "Message-Account: sip:a\r\n @b.test\r\n"),
		   "Message-Account \"sip:a\r\n @b.test\" is no URI");
}

static void a_nul_is_part_of_no_value(void **state)
{
	(void)state;
	is_refused(STR("Messages-Waiting: yes\0\r\n"),
		   "Messages-Waiting is \"yes\", neither yes nor no");
	is_refused(STR(YES "Voice-Message: 1/2\0\r\n"),
		   "voice-message is \"1/2\", not \"new/old\" or "
		   "\"new/old (new/old)\"");
	is_refused(STR(YES "Message-Account: sip:a\0b\r\n"),
		   "Message-Account \"sip:a\" is no URI");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_status_it_is_no_summary),
		TEST(an_empty_body_is_no_summary),
		TEST(a_status_is_yes_or_no),
		TEST(counts_that_are_none_are_refused),
		TEST(a_line_that_comes_twice_is_refused),
		TEST(of_long_nonsense_the_beginning_is_told),
		TEST(an_account_that_is_none_is_refused),
		TEST(a_nul_is_part_of_no_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
