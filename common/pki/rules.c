/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules -- what the rules share: the leaf, and names as people read them. */
#include "pki/rules.h"

#define NAMES_TOLD     3
#define NAME_TOLD_SIZE 80

const struct cert *trial_leaf(const struct trial *trial)
{
	return &trial->evidence->chain[0].cert;
}

static void why_name(struct buf *why, struct str name)
{
	const bool whole = name.n <= NAME_TOLD_SIZE;

	buf_puts(why, "\"");
	for (size_t i = 0; i < name.n && i < NAME_TOLD_SIZE; i++) {
		if (name.p[i] == '\0')
			buf_puts(why, "\\0"); /* would end the text unseen */
		else
			buf_write(why, &name.p[i], 1);
	}
	buf_puts(why, whole ? "\"" : "...\"");
}

void why_names(struct buf *why, const struct strs *names)
{
	for (size_t i = 0; i < names->n && i < NAMES_TOLD; i++) {
		if (i > 0)
			buf_puts(why, ", ");
		why_name(why, names->v[i]);
	}
	if (names->n > NAMES_TOLD)
		buf_printf(why, " and %zu more", names->n - NAMES_TOLD);
}

void why_time(struct buf *why, time_t at)
{
	struct tm tm;

	if (!gmtime_r(&at, &tm))
		return;
	buf_printf(why, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900,
		   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

void why_exhibit(struct buf *why, const struct exhibit *exhibit)
{
	buf_puts(why, "certificate ");
	why_name(why, cert_title(&exhibit->cert));
}
