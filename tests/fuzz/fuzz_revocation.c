/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_revocation -- OCSP responses and CRLs from a stranger. */
#include "fuzz.h"
#include "mutate.h"
#include "pair.h"
#include "pki/revocation.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_der, 0, data, size, max, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct revocation_pair pair = {
		.cert = {pair_cert, sizeof(pair_cert)},
		.issuer = {pair_issuer, sizeof(pair_issuer)},
	};
	struct pool *pool = pool_new();
	struct revocation_answer answer = {0};
	const struct bytes input = {data, size};

	ocsp_judge(&answer, pool, input, &pair, FUZZ_NOW);
	promise(answer.text != NULL, "an answer says why");
	answer = (struct revocation_answer){0};
	crl_judge(&answer, pool, input, &pair, FUZZ_NOW);
	promise(answer.text != NULL, "an answer says why");
	pool_free(pool);
	return 0;
}
