/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name -- matching as a list of refusals: what is left over is a match. */
#include "pki/name.h"

#include <arpa/inet.h>
#include <string.h>

#define LABEL_MAX    63 /* RFC 1035 2.3.4 */
#define DNS_NAME_MAX 253

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static bool all_ldh_or(struct str name, const char *also)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!is_letter_or_digit(c) && c != '-' && c != '.' &&
		    (c == '\0' || !strchr(also, c)))
			return false;
	}
	return true;
}

/* RFC 1123 2.1: letters, digits and inner hyphens, 1 to 63 of them. */
static const char *label_objection(struct str label)
{
	if (label.n == 0)
		return "it has an empty label";
	if (label.n > LABEL_MAX)
		return "a label is longer than 63 characters";
	if (label.p[0] == '-' || label.p[label.n - 1] == '-')
		return "a label begins or ends with a hyphen";
	return NULL;
}

const char *name_objection(struct str name)
{
	struct str rest = name;
	size_t labels = 0;

	if (name.n == 0)
		return "it is empty";
	if (str_has(name, '\0'))
		return "it holds a NUL byte";
	if (str_has(name, ' ') || str_has(name, '\t'))
		return "it holds a blank";
	if (name_is_address(name))
		return "it is an address";
	if (str_has(name, '_'))
		return "it holds an underscore";
	if (!all_ldh_or(name, ""))
		return "it holds characters that no host name has";
	if (name.p[name.n - 1] == '.')
		return "it ends with a dot";
	if (name.n > DNS_NAME_MAX)
		return "it is longer than 253 characters";
	while (rest.p) {
		const char *why = label_objection(str_cut(&rest, '.'));

		if (why)
			return why;
		labels++;
	}
	return labels < 2 ? "it is a short name of one label" : NULL;
}

struct str name_without_root(struct str name)
{
	if (name.n > 1 && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

bool name_is_wildcard(struct str name)
{
	return str_has(name, '*');
}

/* The bytes of an address: 4, 16, or 0 where it is a name. */
static size_t address_bytes(struct str name, unsigned char out[16])
{
	char text[INET6_ADDRSTRLEN];

	if (name.n == 0 || name.n >= sizeof(text) || str_has(name, '\0'))
		return 0;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	return inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
}

bool name_is_address(struct str name)
{
	unsigned char bytes[16];

	return address_bytes(name, bytes) > 0;
}

bool name_same_address(struct str a, struct str b)
{
	unsigned char of_a[16], of_b[16];
	const size_t len = address_bytes(a, of_a);

	return len > 0 && len == address_bytes(b, of_b) &&
	       memcmp(of_a, of_b, len) == 0;
}

bool name_within(struct str name, struct str domain)
{
	struct str tail;

	name = tail = name_without_root(name);
	if (str_caseeq(name, domain))
		return true;
	if (name.n <= domain.n + 1)
		return false;
	tail.p += name.n - domain.n;
	tail.n = domain.n;
	return tail.p[-1] == '.' && str_caseeq(tail, domain);
}

/* RFC 9525 6.3: "*" is the whole left-most label and stands for one label. */
static bool wildcard_covers(struct str presented, struct str expected)
{
	struct str below = presented, parent = expected;
	struct str host;

	if (!str_starts(presented, STR("*.")))
		return false; /* "um*.example.com", "*" */
	str_cut(&below, '.');
	if (name_is_wildcard(below))
		return false; /* "*.*.example.com" */
	if (!str_has(below, '.'))
		return false; /* "*.com": no CA may issue it (BR 3.2.2.6) */
	host = str_cut(&parent, '.');
	if (host.n == 0)
		return false;
	return str_caseeq(below, parent);
}

bool name_covers(struct str presented, struct str expected, enum wildcard w)
{
	expected = name_without_root(expected);
	if (presented.n == 0 || expected.n == 0)
		return false;
	if (!all_ldh_or(presented, "*_"))
		return false; /* a NUL, a blank, a U-label: RFC 5890 2.3.2.1 */
	if (presented.p[presented.n - 1] == '.')
		return false; /* RFC 5280 4.2.1.6: preferred name syntax */
	if (name_is_address(expected))
		return false; /* RFC 9525 6.5: only an iPAddress is one */
	if (!name_is_wildcard(presented))
		return str_caseeq(presented, expected);
	if (w == WILDCARD_NEVER)
		return false;
	return wildcard_covers(presented, expected);
}

int name_check_expected(struct str name, struct err *err)
{
	struct str bare = name_without_root(name);
	struct str rest = bare;

	if (name_is_address(bare))
		return 0;
	for (size_t i = 0; i < bare.n; i++)
		if ((unsigned char)bare.p[i] >= 0x80)
			return err_set(
				err, ERR_USAGE,
				"the name is not ASCII (want its "
				"A-labels, as in xn--bcher-kva.example)");
	if (name_is_wildcard(bare))
		return err_set(err, ERR_USAGE,
			       "'" STR_FMT "' is a wildcard (want the name "
			       "of one server)",
			       STR_ARG(bare));
	if (bare.n == 0 || bare.n > DNS_NAME_MAX || !all_ldh_or(bare, "_"))
		goto bad;
	while (rest.p)
		if (label_objection(str_cut(&rest, '.')))
			goto bad;
	return 0;
bad:
	return err_set(err, ERR_USAGE,
		       "'%.*s' is no host name (want one like "
		       "um1.example.com)",
		       (int)(name.n < LABEL_MAX ? name.n : LABEL_MAX), name.p);
}

struct str name_of_sip_uri(struct str uri)
{
	struct str rest = uri;
	struct str scheme = str_cut(&rest, ':');

	if (!str_caseeq(scheme, STR("sip")) || !rest.p || str_has(rest, '@'))
		return (struct str){0};
	rest = str_cut(&rest, '?');
	rest = str_cut(&rest, ';');
	return str_cut(&rest, ':');
}
