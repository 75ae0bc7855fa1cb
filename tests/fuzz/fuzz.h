/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz -- what the fuzz targets share: an entry, and what must always hold. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/report.h"

#define FUZZ_NOW 1798761600 /* 2027-01-01, within the corpus's validity */

/* Each target is this one function: libFuzzer calls it, or replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with a core where the promise is broken. */
void promise(bool kept, const char *what);

/* The output holds nothing that a terminal, a web page or perfdata obeys. */
void promise_harmless(const struct buf *out);

/* One of the outputs is what engines expect: text at one of its verbosities,
 * JSON or OpenMetrics. */
void promise_report(const struct report *report, unsigned which);

/* The same of what one of the profiles says of the evidence, whose chain has a
 * leaf. */
struct evidence;
void promise_judgement(struct pool *pool, const struct evidence *evidence,
		       unsigned which);

#endif
