/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_broken -- a part that does not parse is not taken for an absent one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "data.h"
#include "pki/profile.h"
#include "pki/rules.h"

/* An object identifier, and what stands behind it in a way to be broken. */
struct mark {
	const char *bytes;
	size_t n;
};

#define MARK(text) ((struct mark){(text), sizeof(text) - 1})
#define SEQUENCE   0x30
#define SET        0x31

/* The first SEQUENCE behind the mark becomes a SET, which nobody wants there.
 */
static struct bytes broken_behind(struct pool *pool, struct bytes der,
				  struct mark mark)
{
	struct bytes copy = bytes_dup(pool, der.p, der.n);
	unsigned char *at = memmem(copy.p, copy.n, mark.bytes, mark.n);

	assert_non_null(at);
	at = memchr(at + mark.n, SEQUENCE, 20);
	assert_non_null(at);
	*at = SET;
	return copy;
}

static struct cert read_broken(struct pool *pool, const char *file,
			       struct mark mark)
{
	struct cert cert;
	struct err err;

	if (cert_read(&cert, pool,
		      broken_behind(pool, data_certs(pool, file).v[0], mark),
		      &err))
		fail_msg("%s: %s", file, err.text);
	return cert;
}

static void an_extension_that_does_not_parse_is_no_absent_one(void **state)
{
	struct cert cert =
		read_broken(*state, "ca-leaf.pem", MARK("\x55\x1d\x13"));

	assert_true(cert.is_ca);
	cert = read_broken(*state, "facts.pem", MARK("\x55\x1d\x25"));
	assert_int_equal(cert.usage, USAGE_OTHER);
	cert = read_broken(*state, "facts.pem", MARK("\x55\x1d\x11"));
	assert_true(cert.has_san);
	assert_int_equal(cert.dns.n, 0);
	cert = read_broken(*state, "public-200.pem", MARK("\x55\x1d\x20"));
	assert_true(cert.public_ca);
}

static void an_rsa_key_that_does_not_parse_is_no_strong_one(void **state)
{
	const struct cert cert = read_broken(
		*state, "rsa-2048.pem",
		MARK("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03"));
	const struct cert *chain[] = {&cert};
	const struct evidence evidence = {.chain = chain, .chain_len = 1};
	const struct trial trial = {.evidence = &evidence};
	struct buf why;

	buf_init(&why, *state, 200);
	assert_int_equal(rule_key_size.test(&trial, &why), RULE_BROKEN_BADLY);
	assert_non_null(strstr(why.data, "does not parse"));
}

static void a_request_whose_extensions_do_not_parse_is_refused(void **state)
{
	const struct bytes der =
		broken_behind(*state, data_read(*state, "pki/csr.der"),
			      MARK("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"));
	struct cert cert;
	struct err err;

	assert_int_equal(cert_read_request(&cert, *state, der, &err), -1);
	assert_int_equal(err.kind, ERR_FILE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_extension_that_does_not_parse_is_no_absent_one),
		TEST(an_rsa_key_that_does_not_parse_is_no_strong_one),
		TEST(a_request_whose_extensions_do_not_parse_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
