/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules_chain -- the way from the leaf to an anchor, and what was sent of it.
 */
#include "pki/profile.h"
#include "pki/rules.h"

/* Where the path ends, at an anchor or without one. */
static const struct cert *path_end(const struct evidence *evidence)
{
	const struct trust *trust = &evidence->trust;

	if (trust->path_len == 0)
		return evidence->chain[0];
	return trust->path[trust->path_len - 1].cert;
}

static enum outcome untrusted(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;
	const struct trust *trust = &evidence->trust;
	const struct cert *end;

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	if (trust->anchored && trust->objections.n == 0)
		return RULE_HOLDS;
	if (!trust->anchored && !trust->unfinished) {
		end = path_end(evidence);
		why_cert(why, end);
		if (end->self_signed)
			buf_puts(why, " signed itself and is none of the "
				      "trusted roots");
		else
			buf_printf(why,
				   " is signed by \"%.100s\", which is "
				   "not known here",
				   end->issuer);
	}
	for (size_t i = 0; i < trust->objections.n; i++)
		buf_printf(why, "%s" STR_FMT, why->len ? "; " : "",
			   STR_ARG(trust->objections.v[i]));
	return RULE_BROKEN;
}

const struct rule rule_untrusted = {
	.id = "chain.untrusted",
	.says = "the chain leads to a trusted root",
	.source = "RFC 5280 6.1",
	.test = untrusted,
};

static enum outcome self_signed(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);

	if (leaf->is_request)
		return RULE_MOOT;
	if (!leaf->self_signed)
		return RULE_HOLDS;
	if (trial->profile->own_anchor && trial->evidence->trust.anchored)
		return RULE_HOLDS;
	buf_puts(why, "the server's certificate signed itself");
	return RULE_BROKEN;
}

const struct rule rule_self_signed = {
	.id = "chain.self-signed",
	.says = "the server's certificate was signed by a CA",
	.source = "Exchange: Deploying certificates for UM",
	.test = self_signed,
};

/*
 * The second grade: no path was found.  Behind an intermediate that was sent
 * it may be but the root that is not known here; whether anything is missing
 * cannot be told then, and chain.untrusted speaks alone.
 */
static enum outcome incomplete(const struct trial *trial, struct buf *why)
{
	const struct trust *trust = &trial->evidence->trust;
	const struct cert *leaf = trial_leaf(trial);

	if (leaf->is_request || trust->unfinished)
		return RULE_MOOT;
	for (size_t i = 0; i < trust->path_len; i++) {
		const struct cert *link = trust->path[i].cert;

		if (trust->path[i].sent || link->self_signed)
			continue;
		buf_puts(why, "intermediate ");
		why_cert(why, link);
		buf_puts(why, " is not sent: a peer that does not hold it "
			      "finds no path");
		return trust->anchored ? RULE_BROKEN : RULE_BROKEN_BADLY;
	}
	if (!trust->anchored && trust->path_len < 2 && !leaf->self_signed) {
		buf_printf(why, "\"%.100s\", the issuer of ", leaf->issuer);
		why_cert(why, leaf);
		buf_puts(why, ", is neither sent nor known here: an "
			      "intermediate is missing, or its root is not "
			      "trusted");
		return RULE_BROKEN_BADLY;
	}
	return trust->anchored ? RULE_HOLDS : RULE_MOOT;
}

const struct rule rule_incomplete = {
	.id = "chain.incomplete",
	.says = "every intermediate certificate is sent",
	.source = "RFC 5246 7.4.2; Teams: Plan Direct Routing (a missing "
		  "intermediate gives an inactive trunk)",
	.test = incomplete,
};

static enum outcome order(const struct trial *trial, struct buf *why)
{
	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	if (!trial->evidence->trust.out_of_order)
		return RULE_HOLDS;
	buf_puts(why, "the certificates are not sent in order, each "
		      "certifying the one before it");
	return RULE_BROKEN;
}

const struct rule rule_order = {
	.id = "chain.order",
	.says = "each certificate sent certifies the one before it",
	.source = "RFC 5246 7.4.2; RFC 8446 4.4.2",
	.test = order,
};

static enum outcome extra(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;
	struct strs strangers = {0};

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	for (size_t i = 1; i < evidence->sent_len; i++)
		if (evidence->trust.stranger[i])
			strs_add(&strangers, why->pool,
				 cert_title(evidence->chain[i]));
	if (strangers.n == 0)
		return RULE_HOLDS;
	buf_puts(why, "sent, but not part of the chain: ");
	why_names(why, &strangers);
	return RULE_BROKEN;
}

const struct rule rule_extra = {
	.id = "chain.extra",
	.says = "nothing is sent that is not part of the chain",
	.source = "RFC 5246 7.4.2; RFC 8446 4.4.2",
	.test = extra,
};
