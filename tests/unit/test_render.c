/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_render -- one report in three forms, and what may never be in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "check/render.h"

#define OUTPUT_MAX ((size_t)1 << 20)

static int make_pool(void **state)
{
	*state = pool_new();
	return 0;
}

static int drop_pool(void **state)
{
	pool_free(*state);
	return 0;
}

static const char *rendered(const struct report *report, render_fn *render,
			    int verbosity)
{
	const struct banner banner = {"check_fake", "FAKE", "1.2.3", verbosity};
	struct buf out;

	buf_init(&out, report->pool, OUTPUT_MAX);
	render(report, &banner, &out);
	return out.data;
}

/* A report with one of everything. */
static struct report *full_report(struct pool *pool)
{
	struct report *report = report_new(pool, NULL);
	struct finding *finding;
	struct metric *metric;

	report_find(report, VERDICT_WARNING, "crypto.key-size", "a.test:5061",
		    "RSA with %d bits", 1024);
	report_find(report, VERDICT_OK, "name.san-wildcard", "a.test:5061",
		    "a SAN is a wildcard");
	report_hold(report, "time.expired", "a.test:5061", "nothing expired");
	finding = report_find(report, VERDICT_CRITICAL, "name.cn-wildcard",
			      "a.test:5061", "the CN is '*.test'");
	finding->remedy = "ask for CN=a.test";
	finding->source = "a book";
	report_find(report, VERDICT_OK, "name.not-compared", "a.test:5061",
		    "no name is known")
		->always = true;
	metric = report_metric(report, "days_left", "", 41.5);
	metric->warn = (struct range){.lo = 30, .hi = HUGE_VAL, .set = true};
	metric->crit = (struct range){.hi = 14, .set = true};
	report_metric(report, "connect_time", "s", 0.0125)->min = 0;
	fact_text(report->facts, pool, "cipher", STR("AES"));
	report->appendix = "a table\n  with a row\n";
	report->picture = "from here\nto there";
	report->trace = "step 1\nstep 2\n";
	return report;
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

/* Text --------------------------------------------------------------------- */

static void text_tells_what_is_not_ok_in_report_order(void **state)
{
	assert_string_equal(rendered(full_report(*state), render_text, 0),
			    FIRST_LINE WEAK_KEY WILDCARD NOT_COMPARED TABLE);
}

static void one_v_adds_what_is_in_order_and_the_picture(void **state)
{
	assert_string_equal(
		rendered(full_report(*state), render_text, 1),
		FIRST_LINE WEAK_KEY NOTED WILDCARD NOT_COMPARED TABLE PATH);
}

static void two_v_add_the_facts(void **state)
{
	assert_string_equal(rendered(full_report(*state), render_text, 2),
			    FIRST_LINE WEAK_KEY NOTED WILDCARD NOT_COMPARED
				    TABLE PATH FACTS);
}

static void three_v_add_the_steps(void **state)
{
	assert_string_equal(rendered(full_report(*state), render_text, 3),
			    FIRST_LINE WEAK_KEY NOTED WILDCARD NOT_COMPARED
				    TABLE PATH FACTS STEPS);
}

static void the_summary_is_line_1_when_nothing_is_wrong(void **state)
{
	struct report *report = report_new(*state, NULL);

	report->summary = "41 days left";
	report_hold(report, "time.expired", "a", "nothing expired");
	assert_string_equal(rendered(report, render_text, 0),
			    "FAKE OK: 41 days left\n");
}

static void a_finding_without_a_place_has_no_empty_word(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_find(report, VERDICT_UNKNOWN, "local.system", NULL, "no socket");
	assert_string_equal(rendered(report, render_text, 0),
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
	assert_string_equal(rendered(report, render_text, 0),
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
			line = rendered(report, render_text, 0);
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
	assert_string_equal(rendered(report, render_text, 0),
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
	line = rendered(report, render_text, 0);
	assert_int_equal(first_columns(line), 120);
	assert_null(strstr(line, "..."));
	memset(over, 'x', 112);
	report->summary = over;
	line = rendered(report, render_text, 0);
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
		assert_string_equal(rendered(report, render_text, 0),
				    pool_printf(*state, "FAKE OK: fine | %s\n",
						cases[i].text));
	}
}

static void a_value_that_is_not_finite_is_left_out(void **state)
{
	struct report *report = report_new(*state, NULL);
	json_t *json;

	report->summary = "fine";
	report_metric(report, "a", "s", (double)NAN);
	report_metric(report, "b", "s", HUGE_VAL);
	assert_string_equal(rendered(report, render_text, 0),
			    "FAKE OK: fine\n");
	assert_null(strstr(rendered(report, render_openmetrics, 0), "um_a"));
	json = json_loads(rendered(report, render_json, 0), 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "metrics")), 0);
	json_decref(json);
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
	const char *text = rendered(large_report(*state), render_text, 1);
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
	struct str rest =
		str_from(rendered(large_report(*state), render_text, 0));

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
	assert_null(strstr(rendered(report, render_text, 0), "short"));
}

static void two_v_tell_all_of_it(void **state)
{
	const char *text = rendered(large_report(*state), render_text, 2);

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
	text = rendered(report, render_text, 0);
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

	buf_init(&out, *state, OUTPUT_MAX);
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

/* Neutralising ------------------------------------------------------------- */

static void what_a_terminal_or_engine_obeys_becomes_a_question_mark(
	void **state)
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
	const char *text = rendered(hostile_report(*state), render_text, 3);
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

/* JSON --------------------------------------------------------------------- */

static json_t *parsed(const struct report *report)
{
	const char *text = rendered(report, render_json, 0);
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("%s: %s", error.text, text);
	assert_true(str_ends(str_from(text), STR("}\n")));
	return json;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		fail_msg("%s is no text", key);
	return text;
}

static void json_has_the_members_promised(void **state)
{
	static const char *const keys[] = {"plugin", "version", "state",
					   "exit",   "summary", "findings",
					   "passed", "metrics", "facts"};
	json_t *json = parsed(full_report(*state));

	assert_int_equal(json_object_size(json), sizeof(keys) / sizeof(*keys));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_non_null(json_object_get(json, keys[i]));
	assert_string_equal(text_of(json, "plugin"), "check_fake");
	assert_string_equal(text_of(json, "version"), "1.2.3");
	assert_string_equal(text_of(json, "state"), "CRITICAL");
	assert_int_equal(json_integer_value(json_object_get(json, "exit")), 2);
	assert_string_equal(text_of(json, "summary"),
			    "a.test:5061: the CN is '*.test'");
	json_decref(json);
}

static void json_findings_are_the_broken_ones_noted_or_not(void **state)
{
	static const char *const ids[] = {
		"crypto.key-size", "name.san-wildcard", "name.cn-wildcard",
		"name.not-compared"};
	json_t *json = parsed(full_report(*state));
	json_t *list = json_object_get(json, "findings");
	json_t *third;

	assert_int_equal(json_array_size(list), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(text_of(json_array_get(list, i), "id"),
				    ids[i]);
	third = json_array_get(list, 2);
	assert_string_equal(text_of(third, "state"), "CRITICAL");
	assert_string_equal(text_of(third, "where"), "a.test:5061");
	assert_string_equal(text_of(third, "text"), "the CN is '*.test'");
	assert_string_equal(text_of(third, "remedy"), "ask for CN=a.test");
	assert_string_equal(text_of(third, "source"), "a book");
	assert_true(json_is_null(
		json_object_get(json_array_get(list, 0), "remedy")));
	json_decref(json);
}

static void json_passed_are_the_ids_that_nowhere_broke(void **state)
{
	struct report *report = report_new(*state, NULL);
	json_t *json, *list;

	report_hold(report, "chain.order", "a:1", "fine");
	report_hold(report, "chain.order", "a:2", "fine");
	report_hold(report, "crypto.pss", "a:1", "fine");
	report_find(report, VERDICT_OK, "crypto.pss", "a:2", "noted");
	report_hold(report, "chain.extra", "a:1", "fine");
	json = parsed(report);
	list = json_object_get(json, "passed");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_array_get(list, 0)),
			    "chain.order");
	assert_string_equal(json_string_value(json_array_get(list, 1)),
			    "chain.extra");
	json_decref(json);
}

static void json_metrics_hold_numbers_ranges_and_nulls(void **state)
{
	json_t *json = parsed(full_report(*state));
	json_t *list = json_object_get(json, "metrics");
	json_t *days = json_array_get(list, 0), *time = json_array_get(list, 1);

	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_of(days, "label"), "days_left");
	assert_string_equal(text_of(days, "unit"), "");
	assert_string_equal(text_of(days, "warning"), "30:");
	assert_string_equal(text_of(days, "critical"), "14");
	assert_true(json_is_null(json_object_get(days, "min")));
	assert_string_equal(text_of(time, "unit"), "s");
	assert_true(json_is_null(json_object_get(time, "warning")));
	assert_true(json_is_real(json_object_get(time, "min")));
	assert_true(json_is_null(json_object_get(time, "max")));
	assert_non_null(strstr(rendered(full_report(*state), render_json, 0),
			       "\"value\": 0.0125,"));
	json_decref(json);
}

static void json_of_hostile_text_parses(void **state)
{
	json_t *json = parsed(hostile_report(*state));
	json_t *finding = json_array_get(json_object_get(json, "findings"), 0);

	assert_string_equal(text_of(finding, "text"),
			    "?[OK] ? x=1 ?script??[2J?\"\\'");
	assert_string_equal(text_of(json_object_get(json, "facts"), "cn"),
			    "a????");
	json_decref(json);
}

static void json_keeps_whole_facts(void **state)
{
	struct report *report = report_new(*state, NULL);
	struct fact *tls = fact_add(report->facts, *state, "tls", FACT_OBJECT);
	struct buf out;

	fact_integer(tls, *state, "large", INT64_MAX);
	fact_number(tls, *state, "tenth", 0.1);
	fact_bool(tls, *state, "yes", true);
	fact_text(tls, *state, "none", (struct str){0});
	fact_add(tls, *state, "empty", FACT_LIST);
	buf_init(&out, *state, OUTPUT_MAX);
	render_facts_json(report->facts, &out);
	assert_string_equal(out.data,
			    "{\"tls\": {\"large\": 9223372036854775807, "
			    "\"tenth\": 0.1, \"yes\": true, \"none\": null, "
			    "\"empty\": []}}\n");
}

static void json_that_has_no_room_is_still_json(void **state)
{
	const struct banner banner = {"check_fake", "FAKE", "1.2.3", 0};
	struct report *report = large_report(*state);
	struct buf out;
	json_t *json;

	buf_init(&out, *state, 1000);
	render_json(report, &banner, &out);
	json = json_loads(out.data, 0, NULL);
	assert_non_null(json);
	assert_string_equal(text_of(json, "state"), "CRITICAL");
	assert_int_equal(json_integer_value(json_object_get(json, "exit")), 2);
	json_decref(json);
}

/* What jansson cannot have: the allocations behind it fail one by one. */
static size_t allocations_left;

static void *meagre_malloc(size_t size)
{
	if (allocations_left == 0)
		return NULL;
	allocations_left--;
	return malloc(size);
}

static void json_short_of_memory_is_still_json(void **state)
{
	struct report *report = full_report(*state);
	const char *whole = rendered(report, render_json, 0);

	for (size_t n = 0; n < 200; n++) {
		const char *text;
		json_t *json;

		json_set_alloc_funcs(meagre_malloc, free);
		allocations_left = n;
		text = rendered(report, render_json, 0);
		json_set_alloc_funcs(malloc, free);
		json = json_loads(text, 0, NULL);
		if (!json)
			fail_msg("with %zu: %s", n, text);
		assert_string_equal(text_of(json, "state"), "CRITICAL");
		/* All of it, or a word that it could not be told. */
		if (!strstr(text_of(json, "summary"), "could not be written"))
			assert_string_equal(text, whole);
		json_decref(json);
	}
}

/* OpenMetrics -------------------------------------------------------------- */

static void openmetrics_has_state_findings_and_metrics(void **state)
{
	assert_string_equal(
		rendered(full_report(*state), render_openmetrics, 0),
		"# TYPE um_state gauge\n"
		"# HELP um_state State of the check: 0 OK, 1 WARNING, "
		"2 CRITICAL, 3 UNKNOWN\n"
		"um_state 2\n"
		"# TYPE um_finding gauge\n"
		"# HELP um_finding State of what is broken or worth noting\n"
		"um_finding{id=\"crypto.key-size\",where=\"a.test:5061\"} 1\n"
		"um_finding{id=\"name.san-wildcard\",where=\"a.test:5061\"} 0\n"
		"um_finding{id=\"name.cn-wildcard\",where=\"a.test:5061\"} 2\n"
		"um_finding{id=\"name.not-compared\",where=\"a.test:5061\"} 0\n"
		"# TYPE um_days_left gauge\n"
		"# HELP um_days_left Measured value (no unit)\n"
		"um_days_left 41.5\n"
		"# TYPE um_connect_time gauge\n"
		"# HELP um_connect_time Measured value (seconds)\n"
		"um_connect_time 0.0125\n"
		"# EOF\n");
}

static void openmetrics_without_findings_has_no_such_family(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_hold(report, "chain.order", "a", "fine");
	assert_null(strstr(rendered(report, render_openmetrics, 0), "finding"));
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void openmetrics_tells_the_worst_of_the_same_labels(void **state)
{
	struct report *report = report_new(*state, NULL);
	const char *text;

	report_find(report, VERDICT_WARNING, "chain.order", "a", "1");
	report_find(report, VERDICT_CRITICAL, "chain.order", "a", "2");
	report_find(report, VERDICT_UNKNOWN, "chain.order", "a", "3");
	/* Different bytes that look the same once they are clean. */
	report_find(report, VERDICT_OK, "chain.order", "b\x01", "4");
	report_find(report, VERDICT_WARNING, "chain.order", "b\x02", "5");
	text = rendered(report, render_openmetrics, 0);
	assert_int_equal(count(text, "um_finding{"), 2);
	assert_int_equal(count(text, ",where=\"a\"} 2\n"), 1);
	assert_int_equal(count(text, ",where=\"b?\"} 1\n"), 1);
}

static void openmetrics_has_each_family_once(void **state)
{
	struct report *report = report_new(*state, NULL);
	const char *text;

	report_metric(report, "rtt", "s", (double)NAN);
	report_metric(report, "rtt", "s", 1);
	report_metric(report, "rtt", "s", 2);
	text = rendered(report, render_openmetrics, 0);
	assert_int_equal(count(text, "# TYPE um_rtt gauge\n"), 1);
	assert_int_equal(count(text, "\num_rtt "), 1);
	assert_int_equal(count(text, "\num_rtt 1\n"), 1);
}

static void openmetrics_escapes_its_labels(void **state)
{
	struct report *report = report_new(*state, NULL);

	report_find(report, VERDICT_WARNING, "chain.order", "a\"b\\c\nd", "1");
	assert_non_null(strstr(rendered(report, render_openmetrics, 0),
			       ",where=\"a\\\"b\\\\c?d\"} 1\n"));
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
		TEST(what_a_terminal_or_engine_obeys_becomes_a_question_mark),
		TEST(what_reorders_or_breaks_a_line_becomes_a_question_mark),
		TEST(nul_bytes_become_question_marks),
		TEST(no_byte_beyond_the_slice_is_looked_at),
		TEST(long_text_ends_with_dots_at_a_character),
		TEST(hostile_text_adds_no_line_and_no_perfdata),
		TEST(json_has_the_members_promised),
		TEST(json_findings_are_the_broken_ones_noted_or_not),
		TEST(json_passed_are_the_ids_that_nowhere_broke),
		TEST(json_metrics_hold_numbers_ranges_and_nulls),
		TEST(json_of_hostile_text_parses),
		TEST(json_keeps_whole_facts),
		TEST(json_that_has_no_room_is_still_json),
		TEST(json_short_of_memory_is_still_json),
		TEST(openmetrics_has_state_findings_and_metrics),
		TEST(openmetrics_without_findings_has_no_such_family),
		TEST(openmetrics_tells_the_worst_of_the_same_labels),
		TEST(openmetrics_has_each_family_once),
		TEST(openmetrics_escapes_its_labels),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
