/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inject -- decides which of the wrapped calls fails; see injected.py. */
#include "config.h"

#include "tests/inject/inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * INJECT=N makes the Nth call fail, counted from 1 over the whole process;
 * INJECT=0 none.  INJECT_LOG is where the calls are told, a line each: the one
 * that failed, or all of them with INJECT=0.  Without INJECT all is as ever.
 */
static long wanted = -1;
static int log_fd = -1;
static atomic_long calls;
static _Thread_local bool telling; /* what we call is wrapped too */

static char told[1 << 16];
static size_t told_len;

__attribute__((constructor(101))) static void prepare(void)
{
	const char *number = getenv("INJECT"), *path = getenv("INJECT_LOG");

	if (!number)
		return;
	if (path)
		log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			      0600);
	wanted = strtol(number, NULL, 10);
}

static void flush(void)
{
	if (write(log_fd, told, told_len) != (ssize_t)told_len)
		_exit(98);
	told_len = 0;
}

__attribute__((destructor)) static void finish(void)
{
	telling = true;
	if (told_len > 0)
		flush();
}

/* SYMBOL ADDRESS of the caller. */
static void note(const char *symbol, const void *caller)
{
	if (sizeof(told) - told_len < 128)
		flush();
	told_len += (size_t)snprintf(told + told_len, 128, "%.99s %p\n", symbol,
				     caller);
}

/* SYMBOL PROGRAM+OFFSET, as addr2line(1) wants it. */
static void tell(const char *symbol, const void *caller)
{
	Dl_info from = {0};

	dladdr(caller, &from);
	told_len =
		(size_t)snprintf(told, sizeof(told), "%.99s %.999s+%zx\n",
				 symbol, from.dli_fname ? from.dli_fname : "",
				 (size_t)caller - (size_t)from.dli_fbase);
	flush();
}

int inject_call(const struct inject_point *point, const void *caller)
{
	const int kept = errno;
	long number;

	if (wanted < 0 || telling)
		return 0;
	number = atomic_fetch_add(&calls, 1) + 1;
	telling = true;
	if (log_fd >= 0 && wanted == 0)
		note(point->symbol, caller);
	else if (log_fd >= 0 && number == wanted)
		tell(point->symbol, caller);
	telling = false;
	errno = number == wanted && point->number ? (int)point->number : kept;
	return number == wanted;
}
