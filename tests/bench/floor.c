/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor -- the least a program can do: connect, shake hands, have the chain. */
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(const char *host, const char *port)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *ai;
	int fd;

	if (getaddrinfo(host, port, &hints, &ai))
		return -1;
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(ai);
	return fd;
}

int main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	int fd = argc == 3 ? connect_to(argv[1], argv[2]) : -1;
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
