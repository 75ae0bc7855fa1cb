/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confine -- what a process gives up before it reads what strangers send. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include "base/err.h"

/*
 * For good, and for the whole process: no privileges by exec, no core dump and
 * no debugger (there are keys in memory), CONFINE_* at most.  Some
 * microseconds.  A set-uid or set-gid process is refused.  Errors: ERR_LOCAL.
 */
int confine_process(struct err *err) must_check;

#define CONFINE_MEMORY (1UL << 30) /* bytes; a run takes some 10 MB */
#define CONFINE_FILES  256UL       /* descriptors; a run takes some 10 */
#define CONFINE_TASKS  0UL         /* further processes and threads */

#endif
