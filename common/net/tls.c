/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls -- an OpenSSL client that looks at everything and verifies nothing. */
#include "net/tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/openssl.h"
#include "net/addr.h"
#include "net/tls_end.h"
#include "net/tls_offer.h"
#include "net/wire.h"

#define CHAIN_MAX (1L << 20) /* bytes of one Certificate message */
#define STEPS_MAX 64         /* a peer may send tickets for ever */

/* A Certificate message that holds none: TLS 1.3 has an empty context more. */
#define EMPTY_CERTIFICATE (SSL3_HM_HEADER_LENGTH + 1 + 3)

/* RFC 8879, spoken by OpenSSL 3.2 and newer; an empty one is not compressed. */
#define COMPRESSED_CERTIFICATE 25

struct tls {
	struct pool *pool;
	struct wire wire;
	SSL_CTX *ctx;
	SSL *ssl;
	bool trace;
	bool said_goodbye; /* our close_notify is out */
	bool lost;         /* what came, by OpenSSL's fault */
	int (*security)(const SSL *ssl, const SSL_CTX *ctx, int operation,
			int bits, int nid, void *other, void *arg);
	struct tls_view *view;
	struct tls_end end;
	int hello_version; /* legacy_version of the ServerHello */
};

/* What passes by ---------------------------------------------------------- */

static const char *message_name(unsigned char type)
{
	static const char *const names[] = {
		[SSL3_MT_HELLO_REQUEST] = "HelloRequest",
		[SSL3_MT_CLIENT_HELLO] = "ClientHello",
		[SSL3_MT_SERVER_HELLO] = "ServerHello",
		[SSL3_MT_NEWSESSION_TICKET] = "NewSessionTicket",
		[SSL3_MT_ENCRYPTED_EXTENSIONS] = "EncryptedExtensions",
		[SSL3_MT_CERTIFICATE] = "Certificate",
		[SSL3_MT_SERVER_KEY_EXCHANGE] = "ServerKeyExchange",
		[SSL3_MT_CERTIFICATE_REQUEST] = "CertificateRequest",
		[SSL3_MT_SERVER_DONE] = "ServerHelloDone",
		[SSL3_MT_CERTIFICATE_VERIFY] = "CertificateVerify",
		[SSL3_MT_CLIENT_KEY_EXCHANGE] = "ClientKeyExchange",
		[SSL3_MT_FINISHED] = "Finished",
		[SSL3_MT_CERTIFICATE_STATUS] = "CertificateStatus",
		[SSL3_MT_KEY_UPDATE] = "KeyUpdate",
		[COMPRESSED_CERTIFICATE] = "CompressedCertificate",
	};
	const char *name = NULL;

	if (type < sizeof(names) / sizeof(names[0]))
		name = names[type];
	return name ? name : "unknown message";
}

static bool traces(const struct tls *tls)
{
	return tls->trace && tls->view->steps.n < STEPS_MAX;
}

static void trace(struct tls *tls, const char *line)
{
	strs_add(&tls->view->steps, tls->pool, str_from(line));
}

static void on_handshake(struct tls *tls, bool sent,
			 const unsigned char *message, size_t len)
{
	struct tls_view *view = tls->view;

	if (message[0] == SSL3_MT_SERVER_HELLO && len >= 6)
		tls->hello_version = message[4] << 8 | message[5];
	if (message[0] == SSL3_MT_CERTIFICATE_REQUEST && !sent)
		view->asked_client_cert = true;
	if (sent && (message[0] == SSL3_MT_CERTIFICATE ||
		     message[0] == COMPRESSED_CERTIFICATE)) {
		tls->end.answered = true;
		tls->end.shown = message[0] == COMPRESSED_CERTIFICATE ||
				 len > EMPTY_CERTIFICATE;
		view->shown_client_cert = tls->end.shown;
	}
	tls->end.last = (struct tls_step){sent, message_name(message[0])};
	if (traces(tls))
		trace(tls, pool_printf(tls->pool, "%s %s, %zu bytes",
				       sent ? "sent" : "got ",
				       tls->end.last.name, len));
}

static void on_message(int sent, int version, int type, const void *data,
		       size_t len, SSL *ssl, void *arg)
{
	const unsigned char *bytes = data;
	struct tls *tls = arg;

	(void)version;
	(void)ssl;
	if (type == SSL3_RT_HANDSHAKE && len >= SSL3_HM_HEADER_LENGTH)
		on_handshake(tls, sent, bytes, len);
	else if (type == SSL3_RT_ALERT && len == 2 && traces(tls))
		trace(tls, pool_printf(tls->pool, "%s alert %d (%s)",
				       sent ? "sent" : "got ", bytes[1],
				       tls_alert_name(bytes[1])));
}

/* Called in place of X509_verify_cert(), before anything can go wrong. */
static int on_chain(X509_STORE_CTX *store, void *arg)
{
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
	struct tls *tls = arg;
	struct tls_view *view = tls->view;
	const int n = sk_X509_num(sent);

	/* A peer may renegotiate for ever: the first chain is judged. */
	if (view->established)
		return 1;
	view->chain = pool_array(tls->pool, (size_t)(n > 0 ? n : 1),
				 sizeof(*view->chain));
	view->chain_len = 0;
	for (int i = 0; i < n; i++) {
		unsigned char *der = NULL;
		int len = i2d_X509(sk_X509_value(sent, i), &der);

		/* The rest would be judged as if it were all. */
		if (len <= 0) {
			view->chain_len = 0;
			tls->lost = true;
			break;
		}
		view->chain[view->chain_len++] =
			bytes_dup(tls->pool, der, (size_t)len);
		OPENSSL_free(der);
	}
	return 1;
}

static void look_at_request(struct tls *tls)
{
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(tls->ssl);
	struct tls_view *view = tls->view;
	const int n = sk_X509_NAME_num(names);

	if (n <= 0)
		return;
	view->acceptable_cas =
		pool_array(tls->pool, (size_t)n, sizeof(*view->acceptable_cas));
	for (int i = 0; i < n; i++) {
		const unsigned char *der;
		size_t len;

		if (!X509_NAME_get0_der(sk_X509_NAME_value(names, i), &der,
					&len))
			continue;
		view->acceptable_cas[view->acceptable_cas_len++] =
			bytes_dup(tls->pool, der, len);
		view->acceptable_cas_size += 2 + len; /* RFC 5246 7.4.4 */
	}
}

static const char *version_name(int version)
{
	static const char *const names[] = {"SSLv3", "TLSv1", "TLSv1.1",
					    "TLSv1.2", "TLSv1.3"};

	if (version < SSL3_VERSION || version > TLS1_3_VERSION)
		return NULL;
	return names[version - SSL3_VERSION];
}

/* What OpenSSL keeps for us, whether the handshake succeeded or not. */
static void look(struct tls *tls)
{
	const SSL_CIPHER *cipher = SSL_get_pending_cipher(tls->ssl);
	struct tls_view *view = tls->view;
	unsigned char *staple;
	long len;

	if (!cipher)
		cipher = SSL_get_current_cipher(tls->ssl);
	/* Without a cipher the ServerHello was not to OpenSSL's liking. */
	view->version = cipher ? SSL_version(tls->ssl) : tls->hello_version;
	view->version_name = version_name(view->version);
	if (cipher) {
		const char *name = SSL_CIPHER_get_name(cipher);

		view->cipher = pool_strndup(tls->pool, name, strlen(name));
	}
	len = SSL_get_tlsext_status_ocsp_resp(tls->ssl, &staple);
	/* -1: none came; 0: OpenSSL cannot say. */
	if (len == 0)
		tls->lost = true;
	else if (len > 0)
		view->staple = bytes_dup(tls->pool, staple, (size_t)len);
	look_at_request(tls);
}

/* What we offer ----------------------------------------------------------- */

/* OpenSSL's default but for one thing: no certificate, theirs or ours, is too
 * weak to be looked at.  Whoever is shown it shall judge. */
static int security(const SSL *ssl, const SSL_CTX *ctx, int operation, int bits,
		    int nid, void *other, void *arg)
{
	const struct tls *tls = arg;

	switch (operation & ~SSL_SECOP_PEER) {
	case SSL_SECOP_EE_KEY:
	case SSL_SECOP_CA_KEY:
	case SSL_SECOP_CA_MD:
		return 1;
	default:
		return tls->security(ssl, ctx, operation, bits, nid, other,
				     NULL);
	}
}

static int fail_local(struct err *err)
{
	return err_set(err, ERR_LOCAL, "OpenSSL could not be set up");
}

static int make_ctx(struct tls *tls, const struct tls_config *config,
		    struct err *err)
{
	/* Before anything else; with libssl's error texts, which are used. */
	if (!OPENSSL_init_ssl(OPENSSL_OPTIONS, NULL))
		return fail_local(err);
	ERR_clear_error();
	tls->ctx = SSL_CTX_new(TLS_client_method());
	if (!tls->ctx)
		return fail_local(err);

	tls->security = SSL_CTX_get_security_callback(tls->ctx);
	SSL_CTX_set_security_callback(tls->ctx, security);
	SSL_CTX_set0_security_ex_data(tls->ctx, tls);
	SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(tls->ctx, on_chain, tls);
	SSL_CTX_set_max_cert_list(tls->ctx, CHAIN_MAX);
	SSL_CTX_set_msg_callback(tls->ctx, on_message);
	if (!SSL_CTX_set_msg_callback_arg(tls->ctx, tls))
		return fail_local(err);
	return tls_offer(tls->ctx, config, err);
}

/* RFC 6066 3: no addresses, no trailing dot. */
static int use_name(struct tls *tls, const char *name)
{
	struct addr addr;
	size_t len;

	if (!name || addr_from_literal(&addr, name, 0))
		return 1;
	len = strlen(name);
	if (len && name[len - 1] == '.')
		len--;
	return (int)SSL_set_tlsext_host_name(
		tls->ssl, pool_strndup(tls->pool, name, len));
}

static int make_ssl(struct tls *tls, const struct tls_config *config,
		    struct err *err)
{
	tls->ssl = SSL_new(tls->ctx);
	if (!tls->ssl)
		return fail_local(err);
	if (wire_open(&tls->wire, err))
		return -1;
	if (!BIO_up_ref(tls->wire.bio))
		return fail_local(err);
	SSL_set_bio(tls->ssl, tls->wire.bio, tls->wire.bio);
	if (!use_name(tls, config->server_name))
		return err_set(err, ERR_LOCAL,
			       "%.100s cannot be sent as server name (SNI)",
			       config->server_name);
	if (config->want_staple &&
	    !SSL_set_tlsext_status_type(tls->ssl, TLSEXT_STATUSTYPE_ocsp))
		return fail_local(err);
	return 0;
}

/* How it ended ------------------------------------------------------------ */

/* The first thing libssl put into OpenSSL's error queue, or 0. */
static int take_reason(void)
{
	unsigned long error;
	int reason = 0;

	while ((error = ERR_get_error()) != 0)
		if (!reason && ERR_GET_LIB(error) == ERR_LIB_SSL)
			reason = ERR_GET_REASON(error);
	return reason;
}

/* Why we gave up, in words. */
static const char *objection(const struct tls *tls, int reason)
{
	const struct tls_view *view = tls->view;
	const char *text =
		ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason));

	if (reason == ERR_R_ASN1_LIB && !tls->end.last.sent)
		return "it does not parse";
	if (!text)
		text = "OpenSSL gives no reason";
	if (view->version_name && view->version < TLS1_2_VERSION)
		return pool_printf(tls->pool,
				   "the server chose %s, which is not offered "
				   "or only with restrictions (%s)",
				   view->version_name, text);
	return text;
}

static void end_reason(struct tls *tls)
{
	const int reason = take_reason();
	const int alert = reason - SSL_AD_REASON_OFFSET;

	tls->end.alert = alert >= 0 && alert <= UINT8_MAX ? alert : -1;
	tls->end.objection = objection(tls, reason);
}

static int end_handshake(struct tls *tls, struct err *err)
{
	const struct wire *wire = &tls->wire;
	struct tls_end *end = &tls->end;

	end_reason(tls);
	end->broken = wire->broken.kind;
	/* A close_notify in the middle of a handshake is as good as a FIN. */
	end->closed = wire->closed ||
		      SSL_get_shutdown(tls->ssl) & SSL_RECEIVED_SHUTDOWN;
	end->received = wire->received;
	end->plaintext =
		wire->received && (wire->kind < SSL3_RT_CHANGE_CIPHER_SPEC ||
				   wire->kind > SSL3_RT_APPLICATION_DATA);
	end->said = wire->first;
	end->spent = tls->view->handshake;
	return tls_end_err(end, err);
}

/* ------------------------------------------------------------------------ */

int tls_open(struct tls **tls, struct pool *pool, int fd,
	     const struct tls_config *config, struct deadline by,
	     struct tls_view *view, struct err *err)
{
	struct tls *made = pool_zalloc(pool, sizeof(*made));
	usec start;
	int rc = -1;

	*tls = NULL;
	*view = (struct tls_view){0};
	made->pool = pool;
	made->wire.fd = fd;
	made->wire.by = by;
	made->wire.left = SIZE_MAX;
	made->view = view;
	made->trace = config->trace;
	made->end.has_identity = config->identity != NULL;

	if (make_ctx(made, config, err) || make_ssl(made, config, err))
		goto out;
	start = clock_now();
	view->established = SSL_connect(made->ssl) == 1;
	view->handshake = clock_now() - start;
	look(made);
	rc = made->lost ? fail_local(err) : 0;
	if (!rc && !view->established)
		rc = end_handshake(made, err);
out:
	ERR_clear_error();
	if (rc)
		tls_close(made);
	else
		*tls = made;
	return rc;
}

int tls_send(struct tls *tls, const void *data, size_t len, struct deadline by,
	     struct err *err)
{
	if (len == 0 || len > INT_MAX)
		return err_set(err, ERR_LOCAL, "%zu bytes are no message", len);
	tls->wire.by = by;
	ERR_clear_error();
	if (SSL_write(tls->ssl, data, (int)len) > 0)
		return 0;
	end_reason(tls);
	if (tls->wire.broken.kind != ERR_NONE) {
		*err = tls->wire.broken;
		return -1;
	}
	return err_set(err, ERR_RESET, "sending over TLS: %s",
		       tls->end.objection);
}

/* The read failed, and not for want of time. */
static ssize_t end_read(struct tls *tls, struct err *err)
{
	end_reason(tls);
	tls->end.established = true;
	if (tls->end.alert >= 0)
		return tls_end_err(&tls->end, err);
	if (tls->wire.closed) /* without a close_notify */
		return 0;
	if (tls->wire.broken.kind != ERR_NONE) {
		*err = tls->wire.broken;
		return -1;
	}
	return err_set(err, ERR_PROTOCOL, "what came is no TLS record: %s",
		       tls->end.objection);
}

ssize_t tls_recv(struct tls *tls, void *data, size_t size, struct deadline by,
		 struct err *err)
{
	ssize_t rc;
	int n;

	tls->wire.by = by;
	tls->wire.outlives_wait = true;
	ERR_clear_error();
	n = SSL_read(tls->ssl, data, size < INT_MAX ? (int)size : INT_MAX);
	if (n > 0)
		return n;
	switch (SSL_get_error(tls->ssl, n)) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_WANT_READ:
		return err_set(err, ERR_TIMEOUT, "receiving: nothing in time");
	default:
		rc = end_read(tls, err);
		ERR_clear_error();
		return rc;
	}
}

bool tls_pending(const struct tls *tls)
{
	return SSL_pending(tls->ssl) > 0 || tls->wire.at < tls->wire.n;
}

int tls_settle(struct tls *tls, struct deadline by, struct err *err)
{
	struct err refusal;
	char data[4096];

	/* Up to TLS 1.2 its verdict was part of the handshake. */
	if (!tls->end.answered || SSL_version(tls->ssl) < TLS1_3_VERSION)
		return 0;
	tls->wire.by = by;
	tls->said_goodbye = true;
	ERR_clear_error();
	(void)SSL_shutdown(tls->ssl);
	while (SSL_read(tls->ssl, data, sizeof(data)) > 0)
		; /* whatever it says, it is not what we wait for */

	/* Only an alert proves it: a bare FIN or RST may be mere haste. */
	end_reason(tls);
	ERR_clear_error();
	if (tls->end.alert < 0)
		return 0;
	tls_end_err(&tls->end, &refusal);
	if (refusal.kind == ERR_ALERT) /* of something else */
		return 0;
	*err = refusal;
	return -1;
}

const struct stack_st_X509 *tls_parsed(const struct tls *tls)
{
	return SSL_get_peer_cert_chain(tls->ssl);
}

void tls_close(struct tls *tls)
{
	if (!tls)
		return;
	if (tls->view->established && !tls->said_goodbye) {
		/* One small record: it waits for nobody. */
		tls->wire.by = deadline_in(USEC_PER_SEC / 100);
		(void)SSL_shutdown(tls->ssl);
		ERR_clear_error();
	}
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->ctx);
	wire_close(&tls->wire);
}
