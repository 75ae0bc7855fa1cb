/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_survey -- what all places together mean: loss, speed, who is alive. */
#include "plugins/sip_survey.h"

const struct sip_target *sip_survey_chosen(const struct sip_survey *survey)
{
	for (size_t i = 0; i < survey->targets_len; i++)
		if (survey->targets[i].tried &&
		    sip_target_decides(&survey->targets[i]))
			return &survey->targets[i];
	return &survey->targets[0];
}

static bool is_alive(const struct sip_target *target)
{
	return target->answered > 0;
}

/* RFC 3263 4.3 went on to another place: the one before is worth a note. */
static void note_passed_over(const struct sip_survey *survey,
			     const struct sip_target *target)
{
	const struct probe *probe = sip_target_probe(target);
	const struct err *err = NULL;

	if (probe)
		err = probe->connected ? &probe->exchange.err : &probe->err;
	if (err && err->kind != ERR_NONE)
		report_note_error(survey->run->report, target->where, err);
	else
		report_find(survey->run->report, VERDICT_OK, "sip.no-answer",
			    target->where, "no answer, another place has");
}

/* What was passed over is no loss to who found another place. */
static bool counts(const struct sip_survey *survey,
		   const struct sip_target *target)
{
	const struct sip_target *one = sip_survey_chosen(survey);

	return target->tried && (survey->config->all_targets || target == one ||
				 !sip_target_decides(one));
}

static void judge_targets(struct sip_survey *survey)
{
	const struct sip_target *one = sip_survey_chosen(survey);

	for (size_t i = 0; i < survey->targets_len; i++) {
		const struct sip_target *target = &survey->targets[i];

		if (!target->tried)
			continue;
		survey->alive += is_alive(target);
		if (counts(survey, target))
			sip_target_tally(target, &survey->tally);
		if (survey->config->all_targets || target == one)
			sip_target_judge(target, &survey->inquiry);
		else if (sip_target_decides(one))
			note_passed_over(survey, target);
	}
}

/* By the ranges where there are any, else by what is given. */
static enum verdict verdict_by(const struct range *warning,
			       const struct range *critical, double value,
			       enum verdict by_default)
{
	if (!warning->set && !critical->set)
		return by_default;
	if (range_alerts(critical, value))
		return VERDICT_CRITICAL;
	return range_alerts(warning, value) ? VERDICT_WARNING : VERDICT_OK;
}

/* "; the first of them: closed": why it has no answer. */
static const char *first_loss(const struct sip_survey *survey)
{
	for (size_t i = 0; i < survey->targets_len; i++) {
		const struct sip_target *target = &survey->targets[i];
		const size_t n =
			counts(survey, target) ? target->probes_len : 0;

		for (size_t k = 0; k < n; k++)
			if (sip_probe_is_lost(&target->probes[k]))
				return pool_printf(
					survey->run->pool,
					"; the first of them: " STR_FMT,
					STR_ARG(sip_probe_error(
						&target->probes[k])));
	}
	return "";
}

static void judge_loss(const struct sip_survey *survey)
{
	const struct sip_options_config *config = survey->config;
	const struct sip_tally *tally = &survey->tally;
	const double loss = sip_loss(tally);
	const char *text;
	const enum verdict verdict =
		verdict_by(&config->loss_warning, &config->loss_critical, loss,
			   tally->answered == tally->sent ? VERDICT_OK
			   : tally->answered > 0          ? VERDICT_WARNING
							  : VERDICT_CRITICAL);

	/* One request that has no answer has a finding of its own. */
	if (tally->sent == 0 ||
	    (config->count == 1 && !config->loss_warning.set &&
	     !config->loss_critical.set))
		return;
	text = pool_printf(survey->run->pool,
			   "%zu of %zu requests were not answered (%.3g %%)%s",
			   tally->sent - tally->answered, tally->sent, loss,
			   first_loss(survey));
	if (verdict == VERDICT_OK)
		report_hold(survey->run->report, "sip.loss", NULL, text);
	else
		report_find(survey->run->report, verdict, "sip.loss", NULL,
			    "%s", text);
}

static void judge_speed(const struct sip_survey *survey)
{
	const struct sip_options_config *config = survey->config;
	const struct sip_tally *tally = &survey->tally;
	enum verdict verdict;
	double mean;

	if (tally->answered == 0 ||
	    (!config->warning.set && !config->critical.set))
		return;
	mean = tally->sum / (double)tally->answered;
	verdict = verdict_by(&config->warning, &config->critical, mean,
			     VERDICT_OK);
	if (verdict == VERDICT_OK)
		report_hold(survey->run->report, "sip.slow", NULL,
			    "the answer came within the limits");
	else
		report_find(survey->run->report, verdict, "sip.slow", NULL,
			    "the answer took %.1f ms%s", mean * 1e3,
			    tally->answered > 1 ? " on average" : "");
}

/* "; sfb1.example.com:5061: connection refused": why the first does not. */
static const char *first_trouble(const struct sip_survey *survey)
{
	const struct sip_target *dead = survey->targets;
	const struct finding *finding = survey->run->report->findings;

	while (dead < survey->targets + survey->targets_len && is_alive(dead))
		dead++;
	if (dead == survey->targets + survey->targets_len)
		return "";
	while (finding && strcmp(finding->where, dead->where) != 0)
		finding = finding->next;
	return finding ? pool_printf(survey->run->pool, "; %s: %s",
				     finding->where, finding->text)
		       : "";
}

static void judge_alive(const struct sip_survey *survey)
{
	const struct sip_options_config *config = survey->config;
	const size_t n = survey->targets_len + survey->route.lost_len;
	enum verdict verdict;
	const char *text;

	if (!config->all_targets) {
		if (survey->targets_len > 1 &&
		    !sip_target_decides(sip_survey_chosen(survey)))
			report_find(survey->run->report, VERDICT_CRITICAL,
				    "sip.targets", NULL,
				    "none of %zu places took us",
				    survey->targets_len);
		return;
	}
	verdict = verdict_by(&config->alive_warning, &config->alive_critical,
			     (double)survey->alive,
			     survey->alive == n   ? VERDICT_OK
			     : survey->alive == 0 ? VERDICT_CRITICAL
						  : VERDICT_WARNING);
	text = pool_printf(survey->run->pool, "%zu of %zu targets answer",
			   survey->alive, n);
	if (verdict == VERDICT_OK)
		report_hold(survey->run->report, "sip.targets", NULL, text);
	else
		report_find(survey->run->report, verdict, "sip.targets", NULL,
			    "%s%s", text, first_trouble(survey));
}

/* An SRV target elsewhere: Lync clients and RFC 5922 look at the domain. */
static void judge_domain(const struct sip_survey *survey)
{
	const struct profile *profile = survey->config->profile;
	const struct str domain =
		name_without_root(str_from(survey->config->locate.host));
	const bool lync = profile && (profile->id == PROFILE_LYNC_SERVER ||
				      profile->id == PROFILE_LYNC_EDGE);
	const char *told = "";

	for (size_t i = 0; survey->route.by_srv && i < survey->route.n; i++) {
		const struct hop *hop = &survey->route.hops[i];

		if (name_within(str_from(hop->host), domain) ||
		    strcmp(told, hop->host) == 0)
			continue;
		told = hop->host;
		report_find(survey->run->report,
			    lync ? VERDICT_WARNING : VERDICT_OK,
			    "dns.domain-conflict", hop->host,
			    "%s leads to %s, outside of " STR_FMT, hop->how,
			    hop->host, STR_ARG(domain))
			->remedy = "let the SRV record name a host of the "
				   "domain itself: Lync refuses others "
				   "(ms-diagnostics 1009)";
	}
}

/* More places than are asked: OK is not said for those. */
static void judge_cut(const struct sip_survey *survey)
{
	struct err err;

	if (!survey->route.cut || !survey->config->all_targets)
		return;
	err_set(&err, ERR_NO_TIME,
		"DNS names more places than the %zu that are asked",
		survey->targets_len);
	report_error(survey->run->report, survey->config->locate.host, &err);
}

static void judge_lost(const struct sip_survey *survey)
{
	struct report *report = survey->run->report;

	for (size_t i = 0; i < survey->route.lost_len; i++) {
		const struct lost_target *lost = &survey->route.lost[i];

		if (survey->config->all_targets)
			report_error(report, lost->host, &lost->err);
		else
			report_note_error(report, lost->host, &lost->err);
	}
}

void sip_survey_judge(struct sip_survey *survey)
{
	judge_targets(survey);
	judge_loss(survey);
	judge_speed(survey);
	judge_alive(survey);
	judge_domain(survey);
	judge_lost(survey);
	judge_cut(survey);
}
