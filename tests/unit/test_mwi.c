/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mwi -- message summaries as they are sent, and sent again. */
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

static struct mwi parsed(struct str body)
{
	struct mwi mwi;
	struct err err;

	if (mwi_parse(&mwi, body, &err))
		fail_msg("'" STR_FMT "': %s", STR_ARG(body), err.text);
	return mwi;
}

static void is_account(const struct mwi *mwi, const char *want)
{
	if (!mwi->account.p || !str_eq(mwi->account, str_from(want)))
		fail_msg("the account is '" STR_FMT "', not '%s'",
			 STR_ARG(mwi->account), want);
}

static bool counts_are(const struct mwi_counts *a, const struct mwi_counts *b)
{
	return a->told == b->told && a->fresh == b->fresh && a->old == b->old &&
	       a->urgent_told == b->urgent_told &&
	       a->urgent_fresh == b->urgent_fresh &&
	       a->urgent_old == b->urgent_old;
}

/* Is it told in these numbers, and is nothing told of other classes? */
static void is_only(const struct mwi *mwi, enum mwi_class class,
		    struct mwi_counts want)
{
	static const struct mwi_counts none;

	for (size_t i = 0; i < MWI_CLASSES; i++)
		if (!counts_are(&mwi->counts[i], i == class ? &want : &none))
			fail_msg("%s: %u/%u (%u/%u)",
				 mwi_class_name((enum mwi_class)i),
				 mwi->counts[i].fresh, mwi->counts[i].old,
				 mwi->counts[i].urgent_fresh,
				 mwi->counts[i].urgent_old);
}

/* As it is sent ----------------------------------------------------------- */

static void the_summary_of_the_rfc_is_read(void **state)
{
	/* RFC 3842 4.1, message A3 */
	const struct mwi mwi =
		parsed(STR("Messages-Waiting: yes\r\n"
			   "Message-Account: sip:alice@vmail.example.com\r\n"
			   "Voice-Message: 2/8 (0/2)\r\n"));

	(void)state;
	assert_true(mwi.waiting);
	is_account(&mwi, "sip:alice@vmail.example.com");
	is_only(&mwi, MWI_VOICE, (struct mwi_counts){true, 2, 8, true, 0, 2});
}

static void a_status_alone_is_a_summary(void **state)
{
	const struct mwi mwi = parsed(STR("Messages-Waiting: no\r\n"));

	(void)state;
	assert_false(mwi.waiting);
	assert_null(mwi.account.p);
	is_only(&mwi, MWI_VOICE, (struct mwi_counts){0});
}

/* RFC 3842 3.5: two messages, headers of each behind an empty line. */
static void headers_of_messages_are_passed_over(void **state)
{
	const struct mwi mwi =
		parsed(STR("Messages-Waiting: yes\r\n"
			   "Message-Account: sip:alice@vmail.example.com\r\n"
			   "Voice-Message: 4/8 (1/2)\r\n"
			   "\r\n"
			   "To: <alice@atlanta.example.com>\r\n"
			   "From: <bob@biloxi.example.com>\r\n"
			   "Subject: carpool tomorrow?\r\n"
			   "Priority: normal\r\n"
			   "Message-Context: voice-message\r\n"
			   "\r\n"
			   "To: <alice@vmail.example.com>\r\n"
			   "Priority: urgent\r\n"
			   "Message-Account: <\r\n"
			   "Messages-Waiting: no\r\n"
			   "Voice-Message: x\r\n"
			   "Fax-Message: 1/1\r\n"));

	(void)state;
	assert_true(mwi.waiting);
	is_account(&mwi, "sip:alice@vmail.example.com");
	is_only(&mwi, MWI_VOICE, (struct mwi_counts){true, 4, 8, true, 1, 2});
}

static void exchange_um_is_read(void **state)
{
	const struct mwi mwi =
		parsed(STR("Messages-Waiting: yes\r\n"
			   "Message-Account: sip:100@lab.test\r\n"
			   "Voice-Message: 2/8 (0/0)\r\n"));

	(void)state;
	assert_true(mwi.waiting);
	is_account(&mwi, "sip:100@lab.test");
	is_only(&mwi, MWI_VOICE, (struct mwi_counts){true, 2, 8, true, 0, 0});
}

/* Each says yes, sip:a@b.test, voice 1/2 (3/4). */
static void every_way_of_writing_is_read(void **state)
{
	static const char *const texts[] = {
		"Messages-Waiting: yes\nMessage-Account: sip:a@b.test\n"
		"Voice-Message: 1/2 (3/4)\n",
		"messages-waiting: YES\r\nmessage-account: sip:a@b.test\r\n"
		"voice-message: 1/2 (3/4)\r\n",
		"MESSAGES-WAITING: Yes\r\nMESSAGE-ACCOUNT: sip:a@b.test\r\n"
		"VOICE-MESSAGE: 1/2 (3/4)\r\n",
		"Messages-Waiting:yes\r\nMessage-Account:sip:a@b.test\r\n"
		"Voice-Message:1/2(3/4)\r\n",
		"Messages-Waiting\t : \tyes \r\nMessage-Account : sip:a@b.test"
		"\t\r\nVoice-Message : 1 / 2  ( 3\t/ 4 ) \r\n",
		"Messages-Waiting:\r\n "
		"yes\r\nMessage-Account:\r\n\tsip:a@b.test"
		"\r\nVoice-Message: 1/2\r\n (3/4)\r\n",
		"Voice-Message: 1/2 (3/4)\r\nMessage-Account: sip:a@b.test\r\n"
		"Messages-Waiting: yes\r\n",
		"\r\n\nMessages-Waiting: yes\r\nMessage-Account: sip:a@b.test\n"
		"Voice-Message: 0001/02 (3/04)",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct mwi mwi = parsed(str_from(texts[i]));

		if (!mwi.waiting)
			fail_msg("%s", texts[i]);
		is_account(&mwi, "sip:a@b.test");
		is_only(&mwi, MWI_VOICE,
			(struct mwi_counts){true, 1, 2, true, 3, 4});
	}
}

static void the_last_line_needs_no_end(void **state)
{
	static const char *const texts[] = {
		YES "Fax-Message: 12/34",
		YES "Fax-Message: 12/34\r",
		YES "Fax-Message: 12/34\n",
	};
	const struct mwi mwi = parsed(STR("Messages-Waiting: yes"));

	(void)state;
	assert_true(mwi.waiting);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct mwi fax = parsed(str_from(texts[i]));

		is_only(&fax, MWI_FAX, (struct mwi_counts){true, 12, 34});
	}
}

static void each_class_is_told_apart(void **state)
{
	/* RFC 3458 6, in the order of RFC 3842 5.2 */
	static const struct {
		const char *name;
		enum mwi_class class;
	} cases[] = {
		{"voice-message", MWI_VOICE},
		{"fax-message", MWI_FAX},
		{"pager-message", MWI_PAGER},
		{"multimedia-message", MWI_MULTIMEDIA},
		{"text-message", MWI_TEXT},
		{"none", MWI_NONE},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text =
			pool_printf(*state, YES "%s: 1/2\r\n", cases[i].name);
		const struct mwi mwi = parsed(str_from(text));

		is_only(&mwi, cases[i].class, (struct mwi_counts){true, 1, 2});
		assert_string_equal(mwi_class_name(cases[i].class),
				    cases[i].name);
	}
}

static void several_classes_stand_side_by_side(void **state)
{
	const struct mwi mwi = parsed(STR(YES "Fax-Message: 0/1\r\n"
					      "None: 5/6 (7/8)\r\n"
					      "Voice-Message: 2/3\r\n"));
	static const struct mwi_counts want[MWI_CLASSES] = {
		[MWI_VOICE] = {true, 2, 3},
		[MWI_FAX] = {true, 0, 1},
		[MWI_NONE] = {true, 5, 6, true, 7, 8},
	};

	(void)state;
	for (size_t i = 0; i < MWI_CLASSES; i++)
		assert_true(counts_are(&mwi.counts[i], &want[i]));
}

static void counts_end_at_their_limit(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
	} cases[] = {
		{"0", 0},
		{"4294967294", 4294967294},
		{"4294967295", 4294967295},
		{"4294967296", 4294967295},
		{"4294967300", 4294967295}, /* 4 in 32 bits */
		{"9999999999", 4294967295},
		{"18446744073709551616", 4294967295}, /* 0 in 64 bits */
		{"18446744073709551617", 4294967295},
		{"00000000000000000000000007", 7},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *n = cases[i].text;
		const uint32_t v = cases[i].value;
		const char *text = pool_printf(
			*state, YES "Voice-Message: %s/%s (%s/%s)", n, n, n, n);
		const struct mwi mwi = parsed(str_from(text));

		is_only(&mwi, MWI_VOICE,
			(struct mwi_counts){true, v, v, true, v, v});
	}
}

static void a_count_of_50000_digits_is_the_limit(void **state)
{
	struct mwi mwi;
	struct buf text;

	buf_init(&text, *state, 1 << 20);
	buf_puts(&text, YES "Voice-Message: 0/");
	for (unsigned i = 0; i < 50000; i++)
		buf_puts(&text, "3");
	mwi = parsed(buf_str(&text));
	is_only(&mwi, MWI_VOICE, (struct mwi_counts){true, 0, 4294967295});
}

/* What RFC 3842 does not know --------------------------------------------- */

static void unknown_lines_are_passed_over(void **state)
{
	static const char *const lines[] = {
		"Video-Message: 7/8 (9/9)",
		"Voice-Messages: 7/8",
		"X-Voice-Message: 7/8",
		"Voice-Message 7/8",
		"complete garbage",
		":",
		": 1/2",
		"\377\376\001\002",
		"Voice\303\266-Message: 7/8",
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		const char *text = pool_printf(
			*state, "%s\r\n" YES "%s\nPager-Message: 1/2\r\n%s",
			lines[i], lines[i], lines[i]);
		const struct mwi mwi = parsed(str_from(text));

		assert_true(mwi.waiting);
		is_only(&mwi, MWI_PAGER, (struct mwi_counts){true, 1, 2});
	}
}

static void a_nul_ends_nothing(void **state)
{
	const struct mwi mwi = parsed(STR("\0\0\n" YES "X\0: y\0\r\n"
					  "Voice-Message\0: 3/4\r\n"
					  "Text-Message: 1/2\r\n"));

	(void)state;
	assert_true(mwi.waiting);
	is_only(&mwi, MWI_TEXT, (struct mwi_counts){true, 1, 2});
}

static void a_line_of_60_kib_is_read(void **state)
{
	struct buf text;
	struct mwi mwi;

	buf_init(&text, *state, 1 << 20);
	buf_puts(&text, YES "X: ");
	for (unsigned i = 0; i < 60 * 1024; i++)
		buf_puts(&text, "x");
	buf_puts(&text, "\r\nMessage-Account: ");
	for (unsigned i = 0; i < 60 * 1024; i++)
		buf_puts(&text, "a");
	buf_puts(&text, "\r\nFax-Message: 1/2");
	mwi = parsed(buf_str(&text));
	assert_int_equal(mwi.account.n, 60 * 1024);
	is_only(&mwi, MWI_FAX, (struct mwi_counts){true, 1, 2});
}

/* Accounts ---------------------------------------------------------------- */

static void an_account_loses_brackets_and_blanks(void **state)
{
	static const struct {
		const char *text, *account;
	} cases[] = {
		{"sip:a@b.test", "sip:a@b.test"},
		{" \tsip:a@b.test \t", "sip:a@b.test"},
		{"<sip:a@b.test>", "sip:a@b.test"},
		{"< sip:a@b.test >", "sip:a@b.test"},
		{"Alice <sip:a@b.test>", "sip:a@b.test"},
		{"\"A > B\" <sip:a@b.test>", "sip:a@b.test"},
		{"sips:a@b.test;x=y?z", "sips:a@b.test;x=y?z"},
		{"100", "100"},
		{"a@b.test", "a@b.test"},
		{"sip:j\303\266rg@b.test", "sip:j\303\266rg@b.test"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = pool_printf(
			*state, YES "Message-Account:%s\r\n", cases[i].text);
		const struct mwi mwi = parsed(str_from(text));

		is_account(&mwi, cases[i].account);
	}
}

static void an_empty_account_is_not_told(void **state)
{
	static const char *const texts[] = {"", " ", "<>", "< >", "Alice <>"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *text = pool_printf(
			*state, YES "Message-Account: %s\r\n", texts[i]);

		assert_null(parsed(str_from(text)).account.p);
	}
}

/* Writing ----------------------------------------------------------------- */

static void what_exchange_um_sends_is_written(void **state)
{
	const struct mwi mwi = {
		.waiting = true,
		.account = STR("sip:100@lab.test"),
		.counts = {[MWI_VOICE] = {true, 2, 8, true, 0, 0}},
	};
	struct buf out;

	buf_init(&out, *state, 4096);
	mwi_write(&out, &mwi);
	assert_string_equal(out.data, "Messages-Waiting: yes\r\n"
				      "Message-Account: sip:100@lab.test\r\n"
				      "Voice-Message: 2/8 (0/0)\r\n");
}

static void what_is_not_told_is_not_written(void **state)
{
	const struct mwi mwi = {
		.counts = {[MWI_FAX] = {true, 1, 4294967295},
			   [MWI_TEXT] = {.fresh = 7, .urgent_told = true},
			   [MWI_NONE] = {true, 0, 0, false, 3, 4}},
	};
	struct buf out;

	buf_init(&out, *state, 4096);
	mwi_write(&out, &mwi);
	assert_string_equal(out.data, "Messages-Waiting: no\r\n"
				      "Fax-Message: 1/4294967295\r\n"
				      "None: 0/0\r\n");
}

/* A third of 2 x 2 x 4^6: each class absent, bare, urgent, at its limit. */
static void what_is_written_is_read_again(void **state)
{
	static const struct mwi_counts kinds[] = {
		{0},
		{true, 1, 2},
		{true, 3, 4, true, 5, 6},
		{true, 4294967295, 0, true, 4294967295, 4294967295},
	};

	for (unsigned k = 0; k < 4 * 4096; k += 3) {
		struct mwi mwi = {.waiting = k & 1}, again;
		struct buf out;

		if (k & 2)
			mwi.account = STR("sip:a@b.test");
		for (unsigned i = 0; i < MWI_CLASSES; i++)
			mwi.counts[i] = kinds[k >> (2 + 2 * i) & 3];
		buf_init(&out, *state, 4096);
		mwi_write(&out, &mwi);
		again = parsed(buf_str(&out));
		assert_int_equal(again.waiting, mwi.waiting);
		assert_int_equal(again.account.p != NULL, (k & 2) != 0);
		assert_true(str_eq(again.account, mwi.account));
		for (unsigned i = 0; i < MWI_CLASSES; i++)
			assert_true(
				counts_are(&again.counts[i], &mwi.counts[i]));
	}
}

/* RFC 3842 5.2: each line but the first may be left out. */
static void counts_are_known_or_not(void **state)
{
	const struct {
		const char *text;
		bool known;
	} cases[] = {
		{"Messages-Waiting: yes", false},
		{"Messages-Waiting: no", true},
		{"Messages-Waiting: yes\nVoice-Message: 1/0", true},
		{"Messages-Waiting: yes\nFax-Message: 1/0", true},
		{"Messages-Waiting: yes\nMessage-Account: sip:a@b", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mwi mwi = parsed(str_from(cases[i].text));

		if (mwi_counts_voice(&mwi) != cases[i].known)
			fail_msg("%s", cases[i].text);
	}
}

static void a_dark_lamp_over_new_messages_contradicts(void **state)
{
	static const struct {
		const char *text;
		bool contradicts;
	} cases[] = {
		{"Messages-Waiting: no\nVoice-Message: 1/0", true},
		{"Messages-Waiting: no\nVoice-Message: 4294967296/0", true},
		{"Messages-Waiting: no\nVoice-Message: 0/9", false},
		{"Messages-Waiting: no", false},
		{"Messages-Waiting: no\nFax-Message: 1/0", false},
		{"Messages-Waiting: yes\nVoice-Message: 1/0", false},
		{"Messages-Waiting: yes\nVoice-Message: 0/0", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mwi mwi = parsed(str_from(cases[i].text));

		if (mwi_contradicts(&mwi) != cases[i].contradicts)
			fail_msg("%s", cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_summary_of_the_rfc_is_read),
		TEST(a_status_alone_is_a_summary),
		TEST(headers_of_messages_are_passed_over),
		TEST(exchange_um_is_read),
		TEST(every_way_of_writing_is_read),
		TEST(the_last_line_needs_no_end),
		TEST(each_class_is_told_apart),
		TEST(several_classes_stand_side_by_side),
		TEST(counts_end_at_their_limit),
		TEST(a_count_of_50000_digits_is_the_limit),
		TEST(unknown_lines_are_passed_over),
		TEST(a_nul_ends_nothing),
		TEST(a_line_of_60_kib_is_read),
		TEST(an_account_loses_brackets_and_blanks),
		TEST(an_empty_account_is_not_told),
		TEST(what_exchange_um_sends_is_written),
		TEST(what_is_not_told_is_not_written),
		TEST(what_is_written_is_read_again),
		TEST(counts_are_known_or_not),
		TEST(a_dark_lamp_over_new_messages_contradicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
