/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_http -- objects fetched from servers that mean no good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/http.h"
#include "peer.h"
#include "pooled.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SOON     (USEC_PER_SEC / 5)

#define HEAD "HTTP/1.0 200 OK\r\n"
#define DER  "\x30\x03\x02\x01\x05"

/* One answer a path; NULL: silence. */
static const struct page {
	const char *path;
	const char *answer;
	enum err_kind kind;
	const char *text; /* part of the error */
} pages[] = {
	{"/plain", HEAD "\r\n" DER, ERR_NONE, ""},
	{"/length", HEAD "Content-Length: 5\r\n\r\n" DER, ERR_NONE, ""},
	{"/more", HEAD "\r\n" DER "trailing", ERR_NONE, ""},
	{"/q?a=b", HEAD "\r\n" DER, ERR_NONE, ""},
	{"/moved", "HTTP/1.0 301 x\r\nLocation: /plain\r\n\r\n", ERR_NONE, ""},
	{"/loop", "HTTP/1.0 302 x\r\nLocation: /loop\r\n\r\n", ERR_PROTOCOL,
	 "redirects"},
	{"/tls", "HTTP/1.0 302 x\r\nLocation: https://a/\r\n\r\n", ERR_PROTOCOL,
	 "redirects to https://a/"},
	{"/file", "HTTP/1.0 302 x\r\nLocation: file:///etc/passwd\r\n\r\n",
	 ERR_PROTOCOL, "no http:// URL"},
	{"/none", "HTTP/1.0 404 Not Found\r\n\r\n", ERR_PROTOCOL,
	 "404 Not Found"},
	{"/html", HEAD "\r\n<html>", ERR_PROTOCOL, "no DER"},
	{"/cut", HEAD "\r\n\x30\x03\x02", ERR_PROTOCOL, "cut short"},
	{"/lie", HEAD "Content-Length: 99\r\n\r\n" DER, ERR_PROTOCOL,
	 "own length"},
	{"/big", HEAD "\r\n\x30\x83\x7f\xff\xff\x02", ERR_PROTOCOL, "too long"},
	{"/ssh", "SSH-2.0-x\r\n", ERR_PROTOCOL, "SSH-2.0-x"},
	{"/empty", "", ERR_PROTOCOL, "without an answer"},
	{"/silent", NULL, ERR_TIMEOUT, "no complete answer"},
};

static bool is_whole(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n");

	return end && (strncmp(request, "POST", 4) || strlen(end + 4) >= 5);
}

static void serve_http(int fd, void *arg)
{
	char data[4096] = "", path[64] = "";
	size_t n = 0;
	ssize_t got;

	(void)arg;
	while (!is_whole(data) && n + 1 < sizeof(data)) {
		got = recv(fd, data + n, sizeof(data) - 1 - n, 0);
		if (got <= 0)
			return;
		n += (size_t)got;
	}
	if (sscanf(data, "%*s %63s", path) != 1)
		return;
	/* A POST is answered with itself. */
	if (!strncmp(data, "POST", 4)) {
		peer_send(fd, HEAD "\r\n", strlen(HEAD) + 2);
		peer_send(fd, strstr(data, "\r\n\r\n") + 4, 5);
		return;
	}
	for (size_t i = 0; i < COUNT(pages); i++) {
		if (strcmp(path, pages[i].path))
			continue;
		if (!pages[i].answer)
			(void)recv(fd, data, sizeof(data), 0);
		/* Byte by byte: no line may get lost between two reads. */
		for (const char *at = pages[i].answer; at && *at; at++)
			peer_send(fd, at, 1);
	}
}

static void pages_are_fetched(void **state)
{
	struct peer peer = {.serve = serve_http, .type = SOCK_STREAM};
	struct http_request request = {.max = 1000};
	const struct reach reach = {0};
	struct bytes answer;
	struct err err;

	peer_start(&peer);
	for (size_t i = 0; i < COUNT(pages); i++) {
		int rc;

		request.url = pool_printf(*state, "http://127.0.0.1:%u%s",
					  peer.port, pages[i].path);
		rc = http_fetch(&answer, *state, &reach, &request,
				deadline_in(USEC_PER_SEC / 2), &err);
		if (rc == 0) {
			assert_int_equal(pages[i].kind, ERR_NONE);
			assert_int_equal(answer.n, 5);
			assert_memory_equal(answer.p, DER, 5);
			continue;
		}
		if (err.kind != pages[i].kind ||
		    !strstr(err.text, pages[i].text))
			fail_msg("%s: %s", pages[i].path, err.text);
	}
	request.body = (struct bytes){(const unsigned char *)DER, 5};
	request.content_type = "application/ocsp-request";
	assert_int_equal(http_fetch(&answer, *state, &reach, &request,
				    deadline_in(USEC_PER_SEC), &err),
			 0);
	assert_memory_equal(answer.p, DER, 5);
	peer_stop(&peer);
}

static void urls_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"http://",
		"http:///x",
		"https://127.0.0.1/",
		"ldap:///cn=x",
		"file:///etc/passwd",
		"http://user@127.0.0.1/",
		"http://127.0.0.1:99999/",
		"http://127.0.0.1/a b",
		"http://127.0.0.1/a\r\nEvil: yes",
		"http://a|b/",
		"http://a\\b/",
		"http://[::1/",
		"//127.0.0.1/",
	};
	struct http_request request = {.max = 1000};
	const struct reach reach = {0};
	struct bytes answer;
	struct err err;

	for (size_t i = 0; i < COUNT(bad); i++) {
		request.url = bad[i];
		assert_int_equal(http_fetch(&answer, *state, &reach, &request,
					    deadline_in(SOON), &err),
				 -1);
		if (err.kind != ERR_PROTOCOL)
			fail_msg("%s: %s", bad[i], err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_are_fetched, make_pool,
						drop_pool),
		cmocka_unit_test_setup_teardown(urls_are_refused, make_pool,
						drop_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
