/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render -- a report as text, JSON or OpenMetrics; nothing else makes bytes. */
#ifndef CHECK_RENDER_H
#define CHECK_RENDER_H

#include "base/buf.h"
#include "check/report.h"

/* What a renderer must know of the plugin. */
struct banner {
	const char *name;    /* "check_um_cert" */
	const char *title;   /* "UM_CERT" */
	const char *version; /* "0.1.0" */
	int verbosity;       /* -v: 0 to 3 */
};

typedef void render_fn(const struct report *report, const struct banner *banner,
		       struct buf *out);

render_fn render_text;        /* check/text.c */
render_fn render_json;        /* check/json.c */
render_fn render_openmetrics; /* check/openmetrics.c */

/* Facts alone: what --list-rules and -vv print. */
void render_facts_text(const struct fact *facts, struct buf *out);
void render_facts_json(const struct fact *facts, struct buf *out);

/* The whole output stays below this but for -vv: nagioscore keeps 8 KiB. */
#define RENDER_TEXT_MAX ((size_t)8192)

/*
 * The one place where text from a peer or a file becomes harmless: control
 * bytes, '|', '<', '>', invalid UTF-8 and characters that reorder a line
 * become '?'; after `max` bytes "..." ends it.
 */
void render_clean(struct buf *out, struct str text, size_t max);

#define RENDER_FIELD_MAX ((size_t)1024) /* of one text in any output */

#endif
