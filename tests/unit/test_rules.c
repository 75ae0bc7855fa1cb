/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rules -- every profile against every fixture, and against the contract.
 *
 * golden.txt is made from contract.tsv and defects.txt, not from our answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "data.h"
#include "pki/profile.h"

#define LINE_MAX_LEN ((size_t)4096)
#define FINDINGS_MAX 64

/* One fixture of golden.txt: "right: FILE ANCHORS TIME EXPECT POOL DOMAIN",
 * and a line of what is promised for each profile. */
struct fixture {
	struct str name;
	struct demands demands;
	struct evidence evidence;
	struct str promised[PROFILES];
};

struct golden {
	struct pool *pool;
	struct fixture *fixtures;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

static const char *text_of(struct pool *pool, struct str s)
{
	return pool_strndup(pool, s.p, s.n);
}

/* The next word; "-" stands for none. */
static struct str take_word(struct str *line)
{
	struct str word = str_cut(line, ' ');

	return str_eq(word, STR("-")) ? (struct str){0} : word;
}

static void read_evidence(struct fixture *fixture, struct pool *pool,
			  struct str file, struct str anchors)
{
	const char *name = text_of(pool, file);
	const struct ders known = data_certs(pool, text_of(pool, anchors));
	const struct trust_config config = {
		.anchors = known.v,
		.anchors_len = known.n,
	};
	const struct container_wish wish = {.name = name};
	struct container chain;
	struct err err;
	int rc;

	rc = container_read(&chain, pool,
			    data_read(pool, pool_printf(pool, "pki/%s", name)),
			    &wish, &err);
	if (rc == 0 && chain.certs.n > 0)
		rc = evidence_read(&fixture->evidence, pool, chain.certs.v,
				   chain.certs.n, &config, &err);
	else if (rc == 0)
		rc = evidence_read_request(&fixture->evidence, pool,
					   chain.request, &err);
	if (rc)
		fail_msg("%s: %s", name, err.text);
}

static void read_fixture(struct fixture *fixture, struct pool *pool,
			 struct str line)
{
	struct str file, anchors, expected;
	unsigned at;

	fixture->name = str_cut(&line, ':');
	str_cut(&line, ' ');
	file = take_word(&line);
	anchors = take_word(&line);
	assert_true(str_uint(take_word(&line), UINT32_MAX, &at));
	expected = take_word(&line);
	fixture->demands.pool = take_word(&line);
	fixture->demands.domain = take_word(&line);
	assert_null(line.p);
	while (expected.p)
		strs_add(&fixture->demands.expected, pool,
			 str_cut(&expected, ','));
	fixture->evidence.now = (time_t)at;
	read_evidence(fixture, pool, file, anchors);
}

static const struct profile *find_profile(struct str name)
{
	for (size_t i = 0; i < PROFILES; i++)
		if (str_eq(str_from(profiles[i].name), name))
			return &profiles[i];
	fail_msg("there is no profile %.*s", (int)name.n, name.p);
	return NULL;
}

static struct fixture *add_fixture(struct golden *golden)
{
	golden->fixtures =
		pool_grow(golden->pool, golden->fixtures, &golden->cap,
			  (golden->n + 1) * sizeof(*golden->fixtures));
	golden->fixtures[golden->n] = (struct fixture){0};
	return &golden->fixtures[golden->n++];
}

static void read_line(struct golden *golden, struct str line)
{
	struct str rest = line, name = str_cut(&rest, ' ');
	struct fixture *last;

	if (line.n == 0 || line.p[0] == '#')
		return;
	if (str_ends(name, STR(":"))) {
		read_fixture(add_fixture(golden), golden->pool, line);
		return;
	}
	assert_true(golden->n > 0);
	last = &golden->fixtures[golden->n - 1];
	assert_true(str_eq(name, last->name));
	last->promised[find_profile(str_cut(&rest, ' '))->id] = line;
}

static int read_golden(void **state)
{
	struct pool *pool = pool_new();
	struct golden *golden = pool_zalloc(pool, sizeof(*golden));
	struct bytes data;
	struct str rest;

	golden->pool = pool;
	*state = golden;
	data = data_read(pool, "golden.txt");
	rest = (struct str){(const char *)data.p, data.n};
	while (rest.p)
		read_line(golden, str_cut(&rest, '\n'));
	return golden->n > 0 ? 0 : -1;
}

static int drop_golden(void **state)
{
	struct golden *golden = *state;

	pool_free(golden->pool);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct finding *const *one = a, *const *two = b;

	return strcmp((*one)->id, (*two)->id);
}

/* What is not in order, sorted by id. */
static size_t broken(const struct report *report, const struct finding **out)
{
	size_t n = 0;

	for (const struct finding *f = report->findings; f; f = f->next) {
		if (f->holds)
			continue;
		assert_true(n < FINDINGS_MAX);
		out[n++] = f;
	}
	qsort(out, n, sizeof(const struct finding *), by_id);
	return n;
}

static const struct report *judge(const struct golden *golden,
				  const struct fixture *fixture,
				  const struct profile *profile)
{
	const struct trial trial = {&fixture->evidence, &fixture->demands,
				    profile};
	struct report *report = report_new(golden->pool, NULL);

	profile_judge(&trial, "um1.contoso.test:5061", report);
	return report;
}

/* The answer in golden.txt's form. */
static struct str answer(const struct golden *golden,
			 const struct fixture *fixture,
			 const struct profile *profile)
{
	const struct report *report = judge(golden, fixture, profile);
	const struct finding *found[FINDINGS_MAX];
	const size_t n = broken(report, found);
	struct buf line;

	buf_init(&line, golden->pool, LINE_MAX_LEN);
	buf_printf(&line, STR_FMT " %s %s", STR_ARG(fixture->name),
		   profile->name, verdict_name(report_verdict(report)));
	for (size_t i = 0; i < n; i++)
		buf_printf(&line, " %s=%s", found[i]->id,
			   verdict_name(found[i]->verdict));
	return buf_str(&line);
}

static void every_profile_judges_every_fixture_as_promised(void **state)
{
	const struct golden *golden = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < golden->n; i++)
		for (size_t k = 0; k < PROFILES; k++) {
			const struct fixture *fixture = &golden->fixtures[i];
			struct str got = answer(golden, fixture, &profiles[k]);
			struct str want = fixture->promised[k];

			if (str_eq(got, want))
				continue;
			print_message("want %.*s\nwas  %s\n", (int)want.n,
				      want.p, got.p);
			wrong++;
		}
	if (wrong > 0)
		fail_msg("%zu judgements are not those of golden.txt", wrong);
}

static void what_is_broken_is_told_with_reason_place_and_source(void **state)
{
	const struct golden *golden = *state;

	for (size_t i = 0; i < golden->n; i++)
		for (size_t k = 0; k < PROFILES; k++) {
			const struct report *report = judge(
				golden, &golden->fixtures[i], &profiles[k]);
			const struct finding *f = report->findings;

			for (; f; f = f->next) {
				assert_string_equal(f->where,
						    "um1.contoso.test:5061");
				if (f->text[0] == '\0')
					fail_msg("%s says nothing", f->id);
				if (!f->holds && !f->source && !f->always)
					fail_msg("%s has no source", f->id);
			}
		}
}

static const struct finding *told(const struct golden *golden,
				  const char *fixture, enum profile_id profile,
				  const char *id)
{
	static const struct finding nothing = {.text = "", .remedy = ""};
	size_t at = 0;

	while (at + 1 < golden->n &&
	       !str_eq(golden->fixtures[at].name, str_from(fixture)))
		at++;
	for (const struct finding *f =
		     judge(golden, &golden->fixtures[at], &profiles[profile])
			     ->findings;
	     f; f = f->next)
		if (strcmp(f->id, id) == 0)
			return f;
	fail_msg("%s of %s is not told", id, fixture);
	return &nothing;
}

static void no_remedy_has_a_gap_left(void **state)
{
	const struct golden *golden = *state;

	for (size_t i = 0; i < golden->n; i++)
		for (size_t k = 0; k < PROFILES; k++) {
			const struct report *report = judge(
				golden, &golden->fixtures[i], &profiles[k]);
			const struct finding *f = report->findings;

			for (; f; f = f->next)
				if (f->remedy && strpbrk(f->remedy, "{}"))
					fail_msg("%s: %s", f->id, f->remedy);
		}
}

static void the_matrix_says_what_the_report_says(void **state)
{
	const struct golden *golden = *state;

	for (size_t i = 0; i < golden->n; i++)
		for (size_t k = 0; k < PROFILES; k++) {
			const struct fixture *fixture = &golden->fixtures[i];
			const struct trial trial = {&fixture->evidence,
						    &fixture->demands,
						    &profiles[k]};
			const struct report *report =
				judge(golden, fixture, &profiles[k]);
			struct buf ids, told;

			buf_init(&ids, golden->pool, LINE_MAX_LEN);
			buf_init(&told, golden->pool, LINE_MAX_LEN);
			for (const struct finding *f = report->findings; f;
			     f = f->next)
				if (f->verdict != VERDICT_OK)
					buf_printf(&told, "%s%s",
						   told.len ? " " : "", f->id);
			assert_int_equal(profile_verdict(&trial, report, &ids),
					 report_verdict(report));
			assert_string_equal(ids.data, told.data);
		}
}

/* The contract's word on name.cn-mismatch. */
static void a_name_that_stands_only_in_the_san_is_told_as_such(void **state)
{
	static const struct {
		const char *fixture;
		bool in_san;
	} cases[] = {
		{"san-only", true},
		{"no-cn", true},
		{"wildcard", false}, /* covered, but not there by that name */
		{"other-name", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct finding *f =
			told(*state, cases[i].fixture, PROFILE_EXCHANGE_UM,
			     "name.cn-mismatch");

		if (!strstr(f->text, "only in the SAN") == cases[i].in_san)
			fail_msg("%s: %s", cases[i].fixture, f->text);
	}
}

/* The name that the profile compares: the pool's for a pool. */
static void a_remedy_names_the_server_and_the_commands(void **state)
{
	const char *um = told(*state, "wildcard", PROFILE_EXCHANGE_UM,
			      "name.cn-wildcard")
				 ->remedy;
	const char *lync = told(*state, "pool-unnamed", PROFILE_LYNC_SERVER,
				"name.cn-mismatch")
				   ->remedy;

	assert_non_null(strstr(um, "'cn=um1.contoso.test' -DomainName "
				   "um1.contoso.test "));
	assert_non_null(strstr(um, "Enable-ExchangeCertificate"));
	assert_non_null(strstr(lync, "CN pool1.contoso.test"));
	assert_non_null(strstr(lync, "Set-CsCertificate"));
}

/* --state is a matter of the report, and of the matrix as well. */
static void the_matrix_obeys_the_overrides(void **state)
{
	const struct golden *golden = *state;
	struct override ok[] = {{"name.*", VERDICT_OK},
				{"time.*", VERDICT_UNKNOWN}};
	const struct overrides overrides = {.v = ok, .n = 2};
	const struct report *report = report_new(golden->pool, &overrides);

	for (size_t i = 0; i < golden->n; i++) {
		const struct fixture *fixture = &golden->fixtures[i];
		const struct trial trial = {&fixture->evidence,
					    &fixture->demands,
					    &profiles[PROFILE_EXCHANGE_UM]};
		enum verdict verdict;
		struct buf ids;

		buf_init(&ids, golden->pool, LINE_MAX_LEN);
		verdict = profile_verdict(&trial, report, &ids);
		if (str_eq(fixture->name, STR("wildcard"))) {
			assert_int_equal(verdict, VERDICT_OK);
			assert_string_equal(ids.data, "");
		} else if (str_eq(fixture->name, STR("expired"))) {
			assert_int_equal(verdict, VERDICT_UNKNOWN);
			assert_string_equal(ids.data, "time.expired");
		}
	}
}

/* "C", "W/C": the verdicts of a cell, as contract.tsv writes them. */
static enum verdict verdict_of(struct str letter)
{
	if (str_eq(letter, STR("C")))
		return VERDICT_CRITICAL;
	if (str_eq(letter, STR("W")))
		return VERDICT_WARNING;
	if (str_eq(letter, STR("o")))
		return VERDICT_OK;
	assert_true(str_eq(letter, STR("-")));
	return VERDICT_NONE;
}

static const struct fact *child(const struct fact *parent, const char *name)
{
	for (const struct fact *f = parent->children; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	fail_msg("no fact %s", name);
	return parent;
}

/* What --list-rules prints for that cell. */
static struct str listed(const struct fact *list, struct str id,
			 const struct profile *profile)
{
	const struct fact *rule = child(list, "rules")->children;

	for (; rule; rule = rule->next)
		if (str_eq(child(rule, "id")->text, id))
			return child(child(rule, "verdicts"), profile->name)
				->text;
	return (struct str){0};
}

static void check_row(struct str row, const struct profile *const *columns,
		      const struct fact *list)
{
	const struct clause *clause = clauses;
	struct str id = str_cut(&row, '\t');

	while (clause->rule && !str_eq(str_from(clause->rule->id), id))
		clause++;
	if (!clause->rule)
		fail_msg("no rule %.*s", (int)id.n, id.p);
	for (size_t i = 0; i < PROFILES; i++) {
		const struct grade *grade = &clause->grade[columns[i]->id];
		const struct str cell = str_cut(&row, '\t');
		struct str badly = cell;
		struct str plainly = str_cut(&badly, '/');

		if (grade->broken != verdict_of(plainly) ||
		    grade->badly != verdict_of(badly.p ? badly : plainly))
			fail_msg("%s of %s is not the contract's",
				 clause->rule->id, columns[i]->name);
		assert_true(str_eq(listed(list, id, columns[i]), cell));
	}
	assert_null(row.p);
}

static void the_rule_table_is_the_contract_cell_by_cell(void **state)
{
	const struct golden *golden = *state;
	const struct bytes data = data_read(golden->pool, "contract.tsv");
	struct str rest = {(const char *)data.p, data.n};
	const struct fact *list = rule_list(golden->pool);
	const struct profile *columns[PROFILES];
	size_t rows = 0, rules = 0;

	while (rest.p) {
		struct str line = str_cut(&rest, '\n');

		if (str_starts(line, STR("id\t"))) {
			str_cut(&line, '\t');
			for (size_t i = 0; i < PROFILES; i++)
				columns[i] = find_profile(str_cut(&line, '\t'));
		} else if (line.n > 0 && line.p[0] != '#') {
			check_row(line, columns, list);
			rows++;
		}
	}
	while (clauses[rules].rule)
		rules++;
	assert_int_equal(rows, rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_profile_judges_every_fixture_as_promised),
		cmocka_unit_test(
			what_is_broken_is_told_with_reason_place_and_source),
		cmocka_unit_test(no_remedy_has_a_gap_left),
		cmocka_unit_test(a_remedy_names_the_server_and_the_commands),
		cmocka_unit_test(the_matrix_says_what_the_report_says),
		cmocka_unit_test(
			a_name_that_stands_only_in_the_san_is_told_as_such),
		cmocka_unit_test(the_matrix_obeys_the_overrides),
		cmocka_unit_test(the_rule_table_is_the_contract_cell_by_cell),
	};

	return cmocka_run_group_tests_name("rules", tests, read_golden,
					   drop_golden);
}
