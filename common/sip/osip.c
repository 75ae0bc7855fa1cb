/* SPDX-License-Identifier: GPL-3.0-or-later */
/* osip -- makes libosip2 ready once, and hands it what it can digest. */
#include "sip/osip.h"

#include "base/memory.h"

/*
 * libosip2 looks for the end of a list whenever it adds to it: 65,535 bytes of
 * ";a" in a Via take it a second, of ",a" in an Allow likewise.  So many
 * parameters take it 0.3 ms, and no real header has a tenth of them.
 */
#define PARTS_MAX 500

static void trace_nothing(const char *file, int line, osip_trace_level_t level,
			  const char *fmt, va_list ap)
{
	(void)file;
	(void)line;
	(void)level;
	(void)fmt;
	(void)ap;
}

/*
 * Without a function of ours, parse errors are printed on standard output.
 * The first osip_init() fills the parser's tables; all later ones find them
 * filled, in whatever thread they are.
 */
__attribute__((constructor)) static void prepare(void)
{
	osip_t *osip = NULL;

	osip_set_allocators(memory_take, memory_resize, memory_release);
	osip_trace_initialize_func(OSIP_FATAL, trace_nothing);
	if (osip_init(&osip) == OSIP_SUCCESS)
		osip_release(osip);
}

/* The headers that make a transaction, and who reads them. */
static const struct {
	const char *name;
	int (*set)(osip_message_t *, const char *);
} needed[] = {
	{"Via", osip_message_set_via},   {"From", osip_message_set_from},
	{"To", osip_message_set_to},     {"Call-ID", osip_message_set_call_id},
	{"CSeq", osip_message_set_cseq},
};

/* The first of a list: up to a comma outside of quotes. */
static struct str topmost(struct str list)
{
	bool quoted = false;

	for (size_t i = 0; i < list.n; i++) {
		if (list.p[i] == '\\' && quoted)
			i++;
		else if (list.p[i] == '"')
			quoted = !quoted;
		else if (list.p[i] == ',' && !quoted)
			return str_trim((struct str){list.p, i});
	}
	return list;
}

static size_t parts_of(struct str value)
{
	static const struct str seps = {",;&?", 4};
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++)
		n += str_has(seps, value.p[i]);
	return n;
}

/* As a C string; a quoted NUL and tabs are more than libosip2 bears. */
static const char *plain(struct pool *pool, struct str value)
{
	char *text = pool_strndup(pool, value.p, value.n);

	for (size_t i = 0; i < value.n; i++) {
		if (text[i] == '\0')
			text[i] = '?';
		else if (text[i] == '\t')
			text[i] = ' ';
	}
	return text;
}

static int headers_set(osip_message_t *osip, struct pool *pool,
		       const struct sip_message *message, struct err *err)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		const char *name = needed[i].name;
		const bool is_via = needed[i].set == osip_message_set_via;
		struct str value = sip_header(message, name, 0);

		if (!value.n)
			return err_set(err, ERR_PROTOCOL, "a message has no %s",
				       name);
		if (!is_via && sip_header(message, name, 1).p)
			return err_set(err, ERR_PROTOCOL,
				       "a message has two %s", name);
		if (is_via)
			value = topmost(value);
		/* An empty one it takes, and leaves nothing behind. */
		if (!value.n || parts_of(value) > PARTS_MAX ||
		    needed[i].set(osip, plain(pool, value)) != OSIP_SUCCESS)
			return err_set(err, ERR_PROTOCOL,
				       "%s cannot be read: %.80s", name,
				       plain(pool, value));
	}
	return 0;
}

/* RFC 4475 3.3.3: a strange scheme is for the reader of the message to refuse,
 * so what libosip2 cannot make of a Request-URI is no error here. */
static void start_set(osip_message_t *osip, struct pool *pool,
		      const struct sip_message *message)
{
	osip_message_set_version(osip, osip_strdup("SIP/2.0"));
	if (message->status) {
		osip->status_code = (int)message->status;
		osip->reason_phrase = osip_strdup(plain(pool, message->reason));
		return;
	}
	osip_message_set_method(osip, osip_strdup(message->method));
	if (parts_of(str_from(message->uri)) <= PARTS_MAX &&
	    osip_uri_init(&osip->req_uri) == OSIP_SUCCESS &&
	    osip_uri_parse(osip->req_uri, message->uri) != OSIP_SUCCESS) {
		osip_uri_free(osip->req_uri);
		osip->req_uri = NULL;
	}
}

int osip_message_of(osip_message_t **out, struct pool *pool,
		    const struct sip_message *message, struct err *err)
{
	osip_message_t *osip = NULL;
	int rc = -1;

	*out = NULL;
	if (osip_message_init(&osip) != OSIP_SUCCESS) {
		err_set(err, ERR_LOCAL, "libosip2 has no memory");
		goto out;
	}
	start_set(osip, pool, message);
	if (headers_set(osip, pool, message, err))
		goto out;
	*out = osip;
	osip = NULL;
	rc = 0;
out:
	osip_message_free(osip);
	return rc;
}
