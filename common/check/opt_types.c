/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt_types -- how a value on the command line becomes a field. */
#include "check/opt.h"

#define SECONDS_MAX 3600.0

static int read_flag(const struct opt *opt, void *field, struct pool *pool,
		     const char *arg, struct err *err)
{
	(void)opt, (void)pool, (void)arg, (void)err;
	*(bool *)field = true;
	return 0;
}

static int read_count(const struct opt *opt, void *field, struct pool *pool,
		      const char *arg, struct err *err)
{
	(void)opt, (void)pool, (void)arg, (void)err;
	++*(int *)field;
	return 0;
}

static int read_text(const struct opt *opt, void *field, struct pool *pool,
		     const char *arg, struct err *err)
{
	(void)opt, (void)pool;
	if (!*arg)
		return err_set(err, ERR_USAGE, "is empty");
	*(const char **)field = arg;
	return 0;
}

static int read_texts(const struct opt *opt, void *field, struct pool *pool,
		      const char *arg, struct err *err)
{
	(void)opt;
	if (!*arg)
		return err_set(err, ERR_USAGE, "is empty");
	strs_add(field, pool, str_from(arg));
	return 0;
}

static bool ports_have(const struct ports *ports, unsigned port)
{
	for (size_t i = 0; i < ports->n; i++)
		if (ports->v[i] == port)
			return true;
	return false;
}

static int read_ports(const struct opt *opt, void *field, struct pool *pool,
		      const char *arg, struct err *err)
{
	struct ports *ports = field;
	struct str rest = str_from(arg);

	(void)opt;
	while (rest.p) {
		unsigned port;

		if (!str_uint(str_cut(&rest, ','), UINT16_MAX, &port) ||
		    port == 0)
			return err_set(err, ERR_USAGE,
				       "'%.80s' is no list of ports (want "
				       "numbers from 1 to 65535, such as 5061 "
				       "or 5061,5063)",
				       arg);
		if (ports_have(ports, port))
			return err_set(err, ERR_USAGE, "port %u is given twice",
				       port);
		ports->v = pool_grow(pool, ports->v, &ports->cap,
				     (ports->n + 1) * sizeof(*ports->v));
		ports->v[ports->n++] = (uint16_t)port;
	}
	return 0;
}

static int read_number(const struct opt *opt, void *field, struct pool *pool,
		       const char *arg, struct err *err)
{
	(void)opt, (void)pool;
	if (str_uint(str_from(arg), UINT16_MAX, field))
		return 0;
	return err_set(err, ERR_USAGE, "'%.80s' is no number up to %d", arg,
		       UINT16_MAX);
}

static int read_pause(const struct opt *opt, void *field, struct pool *pool,
		      const char *arg, struct err *err)
{
	double seconds;

	if (!number_parse(str_from(arg), &seconds) || seconds != 0)
		return opt_seconds.read(opt, field, pool, arg, err);
	*(usec *)field = 0;
	return 0;
}

static int read_seconds(const struct opt *opt, void *field, struct pool *pool,
			const char *arg, struct err *err)
{
	double seconds;
	usec span = 0;

	(void)opt, (void)pool;
	if (number_parse(str_from(arg), &seconds) && seconds > 0 &&
	    seconds <= SECONDS_MAX)
		span = (usec)(seconds * (double)USEC_PER_SEC);
	if (span == 0)
		return err_set(err, ERR_USAGE,
			       "'%.80s' is not a number of seconds (want more "
			       "than 0 and at most %.0f)",
			       arg, SECONDS_MAX);
	*(usec *)field = span;
	return 0;
}

static int read_range(const struct opt *opt, void *field, struct pool *pool,
		      const char *arg, struct err *err)
{
	(void)opt, (void)pool;
	return range_parse(field, arg, err);
}

static int read_choice(const struct opt *opt, void *field, struct pool *pool,
		       const char *arg, struct err *err)
{
	const struct opt_choice *choice = opt->choices;
	struct buf names;

	for (; choice->name; choice++) {
		if (strcmp(choice->name, arg) == 0) {
			*(const void **)field = choice->value;
			return 0;
		}
	}
	buf_init(&names, pool, ERR_TEXT_MAX);
	for (choice = opt->choices; choice->name; choice++)
		buf_printf(&names, "%s%s", names.len ? ", " : "", choice->name);
	return err_set(err, ERR_USAGE, "'%.80s' is none of %s", arg,
		       names.data);
}

const struct opt_type opt_flag = {.repeats = false, .read = read_flag};
const struct opt_type opt_count = {.repeats = true, .read = read_count};
const struct opt_type opt_text = {.takes_value = true, .read = read_text};
const struct opt_type opt_texts = {
	.takes_value = true, .repeats = true, .read = read_texts};
const struct opt_type opt_number = {.takes_value = true, .read = read_number};
const struct opt_type opt_ports = {
	.takes_value = true, .repeats = true, .read = read_ports};
const struct opt_type opt_pause = {.takes_value = true, .read = read_pause};
const struct opt_type opt_seconds = {.takes_value = true, .read = read_seconds};
const struct opt_type opt_range = {.takes_value = true, .read = read_range};
const struct opt_type opt_choice = {.takes_value = true, .read = read_choice};

bool opt_may_repeat(const struct opt *opt)
{
	return opt->type->repeats && opt->type != &opt_ports;
}
