/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source -- fuzz input read as decisions: how many, which, what text. */
#ifndef FUZZ_SOURCE_H
#define FUZZ_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/str.h"

/* Past its end every decision is 0 and every text "". */
struct source {
	const uint8_t *p;
	size_t n;
};

unsigned source_byte(struct source *source);
unsigned source_below(struct source *source, unsigned below);
bool source_flag(struct source *source);
uint64_t source_number(struct source *source); /* of eight bytes */

/* A length of one byte, then so many: any bytes, NUL too. */
struct str source_text(struct source *source, struct pool *pool);
const char *source_cstring(struct source *source, struct pool *pool);

#endif
