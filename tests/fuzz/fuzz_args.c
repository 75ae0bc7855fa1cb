/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_args -- command lines and ini files; an argument a line. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/check.h"
#include "check/extra_opts.h"
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

/* The same bytes as an ini file, which has no other way in than a file. */
static void try_ini(struct pool *pool, const uint8_t *data, size_t size)
{
	int fd = memfd_create("ini", MFD_CLOEXEC);
	char *const args[] = {
		pool_printf(pool, "check_um_cert"),
		pool_printf(pool, "--extra-opts=@/proc/self/fd/%d", fd),
		NULL,
	};
	char *const *argv = args;
	struct strs places = {0};
	int argc = 2;
	struct err err;

	promise(fd >= 0 && write(fd, data, size) == (ssize_t)size,
		"a file in memory");
	extra_opts_take(&places, pool, &argc, &argv);
	promise(argc == 1 && places.n == 1, "the option is taken out");
	if (extra_opts_insert(pool, "check_um_cert", &places, &argc, &argv,
			      deadline_in(10 * USEC_PER_SEC), &err) == 0) {
		promise(argc >= 1 && !argv[argc], "a vector ends with NULL");
		try_args(pool, argc, argv);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	char *argv[ARGS_MAX + 1];
	int argc;

	argc = split(argv, pool_strndup(pool, (const char *)data, size));
	try_args(pool, argc, argv);
	try_ini(pool, data, size);
	pool_free(pool);
	return 0;
}
