/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lifetime -- fixed days stop making sense when certificates live 47 days. */
#include "pki/lifetime.h"

#include <math.h>

/* The part of a range between '@' and ':' carries "%" or is no number. */
static bool part_ends_in_percent(struct str part, bool *number)
{
	*number = part.n > 0 && !str_eq(part, STR("~"));
	if (!*number)
		return true;
	return part.p[part.n - 1] == '%' && !str_eq(part, STR("~%"));
}

static int read_lifetime_range(const struct opt *opt, void *field,
			       struct pool *pool, const char *arg,
			       struct err *err)
{
	struct lifetime_range *out = field;
	struct str rest = str_from(arg);
	struct buf plain;
	bool number;

	(void)opt;
	out->percent = str_has(rest, '%');
	if (!out->percent)
		return range_parse(&out->range, arg, err);

	buf_init(&plain, pool, rest.n);
	if (str_starts(rest, STR("@"))) {
		buf_puts(&plain, "@");
		rest.p++;
		rest.n--;
	}
	for (;;) {
		struct str part = str_cut(&rest, ':');

		if (!part_ends_in_percent(part, &number))
			return err_set(err, ERR_USAGE,
				       "'%s' mixes days and percent (want "
				       "\"30:\" or \"33%%:\")",
				       arg);
		buf_write(&plain, part.p, part.n - (number ? 1 : 0));
		if (!rest.p)
			break;
		buf_puts(&plain, ":");
	}
	if (range_parse(&out->range, plain.data, err) == 0)
		return 0;
	return err_set(err, ERR_USAGE,
		       "'%s' is not a range (want \"33%%:\", start <= end)",
		       arg);
}

const struct opt_type opt_lifetime_range = {
	.takes_value = true,
	.read = read_lifetime_range,
};

static struct range in_days(const struct lifetime_range *given,
			    const struct cert *cert)
{
	double percent = cert_lifetime_days(cert) / 100;
	struct range range = given->range;

	if (given->percent && isfinite(range.lo))
		range.lo *= percent;
	if (given->percent && isfinite(range.hi))
		range.hi *= percent;
	return range;
}

static struct range at_least(double days, double share_of_lifetime)
{
	return (struct range){
		.lo = days < share_of_lifetime ? days : share_of_lifetime,
		.hi = HUGE_VAL,
		.set = true};
}

struct range lifetime_warning(const struct lifetime_range *given,
			      const struct cert *cert)
{
	if (given->range.set)
		return in_days(given, cert);
	return at_least(30, cert_lifetime_days(cert) / 3);
}

struct range lifetime_critical(const struct lifetime_range *given,
			       const struct cert *cert)
{
	if (given->range.set)
		return in_days(given, cert);
	return at_least(14, cert_lifetime_days(cert) * 0.15);
}
