/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire -- recv(2) and send(2) behind a BIO. */
#include "net/wire.h"

#include <string.h>

#include "net/wait.h"

/* The first line may come byte by byte. */
static void keep_first(struct wire *wire)
{
	if (wire->received == 0)
		wire->kind = (unsigned char)wire->room[0];
	for (size_t i = 0; i < wire->n && !wire->has_first; i++) {
		const char c = wire->room[i];

		if (c >= ' ' && c <= '~')
			wire->first[wire->first_len++] = c;
		wire->has_first = c < ' ' || c > '~' ||
				  wire->first_len + 1 == sizeof(wire->first);
	}
}

/* As BIO_read(): 1, 0 at the end, -1. */
static int fill(struct wire *wire)
{
	size_t size = sizeof(wire->room);
	struct err err;
	ssize_t n;

	if (size > wire->left)
		size = wire->left;
	if (size == 0)
		return err_set(&wire->broken, ERR_PROTOCOL,
			       "too many bytes came");
	n = wait_recv(wire->fd, wire->room, size, wire->by, &err);
	if (n < 0 && err.kind == ERR_TIMEOUT && wire->outlives_wait) {
		BIO_set_retry_read(wire->bio);
		return -1;
	}
	if (n < 0) {
		if (wire->broken.kind == ERR_NONE)
			wire->broken = err;
		return -1;
	}
	if (n == 0) {
		wire->closed = true;
		return 0;
	}
	wire->at = 0;
	wire->n = (size_t)n;
	wire->left -= (size_t)n;
	keep_first(wire);
	wire->received += (size_t)n;
	return 1;
}

static int on_read(BIO *bio, char *data, int size)
{
	struct wire *wire = BIO_get_data(bio);
	size_t len = (size_t)size;
	int rc;

	BIO_clear_retry_flags(bio);
	if (wire->at == wire->n) {
		rc = fill(wire);
		if (rc <= 0)
			return rc;
	}
	if (len > wire->n - wire->at)
		len = wire->n - wire->at;
	memcpy(data, wire->room + wire->at, len);
	wire->at += len;
	return (int)len;
}

static int on_write(BIO *bio, const char *data, int len)
{
	struct wire *wire = BIO_get_data(bio);
	struct err err;
	ssize_t n = wait_send(wire->fd, data, (size_t)len, wire->by, &err);

	if (n >= 0)
		return (int)n;
	if (wire->broken.kind == ERR_NONE)
		wire->broken = err;
	/*
	 * A server that turns us away says why and closes, perhaps before it
	 * read all we have to say.  Its words then wait in our receive
	 * buffer: go on as if written, the next read tells.
	 */
	return err.kind == ERR_RESET ? len : -1;
}

static long on_ctrl(BIO *bio, int command, long number, void *data)
{
	(void)bio;
	(void)number;
	(void)data;
	return command == BIO_CTRL_FLUSH;
}

int wire_open(struct wire *wire, struct err *err)
{
	wire->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");
	if (!wire->method || !BIO_meth_set_read(wire->method, on_read) ||
	    !BIO_meth_set_write(wire->method, on_write) ||
	    !BIO_meth_set_ctrl(wire->method, on_ctrl))
		goto out;
	wire->bio = BIO_new(wire->method);
	if (!wire->bio)
		goto out;
	BIO_set_data(wire->bio, wire);
	BIO_set_init(wire->bio, 1);
	return 0;
out:
	wire_close(wire);
	return err_set(err, ERR_LOCAL, "OpenSSL makes no BIO");
}

void wire_close(struct wire *wire)
{
	BIO_free(wire->bio);
	BIO_meth_free(wire->method);
	wire->bio = NULL;
	wire->method = NULL;
}
