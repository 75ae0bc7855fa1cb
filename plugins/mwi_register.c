/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_register -- a binding for a minute, and nothing left behind. */
#include "plugins/mwi_phone.h"

/* "sip:contoso.com" of "sip:alice@contoso.com": RFC 3261 10.2. */
static const char *domain_of(const struct sip_uri *uri, struct pool *pool)
{
	return pool_printf(pool, strchr(uri->host, ':') ? "%s:[%s]" : "%s:%s",
			   uri->secure ? "sips" : "sip", uri->host);
}

static const char *register_remedy(const struct exchange *exchange)
{
	switch (exchange->answer.status) {
	case 401:
	case 407:
	case 403:
		return "see --auth-user and the first line of --auth-file "
		       "against the account of the test phone";
	case 404:
		return "make the test phone's address known to the registrar, "
		       "or mend --notify";
	case 423:
		return "let the registrar take bindings of 60 s, or less";
	default:
		return NULL;
	}
}

static void refuse_register(struct mwi_walk *walk,
			    const struct exchange *exchange)
{
	struct pool *pool = walk->run->pool;
	const struct sip_message *answer = &exchange->answer;
	struct str contact = sip_header(answer, "Contact", 0);
	struct buf text;

	buf_init(&text, pool, RENDER_FIELD_MAX);
	buf_printf(&text, "the phone %s cannot register: %s",
		   walk->phone.address, phone_outcome(exchange, pool));
	if (exchange->auth == SIP_AUTH_REFUSED || answer->status == 403)
		buf_puts(&text, ": wrong credentials");
	else if (exchange->auth == SIP_AUTH_IMPOSSIBLE)
		buf_printf(&text, ": %s", exchange->err.text);
	else if (answer->status == 401 || answer->status == 407)
		buf_puts(&text, ": it wants credentials, and none are given");
	else if (answer->status / 100 == 3 && contact.p)
		buf_printf(&text, ": it sends phones to " STR_FMT,
			   STR_ARG(contact));
	else if (answer->status == 423)
		buf_printf(&text, ": it takes no binding below " STR_FMT " s",
			   STR_ARG(sip_header(answer, "Min-Expires", 0)));
	report_find(walk->run->report, VERDICT_CRITICAL, "mwi.register-refused",
		    walk->phone.target->where, "%s", text.data)
		->remedy = register_remedy(exchange);
}

static void tell_phone_error(struct mwi_walk *walk,
			     const struct exchange *exchange)
{
	report_error(walk->run->report, walk->phone.target->where,
		     &exchange->err);
}

static int put_binding(struct mwi_walk *walk, struct exchange *exchange,
		       const char *expires, struct deadline by)
{
	struct mwi_phone *phone = &walk->phone;
	struct phone_request asking;

	phone_prepare(&asking, phone, "REGISTER",
		      domain_of(&walk->config->notify_uri, walk->run->pool),
		      expires);
	return phone_ask(exchange, walk, phone, &phone->line.dialog, &asking,
			 by);
}

static void register_phone(struct mwi_walk *walk, struct deadline by)
{
	struct mwi_hop *hop = &walk->hops[HOP_REGISTER];
	struct exchange exchange;

	/* From here on it may be there, whatever we hear of it. */
	walk->phone.registered = true;
	if (put_binding(walk, &exchange, EXPIRES, by)) {
		walk->phone.registered = false;
		return;
	}
	if (exchange.end == SIP_ANSWERED)
		hop->answer = walk->register_time = exchange.spent;
	hop->says = pool_printf(walk->run->pool, "%s to REGISTER",
				phone_outcome(&exchange, walk->run->pool));
	if (phone_is_taken(&exchange))
		return;
	walk->phone.registered = exchange.end != SIP_ANSWERED;
	if (exchange.end == SIP_FAILED)
		tell_phone_error(walk, &exchange);
	else
		refuse_register(walk, &exchange);
	walk->broken = true;
}

void mwi_walk_register(struct mwi_walk *walk, struct deadline by)
{
	const struct mwi_path_config *config = walk->config;
	struct mwi_phone *phone = &walk->phone;
	const struct notice *notice;

	if (!config->phone)
		return;
	mwi_hop_begin(walk, HOP_REGISTER);
	walk->hops[HOP_REGISTER].host = config->registrar_ask.locate.host;
	if (mwi_end_find(walk, SURVEY_REGISTRAR, &config->registrar_ask, by) &&
	    phone_open(walk, phone, SURVEY_REGISTRAR, config->notify_uri.text,
		       by))
		register_phone(walk, by);
	else
		walk->broken = true;
	if (phone->target)
		mwi_hop_note(&walk->hops[HOP_REGISTER], phone->target);
	if (config->subscribe && !walk->broken) {
		notice = phone_subscribe(walk, phone, EXPIRES, by);
		if (!notice || !phone_judge_state(walk, phone, notice, false))
			walk->broken = true;
	}
	mwi_hop_end(walk, HOP_REGISTER);
}

/* Every way out leads here: nothing of us stays behind. */
void mwi_phone_close(struct mwi_walk *walk, struct deadline by)
{
	struct mwi_phone *phone = &walk->phone;
	struct exchange exchange;

	if (!phone->target)
		return;
	if (phone->subscribed && phone->subscription.remote_tag)
		(void)!phone_put_subscription(walk, phone, &exchange, "0",
					      deadline_share(by, 2));
	if (phone->registered && (put_binding(walk, &exchange, "0", by) ||
				  !phone_is_taken(&exchange)))
		report_find(walk->run->report, VERDICT_OK,
			    "mwi.register-refused", phone->target->where,
			    "the binding could not be removed; it ends by "
			    "itself within " EXPIRES " s");
	sip_line_close(&phone->line, phone->target, phone->pool);
}
