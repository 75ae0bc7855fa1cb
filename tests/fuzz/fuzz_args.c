/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_args -- command lines of every plugin; an argument a line. */
#include <string.h>

#include "check/check.h"
#include "fuzz.h"

#define ARGS_MAX 64

extern const struct check check_mwi_path, check_sip_options, check_um_cert;

static void try_check(const struct check *check, struct pool *pool, int argc,
		      char *const *argv)
{
	const struct opt_set sets[] = {
		{check->groups, pool_zalloc(pool, check->config_size)},
		{0},
	};
	struct err err;

	if (opt_parse(sets, pool, argc, argv, &err) == 0 &&
	    check->validate(pool, sets[0].config, &err) == 0)
		return;
	promise(err.kind != ERR_NONE && err.text[0], "a refusal says why");
}

static void try_args(struct pool *pool, int argc, char *const *argv)
{
	try_check(&check_um_cert, pool, argc, argv);
	try_check(&check_sip_options, pool, argc, argv);
	try_check(&check_mwi_path, pool, argc, argv);
}

static int split(char **argv, char *lines)
{
	static char name[] = "check_um_cert";
	int argc = 0;

	argv[argc++] = name;
	for (; argc < ARGS_MAX && lines; argc++) {
		argv[argc] = lines;
		lines = strchr(lines, '\n');
		if (lines)
			*lines++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	char *argv[ARGS_MAX + 1];
	int argc;

	argc = split(argv, pool_strndup(pool, (const char *)data, size));
	try_args(pool, argc, argv);
	pool_free(pool);
	return 0;
}
