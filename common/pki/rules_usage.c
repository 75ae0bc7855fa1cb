/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules_usage -- what a certificate may be used for, and how strong it is. */
#include "pki/profile.h"
#include "pki/rules.h"

static enum outcome allows(const struct trial *trial, unsigned usage,
			   const char *name, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);

	if (leaf->usage == 0)
		return RULE_MOOT; /* absent: any purpose, RFC 5280 4.2.1.12 */
	if (leaf->usage & (usage | USAGE_ANY))
		return RULE_HOLDS;
	buf_printf(why, "extended key usage is present and lacks %s", name);
	return RULE_BROKEN;
}

static enum outcome server_auth(const struct trial *trial, struct buf *why)
{
	return allows(trial, USAGE_SERVER_AUTH, "serverAuth", why);
}

const struct rule rule_server_auth = {
	.id = "usage.server-auth",
	.says = "the leaf may authenticate a server",
	.source = "RFC 5280 4.2.1.12; Lync Server 2013: Certificate "
		  "infrastructure requirements",
	.test = server_auth,
};

static enum outcome client_auth(const struct trial *trial, struct buf *why)
{
	return allows(trial, USAGE_CLIENT_AUTH, "clientAuth", why);
}

/* Teams asked for it from 2024-03-19; that it no longer does since 2026 is
 * known from a secondary source of 2026-06-09 only (unconfirmed). */
const struct rule rule_client_auth = {
	.id = "usage.client-auth",
	.says = "the leaf may authenticate a client",
	.source = "RFC 5280 4.2.1.12; Teams: Plan Direct Routing; Chrome Root "
		  "Program Policy 1.8",
	.test = client_auth,
};

static enum outcome ca_leaf(const struct trial *trial, struct buf *why)
{
	if (!trial_leaf(trial)->is_ca)
		return RULE_HOLDS;
	buf_puts(why, "the server shows a CA certificate as its own");
	return RULE_BROKEN;
}

const struct rule rule_ca_leaf = {
	.id = "usage.ca-leaf",
	.says = "the leaf is not a CA",
	.source = "RFC 5280 4.2.1.9",
	.test = ca_leaf,
};

/*
 * Server: a signature (ECDHE, TLS 1.3), or the RSA key exchange, or static
 * ECDH.  Client: a signature (RFC 5246 7.4.6, RFC 8446 4.4.2.3).
 */
static enum outcome key_usage(const struct trial *trial, struct buf *why)
{
	const struct cert *leaf = trial_leaf(trial);
	const bool rsa = str_starts(str_from(leaf->key_type), STR("RSA"));
	const unsigned exchange =
		rsa ? KEY_USAGE_KEY_ENCIPHERMENT : KEY_USAGE_KEY_AGREEMENT;

	if (leaf->key_usage == 0)
		return RULE_MOOT;
	if (leaf->key_usage & KEY_USAGE_DIGITAL_SIGNATURE)
		return RULE_HOLDS;
	if (!(leaf->key_usage & exchange)) {
		buf_puts(why, "key usage allows neither signature nor key "
			      "exchange: no TLS server can use it");
		return RULE_BROKEN;
	}
	if (!trial->profile->client_too)
		return RULE_HOLDS;
	buf_puts(why, "key usage lacks digitalSignature: it cannot be shown "
		      "as client certificate");
	return RULE_BROKEN;
}

const struct rule rule_key_usage = {
	.id = "usage.key-usage",
	.says = "key usage allows the role",
	.source = "RFC 5280 4.2.1.3; RFC 5246 7.4.2, 7.4.6; RFC 8446 4.4.2",
	.test = key_usage,
};

/* A root's own signature secures nothing; a self-signed leaf's is its own. */
static bool signature_counts(const struct evidence *evidence, size_t at)
{
	return at == 0 || !evidence->chain[at]->self_signed;
}

/* The second grade: MD5. */
static enum outcome signature(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;
	enum cert_digest worst = DIGEST_STRONG;
	size_t which = 0;

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT; /* the CA signs with its own digest */
	for (size_t i = 0; i < evidence->chain_len; i++)
		if (signature_counts(evidence, i) &&
		    evidence->chain[i]->digest > worst) {
			worst = evidence->chain[i]->digest;
			which = i;
		}
	if (worst == DIGEST_STRONG)
		return RULE_HOLDS;
	why_cert(why, evidence->chain[which]);
	buf_printf(why, " is signed with %s, which peers refuse as forgeable",
		   evidence->chain[which]->signature);
	return worst == DIGEST_SHA1 ? RULE_BROKEN : RULE_BROKEN_BADLY;
}

const struct rule rule_signature = {
	.id = "crypto.signature",
	.says = "no signature is made with SHA-1 or MD5",
	.source = "RFC 6194; RFC 6151; CA/Browser Forum TLS Baseline "
		  "Requirements 7.1.3.2",
	.test = signature,
};

static enum outcome pss(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;

	if (trial_leaf(trial)->is_request)
		return RULE_MOOT;
	for (size_t i = 0; i < evidence->chain_len; i++) {
		if (!evidence->chain[i]->pss || !signature_counts(evidence, i))
			continue;
		why_cert(why, evidence->chain[i]);
		buf_puts(why, " is signed with RSASSA-PSS, which Lync and "
			      "Skype for Business do not support");
		return RULE_BROKEN;
	}
	return RULE_HOLDS;
}

const struct rule rule_pss = {
	.id = "crypto.pss",
	.says = "no signature is RSASSA-PSS",
	.source = "Lync Server 2013: Certificate infrastructure requirements",
	.test = pss,
};

/* "RSA", "RSA-PSS"; "rsaEncryption" where the key does not parse. */
static bool is_rsa(const struct cert *cert)
{
	const struct str type = str_from(cert->key_type);

	return str_starts(type, STR("RSA")) || str_starts(type, STR("rsa"));
}

/* The second grade: below 1024. */
static enum outcome key_size(const struct trial *trial, struct buf *why)
{
	const struct evidence *evidence = trial->evidence;
	const struct cert *weakest = NULL;

	for (size_t i = 0; i < evidence->chain_len; i++) {
		const struct cert *cert = evidence->chain[i];

		if (is_rsa(cert) && cert->key_bits < 2048 &&
		    (!weakest || cert->key_bits < weakest->key_bits))
			weakest = evidence->chain[i];
	}
	if (!weakest)
		return RULE_HOLDS;
	why_cert(why, weakest);
	if (weakest->key_bits == 0)
		buf_puts(why, " has an RSA key that does not parse");
	else
		buf_printf(why,
			   " has an RSA key of %d bits (want 2048 or more)",
			   weakest->key_bits);
	return weakest->key_bits < 1024 ? RULE_BROKEN_BADLY : RULE_BROKEN;
}

const struct rule rule_key_size = {
	.id = "crypto.key-size",
	.says = "RSA keys have 2048 bits or more",
	.source = "NIST SP 800-131A; CA/Browser Forum TLS Baseline "
		  "Requirements 6.1.5",
	.test = key_size,
};
