/* SPDX-License-Identifier: GPL-3.0-or-later */
/* date -- UTC seconds to calendar and back, without the time zone's file. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdint.h>
#include <time.h>

#include "base/buf.h"

/*
 * gmtime_r(3) and timegm(3) of glibc read /etc/localtime, for nothing: UTC has
 * no rules.  Proleptic Gregorian calendar, any year a time_t can hold.
 */
struct date {
	int64_t year;
	int month, day; /* from 1 */
	int hour, minute, second;
};

struct date date_from(time_t seconds);
time_t date_seconds(const struct date *date);

void date_write(time_t seconds, struct buf *out); /* "2027-03-15 12:00 UTC" */

#endif
