/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check -- what every plugin does around its own question. */
#include "config.h"

#include "check/check.h"

#include <errno.h>
#include <unistd.h>

#include "base/confine.h"
#include "check/extra_opts.h"
#include "check/icinga2.h"
#include "check/ids.h"
#include "check/opt_list.h"

#define OUTPUT_MAX ((size_t)64 << 20) /* of -vv and JSON */

struct format {
	render_fn *report;
	void (*facts)(const struct fact *facts, struct buf *out);
};

/* What the frame itself was told. */
struct frame {
	usec timeout;
	int verbosity;
	struct overrides overrides;
	const void *format; /* struct format */
	const char *extra_opts;
	bool exit_ok, help, version, icinga2, list;
};

/* One command line on its way through the frame. */
struct job {
	const struct check *check;
	struct pool *pool;
	struct buf *out;
	struct frame frame;
	void *config;
	struct opt_set sets[3];
	usec begun;
};

static int read_override(const struct opt *opt, void *field, struct pool *pool,
			 const char *arg, struct err *err)
{
	struct overrides *list = field;
	struct override read;

	(void)opt;
	if (override_parse(&read, pool, arg, err))
		return -1;
	list->v = pool_grow(pool, list->v, &list->cap,
			    (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = read;
	return 0;
}

static const struct opt_type opt_overrides = {
	.takes_value = true, .repeats = true, .read = read_override};

static const struct format format_text = {render_text, render_facts_text};
static const struct format format_json = {render_json, render_facts_json};
/* A list of rules is no measurement: it stays text. */
static const struct format format_openmetrics = {render_openmetrics,
						 render_facts_text};

static const struct opt_choice formats[] = {
	{"text", &format_text},
	{"json", &format_json},
	{"openmetrics", &format_openmetrics},
	{0},
};

#define AT(field) offsetof(struct frame, field)

static const struct opt frame_opts[] = {
	{'t', "timeout", &opt_seconds, AT(timeout), "SECONDS", "10",
	 "time for the whole run, decimals allowed"},
	{'v', "verbose", &opt_count, AT(verbosity),
	 .help = "tell what is in order too, -vv facts, -vvv steps"},
	{0, "state", &opt_overrides, AT(overrides), "ID=STATE",
	 .help = "what a finding is worth, 'crypto.*' fits many"},
	{0, "output", &opt_choice, AT(format), "FORMAT", "text",
	 "text, json or openmetrics", .choices = formats,
	 .not_scheduled = true},
	/* Taken out of argv before it is parsed: this line is for --help. */
	{0, "extra-opts", &opt_text, AT(extra_opts), "[SECTION][@FILE]",
	 .help = "options from an ini file"},
	{0, "exit-ok", &opt_flag, AT(exit_ok),
	 .help = "end with status 0 whatever is found", .not_scheduled = true},
	{'h', "help", &opt_flag, AT(help), .help = "show this help",
	 .not_scheduled = true},
	{'V', "version", &opt_flag, AT(version), .help = "show the version",
	 .not_scheduled = true},
	{0, "icinga2-command", &opt_flag, AT(icinga2),
	 .help = "print the Icinga 2 CheckCommand", .hidden = true},
	{0, "list-options", &opt_flag, AT(list),
	 .help = "print the option tables", .hidden = true},
	{0},
};

static const struct opt_group frame_groups[] = {
	{"General", frame_opts, 0},
	{0},
};

static struct banner banner_of(const struct job *job)
{
	int verbosity = job->frame.verbosity;

	return (struct banner){
		.name = job->check->name,
		.title = job->check->title,
		.version = PACKAGE_VERSION,
		.verbosity = verbosity > 3 ? 3 : verbosity,
	};
}

static const struct format *format_of(const struct job *job)
{
	return job->frame.format ? job->frame.format : &format_text;
}

static void write_report(const struct job *job, const struct report *report)
{
	struct banner banner = banner_of(job);

	format_of(job)->report(report, &banner, job->out);
}

/* The command line was no order: one line, or a report in the form asked. */
static int refuse(const struct job *job, const struct err *err)
{
	struct report *report;

	if (format_of(job) == &format_text) {
		buf_printf(job->out, "%s UNKNOWN: ", job->check->title);
		render_clean(job->out, str_from(err->text), ERR_TEXT_MAX);
		buf_puts(job->out,
			 err->kind == ERR_USAGE ? " (see --help)\n" : "\n");
		return VERDICT_UNKNOWN;
	}
	report = report_new(job->pool, NULL);
	report_error(report, "command line", err)->remedy = "see --help";
	write_report(job, report);
	return VERDICT_UNKNOWN;
}

static int write_help(const struct job *job)
{
	const char *const *example = job->check->examples;

	buf_printf(job->out, "%s -- %s\n\nUsage: %s [OPTION]...\n",
		   job->check->name, job->check->summary, job->check->name);
	opt_help(job->sets, job->out);
	if (example) {
		buf_puts(job->out, "\nExamples:\n");
		for (; *example; example++)
			buf_printf(job->out, "  %s\n", *example);
	}
	return VERDICT_UNKNOWN;
}

static int write_version(const struct job *job)
{
	buf_printf(job->out, "%s " PACKAGE_VERSION " (" PACKAGE_NAME ")\n",
		   job->check->name);
	return VERDICT_UNKNOWN;
}

/* A command line that only the run could see to be wrong. */
static bool was_misused(const struct report *report)
{
	for (const struct finding *f = report->findings; f; f = f->next)
		if (strcmp(f->id, "local.usage") == 0)
			return true;
	return false;
}

static int run_check(const struct job *job)
{
	struct report *report = report_new(job->pool, &job->frame.overrides);
	struct run run = {
		.pool = job->pool,
		.report = report,
		.by = {job->begun + job->frame.timeout},
		.verbosity = banner_of(job).verbosity,
	};

	job->check->run(&run, job->config);
	write_report(job, report);
	if (job->frame.exit_ok && !was_misused(report))
		return VERDICT_OK;
	return (int)report_verdict(report);
}

/* The command line was understood: whatever it asks for is done. */
static int obey(const struct job *job)
{
	const struct check *check = job->check;
	const struct fact *told = NULL;
	struct err err;

	if (job->frame.icinga2) {
		icinga2_command(check, job->sets, job->out);
		return VERDICT_OK;
	}
	if (job->frame.list) {
		told = opt_list(check, job->sets, job->pool);
		format_of(job)->facts(told, job->out);
		return VERDICT_OK;
	}
	if (check->validate && check->validate(job->pool, job->config, &err))
		return refuse(job, &err);
	if (check->tell)
		told = check->tell(job->pool, job->config);
	if (told) {
		format_of(job)->facts(told, job->out);
		return VERDICT_OK;
	}
	return run_check(job);
}

static int parse(struct job *job, int argc, char *const *argv, struct err *err)
{
	job->frame = (struct frame){0};
	job->config = pool_zalloc(job->pool, job->check->config_size);
	job->sets[0] = (struct opt_set){job->check->groups, job->config};
	job->sets[1] = (struct opt_set){frame_groups, &job->frame};
	return opt_parse(job->sets, job->pool, argc, argv, err);
}

/* `objection`: why this process must not go on, or NULL. */
static int execute(const struct check *check, struct pool *pool, int argc,
		   char *const *argv, struct buf *out,
		   const struct err *objection)
{
	struct job job = {
		.check = check,
		.pool = pool,
		.out = out,
		.begun = clock_now(),
	};
	struct strs places = {0};
	struct err err;
	int rc;

	extra_opts_take(&places, pool, &argc, &argv);
	rc = parse(&job, argc, argv, &err);
	if (objection)
		return refuse(&job, objection);
	if (rc == 0 && places.n > 0) {
		/* An options file may be a FIFO: -t bounds that wait too. */
		struct deadline by = {job.begun + job.frame.timeout};

		rc = extra_opts_insert(pool, check->name, &places, &argc, &argv,
				       by, &err);
		if (rc == 0)
			rc = parse(&job, argc, argv, &err);
	}
	if (job.frame.help)
		return write_help(&job);
	if (job.frame.version)
		return write_version(&job);
	return rc ? refuse(&job, &err) : obey(&job);
}

int check_execute(const struct check *check, struct pool *pool, int argc,
		  char *const *argv, struct buf *out)
{
	return execute(check, pool, argc, argv, out, NULL);
}

/* A reader that went away changes nothing: the exit status still counts. */
static void write_out(const struct buf *out)
{
	for (size_t done = 0; done < out->len;) {
		ssize_t n =
			write(STDOUT_FILENO, out->data + done, out->len - done);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			done += (size_t)n;
	}
}

int check_main(const struct check *check, int argc, char **argv)
{
	struct pool *pool = pool_new();
	struct buf out;
	struct err err;
	int status;

	buf_init(&out, pool, OUTPUT_MAX);
	status = execute(check, pool, argc, argv, &out,
			 confine_process(&err) ? &err : NULL);
	write_out(&out);
	pool_free(pool);
	return status;
}
