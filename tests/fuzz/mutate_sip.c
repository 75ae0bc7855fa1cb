/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutate_sip -- lines of SIP moved, doubled, renamed and replaced. */
#include <stdio.h>
#include <string.h>

#include "mutate.h"

#define ROOM 1024 /* for one line */

/* What fuzz_exchange.c asked for, and what peers add to it. */
static const char *const lines[] = {
	"SIP/2.0 200 OK\r\n",
	"SIP/2.0 100 Trying\r\n",
	"SIP/2.0 401 Unauthorized\r\n",
	"SIP/2.0 407 Proxy Authentication Required\r\n",
	"SIP/2.0 503 Service Unavailable\r\n",
	"OPTIONS sip:probe@192.0.2.1 SIP/2.0\r\n",
	"INVITE sip:probe@192.0.2.1 SIP/2.0\r\n",
	"NOTIFY sip:probe@192.0.2.1 SIP/2.0\r\n",
	"Via: SIP/2.0/TCP 192.0.2.1:5060;rport;branch=z9hG4bKours1\r\n",
	"Via: SIP/2.0/TCP 192.0.2.1:5060;rport;branch=z9hG4bKours2\r\n",
	"Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKtheirs\r\n",
	"From: <sip:probe@192.0.2.1>;tag=ours\r\n",
	"To: <sip:um1.contoso.test>;tag=theirs\r\n",
	"Call-ID: ours\r\n",
	"CSeq: 1 OPTIONS\r\n",
	"CSeq: 2 OPTIONS\r\n",
	"CSeq: 1 NOTIFY\r\n",
	"WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth\"\r\n",
	"Proxy-Authenticate: Digest realm=a,nonce=c,stale=true\r\n",
	"Allow: OPTIONS, NOTIFY\r\n",
	"Retry-After: 30\r\n",
	"ms-diagnostics: 1010;reason=\"x\";source=\"um1\"\r\n",
	"Content-Type: application/simple-message-summary\r\n",
	"Content-Length: 0\r\n",
	"l: 4\r\n",
	"\tfolded\r\n",
	"\r\n",
	"\x1e",
};

/* A line with its end. */
struct line {
	size_t at, n;
};

static struct line pick(struct mutant *mutant)
{
	const uint8_t *data = mutant->data;
	struct line line = {0, 0};

	if (mutant->size > 0)
		line.at = mutate_roll(mutant, mutant->size);
	while (line.at > 0 && data[line.at - 1] != '\n')
		line.at--;
	while (line.at + line.n < mutant->size)
		if (data[line.at + line.n++] == '\n')
			break;
	return line;
}

/* In its place, or before it. */
static void put(struct mutant *mutant, struct line line, const void *bytes,
		size_t n)
{
	mutate_splice(mutant, line.at, mutate_roll(mutant, 2) ? line.n : 0,
		      bytes, n);
}

static void copy_line(struct mutant *mutant, struct line to)
{
	const struct line from = pick(mutant);
	uint8_t room[ROOM];

	if (from.n > ROOM) {
		mutate_bytes(mutant);
		return;
	}
	memcpy(room, mutant->data + from.at, from.n);
	put(mutant, to, room, from.n);
}

static void change_line(struct mutant *mutant, struct line line)
{
	uint8_t room[ROOM];
	size_t n;

	if (line.n > ROOM / 2) {
		mutate_bytes(mutant);
		return;
	}
	memcpy(room, mutant->data + line.at, line.n);
	n = mutate_room(mutant, room, line.n, ROOM);
	mutate_splice(mutant, line.at, line.n, room, n);
}

static const uint8_t *find(const uint8_t *data, size_t size, const char *text)
{
	const size_t n = strlen(text);

	for (size_t i = 0; i + n <= size; i++)
		if (memcmp(data + i, text, n) == 0)
			return data + i;
	return NULL;
}

/* Of the first message that announces a length: up to what comes next. */
static void set_length(struct mutant *mutant)
{
	static const char name[] = "Content-Length:";
	const uint8_t *data = mutant->data, *body, *next;
	const uint8_t *field = find(data, mutant->size, name);
	size_t at, n = 0, len;
	char text[24];

	if (!field)
		return;
	at = (size_t)(field - data) + sizeof(name) - 1;
	while (at + n < mutant->size && data[at + n] != '\r' &&
	       data[at + n] != '\n')
		n++;
	body = find(data + at, mutant->size - at, "\r\n\r\n");
	if (!body)
		return;
	body += 4;
	len = mutant->size - (size_t)(body - data);
	next = find(body, len, "SIP/2.0 ");
	if (next)
		len = (size_t)(next - body);
	next = memchr(body, '\x1e', len);
	if (next)
		len = (size_t)(next - body);
	snprintf(text, sizeof(text), " %zu", len);
	mutate_splice(mutant, at, n, text, strlen(text));
}

void mutate_sip(struct mutant *mutant)
{
	const struct line line = pick(mutant);
	const char *text;

	switch (mutate_roll(mutant, 8)) {
	case 0:
	case 1:
		text = lines[mutate_roll(mutant,
					 sizeof(lines) / sizeof(*lines))];
		put(mutant, line, text, strlen(text));
		break;
	case 2:
		mutate_splice(mutant, line.at, line.n, NULL, 0);
		break;
	case 3:
		copy_line(mutant, line);
		break;
	case 4:
		mutate_bytes(mutant);
		break;
	default:
		change_line(mutant, line);
	}
	if (mutate_roll(mutant, 4))
		set_length(mutant);
}
