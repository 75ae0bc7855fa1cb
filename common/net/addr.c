/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr -- literals read and written, without any look-up. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

void addrs_add(struct addrs *list, struct pool *pool, const struct addr *addr)
{
	list->v = pool_grow(pool, list->v, &list->cap,
			    (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = *addr;
}

struct addr addr_from_raw(int family, const void *raw)
{
	struct addr addr = {.len = sizeof(addr.in)};

	if (family == AF_INET) {
		addr.in.sin_family = AF_INET;
		memcpy(&addr.in.sin_addr, raw, sizeof(addr.in.sin_addr));
		return addr;
	}
	addr.len = sizeof(addr.in6);
	addr.in6.sin6_family = AF_INET6;
	memcpy(&addr.in6.sin6_addr, raw, sizeof(addr.in6.sin6_addr));
	return addr;
}

static bool from_ipv4(struct addr *addr, const char *literal)
{
	struct in_addr raw;

	if (inet_pton(AF_INET, literal, &raw) != 1)
		return false;
	*addr = addr_from_raw(AF_INET, &raw);
	return true;
}

/* RFC 4007 11.2: an interface's name or its number. */
static bool scope_from_text(const char *text, uint32_t *scope)
{
	unsigned number;

	if (str_uint(str_from(text), UINT32_MAX, &number)) {
		*scope = number;
		return number > 0;
	}
	*scope = if_nametoindex(text);
	return *scope > 0;
}

static bool from_ipv6(struct addr *addr, struct str literal)
{
	char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	struct in6_addr raw;
	uint32_t scope = 0;
	char *percent;

	if (literal.n >= sizeof(text))
		return false;
	memcpy(text, literal.p, literal.n);
	text[literal.n] = '\0';

	percent = strchr(text, '%');
	if (percent) {
		*percent = '\0';
		if (!scope_from_text(percent + 1, &scope))
			return false;
	}
	if (inet_pton(AF_INET6, text, &raw) != 1)
		return false;
	*addr = addr_from_raw(AF_INET6, &raw);
	addr->in6.sin6_scope_id = scope;
	return true;
}

bool addr_from_literal(struct addr *addr, const char *literal, uint16_t port)
{
	struct str text = str_from(literal);
	bool bracketed = text.n > 2 && str_starts(text, STR("[")) &&
			 str_ends(text, STR("]"));

	if (bracketed)
		text = (struct str){text.p + 1, text.n - 2};
	if ((bracketed || !from_ipv4(addr, literal)) && !from_ipv6(addr, text))
		return false;
	*addr = addr_with_port(addr, port);
	return true;
}

struct addr addr_with_port(const struct addr *addr, uint16_t port)
{
	struct addr with = *addr;

	if (addr->ss.ss_family == AF_INET)
		with.in.sin_port = htons(port);
	else
		with.in6.sin6_port = htons(port);
	return with;
}

bool addr_is_whole(const struct addr *addr)
{
	return addr->ss.ss_family != AF_INET6 || addr->in6.sin6_scope_id ||
	       !IN6_IS_ADDR_LINKLOCAL(&addr->in6.sin6_addr);
}

uint16_t addr_port(const struct addr *addr)
{
	return ntohs(addr->ss.ss_family == AF_INET ? addr->in.sin_port
						   : addr->in6.sin6_port);
}

const char *addr_host_text(const struct addr *addr, char text[ADDR_TEXT_MAX])
{
	const unsigned scope = addr->in6.sin6_scope_id;
	char name[IF_NAMESIZE];
	size_t len;

	if (addr->ss.ss_family == AF_INET) {
		inet_ntop(AF_INET, &addr->in.sin_addr, text, ADDR_TEXT_MAX);
		return text;
	}
	inet_ntop(AF_INET6, &addr->in6.sin6_addr, text, ADDR_TEXT_MAX);
	if (!scope)
		return text;
	len = strlen(text);
	if (if_indextoname(scope, name))
		snprintf(text + len, ADDR_TEXT_MAX - len, "%%%s", name);
	else
		snprintf(text + len, ADDR_TEXT_MAX - len, "%%%u", scope);
	return text;
}

const char *addr_text(const struct addr *addr, char text[ADDR_TEXT_MAX])
{
	char host[ADDR_TEXT_MAX];

	addr_host_text(addr, host);
	/* The longest host is 46 + 1 + 16 bytes: it always fits. */
	snprintf(text, ADDR_TEXT_MAX,
		 addr->ss.ss_family == AF_INET ? "%.63s:%u" : "[%.63s]:%u",
		 host, (unsigned)addr_port(addr));
	return text;
}
