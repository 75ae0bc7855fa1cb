/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_uri -- SIP URIs that RFC 3261 has, and those that it has not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pooled.h"
#include "sip/uri.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define NONE  (-1)
#define TEN   "abcdefghij"
#define LABEL TEN TEN TEN TEN TEN TEN "abc" /* 63 */

static void same(const char *got, const char *wanted)
{
	assert_int_equal(got == NULL, wanted == NULL);
	if (got && wanted)
		assert_string_equal(got, wanted);
}

/* Examples of RFC 3261 19.1.3 and RFC 4475 among them. */
static void uris_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		bool secure;
		const char *user, *host;
		unsigned port;
		int transport;
		const char *maddr, *kept; /* NULL: all of it */
	} cases[] = {
		{"sip:example.com", false, NULL, "example.com", 0, NONE},
		{"SIP:example.com", false, NULL, "example.com", 0, NONE},
		{"SipS:example.com", true, NULL, "example.com", 0, NONE},
		{"sip:alice@atlanta.com", false, "alice", "atlanta.com", 0,
		 NONE},
		{"sips:alice@atlanta.com?subject=project%20x&priority=urgent",
		 true, "alice", "atlanta.com", 0, NONE, NULL,
		 "sips:alice@atlanta.com"},
		{"sips:1212@gateway.com", true, "1212", "gateway.com", 0, NONE},
		{"sip:alice@192.0.2.4", false, "alice", "192.0.2.4", 0, NONE},
		{"sip:alice;day=tuesday@atlanta.com", false,
		 "alice;day=tuesday", "atlanta.com", 0, NONE},
		{"sip:%75se%72@example.com", false, "%75se%72", "example.com",
		 0, NONE},
		{"sip:a-_.!~*'()&=+$,;?/b@h", false, "a-_.!~*'()&=+$,;?/b", "h",
		 0, NONE},
		{"sip:h:1", false, NULL, "h", 1, NONE},
		{"sip:h.:65535", false, NULL, "h.", 65535, NONE},
		{"sip:1.2.3.a", false, NULL, "1.2.3.a", 0, NONE},
		{"sip:um_1.example.com", false, NULL, "um_1.example.com", 0,
		 NONE},
		{"sip:" LABEL ".com", false, NULL, LABEL ".com", 0, NONE},
		{"sip:[2001:db8::10]", false, NULL, "2001:db8::10", 0, NONE},
		{"sip:a@[::1]:5070;lr", false, "a", "::1", 5070, NONE},
		{"sip:[::ffff:192.0.2.1]", false, NULL, "::ffff:192.0.2.1", 0,
		 NONE},
		{"sip:h;transport=UDP", false, NULL, "h", 0, TRANSPORT_UDP},
		{"sip:h;Transport=tcp", false, NULL, "h", 0, TRANSPORT_TCP},
		{"sip:h;transport=tls?a=b", false, NULL, "h", 0, TRANSPORT_TLS,
		 NULL, "sip:h;transport=tls"},
		{"sips:h;transport=tls", true, NULL, "h", 0, TRANSPORT_TLS},
		/* RFC 3261 26.2.2: that TCP carries TLS. */
		{"sips:h;transport=tcp", true, NULL, "h", 0, TRANSPORT_TLS},
		{"sip:h;maddr=239.255.255.1;ttl=15", false, NULL, "h", 0, NONE,
		 "239.255.255.1"},
		{"sip:h;maddr=[2001:db8::1]", false, NULL, "h", 0, NONE,
		 "2001:db8::1"},
		{"sip:+12125551212@h;user=phone;x;y=%20[a]/:&+$", false,
		 "+12125551212", "h", 0, NONE},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sip_uri uri;
		struct err err = {0};

		if (sip_uri_parse(&uri, *state, cases[i].text, &err))
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_int_equal(uri.secure, cases[i].secure);
		same(uri.user, cases[i].user);
		same(uri.host, cases[i].host);
		assert_int_equal(uri.port, cases[i].port);
		assert_int_equal(uri.has_transport, cases[i].transport != NONE);
		if (uri.has_transport)
			assert_int_equal(uri.transport, cases[i].transport);
		same(uri.maddr, cases[i].maddr);
		same(uri.text, cases[i].kept ? cases[i].kept : cases[i].text);
	}
}

static const char *const faults[][2] = {
	{"", "no SIP URI"},
	{"sip", "no SIP URI"},
	{"example.com", "no SIP URI"},
	{"tel:+12125551212", "no SIP URI"},
	{"http://example.com", "no SIP URI"},
	{" sip:h", "no SIP URI"},
	{"sip:", "names no host"},
	{"sip:;lr", "names no host"},
	{"sip:a@", "names no host"},
	{"sip::5060", "names no host"},
	{"sip:@h", "no user"},
	{"sip:a@b@h", "neither a host name"},
	{"sip://h", "neither a host name"},
	{"sip:h/x", "neither a host name"},
	{"sip:a..b", "neither a host name"},
	{"sip:.a", "neither a host name"},
	{"sip:a-.b", "neither a host name"},
	{"sip:-a.b", "neither a host name"},
	{"sip:a%41.b", "neither a host name"},
	{"sip:*.example.com", "neither a host name"},
	{"sip:999.999.999.999", "neither a host name"},
	{"sip:1.2.3", "neither a host name"},
	{"sip:" LABEL "a.com", "neither a host name"},
	{"sip:" LABEL "." LABEL "." LABEL "." LABEL, "neither a host name"},
	{"sip:2001:db8::1", "IPv6 in brackets"},
	{"sip:[::1", "neither a host name"},
	{"sip:[]", "no IPv6"},
	{"sip:[192.0.2.1]", "no IPv6"},
	{"sip:[fe80::1%lo]", "no IPv6"},
	{"sip:[::1]5060", "after its address"},
	{"sip:h:", "port"},
	{"sip:h:0", "port"},
	{"sip:h:65536", "port"},
	{"sip:h:-1", "port"},
	{"sip:h:+1", "port"},
	{"sip:h:5060x", "port"},
	{"sip:h:4294972356", "port"}, /* 2^32 + 5060 */
	{"sip:a b@h", "blank"},
	{"sip:h ", "blank"},
	{"sip:h\t", "control"},
	{"sip:h\r\nVia: x", "control"},
	{"sip:\033[2J", "control"},
	{"sip:h\177", "control"},
	{"sip:b\303\274cher.example", "not ASCII"},
	{"sip:<h>", "brackets"},
	{"sip:\"a\"@h", "quotes"},
	{"sip:a#b@h", "escaped"},
	{"sip:a%4@h", "escaped"},
	{"sip:a%4g@h", "escaped"},
	{"sip:a\\b@h", "escaped"},
	{"sip:h;", "no parameter"},
	{"sip:h;;lr", "no parameter"},
	{"sip:h;=x", "no parameter"},
	{"sip:h;x=", "no parameter"},
	{"sip:h;x=a=b", "no parameter"},
	{"sip:h;x=%", "no parameter"},
	{"sip:h;x=a,b", "no parameter"},
	{"sip:h;x;y;X=2", "two parameters"},
	{"sip:h;transport=tcp;transport=tcp", "two parameters"},
	{"sip:h;transport", "not spoken"},
	{"sip:h;transport=sctp", "not spoken"},
	{"sip:h;transport=ws", "not spoken"},
	{"sips:h;transport=udp", "contradicts"},
	{"sip:h;maddr=", "no parameter"},
	{"sip:h;maddr=a/b", "neither a host name"},
	{"sip:h;maddr=192.0.2.1:5060", "more than a host"},
	{"sip:h;method=REGISTER?to=alice%40atlanta.com", "method"},
	{"sip:h?a=b^", "headers"},
};

static void what_is_none_is_refused_with_a_reason(void **state)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct sip_uri uri;
		struct err err = {0};

		if (sip_uri_parse(&uri, *state, faults[i][0], &err) == 0)
			fail_msg("%s was taken", faults[i][0]);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.text, faults[i][1]))
			fail_msg("%s: %s", faults[i][0], err.text);
	}
}

/* RFC 3261 19.1.3 has the first two; the others hide it behind more faults. */
static void a_password_is_refused_and_not_repeated(void **state)
{
	static const char *const cases[] = {
		"sip:alice:secretword@atlanta.com;transport=tcp",
		"sip:+1-212-555-1212:secretword@gateway.com;user=phone",
		"sip:alice:secretword@",
		"sip:alice:secretword@at lanta.com",
		"sip:alice:secretword@atlanta.com:0;transport=ws",
		"sip:alice:secretword",
		"sip:alice:@atlanta.com",
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sip_uri uri;
		struct err err = {0};

		assert_int_equal(sip_uri_parse(&uri, *state, cases[i], &err),
				 -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_null(strstr(err.text, "secretword"));
		if (i < 2)
			assert_non_null(strstr(err.text, "password"));
	}
}

static void a_uri_has_a_length(void **state)
{
	char text[700] = "sip:";
	struct sip_uri uri;
	struct err err;

	memset(text + 4, 'a', 506);
	memcpy(text + 510, "@h", 3); /* 512 in all */
	assert_int_equal(sip_uri_parse(&uri, *state, text, &err), 0);
	memcpy(text + 510, "a@h", 4);
	assert_int_equal(sip_uri_parse(&uri, *state, text, &err), -1);
	assert_non_null(strstr(err.text, "longer"));
}

static void a_scheme_is_told_from_a_host(void **state)
{
	(void)state;
	assert_true(sip_uri_has_scheme("sip:h"));
	assert_true(sip_uri_has_scheme("SIPS:"));
	assert_false(sip_uri_has_scheme("sip"));
	assert_false(sip_uri_has_scheme("sip.example.com"));
	assert_false(sip_uri_has_scheme("sipx:h"));
	assert_false(sip_uri_has_scheme("::1"));
	assert_false(sip_uri_has_scheme(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(uris_are_taken_apart),
		TEST(what_is_none_is_refused_with_a_reason),
		TEST(a_password_is_refused_and_not_repeated),
		TEST(a_uri_has_a_length),
		cmocka_unit_test(a_scheme_is_told_from_a_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
