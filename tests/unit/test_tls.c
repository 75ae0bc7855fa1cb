/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_tls -- what a handshake shows, and what is said when it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/socket.h>

#include "net/conn.h"
#include "net/tls_end.h"
#include "peer.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LIMIT    (5 * USEC_PER_SEC)

static const unsigned char staple[] = {0x30, 0x03, 0x0a, 0x01, 0x01};

/* One certificate that signed itself, as the library and OpenSSL take it. */
struct id {
	EVP_PKEY *key;
	X509 *cert;
	struct bytes chain[100];
	struct tls_identity identity;
};

struct lab {
	struct pool *pool;
	struct id ec, weak, client;
};

static void make_id(struct id *id, struct pool *pool, EVP_PKEY *key,
		    const EVP_MD *md, const char *cn)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	unsigned char *der = NULL;
	int len;

	assert_non_null(key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_gmtime_adj(X509_getm_notBefore(cert), -1000);
	X509_gmtime_adj(X509_getm_notAfter(cert), 1000);
	X509_set_pubkey(cert, key);
	assert_true(X509_sign(cert, key, md) > 0);
	id->key = key;
	id->cert = cert;

	len = i2d_X509(cert, &der);
	id->chain[0] = bytes_dup(pool, der, (size_t)len);
	OPENSSL_free(der);
	der = NULL;
	len = i2d_PrivateKey(key, &der);
	id->identity = (struct tls_identity){
		.chain = id->chain,
		.chain_len = 1,
		.key = bytes_dup(pool, der, (size_t)len),
	};
	OPENSSL_free(der);
}

static void drop_id(struct id *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
}

static int make_lab(void **state)
{
	struct pool *pool = pool_new();
	struct lab *lab = pool_zalloc(pool, sizeof(*lab));

	lab->pool = pool;
	make_id(&lab->ec, pool, EVP_EC_gen("P-256"), EVP_sha256(), "ec.test");
	make_id(&lab->weak, pool, EVP_RSA_gen(1024), EVP_md5(), "weak.test");
	make_id(&lab->client, pool, EVP_RSA_gen(1024), EVP_sha1(), "me.test");
	*state = lab;
	return 0;
}

static int drop_lab(void **state)
{
	struct lab *lab = *state;

	drop_id(&lab->ec);
	drop_id(&lab->weak);
	drop_id(&lab->client);
	pool_free(lab->pool);
	return 0;
}

/* A TLS server ------------------------------------------------------------ */

struct server {
	int version;
	bool asks, insists, believes; /* in client certificates */
	bool weak;                    /* shows the weak certificate */
	int extra;                    /* certificates on top */
};

struct served {
	const struct lab *lab;
	const struct server *server;
};

static int believe(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static int give_staple(SSL *ssl, void *arg)
{
	unsigned char *copy = OPENSSL_memdup(staple, sizeof(staple));

	(void)arg;
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)sizeof(staple));
	return SSL_TLSEXT_ERR_OK;
}

static void serve_tls(int fd, void *arg)
{
	const struct served *served = arg;
	const struct server *server = served->server;
	const struct id *id =
		server->weak ? &served->lab->weak : &served->lab->ec;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int mode = SSL_VERIFY_NONE;
	char data[64];
	SSL *ssl;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_cipher_list(ctx, "ALL:!aNULL");
	SSL_CTX_set_min_proto_version(ctx, server->version);
	SSL_CTX_set_max_proto_version(ctx, server->version);
	SSL_CTX_use_certificate(ctx, id->cert);
	SSL_CTX_use_PrivateKey(ctx, id->key);
	for (int i = 0; i < server->extra; i++)
		SSL_CTX_add1_chain_cert(ctx, served->lab->weak.cert);
	SSL_CTX_set_tlsext_status_cb(ctx, give_staple);
	if (server->asks || server->insists) {
		mode = SSL_VERIFY_PEER;
		SSL_CTX_add_client_CA(ctx, served->lab->ec.cert);
		SSL_CTX_add_client_CA(ctx, served->lab->weak.cert);
	}
	if (server->insists)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx, mode, server->believes ? believe : NULL);

	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		while (SSL_read(ssl, data, sizeof(data)) > 0)
			;
		SSL_shutdown(ssl);
	}
	/* Let what is still on its way arrive before the socket closes. */
	shutdown(fd, SHUT_WR);
	while (recv(fd, data, sizeof(data), 0) > 0)
		;
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* Dials, settles, closes; the kind of error that it came to. */
static enum err_kind call(struct pool *pool, uint16_t port,
			  const struct tls_config *config,
			  struct tls_view *view, struct err *err)
{
	struct dial dial = {.transport = TRANSPORT_TLS, .tls = config};
	struct conn_times times;
	struct conn *conn;
	int rc;

	*err = (struct err){0};
	assert_true(addr_from_literal(&dial.peer, "127.0.0.1", port));
	if (conn_open(&conn, pool, &dial, view, &times, deadline_in(LIMIT),
		      err))
		return err->kind;
	assert_true(times.connect > 0 && times.handshake > 0);
	rc = conn_settle(conn, deadline_in(LIMIT), err);
	conn_close(conn);
	assert_int_equal(rc, err->kind == ERR_NONE ? 0 : -1);
	return err->kind;
}

enum version {
	V10 = 0x0301,
	V11,
	V12,
	V13
};

enum who {
	NOBODY,
	CLIENT,
	MISFIT
};

static const struct handshake {
	struct server server;
	struct tls_config config;
	enum who who;
	enum err_kind kind;
} handshakes[] = {
	{{V12}, {.want_staple = true, .trace = true}, NOBODY, ERR_NONE},
	{{V13}, {.want_staple = true, .trace = true}, NOBODY, ERR_NONE},
	{{V12, .weak = true}, {0}, NOBODY, ERR_NONE},
	{{V13, .weak = true}, {0}, NOBODY, ERR_NONE},
	{{V12, .extra = 99}, {0}, NOBODY, ERR_NONE},
	{{V13, .extra = 99}, {0}, NOBODY, ERR_NONE},
	{{V12, .asks = true}, {0}, NOBODY, ERR_NONE},
	{{V13, .asks = true}, {0}, NOBODY, ERR_NONE},
	{{V12, .insists = true}, {0}, NOBODY, ERR_CERT_REQUIRED},
	{{V13, .insists = true}, {0}, NOBODY, ERR_CERT_REQUIRED},
	{{V12, .insists = true}, {0}, CLIENT, ERR_CERT_REFUSED},
	{{V13, .insists = true}, {0}, CLIENT, ERR_CERT_REFUSED},
	{{V12, .insists = true, .believes = true}, {0}, CLIENT, ERR_NONE},
	{{V13, .insists = true, .believes = true}, {0}, CLIENT, ERR_NONE},
	{{V12}, {0}, CLIENT, ERR_NONE},
	{{V12}, {0}, MISFIT, ERR_FILE},
	{{V10}, {.legacy = true}, NOBODY, ERR_NONE},
	{{V11}, {.legacy = true}, NOBODY, ERR_NONE},
	{{V10}, {.max_version = V11}, NOBODY, ERR_NONE},
	{{V10}, {.min_version = V12}, NOBODY, ERR_ALERT},
	{{V12}, {.min_version = V13}, NOBODY, ERR_ALERT},
	{{V13}, {.max_version = V12}, NOBODY, ERR_ALERT},
	{{V13}, {.server_name = "um1.contoso.test."}, NOBODY, ERR_NONE},
	{{V13}, {.server_name = "192.0.2.1"}, NOBODY, ERR_NONE},
};

static void check_view(const struct lab *lab, const struct handshake *handshake,
		       const struct tls_view *view)
{
	const struct server *server = &handshake->server;
	const struct id *id = server->weak ? &lab->weak : &lab->ec;
	const bool asked = server->asks || server->insists;

	assert_int_equal(view->version, server->version);
	assert_non_null(view->version_name);
	assert_non_null(view->cipher);
	assert_int_equal(view->chain_len, 1 + server->extra);
	assert_true(bytes_eq(view->chain[0], id->chain[0]));
	assert_int_equal(view->staple.n,
			 handshake->config.want_staple ? sizeof(staple) : 0);
	assert_int_equal(view->steps.n > 5, handshake->config.trace);
	assert_int_equal(view->asked_client_cert, asked);
	assert_int_equal(view->shown_client_cert,
			 asked && handshake->who == CLIENT);
	assert_int_equal(view->acceptable_cas_len, asked ? 2 : 0);
	/* SEQUENCE, SET, SEQUENCE, OID, text and length: 15 and the CN each */
	assert_int_equal(view->acceptable_cas_size, asked ? 2 * 15 + 16 : 0);
}

static void handshakes_are_seen(void **state)
{
	const struct lab *lab = *state;
	struct tls_identity misfit = lab->client.identity;

	misfit.key = lab->ec.identity.key;
	for (size_t i = 0; i < COUNT(handshakes); i++) {
		const struct handshake *handshake = &handshakes[i];
		struct served served = {lab, &handshake->server};
		struct peer peer = {serve_tls, &served, SOCK_STREAM};
		struct tls_config config = handshake->config;
		struct tls_view view;
		struct err err;

		if (handshake->who == CLIENT)
			config.identity = &lab->client.identity;
		if (handshake->who == MISFIT)
			config.identity = &misfit;
		peer_start(&peer);
		call(lab->pool, peer.port, &config, &view, &err);
		peer_stop(&peer);
		if (err.kind != handshake->kind)
			fail_msg("case %zu: kind %d: %s", i, (int)err.kind,
				 err.text);
		if (err.kind == ERR_ALERT || err.kind == ERR_FILE)
			assert_int_equal(view.chain_len, 0);
		else
			check_view(lab, handshake, &view);
	}
}

/* A server that speaks no or bad TLS -------------------------------------- */

#define HELLO                                                                  \
	"\x02\0\0\x2d\x03\x03"                                                 \
	"01234567890123456789012345678901"                                     \
	"\0\xc0\x30\0\0\x05\xff\x01\0\x01\0"

struct raw {
	const char *answer;
	size_t len;
	enum {
		CLOSE,
		RESET,
		HOLD
	} then;
	enum err_kind kind;
	const char *text;
};

static void serve_raw(int fd, void *arg)
{
	const struct raw *raw = arg;
	char data[4096];

	if (recv(fd, data, sizeof(data), 0) <= 0)
		return;
	peer_send(fd, raw->answer, raw->len);
	if (raw->then == HOLD)
		while (recv(fd, data, sizeof(data), 0) > 0)
			;
	if (raw->then == RESET)
		peer_reset(fd);
}

#define BYTES(text) (text), sizeof(text) - 1
static const struct raw raws[] = {
	{BYTES(""), CLOSE, ERR_HANDSHAKE, "closed the connection"},
	{BYTES(""), RESET, ERR_RESET, "reset the connection"},
	{BYTES(""), HOLD, ERR_TIMEOUT, "after our ClientHello"},
	{BYTES("HTTP/1.1 400 Bad Request\r\n"), CLOSE, ERR_HANDSHAKE,
	 "no TLS on this port: it said \"HTTP/1.1 400 Bad Request\""},
	{BYTES("220 mail\r\n"), HOLD, ERR_HANDSHAKE, "\"220 mail\""},
	{BYTES("\0\1\2\3\4\5\6\7"), CLOSE, ERR_HANDSHAKE,
	 "no TLS on this port"},
	{BYTES("ab"), CLOSE, ERR_HANDSHAKE, "it said \"ab\""},
	{BYTES("\x16\x99\2\0\4abcd"), HOLD, ERR_HANDSHAKE,
	 "wrong version number"},
	{BYTES("\x15\3\1\0\2\2\x46"), CLOSE, ERR_ALERT,
	 "alert 70 (protocol_version)"},
	{BYTES("\x15\3\3\0\2\2\x28"), CLOSE, ERR_ALERT,
	 "alert 40 (handshake_failure)"},
	{BYTES("\x15\3\3\0\2\2\xfe"), CLOSE, ERR_ALERT,
	 "alert 254 (unknown alert)"},
	{BYTES("\x15\3\3\0\2\1\0"), CLOSE, ERR_HANDSHAKE,
	 "closed the connection"},
	{BYTES("\x16\3\3\0\x31" HELLO), HOLD, ERR_TIMEOUT,
	 "after the server's ServerHello"},
	/* a certificate that does not parse */
	{BYTES("\x16\3\3\0\x3f" HELLO "\x0b\0\0\x0a\0\0\7\0\0\4\x30\2ab"), HOLD,
	 ERR_HANDSHAKE, "Certificate: it does not parse"},
	/* 16 MiB of them */
	{BYTES("\x16\3\3\0\x35" HELLO "\x0b\xff\xff\xff"), HOLD, ERR_HANDSHAKE,
	 "excessive message size"},
};

static void bad_servers_are_described(void **state)
{
	struct tls_config config = {0};
	struct dial dial = {.transport = TRANSPORT_TLS, .tls = &config};
	const struct lab *lab = *state;

	for (size_t i = 0; i < COUNT(raws); i++) {
		struct raw raw = raws[i];
		struct peer peer = {serve_raw, &raw, SOCK_STREAM};
		struct conn_times times;
		struct tls_view view;
		struct conn *conn;
		struct err err;

		peer_start(&peer);
		assert_true(
			addr_from_literal(&dial.peer, "127.0.0.1", peer.port));
		assert_int_equal(
			conn_open(&conn, lab->pool, &dial, &view, &times,
				  deadline_in(raw.then == HOLD
						      ? USEC_PER_SEC / 2
						      : LIMIT),
				  &err),
			-1);
		peer_stop(&peer);
		if (err.kind != raw.kind || !strstr(err.text, raw.text))
			fail_msg("case %zu: kind %d: %s", i, (int)err.kind,
				 err.text);
		assert_false(view.established);
		assert_int_equal(view.chain_len, 0);
	}
}

/* Plain facts ------------------------------------------------------------- */

static void ends_are_told(void **state)
{
	static const struct {
		struct tls_end end;
		enum err_kind kind;
		const char *text;
	} cases[] = {
		{{.alert = 116, .answered = true}, ERR_CERT_REQUIRED, "116"},
		{{.alert = 116, .answered = true, .has_identity = true},
		 ERR_CERT_REFUSED,
		 "with the signature of ours"},
		{{.alert = 48, .answered = true, .shown = true},
		 ERR_CERT_REFUSED,
		 "alert 48 (unknown_ca)"},
		{{.alert = 51, .answered = true, .shown = true},
		 ERR_CERT_REFUSED,
		 "51"},
		{{.alert = 51, .answered = true}, ERR_ALERT, "51"},
		{{.alert = 80, .answered = true, .shown = true},
		 ERR_ALERT,
		 "80"},
		{{.alert = 48}, ERR_ALERT, "unknown_ca"},
		{{.alert = 112}, ERR_ALERT, "SNI"},
		{{.alert = -1,
		  .closed = true,
		  .answered = true,
		  .last = {true, "Finished"}},
		 ERR_CERT_REQUIRED,
		 "closed the connection after our Finished"},
		{{.alert = -1,
		  .broken = ERR_RESET,
		  .answered = true,
		  .shown = true,
		  .last = {true, "Finished"}},
		 ERR_CERT_REFUSED,
		 "reset the connection after our Finished"},
		{{.alert = -1, .broken = ERR_RESET},
		 ERR_RESET,
		 "after the TCP connect"},
		{{.alert = -1,
		  .broken = ERR_TIMEOUT,
		  .spent = 1500000,
		  .received = 3},
		 ERR_TIMEOUT,
		 "within 1.5 s"},
		{{.alert = -1, .objection = "bad thing"},
		 ERR_HANDSHAKE,
		 "bad thing"},
		/* Plaintext explains what follows from it. */
		{{.alert = -1, .plaintext = true, .said = "", .closed = true},
		 ERR_HANDSHAKE,
		 "no TLS"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err;

		assert_int_equal(tls_end_err(&cases[i].end, &err), -1);
		if (err.kind != cases[i].kind ||
		    !strstr(err.text, cases[i].text))
			fail_msg("case %zu: kind %d: %s", i, (int)err.kind,
				 err.text);
	}
}

static void alerts_have_names(void **state)
{
	(void)state;
	assert_string_equal(tls_alert_name(0), "close_notify");
	assert_string_equal(tls_alert_name(48), "unknown_ca");
	assert_string_equal(tls_alert_name(116), "certificate_required");
	assert_string_equal(tls_alert_name(1), "unknown alert");
	assert_string_equal(tls_alert_name(-1), "unknown alert");
	assert_string_equal(tls_alert_name(256), "unknown alert");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshakes_are_seen),
		cmocka_unit_test(bad_servers_are_described),
		cmocka_unit_test(ends_are_told),
		cmocka_unit_test(alerts_have_names),
	};

	return cmocka_run_group_tests(tests, make_lab, drop_lab);
}
