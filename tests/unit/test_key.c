/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_key -- private keys out of files, and passwords that nobody asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ui.h>
#include <unistd.h>

#include "data.h"
#include "pki/container.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define FILE_OF(name) data_read(*state, pool_printf(*state, "pki/%s", (name)))

/* Words for people, words of other programs, "@" files; in one. */
#define JOINED(...) data_join(*state, (const char *const[]){__VA_ARGS__, NULL})

/* How often somebody was to be asked for a password. */
static int prompts;

static int count_prompt(UI *ui)
{
	(void)ui;
	prompts++;
	return 0;
}

/* No terminal, no standard input; and whoever would ask is counted. */
static int forbid_prompts(void **state)
{
	UI_METHOD *method = UI_create_method("nobody");

	(void)state;
	if (!method || UI_method_set_opener(method, count_prompt))
		return -1;
	UI_set_default_method(method);
	close(STDIN_FILENO);
	return 0;
}

static struct bytes identity(struct pool *pool)
{
	return data_read(pool, "pki/identity.der");
}

static void a_key_is_read_from_each_form(void **state)
{
	static const struct {
		const char *file, *password;
	} cases[] = {
		{"identity.key", ""},
		{"identity.key.der", ""},
		{"identity-encrypted.key", "secret"},
		{"identity-traditional.key", "secret"},
		{"modern.p12", "secret"},
		{"legacy.p12", "secret"},
		{"no-password.p12", ""},
		{"key-only.p12", "secret"},
	};
	const struct bytes cert = identity(*state);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct container got;
		struct err err;

		if (data_open(&got, *state, FILE_OF(cases[i].file),
			      cases[i].password, &err) ||
		    container_key_fits(cert, got.key, cases[i].file, &err))
			fail_msg("%s: %s", cases[i].file, err.text);
	}
	assert_int_equal(prompts, 0);
}

static void a_certificate_and_its_key_may_share_a_file(void **state)
{
	static const char *const orders[][2] = {
		{"@identity.pem", "@identity-encrypted.key"},
		{"@identity-encrypted.key", "@identity.pem"},
	};

	for (size_t i = 0; i < COUNT(orders); i++) {
		struct container got;
		struct err err;

		assert_int_equal(data_open(&got, *state,
					   JOINED(orders[i][0], orders[i][1]),
					   "secret", &err),
				 0);
		assert_int_equal(got.certs.n, 3);
		assert_int_equal(container_key_fits(got.certs.v[0], got.key,
						    "both", &err),
				 0);
	}
}

static void keys_are_left_alone_where_none_is_wanted(void **state)
{
	struct container got;
	struct err err;

	assert_int_equal(data_open(&got, *state,
				   JOINED("@identity.key", "@identity.pem"),
				   NULL, &err),
			 0);
	assert_int_equal(got.key.n, 0);
	assert_int_equal(got.certs.n, 3);
	assert_int_equal(
		data_open(&got, *state, FILE_OF("no-password.p12"), NULL, &err),
		0);
	assert_int_equal(got.key.n, 0);
}

static void another_certificates_key_does_not_fit(void **state)
{
	struct container other;
	struct err err;

	assert_int_equal(
		data_open(&other, *state, FILE_OF("other.key"), "", &err), 0);
	assert_int_equal(container_key_fits(identity(*state), other.key,
					    "the-key", &err),
			 -1);
	assert_int_equal(err.kind, ERR_FILE);
	assert_non_null(strstr(err.text, "the-key: "));
	assert_int_equal(container_key_fits(identity(*state), (struct bytes){0},
					    "none", &err),
			 -1);
	assert_int_equal(
		container_key_fits((struct bytes){0}, other.key, "none", &err),
		-1);
}

/* The password is missing, wrong, or none was needed. */
static void a_wrong_password_is_told_and_never_asked_for(void **state)
{
	static const struct {
		const char *file, *password, *says;
	} cases[] = {
		{"identity-encrypted.key", "wrong", "password"},
		{"identity-encrypted.key", "", "password"},
		{"identity-traditional.key", "wrong", "password"},
		{"modern.p12", "wrong", "does not open with this password"},
		{"modern.p12", "", "password"},
		{"modern.p12", NULL, "does not open with an empty password"},
		{"legacy.p12", "wrong", "does not open with this password"},
		{"keyless.p12", NULL, "does not open with an empty password"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct container got;
		struct err err = {0};

		if (data_open(&got, *state, FILE_OF(cases[i].file),
			      cases[i].password, &err) != -1)
			fail_msg("%s opens", cases[i].file);
		assert_int_equal(err.kind, ERR_FILE);
		if (!strstr(err.text, cases[i].says) ||
		    !strstr(err.text, "the-file: "))
			fail_msg("%s: %s", cases[i].file, err.text);
	}
	assert_int_equal(prompts, 0);
}

static void an_encrypted_key_without_password_names_the_option(void **state)
{
	const struct container_wish wish = {.name = "k", .want_key = true};
	static const char *const files[] = {"pki/identity-encrypted.key",
					    "pki/identity-traditional.key"};

	for (size_t i = 0; i < COUNT(files); i++) {
		struct container got;
		struct err err;

		assert_int_equal(container_read(&got, *state,
						data_read(*state, files[i]),
						&wish, &err),
				 -1);
		assert_int_equal(err.kind, ERR_FILE);
		assert_non_null(strstr(err.text, "--key-pass-file"));
	}
	assert_int_equal(prompts, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_read_from_each_form),
		TEST(a_certificate_and_its_key_may_share_a_file),
		TEST(keys_are_left_alone_where_none_is_wanted),
		TEST(another_certificates_key_does_not_fit),
		TEST(a_wrong_password_is_told_and_never_asked_for),
		TEST(an_encrypted_key_without_password_names_the_option),
	};

	return cmocka_run_group_tests_name("key", tests, forbid_prompts, NULL);
}
