/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_cert -- a certificate or request from a stranger, to the output. */
#include "fuzz.h"
#include "mutate.h"
#include "pki/profile.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_der, 0, data, size, max, seed);
}

static void promise_facts(const struct cert *cert)
{
	promise(cert->subject && cert->issuer && cert->serial && cert->sha256,
		"a certificate has texts, be they empty");
	promise(cert->key_type && cert->signature, "algorithms have names");
	promise(cert->has_san || cert->dns.n + cert->uri.n + cert->ip.n == 0,
		"names come from a SAN");
}

/* "/" is a directory without anchors. */
static bool judge_cert(struct pool *pool, struct bytes input)
{
	const struct trust_config config = {.ca_path = "/"};
	struct evidence evidence = {.now = FUZZ_NOW};
	struct err err = {0};

	if (evidence_read(&evidence, pool, &input, 1, &config, &err)) {
		promise(err.kind == ERR_HANDSHAKE && err.text[0],
			"a refusal says why");
		return false;
	}
	promise(!evidence.trust.anchored, "without an anchor none is trusted");
	promise_facts(evidence.chain[0]);
	promise_judgement(pool, &evidence, (unsigned)input.n);
	return true;
}

static void judge_request(struct pool *pool, struct bytes request)
{
	struct evidence evidence = {.now = FUZZ_NOW};
	struct err err = {0};

	if (evidence_read_request(&evidence, pool, request, &err)) {
		promise(err.kind == ERR_FILE, "a bad request is a bad file");
		return;
	}
	promise_facts(evidence.chain[0]);
	promise_judgement(pool, &evidence, (unsigned)request.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const struct bytes input = {data, size};

	if (!judge_cert(pool, input))
		judge_request(pool, input);
	pool_free(pool);
	return 0;
}
