/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random -- getrandom(2), which neither opens a file nor keeps a state. */
#include "base/random.h"

#include <stdint.h>
#include <sys/random.h>

#include "base/str.h"

#define DIGITS_MAX 64

int random_hex(const char **out, struct pool *pool, size_t digits,
	       struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[DIGITS_MAX];
	char *text = pool_zalloc(pool, digits + 1);

	if (digits > DIGITS_MAX ||
	    getrandom(bytes, digits, 0) != (ssize_t)digits)
		return err_set(err, ERR_LOCAL,
			       "the kernel gives no randomness");
	for (size_t i = 0; i < digits; i++)
		text[i] = hex[bytes[i] & 0xf];
	*out = text;
	return 0;
}

/* The bias of the remainder is below a millionth for what we choose among. */
unsigned random_below(unsigned below)
{
	uint64_t number = 0;

	if (below == 0 ||
	    getrandom(&number, sizeof(number), 0) != sizeof(number))
		return 0;
	return (unsigned)(number % below);
}
