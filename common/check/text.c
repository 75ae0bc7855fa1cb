/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text -- the report as people and monitoring engines read it. */
#include <inttypes.h>
#include <math.h>

#include "check/render.h"

#define FIRST_LINE_COLUMNS ((size_t)120)
#define LABEL_MAX          ((size_t)64)
#define TAIL_ROOM          ((size_t)64) /* of the last line */

/* Output under its limit: what does not fit is left out, a line at a time. */
struct page {
	struct buf *out;
	size_t limit; /* of out->len */
	size_t mark;  /* where the line begins */
	size_t left_out;
	const char *remedy; /* told last */
};

static void cut_back(struct buf *out, size_t len)
{
	out->len = len;
	out->data[len] = '\0';
}

static void piece_begin(struct page *page)
{
	page->mark = page->out->len;
}

/* Once something was left out all that follows is: no line out of context. */
static void piece_end(struct page *page)
{
	if (page->left_out == 0 && page->out->len <= page->limit &&
	    !page->out->full)
		return;
	page->left_out++;
	cut_back(page->out, page->mark);
}

static void line_end(struct page *page)
{
	buf_puts(page->out, "\n");
	piece_end(page);
}

static void write_indent(struct page *page, size_t depth)
{
	buf_printf(page->out, "%*s", (int)(2 * depth), "");
}

/* Line 1 ------------------------------------------------------------------ */

static size_t columns(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			n++;
	return n;
}

/* The bytes of clean text that fill at most `room` columns. */
static size_t bytes_within(struct str text, size_t room)
{
	size_t i = 0;

	for (size_t n = 0; i < text.n; i++) {
		if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			n++;
		if (n > room)
			break;
	}
	return i;
}

/* Ends at a word with "..." when there is no room for all of it. */
static void write_short(struct buf *out, const char *text, size_t room)
{
	struct buf clean;
	struct str rest;
	size_t end, word;

	buf_init(&clean, out->pool, 2 * RENDER_FIELD_MAX);
	render_clean(&clean, str_from(text), RENDER_FIELD_MAX);
	rest = buf_str(&clean);
	if (columns(rest) <= room) {
		buf_write(out, rest.p, rest.n);
		return;
	}
	end = bytes_within(rest, room - 3);
	for (word = end; word > 0 && rest.p[word] != ' '; word--)
		;
	/* A long word is cut rather than the half of the line given away. */
	buf_write(out, rest.p, word > end / 2 ? word : end);
	buf_puts(out, "...");
}

static void write_slot(struct buf *out, size_t *end, size_t before)
{
	if (out->len > before)
		*end = out->len;
}

/* label=value[unit];warn;crit;min;max without the empty slots at its end. */
static void write_metric(struct buf *out, const struct metric *metric)
{
	const struct range *ranges[] = {&metric->warn, &metric->crit};
	const double limits[] = {metric->min, metric->max};
	size_t end, before;

	render_clean(out, str_from(metric->label), LABEL_MAX);
	buf_puts(out, "=");
	number_write(metric->value, out);
	buf_puts(out, metric->unit);
	end = out->len;
	for (size_t i = 0; i < 2; i++) {
		buf_puts(out, ";");
		before = out->len;
		range_write(ranges[i], out);
		write_slot(out, &end, before);
	}
	for (size_t i = 0; i < 2; i++) {
		buf_puts(out, ";");
		before = out->len;
		if (isfinite(limits[i]))
			number_write(limits[i], out);
		write_slot(out, &end, before);
	}
	cut_back(out, end);
}

static void write_perfdata(struct page *page, const struct report *report)
{
	const char *before = " | ";

	for (const struct metric *m = report->metrics; m; m = m->next) {
		if (!isfinite(m->value))
			continue;
		piece_begin(page);
		buf_puts(page->out, before);
		write_metric(page->out, m);
		piece_end(page);
		before = " ";
	}
}

static void write_first_line(struct page *page, const struct report *report,
			     const struct banner *banner)
{
	size_t others = report_broken(report);
	const char *state = verdict_name(report_verdict(report));
	const char *head =
		pool_printf(page->out->pool, "%s %s: ", banner->title, state);
	const char *tail = "";

	if (others > 1)
		tail = pool_printf(page->out->pool, " (+%zu more)", others - 1);
	buf_puts(page->out, head);
	write_short(page->out, report_headline(report),
		    FIRST_LINE_COLUMNS - strlen(head) - strlen(tail));
	buf_puts(page->out, tail);
	write_perfdata(page, report);
	buf_puts(page->out, "\n");
}

/* The lines below it ------------------------------------------------------ */

static void write_clean(struct page *page, const char *text)
{
	render_clean(page->out, str_from(text), RENDER_FIELD_MAX);
}

static void write_finding(struct page *page, const struct finding *finding)
{
	piece_begin(page);
	buf_printf(page->out, "[%s] ", verdict_name(finding->verdict));
	write_clean(page, finding->id);
	if (*finding->where) {
		buf_puts(page->out, " ");
		write_clean(page, finding->where);
	}
	buf_puts(page->out, ": ");
	write_clean(page, finding->text);
	line_end(page);
	if (!finding->remedy)
		return;
	piece_begin(page);
	buf_puts(page->out, "    remedy: ");
	/* One repair often serves several objections: told once, it is read. */
	if (page->remedy && strcmp(page->remedy, finding->remedy) == 0)
		buf_puts(page->out, "as above");
	else
		write_clean(page, finding->remedy);
	page->remedy = finding->remedy;
	line_end(page);
}

static bool is_told(const struct finding *finding, int verbosity)
{
	return verbosity > 0 || finding->always ||
	       finding->verdict != VERDICT_OK;
}

static void write_block(struct page *page, const char *text)
{
	struct str rest = str_from(text);

	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		piece_begin(page);
		render_clean(page->out, line, RENDER_FIELD_MAX);
		line_end(page);
	}
}

/* Facts ------------------------------------------------------------------- */

static void write_scalar(struct page *page, const struct fact *fact)
{
	switch (fact->type) {
	case FACT_TEXT:
		render_clean(page->out, fact->text, RENDER_FIELD_MAX);
		break;
	case FACT_INTEGER:
		buf_printf(page->out, "%" PRId64, fact->integer);
		break;
	case FACT_NUMBER:
		number_write(fact->number, page->out);
		break;
	case FACT_BOOL:
		buf_puts(page->out, fact->truth ? "true" : "false");
		break;
	case FACT_NULL:
		buf_puts(page->out, "null");
		break;
	case FACT_OBJECT:
		buf_puts(page->out, "{}");
		break;
	case FACT_LIST:
		buf_puts(page->out, "[]");
		break;
	}
}

/* As YAML has it; `begun`: "- " of the list above leads the first line. */
static void write_children(struct page *page, const struct fact *parent,
			   size_t depth, bool begun)
{
	for (const struct fact *f = parent->children; f; f = f->next) {
		if (!begun) {
			piece_begin(page);
			write_indent(page, depth);
		}
		begun = false;
		if (f->name) {
			write_clean(page, f->name);
			buf_puts(page->out, ":");
		} else {
			buf_puts(page->out, "-");
		}
		if (!f->children) {
			buf_puts(page->out, " ");
			write_scalar(page, f);
			line_end(page);
		} else if (f->name) {
			line_end(page);
			write_children(page, f, depth + 1, false);
		} else {
			buf_puts(page->out, " ");
			write_children(page, f, depth + 1, true);
		}
	}
}

void render_facts_text(const struct fact *facts, struct buf *out)
{
	struct page page = {.out = out, .limit = SIZE_MAX};

	write_children(&page, facts, 0, false);
}

static void write_facts(struct page *page, const struct fact *facts)
{
	if (!facts->children)
		return;
	piece_begin(page);
	buf_puts(page->out, "facts:");
	line_end(page);
	write_children(page, facts, 1, false);
}

void render_text(const struct report *report, const struct banner *banner,
		 struct buf *out)
{
	struct page page = {
		.out = out,
		.limit = out->len + RENDER_TEXT_MAX - TAIL_ROOM,
	};

	if (banner->verbosity >= 2)
		page.limit = SIZE_MAX;
	write_first_line(&page, report, banner);
	for (const struct finding *f = report->findings; f; f = f->next)
		if (is_told(f, banner->verbosity))
			write_finding(&page, f);
	write_block(&page, report->appendix);
	if (banner->verbosity >= 1)
		write_block(&page, report->picture);
	if (banner->verbosity >= 2)
		write_facts(&page, report->facts);
	if (banner->verbosity >= 3)
		write_block(&page, report->trace);
	if (page.left_out > 0)
		buf_printf(out, "(%zu more left out here, -vv shows all)\n",
			   page.left_out);
}
