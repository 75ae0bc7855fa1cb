/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules -- the catalogue of rules that profiles choose from. */
#ifndef PKI_RULES_H
#define PKI_RULES_H

#include "pki/rule.h"

/* rules_name.c */
extern const struct rule rule_cn_missing, rule_cn_wildcard, rule_cn_invalid,
	rule_cn_multiple, rule_cn_mismatch, rule_san_missing,
	rule_server_missing, rule_san_wildcard, rule_sip_domain, rule_literal,
	rule_forbidden_domain;

/* rules_time.c */
extern const struct rule rule_expired, rule_not_yet_valid, rule_expiring,
	rule_too_long;

/* rules_chain.c */
extern const struct rule rule_untrusted, rule_self_signed, rule_incomplete,
	rule_order, rule_extra;

/* rules_usage.c */
extern const struct rule rule_server_auth, rule_client_auth, rule_ca_leaf,
	rule_key_usage, rule_signature, rule_pss, rule_key_size;

/* rules_served.c */
extern const struct rule rule_revoked, rule_revocation_unknown, rule_no_cdp,
	rule_tls_version, rule_mutual, rule_ca_list, rule_served_differs,
	rule_pin_mismatch;

/* What rules share (rules.c). */
const struct cert *trial_leaf(const struct trial *trial);

/* `"a", "b", "c" and 7 more`; each name is cut to a readable length. */
void why_names(struct buf *why, const struct strs *names);

/* `certificate "um1.example.com"` */
void why_cert(struct buf *why, const struct cert *cert);

/* Room for one reason: a line on a phone, and some. */
#define WHY_MAX ((size_t)400)

#endif
