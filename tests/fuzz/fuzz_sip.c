/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sip -- a stream of SIP from a stranger: framed, read, answered. */
#include <string.h>

#include "fuzz.h"
#include "mutate.h"
#include "sip/msg.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_sip, 0, data, size, max, seed);
}

/* An answer is a message again, of the transaction that it answers. */
static void try_answer(struct pool *pool, const struct sip_message *request)
{
	struct sip_message answer;
	struct err err;
	struct buf out;

	buf_init(&out, pool, 2 * SIP_MESSAGE_MAX);
	sip_response_write(&out, request, 200, NULL, "ours");
	if (sip_message_read(&answer, pool, buf_str(&out), &err)) {
		/* Long forms and a tag made it longer than a head may be. */
		promise(out.len > SIP_HEAD_MAX, "an answer can be read");
		return;
	}
	promise(answer.status == 200, "an answer has its status");
	promise(str_eq(answer.call_id, request->call_id) &&
			str_eq(answer.branch, request->branch) &&
			str_eq(answer.from_tag, request->from_tag) &&
			answer.cseq == request->cseq &&
			str_eq(answer.cseq_method, request->cseq_method),
		"an answer is of its transaction");
	promise(sip_frame(buf_str(&out), &err) == (ssize_t)out.len,
		"an answer is one message");
}

static void try_message(struct pool *pool, struct str data)
{
	struct sip_message message;
	struct err err = {0};

	if (sip_message_read(&message, pool, data, &err)) {
		promise(err.kind == ERR_PROTOCOL && err.text[0],
			"a refusal says why");
		return;
	}
	promise((message.method != NULL) == (message.status == 0),
		"a message is a request or a response");
	promise(message.status == 0 ||
			(message.status >= 100 && message.status <= 699),
		"a status is one of RFC 3261");
	promise(message.headers_len <= SIP_HEADERS_MAX, "headers are bounded");
	for (size_t i = 0; i < message.headers_len; i++) {
		const struct sip_header *header = &message.headers[i];

		promise(header->name.n && !str_has(header->name, '\n'),
			"a header has a name");
		promise(!str_has(header->value, '\n') &&
				!str_has(header->value, '\r') &&
				header->value.p[header->value.n] == '\0',
			"a value is one line");
		promise(sip_header(&message, header->name.p, 0).p != NULL,
			"a header is found by its name");
	}
	promise(sip_header(&message, "v", 0).n > 0 && message.call_id.n > 0,
		"what makes a transaction is there");
	sip_allows(&message, "NOTIFY");
	if (message.method)
		try_answer(pool, &message);
}

/* Its parts as a user's would be: whatever they hold, one request comes out. */
static void try_write(struct pool *pool, const char *text)
{
	const struct sip_header header = {STR("Subject"), str_from(text)};
	const struct sip_request request = {
		.method = "OPTIONS",
		.uri = text,
		.from = text,
		.to = "sip:um.contoso.test",
		.contact = text,
		.user_agent = text,
		.headers = &header,
		.headers_len = 1,
	};
	const struct sip_turn turn = {
		.transport = "UDP",
		.sent_by = "192.0.2.1:5060",
		.branch = "z9hG4bK1",
		.call_id = "1",
		.from_tag = "1",
	};
	struct sip_message message;
	struct err err;
	struct buf out;

	buf_init(&out, pool, SIP_MESSAGE_MAX);
	if (sip_request_write(&out, &request, &turn, &err)) {
		promise(err.kind == ERR_USAGE, "what cannot be sent is usage");
		return;
	}
	promise(sip_message_read(&message, pool, buf_str(&out), &err) == 0 &&
			message.headers_len == 10,
		"no part of a request adds a header");
}

/*
 * Bytes that come in pieces, each seventh length of them: what was said of
 * less is not taken back once there is more.
 */
static void try_pieces(struct str stream)
{
	struct err err;
	ssize_t n = 0;

	for (size_t len = 0; len < stream.n && n == 0; len += 7) {
		n = sip_frame((struct str){stream.p, len}, &err);
		promise(n <= 0 || sip_frame(stream, &err) == n,
			"a frame stays what it is");
		promise(n >= 0 || sip_frame(stream, &err) == -1,
			"a refusal stays one");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct str rest = {(const char *)data, size};
	struct err err = {0};
	ssize_t n = 1;

	try_message(pool, rest); /* as a datagram */
	try_write(pool, pool_strndup(pool, rest.p, rest.n));
	while (n > 0 && rest.n) {
		const size_t skip = sip_frame_skip(rest);

		rest = (struct str){rest.p + skip, rest.n - skip};
		try_pieces(rest);
		n = sip_frame(rest, &err);
		promise(n >= -1 && n <= (ssize_t)rest.n, "a frame is all here");
		promise(n != 0 || rest.n < SIP_MESSAGE_MAX,
			"no waiting beyond the longest message");
		promise(n >= 0 || (err.kind == ERR_PROTOCOL && err.text[0]),
			"a refusal says why");
		if (n <= 0)
			break;
		promise(sip_frame((struct str){rest.p, (size_t)n - 1}, &err) ==
				0,
			"a byte less is waited for");
		try_message(pool, (struct str){rest.p, (size_t)n});
		rest = (struct str){rest.p + n, rest.n - (size_t)n};
	}
	pool_free(pool);
	return 0;
}
