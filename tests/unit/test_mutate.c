/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mutate -- what the fuzzers change mostly keeps its form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fuzz/der.h"
#include "fuzz/mutate.h"
#include "fuzz/pair.h"
#include "pki/cert.h"
#include "sip/msg.h"

#define ROOM  2000
#define TURNS 2000

/* How many of the changed inputs are still of their form. */
static int whole(mutate_fn *change, const void *input, size_t n,
		 bool (*is_whole)(const uint8_t *data, size_t size))
{
	int kept = 0;

	for (unsigned seed = 1; seed <= TURNS; seed++) {
		uint8_t *room = test_malloc(ROOM);
		size_t size;

		memcpy(room, input, n);
		size = mutate(change, 0, room, n, ROOM, seed);
		assert_true(size <= ROOM);
		kept += is_whole(room, size);
		test_free(room);
	}
	return kept;
}

static bool is_der(const uint8_t *data, size_t size)
{
	struct der der;

	return der_read(&der, data, size) == 0 && der.head + der.len == size;
}

static bool is_signed(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct cert cert;
	struct err err;
	const bool is =
		cert_read(&cert, pool, (struct bytes){data, size}, &err) == 0 &&
		cert.self_signed;

	pool_free(pool);
	return is;
}

static bool is_sip(const uint8_t *data, size_t size)
{
	struct err err;

	return sip_frame((struct str){(const char *)data, size}, &err) ==
	       (ssize_t)size;
}

static bool is_reply(const uint8_t *data, size_t size)
{
	size_t at = 0;

	while (at + 7 <= size)
		at += 7 + ((size_t)data[at + 5] << 8 | data[at + 6]);
	return at == size;
}

static void der_keeps_its_lengths(void **state)
{
	(void)state;
	assert_true(whole(mutate_der, pair_cert, sizeof(pair_cert), is_der) >
		    TURNS * 8 / 10);
}

/* Of a root: most of what is changed in it leaves a certificate. */
static void what_is_signed_is_signed_anew(void **state)
{
	const int bare =
		whole(mutate_der, pair_issuer, sizeof(pair_issuer), is_signed);

	(void)state;
	assert_true(whole(mutate_signed, pair_issuer, sizeof(pair_issuer),
			  is_signed) > bare + TURNS / 10);
}

static void a_message_keeps_its_length(void **state)
{
	static const char message[] = "SIP/2.0 200 OK\r\nCall-ID: "
				      "a\r\nContent-Length: 5\r\n\r\nhello";

	(void)state;
	assert_true(whole(mutate_sip, message, sizeof(message) - 1, is_sip) >
		    TURNS * 4 / 10);
}

static void a_reply_keeps_its_length(void **state)
{
	/* One SRV record: see fuzz_dns.c. */
	static const char reply[] =
		"\x81\x80\1\0\0\0\x1a\xc0\x0c\0\x21\0\1\0\0\0\5\0\x0e"
		"\0\x0a\0\x3c\x13\xc5\1a\4test";

	(void)state;
	assert_true(is_reply((const uint8_t *)reply, sizeof(reply)));
	assert_true(whole(mutate_dns, reply, sizeof(reply), is_reply) >
		    TURNS * 7 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(der_keeps_its_lengths),
		cmocka_unit_test(what_is_signed_is_signed_anew),
		cmocka_unit_test(a_message_keeps_its_length),
		cmocka_unit_test(a_reply_keeps_its_length),
	};

	return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
