/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_sip_options -- does this SIP server answer, how fast, and if it
 * refuses, why?
 *
 * Find the server by RFC 3263, connect, send OPTIONS, know our answer from
 * others; judge it, and over TLS both certificates as the peers would.
 */
#include "plugins/sip_survey.h"

/* Reads every local file before anybody is called. */
static int prepare(struct sip_survey *survey, struct err *err)
{
	const struct sip_options_config *config = survey->config;
	struct sip_inquiry *inquiry = &survey->inquiry;
	struct run *run = survey->run;

	inquiry->run = run;
	inquiry->config = config;
	if (credentials_read(&inquiry->who, run->pool, &config->auth, run->by,
			     err) ||
	    identity_read(&inquiry->identity, run->pool, &config->tls, run->by,
			  err))
		return -1;
	secrets_judge(run->report, &config->tls, config->auth.file);
	if (config->profile && anchors_read(&inquiry->trust, run->pool,
					    &config->trust, run->by, err))
		return -1;
	/* The domain asked for, wherever SRV leads (RFC 5922 7.3). */
	inquiry->tls = tls_config_make(run->pool, &config->tls,
				       &inquiry->identity, config->target.name);
	inquiry->tls.trace = run->verbosity >= 3;
	return 0;
}

/* Telling ----------------------------------------------------------------- */

/* Line 1 when nothing is wrong. */
static const char *summary(const struct sip_survey *survey)
{
	const struct sip_target *target = sip_survey_chosen(survey);
	const struct probe *probe = sip_target_probe(target);
	const struct sip_tally *tally = &survey->tally;
	const char *transport = transport_name(target->hop->transport);
	struct pool *pool = survey->run->pool;
	struct buf text;

	if (tally->answered == 0)
		return "no answer came"; /* --state made the finding OK */
	buf_init(&text, pool, RENDER_FIELD_MAX);
	if (survey->config->all_targets)
		buf_printf(&text, "%zu of %zu targets of %s answer",
			   survey->alive, survey->targets_len,
			   survey->config->target.name);
	else
		buf_printf(&text, "%s: %u " STR_FMT " over %s", target->where,
			   probe->exchange.answer.status,
			   STR_ARG(probe->exchange.answer.reason), transport);
	if (tally->sent > 1)
		buf_printf(&text, ", %zu of %zu requests answered",
			   tally->answered, tally->sent);
	buf_printf(&text, " in %.1f ms",
		   1e3 * tally->sum / (double)tally->answered);
	if (survey->config->profile && target->subject.evidence.chain_len > 0)
		buf_printf(&text, ", certificate passes %s",
			   survey->config->profile->name);
	return text.data;
}

static void tell(const struct sip_survey *survey)
{
	struct report *report = survey->run->report;
	struct pool *pool = report->pool;
	struct buf picture, trace;
	struct fact *attempts;

	buf_init(&picture, pool, SIZE_MAX / 2);
	buf_init(&trace, pool, SIZE_MAX / 2);
	buf_printf(&picture, "%s\n  %-8s %8.1f ms  %s%s%zu place%s to ask\n",
		   survey->config->target.host, "resolve",
		   usec_seconds(survey->resolve) * 1e3, survey->route.path,
		   *survey->route.path ? ": " : "", survey->route.n,
		   survey->route.n > 1 ? "s" : "");
	sip_answer_facts(sip_survey_chosen(survey), pool, report->facts);
	attempts = fact_add(report->facts, pool, "attempts", FACT_LIST);
	for (size_t i = 0; i < survey->targets_len; i++) {
		const struct sip_target *target = &survey->targets[i];
		const struct attempt *last = sip_target_attempt(target);

		sip_target_facts(target, pool, attempts);
		sip_target_picture(target, &picture);
		for (size_t k = 0; last && k < last->seen.steps.n; k++)
			buf_printf(&trace, STR_FMT "\n",
				   STR_ARG(last->seen.steps.v[k]));
		for (size_t k = 0; k < target->trace.n; k++)
			buf_printf(&trace, STR_FMT "\n",
				   STR_ARG(target->trace.v[k]));
	}
	report->picture = picture.data;
	report->trace = trace.data;
}

static void measure(const struct sip_survey *survey)
{
	const struct sip_options_config *config = survey->config;
	struct metric *metric;

	sip_metrics(&survey->tally, config, survey->run->report);
	if (!config->all_targets)
		return;
	metric = report_metric(survey->run->report, "targets_alive", "",
			       (double)survey->alive);
	metric->warn = config->alive_warning;
	metric->crit = config->alive_critical;
	metric->min = 0;
	metric->max = (double)(survey->targets_len + survey->route.lost_len);
}

static void run_check(struct run *run, const void *config)
{
	struct sip_survey survey = {.run = run, .config = config};
	const time_t now = time(NULL);
	struct err err;

	run->report->summary = "nobody was asked";
	if (prepare(&survey, &err)) {
		report_error(run->report, "command line", &err);
		return;
	}
	if (sip_survey_locate(&survey, &err)) {
		report_error(run->report, survey.config->locate.host, &err);
		return;
	}
	sip_survey_prepare(&survey, now);
	sip_survey_visit(&survey);
	identity_wipe(&survey.inquiry.identity);
	credentials_wipe(&survey.inquiry.who);
	sip_survey_judge(&survey);
	sip_own_judge(&survey.inquiry, now);
	measure(&survey);
	tell(&survey);
	run->report->summary = summary(&survey);
}

static const char *const examples[] = {
	"check_sip_options -H sbc.example.com",
	"check_sip_options -H um1.example.com -T tls -P exchange-um",
	"check_sip_options -H sfb.example.com -T tls --cert us.pem --key "
	"us.key",
	"check_sip_options -H example.com --all-targets -n 5 -w 0.2 -c 1",
	NULL,
};

extern const struct check check_sip_options;

const struct check check_sip_options = {
	.name = "check_sip_options",
	.title = "SIP_OPTIONS",
	.summary = "does this SIP server answer, and if it refuses, why?",
	.examples = examples,
	.groups = sip_options_groups,
	.config_size = sizeof(struct sip_options_config),
	.validate = sip_options_validate,
	.run = run_check,
};
