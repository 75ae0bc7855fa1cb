/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inquiry -- who is asked, in which order; the answers are judged in pki/. */
#include "plugins/inquiry.h"

#include "net/http.h"
#include "pki/revocation.h"

#define OCSP_MAX ((size_t)64 << 10)

/* One certificate of the path being asked about. */
struct question {
	struct pool *pool;
	const struct inquiry *inquiry;
	const struct cert *cert;
	struct revocation_pair pair;
	time_t now;
	struct revocation_answer answer;
};

/* "not had; and not had either": nothing that was tried is kept back. */
static void unknown(struct question *question, const char *via,
		    const char *text)
{
	struct revocation_answer *answer = &question->answer;

	answer->status = REVOCATION_UNKNOWN;
	answer->text = answer->text ? pool_printf(question->pool, "%s; %s",
						  answer->text, text)
				    : text;
	answer->via = answer->via ? pool_printf(question->pool, "%s, %s",
						answer->via, via)
				  : via;
}

/* Takes over an answer; one that says nothing leaves the question open. */
static bool settle(struct question *question,
		   const struct revocation_answer *answer, const char *via)
{
	if (answer->status == REVOCATION_UNKNOWN) {
		unknown(question, via, answer->text);
		return false;
	}
	question->answer.status = answer->status;
	question->answer.text = answer->text;
	question->answer.via = via;
	return true;
}

static bool ask_staple(struct question *question, struct bytes staple)
{
	struct revocation_answer answer = {0};

	if (staple.n == 0)
		return false;
	ocsp_judge(&answer, question->pool, staple, &question->pair,
		   question->now);
	return settle(question, &answer, "stapled OCSP response");
}

static const char *http_url(const struct strs *urls, struct pool *pool)
{
	for (size_t i = 0; i < urls->n; i++) {
		struct str rest = urls->v[i];

		if (str_caseeq(str_cut(&rest, ':'), STR("http")) &&
		    !str_has(urls->v[i], '\0'))
			return pool_strndup(pool, urls->v[i].p, urls->v[i].n);
	}
	return NULL;
}

static bool fetch(struct question *question, struct bytes *answer,
		  const struct http_request *request, const char *via)
{
	struct err err;

	if (http_fetch(answer, question->pool, &question->inquiry->reach,
		       request, deadline_share(question->inquiry->by, 2),
		       &err) == 0)
		return true;
	unknown(question, via, pool_printf(question->pool, "%s", err.text));
	return false;
}

static bool ask_ocsp(struct question *question)
{
	struct http_request request = {
		.url = http_url(&question->cert->ocsp_urls, question->pool),
		.content_type = "application/ocsp-request",
		.max = OCSP_MAX,
	};
	struct revocation_answer answer = {0};
	struct bytes response;
	struct err err;

	if (!request.url) {
		unknown(question, "OCSP",
			"the certificate names no OCSP responder");
		return false;
	}
	if (ocsp_request(&request.body, question->pool, &question->pair,
			 &err)) {
		unknown(question, "OCSP",
			pool_printf(question->pool, "%s", err.text));
		return false;
	}
	if (!fetch(question, &response, &request, "OCSP"))
		return false;
	ocsp_judge(&answer, question->pool, response, &question->pair,
		   question->now);
	return settle(question, &answer,
		      pool_printf(question->pool, "OCSP %s", request.url));
}

static bool ask_crl_files(struct question *question)
{
	const struct ders *crls = &question->inquiry->crls;
	struct revocation_answer told = {0};

	for (size_t i = 0; i < crls->n; i++) {
		struct revocation_answer answer = {0};

		crl_judge(&answer, question->pool, crls->v[i], &question->pair,
			  question->now);
		/* Why its issuer's does not do says more than others' do. */
		if (i == 0 || !answer.foreign)
			told = answer;
		if (answer.status != REVOCATION_UNKNOWN)
			break;
	}
	question->answer.foreign = told.foreign;
	return settle(question, &told, "--crl");
}

static bool ask_crl(struct question *question)
{
	struct http_request request = {
		.url = http_url(&question->cert->crl_urls, question->pool),
		.max = CRL_MAX,
	};
	struct revocation_answer answer = {0};
	struct bytes crl;

	if (question->inquiry->crls.n > 0)
		return ask_crl_files(question);
	if (!request.url) {
		unknown(question, "CRL",
			question->cert->has_cdp
				? "the CRL is not to be had by http (give it "
				  "by --crl)"
				: "the certificate names no CRL");
		return false;
	}
	if (!fetch(question, &crl, &request, "CRL"))
		return false;
	crl_judge(&answer, question->pool, crl, &question->pair, question->now);
	return settle(question, &answer,
		      pool_printf(question->pool, "CRL %s", request.url));
}

static void ask(struct question *question, struct bytes staple)
{
	switch (question->inquiry->mode) {
	case INQUIRY_OFF:
		break;
	case INQUIRY_STAPLE:
		ask_staple(question, staple);
		break;
	case INQUIRY_OCSP:
		ask_ocsp(question);
		break;
	case INQUIRY_CRL:
		ask_crl(question);
		break;
	case INQUIRY_AUTO:
		if (ask_staple(question, staple))
			break;
		if (question->cert->ocsp_urls.n > 0 && ask_ocsp(question))
			break;
		ask_crl(question);
		break;
	}
}

/* Is there anything to ask about the certificate at this place of the path? */
static bool is_asked(const struct inquiry *inquiry, const struct cert *cert,
		     size_t place, struct bytes staple)
{
	if (inquiry->mode == INQUIRY_STAPLE)
		return place == 0 && staple.n > 0;
	if (place == 0)
		return true;
	if (inquiry->mode == INQUIRY_OCSP)
		return cert->ocsp_urls.n > 0;
	if (inquiry->crls.n > 0)
		return true;
	if (inquiry->mode == INQUIRY_CRL)
		return cert->crl_urls.n > 0;
	return cert->crl_urls.n > 0 || cert->ocsp_urls.n > 0;
}

static void keep(struct evidence *evidence, const struct question *question)
{
	struct revocation_answer *answer =
		&evidence->revocation[evidence->revocation_len++];
	struct str title = cert_title(question->cert);

	*answer = question->answer;
	answer->subject = pool_strndup(question->pool, title.p, title.n);
}

void inquire(struct evidence *evidence, struct pool *pool,
	     const struct inquiry *inquiry, struct bytes staple)
{
	const struct trust *trust = &evidence->trust;
	const struct bytes nobody = {0};

	if (inquiry->mode == INQUIRY_OFF || trust->path_len == 0)
		return;
	evidence->revocation = pool_array(pool, trust->path_len,
					  sizeof(*evidence->revocation));
	for (size_t i = 0; i < trust->path_len; i++) {
		const struct cert *cert = trust->path[i].cert;
		struct question question = {
			.pool = pool,
			.inquiry = inquiry,
			.cert = cert,
			.now = evidence->now,
		};

		if ((i > 0 && cert->self_signed) ||
		    !is_asked(inquiry, cert, i, i == 0 ? staple : nobody))
			continue;
		question.pair.cert = cert->der;
		if (cert->self_signed) {
			unknown(&question, "nobody was asked",
				"it signed itself, no CA answers for it");
		} else if (i + 1 < trust->path_len) {
			question.pair.issuer = trust->path[i + 1].cert->der;
			ask(&question, i == 0 ? staple : nobody);
		} else {
			unknown(&question, "nobody was asked",
				"its issuer is not known here");
		}
		/* A list of other issuers says nothing of an intermediate. */
		if (i > 0 && question.answer.foreign &&
		    question.answer.status == REVOCATION_UNKNOWN)
			continue;
		keep(evidence, &question);
	}
}
