/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg_read -- bytes from outside become a message, guarded by head.h. */
#include "sip/head.h"
#include "sip/osip.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * What C strings and libosip2 would take for an end.  RFC 3261 25.1 lets a NUL
 * stand behind a backslash in a quoted string, and nowhere else; a CR belongs
 * to the LF behind it.  A bare LF is taken for a line end: RFC 3261 7 wants
 * CRLF, hand-made servers send it, and nobody reads anything else into it.
 */
static int bytes_check(struct str head, struct err *err)
{
	for (size_t i = 0; i < head.n; i++) {
		if (head.p[i] == '\0' && (i == 0 || head.p[i - 1] != '\\'))
			return err_set(err, ERR_PROTOCOL,
				       "a message's head has a NUL in it");
		if (head.p[i] == '\r' &&
		    (i + 1 == head.n || head.p[i + 1] != '\n'))
			return err_set(err, ERR_PROTOCOL,
				       "a message's head has a CR without LF");
	}
	return 0;
}

/* RFC 3261 7.3.1: a line end with the blanks around it counts as one blank. */
static struct str unfold(struct pool *pool, struct str value)
{
	char *text = pool_strndup(pool, value.p, value.n);
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (text[i] != '\r' && text[i] != '\n') {
			text[n++] = text[i];
			continue;
		}
		while (n && is_space(text[n - 1]))
			n--;
		while (i + 1 < value.n && is_space(text[i + 1]))
			i++;
		text[n++] = ' ';
	}
	text[n] = '\0';
	return (struct str){text, n};
}

static struct str copy(struct pool *pool, struct str s)
{
	return (struct str){pool_strndup(pool, s.p, s.n), s.n};
}

static int headers_read(struct sip_message *message, struct pool *pool,
			struct str lines, struct err *err)
{
	struct sip_header header;
	size_t cap = 0;

	while (head_next(&lines, &header)) {
		/* Without a colon the name has the line's end in it. */
		if (!head_is_token(header.name))
			return err_set(err, ERR_PROTOCOL,
				       "a line of a message's head is no "
				       "header: %.80s",
				       unfold(pool, header.name).p);
		header.name = head_long_name(copy(pool, header.name));
		header.value = unfold(pool, header.value);
		message->headers =
			pool_grow(pool, message->headers, &cap,
				  (message->headers_len + 1) * sizeof(header));
		message->headers[message->headers_len++] = header;
	}
	return 0;
}

/* RFC 3261 18.3: what is over is cut off, what is short is an error. */
static int body_read(struct sip_message *message, struct pool *pool,
		     const struct head *head, struct str rest, struct err *err)
{
	if (head->has_length && head->length > rest.n)
		return err_set(err, ERR_PROTOCOL,
			       "Content-Length says %u, the body has %zu bytes",
			       head->length, rest.n);
	if (head->has_length)
		rest.n = head->length;
	message->body = copy(pool, rest);
	return 0;
}

/* libosip2 takes names that it could write to. */
static struct str param_of(struct pool *pool, osip_list_t *params, char *name)
{
	osip_generic_param_t *param = NULL;

	if (osip_uri_param_get_byname(params, name, &param) != OSIP_SUCCESS ||
	    !param->gvalue)
		return (struct str){0};
	return copy(pool, str_from(param->gvalue));
}

/* RFC 3261 8.1.1.5: below 2**31, and the method is the request's own. */
static int cseq_read(struct sip_message *message, struct pool *pool,
		     const osip_cseq_t *cseq, struct err *err)
{
	message->cseq_method = copy(pool, str_from(cseq->method));
	if (!str_uint(str_from(cseq->number), INT32_MAX, &message->cseq) ||
	    !head_is_token(message->cseq_method))
		return err_set(err, ERR_PROTOCOL, "CSeq cannot be read: %.80s",
			       sip_header(message, "CSeq", 0).p);
	if (message->method &&
	    !str_eq(message->cseq_method, str_from(message->method)))
		return err_set(err, ERR_PROTOCOL,
			       "the method is %.40s, in CSeq %.40s",
			       message->method, message->cseq_method.p);
	return 0;
}

/* What makes it part of a transaction and of a dialog. */
static int ids_read(struct sip_message *message, struct pool *pool,
		    struct err *err)
{
	char tag[] = "tag", branch[] = "branch";
	osip_message_t *osip;
	osip_via_t *via;
	int rc;

	if (osip_message_of(&osip, pool, message, err))
		return -1;
	message->call_id = sip_header(message, "Call-ID", 0);
	via = osip_list_get(&osip->vias, 0);
	message->from_tag = param_of(pool, &osip->from->gen_params, tag);
	message->to_tag = param_of(pool, &osip->to->gen_params, tag);
	message->branch = param_of(pool, &via->via_params, branch);
	rc = cseq_read(message, pool, osip->cseq, err);
	osip_message_free(osip);
	return rc;
}

int sip_message_read(struct sip_message *message, struct pool *pool,
		     struct str data, struct err *err)
{
	struct head head;
	int rc;

	*message = (struct sip_message){0};
	if (data.n > SIP_MESSAGE_MAX)
		return err_set(err, ERR_PROTOCOL,
			       "a message has over %zu bytes", SIP_MESSAGE_MAX);
	rc = head_read(&head, data, err);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_PROTOCOL,
			       "a message's head does not end");
	if (bytes_check((struct str){data.p, head.n}, err))
		return -1;
	message->status = head.status;
	if (head.status) {
		message->reason = copy(pool, head.reason);
	} else {
		message->method = copy(pool, head.method).p;
		message->uri = copy(pool, head.uri).p;
	}
	if (headers_read(message, pool, head.lines, err) ||
	    body_read(message, pool, &head,
		      (struct str){data.p + head.n, data.n - head.n}, err))
		return -1;
	return ids_read(message, pool, err);
}
