/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cert -- the facts of a certificate are those it was made with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <math.h>

#include "data.h"
#include "pki/cert.h"

static struct cert read_cert(struct pool *pool, const char *file, size_t at)
{
	const struct ders certs = data_certs(pool, file);
	struct cert cert;
	struct err err;

	assert_true(at < certs.n);
	if (cert_read(&cert, pool, certs.v[at], &err))
		fail_msg("%s: %s", file, err.text);
	return cert;
}

static struct bytes read_request(struct pool *pool, const char *file)
{
	const struct container_wish wish = {.name = file};
	struct container container;
	struct err err;

	assert_int_equal(container_read(&container, pool, data_read(pool, file),
					&wish, &err),
			 0);
	return container.request;
}

static void assert_strs(const struct strs *list, const char *const *want)
{
	size_t n = 0;

	for (; want[n]; n++)
		if (n >= list->n || !str_eq(list->v[n], str_from(want[n])))
			fail_msg("%zu is not %s", n, want[n]);
	assert_int_equal(list->n, n);
}

#define assert_list(list, ...)                                                 \
	assert_strs((list), (const char *const[]){__VA_ARGS__, NULL})

static void names_are_read_in_their_order(void **state)
{
	const struct cert cert = read_cert(*state, "facts.pem", 0);

	assert_list(&cert.common_names, "um1\nx|y", "um1.contoso.test");
	assert_list(&cert.dns, "um1.contoso.test", "mail.contoso.test");
	assert_list(&cert.uri, "sip:contoso.test");
	assert_list(&cert.ip, "192.0.2.1", "2001:db8::1");
	assert_true(cert.has_san);
	assert_false(read_cert(*state, "no-san.pem", 0).has_san);
}

/* RFC 2253: the last part first, specials escaped; UTF-8 stays as it is. */
static void the_subject_is_text_in_rfc_2253_order(void **state)
{
	const struct cert cert = read_cert(*state, "facts.pem", 0);

	assert_string_equal(cert.subject, "CN=um1.contoso.test,CN=um1\\0Ax|y,"
					  "O=B\303\274cher\\, S\303\266hne");
	assert_string_equal(cert.issuer, "CN=Contoso Issuing CA,O=Contoso");
}

static void a_nul_in_a_name_does_not_end_it(void **state)
{
	const struct str name = STR("um1.contoso.test\0.evil.test");
	const struct cert cn = read_cert(*state, "cn-nul.pem", 0);
	const struct cert san = read_cert(*state, "san-nul.pem", 0);

	assert_int_equal(cn.common_names.n, 1);
	assert_true(str_eq(cn.common_names.v[0], name));
	assert_int_equal(san.dns.n, 1);
	assert_true(str_eq(san.dns.v[0], name));
}

static void a_name_in_two_bytes_a_letter_becomes_utf8(void **state)
{
	const struct cert cert = read_cert(*state, "bmp-cn.pem", 0);

	assert_list(&cert.common_names, "um1.contoso.test");
}

/* 2020-01-01 as UTCTime, 2050-06-01 as GeneralizedTime (RFC 5280 4.1.2.5). */
static void both_kinds_of_time_are_read(void **state)
{
	const struct cert root = read_cert(*state, "root.pem", 0);
	const struct cert forever = read_cert(*state, "forever.pem", 0);

	assert_int_equal(forever.not_after, 253402300799);
	assert_int_equal(root.not_before, 1577836800);
	assert_int_equal(root.not_after, 2537654400);
}

static void a_lifetime_counts_both_ends(void **state)
{
	const struct cert cert = read_cert(*state, "right.pem", 0);

	assert_int_equal(cert.not_before, 1780272000); /* 2026-06-01 */
	assert_true(fabs(cert_lifetime_days(&cert) - 365) < 1e-9);
	assert_true(fabs(cert_days_left(&cert, cert.not_after)) < 1e-9);
	assert_true(cert_days_left(&cert, cert.not_after + 1) < 0);
	assert_true(fabs(cert_days_left(&cert, cert.not_after - 3 * DAY) - 3) <
		    1e-9);
}

static void keys_and_signatures_are_named(void **state)
{
	static const struct {
		const char *file, *key;
		int bits;
		const char *signature;
		enum cert_digest digest;
		bool pss;
	} cases[] = {
		{"right.pem", "EC", 256, "ecdsa-with-SHA256", DIGEST_STRONG,
		 false},
		{"rsa-2048.pem", "RSA", 2048, "ecdsa-with-SHA256",
		 DIGEST_STRONG, false},
		{"rsa-512.pem", "RSA", 512, "ecdsa-with-SHA256", DIGEST_STRONG,
		 false},
		{"ed25519.pem", "ED25519", 256, "ED25519", DIGEST_STRONG,
		 false},
		{"sha1.pem", "EC", 256, "ecdsa-with-SHA1", DIGEST_SHA1, false},
		{"md5.pem", "EC", 256, "md5WithRSAEncryption", DIGEST_MD5,
		 false},
		{"pss.pem", "EC", 256, "rsassaPss", DIGEST_STRONG, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct cert cert = read_cert(*state, cases[i].file, 0);

		assert_string_equal(cert.key_type, cases[i].key);
		assert_string_equal(cert.signature, cases[i].signature);
		if (cert.key_bits != cases[i].bits ||
		    cert.digest != cases[i].digest || cert.pss != cases[i].pss)
			fail_msg("%s: %d bits", cases[i].file, cert.key_bits);
	}
}

static void usages_are_read(void **state)
{
	const struct cert facts = read_cert(*state, "facts.pem", 0);
	const struct cert none = read_cert(*state, "no-usage.pem", 0);
	const struct cert any = read_cert(*state, "any-usage.pem", 0);
	const struct cert sign = read_cert(*state, "cert-sign-only.pem", 0);

	assert_int_equal(facts.usage,
			 USAGE_SERVER_AUTH | USAGE_SIP_DOMAIN | USAGE_OTHER);
	assert_int_equal(facts.key_usage & ~(unsigned)KEY_USAGE_OTHER,
			 KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_AGREEMENT);
	assert_int_equal(none.usage, 0);
	assert_int_equal(none.key_usage, 0);
	assert_int_equal(any.usage, USAGE_ANY);
	assert_int_equal(sign.key_usage, KEY_USAGE_OTHER);
	assert_false(facts.is_ca);
	assert_true(read_cert(*state, "ca-leaf.pem", 0).is_ca);
}

static void addresses_of_revocation_are_read(void **state)
{
	const struct cert cert = read_cert(*state, "facts.pem", 0);
	const struct cert nowhere = read_cert(*state, "cdp-without-url.pem", 0);

	assert_true(cert.has_cdp);
	assert_list(&cert.crl_urls, "http://pki.contoso.test/issuing.crl",
		    "ldap://pki.contoso.test/issuing");
	assert_list(&cert.ocsp_urls, "http://ocsp.contoso.test/");
	assert_true(nowhere.has_cdp);
	assert_int_equal(nowhere.crl_urls.n, 0);
	assert_false(read_cert(*state, "no-cdp.pem", 0).has_cdp);
}

/* CA/Browser Forum: 2.23.140.1.1 and 2.23.140.1.2.x, nobody else's. */
static void public_cas_are_known_by_their_policy(void **state)
{
	assert_true(read_cert(*state, "facts.pem", 0).public_ca);
	assert_true(read_cert(*state, "public-200-and-1s.pem", 0).public_ca);
	assert_false(read_cert(*state, "private-policy.pem", 0).public_ca);
	assert_false(read_cert(*state, "right.pem", 0).public_ca);
}

static void only_its_own_signature_makes_it_self_signed(void **state)
{
	const struct ders certs = data_certs(*state, "self-signed.pem");
	unsigned char *forged;
	struct cert cert;
	struct err err;

	assert_true(read_cert(*state, "self-signed.pem", 0).self_signed);
	assert_true(read_cert(*state, "root.pem", 0).self_signed);
	assert_false(read_cert(*state, "right.pem", 0).self_signed);

	forged = pool_zalloc(*state, certs.v[0].n);
	memcpy(forged, certs.v[0].p, certs.v[0].n);
	forged[certs.v[0].n - 1] ^= 1;
	assert_int_equal(cert_read(&cert, *state,
				   (struct bytes){forged, certs.v[0].n}, &err),
			 0);
	assert_false(cert.self_signed);
}

/* The file sha256 was written by another hand: "HEX NAME" lines. */
static void serial_and_fingerprint_are_upper_case_hex(void **state)
{
	const struct bytes sums = data_read(*state, "pki/sha256");
	const struct cert cert = read_cert(*state, "right.pem", 0);
	struct str rest = {(const char *)sums.p, sums.n};
	const struct str hex = str_cut(&rest, ' ');

	assert_true(str_starts(rest, STR("right.pem\n")));
	assert_true(str_caseeq(str_from(cert.sha256), hex));
	for (const char *c = cert.sha256; *c; c++)
		assert_false(islower((unsigned char)*c));
	/* make-fixtures counts from 0x1001. */
	assert_string_equal(read_cert(*state, "root.pem", 0).serial, "1001");
}

static void a_request_tells_what_it_asks_for(void **state)
{
	static const char *const files[] = {"pki/csr.pem", "pki/csr.der"};

	for (size_t i = 0; i < 2; i++) {
		struct cert cert;
		struct err err;

		assert_int_equal(
			cert_read_request(&cert, *state,
					  read_request(*state, files[i]), &err),
			0);
		assert_true(cert.is_request);
		assert_list(&cert.common_names, "um1.contoso.test");
		assert_list(&cert.dns, "um1.contoso.test");
		assert_string_equal(cert.subject,
				    "CN=um1.contoso.test,O=Contoso");
		assert_string_equal(cert.key_type, "EC");
		assert_int_equal(cert.usage,
				 USAGE_SERVER_AUTH | USAGE_CLIENT_AUTH);
		assert_true(cert.has_san);
	}
}

static void no_beginning_of_a_certificate_is_one(void **state)
{
	const struct bytes whole = data_certs(*state, "facts.pem").v[0];
	struct cert cert;

	for (size_t n = 0; n < whole.n; n++) {
		struct pool *pool = pool_new();
		struct err err = {0};

		if (cert_read(&cert, pool, bytes_dup(pool, whole.p, n), &err) ==
		    0)
			fail_msg("%zu of %zu bytes were taken", n, whole.n);
		assert_int_equal(err.kind, ERR_HANDSHAKE);
		if (cert_read_request(&cert, pool, bytes_dup(pool, whole.p, n),
				      &err) == 0)
			fail_msg("%zu bytes were taken for a request", n);
		assert_int_equal(err.kind, ERR_FILE);
		pool_free(pool);
	}
}

/* Whatever becomes of it: the sanitizers watch. */
static void any_byte_may_be_wrong(void **state)
{
	const struct bytes whole = data_certs(*state, "facts.pem").v[0];

	for (size_t at = 0; at < whole.n; at++) {
		struct pool *pool = pool_new();
		const struct bytes copy = bytes_dup(pool, whole.p, whole.n);
		struct cert cert;
		struct err err;

		((unsigned char *)(uintptr_t)copy.p)[at] ^= 0x5a;
		if (cert_read(&cert, pool, copy, &err) == 0) {
			cert_title(&cert);
			cert_facts(&cert, pool, fact_root(pool, FACT_LIST));
		}
		pool_free(pool);
	}
}

static void bytes_behind_a_certificate_are_not_part_of_it(void **state)
{
	const struct bytes der = data_certs(*state, "right.pem").v[0];
	unsigned char *longer = pool_zalloc(*state, der.n + 5);
	struct cert cert;
	struct err err;

	memcpy(longer, der.p, der.n);
	assert_int_equal(cert_read(&cert, *state,
				   (struct bytes){longer, der.n + 5}, &err),
			 0);
	assert_int_equal(cert.der.n, der.n);
	assert_string_equal(cert.sha256,
			    read_cert(*state, "right.pem", 0).sha256);
}

static void a_title_is_the_first_name_there_is(void **state)
{
	struct str dns = STR("a.test");
	const struct cert nameless = {.subject = ""};
	const struct cert bare = {.subject = "O=Contoso"};
	const struct cert named = {.subject = "O=Contoso",
				   .dns = {.v = &dns, .n = 1}};
	const struct cert two = read_cert(*state, "two-cns.pem", 0);

	assert_true(str_eq(cert_title(&two), STR("mail.contoso.test")));
	assert_true(str_eq(cert_title(&named), STR("a.test")));
	assert_true(str_eq(cert_title(&bare), STR("O=Contoso")));
	assert_true(cert_title(&nameless).n > 0);
}

static void a_name_in_der_becomes_text(void **state)
{
	const struct cert cert = read_cert(*state, "right.pem", 1);
	const struct bytes cut = {cert.issuer_der.p, cert.issuer_der.n - 1};

	assert_string_equal(cert_name(*state, cert.subject_der),
			    "CN=Contoso Issuing CA,O=Contoso");
	assert_string_equal(cert_name(*state, cert.issuer_der),
			    "CN=Contoso Root CA,O=Contoso");
	assert_string_equal(cert_name(*state, cut), "");
	assert_string_equal(cert_name(*state, (struct bytes){0}), "");
}

static const struct fact *child(const struct fact *parent, const char *name)
{
	for (const struct fact *f = parent->children; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	fail_msg("no fact %s", name);
	return parent;
}

/* The contract's chain[] object, in its order. */
static void facts_are_those_of_the_contract(void **state)
{
	static const char *const names[] = {
		"subject",    "issuer",    "serial",       "sha256",
		"not_before", "not_after", "common_names", "dns",
		"uri",        "ip",        "key_type",     "key_bits",
		"signature",  "usage",
	};
	const struct cert cert = read_cert(*state, "facts.pem", 0);
	struct fact *root = fact_root(*state, FACT_LIST);
	const struct fact *f;
	size_t n = 0;

	cert_facts(&cert, *state, root);
	for (f = root->children->children; f; f = f->next, n++) {
		assert_true(n < sizeof(names) / sizeof(*names));
		assert_string_equal(f->name, names[n]);
	}
	assert_int_equal(n, sizeof(names) / sizeof(*names));
	f = root->children;
	assert_true(str_eq(child(f, "not_before")->text,
			   STR("2026-06-01T00:00:00Z")));
	assert_true(str_eq(child(f, "not_after")->text,
			   STR("2027-05-31T23:59:59Z")));
	assert_int_equal(child(f, "key_bits")->integer, 256);
	f = child(f, "usage")->children;
	assert_true(str_eq(f->text, STR("serverAuth")));
	assert_true(str_eq(f->next->text, STR("sipDomain")));
}

static void facts_of_a_request_know_no_time(void **state)
{
	struct fact *root = fact_root(*state, FACT_LIST);
	struct cert cert;
	struct err err;

	assert_int_equal(cert_read_request(&cert, *state,
					   read_request(*state, "pki/csr.pem"),
					   &err),
			 0);
	cert_facts(&cert, *state, root);
	assert_int_equal(child(root->children, "not_before")->type, FACT_NULL);
	assert_int_equal(child(root->children, "not_after")->type, FACT_NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_read_in_their_order),
		TEST(the_subject_is_text_in_rfc_2253_order),
		TEST(a_nul_in_a_name_does_not_end_it),
		TEST(a_name_in_two_bytes_a_letter_becomes_utf8),
		TEST(both_kinds_of_time_are_read),
		TEST(a_lifetime_counts_both_ends),
		TEST(keys_and_signatures_are_named),
		TEST(usages_are_read),
		TEST(addresses_of_revocation_are_read),
		TEST(public_cas_are_known_by_their_policy),
		TEST(only_its_own_signature_makes_it_self_signed),
		TEST(serial_and_fingerprint_are_upper_case_hex),
		TEST(a_request_tells_what_it_asks_for),
		TEST(no_beginning_of_a_certificate_is_one),
		TEST(any_byte_may_be_wrong),
		TEST(bytes_behind_a_certificate_are_not_part_of_it),
		TEST(a_title_is_the_first_name_there_is),
		TEST(a_name_in_der_becomes_text),
		TEST(facts_are_those_of_the_contract),
		TEST(facts_of_a_request_know_no_time),
	};

	return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
