/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_cert -- a certificate from a stranger, through to the output. */
#include "check/render.h"
#include "fuzz.h"
#include "pki/profile.h"

static const struct banner banner = {
	.name = "check_um_cert",
	.title = "UM_CERT",
	.version = "0",
	.verbosity = 2,
};

/* Every profile's judgement, in every form of output. */
static void judge(struct pool *pool, const struct evidence *evidence)
{
	struct str expected = STR("um1.contoso.test");
	const struct demands demands = {.expected = {.v = &expected, .n = 1}};
	struct report *report = report_new(pool, NULL);
	struct buf out;

	for (size_t i = 0; i < PROFILES; i++) {
		const struct trial trial = {evidence, &demands, &profiles[i]};

		profile_judge(&trial, "um1.contoso.test:5061", report);
	}
	for (size_t i = 0; i < evidence->chain_len; i++)
		cert_facts(evidence->chain[i], pool,
			   fact_add(report->facts, pool, "cert", FACT_OBJECT));
	buf_init(&out, pool, (size_t)1 << 20);
	render_text(report, &banner, &out);
	promise_harmless(&out);
	buf_init(&out, pool, (size_t)1 << 20);
	render_json(report, &banner, &out);
	promise(out.len > 2 && out.data[0] == '{', "JSON is an object");
	buf_init(&out, pool, (size_t)1 << 20);
	render_openmetrics(report, &banner, &out);
	promise(str_ends(buf_str(&out), STR("# EOF\n")), "OpenMetrics ends");
}

/* "/" is a directory without anchors. */
static void judge_chain(struct pool *pool, const struct bytes *chain, size_t n)
{
	const struct trust_config config = {.ca_path = "/"};
	struct evidence evidence = {.now = FUZZ_NOW};
	struct err err;

	if (evidence_read(&evidence, pool, chain, n, &config, &err) == 0)
		judge(pool, &evidence);
}

static void judge_request(struct pool *pool, struct bytes request)
{
	struct evidence evidence = {.now = FUZZ_NOW};
	struct err err;

	if (evidence_read_request(&evidence, pool, request, &err) == 0)
		judge(pool, &evidence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const struct bytes input = {data, size};

	judge_chain(pool, &input, 1);
	judge_request(pool, input);
	pool_free(pool);
	return 0;
}
