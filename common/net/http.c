/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http -- OpenSSL's HTTP client on a connection and a deadline of our own. */
#include "net/http.h"

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/httperr.h>

#include "net/wire.h"

#define REDIRECTS_MAX 3
#define URL_MAX       2048
#define HEAD_MAX      ((size_t)64 << 10) /* bytes of all header lines */

struct url {
	const char *host;
	uint16_t port;
	const char *authority; /* as the Host header has it */
	const char *path;      /* with the query */
};

struct fetch {
	struct pool *pool;
	const struct reach *reach;
	const struct http_request *request;
	struct deadline by;
	struct url url;
	struct bytes answer;
	const char *location; /* where to ask instead, or NULL */
};

/* The URL ----------------------------------------------------------------- */

/* It may come from a certificate: nothing of it may end up in a header. */
static bool is_sane(struct str url)
{
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return false;
	return url.n <= URL_MAX;
}

static bool is_host(const char *host)
{
	struct addr addr;

	if (addr_from_literal(&addr, host, 0))
		return true;
	return host[0] && !host[strspn(host, "abcdefghijklmnopqrstuvwxyz"
					     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					     "0123456789-._")];
}

static int url_parse(struct url *url, struct pool *pool, const char *text,
		     struct err *err)
{
	char *user = NULL, *host = NULL, *path = NULL, *query = NULL;
	const struct str head = STR("http://");
	struct str rest = str_from(text);
	int port = 0;
	bool ok;

	if (rest.n < head.n ||
	    !str_caseeq((struct str){rest.p, head.n}, head) || !is_sane(rest))
		return err_set(err, ERR_PROTOCOL, "this is no http:// URL");
	/* OpenSSL knows the scheme in small letters only. */
	text = pool_printf(pool, "http://%s", text + head.n);
	ok = OSSL_HTTP_parse_url(text, NULL, &user, &host, NULL, &port, &path,
				 &query, NULL) &&
	     !*user && is_host(host);
	if (ok) {
		url->host = pool_strndup(pool, host, strlen(host));
		url->port = (uint16_t)port;
		url->authority =
			port == 80 ? url->host
				   : pool_printf(pool, "%s:%d", host, port);
		url->path =
			pool_printf(pool, *query ? "%s?%s" : "%s", path, query);
	}
	OPENSSL_free(user);
	OPENSSL_free(host);
	OPENSSL_free(path);
	OPENSSL_free(query);
	return ok ? 0
		  : err_set(err, ERR_PROTOCOL,
			    "this URL does not parse, or names a user");
}

/* The exchange ------------------------------------------------------------ */

static int fail(const struct wire *wire, usec start, struct err *err)
{
	struct str rest = str_from(wire->first);
	int reason = ERR_GET_REASON(ERR_peek_error());

	if (wire->broken.kind == ERR_TIMEOUT)
		return err_set(err, ERR_TIMEOUT,
			       "no complete answer to the HTTP request within "
			       "%.1f s",
			       usec_seconds(clock_now() - start));
	if (wire->broken.kind != ERR_NONE) {
		*err = wire->broken;
		return -1;
	}
	if (rest.n == 0)
		return err_set(err, ERR_PROTOCOL,
			       "the server closed the connection without an "
			       "answer");
	if (!str_starts(str_cut(&rest, ' '), STR("HTTP/1.")) ||
	    !str_eq(str_cut(&rest, ' '), STR("200")))
		return err_set(err, ERR_PROTOCOL, "the server answered \"%s\"",
			       wire->first);
	switch (reason) {
	case HTTP_R_MAX_RESP_LEN_EXCEEDED:
		return err_set(err, ERR_PROTOCOL, "the answer is too long");
	case HTTP_R_MISSING_ASN1_ENCODING:
	case HTTP_R_ERROR_PARSING_ASN1_LENGTH:
		return err_set(err, ERR_PROTOCOL, "the answer is no DER");
	default:
		return err_set(err, ERR_PROTOCOL,
			       "the answer is cut short or contradicts its "
			       "own length");
	}
}

/* The request, ready to be sent; NULL when memory or OpenSSL fails. */
static OSSL_HTTP_REQ_CTX *request_new(const struct fetch *fetch, BIO *wire,
				      BIO *body)
{
	const char *type = body ? fetch->request->content_type : NULL;
	OSSL_HTTP_REQ_CTX *ctx;

	if (fetch->request->body.n && !body)
		return NULL;
	/* Without a proxy the server's name is but the Host header. */
	ctx = OSSL_HTTP_open(fetch->url.authority, NULL, NULL, NULL, 0, wire,
			     wire, NULL, NULL, 0, 0);
	if (ctx &&
	    !OSSL_HTTP_set1_request(ctx, fetch->url.path, NULL, type, body,
				    NULL, 1, fetch->request->max, 0, 0)) {
		OSSL_HTTP_close(ctx, 0);
		return NULL;
	}
	return ctx;
}

static void take_answer(struct fetch *fetch, OSSL_HTTP_REQ_CTX *ctx, BIO *got)
{
	unsigned char *data;
	long len = BIO_get_mem_data(got, &data);
	size_t der = OSSL_HTTP_REQ_CTX_get_resp_len(ctx);

	/* Bytes after the DER object are none of it. */
	if (der == 0 || der > (size_t)len)
		der = (size_t)len;
	fetch->answer = bytes_dup(fetch->pool, data, der);
}

static int exchange(struct fetch *fetch, struct wire *wire, struct err *err)
{
	const struct bytes request = fetch->request->body;
	const usec start = clock_now();
	BIO *got = NULL, *body = NULL;
	OSSL_HTTP_REQ_CTX *ctx;
	char *redirect = NULL;
	int rc = 0;

	ERR_clear_error();
	if (request.n)
		body = BIO_new_mem_buf(request.p, (int)request.n);
	ctx = request_new(fetch, wire->bio, body);
	if (ctx)
		got = OSSL_HTTP_exchange(ctx, &redirect);
	if (got)
		take_answer(fetch, ctx, got);
	else if (redirect)
		fetch->location =
			pool_strndup(fetch->pool, redirect, strlen(redirect));
	else if (ctx)
		rc = fail(wire, start, err);
	else
		rc = err_set(err, ERR_LOCAL, "OpenSSL makes no HTTP request");

	OPENSSL_free(redirect);
	BIO_free(got);
	OSSL_HTTP_close(ctx, 1);
	BIO_free(body);
	ERR_clear_error();
	return rc;
}

static int fetch_once(struct fetch *fetch, const char *text, struct err *err)
{
	struct wire wire = {
		.by = fetch->by,
		.left = fetch->request->max + HEAD_MAX,
	};
	struct attempts attempts = {0};
	struct addrs addrs = {0};
	struct service service = {.addrs = &addrs, .transport = TRANSPORT_TCP};
	struct conn *conn;
	int rc;

	if (url_parse(&fetch->url, fetch->pool, text, err) ||
	    reach_resolve(&addrs, fetch->pool, fetch->reach, fetch->url.host,
			  fetch->by, err))
		return -1;
	service.port = fetch->url.port;
	if (reach_connect(&conn, fetch->pool, fetch->reach, &service, &attempts,
			  fetch->by, err))
		return -1;
	wire.fd = conn_fd(conn);
	rc = wire_open(&wire, err);
	if (rc == 0)
		rc = exchange(fetch, &wire, err);
	wire_close(&wire);
	conn_close(conn);
	return rc;
}

int http_fetch(struct bytes *answer, struct pool *pool,
	       const struct reach *reach, const struct http_request *request,
	       struct deadline by, struct err *err)
{
	struct fetch fetch = {
		.pool = pool,
		.reach = reach,
		.request = request,
		.by = by,
	};
	const char *text = request->url;

	for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
		fetch.location = NULL;
		if (fetch_once(&fetch, text, err))
			return redirects ? err_context(err,
						       "%.90s redirects to "
						       "%.90s",
						       request->url, text)
					 : err_context(err, "%.120s", text);
		if (!fetch.location) {
			*answer = fetch.answer;
			return 0;
		}
		text = fetch.location;
		if (text[0] == '/')
			text = pool_printf(pool, "http://%s%s",
					   fetch.url.authority, text);
	}
	return err_set(err, ERR_PROTOCOL, "%.120s: more than %d redirects",
		       request->url, REDIRECTS_MAX);
}
