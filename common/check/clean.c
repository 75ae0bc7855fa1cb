/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean -- strict UTF-8, and nothing in it that a terminal or engine obeys. */
#include "check/render.h"

/* RFC 3629: the lead byte says how many follow and what the least may be. */
static const struct lead {
	unsigned char from, to; /* lead bytes of this form */
	size_t len;
	unsigned char mask;
	uint32_t least; /* smaller ones are overlong */
} leads[] = {
	{0x00, 0x7f, 1, 0x7f, 0x00},
	{0xc2, 0xdf, 2, 0x1f, 0x80},
	{0xe0, 0xef, 3, 0x0f, 0x800},
	{0xf0, 0xf4, 4, 0x07, 0x10000},
};

/* Code points that are not passed on, in ascending order. */
static const struct span {
	uint32_t from, to;
} harmful[] = {
	{0x0000, 0x001f}, /* C0: line ends and escape sequences too */
	{'<', '<'},       /* web interfaces print the text as it is */
	{'>', '>'},           {'|', '|'}, /* perfdata would begin here */
	{0x007f, 0x009f},                 /* DEL and C1 */
	{0x061c, 0x061c},                 /* Arabic letter mark */
	{0x200e, 0x200f},     /* left-to-right and right-to-left marks */
	{0x2028, 0x202e},     /* line separators, embeddings, overrides */
	{0x2066, 0x2069},     /* isolates */
	{0xd800, 0xdfff},     /* surrogates are no characters */
	{0xfeff, 0xfeff},     /* byte order mark */
	{0x110000, 0x1fffff}, /* beyond Unicode */
};

/* The bytes of the character at `text`, 0 when it is not valid UTF-8. */
static size_t decode(struct str text, uint32_t *point)
{
	const unsigned char *p = (const unsigned char *)text.p;
	const struct lead *lead = NULL;

	for (size_t i = 0; i < sizeof(leads) / sizeof(*leads) && !lead; i++)
		if (leads[i].from <= p[0] && p[0] <= leads[i].to)
			lead = &leads[i];
	if (!lead || lead->len > text.n)
		return 0;
	*point = p[0] & lead->mask;
	for (size_t i = 1; i < lead->len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (p[i] & 0x3f);
	}
	return *point >= lead->least ? lead->len : 0;
}

static bool is_harmful(uint32_t point)
{
	const struct span *span = harmful;
	const struct span *end = span + sizeof(harmful) / sizeof(*harmful);

	while (span < end && span->to < point)
		span++;
	return span < end && span->from <= point;
}

void render_clean(struct buf *out, struct str text, size_t max)
{
	size_t used = 0;

	while (text.n > 0) {
		uint32_t point = 0;
		size_t len = decode(text, &point);
		size_t taken = len ? len : 1;
		struct str c = {text.p, len};

		if (len == 0 || is_harmful(point))
			c = STR("?");
		if (used + c.n > max) {
			buf_puts(out, "...");
			return;
		}
		buf_write(out, c.p, c.n);
		used += c.n;
		text = (struct str){text.p + taken, text.n - taken};
	}
}
