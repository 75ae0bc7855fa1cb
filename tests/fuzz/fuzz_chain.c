/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_chain -- chains of several certificates, some of them anchors. */
#include "der.h"
#include "fuzz.h"
#include "mutate.h"
#include "pki/profile.h"
#include "source.h"

#define CERTS_MAX 8

/* Two bytes say which certificates are sent and which are anchors. */
#define HEAD 2

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_signed, HEAD, data, size, max, seed);
}

struct chain {
	struct bytes sent[CERTS_MAX], anchors[CERTS_MAX];
	size_t sent_len, anchors_len;
};

/* The first is always sent: a server without a certificate shows nothing. */
static void read_chain(struct chain *chain, struct source *source)
{
	const unsigned kept = source_byte(source), anchor = source_byte(source);

	for (unsigned i = 0; i < CERTS_MAX && source->n > 0; i++) {
		const size_t n = der_length(source->p, source->n);
		const struct bytes der = {source->p, n};

		if (i == 0 || !(kept >> i & 1))
			chain->sent[chain->sent_len++] = der;
		if (anchor >> i & 1)
			chain->anchors[chain->anchors_len++] = der;
		source->p += n;
		source->n -= n;
	}
}

/* As it is read: lengths may have been written in a longer way. */
static bool is_anchor(struct pool *pool, const struct chain *chain,
		      const struct cert *cert)
{
	for (size_t i = 0; i < chain->anchors_len; i++) {
		struct cert anchor;
		struct err err;

		if (cert_read(&anchor, pool, chain->anchors[i], &err) == 0 &&
		    bytes_eq(anchor.der, cert->der))
			return true;
	}
	return false;
}

static void promise_trust(struct pool *pool, const struct chain *chain,
			  const struct trust *trust)
{
	promise(trust->path_len > 0, "a path begins with the leaf");
	promise(trust->path[0].sent && trust->path[0].cert == &trust->sent[0],
		"and the leaf is what was sent first");
	promise(trust->sent_len == chain->sent_len, "all are read");
	promise(!trust->stranger[0], "the leaf is no stranger");
	promise(!trust->anchored ||
			is_anchor(pool, chain,
				  trust->path[trust->path_len - 1].cert),
		"trust ends at an anchor that was given");
	for (size_t i = 0; i < trust->objections.n; i++)
		for (size_t k = 0; k < i; k++)
			promise(!str_eq(trust->objections.v[i],
					trust->objections.v[k]),
				"an objection stands once");
}

/* Of those whose issuer was sent somebody may ask an OCSP responder. */
static void try_request(struct pool *pool, const struct chain *chain)
{
	const struct revocation_pair pair = {chain->sent[0], chain->sent[1]};
	struct bytes request = {0};
	struct err err = {0};

	if (ocsp_request(&request, pool, &pair, &err))
		promise(err.kind == ERR_LOCAL, "what cannot be asked is told");
	else
		promise(der_length(request.p, request.n) == request.n &&
				request.n > 0,
			"a request is DER");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct source source = {data, size};
	struct chain chain = {0};
	struct evidence evidence = {.now = FUZZ_NOW};
	struct trust_config config = {0};
	struct err err = {0};

	read_chain(&chain, &source);
	config.anchors = chain.anchors;
	config.anchors_len = chain.anchors_len;
	/* "/" is a directory without anchors. */
	config.ca_path = chain.anchors_len ? NULL : "/";
	if (chain.sent_len == 0) {
		pool_free(pool);
		return 0;
	}
	if (evidence_read(&evidence, pool, chain.sent, chain.sent_len, &config,
			  &err)) {
		promise(err.kind == ERR_HANDSHAKE || err.kind == ERR_FILE,
			"what does not parse is told");
	} else {
		promise_trust(pool, &chain, &evidence.trust);
		promise_judgement(pool, &evidence, (unsigned)size);
		if (chain.sent_len > 1 && size % 4 == 0)
			try_request(pool, &chain);
	}
	pool_free(pool);
	return 0;
}
