/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow -- bytes received become messages; messages sent become bytes. */
#include "sip/flow.h"

#include <string.h>

#include "base/random.h"
#include "sip/msg.h"

#define TRACED_MAX    64 /* messages: a peer may send them for ever */
#define TRACE_LEN_MAX ((size_t)16384) /* of each */

/* What passes ------------------------------------------------------------- */

static void trace(struct sip_flow *flow, const char *what,
		  const struct addr *peer, struct str message)
{
	char text[ADDR_TEXT_MAX];
	bool secret = false;

	if (!flow->traces || flow->traced++ >= TRACED_MAX)
		return;
	strs_add(&flow->trace, flow->pool,
		 str_from(pool_printf(
			 flow->pool, "%.3f s %s %s by %s, %zu bytes:",
			 usec_seconds(clock_now() - flow->begun), what,
			 addr_text(peer, text),
			 transport_name(conn_transport(flow->conn)),
			 message.n)));
	if (message.n > TRACE_LEN_MAX)
		message.n = TRACE_LEN_MAX;
	while (message.n > 0) {
		struct str line = str_cut(&message, '\n');
		const bool folded = str_starts(line, STR(" ")) ||
				    str_starts(line, STR("\t"));

		if (str_ends(line, STR("\r")))
			line.n--;
		if (!folded) {
			struct str rest = line;

			secret = sip_header_is_secret(
				str_trim(str_cut(&rest, ':')));
		}
		if (secret)
			line = folded ? STR(" (left out)")
				      : STR("Authorization: (left out)");
		strs_add(&flow->trace, flow->pool,
			 str_from(pool_printf(flow->pool, "  " STR_FMT,
					      STR_ARG(line))));
	}
}

/* The machines' way to the wire. */
static int on_send(void *arg, struct str message)
{
	struct sip_flow *flow = arg;
	struct err err;

	/* What we answer to the peer is none of them. */
	if (!str_starts(message, STR("SIP/2.0 ")))
		flow->sends++;
	trace(flow, "to", conn_peer(flow->conn), message);
	if (conn_send(flow->conn, message.p, message.n, flow->by, &err) == 0)
		return 0;
	if (flow->send_err.kind == ERR_NONE)
		flow->send_err = err;
	/* A peer that turns us away may say why before it closes: what it
	 * said waits to be read. */
	return err.kind == ERR_RESET ? 0 : -1;
}

void sip_flow_send(struct sip_flow *flow, struct str message)
{
	(void)on_send(flow, message);
}

int sip_flow_open(struct sip_flow *flow, struct pool *pool, struct conn *conn,
		  bool traces, struct err *err)
{
	struct addr local = *conn_local(conn);
	char *room = flow->room;
	char text[ADDR_TEXT_MAX];

	*flow = (struct sip_flow){
		.pool = pool,
		.conn = conn,
		.traces = traces,
		.begun = clock_now(),
	};
	/* A scope means something on this host only (RFC 4007 11.2). */
	if (local.ss.ss_family == AF_INET6)
		local.in6.sin6_scope_id = 0;
	flow->sent_by = pool_printf(pool, "%s", addr_text(&local, text));
	flow->room = room ? room : pool_room(pool, SIP_MESSAGE_MAX);
	if (random_hex(&flow->tag, pool, 16, err))
		return -1;
	return sip_transactions_open(&flow->transactions, pool, on_send, flow,
				     err);
}

void sip_flow_close(struct sip_flow *flow)
{
	sip_transactions_close(flow->transactions);
	flow->transactions = NULL;
}

/* Messages ---------------------------------------------------------------- */

static struct str unread(const struct sip_flow *flow)
{
	return (struct str){flow->room + flow->at, flow->len - flow->at};
}

static bool is_stream(const struct sip_flow *flow)
{
	return conn_transport(flow->conn) != TRANSPORT_UDP;
}

/* As sip_flow_next(), from what has been received. */
static int take(struct sip_flow *flow, struct str *message, struct err *err)
{
	ssize_t n;

	flow->at += sip_frame_skip(unread(flow));
	*message = unread(flow);
	if (message->n == 0)
		return 0;
	if (is_stream(flow)) {
		n = sip_frame(*message, err);
		if (n <= 0)
			return (int)n;
		message->n = (size_t)n;
	}
	flow->at += message->n;
	return 1;
}

bool sip_flow_ready(const struct sip_flow *flow)
{
	struct str rest = unread(flow);
	struct err err;

	rest.p += sip_frame_skip(rest);
	rest.n = (size_t)(flow->room + flow->len - rest.p);
	return rest.n > 0 && (!is_stream(flow) || sip_frame(rest, &err) != 0);
}

static ssize_t receive(struct sip_flow *flow, struct addr *from,
		       struct deadline by, struct err *err)
{
	ssize_t n;

	/* sip_frame() takes no message that would not fit. */
	memmove(flow->room, flow->room + flow->at, flow->len - flow->at);
	flow->len -= flow->at;
	flow->at = 0;
	n = conn_recv(flow->conn, flow->room + flow->len,
		      SIP_MESSAGE_MAX - flow->len, from, by, err);
	if (n > 0)
		flow->len += (size_t)n;
	return n;
}

int sip_flow_next(struct sip_flow *flow, struct str *message, struct addr *from,
		  struct deadline by, struct err *err)
{
	*from = *conn_peer(flow->conn);
	for (;;) {
		int taken = take(flow, message, err);
		ssize_t n;

		if (taken) {
			trace(flow, taken > 0 ? "from" : "garbled from", from,
			      *message);
			return taken;
		}
		if (flow->closed)
			return 0;
		n = receive(flow, from, by, err);
		if (n < 0)
			return -1;
		flow->closed = n == 0 && is_stream(flow);
	}
}
