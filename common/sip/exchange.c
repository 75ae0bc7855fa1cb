/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exchange -- which answer is ours, and what else came meanwhile. */
#include "sip/exchange.h"

#include "base/random.h"

#define REQUEST_MAX SIP_MESSAGE_MAX

/* One request under way. */
struct turn {
	struct exchange *exchange;
	struct sip_flow *flow;
	struct sip_dialog *dialog;
	struct sip_turn sip;
	const char *method;
	struct pool *scratch; /* dies with the message looked at */
	usec begun;
	bool over;
};

static void note(struct sip_aside *aside, struct pool *pool, const char *what)
{
	if (aside->n++ == 0)
		aside->first = pool_printf(pool, "%s", what);
}

/* Whose answer ------------------------------------------------------------ */

/* Why a response is not to our request, or NULL when it is. */
static const char *objection(const struct turn *turn,
			     const struct sip_message *response)
{
	const struct sip_turn *sip = &turn->sip;

	if (!str_eq(response->call_id, str_from(sip->call_id)))
		return "another Call-ID";
	if (!str_eq(response->from_tag, str_from(sip->from_tag)))
		return "another From tag";
	if (!str_eq(response->cseq_method, str_from(turn->method)))
		return "another method in CSeq";
	if (response->cseq != sip->cseq)
		return "another number in CSeq";
	if (!str_eq(response->branch, str_from(sip->branch)))
		return "another Via branch";
	/* RFC 3261 8.1.3.3: then it is for somebody before us. */
	if (sip_header(response, "Via", 1).p)
		return "more than one Via";
	return NULL;
}

/* An answer to what this flow asked before: late, but no stranger's. */
static bool is_late(const struct turn *turn, const struct sip_message *response)
{
	const struct sip_turn *sip = &turn->sip;

	return str_eq(response->call_id, str_from(sip->call_id)) &&
	       str_eq(response->from_tag, str_from(sip->from_tag)) &&
	       response->cseq > 0 && response->cseq < sip->cseq;
}

/* The port may be another: RFC 3261 18.1.2 does not look at it. */
static bool is_peer(const struct sip_flow *flow, const struct addr *from)
{
	char ours[ADDR_TEXT_MAX], theirs[ADDR_TEXT_MAX];

	return strcmp(addr_host_text(conn_peer(flow->conn), ours),
		      addr_host_text(from, theirs)) == 0;
}

/* What came --------------------------------------------------------------- */

/* RFC 3261 11.2; what else there may be is for the flow's owner to say. */
static unsigned serve_default(const struct sip_message *request)
{
	return strcmp(request->method, "OPTIONS") == 0 ? 200 : 405;
}

static void serve(struct turn *turn, const struct sip_message *request)
{
	struct sip_flow *flow = turn->flow;
	const bool invite = strcmp(request->method, "INVITE") == 0;
	unsigned status;
	struct buf out;

	if (!invite && !sip_server_receive(flow->transactions, request))
		return;
	turn->exchange->requests++;
	status = flow->serve ? flow->serve(flow->serve_arg, request)
			     : serve_default(request);
	buf_init(&out, turn->scratch, REQUEST_MAX);
	sip_response_write(&out, request, status, NULL, flow->tag);
	/* RFC 3261 8.2.7: an INVITE that is refused needs no state. */
	if (invite)
		sip_flow_send(flow, buf_str(&out));
	else
		sip_server_answer(flow->transactions, buf_str(&out));
}

static void take_response(struct turn *turn, const struct sip_message *response,
			  struct str data, const struct addr *from)
{
	struct exchange *exchange = turn->exchange;
	struct sip_flow *flow = turn->flow;
	const char *why = objection(turn, response);
	struct err err;

	if (why && is_late(turn, response)) {
		exchange->late++;
		return;
	}
	if (why) {
		note(&exchange->stray, flow->pool,
		     pool_printf(turn->scratch, "%u with %s", response->status,
				 why));
		return;
	}
	if (response->status < 200) {
		/* The machine stops sending at the first; so floods are
		 * cheap. */
		if (exchange->provisionals++ == 0)
			sip_client_receive(flow->transactions, response);
		exchange->provisional = response->status;
		return;
	}
	sip_client_receive(flow->transactions, response);
	exchange->round_trip = clock_now() - turn->begun;
	exchange->end = SIP_ANSWERED;
	exchange->source = *from;
	turn->over = true;
	/* It parsed a moment ago, into memory that ends with this message. */
	if (sip_message_read(&exchange->answer, flow->pool, data, &err))
		exchange->answer = (struct sip_message){0};
}

static void take_message(struct turn *turn, struct str data,
			 const struct addr *from)
{
	struct exchange *exchange = turn->exchange;
	struct sip_flow *flow = turn->flow;
	struct sip_message message;
	char text[ADDR_TEXT_MAX];
	struct err err;

	turn->scratch = pool_new();
	if (!is_peer(flow, from))
		note(&exchange->stray, flow->pool,
		     pool_printf(turn->scratch, "a message from %s",
				 addr_text(from, text)));
	else if (sip_message_read(&message, turn->scratch, data, &err))
		note(&exchange->malformed, flow->pool, err.text);
	else if (message.method)
		serve(turn, &message);
	else
		take_response(turn, &message, data, from);
	pool_free(turn->scratch);
}

/* Waiting ----------------------------------------------------------------- */

static void end(struct turn *turn, enum sip_end how, const struct err *err)
{
	turn->exchange->end = how;
	turn->over = true;
	if (err)
		turn->exchange->err = *err;
}

/* The connection is of no more use. */
static void end_broken(struct turn *turn, const struct err *err)
{
	switch (err->kind) {
	case ERR_RESET:
		end(turn, SIP_RESET, err);
		break;
	case ERR_PROTOCOL:
		note(&turn->exchange->malformed, turn->flow->pool, err->text);
		end(turn, SIP_GARBLED, err);
		break;
	default:
		end(turn, SIP_FAILED, err);
	}
}

/* For bytes that are there: no wait, but for the rest of a record. */
static struct deadline at_once(void)
{
	return deadline_in(USEC_PER_SEC / 1000);
}

/* One message of the flow beside, if it is whole. */
static void serve_beside(struct turn *turn)
{
	struct sip_flow *beside = turn->flow->beside;
	struct exchange exchange = {0};
	struct turn other = {
		.exchange = &exchange,
		.flow = beside,
		.sip = {.call_id = "", .from_tag = "", .branch = ""},
		.method = "",
	};
	struct addr from;
	struct err err;
	struct str data;
	int rc;

	rc = sip_flow_next(beside, &data, &from, at_once(), &err);
	if (rc > 0)
		take_message(&other, data, &from);
	else if (rc == 0 || err.kind != ERR_TIMEOUT)
		turn->flow->beside = NULL; /* its owner will see */
}

/* True when the flow itself has something to read, or nothing is beside. */
static bool wait_for_either(struct turn *turn, struct deadline by)
{
	struct sip_flow *flow = turn->flow, *beside = flow->beside;
	const struct conn *const conns[2] = {flow->conn,
					     beside ? beside->conn : NULL};
	bool readable[2] = {false, false};

	if (!beside || sip_flow_ready(flow))
		return true;
	if (!sip_flow_ready(beside))
		conn_wait_either(conns, readable, by);
	if (readable[1] || sip_flow_ready(beside))
		serve_beside(turn);
	return readable[0];
}

/* One step: what is due is sent, what came is looked at. */
static void step(struct turn *turn, struct deadline by)
{
	struct sip_flow *flow = turn->flow;
	struct deadline wake;
	struct err err;
	struct addr from;
	struct str data;
	int rc;

	flow->by = by;
	if (flow->beside)
		flow->beside->by = by;
	wake = sip_transactions_run(flow->transactions);
	/* Out of time while sending is out of time. */
	if (flow->send_err.kind != ERR_NONE &&
	    flow->send_err.kind != ERR_RESET &&
	    flow->send_err.kind != ERR_TIMEOUT) {
		end_broken(turn, &flow->send_err);
		return;
	}
	if (sip_client_state(flow->transactions) == SIP_CLIENT_TIMED_OUT ||
	    deadline_passed(by)) {
		end(turn, SIP_SILENT, NULL);
		return;
	}
	wake = deadline_sooner(wake, by);
	if (!wait_for_either(turn, wake))
		return;
	/* What made it readable may be no message at all (a TLS ticket): then
	 * nobody beside shall wait for it. */
	if (flow->beside)
		wake = deadline_sooner(wake, at_once());
	rc = sip_flow_next(flow, &data, &from, wake, &err);
	if (rc > 0)
		take_message(turn, data, &from);
	else if (rc == 0)
		end(turn, SIP_CLOSED, NULL);
	else if (err.kind != ERR_TIMEOUT)
		end_broken(turn, &err);
}

/* Asking ------------------------------------------------------------------ */

static int ask(struct turn *turn, const struct sip_request *request,
	       struct deadline by, struct err *err)
{
	struct sip_flow *flow = turn->flow;
	struct sip_dialog *dialog = turn->dialog;
	struct exchange *exchange = turn->exchange;
	struct buf text;

	turn->over = false;
	turn->sip.cseq = ++dialog->cseq;
	/* RFC 3261 8.1.1.7: the cookie, and unique for each transaction */
	turn->sip.branch = pool_printf(flow->pool, "z9hG4bK%s%u",
				       dialog->branch, dialog->cseq);
	buf_init(&text, flow->pool, REQUEST_MAX);
	if (sip_request_write(&text, request, &turn->sip, err))
		return -1;
	exchange->sends = flow->sends = 0;
	exchange->provisional = exchange->provisionals = 0;
	flow->by = by;
	turn->begun = clock_now();
	if (sip_client_begin(flow->transactions, buf_str(&text), err))
		return -1;
	while (!turn->over)
		step(turn, by);
	exchange->sends = flow->sends;
	return 0;
}

/* RFC 3261 22.2, 22.3: the challenges and where their answer goes. */
static const struct realm {
	unsigned status;
	const char *challenge, *answer;
} realms[] = {
	{401, "WWW-Authenticate", "Authorization"},
	{407, "Proxy-Authenticate", "Proxy-Authorization"},
};

static const struct realm *realm_of(unsigned status)
{
	for (size_t i = 0; i < sizeof(realms) / sizeof(*realms); i++)
		if (realms[i].status == status)
			return &realms[i];
	return NULL;
}

static int pick(struct challenge *challenge, const struct turn *turn,
		const struct realm *realm, struct err *err)
{
	const struct sip_message *answer = &turn->exchange->answer;
	struct strs values = {0};
	struct str value;

	while ((value = sip_header(answer, realm->challenge, values.n)).p)
		strs_add(&values, turn->flow->pool, value);
	return challenge_pick(challenge, turn->flow->pool, values.v, values.n,
			      err);
}

/* Makes the header that answers the challenge. */
static int answer_challenge(struct turn *turn, const struct realm *realm,
			    const struct challenge *challenge,
			    const struct sip_request *request,
			    const struct credentials *who, struct err *err)
{
	struct digest_turn digest = {
		.method = request->method,
		.uri = request->uri,
		.nc = 1,
	};
	struct buf value;

	buf_init(&value, turn->flow->pool, REQUEST_MAX);
	if (random_hex(&digest.cnonce, turn->flow->pool, 32, err) ||
	    digest_answer(&value, challenge, who, &digest, err))
		return -1;
	turn->sip.authorization = (struct sip_header){
		.name = str_from(realm->answer),
		.value = buf_str(&value),
	};
	return 0;
}

/* 1: challenged, and the next turn can answer; 0: that was all. */
static int take_challenge(struct turn *turn, const struct sip_request *request,
			  const struct credentials *who, struct err *err)
{
	struct exchange *exchange = turn->exchange;
	const struct realm *realm = exchange->end == SIP_ANSWERED
					    ? realm_of(exchange->answer.status)
					    : NULL;
	const bool again = exchange->auth == SIP_AUTH_ANSWERED;
	struct challenge challenge;

	if (!realm || !who)
		return 0;
	if (pick(&challenge, turn, realm, &exchange->err)) {
		exchange->auth = SIP_AUTH_IMPOSSIBLE;
		return 0;
	}
	if (again && !challenge.stale) {
		exchange->auth = SIP_AUTH_REFUSED;
		return 0;
	}
	exchange->auth = SIP_AUTH_ANSWERED;
	return answer_challenge(turn, realm, &challenge, request, who, err) ? -1
									    : 1;
}

#define TURNS_MAX 3 /* unknown, challenged, and a nonce gone stale */

int sip_exchange(struct exchange *exchange, struct sip_flow *flow,
		 struct sip_dialog *dialog, const struct sip_request *request,
		 const struct credentials *who, struct deadline by,
		 struct err *err)
{
	const usec begun = clock_now();
	struct turn turn = {
		.exchange = exchange,
		.flow = flow,
		.dialog = dialog,
		.method = request->method,
		.sip =
			{
				.transport = transport_name(
					conn_transport(flow->conn)),
				.sent_by = flow->sent_by,
				.call_id = dialog->call_id,
				.from_tag = dialog->local_tag,
				.to_tag = dialog->remote_tag,
			},
	};
	int more = 1;

	*exchange = (struct exchange){.end = SIP_SILENT};
	flow->send_err.kind = ERR_NONE;
	for (int i = 0; more > 0; i++) {
		if (ask(&turn, request, by, err))
			return -1;
		more = take_challenge(&turn, request, who, err);
		if (more > 0 && i + 1 == TURNS_MAX) {
			exchange->auth = SIP_AUTH_REFUSED;
			more = 0;
		}
	}
	exchange->spent = clock_now() - begun;
	return more;
}

void sip_flow_idle(struct exchange *exchange, struct sip_flow *flow,
		   const struct sip_dialog *dialog, struct deadline until,
		   const bool *enough)
{
	struct turn turn = {
		.exchange = exchange,
		.flow = flow,
		.method = "",
		.sip =
			{
				.call_id = dialog->call_id,
				.from_tag = dialog->local_tag,
				/* What comes now is late. */
				.cseq = dialog->cseq + 1,
				.branch = "",
			},
	};

	*exchange = (struct exchange){.end = SIP_SILENT};
	while (!turn.over && !deadline_passed(until) && !(enough && *enough))
		step(&turn, until);
}
