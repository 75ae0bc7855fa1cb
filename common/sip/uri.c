/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uri -- RFC 3261 19.1 and 25.1 as slices cut off one after the other. */
#include "sip/uri.h"

#include <string.h>

#include "base/str.h"
#include "net/addr.h"

/*
 * No SIP stack in here: check_um_cert reads its -H with this, sends no SIP
 * and shall not load libosip2.  And texts are quoted piece by piece, never
 * whole, since a password may stand in them.
 */

#define URI_MAX   512 /* what a request over UDP has room for */
#define NAME_MAX  253 /* RFC 1035 2.3.4 */
#define LABEL_MAX 63

/* Characters beside letters and digits, RFC 3261 25.1. */
#define MARK         "-_.!~*'()"
#define USER_CHARS   MARK "&=+$,;?/"
#define PARAM_CHARS  MARK "[]/:&+$"
#define HEADER_CHARS MARK "[]/?:+$=&"

#define QUOTED_MAX 60
#define QUOTE(s)   (int)((s).n < QUOTED_MAX ? (s).n : QUOTED_MAX), (s).p

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Letters, digits, "%" HEXDIG HEXDIG, and those of `also`. */
static bool is_made_of(struct str s, const char *also)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if (c == '%') {
			if (s.n - i < 3 || !is_hex(s.p[i + 1]) ||
			    !is_hex(s.p[i + 2]))
				return false;
			i += 2;
		} else if (!is_alpha(c) && !is_digit(c) &&
			   (c == '\0' || !strchr(also, c))) {
			return false;
		}
	}
	return true;
}

static bool cut_scheme(struct str *rest, bool *secure)
{
	struct str after = *rest;
	const struct str scheme = str_cut(&after, ':');

	*secure = str_caseeq(scheme, STR("sips"));
	if (!after.p || !(*secure || str_caseeq(scheme, STR("sip"))))
		return false;
	*rest = after;
	return true;
}

bool sip_uri_has_scheme(const char *text)
{
	struct str rest = str_from(text);
	bool secure;

	return cut_scheme(&rest, &secure);
}

/* The whole at first sight: nothing here may be quoted. */
static int check_bytes(struct str text, struct err *err)
{
	if (text.n > URI_MAX)
		return err_set(err, ERR_USAGE,
			       "the SIP URI is longer than %d characters",
			       URI_MAX);
	for (size_t i = 0; i < text.n; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == 0x7f)
			return err_set(err, ERR_USAGE,
				       "the SIP URI holds a blank or a control "
				       "character");
		if (c > 0x7f)
			return err_set(
				err, ERR_USAGE,
				"the SIP URI is not ASCII (want A-labels "
				"in the host name, %%C3%%BC and the like "
				"in the user part)");
		if (strchr("<>\"", c))
			return err_set(err, ERR_USAGE,
				       "the SIP URI holds brackets or quotes "
				       "(want what stands between them alone, "
				       "as sip:um1.example.com)");
	}
	return 0;
}

/* userinfo "@": what stands before the first "@", which nothing else holds. */
static int cut_user(struct sip_uri *uri, struct pool *pool, struct str *rest,
		    struct err *err)
{
	struct str user;

	if (!str_has(*rest, '@'))
		return 0;
	user = str_cut(rest, '@');
	if (str_has(user, ':'))
		return err_set(err, ERR_USAGE,
			       "the SIP URI holds a password, which everybody "
			       "can read on a command line (want the user "
			       "alone, as in sip:alice@example.com)");
	if (user.n == 0)
		return err_set(err, ERR_USAGE,
			       "the SIP URI has no user before its \"@\"");
	if (!is_made_of(user, USER_CHARS))
		return err_set(err, ERR_USAGE,
			       "the SIP URI's user part holds characters that "
			       "have to be escaped there, as %%23 for \"#\"");
	uri->user = pool_strndup(pool, user.p, user.n);
	return 0;
}

/*
 * hostname, with the underscores that names in Windows' DNS have.  The last
 * label begins with a letter, or the name is a misspelt address.
 */
static bool is_hostname(struct str name)
{
	struct str label = {0};

	if (str_ends(name, STR(".")))
		name.n--;
	if (name.n == 0 || name.n > NAME_MAX || str_has(name, '%') ||
	    !is_made_of(name, "-_."))
		return false;
	while (name.p) {
		label = str_cut(&name, '.');
		if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
	}
	return is_alpha(label.p[0]);
}

/* host, cut off at the front; `*out` without brackets. */
static int cut_host(const char **out, struct pool *pool, struct str *rest,
		    struct err *err)
{
	const bool bracketed = str_starts(*rest, STR("["));
	struct str host = {rest->p, 0};
	struct addr addr;

	while (host.n < rest->n &&
	       (bracketed ? rest->p[host.n] != ']' : rest->p[host.n] != ':'))
		host.n++;
	rest->p += host.n;
	rest->n -= host.n;
	if (bracketed && rest->n > 0) {
		rest->p++;
		rest->n--;
		host.p++;
		host.n--;
		*out = pool_strndup(pool, host.p, host.n);
		/* A zone (RFC 4007) means nothing to the other side. */
		if (str_has(host, ':') && !str_has(host, '%') &&
		    addr_from_literal(&addr, *out, 0))
			return 0;
		return err_set(err, ERR_USAGE,
			       "the SIP URI's [%.*s] is no IPv6 address",
			       QUOTE(host));
	}
	*out = pool_strndup(pool, host.p ? host.p : "", host.n);
	if (addr_from_literal(&addr, *out, 0) || is_hostname(host))
		return 0;
	if (host.n == 0)
		return err_set(err, ERR_USAGE,
			       "the SIP URI names no host (want "
			       "sip:um1.example.com)");
	return err_set(err, ERR_USAGE,
		       "the SIP URI's host \"%.*s\" is neither a host name nor "
		       "an address (IPv6 in brackets)",
		       QUOTE(host));
}

static int read_hostport(struct sip_uri *uri, struct pool *pool,
			 struct str rest, struct err *err)
{
	unsigned port;

	if (cut_host(&uri->host, pool, &rest, err))
		return -1;
	if (rest.n == 0)
		return 0;
	if (rest.p[0] != ':')
		return err_set(err, ERR_USAGE,
			       "the SIP URI has \"%.*s\" after its address",
			       QUOTE(rest));
	rest.p++;
	rest.n--;
	if (!str_uint(rest, UINT16_MAX, &port) || port == 0)
		return err_set(err, ERR_USAGE,
			       "the SIP URI's port is none (want 1 to 65535)");
	uri->port = (uint16_t)port;
	return 0;
}

/* Parameters -------------------------------------------------------------- */

static int take_transport(struct sip_uri *uri, struct pool *pool,
			  struct str value, struct err *err)
{
	static const struct {
		const char *name;
		enum transport transport;
	} known[] = {
		{"udp", TRANSPORT_UDP},
		{"tcp", TRANSPORT_TCP},
		{"tls", TRANSPORT_TLS},
	};

	(void)pool;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_caseeq(value, str_from(known[i].name)))
			continue;
		uri->has_transport = true;
		uri->transport = known[i].transport;
		if (!uri->secure || uri->transport == TRANSPORT_TLS)
			return 0;
		if (uri->transport == TRANSPORT_UDP)
			return err_set(err, ERR_USAGE,
				       "sips: is TLS, and ;transport=udp "
				       "contradicts it");
		/* RFC 3261 26.2.2: TLS on top of that TCP. */
		uri->transport = TRANSPORT_TLS;
		return 0;
	}
	return err_set(err, ERR_USAGE,
		       "the SIP URI's ;transport=%.*s is not spoken here (want "
		       "udp, tcp or tls)",
		       QUOTE(value));
}

static int take_maddr(struct sip_uri *uri, struct pool *pool, struct str value,
		      struct err *err)
{
	struct str rest = value;

	if (cut_host(&uri->maddr, pool, &rest, err))
		return err_context(err, ";maddr");
	if (rest.n > 0)
		return err_set(err, ERR_USAGE,
			       "the SIP URI's ;maddr=%.*s holds more than a "
			       "host",
			       QUOTE(value));
	return 0;
}

/* RFC 3261 19.1.1, table 1: links may have it, a request line may not. */
static int refuse_method(struct sip_uri *uri, struct pool *pool,
			 struct str value, struct err *err)
{
	(void)uri;
	(void)pool;
	return err_set(err, ERR_USAGE,
		       "the SIP URI's ;method=%.*s may not stand in a request",
		       QUOTE(value));
}

/* What is none of these stays in .text as it is. */
static const struct {
	const char *name;
	int (*take)(struct sip_uri *uri, struct pool *pool, struct str value,
		    struct err *err);
} params[] = {
	{"transport", take_transport},
	{"maddr", take_maddr},
	{"method", refuse_method},
};

/* RFC 3261 19.1.1: no name may come twice. */
static bool comes_again(struct str name, struct str rest)
{
	while (rest.p) {
		struct str param = str_cut(&rest, ';');

		if (str_caseeq(str_cut(&param, '='), name))
			return true;
	}
	return false;
}

static int read_param(struct sip_uri *uri, struct pool *pool, struct str param,
		      struct str rest, struct err *err)
{
	struct str value = param;
	const struct str name = str_cut(&value, '=');
	const bool has_value = value.p != NULL;

	if (!has_value)
		value = STR("");
	if (name.n == 0 || (has_value && value.n == 0) ||
	    !is_made_of(name, PARAM_CHARS) || !is_made_of(value, PARAM_CHARS))
		return err_set(err, ERR_USAGE,
			       "the SIP URI's \";%.*s\" is no parameter (want "
			       ";name or ;name=value)",
			       QUOTE(param));
	if (comes_again(name, rest))
		return err_set(err, ERR_USAGE,
			       "the SIP URI has two parameters ;%.*s",
			       QUOTE(name));
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		if (str_caseeq(name, str_from(params[i].name)))
			return params[i].take(uri, pool, value, err);
	return 0;
}

/* The whole --------------------------------------------------------------- */

int sip_uri_parse(struct sip_uri *uri, struct pool *pool, const char *text,
		  struct err *err)
{
	const struct str whole = str_from(text);
	struct str rest = whole, headers, hostport;

	*uri = (struct sip_uri){0};
	if (!cut_scheme(&rest, &uri->secure))
		return err_set(err, ERR_USAGE,
			       "this is no SIP URI (want one like "
			       "sip:um1.example.com)");
	if (check_bytes(whole, err) || cut_user(uri, pool, &rest, err))
		return -1;
	headers = rest;
	rest = str_cut(&headers, '?');
	if (!is_made_of(headers, HEADER_CHARS))
		return err_set(err, ERR_USAGE,
			       "the SIP URI's headers part, after \"?\", holds "
			       "characters that have to be escaped");
	uri->text = pool_strndup(pool, text, (size_t)(rest.p + rest.n - text));
	hostport = str_cut(&rest, ';');
	if (read_hostport(uri, pool, hostport, err))
		return -1;
	while (rest.p) {
		const struct str param = str_cut(&rest, ';');

		if (read_param(uri, pool, param, rest, err))
			return -1;
	}
	return 0;
}
