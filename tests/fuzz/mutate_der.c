/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutate_der -- takes a part of a tree of DER, and puts another there. */
#include <openssl/evp.h>
#include <string.h>

#include "der.h"
#include "mutate.h"
#include "pair.h"

#define PARTS_MAX 400
#define DEPTH_MAX 24
#define ROOM      8192 /* for one part */
#define NONE      ((size_t)-1)

/* One tag-length-value. */
struct part {
	size_t at, head, len;
	size_t parent; /* whose length counts it; NONE */
};

struct tree {
	const uint8_t *data;
	struct part parts[PARTS_MAX];
	size_t n;
};

/* Is this nothing but whole parts? */
static int is_row(const uint8_t *p, size_t n)
{
	struct der der;

	if (n == 0)
		return 0;
	for (; n > 0; p += der.head + der.len, n -= der.head + der.len)
		if (der_read(&der, p, n))
			return 0;
	return 1;
}

/* What a part holds: how many bytes before its first child; NONE: no child.
 * Extensions are DER in an OCTET STRING, keys DER in a BIT STRING. */
static size_t children_of(const uint8_t *p, const struct der *der)
{
	const uint8_t *content = p + der->head;

	if (p[0] & 0x20 || (p[0] == 0x04 && is_row(content, der->len)))
		return 0;
	if (p[0] == 0x03 && der->len > 1 && content[0] == 0 &&
	    is_row(content + 1, der->len - 1))
		return 1;
	return NONE;
}

static void scan(struct tree *tree, size_t at, size_t end, size_t parent,
		 int depth)
{
	struct der der;

	for (; at < end && tree->n < PARTS_MAX; at += der.head + der.len) {
		const size_t self = tree->n;
		size_t skip;

		if (der_read(&der, tree->data + at, end - at))
			return;
		tree->parts[tree->n++] =
			(struct part){at, der.head, der.len, parent};
		skip = children_of(tree->data + at, &der);
		if (skip != NONE && depth < DEPTH_MAX)
			scan(tree, at + der.head + skip,
			     at + der.head + der.len, self, depth + 1);
	}
}

/* Sets the lengths of `part` and all around it, which grew by `grown`. */
static void set_lengths(struct mutant *mutant, const struct tree *tree,
			size_t part, ptrdiff_t grown)
{
	for (size_t i = part; i != NONE; i = tree->parts[i].parent) {
		const struct part *around = &tree->parts[i];
		const size_t len = (size_t)((ptrdiff_t)around->len + grown);
		uint8_t head[5];
		const size_t n = der_head(head, mutant->data[around->at], len);

		mutate_splice(mutant, around->at, around->head, head, n);
		grown += (ptrdiff_t)n - (ptrdiff_t)around->head;
	}
}

/* Some bytes within `parent`, or within nothing. */
struct gap {
	size_t parent, at, len;
};

static struct gap content_of(const struct tree *tree, size_t which)
{
	const struct part *part = &tree->parts[which];

	return (struct gap){which, part->at + part->head, part->len};
}

static struct gap all_of(const struct tree *tree, size_t which)
{
	const struct part *part = &tree->parts[which];

	return (struct gap){part->parent, part->at, part->head + part->len};
}

/* Heads may grow by some bytes each; then everything still has to fit. */
static void put(struct mutant *mutant, const struct tree *tree, struct gap gap,
		const void *bytes, size_t n)
{
	const size_t heads = (size_t)4 * (DEPTH_MAX + 1);

	if (mutant->size - gap.len + n + heads > mutant->max)
		return;
	mutate_splice(mutant, gap.at, gap.len, bytes, n);
	set_lengths(mutant, tree, gap.parent,
		    (ptrdiff_t)n - (ptrdiff_t)gap.len);
}

/* Contents that mean something to somebody who reads certificates. */
static const struct {
	const char *bytes;
	size_t n;
} telling[] = {
#define TELLING(text)                                                          \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}
	TELLING(""),
	TELLING("\0"),
	TELLING("\xff"),
	TELLING("\0\x80\0\0\0\0\0\0\0"),
	TELLING("um1.contoso.test"),
	TELLING("*.contoso.test"),
	TELLING("um1.contoso.test\0.evil.test"),
	TELLING("sip:contoso.test"),
	TELLING("http://192.0.2.1/x.crl"),
	TELLING("\x1b[31m<b>|\n"),
	TELLING("\xff\xfe\xed\xa0\x80"),
	TELLING("\xc0\0\2\1"),
	TELLING("260101000000Z"),
	TELLING("20500101000000Z"),
	TELLING("00000101000000Z"),
	TELLING("99991231235959Z"),
	TELLING("\x55\4\3"),                         /* commonName */
	TELLING("\x55\x1d\x11"),                     /* subjectAltName */
	TELLING("\x55\x1d\x0f"),                     /* keyUsage */
	TELLING("\x55\x1d\x25"),                     /* extKeyUsage */
	TELLING("\x55\x1d\x13"),                     /* basicConstraints */
	TELLING("\x55\x1d\x1f"),                     /* cRLDistributionPoints */
	TELLING("\x55\x1d\x1e"),                     /* nameConstraints */
	TELLING("\x55\x1d\x20"),                     /* certificatePolicies */
	TELLING("\x2b\6\1\5\5\7\1\1"),               /* authorityInfoAccess */
	TELLING("\x2b\6\1\5\5\7\3\1"),               /* serverAuth */
	TELLING("\x2a\x86\x48\x86\xf7\x0d\1\1\4"),   /* md5WithRSA */
	TELLING("\x2a\x86\x48\x86\xf7\x0d\1\1\5"),   /* sha1WithRSA */
	TELLING("\x2a\x86\x48\x86\xf7\x0d\1\1\x0a"), /* RSASSA-PSS */
#undef TELLING
};

static const uint8_t tags[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17,
	0x18, 0x1c, 0x1e, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa3,
};

static void change_content(struct mutant *mutant, const struct tree *tree,
			   size_t which)
{
	const struct gap gap = content_of(tree, which);
	uint8_t room[ROOM];
	size_t n;

	if (gap.len > ROOM / 2) {
		mutate_bytes(mutant);
		return;
	}
	memcpy(room, mutant->data + gap.at, gap.len);
	n = mutate_room(mutant, room, gap.len, gap.len + 32);
	put(mutant, tree, gap, room, n);
}

/* Another part, or the same once more, in its place or before it. */
static void copy_part(struct mutant *mutant, const struct tree *tree,
		      size_t which)
{
	const struct gap other = all_of(tree, mutate_roll(mutant, tree->n));
	struct gap gap = all_of(tree, which);
	uint8_t room[ROOM];

	if (other.len > ROOM) {
		mutate_bytes(mutant);
		return;
	}
	memcpy(room, mutant->data + other.at, other.len);
	if (mutate_roll(mutant, 2))
		gap.len = 0;
	put(mutant, tree, gap, room, other.len);
}

void mutate_der(struct mutant *mutant)
{
	struct tree tree = {.data = mutant->data};
	size_t which, k;

	scan(&tree, 0, mutant->size, NONE, 0);
	if (tree.n == 0) {
		mutate_bytes(mutant);
		return;
	}
	which = mutate_roll(mutant, tree.n);
	switch (mutate_roll(mutant, 10)) {
	case 0:
		mutate_bytes(mutant);
		break;
	case 1:
		put(mutant, &tree, all_of(&tree, which), NULL, 0);
		break;
	case 2:
	case 3:
		copy_part(mutant, &tree, which);
		break;
	case 4:
		mutant->data[tree.parts[which].at] =
			tags[mutate_roll(mutant, sizeof(tags))];
		break;
	case 5:
	case 6:
		k = mutate_roll(mutant, sizeof(telling) / sizeof(*telling));
		put(mutant, &tree, content_of(&tree, which), telling[k].bytes,
		    telling[k].n);
		break;
	default:
		change_content(mutant, &tree, which);
	}
}

/* SIGNED (X.509) again ------------------------------------------------------
 */

#define SIGNED_MAX 4 /* of them: certificates of a chain */

/* What is signed, and where its signature stands. */
struct seal {
	struct gap body, signature;
};

static const uint8_t ecdsa_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
				       0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

/* Three parts in a row of one parent: body, algorithm, BIT STRING. */
static int find_seal(struct seal *seal, const struct tree *tree, int nth)
{
	for (size_t i = 0; i < tree->n; i++) {
		size_t row[3], n = 0;

		for (size_t k = i + 1; k < tree->n && n < 3; k++)
			if (tree->parts[k].parent == i)
				row[n++] = k;
		if (n < 3 || tree->data[tree->parts[row[2]].at] != 0x03 ||
		    all_of(tree, row[1]).len != sizeof(ecdsa_sha256) ||
		    memcmp(tree->data + tree->parts[row[1]].at, ecdsa_sha256,
			   sizeof(ecdsa_sha256)) != 0 ||
		    nth-- > 0)
			continue;
		*seal = (struct seal){all_of(tree, row[0]),
				      content_of(tree, row[2])};
		return 1;
	}
	return 0;
}

static EVP_PKEY *key(void)
{
	static EVP_PKEY *once;
	const unsigned char *at = pair_key;

	if (!once)
		once = d2i_AutoPrivateKey(NULL, &at, sizeof(pair_key));
	return once;
}

/* The content of a BIT STRING: no unused bits, then the signature. */
static size_t sign(uint8_t *out, size_t max, const uint8_t *body, size_t n)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = max - 1;

	out[0] = 0;
	if (!context ||
	    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key()) != 1 ||
	    EVP_DigestSign(context, out + 1, &len, body, n) != 1)
		len = 0;
	EVP_MD_CTX_free(context);
	return len + 1;
}

void mutate_signed(struct mutant *mutant)
{
	uint8_t signature[128];
	struct seal seal;

	mutate_der(mutant);
	if (mutate_roll(mutant, 8) == 0)
		return;
	for (int nth = 0; nth < SIGNED_MAX; nth++) {
		struct tree tree = {.data = mutant->data};

		/* Each new signature moves what stands behind it. */
		scan(&tree, 0, mutant->size, NONE, 0);
		if (!find_seal(&seal, &tree, nth))
			return;
		put(mutant, &tree, seal.signature, signature,
		    sign(signature, sizeof(signature),
			 mutant->data + seal.body.at, seal.body.len));
	}
}
