/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt_list -- what contrib/tables makes engine files and completion of. */
#include "config.h"

#include "check/opt_list.h"

static void add_option(struct fact *options, const char *group,
		       const struct opt *opt, struct pool *pool)
{
	struct fact *row = fact_add(options, pool, NULL, FACT_OBJECT);
	struct fact *choices;

	fact_text(row, pool, "group", str_from(group));
	fact_text(row, pool, "letter",
		  opt->letter ? (struct str){&opt->letter, 1}
			      : (struct str){0});
	fact_text(row, pool, "name", str_from(opt->name));
	fact_text(row, pool, "value",
		  opt->type->takes_value ? str_from(opt->arg)
					 : (struct str){0});
	fact_bool(row, pool, "repeats", opt_may_repeat(opt));
	fact_bool(row, pool, "gathers", opt->gathers);
	fact_bool(row, pool, "scheduled", !opt->not_scheduled);
	choices = fact_add(row, pool, "choices", FACT_LIST);
	for (const struct opt_choice *c = opt->choices; c && c->name; c++)
		fact_text(choices, pool, NULL, str_from(c->name));
	fact_text(row, pool, "preset", str_from(opt->preset));
	fact_text(row, pool, "help", str_from(opt->help));
}

const struct fact *opt_list(const struct check *check,
			    const struct opt_set *sets, struct pool *pool)
{
	struct fact *root = fact_root(pool, FACT_OBJECT);
	struct fact *options;
	const char *title = NULL;

	fact_text(root, pool, "name", str_from(check->name));
	fact_text(root, pool, "title", str_from(check->title));
	fact_text(root, pool, "summary", str_from(check->summary));
	fact_text(root, pool, "version", STR(PACKAGE_VERSION));
	options = fact_add(root, pool, "options", FACT_LIST);
	for (; sets->groups; sets++)
		for (const struct opt_group *g = sets->groups; g->opts; g++) {
			title = g->title ? g->title : title;
			for (const struct opt *o = g->opts; o->name; o++)
				if (!o->hidden)
					add_option(options, title, o, pool);
		}
	return root;
}
