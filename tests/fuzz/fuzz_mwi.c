/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_mwi -- a stranger's message summaries, and NOTIFY bodies around them. */
#include <string.h>

#include "fuzz.h"
#include "sip/mwi.h"

static void promise_same(const struct mwi *a, const struct mwi *b)
{
	promise(a->waiting == b->waiting && !a->account.p == !b->account.p &&
			str_eq(a->account, b->account),
		"status and account are the same again");
	for (size_t i = 0; i < MWI_CLASSES; i++) {
		const struct mwi_counts *one = &a->counts[i];
		const struct mwi_counts *other = &b->counts[i];

		promise(one->told == other->told &&
				one->fresh == other->fresh &&
				one->old == other->old &&
				one->urgent_told == other->urgent_told &&
				one->urgent_fresh == other->urgent_fresh &&
				one->urgent_old == other->urgent_old,
			"counts are the same again");
		promise(one->told || !one->urgent_told,
			"urgent ones come with others");
	}
}

static void try_summary(struct pool *pool, struct str body)
{
	struct mwi mwi, again;
	struct err err = {0};
	struct buf out;

	if (mwi_parse(&mwi, body, &err)) {
		promise(err.kind == ERR_PROTOCOL && err.text[0],
			"a refusal says why");
		return;
	}
	for (size_t i = 0; i < mwi.account.n; i++)
		promise((unsigned char)mwi.account.p[i] > ' ',
			"an account has no blank");
	buf_init(&out, pool, body.n + 512);
	mwi_write(&out, &mwi);
	promise(!out.full, "a summary is of bounded length");
	promise(mwi_parse(&again, buf_str(&out), &err) == 0,
		"what is written can be read");
	promise_same(&mwi, &again);
}

static void try_body(struct pool *pool, struct str type, struct str whole)
{
	struct err err = {0};
	struct str body;

	if (mwi_body(&body, type, whole, &err)) {
		promise(err.kind == ERR_PROTOCOL && err.text[0],
			"a refusal says why");
		return;
	}
	promise((body.n == 0) == (whole.n == 0),
		"only where there is no body nothing is found");
	promise(body.n == 0 || (body.p >= whole.p &&
				body.p + body.n <= whole.p + whole.n),
		"what is found stands in the body");
	try_summary(pool, body);
}

/* A summary; or a Content-Type, a line end, a body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct str whole = {pool_strndup(pool, (const char *)data, size), size};
	struct str type;

	try_summary(pool, whole);
	type = str_cut(&whole, '\n');
	try_body(pool, type, whole);
	pool_free(pool);
	return 0;
}
