/* SPDX-License-Identifier: GPL-3.0-or-later */
/* date -- days are counted in years that begin in March, as Zeller did. */
#include "base/date.h"

#include <inttypes.h>

#define DAY            86400
#define DAYS_4_YEARS   1461
#define DAYS_CENTURY   36524
#define DAYS_400_YEARS 146097
#define DAYS_TO_1970   719468 /* from 0000-03-01 to 1970-01-01 */

/* Days before a month, counted from March: 31, 30, 31, 30, 31 and again. */
static int days_before(int month)
{
	return (153 * month + 2) / 5;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

struct date date_from(time_t seconds)
{
	const int64_t days = floor_divide(seconds, DAY);
	const int rest = (int)(seconds - days * DAY);
	const int64_t era = floor_divide(days + DAYS_TO_1970, DAYS_400_YEARS);
	const int of_era = (int)(days + DAYS_TO_1970 - era * DAYS_400_YEARS);
	const int year =
		(of_era - of_era / (DAYS_4_YEARS - 1) + of_era / DAYS_CENTURY -
		 of_era / (DAYS_400_YEARS - 1)) /
		365;
	const int of_year = of_era - (365 * year + year / 4 - year / 100);
	const int month = (5 * of_year + 2) / 153; /* 0: March */
	const bool next_year = month >= 10;

	return (struct date){
		.year = era * 400 + year + (next_year ? 1 : 0),
		.month = next_year ? month - 9 : month + 3,
		.day = of_year - days_before(month) + 1,
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
	};
}

time_t date_seconds(const struct date *date)
{
	const bool before_march = date->month < 3;
	const int64_t years = date->year - (before_march ? 1 : 0);
	const int month = before_march ? date->month + 9 : date->month - 3;
	const int64_t era = floor_divide(years, 400);
	const int64_t year = years - era * 400;
	const int64_t days = era * DAYS_400_YEARS + 365 * year + year / 4 -
			     year / 100 + days_before(month) + date->day - 1 -
			     DAYS_TO_1970;
	const int of_day = (date->hour * 60 + date->minute) * 60 + date->second;

	return (time_t)(days * DAY + of_day);
}

void date_write(time_t seconds, struct buf *out)
{
	const struct date d = date_from(seconds);

	buf_printf(out, "%04" PRId64 "-%02d-%02d %02d:%02d UTC", d.year,
		   d.month, d.day, d.hour, d.minute);
}
