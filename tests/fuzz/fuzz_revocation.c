/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_revocation -- OCSP responses and CRLs from a stranger. */
#include "fuzz.h"
#include "mutate.h"
#include "pair.h"
#include "pki/revocation.h"

/* One byte says when it is: a month a step, 0x80 is now. */
#define HEAD  1
#define MONTH 2629746

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_signed, HEAD, data, size, max, seed);
}

/* What an answer says is one line, whatever the peer wrote. */
static void promise_answer(const struct revocation_answer *answer)
{
	promise(answer->text && *answer->text, "an answer says why");
	for (const char *at = answer->text; *at; at++)
		promise((unsigned char)*at >= ' ', "in one line");
	promise(answer->status != REVOCATION_GOOD ||
			str_eq(str_from(answer->text), STR("not revoked")),
		"good is said without reserve");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct revocation_pair pair = {
		.cert = {pair_cert, sizeof(pair_cert)},
		.issuer = {pair_issuer, sizeof(pair_issuer)},
	};
	struct pool *pool = pool_new();
	struct revocation_answer answer = {0};
	struct bytes input = {data, size};
	time_t now = FUZZ_NOW;

	if (size >= HEAD) {
		now += (data[0] - 0x80) * (time_t)MONTH;
		input = (struct bytes){data + HEAD, size - HEAD};
	}
	ocsp_judge(&answer, pool, input, &pair, now);
	promise_answer(&answer);
	answer = (struct revocation_answer){0};
	crl_judge(&answer, pool, input, &pair, now);
	promise_answer(&answer);
	pool_free(pool);
	return 0;
}
