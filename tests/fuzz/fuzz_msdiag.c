/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_msdiag -- what a stranger calls ms-diagnostics, and result codes. */
#include <string.h>

#include "fuzz.h"
#include "sip/msdiag.h"

static void try_params(const struct msdiag *diag)
{
	promise(diag->params_len <= MSDIAG_PARAMS_MAX, "there is room");
	for (size_t i = 0; i < diag->params_len; i++) {
		const struct msdiag_param *param = &diag->params[i];

		promise(param->name.n > 0, "a parameter has a name");
		promise(!str_has(param->name, ';') &&
				!str_has(param->name, '='),
			"a name ends in time");
		promise(param->value.p != NULL, "a parameter has a value");
		for (size_t k = 0; k < i; k++)
			promise(!str_caseeq(param->name, diag->params[k].name),
				"a name stands once");
		result_code_find(param->value);
	}
}

static void try_line(struct pool *pool, const struct msdiag *diag)
{
	struct buf out;

	buf_init(&out, pool, 4096);
	msdiag_write(&out, diag);
	promise(out.len > 0 && out.len <= MSDIAG_LINE_MAX,
		"a line is of bounded length");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct str value = {pool_strndup(pool, (const char *)data, size), size};
	struct msdiag diag;

	result_code_find(value);
	if (msdiag_parse(&diag, pool, value)) {
		try_params(&diag);
		try_line(pool, &diag);
	}
	pool_free(pool);
	return 0;
}
