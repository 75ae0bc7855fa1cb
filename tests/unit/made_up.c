/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_up -- names like those of the real plugins, values chosen to be seen. */
#include "made_up.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OUTPUT_MAX ((size_t)1 << 20)

int make_pool(void **state)
{
	*state = pool_new();
	return 0;
}

int drop_pool(void **state)
{
	pool_free(*state);
	return 0;
}

const int first_profile = 1, second_profile = 2;

static const struct opt_choice profiles[] = {
	{"exchange-um", &first_profile},
	{"tls-server", &second_profile},
	{0},
};

#define AT(field) offsetof(struct config, field)

static const struct opt target_opts[] = {
	{'H', "hostname", &opt_text, AT(host), "HOST",
	 .help = "the server to look at"},
	{0, "file", &opt_texts, AT(files), "FILE", .help = "a file instead",
	 .gathers = true},
	{'p', "port", &opt_ports, AT(ports), "PORT[,PORT...]", "5061",
	 "its ports"},
	{0},
};

static const struct opt other_opts[] = {
	{'w', "warning", &opt_range, AT(warn), "RANGE",
	 .help = "a text that is so long that it cannot stand on one line of "
		 "eighty columns, nor on two, and so is \"wrapped\""},
	{'i', "interval", &opt_seconds, AT(interval), "SECONDS", "0.5",
	 "between two"},
	{'P', "profile", &opt_choice, AT(profile), "NAME", "exchange-um",
	 "whose rules", .choices = profiles},
	{'x', "tls-legacy", &opt_flag, AT(legacy), .help = "old servers"},
	{'y', "plain", &opt_flag, AT(plain), .help = "for people",
	 .not_scheduled = true},
	{'l', "level", &opt_count, AT(level), .help = "more of it"},
	{0, "an-option-with-a-very-long-name", &opt_flag, AT(list),
	 .help = "shown on a line of its own"},
	{0, "secret-option", &opt_flag, AT(list), .help = "unseen",
	 .hidden = true},
	{0},
};

const struct opt_group made_up_groups[] = {
	{"Target", target_opts, 0},
	{"Other", other_opts, 0},
	{0},
};

int split(struct pool *pool, const char *line, char *words[WORDS_MAX])
{
	struct str rest = str_from(line);
	int n = 0;

	while (rest.p) {
		struct str word = str_cut(&rest, ' ');

		assert_true(n < WORDS_MAX);
		words[n++] = pool_strndup(pool, word.p, word.n);
	}
	return n;
}

struct report *made_up_report(struct pool *pool)
{
	struct report *report = report_new(pool, NULL);
	struct finding *finding;
	struct metric *metric;

	report_find(report, VERDICT_WARNING, "crypto.key-size", "a.test:5061",
		    "RSA with %d bits", 1024);
	report_find(report, VERDICT_OK, "name.san-wildcard", "a.test:5061",
		    "a SAN is a wildcard");
	report_hold(report, "time.expired", "a.test:5061", "nothing expired");
	finding = report_find(report, VERDICT_CRITICAL, "name.cn-wildcard",
			      "a.test:5061", "the CN is '*.test'");
	finding->remedy = "ask for CN=a.test";
	finding->source = "a book";
	report_find(report, VERDICT_OK, "name.not-compared", "a.test:5061",
		    "no name is known")
		->always = true;
	metric = report_metric(report, "days_left", "", 41.5);
	metric->warn = (struct range){.lo = 30, .hi = HUGE_VAL, .set = true};
	metric->crit = (struct range){.hi = 14, .set = true};
	report_metric(report, "connect_time", "s", 0.0125)->min = 0;
	fact_text(report->facts, pool, "cipher", STR("AES"));
	return report;
}

const char *rendered(const struct report *report, render_fn *render,
		     int verbosity)
{
	const struct banner banner = {"check_fake", "FAKE", "1.2.3", verbosity};
	struct buf out;

	buf_init(&out, report->pool, OUTPUT_MAX);
	render(report, &banner, &out);
	return out.data;
}
