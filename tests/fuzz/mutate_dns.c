/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutate_dns -- records added to, taken from and changed in DNS replies. */
#include <string.h>

#include "mutate.h"

#define HEAD    7  /* of a reply: see fuzz_dns.c */
#define ANSWERS 2  /* where the count of answers stands in it */
#define RECORD  10 /* type, class, TTL and length of data */
#define ROOM    1024

/* A reply, and a record in it. */
struct spot {
	size_t reply, end;   /* of the reply */
	size_t record, next; /* record == next: there is none */
};

/* Behind the name at `at`; `end` where it does not end. */
static size_t skip_name(const uint8_t *data, size_t at, size_t end)
{
	while (at < end && data[at] && data[at] < 0xc0)
		at += data[at] + 1u;
	if (at < end)
		at += data[at] ? 2 : 1;
	return at < end ? at : end;
}

static size_t skip_record(const uint8_t *data, size_t at, size_t end)
{
	at = skip_name(data, at, end);
	if (end - at < RECORD)
		return end;
	at += RECORD + ((size_t)data[at + 8] << 8 | data[at + 9]);
	return at < end ? at : end;
}

static size_t end_of(const uint8_t *data, size_t at, size_t size)
{
	size_t len;

	if (size - at < HEAD)
		return size;
	len = (size_t)data[at + HEAD - 2] << 8 | data[at + HEAD - 1];
	return len < size - at - HEAD ? at + HEAD + len : size;
}

/* Any of the first replies, any of its first records. */
static struct spot pick(struct mutant *mutant)
{
	const uint8_t *data = mutant->data;
	const size_t size = mutant->size;
	struct spot spot = {0, end_of(data, 0, size), 0, 0};

	for (unsigned n = mutate_roll(mutant, 8); n > 0 && spot.end < size;
	     n--) {
		spot.reply = spot.end;
		spot.end = end_of(data, spot.reply, size);
	}
	spot.record = spot.reply + HEAD;
	if (spot.record > spot.end)
		spot.record = spot.end;
	spot.next = skip_record(data, spot.record, spot.end);
	for (unsigned n = mutate_roll(mutant, 6); n > 0 && spot.next < spot.end;
	     n--) {
		spot.record = spot.next;
		spot.next = skip_record(data, spot.record, spot.end);
	}
	return spot;
}

/* As mutate_splice() within a reply, whose length and count follow. */
static void put(struct mutant *mutant, const struct spot *spot, size_t old,
		const void *bytes, size_t n)
{
	const int added = (n > 0) - (old > 0);
	const size_t len = spot->end - spot->reply - HEAD - old + n;
	uint8_t *head = mutant->data + spot->reply;

	if (spot->end - spot->reply < HEAD ||
	    mutant->size - old + n > mutant->max)
		return;
	mutate_splice(mutant, spot->record, old, bytes, n);
	head[HEAD - 2] = (uint8_t)(len >> 8);
	head[HEAD - 1] = (uint8_t)len;
	head[ANSWERS] = (uint8_t)(head[ANSWERS] + added);
}

/* "contoso.test" begins at 12; behind "_sip._tcp." it does at 22. */
static const struct {
	const char *bytes;
	size_t n;
} records[] = {
#define RECORD_OF(type, len, data)                                             \
	{                                                                      \
		"\xc0\x0c\0" type "\0\1\0\0\0\5\0" len data,                   \
			sizeof("\xc0\x0c\0" type "\0\1\0\0\0\5\0" len data) -  \
				1                                              \
	}
	RECORD_OF("\x01", "\x04", "\xc0\0\2\7"),
	RECORD_OF("\x1c", "\x10", "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	RECORD_OF("\x05", "\x08", "\1a\4test\0"),
	RECORD_OF("\x06", "\x16",
		  "\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"),
	RECORD_OF("\x21", "\x0e", "\0\x0a\0\x3c\x13\xc5\1a\4test\0"),
	RECORD_OF("\x21", "\x0e", "\0\x14\0\0\x13\xc4\1b\4test\0"),
	RECORD_OF("\x21", "\x07", "\0\0\0\0\0\0\0"),
	RECORD_OF("\x21", "\x08", "\0\1\0\1\x13\xc5\xc0\x0c"),
	RECORD_OF("\x23", "\x18",
		  "\0\x0a\0\x32\1s\x08SIPS+D2T\0\xc0\x0c\0\0\0\0\0"),
	RECORD_OF("\x23", "\x10", "\0\x14\0\x33\1s\7SIP+D2U\0\0"),
	RECORD_OF("\x29", "\0", ""),
#undef RECORD_OF
};

static void add_record(struct mutant *mutant, const struct spot *spot)
{
	const size_t k =
		mutate_roll(mutant, sizeof(records) / sizeof(*records));

	put(mutant, spot,
	    mutate_roll(mutant, 4) ? 0 : spot->next - spot->record,
	    records[k].bytes, records[k].n);
}

/* What a record says, and the length that it gives for that. */
static void change_data(struct mutant *mutant, const struct spot *spot)
{
	const size_t name = skip_name(mutant->data, spot->record, spot->next);
	const size_t head = name + RECORD - spot->record;
	uint8_t room[ROOM];
	size_t n = spot->next - spot->record;

	if (n < head || n > ROOM / 2) {
		mutate_bytes(mutant);
		return;
	}
	memcpy(room, mutant->data + spot->record, n);
	n = mutate_room(mutant, room + head, n - head, ROOM / 2);
	room[head - 2] = (uint8_t)(n >> 8);
	room[head - 1] = (uint8_t)n;
	put(mutant, spot, spot->next - spot->record, room, head + n);
}

static void copy_record(struct mutant *mutant, const struct spot *spot)
{
	const struct spot from = pick(mutant);
	const size_t n = from.next - from.record;
	uint8_t room[ROOM];

	if (n == 0 || n > ROOM) {
		mutate_bytes(mutant);
		return;
	}
	memcpy(room, mutant->data + from.record, n);
	put(mutant, spot, 0, room, n);
}

/* A whole reply more, which says that there is nothing, or nobody to tell. */
static void add_reply(struct mutant *mutant, const struct spot *spot)
{
	static const uint8_t rcodes[] = {0, 0, 0, 2, 3, 5};
	uint8_t reply[HEAD] = {0x81};

	reply[1] = 0x80 | rcodes[mutate_roll(mutant, sizeof(rcodes))];
	mutate_splice(mutant, spot->reply, 0, reply, HEAD);
}

void mutate_dns(struct mutant *mutant)
{
	struct spot spot;

	if (mutant->size < HEAD) {
		mutate_bytes(mutant);
		return;
	}
	spot = pick(mutant);
	switch (mutate_roll(mutant, 10)) {
	case 0:
		mutate_bytes(mutant);
		break;
	case 1:
		add_reply(mutant, &spot);
		break;
	case 2:
		mutate_splice(mutant, spot.reply, spot.end - spot.reply, NULL,
			      0);
		break;
	case 3:
		put(mutant, &spot, spot.next - spot.record, NULL, 0);
		break;
	case 4:
		copy_record(mutant, &spot);
		break;
	case 5:
	case 6:
		change_data(mutant, &spot);
		break;
	default:
		add_record(mutant, &spot);
	}
}
