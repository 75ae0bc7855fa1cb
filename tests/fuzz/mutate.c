/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutate -- dice, splices, and libFuzzer's own mutations where it is there. */
#include "mutate.h"

#include <string.h>

/* Not there in the programs of `make check`. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
	__attribute__((weak));

unsigned mutate_roll(struct mutant *mutant, size_t below)
{
	/* Marsaglia's xorshift, which 0 would stop. */
	unsigned dice = mutant->dice ? mutant->dice : 1;

	dice ^= dice << 13;
	dice ^= dice >> 17;
	dice ^= dice << 5;
	mutant->dice = dice;
	return (unsigned)(dice % below);
}

size_t mutate_room(struct mutant *mutant, uint8_t *room, size_t n, size_t max)
{
	if (LLVMFuzzerMutate)
		return LLVMFuzzerMutate(room, n, max);
	if (n > 0)
		room[mutate_roll(mutant, n)] =
			(uint8_t)mutate_roll(mutant, 256);
	return n;
}

void mutate_bytes(struct mutant *mutant)
{
	mutant->size =
		mutate_room(mutant, mutant->data, mutant->size, mutant->max);
}

void mutate_splice(struct mutant *mutant, size_t at, size_t old,
		   const void *bytes, size_t n)
{
	uint8_t *place = mutant->data + at;

	if (mutant->size - old + n > mutant->max)
		return;
	memmove(place + n, place + old, mutant->size - at - old);
	if (n > 0)
		memcpy(place, bytes, n);
	mutant->size = mutant->size - old + n;
}

size_t mutate(mutate_fn *change, size_t head, uint8_t *data, size_t size,
	      size_t max, unsigned seed)
{
	struct mutant all = {data, size, max, seed};
	struct mutant rest;

	if (size < head || max <= head) {
		mutate_bytes(&all);
		return all.size;
	}
	if (head > 0 && mutate_roll(&all, 8) == 0)
		data[mutate_roll(&all, head)] = (uint8_t)mutate_roll(&all, 256);
	rest = (struct mutant){data + head, size - head, max - head, all.dice};
	change(&rest);
	return head + rest.size;
}
