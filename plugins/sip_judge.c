/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_judge -- what the probes of one target mean, as findings. */
#include "plugins/sip_judge.h"

static const struct attempt *last_of(const struct hearing *hearing)
{
	return sip_target_attempt(hearing->target);
}

/* No way to it ------------------------------------------------------------ */

static const char *remedy_of(const struct hearing *hearing, enum err_kind kind)
{
	const struct profile *profile = hearing->config->profile;
	const bool tls = hearing->target->hop->transport == TRANSPORT_TLS;

	switch (kind) {
	case ERR_REFUSED:
		if (tls && profile)
			return profile->if_refused;
		return "see whether the service runs, and on which port: SIP "
		       "is 5060 over UDP and TCP, 5061 over TLS";
	case ERR_ALERT:
	case ERR_HANDSHAKE:
	case ERR_TIMEOUT:
		return hearing->config->tls.legacy || !tls
			       ? NULL
			       : "is this the server's TLS port? An old server "
				 "may speak with --tls-legacy only";
	case ERR_CERT_REQUIRED:
		return "give this check a certificate that the server trusts: "
		       "--cert, --key";
	case ERR_CERT_REFUSED:
		return "see whether the server trusts the CA of --cert, "
		       "whether that is valid, and has client authentication "
		       "among its usages; --profile judges it";
	default:
		return NULL;
	}
}

static void tell_error(const struct hearing *hearing, const struct err *err)
{
	struct report *report = hearing->report;
	/* Thresholds are for servers: what fails here was never asked. */
	struct finding *finding =
		hearing->dead == VERDICT_OK && !sip_failed_here(err)
			? report_note_error(report, hearing->where, err)
			: report_error(report, hearing->where, err);

	finding->remedy = remedy_of(hearing, err->kind);
}

/* No answer --------------------------------------------------------------- */

/* "TCP and TLS were up": how far it came. */
static const char *was_up(const struct hearing *hearing)
{
	static const char *const up[] = {
		[TRANSPORT_UDP] = "",
		[TRANSPORT_TCP] = "; TCP was up",
		[TRANSPORT_TLS] = "; TCP and TLS were up",
	};

	return up[hearing->target->hop->transport];
}

static void tell_silence(const struct hearing *hearing,
			 const struct exchange *exchange)
{
	const double spent = usec_seconds(exchange->spent);
	struct finding *finding;
	struct buf text;

	if (exchange->provisionals > 0) {
		report_find(hearing->report, hearing->dead,
			    "sip.provisional-only", hearing->where,
			    "only %u %s came to our OPTIONS over %s, no final "
			    "answer within %.1f s",
			    exchange->provisional,
			    sip_reason(exchange->provisional),
			    hearing->transport, spent)
			->remedy = "the server works on it and hangs: look at "
				   "what it forwards OPTIONS to";
		return;
	}
	buf_init(&text, hearing->report->pool, TEXT_MAX);
	buf_printf(&text, "no answer to OPTIONS over %s within %.1f s",
		   hearing->transport, spent);
	if (exchange->sends > 1)
		buf_printf(&text, " (sent %u times)", exchange->sends);
	buf_puts(&text, was_up(hearing));
	finding = report_find(hearing->report, hearing->dead, "sip.no-answer",
			      hearing->where, "%s", text.data);
	finding->remedy =
		hearing->target->hop->transport == TRANSPORT_UDP
			? "see whether the service runs on this UDP port, and "
			  "whether a firewall drops it"
			: "the service took the connection and says nothing: "
			  "see whether it hangs, and whether it knows us as a "
			  "peer";
}

/* What a closed connection means over TLS: it is all that shows of a name that
 * the peer does not know (facts: the fault that this suite was born from). */
static void write_closed_tls(const struct hearing *hearing, struct buf *text)
{
	const struct identity *identity = &hearing->inquiry->identity;
	const struct tls_view *seen = &last_of(hearing)->seen;

	if (!seen->asked_client_cert)
		buf_puts(text, "; it had asked for no client certificate");
	else if (!seen->shown_client_cert)
		buf_puts(text, "; it had asked for a client certificate, and "
			       "we showed none");
	else if (identity->certs[0].common_names.n == 0)
		buf_puts(text, "; our certificate has no CN, by which alone a "
			       "Microsoft server knows its peers");
	else
		buf_printf(text,
			   "; our certificate \"" STR_FMT "\": a Microsoft "
			   "server does so to a CN that is none of its servers",
			   STR_ARG(cert_title(&identity->certs[0])));
}

static const char *closed_remedy(const struct hearing *hearing)
{
	const struct tls_view *seen = &last_of(hearing)->seen;

	if (hearing->target->hop->transport != TRANSPORT_TLS)
		return "see whether the server knows us as a peer, and whether "
		       "it wants TLS";
	if (!seen->asked_client_cert)
		return "see whether the server knows us as a peer, by our "
		       "address or the host in --contact";
	if (!seen->shown_client_cert)
		return "over mutual TLS a server wants a certificate whose CN "
		       "it knows: give it by --cert, --key";
	return "make the CN the FQDN of a server that it knows: a new "
	       "certificate, or New-CsTrustedApplicationPool with that name "
	       "and Enable-CsTopology";
}

static void tell_closed(const struct hearing *hearing,
			const struct exchange *exchange)
{
	struct buf text;

	buf_init(&text, hearing->report->pool, TEXT_MAX);
	buf_printf(&text, "%s after OPTIONS",
		   exchange->end == SIP_RESET ? "reset" : "hung up");
	if (hearing->target->hop->transport == TRANSPORT_TLS)
		write_closed_tls(hearing, &text);
	buf_printf(&text, " (no answer came, %.0f ms)",
		   usec_seconds(exchange->spent) * 1e3);
	report_find(hearing->report, hearing->dead, "sip.closed",
		    hearing->where, "%s", text.data)
		->remedy = closed_remedy(hearing);
}

static void tell_no_answer(const struct hearing *hearing,
			   const struct probe *probe)
{
	const struct exchange *exchange = &probe->exchange;

	if (!probe->connected) {
		tell_error(hearing, &probe->err);
		return;
	}
	switch (exchange->end) {
	case SIP_ANSWERED:
	case SIP_GARBLED: /* sip.malformed says it all */
		break;
	case SIP_SILENT:
		tell_silence(hearing, exchange);
		break;
	case SIP_CLOSED:
	case SIP_RESET:
		tell_closed(hearing, exchange);
		break;
	case SIP_FAILED:
		tell_error(hearing, &exchange->err);
		break;
	}
}

/* Beside the answers ------------------------------------------------------ */

static void judge_asides(const struct hearing *hearing)
{
	const struct sip_target *target = hearing->target;
	const enum verdict verdict =
		target->answered > 0 ? VERDICT_OK : hearing->dead;

	if (target->malformed.n > 0)
		report_find(
			hearing->report, verdict, "sip.malformed",
			hearing->where, "%u message%s came that %s no SIP: %s",
			target->malformed.n, target->malformed.n > 1 ? "s" : "",
			target->malformed.n > 1 ? "are" : "is",
			target->malformed.first);
	if (target->stray.n > 0)
		report_find(hearing->report, verdict, "sip.stray",
			    hearing->where,
			    "%u answer%s came that %s not ours: %s",
			    target->stray.n, target->stray.n > 1 ? "s" : "",
			    target->stray.n > 1 ? "are" : "is",
			    target->stray.first);
}

/* The time was up, or this host failed, before all probes were sent: the rest
 * is not known. */
static void judge_sent(const struct hearing *hearing, bool answered)
{
	const struct sip_target *target = hearing->target;
	const unsigned count = hearing->config->count;
	const struct probe *last = NULL;
	struct err err;

	if (target->probes_len > 0)
		last = &target->probes[target->probes_len - 1];
	if (!last) {
		err_set(&err, ERR_NO_TIME,
			"the time was up before it could be asked");
	} else if (last->failed_here) {
		/* Without an answer it is told as the reason for that. */
		if (answered)
			tell_error(hearing, &last->err);
		return;
	} else if (target->probes_len < count) {
		err_set(&err, ERR_NO_TIME,
			"the time was up after %zu of %u probes (want a longer "
			"--timeout or a shorter --interval)",
			target->probes_len, count);
	} else {
		return;
	}
	report_error(hearing->report, hearing->where, &err);
}

/* What a profile wants to see, and nothing could show. */
static void judge_certificate(const struct hearing *hearing)
{
	const struct sip_target *target = hearing->target;
	const struct trial trial = {
		.evidence = &target->subject.evidence,
		.demands = &hearing->config->server,
		.profile = hearing->config->profile,
	};
	struct err err;

	if (!trial.profile)
		return;
	if (target->trouble.kind != ERR_NONE) {
		tell_error(hearing, &target->trouble);
	} else if (trial.evidence->chain_len > 0) {
		profile_judge(&trial, hearing->where, hearing->report);
	} else if (target->hop->transport != TRANSPORT_TLS &&
		   !hearing->config->profile_if_tls) {
		err_set(&err, ERR_NO_TIME,
			"--profile wants a certificate, and DNS led to %s (say "
			"--transport tls)",
			hearing->transport);
		report_error(hearing->report, hearing->where, &err);
	}
}

/* Where thresholds or the number of targets decide, it is but noted. */
static enum verdict dead_verdict(const struct sip_options_config *config)
{
	return config->all_targets || config->loss_warning.set ||
			       config->loss_critical.set
		       ? VERDICT_OK
		       : VERDICT_CRITICAL;
}

/* It was only looked at.  A server that insists on a client certificate has
 * turned us away as it should when we came without one. */
static void judge_look(const struct hearing *hearing)
{
	const struct sip_target *target = hearing->target;
	const struct probe *probe = sip_target_probe(target);

	if (!probe || probe->connected ||
	    (probe->err.kind == ERR_CERT_REQUIRED &&
	     target->subject.evidence.chain_len > 0))
		return;
	tell_error(hearing, &probe->err);
}

void sip_target_judge(const struct sip_target *target,
		      const struct sip_inquiry *inquiry)
{
	const struct hearing hearing = {
		.target = target,
		.inquiry = inquiry,
		.config = inquiry->config,
		.report = inquiry->run->report,
		.where = target->where,
		.transport = transport_name(target->hop->transport),
		.dead = dead_verdict(inquiry->config),
	};
	const struct exchange *answer = worst_answer(&hearing);

	if (inquiry->config->look_only) {
		judge_look(&hearing);
		judge_certificate(&hearing);
		return;
	}
	judge_sent(&hearing, answer != NULL);
	if (answer)
		judge_answer(&hearing, answer);
	/* What came instead says more than that nothing else did. */
	judge_asides(&hearing);
	if (!answer && target->probes_len > 0)
		tell_no_answer(&hearing, sip_target_probe(target));
	judge_certificate(&hearing);
}

void sip_own_judge(const struct sip_inquiry *inquiry, time_t now)
{
	const struct sip_options_config *config = inquiry->config;
	struct run *run = inquiry->run;
	struct evidence evidence = {.now = now};
	const struct trial trial = {
		.evidence = &evidence,
		.demands = &config->own,
		.profile = config->profile,
	};
	struct err err;

	if (!config->profile || inquiry->identity.tls.chain_len == 0)
		return;
	if (evidence_read(&evidence, run->pool, inquiry->identity.tls.chain,
			  inquiry->identity.tls.chain_len, &inquiry->trust,
			  &err))
		report_error(run->report, "our certificate", &err);
	else
		profile_judge(&trial, "our certificate", run->report);
}
