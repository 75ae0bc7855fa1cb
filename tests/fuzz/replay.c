/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay -- feeds files to a fuzz target: the corpus as an ordinary test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#ifndef UM_LIBFUZZER /* which brings its own main() */

#define INPUT_MAX ((size_t)1 << 20)

/* The input gets an allocation of its size, so that one byte more is seen. */
static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	unsigned char *all, *exact;
	size_t len;

	if (!file) {
		fprintf(stderr, "%s cannot be read\n", path);
		return -1;
	}
	all = malloc(INPUT_MAX);
	len = all ? fread(all, 1, INPUT_MAX, file) : 0;
	exact = malloc(len ? len : 1);
	if (all && exact) {
		memcpy(exact, all, len);
		LLVMFuzzerTestOneInput(exact, len);
	}
	free(exact);
	free(all);
	fclose(file);
	return 0;
}

/* Returns how many files there were, or -1. */
static int replay_directory(struct pool *pool, const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	int n = 0;

	while (dir && n >= 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		n = replay_file(pool_printf(pool, "%s/%s", directory,
					    entry->d_name))
			    ? -1
			    : n + 1;
	}
	if (dir)
		closedir(dir);
	return n;
}

/* $srcdir/tests/fuzz/corpus/fuzz_x for the program fuzz_x. */
static const char *corpus_of(struct pool *pool, const char *program)
{
	const char *srcdir = getenv("srcdir");
	const char *name = strrchr(program, '/');

	return pool_printf(pool, "%s/tests/fuzz/corpus/%s",
			   srcdir ? srcdir : ".", name ? name + 1 : program);
}

int main(int argc, char **argv)
{
	struct pool *pool = pool_new();
	int n = 0;

	for (int i = 1; n >= 0 && i < argc; i++)
		n = replay_file(argv[i]) ? -1 : n + 1;
	if (argc == 1)
		n = replay_directory(pool, corpus_of(pool, argv[0]));
	pool_free(pool);
	if (n <= 0) {
		fprintf(stderr, "there is nothing to replay\n");
		return 1;
	}
	printf("%d passed, 0 failed\n", n);
	return 0;
}

#endif
