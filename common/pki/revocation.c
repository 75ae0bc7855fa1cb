/* SPDX-License-Identifier: GPL-3.0-or-later */
/* revocation -- OCSP (RFC 6960) and CRLs (RFC 5280 5), verified by OpenSSL. */
#include "pki/revocation.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/date.h"
#include "pki/x509.h"

#define CLOCK_SKEW 300 /* seconds that a responder's clock may be ahead */

/* The pair parsed. */
struct parties {
	X509 *cert, *issuer;
};

static bool parties_parse(struct parties *parties,
			  const struct revocation_pair *pair)
{
	const unsigned char *cert = pair->cert.p, *issuer = pair->issuer.p;

	openssl_begin();
	parties->cert = d2i_X509(NULL, &cert, (long)pair->cert.n);
	parties->issuer = d2i_X509(NULL, &issuer, (long)pair->issuer.n);
	return parties->cert && parties->issuer;
}

static void parties_free(struct parties *parties)
{
	X509_free(parties->cert);
	X509_free(parties->issuer);
	ERR_clear_error();
}

static void say(struct revocation_answer *answer, struct pool *pool,
		enum revocation_status status, const char *text)
{
	answer->status = status;
	answer->text = pool_printf(pool, "%s", text);
}

int ocsp_request(struct bytes *out, struct pool *pool,
		 const struct revocation_pair *pair, struct err *err)
{
	struct parties parties = {0};
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = NULL;
	unsigned char *der = NULL;
	int len = -1;

	/* SHA-1 names the issuer here, it secures nothing (RFC 5019 2.1.1). */
	if (request && parties_parse(&parties, pair))
		id = OCSP_cert_to_id(EVP_sha1(), parties.cert, parties.issuer);
	if (id && OCSP_request_add0_id(request, id))
		len = i2d_OCSP_REQUEST(request, &der);
	else
		OCSP_CERTID_free(id);
	if (len > 0)
		*out = bytes_dup(pool, der, (size_t)len);
	OPENSSL_free(der);
	OCSP_REQUEST_free(request);
	parties_free(&parties);
	if (len > 0)
		return 0;
	return err_set(err, ERR_LOCAL, "no OCSP request can be made of it");
}

static const char *date_text(const ASN1_TIME *time, struct pool *pool)
{
	struct buf text;
	time_t at;

	if (!x509_time(&at, time))
		return "an unknown time";
	buf_init(&text, pool, 64);
	date_write(at, &text);
	return text.data;
}

/* NULL when `now` lies within, else what is wrong. */
static const char *currency_objection(const ASN1_TIME *from,
				      const ASN1_TIME *until, time_t now,
				      struct pool *pool)
{
	time_t start, end;

	if (!x509_time(&start, from))
		return "the answer carries no valid time";
	if (start > now + CLOCK_SKEW)
		return pool_printf(pool, "the answer is of the future (%s)",
				   date_text(from, pool));
	if (!until)
		return NULL; /* RFC 6960 2.4: newer answers come any time */
	if (!x509_time(&end, until))
		return "the answer carries no valid time";
	if (end < now)
		return pool_printf(pool, "the answer is stale since %s",
				   date_text(until, pool));
	return NULL;
}

/* Does this single response speak of our certificate, by its own digest? */
static bool is_about(OCSP_SINGLERESP *single, const struct parties *parties)
{
	const OCSP_CERTID *theirs = OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *digest = NULL;
	OCSP_CERTID *ours = NULL;
	const EVP_MD *md;
	bool same = false;

	OCSP_id_get0_info(NULL, &digest, NULL, NULL,
			  (OCSP_CERTID *)(uintptr_t)theirs);
	md = EVP_get_digestbyobj(digest);
	if (md)
		ours = OCSP_cert_to_id(md, parties->cert, parties->issuer);
	if (ours)
		same = OCSP_id_cmp(ours, theirs) == 0;
	OCSP_CERTID_free(ours);
	return same;
}

/* Signed by the issuer, or by whom it delegated (RFC 6960 4.2.2.2)? */
static bool is_signed(OCSP_BASICRESP *basic, const struct parties *parties,
		      time_t now)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	X509_VERIFY_PARAM *param;
	bool verified = false;

	if (!store || !untrusted ||
	    !X509_STORE_add_cert(store, parties->issuer) ||
	    sk_X509_push(untrusted, parties->issuer) <= 0)
		goto out;
	param = X509_STORE_get0_param(store);
	if (!X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN))
		goto out;
	X509_VERIFY_PARAM_set_time(param, now);
	verified = OCSP_basic_verify(basic, untrusted, store, 0) == 1;
out:
	sk_X509_free(untrusted);
	X509_STORE_free(store);
	return verified;
}

static void judge_single(struct revocation_answer *answer, struct pool *pool,
			 OCSP_SINGLERESP *single, time_t now)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *until = NULL;
	int reason = -1;
	int status = OCSP_single_get0_status(single, &reason, &revoked, &from,
					     &until);
	const char *objection = currency_objection(from, until, now, pool);

	if (objection)
		say(answer, pool, REVOCATION_UNKNOWN, objection);
	else if (status == V_OCSP_CERTSTATUS_GOOD)
		say(answer, pool, REVOCATION_GOOD, "not revoked");
	else if (status == V_OCSP_CERTSTATUS_REVOKED)
		say(answer, pool, REVOCATION_REVOKED,
		    pool_printf(pool, "revoked since %s (%s)",
				date_text(revoked, pool),
				reason < 0 ? "no reason given"
					   : OCSP_crl_reason_str(reason)));
	else
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the responder does not know this certificate");
}

static void judge_basic(struct revocation_answer *answer, struct pool *pool,
			OCSP_BASICRESP *basic, const struct parties *parties,
			time_t now)
{
	if (!is_signed(basic, parties, now)) {
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the answer is not signed by the issuer or its delegate");
		return;
	}
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

		if (is_about(single, parties)) {
			judge_single(answer, pool, single, now);
			return;
		}
	}
	say(answer, pool, REVOCATION_UNKNOWN,
	    "the answer speaks of other certificates");
}

void ocsp_judge(struct revocation_answer *answer, struct pool *pool,
		struct bytes response, const struct revocation_pair *pair,
		time_t now)
{
	const unsigned char *at = response.p;
	OCSP_RESPONSE *parsed = d2i_OCSP_RESPONSE(NULL, &at, (long)response.n);
	OCSP_BASICRESP *basic = NULL;
	struct parties parties = {0};

	if (!parsed)
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the answer is no OCSP response");
	else if (OCSP_response_status(parsed) !=
		 OCSP_RESPONSE_STATUS_SUCCESSFUL)
		say(answer, pool, REVOCATION_UNKNOWN,
		    pool_printf(pool, "the responder says \"%s\"",
				OCSP_response_status_str(
					OCSP_response_status(parsed))));
	else if (!(basic = OCSP_response_get1_basic(parsed)) ||
		 !parties_parse(&parties, pair))
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the answer is no basic OCSP response");
	else
		judge_basic(answer, pool, basic, &parties, now);

	parties_free(&parties);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(parsed);
}

/* What the verification of one certificate against one CRL objects to. */
struct crl_verdict {
	bool revoked;
	int objection; /* the first X509_V_ERR_* about the CRL itself */
};

/* Only what is said of the CRL counts; the path is trust_check()'s affair. */
static int on_crl_objection(int ok, X509_STORE_CTX *context)
{
	struct crl_verdict *verdict = X509_STORE_CTX_get_app_data(context);
	int code = X509_STORE_CTX_get_error(context);

	if (ok)
		return 1;
	switch (code) {
	case X509_V_ERR_CERT_REVOKED:
		verdict->revoked = true;
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		if (!verdict->objection)
			verdict->objection = code;
		break;
	default:
		break;
	}
	return 1;
}

/* RFC 5280 6.3.3 as OpenSSL does it: signature, scope, time, entry. */
static bool verify_crl(struct crl_verdict *verdict, X509_CRL *crl,
		       const struct parties *parties, time_t now)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
	X509_VERIFY_PARAM *param;
	bool done = false;

	if (!store || !context || !crls || sk_X509_CRL_push(crls, crl) <= 0 ||
	    !X509_STORE_add_cert(store, parties->issuer) ||
	    !X509_STORE_CTX_init(context, store, parties->cert, NULL) ||
	    !X509_STORE_CTX_set_app_data(context, verdict))
		goto out;
	param = X509_STORE_CTX_get0_param(context);
	if (!X509_VERIFY_PARAM_set_flags(
		    param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_PARTIAL_CHAIN))
		goto out;
	X509_VERIFY_PARAM_set_time(param, now);
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_STORE_CTX_set0_crls(context, crls);
	X509_STORE_CTX_set_verify_cb(context, on_crl_objection);
	done = X509_verify_cert(context) > 0;
out:
	sk_X509_CRL_free(crls);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return done;
}

static const char *crl_reason(X509_REVOKED *entry)
{
	ASN1_ENUMERATED *reason =
		X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	const char *text = "no reason given";

	if (reason)
		text = OCSP_crl_reason_str(ASN1_ENUMERATED_get(reason));
	ASN1_ENUMERATED_free(reason);
	return text;
}

static void judge_crl(struct revocation_answer *answer, struct pool *pool,
		      X509_CRL *crl, const struct parties *parties, time_t now)
{
	struct crl_verdict verdict = {0};
	X509_REVOKED *entry = NULL;

	answer->foreign =
		X509_NAME_cmp(X509_CRL_get_issuer(crl),
			      X509_get_subject_name(parties->issuer)) != 0;
	/* RFC 5280 5.2.4; OpenSSL 3.5 takes one without its base. */
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0) {
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the CRL is but a delta of another one");
	} else if (!verify_crl(&verdict, crl, parties, now)) {
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the CRL cannot be verified");
	} else if (verdict.objection) {
		say(answer, pool, REVOCATION_UNKNOWN,
		    pool_printf(
			    pool, "the CRL is not valid for it: %s",
			    X509_verify_cert_error_string(verdict.objection)));
	} else if (!verdict.revoked) {
		say(answer, pool, REVOCATION_GOOD, "not revoked");
	} else if (X509_CRL_get0_by_cert(crl, &entry, parties->cert) == 1) {
		say(answer, pool, REVOCATION_REVOKED,
		    pool_printf(
			    pool, "revoked since %s (%s)",
			    date_text(X509_REVOKED_get0_revocationDate(entry),
				      pool),
			    crl_reason(entry)));
	} else {
		say(answer, pool, REVOCATION_REVOKED, "revoked");
	}
}

void crl_judge(struct revocation_answer *answer, struct pool *pool,
	       struct bytes crl, const struct revocation_pair *pair, time_t now)
{
	const unsigned char *at = crl.p;
	X509_CRL *parsed = d2i_X509_CRL(NULL, &at, (long)crl.n);
	struct parties parties = {0};

	if (!parsed)
		say(answer, pool, REVOCATION_UNKNOWN, "the answer is no CRL");
	else if (!parties_parse(&parties, pair))
		say(answer, pool, REVOCATION_UNKNOWN,
		    "the certificate or its issuer does not parse");
	else
		judge_crl(answer, pool, parsed, &parties, now);

	parties_free(&parties);
	X509_CRL_free(parsed);
}
