/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dial -- a connected socket for the floors, which gives up after a while. */
#ifndef BENCH_DIAL_H
#define BENCH_DIAL_H

int dial(const char *host, const char *port, int type); /* -1: none */

#endif
