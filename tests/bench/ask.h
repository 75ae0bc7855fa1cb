/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask -- the OPTIONS of the SIP floors, built and read by libosip2. */
#ifndef BENCH_ASK_H
#define BENCH_ASK_H

#include <stddef.h>

/* The request, for osip_free(); NULL: it could not be built. */
char *ask_request(const char *transport, const char *host, const char *port,
		  size_t *len);

/* Prints the answer's status line; 0: a 200. */
int ask_answer(const char *answer, size_t len);

#endif
