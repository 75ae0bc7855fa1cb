/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutate -- changes that get past the guards: lengths and counts still fit. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* What is being changed: its room holds `max` bytes. */
struct mutant {
	uint8_t *data;
	size_t size, max;
	unsigned dice;
};

typedef void mutate_fn(struct mutant *mutant);

/* A part of some DER, with the lengths of all around it set right. */
mutate_fn mutate_der;

/* The same, and mostly all that is signed is signed anew, by the one key of
 * all CAs of the corpora: else nothing changed would get past it. */
mutate_fn mutate_signed;

/* A line of SIP, mostly with Content-Length set right. */
mutate_fn mutate_sip;

/* DNS replies as fuzz_dns.c has them, with their counts set right. */
mutate_fn mutate_dns;

/* libFuzzer's own mutations; without it a byte is changed. */
mutate_fn mutate_bytes;

/* libFuzzer's hook, which a target may have ... */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed);

/* ... and what it calls: the first `head` bytes are no part of the form that
 * `change` knows.  Returns the new size. */
size_t mutate(mutate_fn *change, size_t head, uint8_t *data, size_t size,
	      size_t max, unsigned seed);

/* What the mutators share -------------------------------------------------- */

/* A number below `below`, which is not 0. */
unsigned mutate_roll(struct mutant *mutant, size_t below);

/*
 * Puts `n` bytes in place of `old` bytes at `at`; where there is no room
 * nothing is changed.
 */
void mutate_splice(struct mutant *mutant, size_t at, size_t old,
		   const void *bytes, size_t n);

/* mutate_bytes() on `n` bytes in a room of their own; their new number. */
size_t mutate_room(struct mutant *mutant, uint8_t *room, size_t n, size_t max);

#endif
