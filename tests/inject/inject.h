/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inject -- a call that can be made to fail. */
#ifndef TESTS_INJECT_INJECT_H
#define TESTS_INJECT_INJECT_H

#include <stdint.h>

/* As make-wraps writes them. */
struct inject_point {
	const char *symbol;
	intptr_t value; /* what it returns when it fails */
	int64_t number; /* errno; 0: as it stood */
	void (*real)(void);
};

/*
 * 1 when this call, which returns to `caller`, is to fail.  Seen by the
 * plugins' module too: one count for all that runs in a process.
 */
__attribute__((visibility("default"))) int inject_call(
	const struct inject_point *point, const void *caller);

#endif
