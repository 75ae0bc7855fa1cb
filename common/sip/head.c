/* SPDX-License-Identifier: GPL-3.0-or-later */
/* head -- start line, line ends and Content-Length, all of them bounded. */
#include "sip/head.h"

#define METHOD_MAX 64
#define SEEN_MAX   60 /* of what came instead, for people */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

bool head_is_token(struct str text)
{
	static const struct str marks = {"-.!%*_+`'~", 10};

	for (size_t i = 0; i < text.n; i++)
		if (!is_alnum(text.p[i]) && !str_has(marks, text.p[i]))
			return false;
	return text.n > 0;
}

bool head_is_uri(struct str text)
{
	static const struct str marks = {"+-.", 3}, ends = {"<>\"", 3};
	struct str rest = text, scheme = str_cut(&rest, ':');

	for (size_t i = 0; i < scheme.n; i++)
		if (!is_alnum(scheme.p[i]) && !str_has(marks, scheme.p[i]))
			return false;
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] <= ' ' || rest.p[i] > '~' ||
		    str_has(ends, rest.p[i]))
			return false;
	return scheme.n > 0 && rest.n > 0;
}

struct str head_long_name(struct str name)
{
	/* The compact forms that IANA lists. */
	static const struct {
		char c;
		const char *name;
	} forms[] = {
		{'a', "Accept-Contact"},
		{'b', "Referred-By"},
		{'c', "Content-Type"},
		{'d', "Request-Disposition"},
		{'e', "Content-Encoding"},
		{'f', "From"},
		{'i', "Call-ID"},
		{'j', "Reject-Contact"},
		{'k', "Supported"},
		{'l', "Content-Length"},
		{'m', "Contact"},
		{'n', "Identity-Info"},
		{'o', "Event"},
		{'r', "Refer-To"},
		{'s', "Subject"},
		{'t', "To"},
		{'u', "Allow-Events"},
		{'v', "Via"},
		{'x', "Session-Expires"},
		{'y', "Identity"},
	};

	for (size_t i = 0; name.n == 1 && i < sizeof(forms) / sizeof(*forms);
	     i++)
		if (str_caseeq(name, (struct str){&forms[i].c, 1}))
			return str_from(forms[i].name);
	return name;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* No more of a peer's words than a line of text bears. */
static struct str seen(struct str s)
{
	return (struct str){s.p ? s.p : "", s.n < SEEN_MAX ? s.n : SEEN_MAX};
}

/* Tells what came: its first words, or its first bytes when it has none. */
static int no_sip(struct err *err, struct str data)
{
	static const char digits[] = "0123456789abcdef";
	char hex[3 * 8 + 1] = "";
	size_t n = 0;

	while (n < data.n && data.p[n] >= ' ' && data.p[n] <= '~')
		n++;
	if (n)
		return err_set(err, ERR_PROTOCOL,
			       "\"" STR_FMT
			       "\" came where a SIP/2.0 message was due",
			       STR_ARG(seen((struct str){data.p, n})));
	if (data.n == 0)
		return err_set(err, ERR_PROTOCOL,
			       "an empty line came where a SIP/2.0 message "
			       "was due");
	/* RFC 8446 5.1: content type and version of a record. */
	if (data.n > 1 && data.p[0] >= 20 && data.p[0] <= 23 && data.p[1] == 3)
		return err_set(err, ERR_PROTOCOL,
			       "a TLS record came where SIP was due");
	for (size_t i = 0; i < data.n && 3 * (i + 1) < sizeof(hex); i++) {
		unsigned char byte = (unsigned char)data.p[i];

		hex[3 * i] = ' ';
		hex[3 * i + 1] = digits[byte >> 4];
		hex[3 * i + 2] = digits[byte & 15];
	}
	return err_set(err, ERR_PROTOCOL,
		       "the bytes%s came where a SIP/2.0 message was due", hex);
}

/* RFC 3261 7.1: to be sent in capitals, to be taken in any case. */
static bool is_version(struct str word)
{
	return str_caseeq(word, STR("SIP/2.0"));
}

static bool is_method(struct str word)
{
	return word.n <= METHOD_MAX && head_is_token(word);
}

/* Can a start line that has not come to its end become one? */
static bool may_start(struct str data)
{
	const struct str version = STR("SIP/2.0");
	struct str rest = {data.p,
			   data.n < METHOD_MAX + 1 ? data.n : METHOD_MAX + 1};
	struct str word = str_cut(&rest, ' ');

	if (is_method(word) || is_version(word))
		return true;
	return !rest.p && word.n < version.n &&
	       str_caseeq(word, (struct str){version.p, word.n});
}

/* RFC 3261 7.2: three digits, and a blank even without a reason phrase. */
static int status_read(struct head *head, struct str code, struct str reason,
		       struct err *err)
{
	if (code.n != 3 || !str_uint(code, 699, &head->status) ||
	    head->status < 100)
		return err_set(err, ERR_PROTOCOL,
			       "status \"" STR_FMT "\" is none of 100 to 699",
			       STR_ARG(seen(code)));
	if (!reason.p)
		return err_set(err, ERR_PROTOCOL,
			       "a status line ends with its status");
	head->reason = reason;
	return 0;
}

/* RFC 3261 7.1 and 7.2: one blank between the parts, none elsewhere. */
static int start_read(struct head *head, struct str line, struct err *err)
{
	struct str rest = line, first = str_cut(&rest, ' ');
	struct str second = str_cut(&rest, ' ');

	if (is_version(first))
		return status_read(head, second, rest, err);
	if (!is_method(first) || !head_is_uri(second) || !is_version(rest))
		return no_sip(err, line);
	head->method = first;
	head->uri = second;
	return 0;
}

/* Up to the empty line and with it; 0 while there is none. */
static size_t head_length(struct str data)
{
	const char *lf = data.n ? memchr(data.p, '\n', data.n) : NULL;
	size_t at;

	while (lf) {
		at = (size_t)(lf - data.p) + 1;
		if (at < data.n && data.p[at] == '\n')
			return at + 1;
		if (at + 1 < data.n && data.p[at] == '\r' &&
		    data.p[at + 1] == '\n')
			return at + 2;
		lf = at < data.n ? memchr(lf + 1, '\n', data.n - at) : NULL;
	}
	return 0;
}

bool head_next(struct str *lines, struct sip_header *header)
{
	struct str rest = *lines;
	const char *lf;
	size_t n = 0;

	if (rest.n == 0 || rest.p[0] == '\n' || str_starts(rest, STR("\r\n")))
		return false;
	do {
		lf = memchr(rest.p + n, '\n', rest.n - n);
		n = lf ? (size_t)(lf - rest.p) + 1 : rest.n;
	} while (n < rest.n && is_blank(rest.p[n]));
	*lines = (struct str){rest.p + n, rest.n - n};
	rest.n = n;
	header->name = str_cut(&rest, ':');
	/* In front, blanks are no part of a name (RFC 3261 7.3.1). */
	while (header->name.n && is_blank(header->name.p[header->name.n - 1]))
		header->name.n--;
	header->value = str_trim(rest);
	return true;
}

/* RFC 3261 20.14, 18.3: at most one, and of digits only. */
static int length_read(struct head *head, struct err *err)
{
	struct str lines = head->lines;
	struct sip_header header;
	size_t n = 0;

	while (head_next(&lines, &header)) {
		if (++n > SIP_HEADERS_MAX)
			return err_set(err, ERR_PROTOCOL,
				       "a message has over %d headers",
				       SIP_HEADERS_MAX);
		if (!str_caseeq(head_long_name(header.name),
				STR("Content-Length")))
			continue;
		if (head->has_length)
			return err_set(err, ERR_PROTOCOL,
				       "a message has two Content-Length");
		if (!str_uint(header.value, SIP_MESSAGE_MAX, &head->length))
			return err_set(err, ERR_PROTOCOL,
				       "Content-Length \"" STR_FMT
				       "\" is none of 0 to %zu",
				       STR_ARG(seen(header.value)),
				       SIP_MESSAGE_MAX);
		head->has_length = true;
	}
	return 0;
}

int head_read(struct head *head, struct str data, struct err *err)
{
	const struct str window = {
		data.p, data.n < SIP_HEAD_MAX ? data.n : SIP_HEAD_MAX};
	struct str rest = window, line = str_cut(&rest, '\n');

	*head = (struct head){0};
	if (!rest.p && !may_start(line))
		return no_sip(err, data);
	if (str_ends(line, STR("\r")))
		line.n--;
	if (rest.p && start_read(head, line, err))
		return -1;
	head->n = head_length(window);
	if (head->n == 0 && data.n > SIP_HEAD_MAX)
		return err_set(err, ERR_PROTOCOL,
			       "a message's head has no end within %zu bytes",
			       SIP_HEAD_MAX);
	if (head->n == 0)
		return 0;
	head->lines =
		(struct str){rest.p, head->n - (size_t)(rest.p - window.p)};
	return length_read(head, err) ? -1 : 1;
}
