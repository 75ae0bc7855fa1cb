/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer -- accepts, serves, closes. */
#include "peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

static void limit(int fd)
{
	const struct timeval five = {.tv_sec = 5};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &five, sizeof(five));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &five, sizeof(five));
}

/* The client is tested with SIGPIPE at its default; its peer is not tested. */
static void ignore_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *run(void *arg)
{
	struct peer *peer = arg;
	struct pollfd pfd = {.fd = peer->fd, .events = POLLIN};
	int fd;

	ignore_sigpipe();
	while (!atomic_load(&peer->stop)) {
		if (poll(&pfd, 1, 20) <= 0)
			continue;
		if (peer->type == SOCK_DGRAM) {
			peer->serve(peer->fd, peer->arg);
			continue;
		}
		fd = accept(peer->fd, NULL, NULL);
		if (fd < 0)
			continue;
		limit(fd);
		peer->serve(fd, peer->arg);
		close(fd);
	}
	return NULL;
}

static int bind_loopback(int type, uint16_t at, uint16_t *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	sin.sin_port = htons(at);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

void peer_start(struct peer *peer)
{
	peer->fd = bind_loopback(peer->type, peer->at, &peer->port);
	limit(peer->fd);
	if (peer->type == SOCK_STREAM)
		assert_int_equal(listen(peer->fd, 64), 0);
	atomic_store(&peer->stop, false);
	assert_int_equal(pthread_create(&peer->thread, NULL, run, peer), 0);
}

void peer_stop(struct peer *peer)
{
	atomic_store(&peer->stop, true);
	pthread_join(peer->thread, NULL);
	close(peer->fd);
}

void peer_send(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	for (; len; at += n, len -= (size_t)n) {
		n = send(fd, at, len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
	}
}

void peer_reset(int fd)
{
	const struct linger now = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

uint16_t peer_closed_port(void)
{
	uint16_t port;

	close(bind_loopback(SOCK_STREAM, 0, &port));
	return port;
}
