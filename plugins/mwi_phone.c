/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_phone -- what a phone hears, and how it asks. */
#include "plugins/mwi_phone.h"

#include <string.h>

/* What comes ------------------------------------------------------------- */

struct str phone_keep(struct pool *pool, struct str text)
{
	if (!text.p)
		return text;
	return (struct str){pool_strndup(pool, text.p, text.n), text.n};
}

/* "message-summary" of "message-summary;id=1" */
static struct str event_of(const struct sip_message *request)
{
	struct str rest = sip_header(request, "Event", 0);

	return str_trim(str_cut(&rest, ';'));
}

static void read_body(struct notice *notice, struct pool *pool,
		      const struct sip_message *request)
{
	struct str body;
	struct err err;

	if (mwi_body(&body, sip_header(request, "Content-Type", 0),
		     request->body, &err)) {
		notice->trouble = pool_printf(pool, "%s", err.text);
		return;
	}
	body = phone_keep(pool, body);
	notice->empty = body.n == 0;
	if (!notice->empty && mwi_parse(&notice->mwi, body, &err))
		notice->trouble = pool_printf(pool, "%s", err.text);
}

static bool same_counts(const struct mwi *a, const struct mwi *b)
{
	const struct mwi_counts *x = &a->counts[MWI_VOICE];
	const struct mwi_counts *y = &b->counts[MWI_VOICE];

	return x->told && y->told && x->fresh == y->fresh && x->old == y->old;
}

/* The one that was injected: by its Call-ID, which a proxy leaves alone, or by
 * its counts, which a back-to-back user agent passes on. */
bool mwi_notice_is_ours(const struct mwi_phone *phone,
			const struct notice *notice)
{
	if (!phone->call_id)
		return false;
	return str_eq(notice->call_id, str_from(phone->call_id)) ||
	       (!notice->trouble && !notice->empty &&
		same_counts(&notice->mwi, phone->sent));
}

void phone_take_routes(struct mwi_phone *phone,
		       const struct sip_message *message, bool reversed)
{
	struct str values[HEADERS_MAX], value;
	size_t n = 0;

	while (n < HEADERS_MAX &&
	       (value = sip_header(message, "Record-Route", n)).p)
		values[n++] = phone_keep(phone->pool, value);
	phone->routes.n = 0;
	for (size_t i = 0; i < n; i++)
		strs_add(&phone->routes, phone->pool,
			 values[reversed ? n - 1 - i : i]);
}

/* "<sip:a@b>;x" or "sip:a@b;x": the URI. */
static struct str uri_of(struct str contact)
{
	struct str rest = contact;

	if (!str_has(contact, '<')) {
		rest = str_cut(&contact, ',');
		return str_trim(str_cut(&rest, ';'));
	}
	str_cut(&rest, '<');
	return str_cut(&rest, '>');
}

void phone_take_target(struct mwi_phone *phone,
		       const struct sip_message *message)
{
	const struct str text = uri_of(sip_header(message, "Contact", 0));
	struct sip_uri uri;
	struct err err;

	/* What cannot be asked for is of no use, and does no harm. */
	if (text.n > 0 && !str_has(text, '\0') &&
	    sip_uri_parse(&uri, phone->pool,
			  pool_strndup(phone->pool, text.p, text.n), &err) == 0)
		phone->remote_target = uri.text;
}

/* RFC 6665 4.1.2.4: a NOTIFY before the 2xx makes the dialog as well; each may
 * move its remote target (RFC 3261 12.2.2). */
static bool is_in_dialog(struct mwi_phone *phone,
			 const struct sip_message *request)
{
	struct sip_dialog *dialog = &phone->subscription;

	if (!dialog->call_id ||
	    !str_eq(request->call_id, str_from(dialog->call_id)) ||
	    !str_eq(request->to_tag, str_from(dialog->local_tag)) ||
	    request->from_tag.n == 0)
		return false;
	if (!dialog->remote_tag) {
		dialog->remote_tag =
			phone_keep(phone->pool, request->from_tag).p;
		phone_take_routes(phone, request, false);
	}
	if (!str_eq(request->from_tag, str_from(dialog->remote_tag)))
		return false;
	phone_take_target(phone, request);
	return true;
}

/* Of too many the first goes that is not what is waited for. */
static bool make_room(struct mwi_phone *phone)
{
	size_t i = 0;

	while (i < phone->notices_len &&
	       (mwi_notice_is_ours(phone, &phone->notices[i]) ||
		phone->notices[i].in_dialog))
		i++;
	if (i == phone->notices_len)
		return false;
	phone->notices_len--;
	memmove(&phone->notices[i], &phone->notices[i + 1],
		(phone->notices_len - i) * sizeof(*phone->notices));
	return true;
}

/* A place for one more; NULL: there have been too many. */
static struct notice *notice_add(struct mwi_phone *phone,
				 const struct sip_message *request)
{
	struct pool *pool = phone->pool;
	struct notice *notice;

	if (phone->notices_len == NOTICES_MAX && !make_room(phone))
		return NULL;
	notice = &phone->notices[phone->notices_len++];
	*notice = (struct notice){
		.at = clock_now(),
		.call_id = phone_keep(pool, request->call_id),
		.state = phone_keep(
			pool, sip_header(request, "Subscription-State", 0)),
	};
	return notice;
}

/* Another event than was sent: only our Call-ID tells that it is ours. */
static void take_altered(struct mwi_phone *phone,
			 const struct sip_message *request, struct str event)
{
	struct notice *notice;

	if (!phone->call_id ||
	    !str_eq(request->call_id, str_from(phone->call_id)))
		return;
	notice = notice_add(phone, request);
	if (!notice)
		return;
	notice->trouble =
		event.n > 0 ? pool_printf(phone->pool,
					  "the event message-summary became "
					  "\"" STR_FMT "\"",
					  STR_ARG(event))
			    : "its Event header is gone";
	phone->enough = true;
}

static unsigned take_notify(struct mwi_phone *phone,
			    const struct sip_message *request)
{
	const struct str event = event_of(request);
	struct notice *notice;
	bool in_dialog;

	if (!str_caseeq(event, STR("message-summary"))) {
		take_altered(phone, request, event);
		return 489;
	}
	in_dialog = is_in_dialog(phone, request);
	/* RFC 6665 4.1.3: a dialog that is not ours.  What has no To tag was
	 * sent unasked, which UM does. */
	if (!in_dialog && request->to_tag.n > 0)
		return 481;
	notice = notice_add(phone, request);
	if (!notice)
		return 200;
	notice->in_dialog = in_dialog;
	read_body(notice, phone->pool, request);
	phone->enough |= mwi_notice_is_ours(phone, notice) ||
			 (phone->wants_any && in_dialog);
	return 200;
}

static unsigned serve(void *arg, const struct sip_message *request)
{
	if (strcmp(request->method, "NOTIFY") == 0)
		return take_notify(arg, request);
	return strcmp(request->method, "OPTIONS") == 0 ? 200 : 405;
}

/* What goes out ---------------------------------------------------------- */

void phone_add_header(struct phone_request *asking, const char *name,
		      struct str value)
{
	if (asking->headers_len == HEADERS_MAX)
		return;
	asking->headers[asking->headers_len++] =
		(struct sip_header){str_from(name), value};
}

void phone_prepare(struct phone_request *asking, const struct mwi_phone *phone,
		   const char *method, const char *uri, const char *expires)
{
	*asking = (struct phone_request){0};
	phone_add_header(asking, "Expires", str_from(expires));
	asking->request = (struct sip_request){
		.method = method,
		.uri = uri,
		.from = phone->address,
		.to = phone->address,
		.contact = phone->contact,
		.max_forwards = 70,
		.user_agent = "monitoring-plugins-um",
		.headers = asking->headers,
	};
}

int phone_ask(struct exchange *exchange, struct mwi_walk *walk,
	      struct mwi_phone *phone, struct sip_dialog *dialog,
	      struct phone_request *asking, struct deadline by)
{
	const struct credentials *who = walk->who.user ? &walk->who : NULL;
	struct err err;

	asking->request.headers_len = asking->headers_len;
	if (sip_exchange(exchange, &phone->line.flow, dialog, &asking->request,
			 who, by, &err) == 0)
		return 0;
	report_error(walk->run->report, phone->target->where, &err);
	return -1;
}

bool phone_is_taken(const struct exchange *exchange)
{
	return exchange->end == SIP_ANSWERED &&
	       exchange->answer.status / 100 == 2;
}

/* "403 Forbidden", "no answer", "the connection was closed" */
const char *phone_outcome(const struct exchange *exchange, struct pool *pool)
{
	const struct sip_message *answer = &exchange->answer;
	struct str reason = answer->reason;

	switch (exchange->end) {
	case SIP_ANSWERED:
		if (reason.n == 0)
			reason = str_from(sip_reason(answer->status));
		return pool_printf(pool, "%u " STR_FMT, answer->status,
				   STR_ARG(reason));
	case SIP_SILENT:
		return "no answer";
	case SIP_CLOSED:
		return "the connection was closed without an answer";
	case SIP_RESET:
		return "the connection was reset without an answer";
	case SIP_GARBLED:
	case SIP_FAILED:
		break;
	}
	return pool_printf(pool, "%s", exchange->err.text);
}

/* Opens the line and sets the phone up on it. */
bool phone_open(struct mwi_walk *walk, struct mwi_phone *phone,
		enum survey_name name, const char *address, struct deadline by)
{
	static const char *const parameters[] = {
		[TRANSPORT_UDP] = "",
		[TRANSPORT_TCP] = ";transport=tcp",
		[TRANSPORT_TLS] = ";transport=tls",
	};
	const char *user;

	phone->pool = walk->run->pool;
	phone->address = address;
	phone->target = mwi_end_call(walk, name, &phone->line, by);
	if (!phone->target)
		return false;
	user = strchr(address, ':') + 1;
	phone->contact = pool_printf(
		phone->pool, "sip:%.*s@%s%s", (int)strcspn(user, "@"), user,
		phone->line.flow.sent_by,
		parameters[conn_transport(phone->line.conn)]);
	phone->line.flow.serve = serve;
	phone->line.flow.serve_arg = phone;
	return true;
}
