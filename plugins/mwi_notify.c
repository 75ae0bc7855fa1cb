/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_notify -- UM's NOTIFY sent, and followed to the phone. */
#include <string.h>

#include "base/random.h"
#include "plugins/mwi_phone.h"
#include "sip/msdiag.h"

/* Counts that no real mailbox has by chance: they mark our NOTIFY where a
 * back-to-back user agent gives it another Call-ID. */
static void make_state(struct mwi *sent, const char *account)
{
	*sent = (struct mwi){
		.waiting = true,
		.account = str_from(account),
		.counts[MWI_VOICE] =
			{
				.told = true,
				.fresh = 1 + random_below(9),
				.old = 1000 + random_below(9000),
				.urgent_told = true,
			},
	};
}

/* What each refusal means to MWI (facts of RFC 6665 and of what UM sees). */
static const struct meaning {
	unsigned status;
	const char *says, *remedy;
} meanings[] = {
	{401, "it wants a password of UM, which has none",
	 "let the gateway know UM by its certificate or address: trusted "
	 "server, peer or trunk"},
	{403, "UM is not allowed to notify there",
	 "let the gateway know UM: New-CsTrustedApplicationPool with its FQDN, "
	 "or the trunk's access list"},
	{404, "it does not know the address",
	 "see whether the user exists there and is enabled for SIP"},
	{405, "it takes no NOTIFY", "enable message waiting on it"},
	{407, "it wants a password of UM, which has none",
	 "let the gateway know UM by its certificate or address"},
	{480, "the phone is not registered",
	 "see whether the phone is on and registered there"},
	{481, "it takes no NOTIFY that nobody subscribed to",
	 "Cisco CUCM: \"Accept Unsolicited Notification\" in the trunk's SIP "
	 "security profile; else give the phone a subscription"},
	{489, "it does not know the event message-summary",
	 "enable message waiting on it"},
	{504, "it could not reach or would not trust the next server",
	 "see sip.ms-diagnostics: 1010 is the certificate"},
};

static const struct meaning *meaning_of(unsigned status)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].status == status)
			return &meanings[i];
	return NULL;
}

static void tell_diagnostics(struct mwi_walk *walk, const char *where,
			     const struct sip_message *answer)
{
	const struct str value = sip_header(answer, "ms-diagnostics", 0);
	struct pool *pool = walk->run->pool;
	const struct msdiag_meaning *meaning;
	struct msdiag diag;
	struct buf text;

	if (!value.p || !msdiag_parse(&diag, pool, value))
		return;
	buf_init(&text, pool, RENDER_FIELD_MAX);
	msdiag_write(&text, &diag);
	meaning = msdiag_meaning(diag.id);
	report_find(walk->run->report, VERDICT_CRITICAL, "sip.ms-diagnostics",
		    where, "%s", text.data)
		->remedy = meaning ? meaning->remedy : NULL;
}

static void refuse(struct mwi_walk *walk, const struct sip_target *target,
		   const struct exchange *exchange)
{
	const struct sip_message *answer = &exchange->answer;
	const struct meaning *meaning = meaning_of(answer->status);
	struct str reason = answer->reason;
	struct finding *finding;

	if (reason.n == 0)
		reason = str_from(sip_reason(answer->status));
	finding = report_find(
		walk->run->report, VERDICT_CRITICAL, "mwi.notify-refused",
		target->where, "%u " STR_FMT " to UM's NOTIFY for %s%s%s",
		answer->status, STR_ARG(reason), walk->config->notify_uri.text,
		meaning ? ": " : "", meaning ? meaning->says : "");
	finding->remedy = meaning ? meaning->remedy : NULL;
	tell_diagnostics(walk, target->where, answer);
}

/* Something came that is no answer, or nothing did. */
static void tell_silence(struct mwi_walk *walk, const char *where,
			 const struct exchange *exchange)
{
	struct report *report = walk->run->report;
	const char *address = walk->config->notify_uri.text;

	if (exchange->malformed.n > 0)
		report_find(report, VERDICT_CRITICAL, "sip.malformed", where,
			    "what came after UM's NOTIFY for %s is no SIP: %s",
			    address, exchange->malformed.first);
	else if (exchange->provisionals > 0)
		report_find(report, VERDICT_CRITICAL, "mwi.notify-refused",
			    where,
			    "only %u %s came to UM's NOTIFY for %s, no final "
			    "answer",
			    exchange->provisional,
			    sip_reason(exchange->provisional), address)
			->remedy = "the gateway took it and hangs: look at "
				   "what it hands NOTIFYs on to";
	else
		report_find(report, VERDICT_CRITICAL, "mwi.notify-refused",
			    where, "no answer came to UM's NOTIFY for %s",
			    address);
}

/* Over TLS that is all that shows of a name which the gateway does not know. */
static void tell_end(struct mwi_walk *walk, const struct sip_target *target,
		     const struct exchange *exchange)
{
	const bool tls = target->hop->transport == TRANSPORT_TLS;
	const bool shown = sip_target_attempt(target)->seen.shown_client_cert;
	struct finding *finding = report_find(
		walk->run->report, VERDICT_CRITICAL, "mwi.notify-refused",
		target->where,
		"the connection was %s after UM's NOTIFY for "
		"%s%s",
		exchange->end == SIP_RESET ? "reset" : "closed",
		walk->config->notify_uri.text,
		tls ? ": so does a server that does not know UM by its "
		      "certificate"
		    : "");

	if (tls)
		finding->remedy =
			shown ? "make the CN of UM's certificate the FQDN that "
				"the gateway has for it"
			      : "over mutual TLS give UM's certificate by "
				"--cert, --key";
}

static void lament(struct mwi_walk *walk, const struct sip_target *target,
		   const struct exchange *exchange)
{
	switch (exchange->end) {
	case SIP_ANSWERED:
		refuse(walk, target, exchange);
		break;
	case SIP_SILENT:
	case SIP_GARBLED:
		tell_silence(walk, target->where, exchange);
		break;
	case SIP_CLOSED:
	case SIP_RESET:
		tell_end(walk, target, exchange);
		break;
	case SIP_FAILED:
		report_error(walk->run->report, target->where, &exchange->err);
		break;
	}
}

static struct sip_request notify_request(const struct mwi_walk *walk,
					 const struct sip_line *line,
					 const struct buf *body)
{
	static const struct sip_header headers[] = {
		{{"Event", 5}, {"message-summary", 15}},
		{{"Subscription-State", 18}, {"terminated", 10}},
	};
	const struct mwi_path_config *config = walk->config;
	struct pool *pool = walk->run->pool;

	/* As Exchange UM has it: unsolicited, and ended (facts: mwi). */
	return (struct sip_request){
		.method = "NOTIFY",
		.uri = config->notify_uri.text,
		.to = config->notify_uri.text,
		.from = config->from ? config->from
				     : pool_printf(pool, "sip:um@%s",
						   line->flow.sent_by),
		.contact = pool_printf(pool, "sip:um@%s", line->flow.sent_by),
		.max_forwards = 70,
		.user_agent = "monitoring-plugins-um",
		.headers = headers,
		.headers_len = 2,
		.content_type = "application/simple-message-summary",
		.body = buf_str(body),
	};
}

static void inject(struct mwi_walk *walk, struct sip_target *target,
		   struct sip_line *line, struct deadline by)
{
	struct mwi_hop *hop = &walk->hops[HOP_NOTIFY];
	struct mwi_phone *phone = &walk->phone;
	struct exchange exchange;
	struct sip_request request;
	struct buf body;
	struct err err;

	buf_init(&body, walk->run->pool, RENDER_FIELD_MAX);
	make_state(&walk->sent, walk->config->notify_uri.text);
	mwi_write(&body, &walk->sent);
	request = notify_request(walk, line, &body);
	phone->sent = &walk->sent;
	phone->call_id = line->dialog.call_id;
	phone->enough = false;
	if (phone->target)
		line->flow.beside = &phone->line.flow;

	walk->injected = clock_now();
	if (sip_exchange(&exchange, &line->flow, &line->dialog, &request, NULL,
			 by, &err)) {
		report_error(walk->run->report, target->where, &err);
		walk->broken = true;
		return;
	}
	if (exchange.end == SIP_ANSWERED)
		hop->answer = walk->notify_time = exchange.spent;
	if (exchange.end == SIP_ANSWERED && exchange.answer.status / 100 == 2) {
		hop->says = pool_printf(walk->run->pool, "%u to NOTIFY",
					exchange.answer.status);
		return;
	}
	walk->broken = true;
	lament(walk, target, &exchange);
}

void mwi_walk_notify(struct mwi_walk *walk, struct deadline by)
{
	const struct mwi_path_config *config = walk->config;
	struct sip_line line = {0};
	struct sip_target *target;

	if (!config->notify || (config->phone && walk->broken))
		return;
	mwi_hop_begin(walk, HOP_NOTIFY);
	walk->hops[HOP_NOTIFY].host = config->gateway.host;
	if (mwi_end_find(walk, SURVEY_NOTIFY, &config->gateway_ask, by)) {
		target = mwi_end_call(walk, SURVEY_NOTIFY, &line, by);
		if (target) {
			inject(walk, target, &line, by);
			mwi_hop_note(&walk->hops[HOP_NOTIFY], target);
			sip_line_close(&line, target, walk->run->pool);
		} else {
			walk->broken = true;
		}
	} else {
		walk->broken = true;
	}
	mwi_hop_end(walk, HOP_NOTIFY);
}

/* Did it arrive? --------------------------------------------------------- */

static size_t count_ours(const struct mwi_phone *phone,
			 const struct notice **first)
{
	size_t n = 0;

	for (size_t i = 0; i < phone->notices_len; i++)
		if (mwi_notice_is_ours(phone, &phone->notices[i]) && n++ == 0)
			*first = &phone->notices[i];
	return n;
}

/* What came since, and is not ours by any sign. */
static const struct notice *another(const struct mwi_walk *walk)
{
	const struct mwi_phone *phone = &walk->phone;

	for (size_t i = 0; i < phone->notices_len; i++)
		if (phone->notices[i].at >= walk->injected)
			return &phone->notices[i];
	return NULL;
}

static const char *difference(const struct mwi_walk *walk,
			      const struct notice *notice)
{
	const struct mwi_counts *sent = &walk->sent.counts[MWI_VOICE];
	const struct mwi_counts *came = &notice->mwi.counts[MWI_VOICE];
	struct pool *pool = walk->run->pool;

	if (notice->trouble)
		return notice->trouble;
	if (notice->empty)
		return "its body is gone";
	if (!notice->mwi.waiting)
		return "Messages-Waiting: yes became no";
	if (!came->told)
		return "the voice messages are gone";
	if (came->fresh != sent->fresh || came->old != sent->old)
		return pool_printf(pool, "%u/%u messages became %u/%u",
				   sent->fresh, sent->old, came->fresh,
				   came->old);
	if (notice->mwi.account.p &&
	    !str_caseeq(notice->mwi.account, walk->sent.account))
		return pool_printf(pool, "the account became " STR_FMT,
				   STR_ARG(notice->mwi.account));
	return NULL;
}

static void judge_delivered(struct mwi_walk *walk, const struct notice *notice)
{
	const struct mwi_path_config *config = walk->config;
	const char *where = walk->phone.target->where;
	const char *changed = difference(walk, notice);
	struct report *report = walk->run->report;
	double seconds;

	walk->delivered = notice;
	walk->delivery_time = notice->at - walk->injected;
	seconds = usec_seconds(walk->delivery_time);
	if (changed)
		report_find(report, VERDICT_CRITICAL, "mwi.altered", where,
			    "the NOTIFY changed on its way: %s", changed);
	if (range_alerts(&config->critical, seconds))
		report_find(report, VERDICT_CRITICAL, "mwi.slow", where,
			    "delivered after %.1f ms", seconds * 1e3);
	else if (range_alerts(&config->warning, seconds))
		report_find(report, VERDICT_WARNING, "mwi.slow", where,
			    "delivered after %.1f ms", seconds * 1e3);
	else if (config->warning.set || config->critical.set)
		report_hold(report, "mwi.slow", where,
			    "delivered within the limits");
}

void mwi_walk_delivery(struct mwi_walk *walk, struct deadline by)
{
	struct mwi_hop *hop = &walk->hops[HOP_PHONE];
	struct mwi_phone *phone = &walk->phone;
	const struct notice *notice = NULL;
	struct exchange idle;

	if (!walk->config->phone || walk->broken)
		return;
	mwi_hop_begin(walk, HOP_PHONE);
	hop->host = walk->config->notify_uri.text;
	sip_flow_idle(&idle, &phone->line.flow, &phone->line.dialog, by,
		      &phone->enough);
	if (count_ours(phone, &notice) == 0)
		notice = another(walk);
	if (notice) {
		hop->answer = notice->at - walk->injected;
		hop->says = "NOTIFY delivered";
		judge_delivered(walk, notice);
	} else {
		report_find(walk->run->report, VERDICT_CRITICAL,
			    "mwi.not-delivered", phone->target->where,
			    "the gateway took the NOTIFY, and the phone %s "
			    "never saw it%s",
			    walk->config->notify_uri.text,
			    idle.end == SIP_SILENT
				    ? ""
				    : ": its connection to the registrar broke")
			->remedy = "see whether the gateway passes unsolicited "
				   "NOTIFYs on to registered phones, and to "
				   "which contact";
	}
	mwi_hop_end(walk, HOP_PHONE);
}

void mwi_judge_duplicates(struct mwi_walk *walk)
{
	const struct notice *first = NULL;
	const size_t n = count_ours(&walk->phone, &first);

	if (n <= 1)
		return;
	report_find(walk->run->report, VERDICT_WARNING, "mwi.duplicate",
		    walk->phone.target->where,
		    "the NOTIFY was delivered %zu times", n)
		->remedy = "see whether the phone is registered twice, or the "
			   "gateway has two ways to it";
	mwi_hop_end(walk, HOP_PHONE);
}
