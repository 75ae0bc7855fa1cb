/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock -- CLOCK_MONOTONIC, so that a stepped wall clock moves no deadline. */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

usec clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

double usec_seconds(usec span)
{
	return (double)span / (double)USEC_PER_SEC;
}

struct deadline deadline_in(usec span)
{
	return (struct deadline){clock_now() + span};
}

usec deadline_left(struct deadline d)
{
	usec left = d.at - clock_now();

	return left > 0 ? left : 0;
}

bool deadline_passed(struct deadline d)
{
	return deadline_left(d) == 0;
}

int deadline_poll_ms(struct deadline d)
{
	usec ms = (deadline_left(d) + 999) / 1000;

	return ms > INT_MAX ? INT_MAX : (int)ms;
}

void deadline_wait(struct deadline d)
{
	const struct timespec at = {
		.tv_sec = (time_t)(d.at / USEC_PER_SEC),
		.tv_nsec = (long)(d.at % USEC_PER_SEC * 1000),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) ==
	       EINTR)
		;
}

struct deadline deadline_sooner(struct deadline a, struct deadline b)
{
	return a.at < b.at ? a : b;
}

struct deadline deadline_share(struct deadline d, size_t n)
{
	return deadline_in(deadline_left(d) / (usec)(n ? n : 1));
}
