/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_exchange -- a SIP peer that says anything: which answer is ours? */
#include <string.h>

#include "fuzz.h"
#include "mutate.h"
#include "sip/exchange.h"

/* A byte of what to do, a byte of how many bytes come at once. */
#define HEAD 2

enum {
	STREAM = 1, /* else datagrams */
	LOGIN = 2,  /* there are credentials */
	IDLE = 4,   /* nothing is asked, the peer is heard */
	BESIDE = 8, /* another flow is served meanwhile */
};

/* Each datagram, and each part that comes by itself, ends with it. */
#define PART_END '\x1e'

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_sip, HEAD, data, size, max, seed);
}

/* In place of net/conn.c: the peer's words are those of the input ---------- */

struct conn {
	struct pool *pool;
	enum transport transport;
	struct addr peer, local;
	struct str words; /* not heard yet */
	size_t at_once;
};

const char *transport_name(enum transport transport)
{
	return transport == TRANSPORT_UDP ? "UDP" : "TCP";
}

enum transport conn_transport(const struct conn *conn)
{
	return conn->transport;
}

const struct addr *conn_peer(const struct conn *conn)
{
	return &conn->peer;
}

const struct addr *conn_local(const struct conn *conn)
{
	return &conn->local;
}

/* Whatever we say is SIP, whole, and one message. */
int conn_send(struct conn *conn, const void *data, size_t len,
	      struct deadline by, struct err *err)
{
	const struct str text = {data, len};
	struct sip_message message;

	(void)by;
	promise(sip_message_read(&message, conn->pool, text, err) == 0,
		"what we send can be read");
	promise(sip_frame(text, err) == (ssize_t)len,
		"what we send is one message");
	return 0;
}

/* A stranger's datagram begins with '!'. */
ssize_t conn_recv(struct conn *conn, void *data, size_t size, struct addr *from,
		  struct deadline by, struct err *err)
{
	const bool stream = conn->transport == TRANSPORT_TCP;
	struct str part;

	(void)by;
	*from = conn->peer;
	if (conn->words.n == 0)
		return stream ? 0 : err_set(err, ERR_RESET, "it is over");
	part = conn->words;
	part = str_cut(&part, PART_END);
	if (stream && part.n > conn->at_once)
		part.n = conn->at_once;
	if (part.n > size)
		part.n = size;
	memcpy(data, part.p, part.n);
	conn->words.p += part.n;
	conn->words.n -= part.n;
	if (str_starts(conn->words, STR("\x1e"))) {
		conn->words.p++;
		conn->words.n--;
	}
	if (!stream && part.n > 0 && part.p[0] == '!')
		addr_from_literal(from, "192.0.2.99", 5060);
	/* On a stream nothing would be its end. */
	return stream && part.n == 0
		       ? conn_recv(conn, data, size, from, by, err)
		       : (ssize_t)part.n;
}

bool conn_wait_either(const struct conn *const conns[2], bool readable[2],
		      struct deadline by)
{
	(void)by;
	readable[1] = conns[1]->words.n > 0;
	readable[0] = !readable[1];
	return true;
}

static struct conn conn_of(struct pool *pool, enum transport transport,
			   struct str words, size_t at_once)
{
	struct conn conn = {
		.pool = pool,
		.transport = transport,
		.words = words,
		.at_once = at_once ? at_once : SIZE_MAX,
	};

	addr_from_literal(&conn.peer, "192.0.2.2", 5060);
	addr_from_literal(&conn.local, "192.0.2.1", 5060);
	return conn;
}

/* The exchange --------------------------------------------------------------
 */

static void promise_answer(const struct exchange *exchange,
			   const struct sip_dialog *dialog)
{
	const struct sip_message *answer = &exchange->answer;

	promise(answer->status >= 200 && answer->status <= 699,
		"an answer is final");
	promise(str_eq(answer->call_id, str_from(dialog->call_id)),
		"it has our Call-ID");
	promise(str_eq(answer->from_tag, str_from(dialog->local_tag)),
		"it has our tag");
	promise(answer->cseq == dialog->cseq &&
			str_eq(answer->cseq_method, STR("OPTIONS")),
		"it has our CSeq");
	promise(str_starts(answer->branch, STR("z9hG4bKours")),
		"it has our branch");
	promise(!sip_header(answer, "Via", 1).p, "it has one Via");
}

static void promise_exchange(const struct exchange *exchange,
			     const struct sip_dialog *dialog, bool login)
{
	promise(!exchange->malformed.n == !exchange->malformed.first &&
			!exchange->stray.n == !exchange->stray.first,
		"what is counted is described");
	promise(exchange->sends == 1, "without a wait nothing is sent again");
	promise(dialog->cseq <= 3, "a challenge is answered twice at most");
	promise(login || exchange->auth == SIP_AUTH_NONE,
		"who has no credentials gives none");
	if (exchange->end == SIP_ANSWERED)
		promise_answer(exchange, dialog);
	else
		promise(exchange->end != SIP_SILENT, "the peer was heard");
	if (exchange->end == SIP_GARBLED)
		promise(exchange->err.kind == ERR_PROTOCOL &&
				exchange->err.text[0],
			"garbage is told");
}

static void ask(struct sip_flow *flow, unsigned how, const char *method)
{
	struct sip_dialog dialog = {
		.call_id = "ours", .local_tag = "ours", .branch = "ours"};
	const struct credentials who = {"monitor", {"secret", 6}};
	const struct sip_request request = {
		.method = method,
		.uri = "sip:um1.contoso.test",
		.from = "sip:probe@192.0.2.1",
		.to = "sip:um1.contoso.test",
		.contact = "sip:probe@192.0.2.1",
		.max_forwards = 70,
	};
	const struct deadline by = deadline_in(60 * USEC_PER_SEC);
	struct exchange exchange;
	struct err err;

	if (how & IDLE) {
		sip_flow_idle(&exchange, flow, &dialog, by, NULL);
		promise(exchange.end != SIP_ANSWERED, "nothing was asked");
		return;
	}
	promise(sip_exchange(&exchange, flow, &dialog, &request,
			     how & LOGIN ? &who : NULL, by, &err) == 0,
		"our side can do it");
	promise_exchange(&exchange, &dialog, how & LOGIN);
}

static void promise_trace(const struct sip_flow *flow)
{
	for (size_t i = 0; i < flow->trace.n; i++)
		promise(!str_casecontains(flow->trace.v[i],
					  STR("username=\"monitor\"")) ||
				!str_casecontains(flow->trace.v[i],
						  STR("Authorization:")),
			"a trace has no credentials of ours");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const unsigned how = size > 0 ? data[0] : 0;
	const size_t at_once = size > 1 ? data[1] : 0;
	const enum transport transport =
		how & STREAM ? TRANSPORT_TCP : TRANSPORT_UDP;
	struct str words = {(const char *)data + (size < HEAD ? size : HEAD),
			    size < HEAD ? 0 : size - HEAD};
	struct conn conn = conn_of(pool, transport, words, at_once);
	struct conn other = conn_of(pool, TRANSPORT_TCP, words, at_once);
	struct sip_flow flow = {0}, beside = {0};
	struct err err;

	promise(sip_flow_open(&flow, pool, &conn, true, &err) == 0 &&
			sip_flow_open(&beside, pool, &other, false, &err) == 0,
		"flows open");
	if (how & BESIDE)
		flow.beside = &beside;
	ask(&flow, how, "OPTIONS");
	promise_trace(&flow);
	sip_flow_close(&beside);
	sip_flow_close(&flow);
	pool_free(pool);
	return 0;
}
