/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory -- malloc(3) that never returns NULL, for us and for libraries. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/*
 * A library that runs short of memory leaves something out somewhere, and what
 * it left out may be what a check is about.  So whoever allocates for us does
 * it here: when there is none the process says so and ends, as memory_out().
 */
void *memory_take(size_t size); /* not zeroed */
void *memory_resize(void *old, size_t size);
void memory_release(void *memory); /* NULL is fine */

/* "UM_CERT UNKNOWN: out of memory", exit 3: the one exit below main(). */
_Noreturn void memory_out(void);

#endif
