/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt -- reads a command line by tables: no getopt(3), which has globals. */
#include "check/opt.h"

#define NAME_MAX_LEN 40 /* of an option or id that opt_distance() weighs */

/* One option of any set, and whether an argument filled it. */
struct entry {
	const struct opt *opt;
	void *field;
	bool given;
};

struct parser {
	struct entry *entries;
	size_t n;
	struct pool *pool;
	int argc, at; /* argv[at] is next */
	char *const *argv;
	struct entry *last; /* the option before, when it takes a value */
	bool failed;
	struct err *err; /* the first one stays */
};

static void complain(struct parser *p, const struct err *err)
{
	if (!p->failed)
		*p->err = *err;
	p->failed = true;
}

static size_t add_group(struct entry *entries, const struct opt_group *group,
			void *config)
{
	size_t n = 0;

	for (const struct opt *opt = group->opts; opt->name; opt++, n++)
		if (entries)
			entries[n] = (struct entry){
				.opt = opt,
				.field = (char *)config + group->offset +
					 opt->offset,
			};
	return n;
}

/* Fills `entries` unless it is NULL; returns how many there are. */
static size_t add_sets(struct entry *entries, const struct opt_set *sets)
{
	size_t n = 0;

	for (const struct opt_set *set = sets; set->groups; set++)
		for (const struct opt_group *g = set->groups; g->opts; g++)
			n += add_group(entries ? entries + n : NULL, g,
				       set->config);
	return n;
}

static struct entry *find_name(const struct parser *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(str_from(p->entries[i].opt->name), name))
			return &p->entries[i];
	return NULL;
}

static struct entry *find_letter(const struct parser *p, char letter)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].opt->letter == letter)
			return &p->entries[i];
	return NULL;
}

static void read_value(struct parser *p, struct entry *entry, const char *arg)
{
	const struct opt *opt = entry->opt;
	struct err err;

	if (opt->type->read(opt, entry->field, p->pool, arg, &err)) {
		err_context(&err, "--%s", opt->name);
		complain(p, &err);
		return;
	}
	entry->given = true;
}

/* `arg` is what stood beside the option, or NULL: then the next word is it. */
static void take(struct parser *p, struct entry *entry, const char *arg)
{
	struct err err;

	p->last = entry;
	if (!arg && p->at < p->argc)
		arg = p->argv[p->at++];
	if (arg) {
		read_value(p, entry, arg);
		return;
	}
	err_set(&err, ERR_USAGE, "--%s: %s is missing", entry->opt->name,
		entry->opt->arg);
	complain(p, &err);
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's, a row at a time. */
static size_t edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t above = row[j];
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = lesser(change, lesser(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[b_len];
}

size_t opt_distance(const char *typed, const char *name)
{
	size_t typed_len = strlen(typed), name_len = strlen(name), n;

	if (typed_len > NAME_MAX_LEN || name_len > NAME_MAX_LEN)
		return SIZE_MAX;
	n = edits(typed, typed_len, name, name_len);
	if (n <= 2 && 2 * n < name_len)
		return n;
	/* A word cut short is meant as well as one mistyped. */
	if (typed_len >= 3 && strncmp(typed, name, typed_len) == 0)
		return name_len - typed_len;
	return SIZE_MAX;
}

static void unknown_name(struct parser *p, struct str typed)
{
	const char *name = pool_strndup(p->pool, typed.p, typed.n);
	size_t nearest = SIZE_MAX;
	const char *meant = NULL;
	struct err err;

	for (size_t i = 0; i < p->n; i++) {
		const struct opt *opt = p->entries[i].opt;
		size_t distance = opt_distance(name, opt->name);

		if (!opt->hidden && distance < nearest) {
			nearest = distance;
			meant = opt->name;
		}
	}
	if (meant)
		err_set(&err, ERR_USAGE,
			"unknown option '--%.80s', did you mean '--%s'?", name,
			meant);
	else
		err_set(&err, ERR_USAGE, "unknown option '--%.80s'", name);
	complain(p, &err);
}

/* --name, --name VALUE, --name=VALUE */
static void parse_long(struct parser *p, const char *word)
{
	struct str value = str_from(word);
	struct str name = str_cut(&value, '=');
	struct entry *entry = find_name(p, name);
	struct err err;

	if (!entry) {
		unknown_name(p, name);
	} else if (entry->opt->type->takes_value) {
		take(p, entry, value.p);
	} else if (value.p) {
		err_set(&err, ERR_USAGE, "--%s: takes no value",
			entry->opt->name);
		complain(p, &err);
	} else {
		read_value(p, entry, NULL);
	}
}

/* -x, -x VALUE, -xVALUE, -xyz */
static void parse_letters(struct parser *p, const char *letters)
{
	struct err err;

	for (const char *c = letters; *c; c++) {
		struct entry *entry = find_letter(p, *c);

		if (!entry) {
			err_set(&err, ERR_USAGE, "unknown option '-%c'", *c);
			complain(p, &err);
			return;
		}
		if (entry->opt->type->takes_value) {
			take(p, entry, c[1] ? c + 1 : NULL);
			return;
		}
		read_value(p, entry, NULL);
	}
}

static void parse_word(struct parser *p, const char *word, bool options_ended)
{
	const bool is_option = !options_ended && word[0] == '-' && word[1];
	struct err err;

	if (is_option) {
		p->last = NULL;
		if (word[1] == '-')
			parse_long(p, word + 2);
		else
			parse_letters(p, word + 1);
	} else if (p->last && p->last->opt->gathers) {
		read_value(p, p->last, word);
	} else {
		err_set(&err, ERR_USAGE, "unexpected argument '%.80s'", word);
		complain(p, &err);
	}
}

int opt_parse(const struct opt_set *sets, struct pool *pool, int argc,
	      char *const *argv, struct err *err)
{
	size_t n = add_sets(NULL, sets);
	struct parser p = {
		.entries = pool_array(pool, n, sizeof(*p.entries)),
		.n = n,
		.pool = pool,
		.argc = argc,
		.at = 1,
		.argv = argv,
		.err = err,
	};
	bool ended = false;

	add_sets(p.entries, sets);
	while (p.at < argc) {
		const char *word = argv[p.at++];

		if (!ended && strcmp(word, "--") == 0)
			ended = true;
		else
			parse_word(&p, word, ended);
	}
	for (size_t i = 0; i < n; i++)
		if (p.entries[i].opt->preset && !p.entries[i].given)
			read_value(&p, &p.entries[i], p.entries[i].opt->preset);
	return p.failed ? -1 : 0;
}
