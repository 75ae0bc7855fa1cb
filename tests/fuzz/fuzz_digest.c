/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_digest -- challenges from a stranger, and what we answer to them. */
#include <string.h>

#include "fuzz.h"
#include "sip/digest.h"

#define VALUES_MAX 8

static const struct credentials who = {"mon\"itor\\", {"secret", 6}};
static const struct digest_turn turn = {"OPTIONS", "sip:um1.contoso.test",
					"0a4f113b", 1};

static bool same(struct str a, struct str b)
{
	return (a.p == NULL) == (b.p == NULL) && str_eq(a, b);
}

/* An answer has the grammar of a challenge: it can be read as one. */
static void try_answer(struct pool *pool, const struct challenge *challenge)
{
	struct challenge again;
	struct err err;
	struct buf out;
	struct str value;

	buf_init(&out, pool, 65536);
	promise(digest_answer(&out, challenge, &who, &turn, &err) == 0,
		"what was picked can be answered");
	value = buf_str(&out);
	for (size_t i = 0; i < value.n; i++)
		promise((unsigned char)value.p[i] >= ' ' || value.p[i] == '\t',
			"an answer is one line");
	promise(challenge_pick(&again, pool, &value, 1, &err) == 0,
		"an answer is well-formed");
	promise(same(again.realm, challenge->realm) &&
			same(again.nonce, challenge->nonce) &&
			same(again.opaque, challenge->opaque) &&
			same(again.algorithm, challenge->algorithm),
		"realm, nonce, opaque and algorithm come back");
	promise(again.qop == challenge->qop, "qop comes back");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct str rest = {pool_strndup(pool, (const char *)data, size), size};
	struct str values[VALUES_MAX];
	struct challenge challenge;
	struct err err = {0};
	struct buf out;
	size_t n = 0;

	for (; n < VALUES_MAX && rest.n > 0; n++)
		values[n] = str_cut(&rest, '\n');
	if (challenge_pick(&challenge, pool, values, n, &err) == 0)
		try_answer(pool, &challenge);
	else
		promise(err.kind == ERR_PROTOCOL && err.text[0],
			"a refusal says what was offered");
	buf_init(&out, pool, 512);
	challenge_list(&out, values, n);
	promise(out.len <= 512, "a list is bounded");
	pool_free(pool);
	return 0;
}
