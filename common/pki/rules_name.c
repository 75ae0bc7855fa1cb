/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules_name -- whose name is accepted by whom. */
#include "pki/profile.h"
#include "pki/rules.h"

static bool any_equals(const struct strs *presented, struct str name)
{
	for (size_t i = 0; i < presented->n; i++)
		if (name_covers(presented->v[i], name, WILDCARD_NEVER))
			return true;
	return false;
}

static bool any_covers(const struct strs *presented, struct str name,
		       enum wildcard w)
{
	for (size_t i = 0; i < presented->n; i++)
		if (name_covers(presented->v[i], name, w))
			return true;
	return false;
}

static bool any_is_address(const struct strs *presented, struct str address)
{
	for (size_t i = 0; i < presented->n; i++)
		if (name_same_address(presented->v[i], address))
			return true;
	return false;
}

static bool san_covers(const struct cert *leaf, struct str name,
		       enum wildcard w)
{
	return any_covers(&leaf->dns, name, w) ||
	       any_is_address(&leaf->ip, name);
}

static enum outcome cn_missing(const struct trial *trial, struct buf *why)
{
	if (trial_leaf(trial)->common_names.n > 0)
		return RULE_HOLDS;
	buf_puts(why, "the certificate has no CN, and its peers know a server "
		      "by nothing else");
	return RULE_BROKEN;
}

const struct rule rule_cn_missing = {
	.id = "name.cn-missing",
	.says = "the certificate has a common name",
	.source = "Lync Server: Configure certificates on the server running "
		  "Exchange UM",
	.test = cn_missing,
};

/* The second grade: there is no SAN that could speak instead (RFC 5922 7.1). */
static enum outcome cn_wildcard(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	struct strs wildcards = {0};

	for (size_t i = 0; i < leaf->common_names.n; i++)
		if (name_is_wildcard(leaf->common_names.v[i]))
			strs_add(&wildcards, why->pool,
				 leaf->common_names.v[i]);
	if (wildcards.n == 0)
		return leaf->common_names.n ? RULE_HOLDS : RULE_MOOT;
	buf_puts(why, "wildcard CN ");
	why_names(why, &wildcards);
	buf_puts(why, ": peers look this name up among their servers and find "
		      "none");
	return leaf->has_san ? RULE_BROKEN : RULE_BROKEN_BADLY;
}

const struct rule rule_cn_wildcard = {
	.id = "name.cn-wildcard",
	.says = "no common name is a wildcard",
	.source = "Lync Server 2013: Wildcard certificate support; RFC 5922 "
		  "7.2",
	.test = cn_wildcard,
};

static enum outcome cn_invalid(const struct trial *trial, struct buf *why)
{
	const struct strs *cns = &trial_leaf(trial)->common_names;
	bool looked = false;

	for (size_t i = 0; i < cns->n; i++) {
		const struct strs one = {.v = &cns->v[i], .n = 1};
		const char *objection;

		if (name_is_wildcard(cns->v[i]))
			continue; /* name.cn-wildcard speaks of that */
		looked = true;
		objection = name_objection(cns->v[i]);
		if (!objection)
			continue;
		buf_puts(why, "CN ");
		why_names(why, &one);
		buf_printf(why, " is no server's FQDN: %s", objection);
		return RULE_BROKEN;
	}
	return looked ? RULE_HOLDS : RULE_MOOT;
}

const struct rule rule_cn_invalid = {
	.id = "name.cn-invalid",
	.says = "each common name is a fully qualified host name",
	.source = "Exchange event \"Certificate subject name is not valid\"; "
		  "RFC 1123 2.1",
	.test = cn_invalid,
};

static enum outcome cn_multiple(const struct trial *trial, struct buf *why)
{
	const struct strs *cns = &trial_leaf(trial)->common_names;

	if (cns->n == 0)
		return RULE_MOOT;
	if (cns->n == 1)
		return RULE_HOLDS;
	buf_printf(why, "there are %zu CNs (", cns->n);
	why_names(why, cns);
	buf_puts(why, "): which one a peer reads is its own choice");
	return RULE_BROKEN;
}

const struct rule rule_cn_multiple = {
	.id = "name.cn-multiple",
	.says = "there is no more than one common name",
	.source = "RFC 6125 6.4.4 (the most specific CN, which peers read "
		  "differently)",
	.test = cn_multiple,
};

static enum outcome cn_mismatch(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	struct strs names = profile_names(trial, why->pool);
	bool in_san = false;

	if (names.n == 0)
		return RULE_MOOT;
	for (size_t i = 0; i < names.n; i++) {
		if (any_equals(&leaf->common_names, names.v[i]))
			return RULE_HOLDS;
		in_san = in_san || san_covers(leaf, names.v[i], WILDCARD_NEVER);
	}
	buf_puts(why, "wanted CN ");
	why_names(why, &names);
	if (leaf->common_names.n > 0) {
		buf_puts(why, ", there is ");
		why_names(why, &leaf->common_names);
	} else {
		buf_puts(why, ", there is none");
	}
	if (in_san)
		buf_puts(why, "; the name is only in the SAN, where such a "
			      "peer does not look");
	return RULE_BROKEN;
}

const struct rule rule_cn_mismatch = {
	.id = "name.cn-mismatch",
	.says = "a common name is the name by which the peers know the server",
	.source = "Lync Server: Configure certificates on the server running "
		  "Exchange UM; Certificate requirements for servers",
	.test = cn_mismatch,
};

static enum outcome san_missing(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	const struct profile *profile = trial->profile;
	struct strs names = profile_names(trial, why->pool);

	if (names.n == 0)
		return RULE_MOOT;
	for (size_t i = 0; i < names.n; i++)
		if (san_covers(leaf, names.v[i], profile->wildcard) ||
		    (profile->cn_covers &&
		     any_covers(&leaf->common_names, names.v[i],
				profile->wildcard)))
			return RULE_HOLDS;
	buf_printf(why, "no SAN entry%s covers ",
		   profile->cn_covers ? " nor CN" : "");
	why_names(why, &names);
	if (leaf->dns.n > 0) {
		buf_puts(why, "; there is ");
		why_names(why, &leaf->dns);
	} else {
		buf_puts(why, "; the SAN holds no host name");
	}
	return RULE_BROKEN;
}

const struct rule rule_san_missing = {
	.id = "name.san-missing",
	.says = "a subject alternative name covers the name the peers dial",
	.source = "Lync Server: Certificate requirements for servers; Teams: "
		  "Plan Direct Routing; RFC 9525 6.3",
	.test = san_missing,
};

static enum outcome server_missing(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	const struct strs *servers = &trial->demands->expected;

	if (servers->n == 0)
		return RULE_MOOT;
	for (size_t i = 0; i < servers->n; i++)
		if (san_covers(leaf, servers->v[i], WILDCARD_NEVER))
			return RULE_HOLDS;
	buf_puts(why, "the server's own name ");
	why_names(why, servers);
	buf_puts(why, " is not in the SAN beside the pool");
	return RULE_BROKEN;
}

const struct rule rule_server_missing = {
	.id = "name.server-missing",
	.says = "the pool member's own name stands in the SAN",
	.source = "Lync Server: Certificate requirements for servers",
	.test = server_missing,
};

static enum outcome san_wildcard(const struct trial *trial, struct buf *why)
{
	const struct strs *dns = &trial_leaf(trial)->dns;
	struct strs wildcards = {0};

	for (size_t i = 0; i < dns->n; i++)
		if (name_is_wildcard(dns->v[i]))
			strs_add(&wildcards, why->pool, dns->v[i]);
	if (wildcards.n == 0)
		return dns->n ? RULE_HOLDS : RULE_MOOT;
	buf_puts(why, "the SAN holds the wildcard ");
	why_names(why, &wildcards);
	return RULE_BROKEN;
}

const struct rule rule_san_wildcard = {
	.id = "name.san-wildcard",
	.says = "no subject alternative name is a wildcard",
	.source = "Lync Server 2013: Wildcard certificate support",
	.test = san_wildcard,
};

/* RFC 5922 7.1: URI identities, else DNS, else the CN if there is no SAN. */
static struct strs sip_identities(const struct cert *leaf, struct pool *pool)
{
	struct strs out = {0};

	for (size_t i = 0; i < leaf->uri.n; i++) {
		struct str domain = name_of_sip_uri(leaf->uri.v[i]);

		if (domain.p)
			strs_add(&out, pool, domain);
	}
	if (out.n > 0)
		return out;
	return leaf->has_san ? leaf->dns : leaf->common_names;
}

static enum outcome sip_domain(const struct trial *trial, struct buf *why)
{
	struct strs names = profile_names(trial, why->pool);
	struct strs identities = sip_identities(trial_leaf(trial), why->pool);

	if (names.n == 0)
		return RULE_MOOT;
	for (size_t i = 0; i < names.n; i++)
		if (any_equals(&identities, names.v[i]))
			return RULE_HOLDS;
	buf_puts(why, "no SIP identity is ");
	why_names(why, &names);
	if (identities.n > 0) {
		buf_puts(why, ": there is ");
		why_names(why, &identities);
	} else {
		buf_puts(why, ": the certificate has none");
	}
	return RULE_BROKEN;
}

const struct rule rule_sip_domain = {
	.id = "name.sip-domain",
	.says = "a SIP identity of the certificate equals the domain",
	.source = "RFC 5922 7.1, 7.2",
	.test = sip_domain,
};

static enum outcome literal(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	struct strs names = profile_names(trial, why->pool);

	if (names.n == 0)
		return RULE_MOOT;
	for (size_t i = 0; i < names.n; i++)
		if (any_equals(&leaf->common_names, names.v[i]) ||
		    san_covers(leaf, names.v[i], WILDCARD_NEVER))
			return RULE_HOLDS;
	why_names(why, &names);
	buf_puts(why, " stands neither as CN nor in the SAN, letter by letter");
	if (leaf->common_names.n > 0) {
		buf_puts(why, "; CN ");
		why_names(why, &leaf->common_names);
	}
	return RULE_BROKEN;
}

const struct rule rule_literal = {
	.id = "name.literal",
	.says = "the expected name is literally the CN or a SAN",
	.source = "Cisco CUCM: SIP trunk security profile, X.509 Subject Name",
	.test = literal,
};

static void add_within(struct strs *out, struct pool *pool,
		       const struct strs *names, struct str domain)
{
	for (size_t i = 0; i < names->n; i++)
		if (name_within(names->v[i], domain))
			strs_add(out, pool, names->v[i]);
}

static enum outcome forbidden_domain(const struct trial *trial, struct buf *why)
{
	const struct str domain = STR("onmicrosoft.com");
	const struct cert *leaf = trial_leaf(trial);
	struct strs names = profile_names(trial, why->pool);
	struct strs within = {0};

	add_within(&within, why->pool, &leaf->common_names, domain);
	add_within(&within, why->pool, &leaf->dns, domain);
	add_within(&within, why->pool, &names, domain);
	if (within.n == 0)
		return RULE_HOLDS;
	why_names(why, &within);
	buf_puts(why, ": Teams takes no SBC name below onmicrosoft.com");
	return RULE_BROKEN;
}

const struct rule rule_forbidden_domain = {
	.id = "name.forbidden-domain",
	.says = "no name lies below onmicrosoft.com",
	.source = "Teams: Plan Direct Routing, SBC domain names",
	.test = forbidden_domain,
};
