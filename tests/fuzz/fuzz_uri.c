/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_uri -- SIP URIs: what is taken can stand in a request line. */
#include <string.h>

#include "fuzz.h"
#include "net/addr.h"
#include "sip/uri.h"

static void promise_fit(const char *text)
{
	for (const char *at = text; *at; at++)
		promise(*at > ' ' && *at < 0x7f && !strchr("<>\"", *at),
			"no blank, control or bracket in a request line");
}

static void promise_host(const char *host)
{
	struct addr addr;

	promise(host && *host, "a URI has a host");
	promise_fit(host);
	promise(strlen(host) <= 254, "a host has a length");
	promise(!strpbrk(host, "[]%/@;?") &&
			(!strchr(host, ':') ||
			 addr_from_literal(&addr, host, 0)),
		"a host is a name or an address");
}

static void promise_same(struct pool *pool, const struct sip_uri *uri)
{
	struct sip_uri again;
	struct err err;

	promise(sip_uri_parse(&again, pool, uri->text, &err) == 0,
		"what was kept is a URI");
	promise(strcmp(again.text, uri->text) == 0, "and it is the same");
	promise(strcmp(again.host, uri->host) == 0 && again.port == uri->port &&
			again.secure == uri->secure &&
			again.has_transport == uri->has_transport &&
			again.transport == uri->transport,
		"and leads to the same place");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_strndup(pool, (const char *)data, size);
	struct sip_uri uri;
	struct err err = {0};

	if (sip_uri_parse(&uri, pool, text, &err)) {
		promise(err.kind == ERR_USAGE && err.text[0],
			"a refusal says why");
	} else {
		promise(sip_uri_has_scheme(text), "a URI has a scheme");
		promise_host(uri.host);
		if (uri.maddr)
			promise_host(uri.maddr);
		promise_fit(uri.text);
		promise(!uri.user || !strchr(uri.user, ':'), "no password");
		promise(!uri.secure || !uri.has_transport ||
				uri.transport == TRANSPORT_TLS,
			"sips: is TLS");
		promise_same(pool, &uri);
	}
	pool_free(pool);
	return 0;
}
