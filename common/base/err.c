/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err -- fixed room, so that the error path cannot fail. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

int err_errno(struct err *err, enum err_kind kind, int number, const char *what)
{
	char room[128];

	if (strerror_r(number, room, sizeof(room)))
		return err_set(err, kind, "%s: unknown error", what);
	return err_set(err, kind, "%s: %s", what, room);
}

int err_context(struct err *err, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len + 2 < sizeof(text))
		snprintf(text + len, sizeof(text) - (size_t)len, ": %.*s",
			 (int)(sizeof(text) - (size_t)len - 3), err->text);
	memcpy(err->text, text, sizeof(text));
	return -1;
}
