/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_ini -- ini files of monitoring-plugins, as options are taken of them. */
#include "config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/extra_opts.h"
#include "fuzz.h"

/* A file has no other way in than by its name; the same one serves always. */
static int file(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("ini", MFD_CLOEXEC);
	promise(fd >= 0, "a file in memory");
	return fd;
}

/* -x: what follows is its value, whatever it looks like. */
static bool is_letter(const char *word)
{
	return word[0] == '-' && word[1] && word[1] != '-' && !word[2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	char *const args[] = {
		pool_printf(pool, "check_um_cert"),
		pool_printf(pool, "--extra-opts=@/proc/self/fd/%d", file()),
		pool_printf(pool, "-v"),
		NULL,
	};
	char *const *argv = args;
	struct strs places = {0};
	int argc = 3;
	struct err err = {0};

	promise(ftruncate(file(), 0) == 0 &&
			pwrite(file(), data, size, 0) == (ssize_t)size,
		"it holds the input");
	extra_opts_take(&places, pool, &argc, &argv);
	promise(argc == 2 && places.n == 1, "the option is taken out");
	if (extra_opts_insert(pool, "check_um_cert", &places, &argc, &argv,
			      deadline_in(10 * USEC_PER_SEC), &err) == 0) {
		promise(argc >= 2 && !argv[argc], "a vector ends with NULL");
		promise(strcmp(argv[argc - 1], "-v") == 0,
			"the command line comes last");
		for (int i = 1; i < argc; i++)
			promise(argv[i] && !strchr(argv[i], '\n'),
				"an argument is of one line");
		for (int i = 1; i + 1 < argc; i++)
			promise(strcmp(argv[i], "--extra-opts") != 0 ||
					is_letter(argv[i - 1]),
				"a file names no other file");
	} else {
		promise((err.kind == ERR_FILE || err.kind == ERR_USAGE) &&
				err.text[0],
			"a refusal says why");
		promise(argc == 2, "and leaves the vector as it was");
	}
	pool_free(pool);
	return 0;
}
