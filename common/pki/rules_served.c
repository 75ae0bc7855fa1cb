/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules_served -- revocation, pins, and what the handshake itself showed. */
#include "pki/rules.h"

#define TLS_1_2 0x0303

/* Schannel cuts its list of trusted issuers beyond this (KB2464556). */
#define CA_LIST_MAX ((size_t)12 * 1024)

static enum outcome find_answer(const struct trial *trial,
				enum revocation_status status, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;

	if (evidence->revocation_len == 0)
		return RULE_MOOT;
	for (size_t i = 0; i < evidence->revocation_len; i++) {
		const struct revocation_answer *answer =
			&evidence->revocation[i];

		if (answer->status != status)
			continue;
		buf_printf(why, "certificate \"%.80s\": %s (%s)",
			   answer->subject, answer->text, answer->via);
		return RULE_BROKEN;
	}
	return RULE_HOLDS;
}

static enum outcome revoked(const struct trial *trial, struct buf *why)
{
	return find_answer(trial, REVOCATION_REVOKED, why);
}

const struct rule rule_revoked = {
	.id = "revocation.revoked",
	.says = "no certificate of the chain is revoked",
	.source = "RFC 6960; RFC 5280 6.3",
	.test = revoked,
};

static enum outcome revocation_unknown(const struct trial *trial,
				       struct buf *why)
{
	return find_answer(trial, REVOCATION_UNKNOWN, why);
}

const struct rule rule_revocation_unknown = {
	.id = "revocation.unknown",
	.says = "a valid, current answer about revocation was had",
	.source = "RFC 6960 3.2; RFC 5280 6.3.3",
	.test = revocation_unknown,
};

static enum outcome no_cdp(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);

	if (leaf->is_request)
		return RULE_MOOT; /* the CA puts it in */
	if (leaf->has_cdp)
		return RULE_HOLDS;
	buf_puts(why, "the certificate names no CRL distribution point, which "
		      "Lync and Skype for Business want");
	return RULE_BROKEN;
}

const struct rule rule_no_cdp = {
	.id = "revocation.no-cdp",
	.says = "the leaf names a CRL distribution point",
	.source = "Lync Server 2013: Certificate infrastructure requirements",
	.test = no_cdp,
};

static enum outcome tls_version(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;

	if (evidence->tls_version == 0)
		return RULE_MOOT;
	if (evidence->tls_version >= TLS_1_2)
		return RULE_HOLDS;
	if (evidence->tls_version_is_our_best)
		return RULE_MOOT;
	buf_printf(why,
		   "the server's best version is %s (want TLSv1.2 or later)",
		   evidence->tls_version_name);
	return RULE_BROKEN;
}

const struct rule rule_tls_version = {
	.id = "tls.version",
	.says = "the server speaks TLS 1.2 or later",
	.source = "RFC 8996; Teams: TLS 1.2 since 2022-04-03",
	.test = tls_version,
};

static enum outcome mutual(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;
	const enum mutual wanted = trial->demands->mutual;

	/* A handshake that broke off early leaves it open whether it asked. */
	if (wanted == MUTUAL_ANY ||
	    !(evidence->established || evidence->asked_client_cert))
		return RULE_MOOT;
	if (evidence->asked_client_cert == (wanted == MUTUAL_YES))
		return RULE_HOLDS;
	buf_puts(why, wanted == MUTUAL_YES
			      ? "the server asks for no client certificate: it "
				"lets strangers in"
			      : "the server asks for a client certificate");
	return RULE_BROKEN;
}

const struct rule rule_mutual = {
	.id = "tls.mutual",
	.says = "the server asks for a client certificate as --mutual wants",
	.source = "RFC 8446 4.3.2; option --mutual",
	.test = mutual,
};

static bool names_issuer(const struct evidence *evidence, struct bytes ca)
{
	for (size_t i = 0; i < evidence->own_len; i++)
		if (bytes_eq(evidence->own[i].issuer_der, ca) ||
		    (i > 0 && bytes_eq(evidence->own[i].subject_der, ca)))
			return true;
	return false;
}

static enum outcome ca_list(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;

	if (!evidence->asked_client_cert)
		return RULE_MOOT;
	if (evidence->acceptable_cas_size > CA_LIST_MAX) {
		buf_printf(why,
			   "the server's list of acceptable CAs has %zu bytes: "
			   "Windows cuts it at 12 KiB and then knows no issuer",
			   evidence->acceptable_cas_size);
		return RULE_BROKEN;
	}
	if (evidence->own_len == 0 || evidence->acceptable_cas_len == 0)
		return RULE_HOLDS;
	for (size_t i = 0; i < evidence->acceptable_cas_len; i++)
		if (names_issuer(evidence, evidence->acceptable_cas[i]))
			return RULE_HOLDS;
	buf_printf(why,
		   "none of the %zu CAs that the server accepts issued our "
		   "certificate (issuer \"%.100s\")",
		   evidence->acceptable_cas_len, evidence->own[0].issuer);
	return RULE_BROKEN;
}

const struct rule rule_ca_list = {
	.id = "tls.ca-list",
	.says = "the server's list of acceptable CAs is usable, and has ours",
	.source = "RFC 8446 4.2.4; Microsoft KB2464556",
	.test = ca_list,
};

static enum outcome served_differs(const struct trial *trial, struct buf *why)
{
	const struct demands *demands = trial->demands;
	const struct cert *leaf = trial_leaf(trial);

	if (!demands->same_as)
		return RULE_MOOT;
	if (str_eq(str_from(demands->same_as), str_from(leaf->sha256)))
		return RULE_HOLDS;
	buf_printf(why,
		   "another certificate is served than %s holds: SHA-256 "
		   "%.16s..., wanted %.16s...",
		   demands->same_as_file, leaf->sha256, demands->same_as);
	return RULE_BROKEN;
}

const struct rule rule_served_differs = {
	.id = "served.differs",
	.says = "the certificate served is the one of --same-as",
	.source = "option --same-as; Teams: old connections keep serving the "
		  "old certificate",
	.test = served_differs,
};

static enum outcome pin_mismatch(const struct trial *trial, struct buf *why)
{
	const struct demands *demands = trial->demands;
	const struct cert *leaf = trial_leaf(trial);

	if (!demands->fingerprint && demands->issuer.n == 0)
		return RULE_MOOT;
	if (demands->fingerprint &&
	    !str_eq(str_from(demands->fingerprint), str_from(leaf->sha256)))
		buf_printf(why, "SHA-256 is %s, wanted %s", leaf->sha256,
			   demands->fingerprint);
	if (demands->issuer.n > 0 &&
	    !str_casecontains(str_from(leaf->issuer), demands->issuer))
		buf_printf(why,
			   "%sissuer is \"%.100s\", wanted one with "
			   "\"%.*s\"",
			   why->len ? "; " : "", leaf->issuer,
			   (int)demands->issuer.n, demands->issuer.p);
	return why->len ? RULE_BROKEN : RULE_HOLDS;
}

const struct rule rule_pin_mismatch = {
	.id = "pin.mismatch",
	.says = "fingerprint and issuer are those asked for",
	.source = "options --fingerprint, --issuer",
	.test = pin_mismatch,
};
