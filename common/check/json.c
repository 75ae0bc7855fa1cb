/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json -- the report as one JSON object, written by jansson. */
#include <math.h>

#include <jansson.h>

#include "base/memory.h"
#include "check/render.h"

/* Fifteen digits read back as they were written: 0.1 stays 0.1. */
#define DUMP_FLAGS (JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15))

__attribute__((constructor)) static void prepare(void)
{
	json_set_alloc_funcs(memory_take, memory_release);
}

/* One object under construction; jansson copes with NULL until the end. */
struct draft {
	struct pool *pool;
	bool failed;
};

static void put(struct draft *draft, json_t *object, const char *key,
		json_t *value)
{
	if (json_object_set_new(object, key, value))
		draft->failed = true;
}

static void append(struct draft *draft, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value))
		draft->failed = true;
}

static json_t *slice_json(const struct draft *draft, struct str text)
{
	struct buf clean;

	buf_init(&clean, draft->pool, 2 * RENDER_FIELD_MAX);
	render_clean(&clean, text, RENDER_FIELD_MAX);
	return json_stringn(clean.data, clean.len);
}

static json_t *text_json(const struct draft *draft, const char *text)
{
	return text ? slice_json(draft, str_from(text)) : json_null();
}

static json_t *finding_json(struct draft *draft, const struct finding *finding)
{
	json_t *object = json_object();

	put(draft, object, "id", text_json(draft, finding->id));
	put(draft, object, "state",
	    json_string(verdict_name(finding->verdict)));
	put(draft, object, "where", text_json(draft, finding->where));
	put(draft, object, "text", text_json(draft, finding->text));
	put(draft, object, "remedy", text_json(draft, finding->remedy));
	put(draft, object, "source", text_json(draft, finding->source));
	return object;
}

static json_t *findings_json(struct draft *draft, const struct report *report)
{
	json_t *list = json_array();

	for (const struct finding *f = report->findings; f; f = f->next)
		if (!f->holds)
			append(draft, list, finding_json(draft, f));
	return list;
}

/* Is this the first that holds by its id, and is none of that id broken? */
static bool is_passed(const struct report *report, const struct finding *held)
{
	bool first = true;

	for (const struct finding *f = report->findings; f; f = f->next) {
		if (f == held) {
			first = false;
			continue;
		}
		if (strcmp(f->id, held->id) == 0 && (!f->holds || first))
			return false;
	}
	return true;
}

static json_t *passed_json(struct draft *draft, const struct report *report)
{
	json_t *list = json_array();

	for (const struct finding *f = report->findings; f; f = f->next)
		if (f->holds && is_passed(report, f))
			append(draft, list, text_json(draft, f->id));
	return list;
}

static json_t *range_json(struct draft *draft, const struct range *range)
{
	struct buf text;

	if (!range->set)
		return json_null();
	buf_init(&text, draft->pool, RENDER_FIELD_MAX);
	range_write(range, &text);
	return json_stringn(text.data, text.len);
}

static json_t *limit_json(double limit)
{
	return isfinite(limit) ? json_real(limit) : json_null();
}

static json_t *metrics_json(struct draft *draft, const struct report *report)
{
	json_t *list = json_array();

	for (const struct metric *m = report->metrics; m; m = m->next) {
		json_t *object;

		if (!isfinite(m->value))
			continue;
		object = json_object();
		put(draft, object, "label", text_json(draft, m->label));
		put(draft, object, "value", json_real(m->value));
		put(draft, object, "unit", text_json(draft, m->unit));
		put(draft, object, "warning", range_json(draft, &m->warn));
		put(draft, object, "critical", range_json(draft, &m->crit));
		put(draft, object, "min", limit_json(m->min));
		put(draft, object, "max", limit_json(m->max));
		append(draft, list, object);
	}
	return list;
}

static json_t *fact_json(struct draft *draft, const struct fact *fact)
{
	json_t *value = NULL;

	switch (fact->type) {
	case FACT_OBJECT:
		value = json_object();
		for (const struct fact *f = fact->children; f; f = f->next)
			put(draft, value, f->name, fact_json(draft, f));
		break;
	case FACT_LIST:
		value = json_array();
		for (const struct fact *f = fact->children; f; f = f->next)
			append(draft, value, fact_json(draft, f));
		break;
	case FACT_TEXT:
		value = slice_json(draft, fact->text);
		break;
	case FACT_INTEGER:
		value = json_integer(fact->integer);
		break;
	case FACT_NUMBER:
		value = json_real(fact->number);
		break;
	case FACT_BOOL:
		value = json_boolean(fact->truth);
		break;
	case FACT_NULL:
		value = json_null();
		break;
	}
	return value;
}

static int write_piece(const char *piece, size_t len, void *out)
{
	buf_write(out, piece, len);
	return ((struct buf *)out)->full ? -1 : 0;
}

/*
 * All of it and a line end, or nothing: half an object is no JSON.  Not by
 * json_dumps(), which leaves out what its own buffer could not take (2.14).
 */
static bool write_dump(const struct draft *draft, const json_t *value,
		       struct buf *out)
{
	size_t mark = out->len;

	if (!draft->failed &&
	    json_dump_callback(value, write_piece, out, DUMP_FLAGS) == 0) {
		buf_puts(out, "\n");
		if (!out->full)
			return true;
	}
	out->len = mark;
	out->data[mark] = '\0';
	return false;
}

void render_facts_json(const struct fact *facts, struct buf *out)
{
	struct draft draft = {.pool = out->pool};
	json_t *value = fact_json(&draft, facts);

	if (!write_dump(&draft, value, out))
		buf_puts(out, "null\n");
	json_decref(value);
}

void render_json(const struct report *report, const struct banner *banner,
		 struct buf *out)
{
	struct draft draft = {.pool = out->pool};
	const char *state = verdict_name(report_verdict(report));
	int status = (int)report_verdict(report);
	json_t *root = json_object();

	put(&draft, root, "plugin", text_json(&draft, banner->name));
	put(&draft, root, "version", text_json(&draft, banner->version));
	put(&draft, root, "state", json_string(state));
	put(&draft, root, "exit", json_integer(status));
	put(&draft, root, "summary",
	    text_json(&draft, report_headline(report)));
	put(&draft, root, "findings", findings_json(&draft, report));
	put(&draft, root, "passed", passed_json(&draft, report));
	put(&draft, root, "metrics", metrics_json(&draft, report));
	put(&draft, root, "facts", fact_json(&draft, report->facts));

	/* Short of memory or room: the state at least, which needs neither. */
	if (!write_dump(&draft, root, out))
		buf_printf(out,
			   "{\"plugin\": \"%s\", \"version\": \"%s\", "
			   "\"state\": \"%s\", \"exit\": %d, \"summary\": "
			   "\"the report could not be written as JSON\", "
			   "\"findings\": [], \"passed\": [], "
			   "\"metrics\": [], \"facts\": {}}\n",
			   banner->name, banner->version, state, status);
	json_decref(root);
}
