/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_container -- certificates and keys out of files of every form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pkcs12.h>

#include "base/buf.h"
#include "data.h"
#include "pki/container.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define FILE_OF(name) data_read(*state, pool_printf(*state, "pki/%s", (name)))

/* Words for people, words of other programs, "@" files; in one. */
#define JOINED(...) data_join(*state, (const char *const[]){__VA_ARGS__, NULL})

static void assert_same(struct bytes got, struct bytes want)
{
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
}

static struct bytes identity(struct pool *pool)
{
	return data_read(pool, "pki/identity.der");
}

/* Leaf, issuing CA, root: as identity.pem has them. */
static void each_form_gives_the_certificate_leaf_first(void **state)
{
	static const struct {
		const char *file, *password, *form;
		size_t certs;
	} cases[] = {
		{"identity.pem", NULL, "PEM", 3},
		{"identity.der", NULL, "DER", 1},
		{"identity-trusted.pem", NULL, "PEM", 1},
		{"set.p7b", NULL, "PEM", 3},
		{"set.p7c", NULL, "PKCS#7", 3},
		{"modern.p12", "secret", "PKCS#12", 3},
		{"legacy.p12", "secret", "PKCS#12", 3},
		{"no-password.p12", NULL, "PKCS#12", 3},
		{"keyless.p12", "secret", "PKCS#12", 3},
	};
	const struct bytes *want = data_certs(*state, "identity.pem").v;

	assert_same(want[0], identity(*state));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct container got;
		struct err err;

		if (data_open(&got, *state, FILE_OF(cases[i].file),
			      cases[i].password, &err))
			fail_msg("%s: %s", cases[i].file, err.text);
		assert_string_equal(got.form, cases[i].form);
		if (got.certs.n != cases[i].certs)
			fail_msg("%s: %zu certificates", cases[i].file,
				 got.certs.n);
		for (size_t k = 0; k < got.certs.n; k++)
			assert_same(got.certs.v[k], want[k]);
		assert_int_equal(got.request.n, 0);
	}
}

/* A PEM file is what the server will send: in the order it stands in. */
static void pem_keeps_its_own_order(void **state)
{
	const struct ders reversed = data_certs(*state, "reversed.pem");
	const struct ders root = data_certs(*state, "root.pem");
	const struct ders issuing = data_certs(*state, "issuing.pem");

	assert_int_equal(reversed.n, 3);
	assert_same(reversed.v[1], root.v[0]);
	assert_same(reversed.v[2], issuing.v[0]);
}

static void requests_are_told_from_certificates(void **state)
{
	const struct bytes der = data_read(*state, "pki/csr.der");
	struct container got;
	struct err err;

	assert_int_equal(
		data_open(&got, *state, FILE_OF("csr.pem"), NULL, &err), 0);
	assert_string_equal(got.form, "PEM");
	assert_int_equal(got.certs.n, 0);
	assert_same(got.request, der);
	assert_int_equal(
		data_open(&got, *state, FILE_OF("csr.der"), NULL, &err), 0);
	assert_string_equal(got.form, "PKCS#10");
	assert_same(got.request, der);
}

static void what_stands_between_pem_blocks_does_not_matter(void **state)
{
	const struct bytes data = JOINED(
		"Bag Attributes\n  friendlyName: um1\n", "@leaf-only.pem",
		"\nsubject=/CN=x\n-----BEGIN OTHER-----\nAAAA\n"
		"-----END OTHER-----\n",
		"@identity-encrypted.key", "@issuing.pem", "the end");
	struct container got;
	struct err err;

	assert_int_equal(data_open(&got, *state, data, NULL, &err), 0);
	assert_int_equal(got.certs.n, 2);
	assert_int_equal(got.key.n, 0);
}

static void line_ends_of_windows_are_fine(void **state)
{
	const struct bytes unix_file = data_read(*state, "pki/identity.pem");
	struct container got;
	struct buf data;
	struct err err;

	buf_init(&data, *state, 2 * unix_file.n);
	for (size_t i = 0; i < unix_file.n; i++) {
		if (unix_file.p[i] == '\n')
			buf_puts(&data, "\r");
		buf_write(&data, &unix_file.p[i], 1);
	}
	assert_int_equal(data_open(&got, *state,
				   bytes_dup(*state, data.data, data.len), NULL,
				   &err),
			 0);
	assert_int_equal(got.certs.n, 3);
}

/* Else the first block is overlooked, and a CA is taken for the leaf. */
static void a_byte_order_mark_loses_nothing(void **state)
{
	struct container got;
	struct err err;

	assert_int_equal(data_open(&got, *state,
				   JOINED("\357\273\277", "@identity.pem"),
				   NULL, &err),
			 0);
	assert_int_equal(got.certs.n, 3);
}

static void a_certificate_beside_a_request_wins(void **state)
{
	struct container got;
	struct err err;

	assert_int_equal(data_open(&got, *state,
				   JOINED("@csr.pem", "@leaf-only.pem"), NULL,
				   &err),
			 0);
	assert_int_equal(got.certs.n, 1);
	assert_int_equal(got.request.n, 0);
}

static void what_holds_nothing_of_use_is_refused(void **state)
{
	static const struct {
		struct bytes data;
		const char *says;
	} cases[] = {
		{{(const unsigned char *)"", 0}, "empty"},
		{{(const unsigned char *)"\0", 1}, "no certificate"},
		{{(const unsigned char *)"hello\n", 6}, "no certificate"},
		{{(const unsigned char *)"\x30\x82\xff\xff", 4},
		 "no certificate"},
		{{(const unsigned char *)"-----BEGIN CERTIFICATE-----\n", 28},
		 "does not parse"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		for (int key = 0; key < 2; key++) {
			struct container got;
			struct err err = {0};

			if (data_open(&got, *state, cases[i].data,
				      key ? "" : NULL, &err) != -1)
				fail_msg("%zu, %d: %s of %zu, %zu", i, key,
					 got.form, got.certs.n, got.key.n);
			assert_int_equal(err.kind, ERR_FILE);
			if (!strstr(err.text, cases[i].says))
				fail_msg("%zu, %d: %s", i, key, err.text);
		}
}

static void a_key_or_a_crl_alone_is_no_certificate(void **state)
{
	static const char *const files[] = {"identity.key", "identity.key.der",
					    "two.crl.pem", "good.crl",
					    "good.ocsp"};

	for (size_t i = 0; i < COUNT(files); i++) {
		struct container got;
		struct err err = {0};

		if (data_open(&got, *state, FILE_OF(files[i]), NULL, &err) !=
		    -1)
			fail_msg("%s was taken", files[i]);
		assert_int_equal(err.kind, ERR_FILE);
		assert_non_null(strstr(err.text, "the-file: holds no cert"));
	}
}

/* Else the rest of a chain, or of a list of roots, would be lost unseen. */
static void a_pem_block_cut_short_is_no_end_of_the_file(void **state)
{
	const struct bytes whole = data_read(*state, "pki/identity.pem");
	/* in the first block, in the second, before the last line ends */
	const size_t cuts[] = {200, whole.n / 2, whole.n - 10};

	for (size_t i = 0; i < COUNT(cuts); i++)
		for (int key = 0; key < 2; key++) {
			struct container got;
			struct err err = {0};

			if (data_open(&got, *state,
				      bytes_dup(*state, whole.p, cuts[i]),
				      key ? "" : NULL, &err) != -1)
				fail_msg("%zu bytes were taken", cuts[i]);
			assert_int_equal(err.kind, ERR_FILE);
			assert_null(strstr(err.text, "key"));
		}
}

static void a_block_that_does_not_parse_is_told(void **state)
{
	static const char *const blocks[] = {
		"-----BEGIN CERTIFICATE-----\n!!!!\n"
		"-----END CERTIFICATE-----\n",
		"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
		"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
		"-----END CERTIFICATE REQUEST-----\n",
	};

	for (size_t i = 0; i < COUNT(blocks); i++) {
		struct container got;
		struct err err = {0};

		if (data_open(&got, *state, JOINED("@identity.pem", blocks[i]),
			      NULL, &err) != -1)
			fail_msg("%zu was taken", i);
		assert_int_equal(err.kind, ERR_FILE);
	}
}

static void a_form_cut_short_is_never_taken(void **state)
{
	static const char *const files[] = {"identity.der", "set.p7c",
					    "no-password.p12", "csr.der",
					    "identity.key.der"};

	for (size_t i = 0; i < COUNT(files); i++) {
		const struct bytes whole = data_read(
			*state, pool_printf(*state, "pki/%s", files[i]));

		for (size_t n = 0; n < whole.n; n += 1 + n / 10) {
			struct pool *pool = pool_new();
			struct container got;
			struct err err = {0};

			if (data_open(&got, pool, bytes_dup(pool, whole.p, n),
				      "", &err) != -1)
				fail_msg("%zu bytes of %s", n, files[i]);
			assert_int_equal(err.kind, ERR_FILE);
			pool_free(pool);
		}
	}
}

static void crls_are_read_from_pem_and_der(void **state)
{
	const struct bytes good = data_read(*state, "pki/good.crl");
	const struct bytes revoked = data_read(*state, "pki/revoked.crl");
	struct ders crls;
	struct err err;

	assert_int_equal(container_read_crls(&crls, *state, good, "c", &err),
			 0);
	assert_int_equal(crls.n, 1);
	assert_same(crls.v[0], good);
	assert_int_equal(
		container_read_crls(&crls, *state,
				    data_read(*state, "pki/two.crl.pem"), "c",
				    &err),
		0);
	assert_int_equal(crls.n, 2);
	assert_same(crls.v[0], good);
	assert_same(crls.v[1], revoked);
}

static void a_crl_cut_short_is_no_end_of_the_file(void **state)
{
	struct bytes two = data_read(*state, "pki/two.crl.pem");
	struct ders crls;
	struct err err;

	two.n -= 100;
	assert_int_equal(container_read_crls(&crls, *state, two, "c", &err),
			 -1);
	assert_int_equal(err.kind, ERR_FILE);
}

static void what_holds_no_crl_is_refused(void **state)
{
	static const char *const files[] = {"pki/right.pem", "pki/identity.der",
					    "pki/good.ocsp"};
	struct ders crls;
	struct err err;

	for (size_t i = 0; i < COUNT(files); i++) {
		err = (struct err){0};
		assert_int_equal(
			container_read_crls(&crls, *state,
					    data_read(*state, files[i]), "c",
					    &err),
			-1);
		assert_int_equal(err.kind, ERR_FILE);
		assert_non_null(strstr(err.text, "c: holds no CRL"));
	}
	assert_int_equal(container_read_crls(&crls, *state, (struct bytes){0},
					     "c", &err),
			 -1);
}

/* 70,000 iterations as DER has them, and eight million. */
static const unsigned char some[] = {0x02, 0x03, 0x01, 0x11, 0x70};
static const unsigned char many[] = {0x02, 0x03, 0x7f, 0xff, 0xff};

/* A key or a certificate, encrypted by `algorithm` (0: today's own). */
static struct bytes make_pkcs12(struct pool *pool, bool with_key, int algorithm)
{
	const struct bytes cert = identity(pool);
	const unsigned char *at = cert.p;
	X509 *x509 = d2i_X509(NULL, &at, (long)cert.n);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	PKCS12 *p12 = PKCS12_create("secret", NULL, with_key ? key : NULL,
				    with_key ? NULL : x509, NULL, algorithm,
				    algorithm, 70000, 70000, 0);
	unsigned char *der = NULL;
	int len = i2d_PKCS12(p12, &der);
	struct bytes made;

	assert_true(len > 0);
	made = bytes_dup(pool, der, (size_t)len);
	OPENSSL_free(der);
	PKCS12_free(p12);
	EVP_PKEY_free(key);
	X509_free(x509);
	return made;
}

/* The nth count of iterations made eight million; false: there is none. */
static bool iterate_much(struct bytes *file, struct pool *pool, size_t nth)
{
	unsigned char *copy = pool_zalloc(pool, file->n);

	memcpy(copy, file->p, file->n);
	for (size_t i = 0; i + sizeof(some) <= file->n; i++)
		if (memcmp(copy + i, some, sizeof(some)) == 0 && nth-- == 0) {
			memcpy(copy + i, many, sizeof(many));
			file->p = copy;
			return true;
		}
	return false;
}

/* Of a key, of certificates, of the MAC; by old algorithms and by new ones. */
static void what_iterates_for_ever_is_refused_at_once(void **state)
{
	const int algorithms[] = {0, NID_pbe_WithSHA1And3_Key_TripleDES_CBC};

	for (size_t i = 0; i < 2 * COUNT(algorithms); i++) {
		const struct bytes file =
			make_pkcs12(*state, i % 2, algorithms[i / 2]);
		struct bytes changed = file;
		size_t nth = 0;

		for (; iterate_much(&changed, *state, nth); nth++) {
			struct container got;
			struct err err = {0};

			assert_int_equal(data_open(&got, *state, changed,
						   "secret", &err),
					 -1);
			assert_int_equal(err.kind, ERR_FILE);
			if (!strstr(err.text, "iterations"))
				fail_msg("count %zu: %s", nth, err.text);
			changed = file;
		}
		assert_int_equal(nth, 2);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_form_gives_the_certificate_leaf_first),
		TEST(pem_keeps_its_own_order),
		TEST(requests_are_told_from_certificates),
		TEST(what_stands_between_pem_blocks_does_not_matter),
		TEST(line_ends_of_windows_are_fine),
		TEST(a_byte_order_mark_loses_nothing),
		TEST(a_certificate_beside_a_request_wins),
		TEST(what_holds_nothing_of_use_is_refused),
		TEST(a_key_or_a_crl_alone_is_no_certificate),
		TEST(a_pem_block_cut_short_is_no_end_of_the_file),
		TEST(a_block_that_does_not_parse_is_told),
		TEST(a_form_cut_short_is_never_taken),
		TEST(what_iterates_for_ever_is_refused_at_once),
		TEST(crls_are_read_from_pem_and_der),
		TEST(a_crl_cut_short_is_no_end_of_the_file),
		TEST(what_holds_no_crl_is_refused),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
