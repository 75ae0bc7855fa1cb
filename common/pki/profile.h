/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile -- which rules matter to whom, how much, and what repairs them. */
#ifndef PKI_PROFILE_H
#define PKI_PROFILE_H

#include "pki/rule.h"

/* The columns of the rule table, in the order of the contract. */
enum profile_id {
	PROFILE_EXCHANGE_UM,
	PROFILE_LYNC_SERVER,
	PROFILE_LYNC_EDGE,
	PROFILE_TEAMS_SBC,
	PROFILE_SIP_DOMAIN,
	PROFILE_CUCM,
	PROFILE_TLS_SERVER,
	PROFILES, /* their number */
};

/* Which of the operator's names a profile compares. */
enum compared {
	COMPARE_EXPECTED,
	COMPARE_POOL,
	COMPARE_DOMAIN,
};

/* Whose commands repair it. */
enum workshop {
	WORKSHOP_EXCHANGE,
	WORKSHOP_LYNC,
	WORKSHOP_OTHER,
	WORKSHOPS, /* their number */
};

struct profile {
	enum profile_id id;
	const char *name, *summary;
	enum compared compares;
	enum wildcard wildcard; /* in a SAN that covers the name */
	bool cn_covers;         /* a CN covers as a SAN does (Teams) */
	bool client_too;        /* the same certificate serves as client */
	bool own_anchor;        /* self-signed is fine where we trust it */
	enum workshop workshop;
	const char *if_refused; /* remedy of net.refused, or NULL */
};

extern const struct profile profiles[PROFILES];

/*
 * What breaking a rule is worth, by grade; VERDICT_NONE where the peers of
 * that profile do not care.
 */
#define VERDICT_NONE ((enum verdict) - 1)

struct grade {
	enum verdict broken, badly;
};

/* One row of the rule table. */
struct clause {
	const struct rule *rule;
	struct grade grade[PROFILES];
	/* "{name}" stands for the name expected. */
	const char *const *remedy; /* [WORKSHOPS]; NULL: no advice */
};

extern const struct clause clauses[]; /* ends with .rule == NULL */

/*
 * Reads every certificate of the chain and tries it against the anchors.
 * ERR_FILE: the store cannot be read; ERR_HANDSHAKE: a certificate sent does
 * not parse.  `now` and what the wire showed are the caller's to fill in.
 */
int evidence_read(struct evidence *evidence, struct pool *pool,
		  const struct bytes *chain, size_t chain_len,
		  const struct trust_config *config,
		  struct err *err) must_check;

/* The same for a certificate request. */
int evidence_read_request(struct evidence *evidence, struct pool *pool,
			  struct bytes request, struct err *err) must_check;

/* Every clause of the trial's profile, into the report. */
void profile_judge(const struct trial *trial, const char *where,
		   struct report *report);

/*
 * The worst verdict alone, after the report's --state; the ids that are not
 * OK are added to `ids`, blank-separated (for --matrix).
 */
enum verdict profile_verdict(const struct trial *trial,
			     const struct report *report, struct buf *ids);

/* The names that the profile compares; n == 0: none is known. */
struct strs profile_names(const struct trial *trial, struct pool *pool);

/* --list-profiles and --list-rules. */
const struct fact *profile_list(struct pool *pool);
const struct fact *rule_list(struct pool *pool);

#endif
