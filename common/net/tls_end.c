/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls_end -- the peer's last sign of life put into words. */
#include "net/tls_end.h"

#include <stdio.h>

#include "net/tls.h"

#define HOW_MAX 96

/* RFC 8446 6; those that are not here are spelled out by their name alone. */
enum {
	HANDSHAKE_FAILURE = 40,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43,
	CERTIFICATE_REVOKED = 44,
	CERTIFICATE_EXPIRED = 45,
	CERTIFICATE_UNKNOWN = 46,
	UNKNOWN_CA = 48,
	ACCESS_DENIED = 49,
	DECRYPT_ERROR = 51,
	PROTOCOL_VERSION = 70,
	INSUFFICIENT_SECURITY = 71,
	UNRECOGNIZED_NAME = 112,
	CERTIFICATE_REQUIRED = 116,
};

static const char *whose(const struct tls_end *end)
{
	return end->last.sent ? "our " : end->last.name ? "the server's " : "";
}

static const char *what(const struct tls_end *end)
{
	return end->last.name ? end->last.name : "the TCP connect";
}

/* Could our answer to its CertificateRequest be why it sent this? */
static bool blames_certificate(const struct tls_end *end)
{
	if (!end->answered)
		return false;
	switch (end->alert) {
	case HANDSHAKE_FAILURE:
	case BAD_CERTIFICATE:
	case UNSUPPORTED_CERTIFICATE:
	case CERTIFICATE_REVOKED:
	case CERTIFICATE_EXPIRED:
	case CERTIFICATE_UNKNOWN:
	case UNKNOWN_CA:
	case ACCESS_DENIED:
	case CERTIFICATE_REQUIRED:
		return true;
	case DECRYPT_ERROR: /* of our CertificateVerify */
		return end->shown;
	default:
		return false;
	}
}

static int turned_away(const struct tls_end *end, const char *how,
		       struct err *err)
{
	if (end->shown)
		return err_set(err, ERR_CERT_REFUSED,
			       "the server refused our certificate: %s", how);
	/* It was not even sent: the request names no algorithm of its key. */
	if (end->has_identity)
		return err_set(err, ERR_CERT_REFUSED,
			       "the server takes no client certificate with "
			       "the signature of ours: %s",
			       how);
	return err_set(err, ERR_CERT_REQUIRED,
		       "the server insists on a client certificate, and we "
		       "showed none: %s",
		       how);
}

static const char *alert_meaning(int alert)
{
	switch (alert) {
	case HANDSHAKE_FAILURE:
	case INSUFFICIENT_SECURITY:
		return ": nothing that we offer suits it";
	case PROTOCOL_VERSION:
		return ": it speaks none of the TLS versions we offer";
	case UNRECOGNIZED_NAME:
		return ": the server name we sent (SNI), or that we sent "
		       "none, does not suit it";
	default:
		return "";
	}
}

static int from_alert(const struct tls_end *end, struct err *err)
{
	char how[HOW_MAX];

	snprintf(how, sizeof(how), "alert %d (%s)", end->alert,
		 tls_alert_name(end->alert));
	if (blames_certificate(end))
		return turned_away(end, how, err);
	if (end->established)
		return err_set(err, ERR_ALERT,
			       "the server ended the connection with %s", how);
	return err_set(err, ERR_ALERT,
		       "the server ended the handshake with %s%s", how,
		       alert_meaning(end->alert));
}

static int from_plaintext(const struct tls_end *end, struct err *err)
{
	if (!end->said[0])
		return err_set(err, ERR_HANDSHAKE,
			       "the server speaks no TLS on this port");
	return err_set(err, ERR_HANDSHAKE,
		       "the server speaks no TLS on this port: it said \"%s\"",
		       end->said);
}

static int from_hang_up(const struct tls_end *end, struct err *err)
{
	const bool reset = end->broken == ERR_RESET;
	char how[HOW_MAX];

	snprintf(how, sizeof(how), "%s the connection after %s%s",
		 reset ? "reset" : "closed", whose(end), what(end));
	if (end->answered) {
		char it[HOW_MAX + 4];

		snprintf(it, sizeof(it), "it %s", how);
		return turned_away(end, it, err);
	}
	return err_set(err, reset ? ERR_RESET : ERR_HANDSHAKE,
		       "no TLS handshake: the server %s", how);
}

static int from_silence(const struct tls_end *end, struct err *err)
{
	return err_set(err, ERR_TIMEOUT,
		       "no TLS within %.1f s: the handshake stopped after "
		       "%s%s (%zu bytes came); TCP was up",
		       usec_seconds(end->spent), whose(end), what(end),
		       end->received);
}

int tls_end_err(const struct tls_end *end, struct err *err)
{
	if (end->alert >= 0)
		return from_alert(end, err);
	if (end->plaintext)
		return from_plaintext(end, err);
	if (end->closed || end->broken == ERR_RESET)
		return from_hang_up(end, err);
	if (end->broken == ERR_TIMEOUT)
		return from_silence(end, err);
	return err_set(err, ERR_HANDSHAKE,
		       "the TLS handshake failed at %s%s: %s", whose(end),
		       what(end), end->objection);
}
