/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_sip_options -- does this SIP server answer, how fast, and if it
 * refuses, why?
 *
 * Find the server by RFC 3263, connect, send OPTIONS, know our answer from
 * others; judge it, and over TLS both certificates as the peers would.
 */
#include "plugins/sip_survey.h"

#include "base/random.h"

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
	if (config->profile && anchors_read(&inquiry->trust, run->pool,
					    &config->trust, run->by, err))
		return -1;
	/* The domain asked for, wherever SRV leads (RFC 5922 7.3). */
	inquiry->tls = tls_config_make(run->pool, &config->tls,
				       &inquiry->identity, config->target.name);
	inquiry->tls.trace = run->verbosity >= 3;
	return 0;
}

/* Finding it -------------------------------------------------------------- */

/* Opened with the first question: an address needs no resolver. */
struct lookup {
	struct pool *pool;
	const char *server;
	struct dns *dns;
};

static int lookup_open(struct lookup *lookup, struct err *err)
{
	return lookup->dns ? 0
			   : dns_open(&lookup->dns, lookup->pool,
				      lookup->server, err);
}

static int ask_dns(void *arg, struct dns_question *questions, size_t n,
		   struct deadline by, struct err *err)
{
	struct lookup *lookup = arg;

	if (lookup_open(lookup, err))
		return -1;
	return dns_ask(lookup->dns, questions, n, by, err);
}

/* A name of the hosts file has addresses, and no SRV records. */
static int pin_port(struct locate *wanted, struct lookup *lookup,
		    struct err *err)
{
	if (wanted->port || name_is_address(str_from(wanted->host)))
		return 0;
	if (lookup_open(lookup, err))
		return -1;
	if (dns_in_hosts(lookup->dns, wanted->host))
		wanted->port = sip_default_port(
			wanted->secure ? TRANSPORT_TLS : wanted->transport);
	return 0;
}

static int locate(struct sip_survey *survey, struct err *err)
{
	struct run *run = survey->run;
	struct locate wanted = survey->config->locate;
	struct lookup lookup = {
		.pool = run->pool,
		.server = survey->config->target.reach.dns_server,
	};
	const struct resolver resolver = {ask_dns, &lookup};
	const usec begun = clock_now();
	int rc = pin_port(&wanted, &lookup, err);

	if (rc == 0)
		rc = sip_locate(&survey->route, run->pool, &resolver, &wanted,
				random_below, run->by, err);
	dns_close(lookup.dns);
	survey->resolve = clock_now() - begun;
	return rc;
}

/* "sfb1.example.com:5061", with the address where a host has several. */
static const char *place(const struct route *route, size_t at,
			 struct pool *pool)
{
	const struct hop *hop = &route->hops[at];
	char text[ADDR_TEXT_MAX];
	bool alone = true;

	for (size_t i = 0; i < route->n; i++)
		if (i != at && strcmp(route->hops[i].host, hop->host) == 0)
			alone = false;
	if (!alone && !name_is_address(str_from(hop->host)))
		return pool_printf(pool, "%s (%s)", hop->host,
				   addr_text(&hop->peer, text));
	return pool_printf(pool, strchr(hop->host, ':') ? "[%s]:%u" : "%s:%u",
			   hop->host, (unsigned)addr_port(&hop->peer));
}

/* Asking ------------------------------------------------------------------ */

/* One that takes a connection is the last, and may use all that is left;
 * over UDP silence may mean that the next one should be asked. */
static struct deadline time_to_answer(const struct sip_survey *survey,
				      size_t at)
{
	const struct deadline by = survey->run->by;

	if (!survey->config->all_targets &&
	    survey->route.hops[at].transport != TRANSPORT_UDP)
		return by;
	return deadline_share(by, survey->route.n - at);
}

/* Each gets its share of the time; unless all are wanted, the first that
 * decides is the last. */
static void visit(struct sip_survey *survey, time_t now)
{
	struct run *run = survey->run;
	const size_t n = survey->route.n;

	survey->targets = pool_array(run->pool, n, sizeof(*survey->targets));
	survey->targets_len = n;
	for (size_t i = 0; i < n; i++) {
		struct sip_target *target = &survey->targets[i];

		target->hop = &survey->route.hops[i];
		target->where = place(&survey->route, i, run->pool);
		target->subject.where = target->where;
		target->subject.evidence.now = now;
		target->subject.evidence.own = survey->inquiry.identity.certs;
		target->subject.evidence.own_len =
			survey->inquiry.identity.tls.chain_len;
	}
	for (size_t i = 0; i < n; i++) {
		struct sip_target *target = &survey->targets[i];

		sip_target_visit(target, &survey->inquiry,
				 deadline_share(run->by, n - i),
				 time_to_answer(survey, i));
		if (!survey->config->all_targets && sip_target_decides(target))
			break;
	}
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
	if (locate(&survey, &err)) {
		report_error(run->report, survey.config->locate.host, &err);
		return;
	}
	visit(&survey, now);
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
