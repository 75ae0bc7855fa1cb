/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extra_opts -- does what lib/parse_ini.c of monitoring-plugins does. */
#include "check/extra_opts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define OPTION       "--extra-opts"
#define INI_SIZE_MAX ((size_t)1 << 20)

/* In a directory of NAGIOS_CONFIG_PATH. */
static const char *const file_names[] = {
	"monitoring-plugins.ini",
	"plugins.ini",
	"nagios-plugins.ini",
	NULL,
};

static const char *const file_paths[] = {
	"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
	"/usr/local/etc/monitoring-plugins.ini",
	"/etc/monitoring-plugins/monitoring-plugins.ini",
	"/etc/monitoring-plugins.ini",
	"/etc/nagios/plugins.ini",
	"/usr/local/nagios/etc/plugins.ini",
	"/usr/local/etc/nagios/plugins.ini",
	"/etc/opt/nagios/plugins.ini",
	"/etc/nagios-plugins.ini",
	"/usr/local/etc/nagios-plugins.ini",
	"/etc/opt/nagios-plugins.ini",
	NULL,
};

struct words {
	char **v;
	size_t n, cap; /* cap in bytes, as pool_grow() counts */
};

/* A line of the file that is being read for one section. */
struct ini {
	struct pool *pool;
	const char *path, *section;
	size_t line;
	bool begun, within, found; /* any section, the wanted one */
	struct words *words;
};

static void words_add(struct words *words, struct pool *pool, char *word)
{
	words->v = pool_grow(pool, words->v, &words->cap,
			     (words->n + 1) * sizeof(*words->v));
	words->v[words->n++] = word;
}

static int complain(const struct ini *ini, const char *what, struct err *err)
{
	return err_set(err, ERR_FILE, "%.120s: line %zu: %s", ini->path,
		       ini->line, what);
}

static bool is_comment(struct str text)
{
	return str_starts(text, STR("#")) || str_starts(text, STR(";"));
}

static struct str unquote(struct str value)
{
	bool quoted = value.n >= 2 && value.p[0] == value.p[value.n - 1] &&
		      (value.p[0] == '"' || value.p[0] == '\'');

	return quoted ? (struct str){value.p + 1, value.n - 2} : value;
}

static int read_section(struct ini *ini, struct str line, struct err *err)
{
	struct str rest = {line.p + 1, line.n - 1};
	struct str name = str_trim(str_cut(&rest, ']'));

	if (!rest.p)
		return complain(ini, "a ']' is missing", err);
	rest = str_trim(rest);
	if (rest.n > 0 && !is_comment(rest))
		return complain(ini, "something stands after the ']'", err);
	ini->begun = true;
	ini->within = str_eq(name, str_from(ini->section));
	ini->found |= ini->within;
	return 0;
}

/* key, key=, key=value; a key of one letter is a short option. */
static int read_option(struct ini *ini, struct str line, struct err *err)
{
	struct str rest = line;
	struct str key = str_trim(str_cut(&rest, '='));
	struct str raw = str_trim(rest);
	struct str value = unquote(raw);
	struct pool *pool = ini->pool;

	if (key.n == 0)
		return complain(ini, "the option before the '=' is missing",
				err);
	if (str_eq(key, STR("extra-opts")))
		return complain(ini, "extra-opts has no place in a file", err);

	if (key.n > 1 && raw.n > 0) {
		words_add(ini->words, pool,
			  pool_printf(pool, "--" STR_FMT "=" STR_FMT,
				      STR_ARG(key), STR_ARG(value)));
		return 0;
	}
	words_add(ini->words, pool,
		  pool_printf(pool, "%s" STR_FMT, key.n > 1 ? "--" : "-",
			      STR_ARG(key)));
	if (raw.n > 0)
		words_add(ini->words, pool,
			  pool_strndup(pool, value.p, value.n));
	return 0;
}

static int read_line(struct ini *ini, struct str line, struct err *err)
{
	if (line.n == 0 || is_comment(line))
		return 0;
	if (line.p[0] == '[')
		return read_section(ini, line, err);
	if (!ini->begun)
		return complain(ini, "stands before the first [section]", err);
	return ini->within ? read_option(ini, line, err) : 0;
}

static int read_ini(struct ini *ini, struct deadline by, struct err *err)
{
	struct bytes bytes;
	struct str rest;

	if (file_read(&bytes, ini->pool, ini->path, INI_SIZE_MAX, by, err))
		return err_context(err, "%s", OPTION);
	rest = (struct str){(const char *)bytes.p, bytes.n};
	if (str_has(rest, '\0'))
		return err_set(err, ERR_FILE,
			       OPTION ": %.120s: is no ini file, it holds NUL "
				      "bytes",
			       ini->path);
	while (rest.n > 0) {
		ini->line++;
		if (read_line(ini, str_trim(str_cut(&rest, '\n')), err))
			return err_context(err, "%s", OPTION);
	}
	if (!ini->found)
		return err_set(err, ERR_FILE,
			       OPTION ": %.120s: has no section [%.80s]",
			       ini->path, ini->section);
	return 0;
}

static const char *file_in_path(struct pool *pool)
{
	struct str path = str_from(getenv("NAGIOS_CONFIG_PATH"));

	while (path.n > 0) {
		struct str dir = str_cut(&path, ':');

		for (const char *const *name = file_names; dir.n > 0 && *name;
		     name++) {
			const char *file = pool_printf(pool, STR_FMT "/%s",
						       STR_ARG(dir), *name);

			if (access(file, F_OK) == 0)
				return file;
		}
	}
	return NULL;
}

/* Where monitoring-plugins looks, in its order; NULL: nowhere. */
static const char *default_file(struct pool *pool)
{
	const char *file = getenv("MP_CONFIG_FILE");

	if (!file || !*file)
		file = file_in_path(pool);
	for (size_t i = 0; !file && file_paths[i]; i++)
		if (access(file_paths[i], F_OK) == 0)
			file = file_paths[i];
	return file;
}

/* `place` is [SECTION][@FILE], followed by a NUL. */
static int read_place(struct words *words, struct pool *pool, const char *name,
		      struct str place, struct deadline by, struct err *err)
{
	struct str file = place;
	struct str section = str_cut(&file, '@');
	struct ini ini = {.pool = pool, .words = words, .section = name};

	if (section.n > 0)
		ini.section = pool_strndup(pool, section.p, section.n);
	ini.path = file.p ? file.p : default_file(pool);
	if (!ini.path)
		return err_set(err, ERR_FILE,
			       OPTION ": no monitoring-plugins.ini in any of "
				      "the usual places (name one: " OPTION
				      "=%.80s@FILE)",
			       ini.section);
	if (!*ini.path)
		return err_set(err, ERR_USAGE,
			       OPTION ": no file is named after the '@'");
	return read_ini(&ini, by, err);
}

/* The place when argv[*at] is the option; *at moves to its last word. */
static const char *place_at(int argc, char *const *argv, int *at)
{
	static const char *const head = OPTION "=";
	const char *word = argv[*at];

	if (strncmp(word, head, strlen(head)) == 0)
		return word + strlen(head);
	if (strcmp(word, OPTION) != 0)
		return NULL;
	if (*at + 1 < argc && argv[*at + 1][0] != '-')
		return argv[++*at];
	return "";
}

/* argv[0], `first`, `last`, and a NULL as main() has it. */
static void join(struct pool *pool, int *argc, char *const **argv,
		 const struct words *first, const struct words *last)
{
	size_t n = 1 + first->n + last->n;
	char **joined = pool_array(pool, n + 1, sizeof(*joined));

	joined[0] = (*argv)[0];
	for (size_t i = 0; i < first->n; i++)
		joined[1 + i] = first->v[i];
	for (size_t i = 0; i < last->n; i++)
		joined[1 + first->n + i] = last->v[i];
	*argc = (int)n;
	*argv = joined;
}

void extra_opts_take(struct strs *places, struct pool *pool, int *argc,
		     char *const **argv)
{
	struct words none = {0}, rest = {0};
	bool ended = false;

	for (int i = 1; i < *argc; i++) {
		char *word = (*argv)[i];
		const char *place = NULL;

		ended = ended || strcmp(word, "--") == 0;
		if (!ended)
			place = place_at(*argc, *argv, &i);
		if (place)
			strs_add(places, pool, str_from(place));
		else
			words_add(&rest, pool, word);
	}
	if (places->n > 0)
		join(pool, argc, argv, &none, &rest);
}

int extra_opts_insert(struct pool *pool, const char *name,
		      const struct strs *places, int *argc, char *const **argv,
		      struct deadline by, struct err *err)
{
	struct words from_files = {0}, rest = {0};

	for (size_t i = 0; i < places->n; i++)
		if (read_place(&from_files, pool, name, places->v[i], by, err))
			return -1;
	for (int i = 1; i < *argc; i++)
		words_add(&rest, pool, (*argv)[i]);
	join(pool, argc, argv, &from_files, &rest);
	return 0;
}
