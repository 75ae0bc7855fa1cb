/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules_time -- validity, of every certificate that bears on the verdict. */
#include <math.h>

#include "base/date.h"
#include "pki/rules.h"

static enum outcome expired(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	for (size_t i = 0; i < evidence->chain_len; i++) {
		const struct cert *cert = evidence->chain[i];
		double left = cert_days_left(cert, evidence->now);

		if (left >= 0)
			continue;
		why_cert(why, cert);
		buf_printf(why, " expired %.1f days ago (", -left);
		date_write(cert->not_after, why);
		buf_puts(why, ")");
		return RULE_BROKEN;
	}
	return RULE_HOLDS;
}

const struct rule rule_expired = {
	.id = "time.expired",
	.says = "no certificate of the chain has expired",
	.source = "RFC 5280 4.1.2.5",
	.test = expired,
};

static enum outcome not_yet_valid(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	for (size_t i = 0; i < evidence->chain_len; i++) {
		const struct cert *cert = evidence->chain[i];

		if (cert->not_before <= evidence->now)
			continue;
		why_cert(why, cert);
		buf_puts(why, " is not valid before ");
		date_write(cert->not_before, why);
		return RULE_BROKEN;
	}
	return RULE_HOLDS;
}

const struct rule rule_not_yet_valid = {
	.id = "time.not-yet-valid",
	.says = "every certificate of the chain is valid already",
	.source = "RFC 5280 4.1.2.5",
	.test = not_yet_valid,
};

static enum outcome expiring_one(const struct trial *trial,
				 const struct cert *cert, double left)
{
	struct range warning = lifetime_warning(&trial->demands->warning, cert);
	struct range critical =
		lifetime_critical(&trial->demands->critical, cert);

	if (range_alerts(&critical, left))
		return RULE_BROKEN_BADLY;
	return range_alerts(&warning, left) ? RULE_BROKEN : RULE_HOLDS;
}

/* The worst of what was sent; of two as bad, the one that ends first. */
static enum outcome expiring(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;
	enum outcome worst = RULE_HOLDS;
	const struct cert *which = NULL;
	double least = HUGE_VAL;

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	for (size_t i = 0; i < evidence->sent_len; i++) {
		const struct cert *cert = evidence->chain[i];
		double left = cert_days_left(cert, evidence->now);
		enum outcome outcome = expiring_one(trial, cert, left);

		if (left < 0 || outcome == RULE_HOLDS)
			continue; /* time.expired speaks of the former */
		if (outcome < worst || (outcome == worst && left >= least))
			continue;
		worst = outcome;
		which = cert;
		least = left;
	}
	if (!which)
		return RULE_HOLDS;
	why_cert(why, which);
	buf_printf(why, " has %.1f of its %.0f days left (until ", least,
		   cert_lifetime_days(which));
	date_write(which->not_after, why);
	buf_puts(why, ")");
	return worst;
}

const struct rule rule_expiring = {
	.id = "time.expiring",
	.says = "every certificate sent has enough of its lifetime left",
	.source = "thresholds -w and -c; default by lifetime since CA/Browser "
		  "Forum ballot SC-081v3",
	.test = expiring,
};

/*
 * CA/Browser Forum TLS Baseline Requirements 2.2.6, 6.3.2: the longest
 * validity by date of issue.  A new limit is a new row.
 */
static const struct {
	const char *since;
	time_t from; /* 00:00 UTC of that day */
	int days;
} limits[] = {
	{"2029-03-15", 1868227200, 47},
	{"2027-03-15", 1805068800, 100},
	{"2026-03-15", 1773532800, 200},
	{"2020-09-01", 1598918400, 398},
};

static enum outcome too_long(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	double days = cert_lifetime_days(leaf);

	if (leaf->is_request || !leaf->public_ca)
		return RULE_MOOT;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (leaf->not_before < limits[i].from)
			continue;
		if (days <= limits[i].days)
			return RULE_HOLDS;
		buf_printf(why,
			   "valid for %.1f days, where a public CA may give "
			   "%d since %s: browsers and clouds refuse it",
			   days, limits[i].days, limits[i].since);
		return RULE_BROKEN;
	}
	return RULE_MOOT; /* issued before any limit that still matters */
}

const struct rule rule_too_long = {
	.id = "time.too-long",
	.says = "a public CA gave no longer validity than it may",
	.source = "CA/Browser Forum TLS Baseline Requirements 2.2.6, 6.3.2",
	.test = too_long,
};
