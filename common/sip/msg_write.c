/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg_write -- requests and answers as text, and no part breaks out of it. */
#include "sip/head.h"

#define CSEQ_MAX         0x7fffffffU /* RFC 3261 8.1.1.5 */
#define MAX_FORWARDS_MAX 255

static bool is_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\0' || text.p[i] == '\r' || text.p[i] == '\n')
			return false;
	return true;
}

/* Of what neither blanks nor the marks around an address may be a part. */
static bool is_word(struct str text)
{
	static const struct str ends = {" \t;,\"<>", 7};

	for (size_t i = 0; i < text.n; i++)
		if (str_has(ends, text.p[i]))
			return false;
	return text.n > 0 && is_text(text);
}

/* RFC 3261 25.1: word ["@" word]; the peer compares it byte by byte. */
static bool is_call_id(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~')
			return false;
	return text.n > 0;
}

static int part_check(const char *name, const char *text,
		      bool (*fits)(struct str), struct err *err)
{
	if (!text || fits(str_from(text)))
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s cannot stand in a SIP message: %.100s", name, text);
}

static int parts_check(const struct sip_request *request,
		       const struct sip_turn *turn, struct err *err)
{
	const struct {
		const char *name, *text;
		bool (*fits)(struct str);
	} parts[] = {
		{"the method", request->method, head_is_token},
		{"the Request-URI", request->uri, head_is_uri},
		{"the URI of From", request->from, head_is_uri},
		{"the URI of To", request->to, head_is_uri},
		{"the URI of Contact", request->contact, head_is_uri},
		{"the URI of Route", request->route, head_is_uri},
		{"User-Agent", request->user_agent, is_text},
		{"Content-Type", request->content_type, is_text},
		{"the transport of Via", turn->transport, head_is_token},
		{"the sender of Via", turn->sent_by, is_word},
		{"the branch of Via", turn->branch, head_is_token},
		{"Call-ID", turn->call_id, is_call_id},
		{"the tag of From", turn->from_tag, head_is_token},
		{"the tag of To", turn->to_tag, head_is_token},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (part_check(parts[i].name, parts[i].text, parts[i].fits,
			       err))
			return -1;
	if (request->max_forwards > MAX_FORWARDS_MAX)
		return err_set(err, ERR_USAGE,
			       "Max-Forwards is 0 to %d, not %u",
			       MAX_FORWARDS_MAX, request->max_forwards);
	if (turn->cseq > CSEQ_MAX)
		return err_set(err, ERR_USAGE, "CSeq is 0 to %u, not %u",
			       CSEQ_MAX, turn->cseq);
	if (request->body.n && !request->content_type)
		return err_set(err, ERR_USAGE,
			       "a body needs a Content-Type (RFC 3261 20.15)");
	return 0;
}

static int header_check(const struct sip_header *header, struct err *err)
{
	/* These are written from the other fields, and once is enough. */
	static const char *const ours[] = {
		"Via",     "Max-Forwards", "From",         "To",
		"Call-ID", "CSeq",         "Content-Type", "Content-Length"};
	const struct str name = head_long_name(header->name);

	if (!head_is_token(name))
		return err_set(err, ERR_USAGE,
			       "a header's name is a word, not \"" STR_FMT "\"",
			       STR_ARG(name));
	if (!is_text(header->value))
		return err_set(err, ERR_USAGE,
			       "the header " STR_FMT
			       " cannot hold line ends or a NUL",
			       STR_ARG(name));
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (str_caseeq(name, str_from(ours[i])))
			return err_set(err, ERR_USAGE,
				       "the header %s is not free to give",
				       ours[i]);
	return 0;
}

static int headers_check(const struct sip_request *request,
			 const struct sip_turn *turn, struct err *err)
{
	for (size_t i = 0; i < request->headers_len; i++)
		if (header_check(&request->headers[i], err))
			return -1;
	if (turn->authorization.name.n)
		return header_check(&turn->authorization, err);
	return 0;
}

static void header_write(struct buf *out, const char *name, struct str value)
{
	buf_puts(out, name);
	buf_puts(out, ": ");
	buf_write(out, value.p, value.n);
	buf_puts(out, "\r\n");
}

static void given_write(struct buf *out, const struct sip_header *header)
{
	buf_write(out, header->name.p, header->name.n);
	buf_puts(out, ": ");
	buf_write(out, header->value.p, header->value.n);
	buf_puts(out, "\r\n");
}

/* An address in <>, so that its parameters stay its own (RFC 3261 20). */
static void address_write(struct buf *out, const char *name, const char *uri,
			  const char *tag)
{
	if (!uri)
		return;
	buf_printf(out, "%s: <%s>%s%s\r\n", name, uri, tag ? ";tag=" : "",
		   tag ? tag : "");
}

static void request_write(struct buf *out, const struct sip_request *request,
			  const struct sip_turn *turn)
{
	buf_printf(out, "%s %s SIP/2.0\r\n", request->method, request->uri);
	buf_printf(out, "Via: SIP/2.0/%s %s;rport;branch=%s\r\n",
		   turn->transport, turn->sent_by, turn->branch);
	buf_printf(out, "Max-Forwards: %u\r\n", request->max_forwards);
	address_write(out, "Route", request->route, NULL);
	address_write(out, "From", request->from, turn->from_tag);
	address_write(out, "To", request->to, turn->to_tag);
	header_write(out, "Call-ID", str_from(turn->call_id));
	buf_printf(out, "CSeq: %u %s\r\n", turn->cseq, request->method);
	address_write(out, "Contact", request->contact, NULL);
	if (turn->authorization.name.n)
		given_write(out, &turn->authorization);
	if (request->user_agent)
		header_write(out, "User-Agent", str_from(request->user_agent));
	for (size_t i = 0; i < request->headers_len; i++)
		given_write(out, &request->headers[i]);
	if (request->content_type)
		header_write(out, "Content-Type",
			     str_from(request->content_type));
	buf_printf(out, "Content-Length: %zu\r\n\r\n", request->body.n);
	buf_write(out, request->body.p, request->body.n);
}

/* What the receiver will read is what the sender wanted to say. */
static int reads_back(struct buf *out, size_t start,
		      const struct sip_request *request,
		      const struct sip_turn *turn, struct err *err)
{
	struct sip_message message;

	if (out->full)
		return err_set(err, ERR_USAGE, "the request is too long");
	if (sip_message_read(&message, out->pool,
			     (struct str){out->data + start, out->len - start},
			     err)) {
		err->kind = ERR_USAGE;
		return err_context(err, "the request cannot be sent");
	}
	if (str_eq(message.call_id, str_from(turn->call_id)) &&
	    str_eq(message.branch, str_from(turn->branch)) &&
	    str_eq(message.from_tag, str_from(turn->from_tag)) &&
	    str_eq(message.to_tag, str_from(turn->to_tag)) &&
	    message.cseq == turn->cseq && str_eq(message.body, request->body))
		return 0;
	return err_set(err, ERR_USAGE,
		       "the request would be read as another one");
}

int sip_request_write(struct buf *out, const struct sip_request *request,
		      const struct sip_turn *turn, struct err *err)
{
	const size_t start = out->len;

	if (parts_check(request, turn, err) ||
	    headers_check(request, turn, err))
		return -1;
	request_write(out, request, turn);
	return reads_back(out, start, request, turn, err);
}

/* Statuses that must say what would have been right. */
static const struct {
	unsigned status;
	const char *header;
} remedies[] = {
	{405, "Allow: OPTIONS, NOTIFY\r\n"}, /* RFC 3261 8.2.1 */
	{415, "Accept: application/simple-message-summary\r\n"}, /* 8.2.3 */
	{489, "Allow-Events: message-summary\r\n"}, /* RFC 6665 8.2.2 */
};

/* A tag behind a semicolon that nothing followed would come after two. */
static struct str without_end(struct str value)
{
	while (str_ends(value, STR(";")))
		value = str_trim((struct str){value.p, value.n - 1});
	return value;
}

static void to_return(struct buf *out, const struct sip_message *request,
		      const char *to_tag)
{
	struct str value = sip_header(request, "To", 0);

	if (!to_tag || request->to_tag.p) {
		header_write(out, "To", value);
		return;
	}
	value = without_end(value);
	buf_puts(out, "To: ");
	buf_write(out, value.p, value.n);
	buf_printf(out, ";tag=%s\r\n", to_tag);
}

void sip_response_write(struct buf *out, const struct sip_message *request,
			unsigned status, const char *reason, const char *to_tag)
{
	struct str via;

	buf_printf(out, "SIP/2.0 %u %s\r\n", status,
		   reason ? reason : sip_reason(status));
	for (size_t nth = 0; (via = sip_header(request, "Via", nth)).p; nth++)
		header_write(out, "Via", via);
	header_write(out, "From", sip_header(request, "From", 0));
	to_return(out, request, to_tag);
	header_write(out, "Call-ID", request->call_id);
	header_write(out, "CSeq", sip_header(request, "CSeq", 0));
	for (size_t i = 0; i < sizeof(remedies) / sizeof(*remedies); i++)
		if (remedies[i].status == status)
			buf_puts(out, remedies[i].header);
	buf_puts(out, "Content-Length: 0\r\n\r\n");
}
