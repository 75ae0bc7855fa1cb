/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock -- monotonic microseconds, and the deadline every wait obeys. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t usec;

#define USEC_PER_SEC ((usec)1000000)

struct deadline {
	usec at; /* of CLOCK_MONOTONIC */
};

usec clock_now(void);
double usec_seconds(usec span);

struct deadline deadline_in(usec span);
bool deadline_passed(struct deadline d);
usec deadline_left(struct deadline d);   /* never negative */
int deadline_poll_ms(struct deadline d); /* for poll(2): rounded up */
void deadline_wait(struct deadline d);   /* for nothing but the time */

struct deadline deadline_sooner(struct deadline a, struct deadline b);

/* An equal share of what is left, for the first of `n` things to do. */
struct deadline deadline_share(struct deadline d, size_t n);

#endif
