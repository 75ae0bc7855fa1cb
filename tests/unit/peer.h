/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer -- a server on 127.0.0.1, in a thread of the test. */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Serves one connection (or datagram socket) after the other until
 * peer_stop(); every read on `fd` ends after five seconds at the latest.
 */
struct peer {
	void (*serve)(int fd, void *arg);
	void *arg;
	int type;    /* SOCK_STREAM or SOCK_DGRAM */
	uint16_t at; /* the port to take; 0: any */

	uint16_t port;
	int fd;
	atomic_bool stop;
	pthread_t thread;
};

void peer_start(struct peer *peer);
void peer_stop(struct peer *peer);

void peer_send(int fd, const void *data, size_t len);
void peer_reset(int fd); /* the close that follows sends RST */

/* A port of 127.0.0.1 that nobody listens on. */
uint16_t peer_closed_port(void);

#endif
