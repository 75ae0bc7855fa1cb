/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name -- does a name in a certificate cover the name we expect? */
#ifndef PKI_NAME_H
#define PKI_NAME_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

enum wildcard {
	WILDCARD_NEVER,    /* RFC 5922 7.2: SIP identities match whole */
	WILDCARD_LEFTMOST, /* RFC 9525 6.3: "*.example.com", one label */
};

/* `expected` is a name that name_check_expected() has passed. */
bool name_covers(struct str presented, struct str expected, enum wildcard w);

/* Any asterisk: "*.example.com", "um*.example.com", "*". */
bool name_is_wildcard(struct str name);

/* Why `name` is no FQDN that a peer could look up, or NULL when it is one. */
const char *name_objection(struct str name);

/* "um1.example.com" of "um1.example.com.": the root label is understood. */
struct str name_without_root(struct str name);

/* The name below `domain` or `domain` itself, case aside. */
bool name_within(struct str name, struct str domain);

bool name_is_address(struct str name);

/* The same IPv4 or IPv6 address, however it is written. */
bool name_same_address(struct str a, struct str b);

/*
 * A name from the command line: a host name in ASCII (an IDN as A-labels,
 * RFC 5890) or an address, no wildcard.  ERR_USAGE says what would be right.
 */
int name_check_expected(struct str name, struct err *err) must_check;

/*
 * RFC 5922 7.1: "example.com" of "sip:example.com"; .p is NULL when the URI is
 * no domain identity: another scheme (sips: too), or a user part.
 */
struct str name_of_sip_uri(struct str uri);

#endif
