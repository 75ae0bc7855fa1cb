/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi -- reads and writes message summaries, finds them in a NOTIFY's body. */
#include "sip/mwi.h"

#include "sip/head.h"

#define SEEN_MAX     60 /* of what came instead, for people */
#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

static const struct str waiting_name = {"Messages-Waiting", 16};
static const struct str account_name = {"Message-Account", 15};
static const struct str summary_type = {"application/simple-message-summary",
					34};

static const struct {
	const char *name;    /* RFC 3842 5.2 */
	const char *written; /* by Exchange UM and in the RFC's examples */
} classes[MWI_CLASSES] = {
	[MWI_VOICE] = {"voice-message", "Voice-Message"},
	[MWI_FAX] = {"fax-message", "Fax-Message"},
	[MWI_PAGER] = {"pager-message", "Pager-Message"},
	[MWI_MULTIMEDIA] = {"multimedia-message", "Multimedia-Message"},
	[MWI_TEXT] = {"text-message", "Text-Message"},
	[MWI_NONE] = {"none", "None"},
};

const char *mwi_class_name(enum mwi_class class)
{
	return classes[class].name;
}

bool mwi_contradicts(const struct mwi *mwi)
{
	return !mwi->waiting && mwi->counts[MWI_VOICE].fresh > 0;
}

bool mwi_counts_voice(const struct mwi *mwi)
{
	for (size_t i = 0; i < MWI_CLASSES; i++)
		if (mwi->counts[i].told)
			return true;
	return !mwi->waiting;
}

static struct str skip(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

/* No more of a peer's words than a line of text bears. */
static struct str seen(struct str s)
{
	return (struct str){s.p ? s.p : "", s.n < SEEN_MAX ? s.n : SEEN_MAX};
}

/* Reading ----------------------------------------------------------------- */

static int twice(struct err *err, struct str name)
{
	return err_set(err, ERR_PROTOCOL,
		       "the message summary has two lines " STR_FMT,
		       STR_ARG(name));
}

static int waiting_read(struct mwi *mwi, struct str value, bool *told,
			struct err *err)
{
	if (*told)
		return twice(err, waiting_name);
	*told = true;
	mwi->waiting = str_caseeq(value, STR("yes"));
	if (!mwi->waiting && !str_caseeq(value, STR("no")))
		return err_set(err, ERR_PROTOCOL,
			       "Messages-Waiting is \"" STR_FMT
			       "\", neither yes nor no",
			       STR_ARG(seen(value)));
	return 0;
}

/* Could it be a URI, or whatever the sender calls a mailbox? */
static bool is_account(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == 0x7f || c == '<' || c == '>')
			return false;
	}
	return true;
}

static int account_read(struct mwi *mwi, struct str value, struct err *err)
{
	struct str account = value;

	if (mwi->account.p)
		return twice(err, account_name);
	/* A name-addr, which RFC 3842 5.2 has not: what the brackets hold. */
	if (str_has(value, '<') && str_ends(value, STR(">"))) {
		str_cut(&account, '<');
		account.n--;
		account = str_trim(account);
	}
	if (!is_account(account))
		return err_set(err, ERR_PROTOCOL,
			       "Message-Account \"" STR_FMT "\" is no URI",
			       STR_ARG(seen(value)));
	if (account.n > 0)
		mwi->account = account;
	return 0;
}

/* RFC 3842 5.2: what is above 2^32-1 counts as that. */
static bool count_cut(struct str *rest, uint32_t *out)
{
	const struct str text = str_trim(*rest);
	uint64_t value = 0;
	size_t n = 0;

	for (; n < text.n && text.p[n] >= '0' && text.p[n] <= '9'; n++) {
		value = value * 10 + (uint64_t)(text.p[n] - '0');
		if (value > UINT32_MAX)
			value = UINT32_MAX;
	}
	if (n == 0)
		return false;
	*out = (uint32_t)value;
	*rest = skip(text, n);
	return true;
}

static bool mark_cut(struct str *rest, char mark)
{
	const struct str text = str_trim(*rest);

	if (text.n == 0 || text.p[0] != mark)
		return false;
	*rest = skip(text, 1);
	return true;
}

static bool pair_cut(struct str *rest, uint32_t *fresh, uint32_t *old)
{
	return count_cut(rest, fresh) && mark_cut(rest, '/') &&
	       count_cut(rest, old);
}

/* new/old, or new/old (new/old) */
static bool counts_cut(struct str *rest, struct mwi_counts *counts)
{
	if (!pair_cut(rest, &counts->fresh, &counts->old))
		return false;
	counts->urgent_told = mark_cut(rest, '(');
	return !counts->urgent_told ||
	       (pair_cut(rest, &counts->urgent_fresh, &counts->urgent_old) &&
		mark_cut(rest, ')'));
}

/* A line of counts, or one that RFC 3842 does not know. */
static int counts_read(struct mwi *mwi, const struct sip_header *line,
		       struct err *err)
{
	struct mwi_counts counts = {.told = true};
	struct str rest = line->value;
	size_t i = 0;

	while (i < MWI_CLASSES &&
	       !str_caseeq(line->name, str_from(classes[i].name)))
		i++;
	if (i == MWI_CLASSES)
		return 0;
	if (mwi->counts[i].told)
		return twice(err, line->name);
	if (!counts_cut(&rest, &counts) || rest.n > 0)
		return err_set(err, ERR_PROTOCOL,
			       "%s is \"" STR_FMT
			       "\", not \"new/old\" or \"new/old (new/old)\"",
			       classes[i].name, STR_ARG(seen(line->value)));
	mwi->counts[i] = counts;
	return 0;
}

static int line_read(struct mwi *mwi, const struct sip_header *line, bool *told,
		     struct err *err)
{
	if (str_caseeq(line->name, waiting_name))
		return waiting_read(mwi, line->value, told, err);
	if (str_caseeq(line->name, account_name))
		return account_read(mwi, line->value, err);
	return counts_read(mwi, line, err);
}

int mwi_parse(struct mwi *mwi, struct str body, struct err *err)
{
	struct str lines = str_trim(body), rest = lines;
	const struct str first = str_trim(str_cut(&rest, '\n'));
	struct sip_header line;
	bool told = false;

	*mwi = (struct mwi){0};
	if (first.n == 0)
		return err_set(err, ERR_PROTOCOL,
			       "the message summary is empty");
	while (head_next(&lines, &line))
		if (line_read(mwi, &line, &told, err))
			return -1;
	if (!told)
		return err_set(err, ERR_PROTOCOL,
			       "the message summary has no Messages-Waiting "
			       "line, it begins with \"" STR_FMT "\"",
			       STR_ARG(seen(first)));
	return 0;
}

/* Writing ----------------------------------------------------------------- */

void mwi_write(struct buf *out, const struct mwi *mwi)
{
	buf_printf(out, STR_FMT ": %s\r\n", STR_ARG(waiting_name),
		   mwi->waiting ? "yes" : "no");
	if (mwi->account.p)
		buf_printf(out, STR_FMT ": " STR_FMT "\r\n",
			   STR_ARG(account_name), STR_ARG(mwi->account));
	for (size_t i = 0; i < MWI_CLASSES; i++) {
		const struct mwi_counts *counts = &mwi->counts[i];

		if (!counts->told)
			continue;
		buf_printf(out, "%s: %u/%u", classes[i].written, counts->fresh,
			   counts->old);
		if (counts->urgent_told)
			buf_printf(out, " (%u/%u)", counts->urgent_fresh,
				   counts->urgent_old);
		buf_puts(out, "\r\n");
	}
}

/* Finding ----------------------------------------------------------------- */

/* Up to the next ";" that stands in no quotes (RFC 3261 25.1). */
static struct str param_cut(struct str *rest)
{
	struct str param = *rest;
	bool quoted = false;
	size_t i = 0;

	for (; i < param.n && (quoted || param.p[i] != ';'); i++) {
		if (param.p[i] == '"')
			quoted = !quoted;
		else if (quoted && param.p[i] == '\\' && i + 1 < param.n)
			i++;
	}
	*rest = i < param.n ? skip(param, i + 1) : (struct str){0};
	param.n = i;
	return str_trim(param);
}

/* RFC 2046 5.1.1: the characters of a boundary need no escapes. */
static bool is_boundary(struct str text)
{
	static const struct str marks = {"'()+_,-./:=? ", 13};

	for (size_t i = 0; i < text.n; i++) {
		const char c = text.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z') && !str_has(marks, c))
			return false;
	}
	return text.n > 0 && text.n <= BOUNDARY_MAX &&
	       text.p[text.n - 1] != ' ';
}

/* The first of the parameters that is called boundary; .p NULL: none. */
static struct str boundary_of(struct str params)
{
	while (params.n > 0) {
		struct str value = param_cut(&params);
		const struct str name = str_trim(str_cut(&value, '='));

		if (!str_caseeq(name, STR("boundary")))
			continue;
		value = str_trim(value);
		if (value.n > 1 && value.p[0] == '"' &&
		    str_ends(value, STR("\"")))
			value = (struct str){value.p + 1, value.n - 2};
		return value;
	}
	return (struct str){0};
}

/* "a / b;c" is of type "a/b". */
static bool is_type(struct str content_type, struct str type)
{
	struct str have = param_cut(&content_type);
	const struct str main = str_trim(str_cut(&have, '/'));

	return str_caseeq(main, str_cut(&type, '/')) &&
	       (type.n == 0 || str_caseeq(str_trim(have), type));
}

/* Is it "--boundary", with blanks behind it, and "--" first for the last? */
static bool is_delimiter(struct str line, struct str boundary, bool *last)
{
	if (!str_starts(line, STR("--")) ||
	    !str_starts(skip(line, 2), boundary))
		return false;
	line = skip(line, 2 + boundary.n);
	*last = str_starts(line, STR("--"));
	return str_trim(*last ? skip(line, 2) : line).n == 0;
}

/*
 * Reads on behind the next delimiter.  What stood before it, but for the line
 * end that belongs to the delimiter, is `part`.  False: none comes.
 */
static bool part_cut(struct str *rest, struct str boundary, struct str *part,
		     bool *last)
{
	*part = (struct str){rest->p, 0};
	while (rest->n > 0) {
		const struct str line = str_cut(rest, '\n');

		if (is_delimiter(line, boundary, last)) {
			part->n = (size_t)(line.p - part->p);
			if (str_ends(*part, STR("\n")))
				part->n--;
			if (str_ends(*part, STR("\r")))
				part->n--;
			return true;
		}
	}
	return false;
}

/* Leaves what stands behind the empty line that ends a part's headers. */
static bool is_summary(struct str *part)
{
	struct sip_header header;
	bool found = false;

	while (head_next(part, &header))
		if (str_caseeq(header.name, STR("Content-Type")))
			found = is_type(header.value, summary_type);
	str_cut(part, '\n');
	return found;
}

static int multipart_read(struct str *body, struct str boundary,
			  struct str whole, struct err *err)
{
	bool last = false;
	struct str part;

	/* Before the first delimiter stands a preamble. */
	if (!part_cut(&whole, boundary, &part, &last))
		return err_set(err, ERR_PROTOCOL,
			       "a multipart body does not have its boundary "
			       "\"" STR_FMT "\"",
			       STR_ARG(boundary));
	while (!last) {
		if (!part_cut(&whole, boundary, &part, &last))
			return err_set(err, ERR_PROTOCOL,
				       "a multipart body is cut off: its "
				       "boundary does not end it");
		if (!is_summary(&part))
			continue;
		if (part.n == 0)
			return err_set(err, ERR_PROTOCOL,
				       "the message summary in a multipart "
				       "body is empty");
		*body = part;
		return 0;
	}
	return err_set(err, ERR_PROTOCOL,
		       "a multipart body has no part of type " STR_FMT,
		       STR_ARG(summary_type));
}

int mwi_body(struct str *body, struct str content_type, struct str whole,
	     struct err *err)
{
	struct str params = content_type;
	const struct str type = param_cut(&params);
	struct str boundary;

	*body = whole;
	if (whole.n == 0 || is_type(content_type, summary_type))
		return 0;
	*body = (struct str){0};
	if (type.n == 0)
		return err_set(err, ERR_PROTOCOL,
			       "a body came without Content-Type");
	if (!is_type(content_type, STR("multipart")))
		return err_set(err, ERR_PROTOCOL,
			       "a body of type \"" STR_FMT
			       "\" came, not " STR_FMT,
			       STR_ARG(seen(type)), STR_ARG(summary_type));
	boundary = boundary_of(params);
	if (!is_boundary(boundary))
		return err_set(err, ERR_PROTOCOL,
			       "\"" STR_FMT "\" is no boundary of a multipart "
			       "body (RFC 2046 5.1.1)",
			       STR_ARG(seen(boundary)));
	return multipart_read(body, boundary, whole, err);
}
