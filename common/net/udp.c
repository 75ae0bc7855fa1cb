/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp -- an unconnected socket that hears of ICMP errors all the same. */
#include "net/udp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "net/wait.h"

/* A call to `peer` came to `number`. */
static int fail(int number, const char *stage, const struct addr *peer,
		struct err *err)
{
	if (number == ECONNREFUSED)
		return err_set(err, ERR_REFUSED,
			       "port unreachable (ICMP): nothing listens on "
			       "UDP port %u",
			       (unsigned)addr_port(peer));
	return wait_errno(number, stage, err);
}

/* The local address that the route to the peer has; asks nobody. */
static int local_address(int fd, const struct addr *peer, struct addr *local,
			 struct err *err)
{
	const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	local->len = sizeof(local->ss);
	if (connect(fd, &peer->sa, peer->len))
		return fail(errno, "finding a route", peer, err);
	if (getsockname(fd, &local->sa, &local->len) ||
	    connect(fd, &nobody, sizeof(nobody)))
		return wait_errno(errno, "socket", err);
	*local = addr_with_port(local, 0);
	return 0;
}

/* Without it the kernel tells ICMP errors to connected sockets only. */
static int want_errors(int fd, int family, struct err *err)
{
	const int on = 1;
	const int rc = family == AF_INET
			       ? setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on,
					    sizeof(on))
			       : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on,
					    sizeof(on));

	return rc ? wait_errno(errno, "socket", err) : 0;
}

int udp_bind(int fd, const struct addr *peer, const struct addr *source,
	     struct addr *local, struct err *err)
{
	char text[ADDR_TEXT_MAX];

	if (source)
		*local = *source;
	else if (local_address(fd, peer, local, err))
		return -1;
	if (bind(fd, &local->sa, local->len)) {
		wait_errno(errno, addr_host_text(local, text), err);
		err->kind = ERR_LOCAL;
		return err_context(err, "the source address cannot be used");
	}
	local->len = sizeof(local->ss);
	if (getsockname(fd, &local->sa, &local->len))
		return wait_errno(errno, "socket", err);
	return want_errors(fd, peer->ss.ss_family, err);
}

/* An error stays in its queue, and poll(2) awake, until it is read there. */
static void drain_errors(int fd)
{
	char data[1] = {0}, control[512];

	for (;;) {
		struct iovec iov = {data, sizeof(data)};
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
	}
}

/* Tried once even when the time has just run out, as wait_send() does. */
int udp_send(int fd, const struct addr *peer, const void *data, size_t len,
	     struct deadline by, struct err *err)
{
	do {
		int number;

		if (sendto(fd, data, len, MSG_NOSIGNAL, &peer->sa, peer->len) >=
		    0)
			return 0;
		number = errno;
		if (number == EAGAIN && wait_for(fd, POLLOUT, by, err) < 0)
			return -1;
		if (number == EAGAIN || number == EINTR)
			continue;
		drain_errors(fd);
		return fail(number, "sending", peer, err);
	} while (!deadline_passed(by));
	return err_set(err, ERR_TIMEOUT, "sending: the time is up");
}

ssize_t udp_recv(int fd, const struct addr *peer, void *data, size_t size,
		 struct addr *from, struct deadline by, struct err *err)
{
	while (!deadline_passed(by)) {
		ssize_t n;
		int number;

		from->len = sizeof(from->ss);
		n = recvfrom(fd, data, size, MSG_DONTWAIT, &from->sa,
			     &from->len);
		if (n >= 0)
			return n;
		number = errno;
		if (number == EAGAIN && wait_for(fd, POLLIN, by, err) < 0)
			return -1;
		if (number == EAGAIN || number == EINTR)
			continue;
		drain_errors(fd);
		return fail(number, "receiving", peer, err);
	}
	return err_set(err, ERR_TIMEOUT, "receiving: nothing in time");
}
