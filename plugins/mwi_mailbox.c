/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_mailbox -- subscribing to a state, and reading it. */
#include "plugins/mwi_phone.h"

int phone_put_subscription(struct mwi_walk *walk, struct mwi_phone *phone,
			   struct exchange *exchange, const char *expires,
			   struct deadline by)
{
	const char *uri =
		phone->remote_target ? phone->remote_target : phone->address;
	struct phone_request asking;

	phone_prepare(&asking, phone, "SUBSCRIBE", uri, expires);
	phone_add_header(&asking, "Event", STR("message-summary"));
	phone_add_header(&asking, "Accept",
			 STR("application/simple-message-summary"));
	for (size_t i = 0; i < phone->routes.n; i++)
		phone_add_header(&asking, "Route", phone->routes.v[i]);
	return phone_ask(exchange, walk, phone, &phone->subscription, &asking,
			 by);
}

/* RFC 3261 12.1.2: what the 2xx says of the dialog. */
static void take_dialog(struct mwi_phone *phone,
			const struct sip_message *answer)
{
	struct sip_dialog *dialog = &phone->subscription;

	if (dialog->remote_tag || answer->to_tag.n == 0)
		return;
	dialog->remote_tag = phone_keep(phone->pool, answer->to_tag).p;
	phone_take_target(phone, answer);
	phone_take_routes(phone, answer, true);
}

static void refuse_subscribe(struct mwi_walk *walk,
			     const struct mwi_phone *phone,
			     const struct exchange *exchange)
{
	const unsigned status = exchange->answer.status;
	struct pool *pool = walk->run->pool;

	report_find(walk->run->report, VERDICT_CRITICAL,
		    "mwi.subscribe-refused", phone->target->where,
		    "SUBSCRIBE for %s: %s%s", phone->address,
		    phone_outcome(exchange, pool),
		    exchange->auth == SIP_AUTH_REFUSED ? ": wrong credentials"
		    : status == 489 ? ": it knows no message-summary"
				    : "")
		->remedy = status == 401 || status == 403 || status == 407
				   ? "see --auth-user and --auth-file, and "
				     "whether this user may see that mailbox"
			   : status == 489
				   ? "configure message waiting on it, or ask "
				     "the server that has it"
				   : NULL;
}

/* "terminated;reason=rejected" */
static bool is_terminated(const struct notice *notice)
{
	struct str rest = notice->state;

	return str_caseeq(str_trim(str_cut(&rest, ';')), STR("terminated"));
}

/* RFC 6665 4.4.3: a fetch ends with the state, of itself or by
 * "timeout"; 4.1.3: the reason may be left out. */
static bool ends_well(const struct notice *notice, bool fetch)
{
	return !is_terminated(notice) ||
	       str_casecontains(notice->state, STR("reason=timeout")) ||
	       (fetch && !str_casecontains(notice->state, STR("reason=")));
}

static const struct notice *first_in_dialog(const struct mwi_phone *phone)
{
	for (size_t i = 0; i < phone->notices_len; i++)
		if (phone->notices[i].in_dialog)
			return &phone->notices[i];
	return NULL;
}

/* Asks and waits for the state that has to come at once (RFC 6665 4.2.1.2).
 * NULL: it is told why there is none. */
const struct notice *phone_subscribe(struct mwi_walk *walk,
				     struct mwi_phone *phone,
				     const char *expires, struct deadline by)
{
	struct report *report = walk->run->report;
	struct exchange exchange, idle;
	const struct notice *notice;
	struct err err;

	if (sip_dialog_begin(&phone->subscription, phone->pool, &err)) {
		report_error(report, phone->target->where, &err);
		return NULL;
	}
	phone->subscribed = true;
	phone->wants_any = true;
	phone->enough = false;
	if (phone_put_subscription(walk, phone, &exchange, expires, by))
		return NULL;
	if (exchange.end == SIP_ANSWERED)
		walk->subscribe_time = exchange.spent;
	if (!phone_is_taken(&exchange)) {
		phone->subscribed = exchange.end != SIP_ANSWERED;
		if (exchange.end == SIP_FAILED)
			report_error(report, phone->target->where,
				     &exchange.err);
		else
			refuse_subscribe(walk, phone, &exchange);
		return NULL;
	}
	take_dialog(phone, &exchange.answer);
	sip_flow_idle(&idle, &phone->line.flow, &phone->subscription, by,
		      &phone->enough);
	phone->wants_any = phone->enough = false;
	notice = first_in_dialog(phone);
	if (!notice)
		report_find(report, VERDICT_CRITICAL, "mwi.no-notify",
			    phone->target->where,
			    "the subscription for %s was taken (%u), and no "
			    "NOTIFY came",
			    phone->address, exchange.answer.status)
			->remedy = "a notifier has to tell the state at once: "
				   "see whether it can reach our Contact, and "
				   "knows the mailbox";
	return notice;
}

bool phone_judge_state(struct mwi_walk *walk, const struct mwi_phone *phone,
		       const struct notice *notice, bool fetch)
{
	if (ends_well(notice, fetch))
		return true;
	report_find(walk->run->report, VERDICT_CRITICAL, "mwi.terminated",
		    phone->target->where,
		    "the subscription for %s was ended: " STR_FMT,
		    phone->address, STR_ARG(notice->state));
	return false;
}

/* The mailbox ------------------------------------------------------------ */

static const char *counts_text(const struct mwi *mwi, struct pool *pool)
{
	const struct mwi_counts *voice = &mwi->counts[MWI_VOICE];

	if (!mwi_counts_voice(mwi))
		return "messages waiting, their number is not told";
	return pool_printf(pool, "%u new, %u old, messages waiting: %s",
			   voice->fresh, voice->old,
			   mwi->waiting ? "yes" : "no");
}

static void judge_counts(struct mwi_walk *walk, const struct mwi_phone *phone,
			 const struct mwi *mwi)
{
	const struct mwi_path_config *config = walk->config;
	const struct mwi_counts *voice = &mwi->counts[MWI_VOICE];
	struct report *report = walk->run->report;
	const char *where = phone->target->where;
	const double fresh = voice->fresh;

	if (mwi_contradicts(mwi))
		report_find(report, VERDICT_WARNING, "mwi.bad-body", where,
			    "Messages-Waiting: no, with %u new messages: the "
			    "lamp stays dark",
			    voice->fresh);
	if (!config->new_warning.set && !config->new_critical.set)
		return;
	if (!mwi_counts_voice(mwi))
		report_find(report, VERDICT_UNKNOWN, "mwi.count", where,
			    "messages wait for %s, and their number is not "
			    "told",
			    phone->address)
			->remedy = "let the server tell the counts of RFC "
				   "3842, or leave --new-warning and "
				   "--new-critical out";
	else if (range_alerts(&config->new_critical, fresh))
		report_find(report, VERDICT_CRITICAL, "mwi.count", where,
			    "%u new messages for %s", voice->fresh,
			    phone->address);
	else if (range_alerts(&config->new_warning, fresh))
		report_find(report, VERDICT_WARNING, "mwi.count", where,
			    "%u new messages for %s", voice->fresh,
			    phone->address);
	else
		report_hold(report, "mwi.count", where,
			    "the number of new messages is within the limits");
}

static void judge_mailbox(struct mwi_walk *walk, const struct mwi_phone *phone,
			  const struct notice *notice)
{
	struct mwi_hop *hop = &walk->hops[HOP_MAILBOX];

	if (notice->trouble) {
		report_find(walk->run->report, VERDICT_CRITICAL, "mwi.bad-body",
			    phone->target->where,
			    "the NOTIFY for %s holds no state: %s",
			    phone->address, notice->trouble);
		return;
	}
	if (notice->empty) { /* RFC 3842 3.6: nothing is known yet */
		hop->says = "no state is known yet";
		return;
	}
	walk->mailbox = &notice->mwi;
	hop->says = counts_text(&notice->mwi, walk->run->pool);
	judge_counts(walk, phone, &notice->mwi);
}

void mwi_walk_mailbox(struct mwi_walk *walk, struct deadline by)
{
	const struct mwi_path_config *config = walk->config;
	const bool at_gateway = config->gateway.host;
	struct mwi_phone *phone = pool_zalloc(walk->run->pool, sizeof(*phone));
	const struct notice *notice;

	if (!config->mailbox)
		return;
	mwi_hop_begin(walk, HOP_MAILBOX);
	walk->hops[HOP_MAILBOX].host =
		at_gateway ? config->gateway.host : config->um.host;
	if (mwi_end_find(walk, SURVEY_MAILBOX,
			 at_gateway ? &config->gateway_ask : &config->um_ask,
			 by) &&
	    phone_open(walk, phone, SURVEY_MAILBOX, config->mailbox_uri.text,
		       by)) {
		notice = phone_subscribe(walk, phone, "0", by);
		if (notice && phone_judge_state(walk, phone, notice, true))
			judge_mailbox(walk, phone, notice);
		mwi_hop_note(&walk->hops[HOP_MAILBOX], phone->target);
		walk->hops[HOP_MAILBOX].answer = walk->subscribe_time;
		sip_line_close(&phone->line, phone->target, phone->pool);
	}
	mwi_hop_end(walk, HOP_MAILBOX);
}
