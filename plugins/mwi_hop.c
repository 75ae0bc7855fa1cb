/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_hop -- the two servers of the path, looked at and judged. */
#include "plugins/mwi_hop.h"

#include <string.h>

#include "sip/msdiag.h"

const char *mwi_hop_title(enum hop_name name)
{
	static const char *const titles[] = {
		[HOP_UM] = "um",
		[HOP_GATEWAY] = "gateway",
		[HOP_REGISTER] = "register",
		[HOP_NOTIFY] = "notify",
		[HOP_PHONE] = "phone",
		[HOP_MAILBOX] = "mailbox",
	};

	return titles[name];
}

void mwi_hop_begin(struct mwi_walk *walk, enum hop_name name)
{
	struct mwi_hop *hop = &walk->hops[name];

	hop->walked = true;
	hop->first = hop->end = walk->run->report->findings_end;
}

void mwi_hop_end(struct mwi_walk *walk, enum hop_name name)
{
	walk->hops[name].end = walk->run->report->findings_end;
}

const struct finding *mwi_hop_worst(const struct mwi_hop *hop)
{
	const struct finding *worst = NULL;

	for (struct finding **at = hop->first; at != hop->end;
	     at = &(*at)->next)
		if ((*at)->verdict != VERDICT_OK &&
		    (!worst || verdict_worse(worst->verdict, (*at)->verdict) !=
				       worst->verdict))
			worst = *at;
	return worst;
}

enum verdict mwi_hop_verdict(const struct mwi_hop *hop)
{
	const struct finding *worst = mwi_hop_worst(hop);

	return worst ? worst->verdict : VERDICT_OK;
}

/* An end ----------------------------------------------------------------- */

static const char *role_of(enum survey_name name)
{
	static const char *const roles[] = {
		[SURVEY_UM] = "UM",
		[SURVEY_GATEWAY] = "gateway",
		[SURVEY_REGISTRAR] = "registrar",
		[SURVEY_NOTIFY] = "gateway",
		[SURVEY_MAILBOX] = "mailbox",
	};

	return roles[name];
}

bool mwi_end_find(struct mwi_walk *walk, enum survey_name name,
		  const struct sip_options_config *ask, struct deadline by)
{
	struct sip_survey *survey = &walk->surveys[name];
	struct run *run = pool_zalloc(walk->run->pool, sizeof(*run));
	struct err err;

	*run = *walk->run;
	run->by = by;
	*survey = (struct sip_survey){
		.run = run,
		.config = ask,
		.role = role_of(name),
		.inquiry =
			{
				.run = run,
				.config = ask,
				.trust = walk->trust,
			},
	};
	if (ask->tls.cert)
		survey->inquiry.identity = walk->identity;
	survey->inquiry.tls =
		tls_config_make(run->pool, &ask->tls, &survey->inquiry.identity,
				ask->target.name);
	survey->inquiry.tls.trace = run->verbosity >= 3;
	if (sip_survey_locate(survey, &err)) {
		report_error(run->report,
			     pool_printf(run->pool, "%s %s", survey->role,
					 ask->locate.host),
			     &err);
		return false;
	}
	sip_survey_prepare(survey, walk->now);
	return true;
}

void mwi_hop_note(struct mwi_hop *hop, const struct sip_target *target)
{
	const struct attempt *last = sip_target_attempt(target);
	const struct probe *probe = sip_target_probe(target);

	/* The role before it is the hop's name here. */
	hop->host = strchr(target->where, ' ') + 1;
	hop->transport = target->hop->transport;
	hop->address = target->hop->peer;
	if (last) {
		hop->connect = last->times.connect;
		hop->handshake = last->times.handshake;
	}
	if (probe && probe->connected && probe->exchange.end == SIP_ANSWERED)
		hop->answer = probe->exchange.round_trip;
}

struct sip_target *mwi_end_call(struct mwi_walk *walk, enum survey_name name,
				struct sip_line *line, struct deadline by)
{
	struct sip_survey *survey = &walk->surveys[name];
	struct sip_target *target;
	struct err err;

	survey->run->by = by;
	target = sip_survey_call(survey, line, &err);
	if (!target)
		report_error(walk->run->report, survey->targets[0].where, &err);
	return target;
}

static void look_at(struct mwi_walk *walk, enum hop_name name,
		    struct sip_survey *survey)
{
	struct mwi_hop *hop = &walk->hops[name];
	const struct sip_target *target;

	sip_survey_visit(survey);
	sip_survey_judge(survey);
	target = sip_survey_chosen(survey);
	mwi_hop_note(hop, target);
	if (hop->answer)
		hop->says = pool_printf(
			walk->run->pool, "%u to OPTIONS",
			sip_target_probe(target)->exchange.answer.status);
	else
		hop->says = survey->config->look_only ? "certificate seen"
						      : "no answer to OPTIONS";
}

/* mwi.identity ----------------------------------------------------------- */

/* The first finding of a hop that says why the peer does not know the name. */
static const struct finding *name_finding(const struct mwi_hop *hop)
{
	for (struct finding **at = hop->first; at != hop->end;
	     at = &(*at)->next)
		if (strncmp((*at)->id, "name.", 5) == 0 &&
		    (*at)->verdict == VERDICT_CRITICAL)
			return *at;
	return NULL;
}

/* An answer that refuses who we are, not what we ask: 403, or words about a
 * certificate. */
static bool refuses_us(const struct mwi_walk *walk)
{
	const struct sip_survey *survey = &walk->surveys[SURVEY_GATEWAY];
	const struct sip_message *answer;
	const struct probe *probe;
	struct msdiag diag;
	struct str value;

	if (survey->targets_len == 0)
		return false;
	probe = sip_target_probe(sip_survey_chosen(survey));
	if (!probe || !probe->connected || probe->exchange.end != SIP_ANSWERED)
		return false;
	answer = &probe->exchange.answer;
	value = sip_header(answer, "ms-diagnostics", 0);
	return answer->status == 403 ||
	       (value.p && msdiag_parse(&diag, walk->run->pool, value) &&
		msdiag_blames_certificate(&diag));
}

/* The gateway turned --cert away, in one way or another. */
static const struct finding *refusal(const struct mwi_walk *walk,
				     const struct mwi_hop *hop)
{
	static const char *const ids[] = {
		"sip.closed", "tls.client-cert-refused", "sip.status"};
	const size_t n = refuses_us(walk) ? 3 : 2;

	if (walk->identity.tls.chain_len == 0)
		return NULL;
	for (struct finding **at = hop->first; at != hop->end;
	     at = &(*at)->next)
		for (size_t i = 0; i < n; i++)
			if (strcmp((*at)->id, ids[i]) == 0 &&
			    (*at)->verdict == VERDICT_CRITICAL)
				return *at;
	return NULL;
}

static void tell_identity(struct mwi_walk *walk, const struct finding *reason,
			  const char *says)
{
	struct finding *finding;

	if (!reason)
		return;
	finding =
		report_find(walk->run->report, VERDICT_CRITICAL, "mwi.identity",
			    reason->where, "%s: %s", says, reason->text);
	finding->remedy = reason->remedy;
	finding->source = "Lync, Skype for Business: a peer is known by its CN";
}

/* No server to look at: the certificate that we show in UM's name. */
static void judge_identity(struct mwi_walk *walk)
{
	const struct mwi_path_config *config = walk->config;
	struct sip_options_config *ask =
		pool_zalloc(walk->run->pool, sizeof(*ask));
	const struct sip_inquiry inquiry = {
		.run = walk->run,
		.config = ask,
		.identity = walk->identity,
		.trust = walk->trust,
	};

	ask->profile = config->um.profile;
	ask->own = config->um_ask.own;
	walk->hops[HOP_UM].says = "certificate judged";
	sip_own_judge(&inquiry, walk->now);
}

void mwi_walk_um(struct mwi_walk *walk, struct deadline by)
{
	const struct mwi_path_config *config = walk->config;

	if (!config->um.host && !walk->identity.tls.chain_len)
		return;
	mwi_hop_begin(walk, HOP_UM);
	walk->hops[HOP_UM].host = config->um.host ? config->um.host : "--cert";
	if (!config->um.host)
		judge_identity(walk);
	else if (mwi_end_find(walk, SURVEY_UM, &config->um_ask, by))
		look_at(walk, HOP_UM, &walk->surveys[SURVEY_UM]);
	mwi_hop_end(walk, HOP_UM);
	if (config->gateway.host)
		tell_identity(
			walk, name_finding(&walk->hops[HOP_UM]),
			"the gateway would not know UM, so MWI ends here");
	mwi_hop_end(walk, HOP_UM);
}

void mwi_walk_gateway(struct mwi_walk *walk, struct deadline by)
{
	const struct mwi_path_config *config = walk->config;

	if (!config->gateway.host)
		return;
	mwi_hop_begin(walk, HOP_GATEWAY);
	walk->hops[HOP_GATEWAY].host = config->gateway.host;
	if (mwi_end_find(walk, SURVEY_GATEWAY, &config->gateway_ask, by))
		look_at(walk, HOP_GATEWAY, &walk->surveys[SURVEY_GATEWAY]);
	mwi_hop_end(walk, HOP_GATEWAY);
	tell_identity(walk, refusal(walk, &walk->hops[HOP_GATEWAY]),
		      "the gateway turns UM's certificate away");
	mwi_hop_end(walk, HOP_GATEWAY);
}
