/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wait -- poll(2), recv(2) and send(2) that never go past `by`. */
#include "net/wait.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

int wait_for(int fd, short events, struct deadline by, struct err *err)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	for (;;) {
		int n = poll(&pfd, 1, deadline_poll_ms(by));

		if (n > 0)
			return 1;
		if (n < 0 && errno != EINTR)
			return wait_errno(errno, "poll", err);
		if (deadline_passed(by))
			return 0;
	}
}

/* 0: try the call again; errno stands as the call left it. */
static int wait_again(int fd, short events, struct deadline by,
		      const char *stage, struct err *err)
{
	int ready;

	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN)
		return wait_errno(errno, stage, err);
	ready = wait_for(fd, events, by, err);
	if (ready == 0)
		return err_set(err, ERR_TIMEOUT, "%s: nothing in time", stage);
	return ready < 0 ? -1 : 0;
}

/*
 * The deadline is looked at before each call: a peer that never stops sending
 * would else hold us for as long as it likes.
 */
ssize_t wait_recv(int fd, void *data, size_t size, struct deadline by,
		  struct err *err)
{
	ssize_t n;

	while (!deadline_passed(by)) {
		n = recv(fd, data, size, 0);
		if (n >= 0)
			return n;
		if (wait_again(fd, POLLIN, by, "receiving", err))
			return -1;
	}
	return err_set(err, ERR_TIMEOUT, "receiving: the time is up");
}

/*
 * Tried once even when the time has just run out: what does not wait takes no
 * time, and a last word (a REGISTER that ends a binding) may depend on it.
 */
ssize_t wait_send(int fd, const void *data, size_t len, struct deadline by,
		  struct err *err)
{
	do {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n >= 0)
			return n;
		if (wait_again(fd, POLLOUT, by, "sending", err))
			return -1;
	} while (!deadline_passed(by));
	return err_set(err, ERR_TIMEOUT, "sending: the time is up");
}

static enum err_kind kind_of(int number)
{
	switch (number) {
	case ECONNREFUSED:
		return ERR_REFUSED;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case ECONNRESET:
	case ECONNABORTED:
	case ENETRESET:
	case EPIPE:
		return ERR_RESET;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case ENONET:
	case ENOPROTOOPT:  /* ICMP: protocol unreachable */
	case EAFNOSUPPORT: /* this host has no IPv6 */
	case EADDRNOTAVAIL:
	case EACCES: /* a route or a packet filter that prohibits it */
	case EPERM:
		return ERR_UNREACHABLE;
	default:
		return ERR_LOCAL;
	}
}

int wait_errno(int number, const char *stage, struct err *err)
{
	return err_errno(err, kind_of(number), number, stage);
}
