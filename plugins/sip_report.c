/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_report -- telling: perfdata, facts, the ladder of -v. */
#include "plugins/sip_target.h"

/* Perfdata
 * --------------------------------------------------------------------- */

static struct metric *seconds(struct report *report, const char *label,
			      double value)
{
	struct metric *metric = report_metric(report, label, "s", value);

	metric->min = 0;
	return metric;
}

static void rtt_metrics(const struct sip_tally *tally,
			const struct sip_options_config *config,
			struct report *report)
{
	struct metric *metric;

	if (tally->answered == 0)
		return;
	metric = seconds(report, "rtt", tally->sum / (double)tally->answered);
	metric->warn = config->warning;
	metric->crit = config->critical;
	seconds(report, "rtt_min", tally->least);
	seconds(report, "rtt_max", tally->most);
	if (tally->pairs > 0)
		seconds(report, "jitter", tally->jitter / (double)tally->pairs);
}

void sip_metrics(const struct sip_tally *tally,
		 const struct sip_options_config *config, struct report *report)
{
	struct metric *metric;

	rtt_metrics(tally, config, report);
	if (tally->sent > 0) {
		metric = report_metric(report, "loss", "%", sip_loss(tally));
		metric->warn = config->loss_warning;
		metric->crit = config->loss_critical;
		metric->min = 0;
		metric->max = 100;
		report_metric(report, "retransmissions", "",
			      tally->retransmissions)
			->min = 0;
	}
	if (tally->connect > 0)
		seconds(report, "connect_time", usec_seconds(tally->connect));
	if (tally->handshake > 0)
		seconds(report, "handshake_time",
			usec_seconds(tally->handshake));
}

double sip_loss(const struct sip_tally *tally)
{
	if (tally->sent == 0)
		return 0;
	return 100 * (double)(tally->sent - tally->answered) /
	       (double)tally->sent;
}

/* Facts
 * ------------------------------------------------------------------------ */

static const char *text_of(const struct addr *addr, struct pool *pool)
{
	char text[ADDR_TEXT_MAX];

	return pool_printf(pool, "%s", addr_text(addr, text));
}

static const char *const ends[] = {
	[SIP_ANSWERED] = "answered", [SIP_SILENT] = "silent",
	[SIP_CLOSED] = "closed",     [SIP_RESET] = "reset",
	[SIP_GARBLED] = "no SIP",    [SIP_FAILED] = "broken off",
};

struct str sip_probe_error(const struct probe *probe)
{
	const struct err *err =
		probe->connected ? &probe->exchange.err : &probe->err;

	if (err->kind != ERR_NONE)
		return str_from(err->text);
	if (probe->exchange.end != SIP_ANSWERED)
		return str_from(ends[probe->exchange.end]);
	return (struct str){0};
}

static void probe_facts(const struct probe *probe, struct pool *pool,
			struct fact *list)
{
	const struct exchange *exchange = &probe->exchange;
	struct fact *row = fact_add(list, pool, NULL, FACT_OBJECT);

	fact_text(row, pool, "end",
		  str_from(probe->connected ? ends[exchange->end]
					    : "not connected"));
	if (probe->connected && exchange->end == SIP_ANSWERED) {
		fact_integer(row, pool, "status", exchange->answer.status);
		fact_number(row, pool, "rtt",
			    usec_seconds(exchange->round_trip));
	}
	fact_integer(row, pool, "sends", exchange->sends);
	fact_integer(row, pool, "provisionals", exchange->provisionals);
	fact_integer(row, pool, "late", exchange->late);
	fact_text(row, pool, "error", sip_probe_error(probe));
}

void sip_target_facts(const struct sip_target *target, struct pool *pool,
		      struct fact *list)
{
	struct fact *row = fact_add(list, pool, NULL, FACT_OBJECT);
	const struct attempt *last = sip_target_attempt(target);
	const struct hop *hop = target->hop;
	struct fact *probes;

	fact_text(row, pool, "where", str_from(target->where));
	fact_text(row, pool, "host", str_from(hop->host));
	fact_text(row, pool, "address", str_from(text_of(&hop->peer, pool)));
	fact_text(row, pool, "transport",
		  str_from(transport_name(hop->transport)));
	fact_text(row, pool, "how", str_from(hop->how));
	fact_bool(row, pool, "tried", target->tried);
	if (!target->tried)
		return;
	if (last) {
		fact_number(row, pool, "connect_time",
			    usec_seconds(last->times.connect));
		fact_number(row, pool, "handshake_time",
			    usec_seconds(last->times.handshake));
	}
	fact_integer(row, pool, "stray", target->stray.n);
	fact_integer(row, pool, "malformed", target->malformed.n);
	fact_integer(row, pool, "requests", target->requests);
	fact_text(row, pool, "error",
		  target->probes_len && target->answered == 0
			  ? sip_probe_error(sip_target_probe(target))
			  : (struct str){0});
	probes = fact_add(row, pool, "probes", FACT_LIST);
	for (size_t i = 0; i < target->probes_len; i++)
		probe_facts(&target->probes[i], pool, probes);
}

void sip_answer_facts(const struct sip_target *target, struct pool *pool,
		      struct fact *parent)
{
	const struct probe *probe = sip_target_probe(target);
	const struct attempt *last = sip_target_attempt(target);
	const struct sip_message *message;
	struct fact *answer, *headers;

	if (probe && target->answered > 0) {
		message = &probe->exchange.answer;
		answer = fact_add(parent, pool, "answer", FACT_OBJECT);
		fact_integer(answer, pool, "status", message->status);
		fact_text(answer, pool, "reason", message->reason);
		headers = fact_add(answer, pool, "headers", FACT_LIST);
		for (size_t i = 0; i < message->headers_len; i++) {
			const struct sip_header *header = &message->headers[i];
			struct fact *row =
				fact_add(headers, pool, NULL, FACT_OBJECT);

			fact_text(row, pool, "name", header->name);
			fact_text(row, pool, "value",
				  sip_header_is_secret(header->name)
					  ? STR("(left out)")
					  : header->value);
		}
		fact_text(answer, pool, "source",
			  str_from(text_of(&probe->exchange.source, pool)));
	}
	if (last && last->seen.version_name)
		subject_tls_facts(&last->seen, pool, parent);
	if (target->subject.evidence.chain_len > 0)
		subject_chain_facts(&target->subject.evidence, pool, parent);
}

/* The ladder
 * -------------------------------------------------------------------- */

/* "  connect     0.1 ms  TCP": a rung; no time where there is none. */
static void rung(struct buf *out, const char *name, double time)
{
	if (time >= 0)
		buf_printf(out, "  %-8s %8.1f ms  ", name, time * 1e3);
	else
		buf_printf(out, "  %-8s %8s     ", name, "");
}

static void draw_tls(const struct attempt *last, struct buf *out)
{
	const struct tls_view *seen = &last->seen;

	if (last->times.handshake == 0 && seen->handshake == 0)
		return;
	rung(out, "TLS", usec_seconds(seen->handshake));
	buf_printf(out, "%s%s%s", seen->version_name ? seen->version_name : "-",
		   seen->cipher ? " " : "", seen->cipher ? seen->cipher : "");
	if (seen->asked_client_cert)
		buf_printf(out, ", client certificate asked for and %s",
			   seen->shown_client_cert ? "shown" : "not shown");
	buf_puts(out, "\n");
}

static void draw_probe(const struct sip_target *target,
		       const struct probe *probe, struct buf *out)
{
	const struct exchange *exchange = &probe->exchange;
	struct str error = sip_probe_error(probe);

	if (!probe->connected) {
		rung(out, "FAILED", -1);
		buf_printf(out, "" STR_FMT "\n", STR_ARG(error));
		return;
	}
	rung(out, "request", -1);
	buf_printf(out, "OPTIONS");
	if (target->probes_len > 1)
		buf_printf(out, ", %zu of %zu answered", target->answered,
			   target->probes_len);
	if (exchange->sends > 1)
		buf_printf(out, ", sent %u times", exchange->sends);
	buf_puts(out, "\n");
	if (exchange->provisionals > 0) {
		rung(out, "", -1);
		buf_printf(out, "%u %s, %u of it\n", exchange->provisional,
			   sip_reason(exchange->provisional),
			   exchange->provisionals);
	}
	if (exchange->end != SIP_ANSWERED) {
		rung(out, "FAILED", usec_seconds(exchange->spent));
		buf_printf(out, STR_FMT "\n", STR_ARG(error));
		return;
	}
	rung(out, "answer", usec_seconds(exchange->round_trip));
	buf_printf(out, "%u " STR_FMT "\n", exchange->answer.status,
		   STR_ARG(exchange->answer.reason));
}

void sip_target_picture(const struct sip_target *target, struct buf *out)
{
	const struct attempt *last = sip_target_attempt(target);
	char text[ADDR_TEXT_MAX];

	if (!target->tried)
		return;
	buf_printf(out, "%s at %s%s%s\n", target->where,
		   addr_text(&target->hop->peer, text),
		   *target->hop->how ? ", " : "", target->hop->how);
	if (last && last->times.connect > 0) {
		rung(out, "connect", usec_seconds(last->times.connect));
		buf_puts(out, "TCP\n");
	}
	if (last && target->hop->transport == TRANSPORT_TLS)
		draw_tls(last, out);
	if (target->probes_len > 0)
		draw_probe(target, sip_target_probe(target), out);
	if (target->subject.evidence.chain_len > 0)
		subject_picture(&target->subject, out);
}
