/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_sip_tls -- the smallest client of OpenSSL: an OPTIONS over TLS. */
#include <openssl/ssl.h>
#include <osipparser2/osip_parser.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/ask.h"
#include "tests/bench/dial.h"

/* One record each way: the answer is far smaller than that. */
static int talk(SSL *ssl, const char *host, const char *port)
{
	char *request = NULL;
	char answer[4096];
	size_t len, got = 0;
	int failed = 1;

	if (SSL_connect(ssl) == 1)
		request = ask_request("TLS", host, port, &len);
	if (request && SSL_write_ex(ssl, request, len, &len) == 1 &&
	    SSL_read_ex(ssl, answer, sizeof(answer), &got) == 1)
		failed = ask_answer(answer, got);
	osip_free(request);
	return failed;
}

int main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	int fd = argc == 3 ? dial(argv[1], argv[2], SOCK_STREAM) : -1;
	int failed = 1;

	if (ssl && fd >= 0 && SSL_set_fd(ssl, fd) == 1)
		failed = talk(ssl, argv[1], argv[2]);
	if (fd >= 0)
		close(fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return failed;
}
