/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help -- the options part of --help, laid out from the tables. */
#include "check/opt.h"

#define WIDTH    ((size_t)80)
#define LEFT_MAX ((size_t)28) /* a longer option stands on its own line */

static void write_left(const struct opt *opt, struct buf *out)
{
	if (opt->letter)
		buf_printf(out, "  -%c, --%s", opt->letter, opt->name);
	else
		buf_printf(out, "      --%s", opt->name);
	if (opt->type->takes_value)
		buf_printf(out, " %s", opt->arg);
}

static size_t left_len(const struct opt *opt, struct pool *pool)
{
	struct buf left;

	buf_init(&left, pool, WIDTH);
	write_left(opt, &left);
	return left.len;
}

/* The column where the texts begin: behind the longest usual option. */
static size_t text_column(const struct opt_set *sets, struct pool *pool)
{
	size_t column = 0;

	for (; sets->groups; sets++)
		for (const struct opt_group *g = sets->groups; g->opts; g++)
			for (const struct opt *o = g->opts; o->name; o++) {
				size_t len = left_len(o, pool);

				if (!o->hidden && len > column &&
				    len <= LEFT_MAX)
					column = len;
			}
	return column + 2;
}

static void write_option(const struct opt *opt, size_t column, struct buf *out)
{
	size_t at = left_len(opt, out->pool);
	struct str rest =
		str_from(opt->preset ? pool_printf(out->pool, "%s [%s]",
						   opt->help, opt->preset)
				     : opt->help);

	write_left(opt, out);
	/* Beyond the column there is no room: the text begins a line below. */
	if (at + 2 > column)
		at = WIDTH;
	while (rest.n > 0) {
		struct str word = str_cut(&rest, ' ');

		if (at + 1 + word.n > WIDTH) {
			buf_printf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at < column) {
			buf_printf(out, "%*s", (int)(column - at), "");
			at = column;
		} else {
			buf_puts(out, " ");
			at++;
		}
		buf_write(out, word.p, word.n);
		at += word.n;
	}
	buf_puts(out, "\n");
}

void opt_help(const struct opt_set *sets, struct buf *out)
{
	size_t column = text_column(sets, out->pool);

	for (; sets->groups; sets++)
		for (const struct opt_group *g = sets->groups; g->opts; g++) {
			if (g->title)
				buf_printf(out, "\n%s:\n", g->title);
			for (const struct opt *o = g->opts; o->name; o++)
				if (!o->hidden)
					write_option(o, column, out);
		}
}
