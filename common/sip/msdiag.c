/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msdiag -- reads ms-diagnostics as they are, says in a line what they mean. */
#include "sip/msdiag.h"

#include <limits.h>
#include <stdio.h>

#define NAME_SHOWN 48 /* bytes of a host's name in the line */
#define TEXT_SHOWN 80 /* bytes of a sentence: the longest of [MS-OCER] */

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Reading ----------------------------------------------------------------- */

static struct str skip(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

/* The quotation mark that the text begins with; .n == 0: none. */
static struct str mark_at(struct str text)
{
	static const char *const marks[] = {
		"\"",           "''",           "\xe2\x80\x9c",
		"\xe2\x80\x9d", "\xe2\x80\x9e", /* U+201C, U+201D, U+201E */
	};

	for (size_t i = 0; i < COUNT(marks); i++)
		if (str_starts(text, str_from(marks[i])))
			return str_from(marks[i]);
	return (struct str){text.p, 0};
}

static struct str skip_blanks(struct str text)
{
	while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
		text = skip(text, 1);
	return text;
}

static bool value_ends(struct str rest)
{
	rest = skip_blanks(rest);
	return rest.n == 0 || rest.p[0] == ';';
}

/* A plain quote ends at the next plain one (RFC 3261 25.1).  Other marks were
 * put in by a hand or a word processor: any of them may close any, but none
 * does so within a sentence. */
static bool closes(struct str mark, struct str opening, struct str behind)
{
	if (mark.n == 0)
		return false;
	if (opening.p[0] == '"' && mark.p[0] != '\'')
		return mark.p[0] == '"' || value_ends(behind);
	return opening.p[0] != '"' && value_ends(behind);
}

/* Bytes before the mark that closes what `opening` began, and that mark; all
 * bytes and no mark when it never ends. */
static size_t quoted_len(struct str text, struct str opening, struct str *mark)
{
	for (size_t i = 0; i < text.n; i++) {
		*mark = mark_at(skip(text, i));
		if (text.p[i] == '\\' && i + 1 < text.n)
			i++;
		else if (closes(*mark, opening, skip(text, i + mark->n)))
			return i;
	}
	*mark = (struct str){0};
	return text.n;
}

/* Undoes \" and \\ only: "edge\edge" is the name of a machine. */
static struct str unescape(struct pool *pool, struct str text)
{
	size_t len = 0;
	char *copy;

	if (!str_has(text, '\\'))
		return text;
	copy = pool_zalloc(pool, text.n);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n &&
		    (text.p[i + 1] == '"' || text.p[i + 1] == '\\'))
			i++;
		copy[len++] = text.p[i];
	}
	return (struct str){copy, len};
}

/* Reads up to the next ";" that stands in no quotes. */
static struct str value_cut(struct str *rest, struct pool *pool)
{
	struct str text = skip_blanks(*rest);
	const struct str opening = mark_at(text);
	struct str closing;

	if (opening.n == 0)
		return str_trim(str_cut(rest, ';'));
	text = skip(text, opening.n);
	*rest = text;
	text.n = quoted_len(text, opening, &closing);
	*rest = skip(*rest, text.n + closing.n);
	str_cut(rest, ';');
	return unescape(pool, text);
}

static bool is_known(const struct msdiag *diag, struct str name)
{
	for (size_t i = 0; i < diag->params_len; i++)
		if (str_caseeq(diag->params[i].name, name))
			return true;
	return false;
}

/* name[=value] up to the next ";" */
static void param_read(struct msdiag *diag, struct pool *pool, struct str *rest)
{
	struct msdiag_param param;
	size_t len = 0;

	while (len < rest->n && rest->p[len] != '=' && rest->p[len] != ';')
		len++;
	param.name = str_trim((struct str){rest->p, len});
	param.value = (struct str){rest->p + len, 0};
	if (len < rest->n && rest->p[len] == '=') {
		*rest = skip(*rest, len + 1);
		param.value = value_cut(rest, pool);
	} else {
		str_cut(rest, ';');
	}
	if (param.name.n > 0 && diag->params_len < MSDIAG_PARAMS_MAX &&
	    !is_known(diag, param.name))
		diag->params[diag->params_len++] = param;
}

static bool number_cut(struct str *rest, unsigned *out)
{
	size_t len = 0;

	while (len < rest->n && rest->p[len] >= '0' && rest->p[len] <= '9')
		len++;
	if (!str_uint((struct str){rest->p, len}, UINT_MAX, out))
		return false;
	*rest = skip(*rest, len);
	return true;
}

bool msdiag_parse(struct msdiag *diag, struct pool *pool, struct str value)
{
	struct str rest = str_trim(value);

	*diag = (struct msdiag){0};
	if (!number_cut(&rest, &diag->id))
		return false;
	if (rest.n > 0 && rest.p[0] == '.') {
		rest = skip(rest, 1);
		number_cut(&rest, &diag->sub); /* stays 0 without digits */
	}
	str_cut(&rest, ';');
	while (rest.n > 0)
		param_read(diag, pool, &rest);
	return true;
}

/* Looking up -------------------------------------------------------------- */

static struct str without_prefix(struct str name)
{
	const struct str prefix = STR("msexch");

	if (name.n > prefix.n &&
	    str_caseeq((struct str){name.p, prefix.n}, prefix))
		return skip(name, prefix.n);
	return name;
}

struct str msdiag_param(const struct msdiag *diag, const char *name)
{
	const struct str whole = str_from(name);
	struct str near = {0};

	for (size_t i = 0; i < diag->params_len; i++) {
		const struct msdiag_param *param = &diag->params[i];

		if (str_caseeq(param->name, whole))
			return param->value;
		if (!near.p && str_caseeq(without_prefix(param->name),
					  without_prefix(whole)))
			near = param->value;
	}
	return near;
}

/* What a relay passed on (msexch...) is nearer to the cause than its own. */
static struct str inner(const struct msdiag *diag, const char *name)
{
	char prefixed[sizeof("msexchPeerServer")];

	snprintf(prefixed, sizeof(prefixed), "msexch%s", name);
	return msdiag_param(diag, prefixed);
}

/* Whose certificate is to blame. */
static enum blame blame_of(const struct msdiag *diag)
{
	const struct result_code *code =
		result_code_find(inner(diag, "HRESULT"));

	if (diag->id == 1047)
		return BLAME_OWN;
	if (code && code->blame != BLAME_NONE)
		return code->blame;
	return diag->id == 1010 ? BLAME_PEER : BLAME_NONE;
}

bool msdiag_blames_certificate(const struct msdiag *diag)
{
	return blame_of(diag) != BLAME_NONE;
}

/* Writing ----------------------------------------------------------------- */

/* Of long text its beginning; not a part of a UTF-8 character. */
static void put_cut(struct buf *out, struct str text, size_t max)
{
	size_t len = text.n;

	if (len > max)
		for (len = max; len > 0 && (text.p[len] & 0xc0) == 0x80;)
			len--;
	buf_write(out, text.p, len);
	if (len < text.n)
		buf_puts(out, "...");
}

/* What the peer says, or else [MS-OCER]. */
static void put_reason(struct buf *out, const struct msdiag *diag)
{
	const struct msdiag_meaning *meaning = msdiag_meaning(diag->id);
	const char *range = msdiag_range(diag->id);
	struct str reason = msdiag_param(diag, "reason");

	if (reason.n == 0 && meaning)
		reason = str_from(meaning->reason);
	while (reason.n > 0 && reason.p[reason.n - 1] == '.')
		reason.n--;
	if (reason.n > 0) {
		buf_puts(out, " ");
		put_cut(out, reason, TEXT_SHOWN);
	}
	if (!meaning)
		buf_printf(out, " (%s)", range ? range : "an unknown ErrorId");
}

/* Whom the speaker objected to: an address book's name or the certificate's. */
static struct str peer_of(const struct msdiag *diag)
{
	static const char *const names[] = {"PeerServer", "tls-target", "peer"};
	struct str peer = {0};

	for (size_t i = 0; i < COUNT(names) && peer.n == 0; i++)
		peer = inner(diag, names[i]);
	return peer;
}

/* ": the certificate of mail is to blame, says HQFE01.contoso.com" */
static void put_blame(struct buf *out, const struct msdiag *diag)
{
	const struct str speaker = inner(diag, "source");
	const bool own = blame_of(diag) == BLAME_OWN;
	const struct str whose = own ? speaker : peer_of(diag);

	buf_puts(out, ": the certificate of ");
	if (whose.n > 0)
		put_cut(out, whose, NAME_SHOWN);
	else
		buf_puts(out, own ? "the server that says so" : "its peer");
	buf_puts(out, " is to blame");
	if (!own && speaker.n > 0) {
		buf_puts(out, ", says ");
		put_cut(out, speaker, NAME_SHOWN);
	}
}

/* ": look at DNS; said by pool.contoso.com" */
static void put_look(struct buf *out, const struct msdiag *diag)
{
	const struct msdiag_meaning *meaning = msdiag_meaning(diag->id);
	const struct str speaker = inner(diag, "source");

	if (meaning)
		buf_printf(out, ": %s", meaning->look);
	if (speaker.n > 0) {
		buf_puts(out, "; said by ");
		put_cut(out, speaker, NAME_SHOWN);
	}
}

/* " (0x800B010F(CERT_E_CN_NO_MATCH): CN does not match; ErrorType)" */
static void put_details(struct buf *out, const struct msdiag *diag)
{
	const struct str hresult = inner(diag, "HRESULT");
	const struct result_code *code = result_code_find(hresult);
	struct str type = inner(diag, "ErrorType");

	/* "Refer to HRESULT code for specific security status" */
	if (code && str_casecontains(type, STR("HRESULT")))
		type.n = 0;
	if (hresult.n == 0 && type.n == 0)
		return;
	buf_puts(out, " (");
	put_cut(out, hresult, NAME_SHOWN);
	if (code && !str_casecontains(hresult, str_from(code->name)))
		buf_printf(out, " %s", code->name);
	if (code)
		buf_printf(out, ": %s", code->says);
	if (hresult.n > 0 && type.n > 0)
		buf_puts(out, "; ");
	put_cut(out, type, TEXT_SHOWN);
	buf_puts(out, ")");
}

void msdiag_write(struct buf *out, const struct msdiag *diag)
{
	const struct str ellipsis = STR("...");
	struct buf line;

	buf_init(&line, out->pool, (size_t)MSDIAG_LINE_MAX * 2);
	buf_printf(&line, "%u", diag->id);
	if (diag->sub > 0)
		buf_printf(&line, ".%u", diag->sub);
	put_reason(&line, diag);
	if (msdiag_blames_certificate(diag))
		put_blame(&line, diag);
	else
		put_look(&line, diag);
	put_details(&line, diag);
	put_cut(out, buf_str(&line), MSDIAG_LINE_MAX - ellipsis.n);
}
