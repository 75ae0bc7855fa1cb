/* SPDX-License-Identifier: GPL-3.0-or-later */
/* promise -- a broken one is a crash, which is what fuzzers look for. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

void promise(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* Bytes of the character that begins here, as RFC 3629 4 has it; 0: none. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] >= 0x80 && (p[0] < 0xc2 || p[0] > 0xf4))
		return 0;
	if (len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

void promise_harmless(const struct buf *out)
{
	const unsigned char *text = (const unsigned char *)out->data;
	size_t len, bars = 0;

	for (size_t i = 0; i < out->len; i += len) {
		len = utf8_len(text + i, out->len - i);
		promise(len > 0, "output is UTF-8");
		promise(text[i] >= ' ' || text[i] == '\n', "no C0 control");
		promise(text[i] != 0x7f, "no DEL");
		promise(text[i] != 0xc2 || text[i + 1] >= 0xa0, "no C1");
		promise(text[i] != '<' && text[i] != '>', "no tag");
		bars += text[i] == '|';
	}
	promise(bars <= 1, "one bar at most, before the perfdata");
}
