/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory -- the last words of a process without memory need none. */
#include "config.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_HEAD "check_"

/* The title that the checks have: check_um_cert is UM_CERT. */
static size_t write_title(char *room, size_t size)
{
	const char *name = program_invocation_short_name;
	size_t n = 0;

	if (strncmp(name, NAME_HEAD, strlen(NAME_HEAD)) == 0)
		name += strlen(NAME_HEAD);
	for (; n < size && name[n]; n++)
		room[n] = name[n] >= 'a' && name[n] <= 'z'
				  ? (char)(name[n] - 'a' + 'A')
				  : name[n];
	return n;
}

_Noreturn void memory_out(void)
{
	static const char rest[] = " UNKNOWN: out of memory\n";
	char line[64 + sizeof(rest)];
	size_t len = write_title(line, 64);

	memcpy(line + len, rest, sizeof(rest) - 1);
	len += sizeof(rest) - 1;
	if (write(STDOUT_FILENO, line, len) < 0)
		_exit(3);
	_exit(3);
}

/* Of no bytes malloc(3) may give NULL, and realloc(3) may release. */
static size_t some(size_t size)
{
	return size ? size : 1;
}

void *memory_take(size_t size)
{
	void *memory = malloc(some(size));

	if (!memory)
		memory_out();
	return memory;
}

void *memory_resize(void *old, size_t size)
{
	void *memory = realloc(old, some(size));

	if (!memory)
		memory_out();
	return memory;
}

void memory_release(void *memory)
{
	free(memory);
}
