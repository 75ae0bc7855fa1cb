/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_options_validate -- what the options come to, or contradict in. */
#include <regex.h>

#include "pki/name.h"
#include "plugins/sip_options.h"
#include "sip/head.h"
#include "sip/uri.h"

#define COUNT_MAX        1000
#define MAX_FORWARDS_MAX 255                   /* RFC 3261 20.22 */
#define HEADERS_ROOM     (SIP_HEAD_MAX - 2048) /* the rest is for our own */

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* Where to ---------------------------------------------------------------- */

/* -T, the URI and the port say by which transport, or DNS will. */
static int take_transport(struct sip_options_config *config,
			  const struct sip_uri *uri, struct err *err)
{
	struct locate *locate = &config->locate;

	if (config->transport && uri->has_transport &&
	    *config->transport != uri->transport)
		return err_set(err, ERR_USAGE,
			       "--transport contradicts the transport in '%s'",
			       config->target.host);
	locate->has_transport = config->transport || uri->has_transport;
	locate->transport =
		config->transport ? *config->transport : uri->transport;
	locate->secure = uri->secure;
	/* RFC 3261 19.1.2: the port of SIP over TLS, and of nothing else. */
	if (!locate->has_transport && (locate->port == 5061 || uri->secure)) {
		locate->has_transport = locate->port != 0;
		locate->transport = TRANSPORT_TLS;
	}
	if (uri->secure && locate->has_transport &&
	    locate->transport != TRANSPORT_TLS)
		return err_set(err, ERR_USAGE,
			       "sips: goes over TLS only (want --transport tls "
			       "or a sip: URI)");
	return 0;
}

static int take_target(struct sip_options_config *config, struct pool *pool,
		       struct sip_uri *uri, struct err *err)
{
	struct target_options *target = &config->target;
	struct locate *locate = &config->locate;

	if (!target->host)
		return err_set(err, ERR_USAGE,
			       "nobody to ask (want --hostname HOST or a SIP "
			       "URI)");
	if (target_validate(target, pool, err))
		return -1;
	if (target->ports.n > 1)
		return err_set(err, ERR_USAGE,
			       "--port: one port is wanted here (a check each, "
			       "or --all-targets by SRV)");
	if (sip_uri_has_scheme(target->host) &&
	    sip_uri_parse(uri, pool, target->host, err))
		return err_context(err, "--hostname");
	locate->host = uri->maddr ? uri->maddr : target->name;
	locate->port = target->ports.n ? target->ports.v[0] : 0;
	locate->family = target->reach.family;
	return take_transport(config, uri, err);
}

/* What only TLS has is refused where something else was asked for. */
static int check_tls(const struct sip_options_config *config, struct err *err)
{
	const struct locate *locate = &config->locate;
	const struct {
		const char *option;
		bool given;
	} wants[] = {
		{"--profile", config->profile},
		{"--cert", config->tls.cert},
		{"--sni", config->tls.sni},
		{"--tls-min", config->tls.min_version},
		{"--tls-max", config->tls.max_version},
		{"--tls-legacy", config->tls.legacy},
	};

	if (!config->profile &&
	    (config->trust.ca_file || config->trust.ca_path))
		return err_set(err, ERR_USAGE,
			       "%s needs --profile: without it no certificate "
			       "is judged",
			       config->trust.ca_file ? "--ca-file"
						     : "--ca-path");
	if (!locate->has_transport || locate->transport == TRANSPORT_TLS)
		return tls_validate(&config->tls, err);
	for (size_t i = 0; i < sizeof(wants) / sizeof(*wants); i++)
		if (wants[i].given)
			return err_set(err, ERR_USAGE,
				       "%s needs --transport tls, not %s",
				       wants[i].option,
				       transport_name(locate->transport));
	return 0;
}

/* The request ------------------------------------------------------------- */

static int take_uri(const char **out, struct sip_uri *uri, struct pool *pool,
		    const char *option, const char *text, struct err *err)
{
	if (!text)
		return 0;
	if (sip_uri_parse(uri, pool, text, err))
		return err_context(err, "%s", option);
	*out = uri->text;
	return 0;
}

/* "sip:um1.example.com:5061;transport=tls" of what the options say. */
static const char *default_uri(const struct sip_options_config *config,
			       const struct sip_uri *target, struct pool *pool)
{
	const struct locate *locate = &config->locate;
	const char *name = config->target.name;
	struct buf text;

	if (target->text)
		return target->text;
	buf_init(&text, pool, RENDER_FIELD_MAX);
	buf_printf(&text, strchr(name, ':') ? "sip:[%s]" : "sip:%s", name);
	if (locate->port)
		buf_printf(&text, ":%u", (unsigned)locate->port);
	if (locate->has_transport && locate->transport != TRANSPORT_UDP)
		buf_puts(&text, locate->transport == TRANSPORT_TCP
					? ";transport=tcp"
					: ";transport=tls");
	return text.data;
}

/* Has the URI the parameter "lr", alone or as "lr=on"? */
static bool is_loose(const char *uri)
{
	struct str rest = str_from(uri);

	str_cut(&rest, ';');
	while (rest.p) {
		struct str value = str_cut(&rest, ';');

		if (str_caseeq(str_cut(&value, '='), STR("lr")))
			return true;
	}
	return false;
}

/* RFC 3261 16.12: a loose router, or the host would be put into the URI. */
static int take_route(struct sip_options_config *config, struct pool *pool,
		      struct err *err)
{
	const char *route = config->route;
	struct sip_uri uri;

	if (!route)
		return 0;
	if (!sip_uri_has_scheme(route))
		route = pool_printf(pool, "sip:%s", route);
	if (sip_uri_parse(&uri, pool, route, err))
		return err_context(err, "--route");
	config->request.route = is_loose(uri.text)
					? uri.text
					: pool_printf(pool, "%s;lr", uri.text);
	return 0;
}

/* Whose headers are made here, and by which option they are given. */
static const struct own_header {
	const char *name, *instead;
} own_headers[] = {
	{"Via", "it is made for each request"},
	{"Call-ID", "it is made for each request"},
	{"CSeq", "it is made for each request"},
	{"Content-Length", "it is counted"},
	{"To", "want --uri"},
	{"From", "want --from"},
	{"Contact", "want --contact"},
	{"Route", "want --route"},
	{"User-Agent", "want --user-agent"},
	{"Max-Forwards", "want --max-forwards"},
	{"Authorization", "want --auth-user and --auth-file: a password never "
			  "stands on a command line"},
	{"Proxy-Authorization", "want --auth-user and --auth-file: a password "
				"never stands on a command line"},
};

static int take_header(struct sip_header *header, const char *text,
		       struct err *err)
{
	header->value = str_from(text);
	header->name = str_trim(str_cut(&header->value, ':'));
	if (!header->value.p || !head_is_token(header->name) ||
	    has_control(text))
		return err_set(err, ERR_USAGE,
			       "--header: '%.80s' is no header (want 'Name: "
			       "value')",
			       text);
	header->value = str_trim(header->value);
	for (size_t i = 0; i < sizeof(own_headers) / sizeof(*own_headers); i++)
		if (str_caseeq(head_long_name(header->name),
			       str_from(own_headers[i].name)))
			return err_set(err, ERR_USAGE,
				       "--header: %s is not given here: %s",
				       own_headers[i].name,
				       own_headers[i].instead);
	return 0;
}

static int take_headers(struct sip_options_config *config, struct pool *pool,
			struct err *err)
{
	struct sip_request *request = &config->request;
	const size_t n = config->headers.n;
	struct sip_header *headers = pool_array(pool, n + 1, sizeof(*headers));
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		if (take_header(&headers[i], config->headers.v[i].p, err))
			return -1;
		bytes += config->headers.v[i].n;
	}
	if (bytes > HEADERS_ROOM)
		return err_set(err, ERR_USAGE,
			       "--header: %zu bytes are more than the %zu that "
			       "a request has room for",
			       bytes, HEADERS_ROOM);
	request->headers = headers;
	request->headers_len = n;
	return 0;
}

/* The name by which the peer might know us: where we say that we are. */
static void take_own_name(struct demands *own, struct pool *pool,
			  const struct sip_uri *uri)
{
	struct str host = str_from(uri->host);

	if (own->expected.n == 0 && host.n > 0 && !name_objection(host))
		strs_add(&own->expected, pool, host);
}

static int take_request(struct sip_options_config *config, struct pool *pool,
			const struct sip_uri *target, struct err *err)
{
	struct sip_request *request = &config->request;
	struct sip_uri uri = {0}, from = {0}, contact = {0};

	request->method = "OPTIONS";
	request->uri = default_uri(config, target, pool);
	request->max_forwards = config->max_forwards;
	request->user_agent = config->user_agent;
	if (config->max_forwards > MAX_FORWARDS_MAX)
		return err_set(err, ERR_USAGE, "--max-forwards: %u is above %d",
			       config->max_forwards, MAX_FORWARDS_MAX);
	if (has_control(config->user_agent))
		return err_set(err, ERR_USAGE,
			       "--user-agent: holds a control character");
	if (take_uri(&request->uri, &uri, pool, "--uri", config->uri, err) ||
	    take_uri(&request->from, &from, pool, "--from", config->from,
		     err) ||
	    take_uri(&request->contact, &contact, pool, "--contact",
		     config->contact, err) ||
	    take_route(config, pool, err) || take_headers(config, pool, err))
		return -1;
	request->to = request->uri;
	take_own_name(&config->own, pool, &contact);
	take_own_name(&config->own, pool, &from);
	config->own.name_option = "--contact sip:OUR-FQDN";
	return 0;
}

/* The judgement ----------------------------------------------------------- */

/*
 * What takes glibc a time without bound: back references, whose subject is a
 * peer's, and repetitions of repetitions.
 */
static bool is_costly(const char *pattern)
{
	unsigned bounds = 0;

	for (; *pattern; pattern++) {
		bounds += *pattern == '{';
		if (*pattern != '\\')
			continue;
		if (pattern[1] >= '1' && pattern[1] <= '9')
			return true;
		if (pattern[1])
			pattern++;
	}
	return bounds > 1;
}

static int take_wanted(struct wanted_header *wanted, struct pool *pool,
		       struct str text, struct err *err)
{
	struct str name = str_cut(&text, '=');
	char reason[80];
	regex_t regex;
	int rc;

	wanted->name = pool_strndup(pool, name.p, name.n);
	wanted->pattern = text.p;
	if (!head_is_token(str_from(wanted->name)))
		return err_set(err, ERR_USAGE,
			       "--require-header: '%.80s' is no header's name",
			       wanted->name);
	if (!wanted->pattern)
		return 0;
	if (is_costly(wanted->pattern))
		return err_set(err, ERR_USAGE,
			       "--require-header: back references such as \\1, "
			       "and more than one {n,m}, are not taken: they "
			       "may take for ever");
	rc = regcomp(&regex, wanted->pattern,
		     REG_EXTENDED | REG_NOSUB | REG_ICASE);
	if (rc == 0) {
		regfree(&regex);
		return 0;
	}
	regerror(rc, &regex, reason, sizeof(reason));
	return err_set(err, ERR_USAGE,
		       "--require-header: '%.80s' is no regular expression: %s",
		       wanted->pattern, reason);
}

static int take_demands(struct sip_options_config *config, struct pool *pool,
			struct err *err)
{
	const struct strs *headers = &config->require_headers;
	const struct strs *methods = &config->require_methods;

	config->wanted =
		pool_array(pool, headers->n + 1, sizeof(*config->wanted));
	config->wanted_len = headers->n;
	for (size_t i = 0; i < headers->n; i++)
		if (take_wanted(&config->wanted[i], pool, headers->v[i], err))
			return -1;
	for (size_t i = 0; i < methods->n; i++)
		if (!head_is_token(methods->v[i]))
			return err_set(err, ERR_USAGE,
				       "--require-method: '%.80s' is no method",
				       methods->v[i].p);
	if (config->count == 0 || config->count > COUNT_MAX)
		return err_set(err, ERR_USAGE,
			       "--count: want a number from 1 to %d",
			       COUNT_MAX);
	return 0;
}

/* The domain asked for, whatever its SRV records lead to (RFC 5922 7.3). */
static void take_server_name(struct sip_options_config *config,
			     struct pool *pool)
{
	const char *sni = config->tls.sni;
	struct str name = str_from(config->target.name);

	config->server.name_option = "--sni NAME, or by a name in --hostname";
	if (name_is_address(name) && sni && strcmp(sni, "none") != 0)
		name = str_from(sni);
	if (!name_is_address(name))
		strs_add(&config->server.expected, pool,
			 name_without_root(name));
}

int sip_options_validate(struct pool *pool, void *opaque, struct err *err)
{
	struct sip_options_config *config = opaque;
	struct sip_uri uri = {0};

	if (take_target(config, pool, &uri, err) || check_tls(config, err) ||
	    auth_validate(&config->auth, err) ||
	    take_request(config, pool, &uri, err) ||
	    take_demands(config, pool, err))
		return -1;
	take_server_name(config, pool);
	return 0;
}
