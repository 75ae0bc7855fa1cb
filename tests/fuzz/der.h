/* SPDX-License-Identifier: GPL-3.0-or-later */
/* der -- where a tag-length-value of DER ends (X.690 8.1). */
#ifndef FUZZ_DER_H
#define FUZZ_DER_H

#include <stddef.h>
#include <stdint.h>

struct der {
	size_t head, len; /* bytes before the content, and of it */
};

/* 0: what stands at p is whole and has a tag of one byte. */
int der_read(struct der *der, const uint8_t *p, size_t n);

/* Of the whole of it; n where it is not whole. */
size_t der_length(const uint8_t *p, size_t n);

/* The shortest head of that tag and length; it has at most five bytes. */
size_t der_head(uint8_t head[5], uint8_t tag, size_t len);

#endif
