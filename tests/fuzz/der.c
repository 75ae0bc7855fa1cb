/* SPDX-License-Identifier: GPL-3.0-or-later */
/* der -- lengths of up to three bytes: no input of ours has more. */
#include "der.h"

int der_read(struct der *der, const uint8_t *p, size_t n)
{
	size_t bytes, len;

	if (n < 2 || (p[0] & 0x1f) == 0x1f || p[1] == 0x80 || p[1] > 0x83)
		return -1;
	bytes = p[1] & 0x80 ? p[1] & 0x7f : 0;
	if (n < 2 + bytes)
		return -1;
	len = bytes ? 0 : p[1];
	for (size_t i = 0; i < bytes; i++)
		len = len << 8 | p[2 + i];
	if (len > n - 2 - bytes)
		return -1;
	*der = (struct der){2 + bytes, len};
	return 0;
}

size_t der_length(const uint8_t *p, size_t n)
{
	struct der der;

	return der_read(&der, p, n) ? n : der.head + der.len;
}

size_t der_head(uint8_t head[5], uint8_t tag, size_t len)
{
	size_t bytes = len < 0x80 ? 0 : len <= 0xff ? 1 : len <= 0xffff ? 2 : 3;

	head[0] = tag;
	head[1] = (uint8_t)(bytes ? 0x80 | bytes : len);
	for (size_t i = 0; i < bytes; i++)
		head[2 + i] = (uint8_t)(len >> 8 * (bytes - 1 - i));
	return 2 + bytes;
}
