/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject_report -- telling: facts, the picture of the path, perfdata. */
#include <inttypes.h>
#include <math.h>

#include "base/date.h"
#include "pki/lifetime.h"
#include "plugins/subject.h"

void subject_tls_facts(const struct tls_view *seen, struct pool *pool,
		       struct fact *parent)
{
	struct fact *tls = fact_add(parent, pool, "tls", FACT_OBJECT);
	struct fact *cas;

	fact_text(tls, pool, "version", str_from(seen->version_name));
	fact_text(tls, pool, "cipher", str_from(seen->cipher));
	fact_bool(tls, pool, "asked_client_cert", seen->asked_client_cert);
	cas = fact_add(tls, pool, "acceptable_cas", FACT_LIST);
	for (size_t i = 0; i < seen->acceptable_cas_len; i++)
		fact_text(cas, pool, NULL,
			  str_from(cert_name(pool, seen->acceptable_cas[i])));
	fact_bool(tls, pool, "ocsp_staple", seen->staple.n > 0);
}

static void attempt_facts(const struct attempts *attempts, struct pool *pool,
			  struct fact *parent)
{
	struct fact *list = fact_add(parent, pool, "attempts", FACT_LIST);

	for (size_t i = 0; i < attempts->n; i++) {
		const struct attempt *attempt = &attempts->v[i];
		struct fact *row = fact_add(list, pool, NULL, FACT_OBJECT);
		struct str error = {0};
		char text[ADDR_TEXT_MAX];

		if (attempt->err.kind != ERR_NONE)
			error = str_from(attempt->err.text);
		addr_text(&attempt->peer, text);
		fact_text(row, pool, "address",
			  str_from(pool_printf(pool, "%s", text)));
		fact_number(row, pool, "connect_time",
			    usec_seconds(attempt->times.connect));
		fact_number(row, pool, "handshake_time",
			    usec_seconds(attempt->times.handshake));
		fact_text(row, pool, "error", error);
	}
}

static void revocation_facts(const struct evidence *evidence, struct pool *pool,
			     struct fact *parent)
{
	static const char *const names[] = {
		[REVOCATION_UNKNOWN] = "unknown",
		[REVOCATION_GOOD] = "good",
		[REVOCATION_REVOKED] = "revoked",
	};
	struct fact *list = fact_add(parent, pool, "revocation", FACT_LIST);

	for (size_t i = 0; i < evidence->revocation_len; i++) {
		const struct revocation_answer *answer =
			&evidence->revocation[i];
		struct fact *row = fact_add(list, pool, NULL, FACT_OBJECT);

		fact_text(row, pool, "subject", str_from(answer->subject));
		fact_text(row, pool, "status", str_from(names[answer->status]));
		fact_text(row, pool, "via", str_from(answer->via));
		fact_text(row, pool, "text", str_from(answer->text));
	}
}

void subject_chain_facts(const struct evidence *evidence, struct pool *pool,
			 struct fact *parent)
{
	struct fact *chain = fact_add(parent, pool, "chain", FACT_LIST);

	for (size_t i = 0; i < evidence->sent_len && evidence->chain_len; i++)
		cert_facts(evidence->chain[i], pool, chain);
}

void subject_facts(const struct subject *subject, struct pool *pool,
		   struct fact *parent)
{
	const struct evidence *evidence = &subject->evidence;
	const struct attempt *last = subject_attempt(subject);

	fact_text(parent, pool, "where", str_from(subject->where));
	if (last) {
		attempt_facts(&subject->attempts, pool, parent);
		subject_tls_facts(&last->seen, pool, parent);
	}
	subject_chain_facts(evidence, pool, parent);
	if (evidence->revocation_len > 0)
		revocation_facts(evidence, pool, parent);
}

/* "um1.example.com, until 2027-03-15, sent" */
static void draw_certificate(const char *role, const struct cert *cert,
			     const char *origin, struct buf *out)
{
	struct str title = cert_title(cert);
	struct date until = date_from(cert->not_after);

	buf_printf(out, "  %-7s", role);
	buf_write(out, title.p, title.n);
	if (!cert->is_request)
		buf_printf(out, ", until %04" PRId64 "-%02d-%02d", until.year,
			   until.month, until.day);
	buf_printf(out, ", %s\n", origin);
}

void subject_picture(const struct subject *subject, struct buf *out)
{
	const struct evidence *evidence = &subject->evidence;
	const struct attempt *last = subject_attempt(subject);
	char text[ADDR_TEXT_MAX];

	buf_printf(out, "%s", subject->where);
	if (last && last->seen.version_name)
		buf_printf(out, " at %s, %s %s", addr_text(&last->peer, text),
			   last->seen.version_name,
			   last->seen.cipher ? last->seen.cipher : "");
	buf_puts(out, "\n");
	for (size_t i = 0; i < evidence->chain_len; i++) {
		const struct cert *cert = evidence->chain[i];
		const char *role = i == 0              ? "leaf"
				   : cert->self_signed ? "root"
						       : "issuer";

		draw_certificate(role, cert,
				 i >= evidence->sent_len ? "known here"
				 : last                  ? "sent"
							 : "in the file",
				 out);
	}
	if (evidence->chain_len > 0 && !evidence->trust.anchored &&
	    !evidence->chain[0]->is_request)
		buf_puts(out, "  (no trusted root)\n");
}

/* The certificate sent that ends first. */
static const struct cert *first_to_end(const struct evidence *evidence)
{
	const struct cert *first = evidence->chain[0];

	for (size_t i = 1; i < evidence->sent_len; i++)
		if (evidence->chain[i]->not_after < first->not_after)
			first = evidence->chain[i];
	return first;
}

static bool has_times(const struct subject *subject)
{
	return subject->evidence.chain_len > 0 &&
	       !subject->evidence.chain[0]->is_request;
}

/* Perfdata of a hundredth: finer would only make the line longer. */
static double hundredths(double value)
{
	return (double)(int64_t)(value * 100) / 100;
}

static void days_metric(const char *label, const struct cert *cert, time_t now,
			const struct demands *demands, struct report *report)
{
	struct metric *metric = report_metric(
		report, label, "", hundredths(cert_days_left(cert, now)));

	metric->warn = lifetime_warning(&demands->warning, cert);
	metric->crit = lifetime_critical(&demands->critical, cert);
}

static double percent_left(const struct cert *cert, time_t now)
{
	return 100 * cert_days_left(cert, now) / cert_lifetime_days(cert);
}

static void lifetime_metrics(const struct subject *subjects, size_t n,
			     const struct demands *demands,
			     struct report *report)
{
	const struct cert *leaf = NULL, *chain = NULL;
	struct metric *metric;
	double percent = HUGE_VAL;
	time_t now = 0;

	for (size_t i = 0; i < n; i++) {
		const struct evidence *evidence = &subjects[i].evidence;
		const struct cert *own, *first;

		if (!has_times(&subjects[i]))
			continue;
		own = evidence->chain[0];
		first = first_to_end(evidence);
		now = evidence->now;
		if (percent_left(own, now) < percent)
			percent = percent_left(own, now);
		if (!leaf || own->not_after < leaf->not_after)
			leaf = own;
		if (!chain || first->not_after < chain->not_after)
			chain = first;
	}
	if (!leaf)
		return;
	days_metric("days_left", leaf, now, demands, report);
	metric = report_metric(report, "lifetime_left", "%",
			       hundredths(percent));
	if (demands->warning.percent)
		metric->warn = demands->warning.range;
	if (demands->critical.percent)
		metric->crit = demands->critical.range;
	days_metric("chain_days_left", chain, now, demands, report);
}

static void time_metrics(const struct subject *subjects, size_t n,
			 struct report *report)
{
	usec connect = 0, handshake = 0;

	for (size_t i = 0; i < n; i++) {
		const struct attempt *last = subject_attempt(&subjects[i]);

		if (last && last->times.connect > connect)
			connect = last->times.connect;
		if (last && last->times.handshake > handshake)
			handshake = last->times.handshake;
	}
	if (connect > 0)
		report_metric(report, "connect_time", "s",
			      usec_seconds(connect))
			->min = 0;
	if (handshake > 0)
		report_metric(report, "handshake_time", "s",
			      usec_seconds(handshake))
			->min = 0;
}

void subject_metrics(const struct subject *subjects, size_t n,
		     const struct demands *demands, struct report *report)
{
	lifetime_metrics(subjects, n, demands, report);
	time_metrics(subjects, n, report);
}
