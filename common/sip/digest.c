/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest -- reads challenges of any scheme, answers those of Digest. */
#include "sip/digest.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 4096 /* bytes of a realm, a nonce: they come back in ours */
#define SHOWN_MAX 64   /* bytes of a name that an error tells */
#define OFFER_MAX 200  /* bytes of all offers in an error */

/* What an answer depends on (RFC 7616 3.3); the rest is passed over. */
enum param {
	REALM,
	NONCE,
	OPAQUE,
	ALGORITHM,
	QOP,
	STALE,
	PARAMS, /* their number */
};

static const char *const names[PARAMS] = {
	[REALM] = "realm",         [NONCE] = "nonce", [OPAQUE] = "opaque",
	[ALGORITHM] = "algorithm", [QOP] = "qop",     [STALE] = "stale",
};

/* RFC 7616 3.3, RFC 8760 2.1.  Both SHA-2 are of one strength. */
static const struct algorithm {
	const char *name;
	enum digest_hash hash;
	bool session;
	unsigned strength;
} algorithms[] = {
	{"MD5", DIGEST_HASH_MD5, false, 1},
	{"MD5-sess", DIGEST_HASH_MD5, true, 1},
	{"SHA-256", DIGEST_HASH_SHA256, false, 2},
	{"SHA-256-sess", DIGEST_HASH_SHA256, true, 2},
	{"SHA-512-256", DIGEST_HASH_SHA512_256, false, 2},
	{"SHA-512-256-sess", DIGEST_HASH_SHA512_256, true, 2},
};

/* One challenge of any scheme. */
struct offer {
	struct str scheme;
	struct str value[PARAMS]; /* .p NULL: absent */
	bool unterminated;        /* a quote of it never ends */
};

/* Walks through the challenges of several header values. */
struct walk {
	struct pool *pool;
	const struct str *values;
	size_t n;        /* those to come */
	struct str rest; /* of the one at hand */
};

/* The header -------------------------------------------------------------- */

/* RFC 3261 25.1 */
static bool is_token(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-.!%*_+`'~", c));
}

static struct str skip(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

static struct str token_cut(struct str *rest)
{
	struct str token = {rest->p, 0};

	while (token.n < rest->n && is_token(rest->p[token.n]))
		token.n++;
	*rest = skip(*rest, token.n);
	return token;
}

/* RFC 7235 2.1 separates by commas; those within quotes are text. */
static struct str element_cut(struct str *rest)
{
	struct str element = *rest;
	bool quoted = false;
	size_t i = 0;

	for (; i < element.n && (quoted || element.p[i] != ','); i++) {
		if (element.p[i] == '"')
			quoted = !quoted;
		else if (quoted && element.p[i] == '\\' && i + 1 < element.n)
			i++;
	}
	*rest = i < element.n ? skip(element, i + 1) : (struct str){0};
	element.n = i;
	return str_trim(element);
}

/*
 * A scheme is a token with a blank or nothing behind it, a parameter one with
 * "=": `Digest realm="x"`, `NTLM`, but `realm = "x"`.  Leaves what follows.
 */
static bool scheme_cut(struct str *element, struct str *scheme)
{
	struct str rest = *element;
	struct str token = token_cut(&rest);
	struct str next = str_trim(rest);

	if (token.n == 0 || (rest.n > 0 && next.p == rest.p) ||
	    (next.n > 0 && next.p[0] == '='))
		return false;
	*scheme = token;
	*element = next;
	return true;
}

/* False: the quote never ends. */
static bool unquote(struct str *out, struct pool *pool, struct str text)
{
	size_t end = 1, escapes = 0, len = 0;
	char *copy;

	for (; end < text.n && text.p[end] != '"'; end++) {
		if (text.p[end] == '\\') {
			escapes++;
			end++;
		}
	}
	if (end >= text.n)
		return false;
	*out = (struct str){text.p + 1, end - 1};
	if (escapes == 0)
		return true;

	copy = pool_zalloc(pool, out->n);
	for (size_t i = 0; i < out->n; i++) {
		if (out->p[i] == '\\')
			i++;
		copy[len++] = out->p[i];
	}
	*out = (struct str){copy, len};
	return true;
}

/* The first of a name counts. */
static void param_read(struct offer *offer, struct pool *pool,
		       struct str element)
{
	struct str name = token_cut(&element);
	struct str value = str_trim(element);

	if (name.n == 0 || value.n == 0 || value.p[0] != '=')
		return;
	value = str_trim(skip(value, 1));
	for (size_t i = 0; i < PARAMS; i++) {
		struct str *place = &offer->value[i];

		if (place->p || !str_caseeq(name, str_from(names[i])))
			continue;
		*place = value;
		if (value.n > 0 && value.p[0] == '"' &&
		    !unquote(place, pool, value))
			offer->unterminated = true;
		if (i >= ALGORITHM && place->n == 0)
			*place = (struct str){0}; /* says nothing */
	}
}

static bool offer_begin(struct walk *walk, struct offer *offer)
{
	*offer = (struct offer){0};
	for (;;) {
		struct str element;

		while (walk->rest.n == 0) {
			if (walk->n == 0)
				return false;
			walk->rest = *walk->values++;
			walk->n--;
		}
		element = element_cut(&walk->rest);
		if (scheme_cut(&element, &offer->scheme)) {
			param_read(offer, walk->pool, element);
			return true;
		}
	}
}

static bool offer_next(struct walk *walk, struct offer *offer)
{
	if (!offer_begin(walk, offer))
		return false;
	while (walk->rest.n > 0) {
		struct str rest = walk->rest;
		struct str element = element_cut(&rest), scheme;

		if (scheme_cut(&element, &scheme))
			break;
		param_read(offer, walk->pool, element);
		walk->rest = rest;
	}
	return true;
}

/* Whether it can be answered ---------------------------------------------- */

static bool is_digest(const struct offer *offer)
{
	return str_caseeq(offer->scheme, STR("Digest"));
}

/* RFC 7616 3.3: MD5 where none is named; NULL: one that we do not know. */
static const struct algorithm *algorithm_of(const struct offer *offer)
{
	struct str name = offer->value[ALGORITHM];

	if (!name.p)
		name = STR("MD5");
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (str_caseeq(name, str_from(algorithms[i].name)))
			return &algorithms[i];
	return NULL;
}

/* A list without members offers nothing, as if it were absent. */
static bool offers_qop(const struct offer *offer)
{
	struct str list = offer->value[QOP];

	while (list.n > 0)
		if (str_trim(str_cut(&list, ',')).n > 0)
			return true;
	return false;
}

static bool offers_qop_auth(const struct offer *offer)
{
	struct str list = offer->value[QOP];

	while (list.n > 0)
		if (str_caseeq(str_trim(str_cut(&list, ',')), STR("auth")))
			return true;
	return false;
}

/* It comes back in a header of ours: none of it may end that header. */
static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (((unsigned char)text.p[i] < ' ' && text.p[i] != '\t') ||
		    text.p[i] == 0x7f)
			return true;
	return false;
}

/* Why a Digest whose algorithm we know cannot be answered; NULL: it can. */
static const char *objection(const struct offer *offer)
{
	if (offer->unterminated)
		return "with a quote that never ends";
	for (size_t i = REALM; i <= OPAQUE; i++) {
		if (has_control(offer->value[i]))
			return "with control characters";
		if (offer->value[i].n > VALUE_MAX)
			return "with more text than is sent back";
	}
	if (!offer->value[REALM].p)
		return "without realm";
	if (!offer->value[NONCE].p)
		return "without nonce";
	return NULL;
}

static bool is_answerable(const struct offer *offer)
{
	return is_digest(offer) && algorithm_of(offer) && !objection(offer) &&
	       (!offers_qop(offer) || offers_qop_auth(offer));
}

/* Of long text its beginning; not a part of a UTF-8 character. */
static void put_cut(struct buf *out, struct str text)
{
	size_t len = text.n;

	if (len > SHOWN_MAX)
		for (len = SHOWN_MAX; len > 0 && (text.p[len] & 0xc0) == 0x80;)
			len--;
	buf_write(out, text.p, len);
	if (len < text.n)
		buf_puts(out, "...");
}

static void put_objection(struct buf *out, const struct offer *offer)
{
	const char *why = objection(offer);

	if (why) {
		buf_printf(out, " %s", why);
	} else if (offers_qop(offer) && !offers_qop_auth(offer)) {
		buf_puts(out, " with qop=");
		put_cut(out, offer->value[QOP]);
		buf_puts(out, " only");
	}
}

/* "NTLM", "Digest SHA-9", "Digest without nonce" */
static void put_refused(struct buf *out, const struct offer *offer)
{
	put_cut(out, offer->scheme);
	if (is_digest(offer) && !algorithm_of(offer)) {
		buf_puts(out, " ");
		put_cut(out, offer->value[ALGORITHM]);
	} else if (is_digest(offer)) {
		put_objection(out, offer);
	}
}

static void challenge_set(struct challenge *challenge,
			  const struct offer *offer,
			  const struct algorithm *algorithm)
{
	*challenge = (struct challenge){
		.realm = offer->value[REALM],
		.nonce = offer->value[NONCE],
		.opaque = offer->value[OPAQUE],
		.hash = algorithm->hash,
		.algorithm = offer->value[ALGORITHM],
		.session = algorithm->session,
		.qop = offers_qop(offer),
		.stale = str_caseeq(offer->value[STALE], STR("true")),
	};
}

int challenge_pick(struct challenge *challenge, struct pool *pool,
		   const struct str *values, size_t n, struct err *err)
{
	struct walk walk = {.pool = pool, .values = values, .n = n};
	unsigned strength = 0;
	struct offer offer;
	struct buf refused;

	buf_init(&refused, pool, OFFER_MAX);
	while (offer_next(&walk, &offer)) {
		const struct algorithm *algorithm = algorithm_of(&offer);

		if (!is_answerable(&offer)) {
			buf_puts(&refused, refused.len ? ", " : "");
			put_refused(&refused, &offer);
		} else if (algorithm && algorithm->strength > strength) {
			strength = algorithm->strength;
			challenge_set(challenge, &offer, algorithm);
		}
	}
	if (strength > 0)
		return 0;
	return err_set(err, ERR_PROTOCOL, "%s%s",
		       refused.len ? refused.data : "none is offered",
		       refused.full ? "..." : "");
}

void challenge_list(struct buf *out, const struct str *values, size_t n)
{
	struct walk walk = {.pool = out->pool, .values = values, .n = n};
	const char *between = "";
	struct offer offer;

	for (; offer_next(&walk, &offer); between = "; ") {
		buf_puts(out, between);
		put_cut(out, offer.scheme);
		if (!is_digest(&offer))
			continue;
		buf_puts(out, " ");
		put_cut(out, offer.value[ALGORITHM].p ? offer.value[ALGORITHM]
						      : STR("MD5"));
		if (offer.value[REALM].n > 0) {
			buf_puts(out, " realm=");
			put_cut(out, offer.value[REALM]);
		}
		put_objection(out, &offer);
	}
}

/* The answer -------------------------------------------------------------- */

/* RFC 3261 25.1: a quoted-string. */
static void put_quoted(struct buf *out, const char *name, struct str text)
{
	buf_printf(out, "%s=\"", name);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_puts(out, "\\");
		buf_write(out, text.p + i, 1);
	}
	buf_puts(out, "\"");
}

/* RFC 7616 3.4.2 */
static int hash_a1(char hex[DIGEST_HEX_MAX], const struct challenge *challenge,
		   const struct credentials *who, struct str cnonce,
		   struct err *err)
{
	char first[DIGEST_HEX_MAX];
	const struct str a1[] = {str_from(who->user), challenge->realm,
				 who->password};
	int rc = digest_hash_hex(first, challenge->hash, a1, 3, err);

	if (rc == 0 && challenge->session) {
		const struct str session[] = {str_from(first), challenge->nonce,
					      cnonce};

		rc = digest_hash_hex(hex, challenge->hash, session, 3, err);
	} else if (rc == 0) {
		memcpy(hex, first, sizeof(first));
	}
	explicit_bzero(first, sizeof(first));
	return rc;
}

/* RFC 7616 3.4.1; without qop as RFC 2069 2.1.2 has it. */
static int hash_response(char hex[DIGEST_HEX_MAX],
			 const struct challenge *challenge,
			 const struct credentials *who,
			 const struct digest_turn *turn, const char *nc,
			 struct err *err)
{
	const struct str a2[] = {str_from(turn->method), str_from(turn->uri)};
	const struct str cnonce = str_from(turn->cnonce);
	char one[DIGEST_HEX_MAX], two[DIGEST_HEX_MAX];
	int rc;

	if (hash_a1(one, challenge, who, cnonce, err))
		return -1;
	rc = digest_hash_hex(two, challenge->hash, a2, 2, err);
	if (rc == 0 && challenge->qop) {
		const struct str parts[] = {str_from(one), challenge->nonce,
					    str_from(nc),  cnonce,
					    STR("auth"),   str_from(two)};

		rc = digest_hash_hex(hex, challenge->hash, parts, 6, err);
	} else if (rc == 0) {
		const struct str parts[] = {str_from(one), challenge->nonce,
					    str_from(two)};

		rc = digest_hash_hex(hex, challenge->hash, parts, 3, err);
	}
	explicit_bzero(one, sizeof(one));
	return rc;
}

/* RFC 7616 3.4: what is quoted and what must not be. */
int digest_answer(struct buf *out, const struct challenge *challenge,
		  const struct credentials *who, const struct digest_turn *turn,
		  struct err *err)
{
	char response[DIGEST_HEX_MAX], nc[sizeof("00000000")];

	if (has_control(str_from(who->user)))
		return err_set(err, ERR_USAGE,
			       "a user name without control characters is "
			       "wanted for digest authentication");
	snprintf(nc, sizeof(nc), "%08x", turn->nc);
	if (hash_response(response, challenge, who, turn, nc, err))
		return -1;

	put_quoted(out, "Digest username", str_from(who->user));
	put_quoted(out, ", realm", challenge->realm);
	put_quoted(out, ", nonce", challenge->nonce);
	put_quoted(out, ", uri", str_from(turn->uri));
	put_quoted(out, ", response", str_from(response));
	if (challenge->algorithm.p)
		buf_printf(out, ", algorithm=" STR_FMT,
			   STR_ARG(challenge->algorithm));
	/* A -sess without qop cannot be checked without cnonce. */
	if (challenge->qop || challenge->session)
		put_quoted(out, ", cnonce", str_from(turn->cnonce));
	if (challenge->opaque.p)
		put_quoted(out, ", opaque", challenge->opaque);
	if (challenge->qop)
		buf_printf(out, ", qop=auth, nc=%s", nc);
	if (out->full)
		return err_set(err, ERR_PROTOCOL,
			       "a challenge short enough to be answered is "
			       "wanted, its answer is over %zu bytes long",
			       out->max);
	return 0;
}
