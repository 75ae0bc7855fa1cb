/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_judge_answer -- what an answer means: status, headers, explanations. */
#include <regex.h>

#include "plugins/sip_judge.h"
#include "sip/msdiag.h"

static enum verdict verdict_of(const struct sip_options_config *config,
			       unsigned status)
{
	if (codes_have(&config->ok, status))
		return VERDICT_OK;
	return codes_have(&config->warn, status) ? VERDICT_WARNING
						 : VERDICT_CRITICAL;
}

/* The server's words, or the RFC's where it sent none. */
static struct str reason_of(const struct sip_message *answer)
{
	return answer->reason.n > 0 ? answer->reason
				    : str_from(sip_reason(answer->status));
}

static struct strs all_headers(const struct sip_message *answer,
			       const char *name, struct pool *pool)
{
	struct strs values = {0};
	struct str value;

	while ((value = sip_header(answer, name, values.n)).p)
		strs_add(&values, pool, value);
	return values;
}

/* What a 401 or 407 asks for. */
static void write_challenges(const struct sip_message *answer,
			     struct pool *pool, struct buf *text)
{
	const char *name = answer->status == 407 ? "Proxy-Authenticate"
						 : "WWW-Authenticate";
	struct strs values = all_headers(answer, name, pool);
	struct buf list;

	buf_init(&list, pool, TEXT_MAX);
	challenge_list(&list, values.v, values.n);
	if (list.len > 0)
		buf_printf(text, "; it takes %s", list.data);
}

/* True when it is told: the status then says nothing more. */
static bool judge_auth(const struct hearing *hearing,
		       const struct exchange *exchange)
{
	const struct sip_message *answer = &exchange->answer;
	struct report *report = hearing->report;
	struct buf text;

	buf_init(&text, report->pool, TEXT_MAX);
	switch (exchange->auth) {
	case SIP_AUTH_NONE:
	case SIP_AUTH_ANSWERED:
		return false;
	case SIP_AUTH_REFUSED:
		buf_printf(&text,
			   "%u after our credentials: user \"%s\" or its "
			   "password is not accepted",
			   answer->status, hearing->inquiry->who.user);
		write_challenges(answer, report->pool, &text);
		report_find(report, VERDICT_CRITICAL, "sip.auth",
			    hearing->where, "%s", text.data)
			->remedy = "see --auth-user and the first line of "
				   "--auth-file against the server's account";
		break;
	case SIP_AUTH_IMPOSSIBLE:
		report_find(report, VERDICT_CRITICAL, "sip.auth",
			    hearing->where,
			    "%u, and no challenge that can be answered: %s",
			    answer->status, exchange->err.text)
			->remedy = "let the server offer Digest with MD5 or "
				   "SHA-256 to this check, or trust its "
				   "certificate or address";
		break;
	}
	return true;
}

static void judge_status(const struct hearing *hearing,
			 const struct exchange *exchange, enum verdict verdict)
{
	const struct sip_message *answer = &exchange->answer;
	const struct str reason = reason_of(answer);
	struct report *report = hearing->report;
	struct finding *finding;
	struct buf text;

	buf_init(&text, report->pool, TEXT_MAX);
	buf_printf(&text, "%u " STR_FMT " to OPTIONS over %s", answer->status,
		   STR_ARG(reason), hearing->transport);
	if (verdict == VERDICT_OK) {
		report_hold(report, "sip.status", hearing->where, text.data);
		return;
	}
	if (answer->status == 401 || answer->status == 407)
		write_challenges(answer, report->pool, &text);
	finding = report_find(report, verdict, "sip.status", hearing->where,
			      "%s", text.data);
	if ((answer->status == 401 || answer->status == 407) &&
	    exchange->auth == SIP_AUTH_NONE)
		finding->remedy = "give credentials by --auth-user and "
				  "--auth-file, or take it as alive by --ok";
}

static void judge_msdiag(const struct hearing *hearing,
			 const struct sip_message *answer, enum verdict verdict)
{
	static const char *const names[] = {"ms-diagnostics",
					    "ms-diagnostics-public"};
	struct pool *pool = hearing->report->pool;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct strs values = all_headers(answer, names[i], pool);

		for (size_t k = 0; k < values.n; k++) {
			const struct msdiag_meaning *meaning;
			struct msdiag diag;
			struct buf text;

			if (!msdiag_parse(&diag, pool, values.v[k]))
				continue;
			buf_init(&text, pool, TEXT_MAX);
			msdiag_write(&text, &diag);
			meaning = msdiag_meaning(diag.id);
			report_find(hearing->report, verdict,
				    "sip.ms-diagnostics", hearing->where, "%s",
				    text.data)
				->remedy = meaning ? meaning->remedy : NULL;
		}
	}
}

/* RFC 3261 20.33: seconds, perhaps with a comment and parameters. */
static void judge_retry_after(const struct hearing *hearing,
			      const struct sip_message *answer,
			      enum verdict verdict)
{
	const struct str value = sip_header(answer, "Retry-After", 0);
	size_t digits = 0;
	unsigned seconds;

	while (digits < value.n && value.p[digits] >= '0' &&
	       value.p[digits] <= '9')
		digits++;
	if (!value.p)
		return;
	if (str_uint((struct str){value.p, digits}, UINT32_MAX, &seconds))
		report_find(hearing->report, verdict, "sip.retry-after",
			    hearing->where,
			    "it wants to be left alone for %u s "
			    "(Retry-After: " STR_FMT ")",
			    seconds, STR_ARG(value));
	else
		report_find(hearing->report, verdict, "sip.retry-after",
			    hearing->where,
			    "Retry-After: " STR_FMT ", which is no number of "
			    "seconds",
			    STR_ARG(value));
}

static void judge_methods(const struct hearing *hearing,
			  const struct sip_message *answer)
{
	const struct strs *methods = &hearing->config->require_methods;
	struct strs allow = all_headers(answer, "Allow", hearing->report->pool);

	for (size_t i = 0; i < methods->n; i++) {
		const char *method = methods->v[i].p;
		struct buf text;

		if (sip_allows(answer, method)) {
			report_hold(hearing->report, "sip.method",
				    hearing->where,
				    pool_printf(hearing->report->pool,
						"%s is allowed", method));
			continue;
		}
		buf_init(&text, hearing->report->pool, TEXT_MAX);
		buf_printf(&text, "wanted method %s, ", method);
		if (allow.n == 0)
			buf_puts(&text, "the answer has no Allow header");
		else
			buf_puts(&text, "there is Allow:");
		for (size_t k = 0; k < allow.n; k++)
			buf_printf(&text, " " STR_FMT, STR_ARG(allow.v[k]));
		report_find(hearing->report, VERDICT_CRITICAL, "sip.method",
			    hearing->where, "%s", text.data);
	}
}

#define VALUE_MAX ((size_t)4096) /* of a header that a pattern is tried on */

static bool matches(const char *pattern, const struct strs *values,
		    struct pool *pool)
{
	bool found = false;
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_ICASE))
		return false; /* validated: only memory can be short */
	for (size_t i = 0; i < values->n && !found; i++) {
		const struct str value = values->v[i];
		const size_t n = value.n < VALUE_MAX ? value.n : VALUE_MAX;

		found = regexec(&regex, pool_strndup(pool, value.p, n), 0, NULL,
				0) == 0;
	}
	regfree(&regex);
	return found;
}

static void judge_headers(const struct hearing *hearing,
			  const struct sip_message *answer)
{
	struct pool *pool = hearing->report->pool;

	for (size_t i = 0; i < hearing->config->wanted_len; i++) {
		const struct wanted_header *wanted =
			&hearing->config->wanted[i];
		struct strs values = all_headers(answer, wanted->name, pool);

		if (values.n > 0 && (!wanted->pattern ||
				     matches(wanted->pattern, &values, pool)))
			report_hold(
				hearing->report, "sip.header", hearing->where,
				pool_printf(pool, "%s is there", wanted->name));
		else if (values.n == 0)
			report_find(hearing->report, VERDICT_CRITICAL,
				    "sip.header", hearing->where,
				    "wanted a header %s, the answer has none",
				    wanted->name);
		else
			report_find(hearing->report, VERDICT_CRITICAL,
				    "sip.header", hearing->where,
				    "wanted %s: %s, there is \"" STR_FMT "\"",
				    wanted->name, wanted->pattern,
				    STR_ARG(values.v[0]));
	}
}

void judge_answer(const struct hearing *hearing,
		  const struct exchange *exchange)
{
	const struct sip_message *answer = &exchange->answer;
	const enum verdict verdict =
		verdict_of(hearing->config, answer->status);

	if (!judge_auth(hearing, exchange))
		judge_status(hearing, exchange, verdict);
	if (verdict != VERDICT_OK) {
		judge_msdiag(hearing, answer, verdict);
		judge_retry_after(hearing, answer, verdict);
	}
	judge_methods(hearing, answer);
	judge_headers(hearing, answer);
}

const struct exchange *worst_answer(const struct hearing *hearing)
{
	const struct sip_target *target = hearing->target;
	const struct exchange *worst = NULL;
	enum verdict verdict = VERDICT_OK;

	for (size_t i = 0; i < target->probes_len; i++) {
		const struct probe *probe = &target->probes[i];
		enum verdict other;

		if (!probe->connected || probe->exchange.end != SIP_ANSWERED)
			continue;
		other = verdict_of(hearing->config,
				   probe->exchange.answer.status);
		if (worst && verdict_worse(verdict, other) == verdict)
			continue;
		worst = &probe->exchange;
		verdict = other;
	}
	return worst;
}
