/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_render -- the text form of a report, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "made_up.h"

/* And what only this form has. */
static struct report *full_report(struct pool *pool)
{
	struct report *report = made_up_report(pool);

	report->appendix = "a table\n  with a row\n";
	report->picture = "from here\nto there";
	report->trace = "step 1\nstep 2\n";
	return report;
}

static const char *text_of(const struct report *report, int verbosity)
{
	return rendered(report, render_text, verbosity);
}

#define FIRST_LINE                                                             \
	"FAKE CRITICAL: a.test:5061: the CN is '*.test' (+1 more) | "          \
	"days_left=41.5;30:;14 connect_time=0.0125s;;;0\n"
#define WEAK_KEY "[WARNING] crypto.key-size a.test:5061: RSA with 1024 bits\n"
#define WILDCARD                                                               \
	"[CRITICAL] name.cn-wildcard a.test:5061: the CN is '*.test'\n"        \
	"    remedy: ask for CN=a.test\n"
#define NOT_COMPARED "[OK] name.not-compared a.test:5061: no name is known\n"
#define NOTED                                                                  \
	"[OK] name.san-wildcard a.test:5061: a SAN is a wildcard\n"            \
	"[OK] time.expired a.test:5061: nothing expired\n"
#define TABLE "a table\n  with a row\n"
#define PATH  "from here\nto there\n"
#define FACTS "facts:\n  cipher: AES\n"
#define STEPS "step 1\nstep 2\n"

static void text_tells_what_is_not_ok_in_report_order(void **state)
{
	assert_string_equal(text_of(full_report(*state), 0),
			    FIRST_LINE WEAK_KEY WILDCARD NOT_COMPARED TABLE);
}

static void one_v_adds_what_is_in_order_and_the_picture(void **state)
{
	assert_string_equal(
		text_of(full_report(*state), 1),
		FIRST_LINE WEAK_KEY NOTED WILDCARD NOT_COMPARED TABLE PATH);
}

static void two_v_add_the_facts(void **state)
{
	assert_string_equal(text_of(full_report(*state), 2),
			    FIRST_LINE WEAK_KEY NOTED WILDCARD NOT_COMPARED
				    TABLE PATH FACTS);
}

static void three_v_add_the_steps(void **state)
{
	assert_string_equal(text_of(full_report(*state), 3),
			    FIRST_LINE WEAK_KEY NOTED WILDCARD NOT_COMPARED
				    TABLE PATH FACTS STEPS);
}

static void the_summary_is_line_1_when_nothing_is_wrong(void **state)
{
	struct report *report = report_new(*state, NULL);

	report->summary = "41 days left";
	report_hold(report, "time.expired", "a", "nothing expired");
	assert_string_equal(text_of(report, 0), "FAKE OK: 41 days left\n");
}

static void a_finding_without_a_place_has_no_empty_word(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_find(report, VERDICT_UNKNOWN, "local.system", NULL, "no socket");
	assert_string_equal(text_of(report, 0),
			    "FAKE UNKNOWN: no socket\n"
			    "[UNKNOWN] local.system: no socket\n");
}

static void a_remedy_is_not_told_twice_in_a_row(void **state)
{
	struct report *report = report_new(*state, NULL);
	static const char *const remedies[] = {"a", "a", "b", "a"};

	for (size_t i = 0; i < 4; i++)
		report_find(report, VERDICT_CRITICAL, "tls.alert", "h", "x")
			->remedy = pool_printf(*state, "%s", remedies[i]);
	assert_string_equal(text_of(report, 0),
			    "FAKE CRITICAL: h: x (+3 more)\n"
			    "[CRITICAL] tls.alert h: x\n"
			    "    remedy: a\n"
			    "[CRITICAL] tls.alert h: x\n"
			    "    remedy: as above\n"
			    "[CRITICAL] tls.alert h: x\n"
			    "    remedy: b\n"
			    "[CRITICAL] tls.alert h: x\n"
			    "    remedy: a\n");
}

/* Columns before the '|' of line 1. */
static size_t first_columns(const char *text)
{
	size_t n = 0;

	for (; *text && *text != '\n' && strncmp(text, " | ", 3) != 0; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void line_1_fits_120_columns(void **state)
{
	static const char *const words[] = {
		"word ",    "averylongwordthatgoeson ",  "x",
		"\xc3\xa4", "\xe2\x82\xac\xe2\x82\xac ", "\xff ",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct buf text;

		buf_init(&text, *state, 2000);
		while (text.len < 300) {
			struct report *report = report_new(*state, NULL);
			const char *line;

			buf_puts(&text, words[i]);
			report_metric(report, "rtt", "s", 1);
			report_find(report, VERDICT_CRITICAL, "tls.alert",
				    "a.test", "%s", text.data);
			report_find(report, VERDICT_WARNING, "tls.version",
				    "a.test", "old");
			line = text_of(report, 0);
			assert_true(first_columns(line) <= 120);
			assert_non_null(strstr(line, " (+1 more) | rtt=1s\n"));
		}
	}
}

static void a_long_line_1_ends_at_a_word(void **state)
{
	struct report *report = report_new(*state, NULL);

	/* Columns: 10 of "FAKE OK: ", 11 a word; ten words are 119. */
	report->summary = "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd "
			  "eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh "
			  "iiiiiiiiii jjjjjjjjjj kkkkkkkkkk";
	assert_string_equal(text_of(report, 0),
			    "FAKE OK: aaaaaaaaaa bbbbbbbbbb cccccccccc "
			    "dddddddddd eeeeeeeeee ffffffffff gggggggggg "
			    "hhhhhhhhhh iiiiiiiiii...\n");
}

static void text_that_fits_exactly_is_not_cut(void **state)
{
	struct report *report = report_new(*state, NULL);
	char exact[112] = {0}, over[113] = {0};
	const char *line;

	memset(exact, 'x', 111); /* 9 + 111 = 120 */
	report->summary = exact;
	line = text_of(report, 0);
	assert_int_equal(first_columns(line), 120);
	assert_null(strstr(line, "..."));
	memset(over, 'x', 112);
	report->summary = over;
	line = text_of(report, 0);
	assert_int_equal(first_columns(line), 120);
	assert_non_null(strstr(line, "x...\n"));
}

static void perfdata_drops_its_empty_slots(void **state)
{
	static const struct {
		const char *unit;
		double value;
		struct range warn, crit;
		double min, max;
		const char *text;
	} cases[] = {
		{"", 1, {0}, {0}, -HUGE_VAL, HUGE_VAL, "m=1"},
		{"s", 0.5, {0}, {0}, -HUGE_VAL, HUGE_VAL, "m=0.5s"},
		{"%", 50, {0}, {0}, 0, 100, "m=50%;;;0;100"},
		{"", 1, {0}, {0}, -HUGE_VAL, 9, "m=1;;;;9"},
		{"", 1, {0, 5, 0, 1}, {0}, -HUGE_VAL, HUGE_VAL, "m=1;5"},
		{"", 1, {0}, {0, 5, 0, 1}, -HUGE_VAL, HUGE_VAL, "m=1;;5"},
		{"c",
		 -3,
		 {-1, 1, 1, 1},
		 {0, 5, 0, 1},
		 0,
		 HUGE_VAL,
		 "m=-3c;@-1:1;5;0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct report *report = report_new(*state, NULL);
		struct metric *metric = report_metric(
			report, "m", cases[i].unit, cases[i].value);

		report->summary = "fine";
		metric->warn = cases[i].warn;
		metric->crit = cases[i].crit;
		metric->min = cases[i].min;
		metric->max = cases[i].max;
		assert_string_equal(text_of(report, 0),
				    pool_printf(*state, "FAKE OK: fine | %s\n",
						cases[i].text));
	}
}

static void a_value_that_is_not_finite_is_left_out(void **state)
{
	struct report *report = report_new(*state, NULL);

	report->summary = "fine";
	report_metric(report, "a", "s", (double)NAN);
	report_metric(report, "b", "s", HUGE_VAL);
	assert_string_equal(text_of(report, 0), "FAKE OK: fine\n");
}

static struct report *large_report(struct pool *pool)
{
	struct report *report = report_new(pool, NULL);

	for (int i = 0; i < 500; i++)
		report_find(report, VERDICT_CRITICAL, "chain.order", "a.test",
			    "number %d of many findings", i)
			->remedy = "none is known";
	report_metric(report, "rtt", "s", 1);
	report->appendix = "table";
	return report;
}

static void the_output_stays_below_8_kib(void **state)
{
	const char *text = text_of(large_report(*state), 1);
	size_t lines = 0;

	assert_true(strlen(text) < RENDER_TEXT_MAX);
	assert_true(strlen(text) > RENDER_TEXT_MAX - 200);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	/* 1 + 500 findings with remedy + the table, all but the last line. */
	assert_true(str_ends(
		str_from(text),
		str_from(pool_printf(*state,
				     "\n(%zu more left out here, -vv shows "
				     "all)\n",
				     1002 - (lines - 1)))));
}

static void a_line_that_does_not_fit_is_left_out_whole(void **state)
{
	struct str rest = str_from(text_of(large_report(*state), 0));

	str_cut(&rest, '\n');
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		assert_true(str_ends(line, STR("of many findings")) ||
			    str_eq(line, STR("    remedy: none is known")) ||
			    str_eq(line, STR("    remedy: as above")) ||
			    str_ends(line, STR("-vv shows all)")));
	}
}

static void nothing_follows_a_line_that_was_left_out(void **state)
{
	struct report *report = report_new(*state, NULL);
	char text[1001];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 9; i++)
		report_find(report, VERDICT_CRITICAL, "tls.alert", "a", "%s",
			    text);
	report_find(report, VERDICT_CRITICAL, "tls.alert", "a", "short");
	assert_null(strstr(text_of(report, 0), "short"));
}

static void two_v_tell_all_of_it(void **state)
{
	const char *text = text_of(large_report(*state), 2);

	assert_non_null(strstr(text, "number 499 of many"));
	assert_null(strstr(text, "left out"));
}

static void too_much_perfdata_is_left_out_by_the_datum(void **state)
{
	struct report *report = report_new(*state, NULL);
	struct str first;
	const char *text;

	report->summary = "fine";
	for (int i = 0; i < 1000; i++)
		report_metric(report, pool_printf(*state, "metric_%04d", i),
			      "s", i);
	text = text_of(report, 0);
	assert_true(strlen(text) < RENDER_TEXT_MAX);
	first = str_from(text);
	first = str_cut(&first, '\n');
	assert_true(str_ends(first, STR("s")));
	assert_non_null(strstr(text, "more left out here"));
}

static void facts_are_written_as_yaml_has_them(void **state)
{
	struct fact *root = fact_root(*state, FACT_OBJECT);
	struct fact *chain = fact_add(root, *state, "chain", FACT_LIST);
	struct fact *cert = fact_add(chain, *state, NULL, FACT_OBJECT);
	struct fact *dns, *tls;
	struct buf out;

	fact_text(cert, *state, "subject", STR("CN=a\nb"));
	dns = fact_add(cert, *state, "dns", FACT_LIST);
	fact_text(dns, *state, NULL, STR("a.test"));
	fact_text(dns, *state, NULL, STR("b.test"));
	fact_add(cert, *state, "uri", FACT_LIST);
	fact_add(fact_add(chain, *state, NULL, FACT_OBJECT), *state, "dns",
		 FACT_LIST);
	tls = fact_add(root, *state, "tls", FACT_OBJECT);
	fact_bool(tls, *state, "staple", false);
	fact_integer(tls, *state, "bits", INT64_MIN);
	fact_number(tls, *state, "time", 0.25);
	fact_text(tls, *state, "sni", (struct str){0});
	fact_add(root, *state, "matrix", FACT_OBJECT);

	buf_init(&out, *state, RENDER_TEXT_MAX);
	render_facts_text(root, &out);
	assert_string_equal(out.data, "chain:\n"
				      "  - subject: CN=a?b\n"
				      "    dns:\n"
				      "      - a.test\n"
				      "      - b.test\n"
				      "    uri: []\n"
				      "  - dns: []\n"
				      "tls:\n"
				      "  staple: false\n"
				      "  bits: -9223372036854775808\n"
				      "  time: 0.25\n"
				      "  sni: null\n"
				      "matrix: {}\n");
}

/* Hostile text ------------------------------------------------------------ */

/* A report in which every text is hostile. */
static struct report *hostile_report(struct pool *pool)
{
	static const char evil[] = "\n[OK] | x=1 <script>\x1b[2J\xff\"\\'";
	struct report *report = report_new(pool, NULL);
	struct finding *finding;
	struct fact *list;

	finding = report_find(report, VERDICT_CRITICAL, "name.cn-invalid", evil,
			      "%s", evil);
	finding->remedy = evil;
	finding->source = evil;
	report_hold(report, "time.expired", evil, evil);
	fact_text(report->facts, pool, "cn", STR("a\0|\n<"));
	list = fact_add(report->facts, pool, "list", FACT_LIST);
	fact_text(list, pool, NULL, str_from(evil));
	report->picture = "a \x1b | b\nc <d>";
	report->appendix = "\xff|\n\t";
	report->trace = "> GET\n< 200\r\n";
	report_metric(report, "rtt", "s", 1);
	return report;
}

static void hostile_text_adds_no_line_and_no_perfdata(void **state)
{
	const char *text = text_of(hostile_report(*state), 3);
	size_t lines = 0, bars = 0;

	for (const char *c = text; *c; c++) {
		if ((*c > 0 && *c < ' ' && *c != '\n') || *c == '\x7f' ||
		    *c == '<' || *c == '>' || (unsigned char)*c == 0xff)
			fail_msg("%s", text);
		lines += *c == '\n';
		bars += *c == '|';
	}
	/* 1, finding, remedy, held, 2 table, 2 picture, 4 facts, 2 trace */
	assert_int_equal(lines, 14);
	assert_int_equal(bars, 1);
	assert_non_null(strstr(text, " | rtt=1s\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_tells_what_is_not_ok_in_report_order),
		TEST(one_v_adds_what_is_in_order_and_the_picture),
		TEST(two_v_add_the_facts),
		TEST(three_v_add_the_steps),
		TEST(the_summary_is_line_1_when_nothing_is_wrong),
		TEST(a_finding_without_a_place_has_no_empty_word),
		TEST(a_remedy_is_not_told_twice_in_a_row),
		TEST(line_1_fits_120_columns),
		TEST(a_long_line_1_ends_at_a_word),
		TEST(text_that_fits_exactly_is_not_cut),
		TEST(perfdata_drops_its_empty_slots),
		TEST(a_value_that_is_not_finite_is_left_out),
		TEST(the_output_stays_below_8_kib),
		TEST(a_line_that_does_not_fit_is_left_out_whole),
		TEST(nothing_follows_a_line_that_was_left_out),
		TEST(two_v_tell_all_of_it),
		TEST(too_much_perfdata_is_left_out_by_the_datum),
		TEST(facts_are_written_as_yaml_has_them),
		TEST(hostile_text_adds_no_line_and_no_perfdata),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
