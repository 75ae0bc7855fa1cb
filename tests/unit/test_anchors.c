/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_anchors -- where trust begins: a file, a directory, the system's store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/x509.h>
#include <stdlib.h>
#include <unistd.h>

#include "data.h"
#include "pki/trust.h"

static void assert_fine(const struct trust *trust)
{
	if (trust->objections.n > 0)
		fail_msg(STR_FMT, STR_ARG(trust->objections.v[0]));
	assert_true(trust->anchored);
}

static void an_anchor_that_does_not_parse_is_told(void **state)
{
	struct ders sent = data_certs(*state, "right.pem");
	struct ders known = data_certs(*state, "root-and-issuing.pem");
	const struct trust_config config = {
		.anchors = known.v, .anchors_len = 2, .at = NOON};
	struct trust trust;
	struct err err = {0};

	known.v[1].n -= 1;
	assert_int_equal(trust_check(&trust, *state, sent.v, 2, &config, &err),
			 -1);
	assert_int_equal(err.kind, ERR_FILE);
	assert_non_null(strstr(err.text, "certificate 2"));
}

static int check_directory(struct trust *trust, struct pool *pool,
			   const char *path, struct err *err)
{
	const struct ders sent = data_certs(pool, "right.pem");
	const struct trust_config config = {.ca_path = path, .at = NOON};

	return trust_check(trust, pool, sent.v, sent.n, &config, err);
}

static void a_hashed_directory_holds_anchors(void **state)
{
	struct trust trust;
	struct err err;

	assert_int_equal(check_directory(&trust, *state,
					 data_path(*state, "pki/hashed"), &err),
			 0);
	assert_fine(&trust);
	assert_int_equal(trust.path_len, 3);
}

/* Nothing else in it is opened: not even the right root by a wrong name. */
static void only_the_hash_that_is_needed_is_looked_up(void **state)
{
	char dir[] = "/tmp/test_trust.XXXXXX";
	const char *root = data_path(*state, "pki/root.pem");
	const char *name;
	struct trust trust;
	struct err err;
	char *real = realpath(root, NULL);

	assert_non_null(real);
	assert_non_null(mkdtemp(dir));
	name = pool_printf(*state, "%s/00000000.0", dir);
	assert_int_equal(symlink(real, name), 0);
	assert_int_equal(check_directory(&trust, *state, dir, &err), 0);
	unlink(name);
	rmdir(dir);
	free(real);
	assert_false(trust.anchored);
}

static void a_directory_that_is_none_is_an_error_of_that_file(void **state)
{
	const char *const paths[] = {"/nowhere/at/all",
				     data_path(*state, "pki/root.pem")};

	for (size_t i = 0; i < 2; i++) {
		struct trust trust;
		struct err err = {0};

		assert_int_equal(
			check_directory(&trust, *state, paths[i], &err), -1);
		assert_int_equal(err.kind, ERR_FILE);
		assert_non_null(strstr(err.text, paths[i]));
	}
}

/* The system's store as OpenSSL's variables have it; NULL: an empty one. */
static struct trust check_system(struct pool *pool, const char *directory,
				 const char *bundle)
{
	const struct ders sent = data_certs(pool, "right.pem");
	const struct trust_config config = {
		.at = NOON,
		.by = deadline_in(USEC_PER_SEC),
	};
	struct trust trust;
	struct err err;
	int rc;

	setenv(X509_get_default_cert_dir_env(),
	       directory ? data_path(pool, directory) : "/nowhere", 1);
	if (bundle)
		setenv(X509_get_default_cert_file_env(),
		       data_path(pool, bundle), 1);
	rc = trust_check(&trust, pool, sent.v, sent.n, &config, &err);
	unsetenv(X509_get_default_cert_dir_env());
	unsetenv(X509_get_default_cert_file_env());
	if (rc)
		fail_msg("%s", err.text);
	return trust;
}

static void the_systems_store_is_a_directory_or_a_bundle(void **state)
{
	const struct trust directory = check_system(*state, "pki/hashed", NULL);
	const struct trust bundle =
		check_system(*state, NULL, "pki/root-and-issuing.pem");
	const struct trust both =
		check_system(*state, "pki/hashed", "pki/foreign-root.pem");

	assert_fine(&directory);
	assert_fine(&bundle);
	assert_fine(&both);
}

static void a_system_without_anchors_is_no_error(void **state)
{
	assert_false(check_system(*state, NULL, "pki/absent.pem").anchored);
	assert_false(check_system(*state, NULL, "pki/identity.key").anchored);
	assert_false(
		check_system(*state, NULL, "pki/foreign-root.pem").anchored);
}

static void given_anchors_leave_the_systems_store_alone(void **state)
{
	const struct ders sent = data_certs(*state, "right.pem");
	const struct ders known = data_certs(*state, "foreign-root.pem");
	const struct trust_config config = {
		.anchors = known.v, .anchors_len = 1, .at = NOON};
	struct trust trust;
	struct err err;
	int rc;

	setenv(X509_get_default_cert_dir_env(), data_path(*state, "pki/hashed"),
	       1);
	setenv(X509_get_default_cert_file_env(),
	       data_path(*state, "pki/root.pem"), 1);
	rc = trust_check(&trust, *state, sent.v, sent.n, &config, &err);
	unsetenv(X509_get_default_cert_dir_env());
	unsetenv(X509_get_default_cert_file_env());
	assert_int_equal(rc, 0);
	assert_false(trust.anchored);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_anchor_that_does_not_parse_is_told),
		TEST(a_hashed_directory_holds_anchors),
		TEST(only_the_hash_that_is_needed_is_looked_up),
		TEST(a_directory_that_is_none_is_an_error_of_that_file),
		TEST(the_systems_store_is_a_directory_or_a_bundle),
		TEST(a_system_without_anchors_is_no_error),
		TEST(given_anchors_leave_the_systems_store_alone),
	};

	return cmocka_run_group_tests_name("anchors", tests, NULL, NULL);
}
