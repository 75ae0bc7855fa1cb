/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_tls_renewed -- a server that shakes hands again on one connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>

#include "net/conn.h"
#include "peer.h"

#define LIMIT (5 * USEC_PER_SEC)

static SSL_CTX *make_server(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();

	X509_gmtime_adj(X509_getm_notBefore(cert), -1000);
	X509_gmtime_adj(X509_getm_notAfter(cert), 1000);
	X509_set_pubkey(cert, key);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
	assert_true(SSL_CTX_use_certificate(ctx, cert));
	assert_true(SSL_CTX_use_PrivateKey(ctx, key));
	X509_free(cert);
	EVP_PKEY_free(key);
	return ctx;
}

/* Another handshake, whole, then "y". */
static void renew(SSL *ssl, int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	const int flags = fcntl(fd, F_GETFL);
	char data;

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	SSL_renegotiate(ssl);
	SSL_do_handshake(ssl);
	while (SSL_renegotiate_pending(ssl) && poll(&pfd, 1, 5000) == 1)
		SSL_peek(ssl, &data, 1);
	fcntl(fd, F_SETFL, flags);
	SSL_write(ssl, "y", 1);
}

static void serve(int fd, void *arg)
{
	SSL_CTX *ctx = make_server();
	SSL *ssl = SSL_new(ctx);
	char data[64];

	(void)arg;
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		renew(ssl, fd);
		while (SSL_read(ssl, data, sizeof(data)) > 0)
			;
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* RFC 5246 7.4.1.1: as often as the server likes, and each with a chain. */
static void the_first_chain_stays(void **state)
{
	struct peer peer = {serve, NULL, SOCK_STREAM};
	const struct tls_config config = {0};
	struct dial dial = {.transport = TRANSPORT_TLS, .tls = &config};
	struct pool *pool = pool_new();
	const struct bytes *chain;
	struct conn_times times;
	struct tls_view view;
	struct conn *conn;
	struct addr from;
	struct err err;
	char data = '\0';

	(void)state;
	peer_start(&peer);
	assert_true(addr_from_literal(&dial.peer, "127.0.0.1", peer.port));
	assert_int_equal(conn_open(&conn, pool, &dial, &view, &times,
				   deadline_in(LIMIT), &err),
			 0);
	chain = view.chain;
	assert_int_equal(
		conn_recv(conn, &data, 1, &from, deadline_in(LIMIT), &err), 1);
	assert_int_equal(data, 'y');
	assert_ptr_equal(view.chain, chain);
	assert_int_equal(view.chain_len, 1);
	conn_close(conn);
	peer_stop(&peer);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_chain_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
