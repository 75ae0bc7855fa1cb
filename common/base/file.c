/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file -- opened without blocking, so that no FIFO can hold us. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct err *err, const char *path, int number)
{
	return err_errno(err, ERR_FILE, number, path);
}

/* Waits until there is something to read or the writer has gone. */
static int wait_readable(int fd, const char *path, struct deadline by,
			 struct err *err)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	for (;;) {
		int n = poll(&pfd, 1, deadline_poll_ms(by));

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return fail(err, path, errno);
		if (deadline_passed(by))
			return err_set(err, ERR_FILE,
				       "%s: nobody wrote to it in time", path);
	}
}

static int read_all(struct bytes *out, struct pool *pool, int fd,
		    const char *path, size_t max, struct deadline by,
		    struct err *err)
{
	unsigned char *data = NULL;
	size_t cap = 0, len = 0;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return fail(err, path, errno);
	if (S_ISDIR(st.st_mode))
		return fail(err, path, EISDIR);
	if (S_ISREG(st.st_mode) && st.st_size > (off_t)max)
		return err_set(err, ERR_FILE, "%s: larger than %zu MiB", path,
			       max >> 20);

	data = pool_grow(pool, data, &cap,
			 S_ISREG(st.st_mode) ? (size_t)st.st_size + 2 : 4096);
	for (;;) {
		if (!S_ISREG(st.st_mode) && wait_readable(fd, path, by, err))
			return -1;
		n = read(fd, data + len, cap - len - 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return fail(err, path, errno);
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return err_set(err, ERR_FILE, "%s: larger than %zu MiB",
				       path, max >> 20);
		if (cap - len < 2)
			data = pool_grow(pool, data, &cap, cap + 1);
	}
	data[len] = '\0';
	*out = (struct bytes){data, len};
	return 0;
}

int file_read(struct bytes *out, struct pool *pool, const char *path,
	      size_t max, struct deadline by, struct err *err)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return read_all(out, pool, STDIN_FILENO, "standard input", max,
				by, err);

	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(err, path, errno);
	rc = read_all(out, pool, fd, path, max, by, err);
	close(fd);
	return rc;
}

bool file_is_exposed(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & S_IROTH);
}
