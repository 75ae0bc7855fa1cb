/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data -- finds and reads the fixtures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "data.h"

int make_pool(void **state)
{
	*state = pool_new();
	return 0;
}

int drop_pool(void **state)
{
	pool_free(*state);
	return 0;
}

const char *data_path(struct pool *pool, const char *name)
{
	const char *data = getenv("UM_DATA"), *srcdir = getenv("srcdir");

	if (data)
		return pool_printf(pool, "%s/%s", data, name);
	return pool_printf(pool, "%s/tests/data/%s", srcdir ? srcdir : ".",
			   name);
}

struct bytes data_read(struct pool *pool, const char *name)
{
	struct bytes data;
	struct err err;

	if (file_read(&data, pool, data_path(pool, name), FILE_MAX,
		      deadline_in(USEC_PER_SEC), &err))
		fail_msg("%s", err.text);
	return bytes_dup(pool, data.p, data.n);
}

int data_open(struct container *out, struct pool *pool, struct bytes data,
	      const char *password, struct err *err)
{
	const struct container_wish wish = {
		.name = "the-file",
		.password = password,
		.want_key = password != NULL,
	};

	return container_read(out, pool, data, &wish, err);
}

struct bytes data_join(struct pool *pool, const char *const *parts)
{
	struct buf all;

	buf_init(&all, pool, FILE_MAX);
	for (; *parts; parts++) {
		if ((*parts)[0] == '@') {
			const struct bytes file = data_read(
				pool, pool_printf(pool, "pki/%s", *parts + 1));

			buf_write(&all, file.p, file.n);
		} else {
			buf_puts(&all, *parts);
		}
	}
	return bytes_dup(pool, all.data, all.len);
}

struct ders data_certs(struct pool *pool, const char *name)
{
	const char *path = pool_printf(pool, "pki/%s", name);
	struct container container;
	struct err err;

	if (data_open(&container, pool, data_read(pool, path), NULL, &err))
		fail_msg("%s: %s", path, err.text);
	return container.certs;
}
