/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wait -- poll(2) on one descriptor until the deadline. */
#ifndef NET_WAIT_H
#define NET_WAIT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"

/* `events` as poll(2) has them.  1: ready, 0: the deadline passed. */
int wait_for(int fd, short events, struct deadline by,
	     struct err *err) must_check;

/*
 * recv(2) and send(2) on a non-blocking socket that wait until something can
 * be done, and raise no SIGPIPE.  wait_recv() returns 0 when the peer closed;
 * wait_send() may take less than all, and tries once even past the deadline.
 * Errors: ERR_TIMEOUT at the deadline, also when data keeps coming; else those
 * of wait_errno().
 */
ssize_t wait_recv(int fd, void *data, size_t size, struct deadline by,
		  struct err *err) must_check;
ssize_t wait_send(int fd, const void *data, size_t len, struct deadline by,
		  struct err *err) must_check;

/*
 * What errno of a socket call says of the peer: ERR_REFUSED, ERR_UNREACHABLE,
 * ERR_RESET, ERR_TIMEOUT, or ERR_LOCAL when it is our own fault.  `stage` is
 * what was going on ("connecting to port 5061").
 */
int wait_errno(int number, const char *stage, struct err *err);

#endif
