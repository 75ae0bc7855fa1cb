/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reach -- addresses tried in turn, and which failure is worth telling. */
#include "net/reach.h"

#include <string.h>

#include "net/dns.h"

static const char *family_name(int family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/* The family that both options leave: AF_UNSPEC when neither says. */
static int wanted_family(const struct reach *reach, int *family,
			 struct err *err)
{
	char text[ADDR_TEXT_MAX];

	*family = reach->family;
	if (!reach->source)
		return 0;
	if (*family != AF_UNSPEC && *family != reach->source->ss.ss_family)
		return err_set(err, ERR_USAGE,
			       "the source address %s is no %s address",
			       addr_host_text(reach->source, text),
			       family_name(*family));
	*family = reach->source->ss.ss_family;
	return 0;
}

int reach_resolve(struct addrs *out, struct pool *pool,
		  const struct reach *reach, const char *host,
		  struct deadline by, struct err *err)
{
	struct addr literal;
	struct dns *dns;
	int family, rc;

	if (wanted_family(reach, &family, err))
		return -1;
	if (addr_from_literal(&literal, host, 0)) {
		if (!addr_is_whole(&literal))
			return err_set(err, ERR_USAGE,
				       "%s needs its interface: %s%%eth0", host,
				       host);
		if (family != AF_UNSPEC && family != literal.ss.ss_family)
			return err_set(err, ERR_USAGE,
				       "%s is no %s address, which the options "
				       "ask for",
				       host, family_name(family));
		addrs_add(out, pool, &literal);
		return 0;
	}
	if (dns_open(&dns, pool, reach->dns_server, err))
		return -1;
	rc = dns_host(dns, host, family, out, by, err);
	dns_close(dns);
	return rc;
}

/* How far a failed attempt came. */
static int progress(const struct attempt *attempt)
{
	const enum err_kind kind = attempt->err.kind;

	if (kind == ERR_CERT_REQUIRED || kind == ERR_CERT_REFUSED)
		return 3;
	if (attempt->times.connect == 0)
		return 0;
	return kind == ERR_RESET ? 1 : 2;
}

static struct attempt *attempts_add(struct attempts *list, struct pool *pool,
				    struct addr peer)
{
	struct attempt *attempt;

	list->v = pool_grow(pool, list->v, &list->cap,
			    (list->n + 1) * sizeof(*list->v));
	attempt = &list->v[list->n++];
	*attempt = (struct attempt){.peer = peer};
	return attempt;
}

static const struct attempt *farthest(const struct attempts *attempts,
				      size_t first)
{
	const struct attempt *far = &attempts->v[first];

	for (size_t i = first + 1; i < attempts->n; i++)
		if (progress(&attempts->v[i]) > progress(far))
			far = &attempts->v[i];
	return far;
}

/* Fails as this one of `tried` attempts did. */
static int fail_as(const struct attempt *attempt, size_t tried, struct err *err)
{
	char text[ADDR_TEXT_MAX];

	*err = attempt->err;
	if (tried > 1)
		err_set(err, attempt->err.kind,
			"%.170s at %s (%zu addresses tried)", attempt->err.text,
			addr_host_text(&attempt->peer, text), tried);
	return -1;
}

int reach_connect(struct conn **conn, struct pool *pool,
		  const struct reach *reach, const struct service *service,
		  struct attempts *attempts, struct deadline by,
		  struct err *err)
{
	const struct addrs *addrs = service->addrs;
	const size_t first = attempts->n;

	*conn = NULL;
	for (size_t i = 0; i < addrs->n && !deadline_passed(by); i++) {
		struct attempt *attempt = attempts_add(
			attempts, pool,
			addr_with_port(&addrs->v[i], service->port));
		const struct dial dial = {
			.transport = service->transport,
			.peer = attempt->peer,
			.source = reach->source,
			.tls = service->tls,
		};

		if (conn_open(conn, pool, &dial, &attempt->seen,
			      &attempt->times, deadline_share(by, addrs->n - i),
			      &attempt->err) == 0)
			return 0;
		/* A certificate was shown: the caller has what it came for. */
		if (attempt->seen.chain_len)
			return fail_as(attempt, attempts->n - first, err);
	}
	if (attempts->n == first)
		return err_set(err, ERR_NO_TIME,
			       "the time was up before the first connect");
	return fail_as(farthest(attempts, first), attempts->n - first, err);
}
