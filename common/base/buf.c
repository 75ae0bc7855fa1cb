/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf -- grows by doubling inside its pool, never past its limit. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

void buf_init(struct buf *buf, struct pool *pool, size_t max)
{
	*buf = (struct buf){.pool = pool, .max = max};
	buf->data = pool_grow(pool, NULL, &buf->cap, 1);
}

void buf_write(struct buf *buf, const void *data, size_t len)
{
	if (len > buf->max - buf->len) {
		len = buf->max - buf->len;
		buf->full = true;
	}
	if (len == 0)
		return;
	buf->data =
		pool_grow(buf->pool, buf->data, &buf->cap, buf->len + len + 1);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_write(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	if (len >= 0 && (size_t)len < sizeof(small)) {
		buf_write(buf, small, (size_t)len);
	} else if (len >= 0) {
		char *large = pool_zalloc(buf->pool, (size_t)len + 1);

		vsnprintf(large, (size_t)len + 1, fmt, again);
		buf_write(buf, large, (size_t)len);
	}
	va_end(again);
	va_end(ap);
}

struct str buf_str(const struct buf *buf)
{
	return (struct str){buf->data, buf->len};
}
