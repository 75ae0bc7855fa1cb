/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor -- the least a program can do: connect, shake hands, have the chain. */
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/dial.h"

int main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	int fd = argc == 3 ? dial(argv[1], argv[2], SOCK_STREAM) : -1;
	int certs = 0;

	if (ssl && fd >= 0 && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1)
		certs = sk_X509_num(SSL_get_peer_cert_chain(ssl));
	printf("%d certificates\n", certs);
	if (fd >= 0)
		close(fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return certs > 0 ? 0 : 1;
}
