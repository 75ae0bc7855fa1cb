/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile -- the rule table applied: to one chain, or told as it stands. */
#include "pki/profile.h"

#include "pki/rules.h"

#define REMEDY_MAX ((size_t)1000)

int evidence_read(struct evidence *evidence, struct pool *pool,
		  const struct bytes *chain, size_t chain_len,
		  const struct trust_config *config, struct err *err)
{
	struct trust *trust = &evidence->trust;
	struct trust_config with = *config;

	with.at = evidence->now;
	if (trust_check(trust, pool, chain, chain_len, &with, err))
		return -1;
	evidence->chain = pool_array(pool, chain_len + trust->path_len,
				     sizeof(*evidence->chain));
	evidence->sent_len = trust->sent_len;
	for (size_t i = 0; i < trust->sent_len; i++)
		evidence->chain[evidence->chain_len++] = &trust->sent[i];
	for (size_t i = 0; i < trust->path_len; i++)
		if (!trust->path[i].sent)
			evidence->chain[evidence->chain_len++] =
				trust->path[i].cert;
	return 0;
}

int evidence_read_request(struct evidence *evidence, struct pool *pool,
			  struct bytes request, struct err *err)
{
	struct cert *cert = pool_zalloc(pool, sizeof(*cert));

	if (cert_read_request(cert, pool, request, err))
		return -1;
	evidence->chain = pool_array(pool, 1, sizeof(*evidence->chain));
	evidence->chain[0] = cert;
	evidence->sent_len = evidence->chain_len = 1;
	return 0;
}

struct strs profile_names(const struct trial *trial, struct pool *pool)
{
	const struct demands *demands = trial->demands;
	struct strs one = {0};

	if (trial->profile->compares == COMPARE_POOL)
		strs_add(&one, pool, demands->pool);
	if (trial->profile->compares == COMPARE_DOMAIN)
		strs_add(&one, pool, demands->domain);
	if (one.n > 0 && one.v[0].n > 0)
		return one;
	return demands->expected;
}

/* "{name}" of a remedy becomes the name that the certificate should carry. */
static const char *fill_in(const char *remedy, const struct trial *trial,
			   struct pool *pool)
{
	struct strs names = profile_names(trial, pool);
	struct str name = names.n ? names.v[0] : STR("SERVER-FQDN");
	struct str rest = str_from(remedy);
	struct buf text;

	buf_init(&text, pool, REMEDY_MAX);
	while (rest.p) {
		struct str plain = str_cut(&rest, '{');

		buf_write(&text, plain.p, plain.n);
		if (!rest.p)
			break;
		str_cut(&rest, '}');
		buf_write(&text, name.p, name.n);
	}
	return text.data;
}

/* What became of one clause before the trial. */
struct ruling {
	enum outcome outcome;
	enum verdict verdict; /* of what is broken */
	struct buf why;
};

/* False where this profile does not judge the rule, or it does not apply. */
static bool rule_on(struct ruling *ruling, const struct clause *clause,
		    const struct trial *trial, struct pool *pool)
{
	const struct grade *grade = &clause->grade[trial->profile->id];

	if (grade->broken == VERDICT_NONE && grade->badly == VERDICT_NONE)
		return false;
	buf_init(&ruling->why, pool, WHY_MAX);
	ruling->outcome = clause->rule->test(trial, &ruling->why);
	ruling->verdict = ruling->outcome == RULE_BROKEN_BADLY ? grade->badly
							       : grade->broken;
	return ruling->outcome == RULE_HOLDS ||
	       (ruling->outcome != RULE_MOOT &&
		ruling->verdict != VERDICT_NONE);
}

static void tell_broken(const struct clause *clause, const struct trial *trial,
			const struct ruling *ruling, const char *where,
			struct report *report)
{
	struct finding *finding =
		report_find(report, ruling->verdict, clause->rule->id, where,
			    "%s", ruling->why.data);

	finding->source = clause->rule->source;
	if (clause->remedy)
		finding->remedy =
			fill_in(clause->remedy[trial->profile->workshop], trial,
				report->pool);
}

/* What was not compared is said, so that OK is not taken for more. */
static void tell_not_compared(const struct trial *trial, const char *where,
			      struct report *report)
{
	static const char *const options[] = {
		[COMPARE_EXPECTED] = "--expect NAME",
		[COMPARE_POOL] = "--pool NAME or --expect NAME",
		[COMPARE_DOMAIN] = "--sip-domain DOMAIN or --expect NAME",
	};
	struct finding *finding = report_find(
		report, VERDICT_OK, "name.not-compared", where,
		"no expected name is known, so none was compared; give it by "
		"%s",
		trial->demands->name_option
			? trial->demands->name_option
			: options[trial->profile->compares]);

	finding->always = true;
}

void profile_judge(const struct trial *trial, const char *where,
		   struct report *report)
{
	struct ruling ruling;

	for (const struct clause *clause = clauses; clause->rule; clause++) {
		if (!rule_on(&ruling, clause, trial, report->pool))
			continue;
		if (ruling.outcome == RULE_HOLDS)
			report_hold(report, clause->rule->id, where,
				    clause->rule->says);
		else
			tell_broken(clause, trial, &ruling, where, report);
	}
	if (profile_names(trial, report->pool).n == 0)
		tell_not_compared(trial, where, report);
}

enum verdict profile_verdict(const struct trial *trial,
			     const struct report *report, struct buf *ids)
{
	enum verdict worst = VERDICT_OK;
	struct ruling ruling;

	for (const struct clause *clause = clauses; clause->rule; clause++) {
		const char *id = clause->rule->id;
		enum verdict verdict;

		if (!rule_on(&ruling, clause, trial, report->pool) ||
		    ruling.outcome == RULE_HOLDS)
			continue;
		verdict = report_override(report, id, ruling.verdict);
		if (verdict != VERDICT_OK)
			buf_printf(ids, "%s%s", ids->len ? " " : "", id);
		worst = verdict_worse(worst, verdict);
	}
	return worst;
}

const struct fact *profile_list(struct pool *pool)
{
	struct fact *root = fact_root(pool, FACT_OBJECT);

	for (size_t i = 0; i < PROFILES; i++)
		fact_text(root, pool, profiles[i].name,
			  str_from(profiles[i].summary));
	return root;
}

/* The contract's letters: "C", "W", "o", "-"; "W/C" where there are grades. */
static const char *cell_text(const struct grade *grade, struct pool *pool)
{
	static const char *const letters[] = {
		[VERDICT_OK] = "o",
		[VERDICT_WARNING] = "W",
		[VERDICT_CRITICAL] = "C",
		[VERDICT_UNKNOWN] = "U",
	};
	const char *broken =
		grade->broken == VERDICT_NONE ? "-" : letters[grade->broken];
	const char *badly =
		grade->badly == VERDICT_NONE ? "-" : letters[grade->badly];

	if (grade->broken == grade->badly)
		return broken;
	return pool_printf(pool, "%s/%s", broken, badly);
}

const struct fact *rule_list(struct pool *pool)
{
	struct fact *root = fact_root(pool, FACT_OBJECT);
	struct fact *names = fact_add(root, pool, "profiles", FACT_LIST);
	struct fact *rules = fact_add(root, pool, "rules", FACT_LIST);

	for (size_t i = 0; i < PROFILES; i++)
		fact_text(names, pool, NULL, str_from(profiles[i].name));
	for (const struct clause *clause = clauses; clause->rule; clause++) {
		const struct rule *rule = clause->rule;
		struct fact *row = fact_add(rules, pool, NULL, FACT_OBJECT);
		struct fact *cells;

		fact_text(row, pool, "id", str_from(rule->id));
		fact_text(row, pool, "says", str_from(rule->says));
		fact_text(row, pool, "source", str_from(rule->source));
		cells = fact_add(row, pool, "verdicts", FACT_OBJECT);
		for (size_t i = 0; i < PROFILES; i++)
			fact_text(cells, pool, profiles[i].name,
				  str_from(cell_text(&clause->grade[i], pool)));
	}
	return root;
}
