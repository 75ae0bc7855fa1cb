/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_rules -- every rule of every profile over facts that may be anything. */
#include "fuzz.h"
#include "pki/profile.h"
#include "source.h"

#define CERTS_MAX 6
#define NAMES_MAX 5

/* What is being made up. */
struct dream {
	struct source source;
	struct pool *pool;
	struct cert *certs;
	size_t certs_len;
};

/* Names that meet each other, and any text. */
static struct str dream_name(struct dream *dream)
{
	static const char *const known[] = {
		"um1.contoso.test",  "UM1.Contoso.TEST",
		"um1.contoso.test.", "*.contoso.test",
		"u*1.contoso.test",  "contoso.test",
		"um2.contoso.test",  "um1",
		"sip:contoso.test",  "sip:a@contoso.test",
		"192.0.2.1",         "2001:db8::1",
		"x.onmicrosoft.com",
	};
	const size_t n = sizeof(known) / sizeof(*known);
	const unsigned which = source_byte(&dream->source);

	if (which < n)
		return str_from(known[which]);
	return source_text(&dream->source, dream->pool);
}

static struct strs dream_names(struct dream *dream)
{
	const unsigned n = source_below(&dream->source, NAMES_MAX + 1);
	struct strs names = {0};

	for (unsigned i = 0; i < n; i++)
		strs_add(&names, dream->pool, dream_name(dream));
	return names;
}

/* Days around now most often; the rest of time too. */
static time_t dream_time(struct dream *dream)
{
	const unsigned how = source_below(&dream->source, 3);

	if (how == 0)
		return FUZZ_NOW + (source_byte(&dream->source) - 128) * 86400L;
	if (how == 1)
		return FUZZ_NOW +
		       (source_byte(&dream->source) - 128) * 86400L * 30;
	/* ASN.1 reaches from the year 0 to 9999. */
	return (time_t)(source_number(&dream->source) % 315569520000) -
	       62167219200;
}

static struct bytes dream_der(struct dream *dream)
{
	const struct str text = source_text(&dream->source, dream->pool);

	return (struct bytes){(const unsigned char *)text.p, text.n};
}

static const char *dream_hex(struct dream *dream)
{
	static const char *const known[] = {"", "00",
					    "0123456789ABCDEF0123456789ABCDEF",
					    "1123456789ABCDEF0123456789ABCDEF"};

	return known[source_below(&dream->source, 4)];
}

static void dream_cert(struct dream *dream, struct cert *cert)
{
	static const char *const keys[] = {"RSA", "RSA-PSS", "EC", "ED25519",
					   "1.2.3"};
	struct source *source = &dream->source;

	cert->subject = source_cstring(source, dream->pool);
	cert->issuer = source_cstring(source, dream->pool);
	cert->subject_der = dream_der(dream);
	cert->issuer_der = dream_der(dream);
	cert->serial = dream_hex(dream);
	cert->sha256 = dream_hex(dream);
	cert->common_names = dream_names(dream);
	cert->dns = dream_names(dream);
	cert->uri = dream_names(dream);
	cert->ip = dream_names(dream);
	cert->not_before = dream_time(dream);
	cert->not_after = dream_time(dream);
	cert->key_type = keys[source_below(source, 5)];
	cert->key_bits = (int)source_below(source, 64) * 128;
	cert->signature = "sha256WithRSAEncryption";
	cert->digest = (enum cert_digest)source_below(source, 3);
	cert->usage = source_below(source, 32);
	cert->key_usage = source_below(source, 16);
	cert->has_san = source_flag(source);
	cert->pss = source_flag(source);
	cert->is_ca = source_flag(source);
	cert->self_signed = source_flag(source);
	cert->public_ca = source_flag(source);
	cert->has_cdp = source_flag(source);
}

/* OpenSSL's words. */
static struct strs dream_objections(struct dream *dream)
{
	static const char *const known[] = {
		"certificate signature failure (at depth 0)",
		"path length constraint exceeded (at depth 2)"};
	const unsigned n = source_below(&dream->source, 3);
	struct strs objections = {0};

	for (unsigned i = 0; i < n; i++)
		strs_add(&objections, dream->pool, str_from(known[i]));
	return objections;
}

static void dream_trust(struct dream *dream, struct trust *trust)
{
	struct source *source = &dream->source;
	const size_t n = 1 + source_below(source, CERTS_MAX);

	trust->stranger =
		pool_array(dream->pool, CERTS_MAX, sizeof(*trust->stranger));
	for (size_t i = 1; i < CERTS_MAX; i++)
		trust->stranger[i] = source_flag(source);
	trust->out_of_order = source_flag(source);
	trust->anchored = source_flag(source);
	trust->objections = dream_objections(dream);
	trust->unfinished = trust->objections.n > 0 && !trust->anchored &&
			    source_flag(source);
	trust->path = pool_array(dream->pool, n, sizeof(*trust->path));
	for (; trust->path_len < n; trust->path_len++) {
		const size_t which =
			trust->path_len
				? source_below(source,
					       (unsigned)dream->certs_len)
				: 0;

		trust->path[trust->path_len] = (struct path_link){
			&dream->certs[which],
			trust->path_len == 0 || source_flag(source),
		};
	}
}

static void dream_revocation(struct dream *dream, struct evidence *evidence)
{
	const size_t n = source_below(&dream->source, 4);

	evidence->revocation =
		pool_array(dream->pool, n, sizeof(*evidence->revocation));
	for (; evidence->revocation_len < n; evidence->revocation_len++)
		evidence->revocation[evidence->revocation_len] =
			(struct revocation_answer){
				.status = (enum revocation_status)source_below(
					&dream->source, 3),
				.subject = source_cstring(&dream->source,
							  dream->pool),
				.via = source_cstring(&dream->source,
						      dream->pool),
				.text = "the responder does not know it",
			};
}

/* What a handshake shows. */
static void dream_view(struct dream *dream, struct evidence *evidence)
{
	struct source *source = &dream->source;
	const size_t n = source_below(source, 4);
	struct bytes *cas = pool_array(dream->pool, n, sizeof(*cas));

	evidence->tls_version =
		source_flag(source) ? 0x0301 + (int)source_below(source, 4) : 0;
	evidence->tls_version_is_our_best = source_flag(source);
	evidence->tls_version_name = "TLSv1";
	evidence->established = source_flag(source);
	evidence->asked_client_cert = source_flag(source);
	for (size_t i = 0; i < n; i++)
		cas[i] = dream_der(dream);
	evidence->acceptable_cas = cas;
	evidence->acceptable_cas_len = n;
	evidence->acceptable_cas_size = source_byte(source) * 64u;
	evidence->own = dream->certs;
	evidence->own_len =
		source_below(source, (unsigned)dream->certs_len + 1);
}

static void dream_evidence(struct dream *dream, struct evidence *evidence)
{
	struct source *source = &dream->source;

	dream->certs_len = 1 + source_below(source, CERTS_MAX);
	dream->certs = pool_array(dream->pool, dream->certs_len,
				  sizeof(*dream->certs));
	for (size_t i = 0; i < dream->certs_len; i++)
		dream_cert(dream, &dream->certs[i]);
	evidence->chain = pool_array(dream->pool, dream->certs_len,
				     sizeof(*evidence->chain));
	for (size_t i = 0; i < dream->certs_len; i++)
		evidence->chain[i] = &dream->certs[i];
	evidence->chain_len = dream->certs_len;
	evidence->sent_len =
		1 + source_below(source, (unsigned)dream->certs_len);
	dream_trust(dream, &evidence->trust);
	dream_revocation(dream, evidence);
	dream_view(dream, evidence);
	dream->certs[0].is_request = source_below(source, 8) == 7;
}

static struct lifetime_range dream_threshold(struct dream *dream)
{
	struct source *source = &dream->source;
	const double lo = source_byte(source) - 20.0;

	return (struct lifetime_range){
		.range = {.lo = lo,
			  .hi = lo + source_byte(source),
			  .inside = source_flag(source),
			  .set = source_flag(source)},
		.percent = source_flag(source),
	};
}

static void dream_demands(struct dream *dream, struct demands *demands)
{
	struct source *source = &dream->source;

	demands->expected = dream_names(dream);
	if (source_flag(source))
		demands->pool = dream_name(dream);
	if (source_flag(source))
		demands->domain = dream_name(dream);
	demands->warning = dream_threshold(dream);
	demands->critical = dream_threshold(dream);
	demands->mutual = (enum mutual)source_below(source, 3);
	if (source_flag(source)) {
		demands->same_as = dream_hex(dream);
		demands->same_as_file = source_cstring(source, dream->pool);
	}
	if (source_flag(source))
		demands->fingerprint = dream_hex(dream);
	if (source_flag(source))
		demands->issuer = dream_name(dream);
}

/* The verdict alone is the one that the findings come to. */
static void judge(const struct trial *trial, struct report *report)
{
	struct buf ids;

	profile_judge(trial, "um1.contoso.test:5061", report);
	buf_init(&ids, report->pool, 4096);
	promise(profile_verdict(trial, report, &ids) == report_verdict(report),
		"--matrix tells what the report tells");
	for (const struct finding *f = report->findings; f; f = f->next)
		promise(f->id && f->text && *f->text, "a finding says why");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dream dream = {.source = {data, size}, .pool = pool_new()};
	struct report *report = report_new(dream.pool, NULL);
	struct evidence evidence = {.now = FUZZ_NOW};
	struct demands demands = {0};
	const unsigned which = source_byte(&dream.source);
	const unsigned profile = source_below(&dream.source, PROFILES);
	struct trial trial = {&evidence, &demands, &profiles[profile]};

	dream_demands(&dream, &demands);
	dream_evidence(&dream, &evidence);
	judge(&trial, report);
	for (size_t i = 0; i < evidence.chain_len; i++)
		cert_facts(evidence.chain[i], dream.pool, report->facts);
	promise_report(report, which);
	pool_free(dream.pool);
	return 0;
}
