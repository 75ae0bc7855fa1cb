/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules -- what the rules share: the leaf, and names as people read them. */
#include "pki/rules.h"

#define NAMES_TOLD     3
#define NAME_TOLD_SIZE 80

const struct cert *trial_leaf(const struct trial *trial)
{
	return trial->evidence->chain[0];
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

void why_cert(struct buf *why, const struct cert *cert)
{
	buf_puts(why, "certificate ");
	why_name(why, cert_title(cert));
}
