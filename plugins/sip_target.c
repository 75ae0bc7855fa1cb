/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_target -- asking: the connection, the probes, their share of the time. */
#include "plugins/sip_target.h"

const struct attempt *sip_target_attempt(const struct sip_target *target)
{
	return subject_attempt(&target->subject);
}

/* A view of the flow's trace outlives the flow: it is in the pool. */
void sip_line_close(struct sip_line *line, struct sip_target *target,
		    struct pool *pool)
{
	if (!line->conn)
		return;
	for (size_t i = 0; i < line->flow.trace.n; i++)
		strs_add(&target->trace, pool, line->flow.trace.v[i]);
	sip_flow_close(&line->flow);
	conn_close(line->conn);
	line->conn = NULL;
}

/* The chain is judged whether the server wanted us or not. */
static void take_certificate(struct sip_target *target,
			     const struct sip_inquiry *inquiry,
			     const struct conn *conn,
			     const struct service *service)
{
	const struct attempt *last = sip_target_attempt(target);

	if (!inquiry->config->profile || !last ||
	    target->subject.evidence.chain_len > 0 || last->seen.chain_len == 0)
		return;
	if (subject_take(&target->subject, inquiry->run->pool, last, conn,
			 service, &inquiry->trust, &target->trouble) == 0)
		target->trouble.kind = ERR_NONE;
}

int sip_line_open(struct sip_line *line, struct sip_target *target,
		  const struct sip_inquiry *inquiry, struct deadline by,
		  struct err *err)
{
	const struct hop *hop = target->hop;
	struct pool *pool = inquiry->run->pool;
	struct addr peer = hop->peer;
	const struct addrs addrs = {.v = &peer, .n = 1};
	const struct service service = {
		.addrs = &addrs,
		.port = addr_port(&hop->peer),
		.transport = hop->transport,
		.tls = &inquiry->tls,
	};
	int rc =
		reach_connect(&line->conn, pool, &inquiry->config->target.reach,
			      &service, &target->subject.attempts, by, err);

	if (hop->transport == TRANSPORT_TLS)
		take_certificate(target, inquiry, line->conn, &service);
	if (rc == 0 && (sip_flow_open(&line->flow, pool, line->conn,
				      inquiry->run->verbosity >= 3, err) ||
			sip_dialog_begin(&line->dialog, pool, err))) {
		sip_line_close(line, target, pool);
		rc = -1;
	}
	return rc;
}

/* From and Contact, where the options leave them to the connection. */
static struct sip_request request_on(const struct sip_line *line,
				     const struct sip_inquiry *inquiry)
{
	static const char *const parameters[] = {
		[TRANSPORT_UDP] = "",
		[TRANSPORT_TCP] = ";transport=tcp",
		[TRANSPORT_TLS] = ";transport=tls",
	};
	struct sip_request request = inquiry->config->request;
	struct pool *pool = inquiry->run->pool;

	if (!request.from)
		request.from =
			pool_printf(pool, "sip:monitor@%s", line->flow.sent_by);
	if (!request.contact)
		request.contact = pool_printf(
			pool, "sip:monitor@%s%s", line->flow.sent_by,
			parameters[conn_transport(line->conn)]);
	return request;
}

static void keep_asides(struct sip_aside *sum, const struct sip_aside *more)
{
	if (sum->n == 0)
		sum->first = more->first;
	sum->n += more->n;
}

static void keep(struct sip_target *target, const struct exchange *exchange)
{
	keep_asides(&target->stray, &exchange->stray);
	keep_asides(&target->malformed, &exchange->malformed);
	target->requests += exchange->requests;
}

bool sip_failed_here(const struct err *err)
{
	return err->kind == ERR_LOCAL || err->kind == ERR_FILE ||
	       err->kind == ERR_USAGE;
}

static void ask(struct sip_line *line, struct sip_target *target,
		const struct sip_inquiry *inquiry, struct probe *probe,
		struct deadline connect_by, struct deadline by)
{
	const struct credentials *who =
		inquiry->who.user ? &inquiry->who : NULL;
	struct sip_request request;

	if (!line->conn &&
	    sip_line_open(line, target, inquiry,
			  deadline_sooner(connect_by, by), &probe->err)) {
		probe->failed_here = sip_failed_here(&probe->err);
		return;
	}
	request = request_on(line, inquiry);
	if (sip_exchange(&probe->exchange, &line->flow, &line->dialog, &request,
			 who, by, &probe->err)) {
		probe->failed_here = true;
		return;
	}
	probe->connected = true;
	keep(target, &probe->exchange);
	target->answered += probe->exchange.end == SIP_ANSWERED;
}

/* An equal share of the time left; longer where the next one is not due
 * before: until then nobody needs the time. */
static struct deadline share(const struct sip_options_config *config,
			     struct deadline by, size_t probes)
{
	const struct deadline equal = deadline_share(by, probes);
	const struct deadline due = deadline_in(config->interval);

	return deadline_sooner(by, due.at > equal.at ? due : equal);
}

/* Until the next probe; a peer may close, or say something, meanwhile.  One
 * that never took us is not waited for: there may be others to ask. */
static void pause_between(struct sip_line *line, struct sip_target *target,
			  const struct sip_inquiry *inquiry,
			  struct deadline until)
{
	struct exchange idle;

	if (deadline_passed(until))
		return;
	if (line->conn) {
		sip_flow_idle(&idle, &line->flow, &line->dialog, until, NULL);
		keep(target, &idle);
		if (idle.end != SIP_SILENT)
			sip_line_close(line, target, inquiry->run->pool);
	}
	if (sip_target_decides(target))
		deadline_wait(until);
}

/* A probe that asks nothing: what a certificate needs. */
static void look(struct sip_line *line, struct sip_target *target,
		 const struct sip_inquiry *inquiry, struct deadline by)
{
	struct pool *pool = inquiry->run->pool;
	struct probe *probe = pool_zalloc(pool, sizeof(*probe));

	target->probes = probe;
	target->probes_len = 1;
	probe->exchange.end = SIP_SILENT;
	if (sip_line_open(line, target, inquiry, by, &probe->err))
		probe->failed_here = sip_failed_here(&probe->err);
	else
		probe->connected = true;
	sip_line_close(line, target, pool);
}

void sip_target_visit(struct sip_target *target,
		      const struct sip_inquiry *inquiry,
		      struct deadline connect_by, struct deadline by)
{
	const struct sip_options_config *config = inquiry->config;
	struct pool *pool = inquiry->run->pool;
	struct sip_line line = {0};

	target->tried = true;
	if (config->look_only) {
		look(&line, target, inquiry, connect_by);
		return;
	}
	target->probes =
		pool_array(pool, config->count, sizeof(*target->probes));
	for (size_t i = 0; i < config->count && !deadline_passed(by); i++) {
		struct probe *probe = &target->probes[target->probes_len++];
		const struct deadline next =
			deadline_sooner(by, deadline_in(config->interval));

		ask(&line, target, inquiry, probe, connect_by,
		    share(config, by, config->count - i));
		if (probe->failed_here) /* and so would the others */
			break;
		if (config->reconnect || (probe->exchange.end != SIP_ANSWERED &&
					  probe->exchange.end != SIP_SILENT))
			sip_line_close(&line, target, pool);
		if (i + 1 < config->count)
			pause_between(&line, target, inquiry, next);
	}
	sip_line_close(&line, target, pool);
}

bool sip_target_decides(const struct sip_target *target)
{
	const struct attempt *last = sip_target_attempt(target);

	if (target->answered > 0 || target->malformed.n > 0 ||
	    target->stray.n > 0)
		return true;
	if (!last || last->err.kind != ERR_NONE)
		return last && last->seen.chain_len > 0;
	/* Over UDP there is no connection: silence and ICMP are its failure. */
	return target->hop->transport != TRANSPORT_UDP ||
	       sip_target_probe(target)->exchange.provisionals > 0;
}

bool sip_probe_is_lost(const struct probe *probe)
{
	return !probe->failed_here &&
	       (!probe->connected || probe->exchange.end != SIP_ANSWERED);
}

const struct probe *sip_target_probe(const struct sip_target *target)
{
	size_t n = target->probes_len;

	while (n-- > 0)
		if (target->probes[n].connected &&
		    target->probes[n].exchange.end == SIP_ANSWERED)
			return &target->probes[n];
	return target->probes_len ? &target->probes[target->probes_len - 1]
				  : NULL;
}

void sip_target_tally(const struct sip_target *target, struct sip_tally *tally)
{
	const struct attempts *attempts = &target->subject.attempts;
	double before = -1;

	for (size_t i = 0; i < attempts->n; i++) {
		const struct conn_times *times = &attempts->v[i].times;

		if (times->connect > tally->connect)
			tally->connect = times->connect;
		if (times->handshake > tally->handshake)
			tally->handshake = times->handshake;
	}
	for (size_t i = 0; i < target->probes_len; i++) {
		const struct probe *probe = &target->probes[i];
		double rtt;

		tally->sent += !probe->failed_here;
		if (!probe->connected)
			continue;
		if (probe->exchange.sends > 1)
			tally->retransmissions += probe->exchange.sends - 1;
		if (probe->exchange.end != SIP_ANSWERED)
			continue;
		rtt = usec_seconds(probe->exchange.round_trip);
		if (tally->answered == 0 || rtt < tally->least)
			tally->least = rtt;
		if (rtt > tally->most)
			tally->most = rtt;
		/* Mean difference of neighbours, as RFC 3550 6.4.1 has it
		 * without its smoothing: for means of a few. */
		if (before >= 0) {
			tally->jitter +=
				before > rtt ? before - rtt : rtt - before;
			tally->pairs++;
		}
		before = rtt;
		tally->sum += rtt;
		tally->answered++;
	}
}
