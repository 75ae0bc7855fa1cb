/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_report -- telling: perfdata, facts, the path of -v. */
#include "plugins/mwi_hop.h"

static void seconds(struct report *report, const char *label, usec span,
		    const struct range *warning, const struct range *critical)
{
	struct metric *metric;

	if (span <= 0)
		return;
	metric = report_metric(report, label, "s", usec_seconds(span));
	metric->min = 0;
	if (warning)
		metric->warn = *warning;
	if (critical)
		metric->crit = *critical;
}

static struct metric *count(struct report *report, const char *label,
			    double value)
{
	struct metric *metric = report_metric(report, label, "", value);

	metric->min = 0;
	return metric;
}

static void mailbox_metrics(const struct mwi_walk *walk)
{
	const struct mwi_path_config *config = walk->config;
	const struct mwi_counts *voice;
	struct report *report = walk->run->report;
	struct metric *fresh;

	if (!walk->mailbox || !mwi_counts_voice(walk->mailbox))
		return;
	voice = &walk->mailbox->counts[MWI_VOICE];
	fresh = count(report, "messages_new", voice->fresh);
	fresh->warn = config->new_warning;
	fresh->crit = config->new_critical;
	count(report, "messages_old", voice->old);
	if (voice->urgent_told)
		count(report, "urgent_new", voice->urgent_fresh);
}

static void measure(const struct mwi_walk *walk)
{
	const struct mwi_path_config *config = walk->config;
	struct report *report = walk->run->report;
	size_t walked = 0, ok = 0;

	for (size_t i = 0; i < HOPS; i++) {
		walked += walk->hops[i].walked;
		ok += walk->hops[i].walked &&
		      mwi_hop_verdict(&walk->hops[i]) == VERDICT_OK;
	}
	seconds(report, "delivery_time", walk->delivery_time, &config->warning,
		&config->critical);
	seconds(report, "notify_time", walk->notify_time, NULL, NULL);
	seconds(report, "register_time", walk->register_time, NULL, NULL);
	seconds(report, "subscribe_time", walk->subscribe_time, NULL, NULL);
	mailbox_metrics(walk);
	count(report, "hops_ok", (double)ok)->max = (double)walked;
}

/* Facts ------------------------------------------------------------------ */

static void hop_facts(const struct mwi_hop *hop, enum hop_name name,
		      struct pool *pool, struct fact *list)
{
	struct fact *row = fact_add(list, pool, NULL, FACT_OBJECT);
	struct str address = {0};
	struct fact *times, *findings;
	char text[ADDR_TEXT_MAX];

	if (hop->address.len)
		address = str_from(pool_printf(pool, "%s",
					       addr_text(&hop->address, text)));
	fact_text(row, pool, "name", str_from(mwi_hop_title(name)));
	fact_text(row, pool, "host", str_from(hop->host));
	fact_text(row, pool, "address", address);
	fact_text(row, pool, "state",
		  str_from(verdict_name(mwi_hop_verdict(hop))));
	fact_text(row, pool, "says", str_from(hop->says));
	times = fact_add(row, pool, "times", FACT_OBJECT);
	fact_number(times, pool, "connect", usec_seconds(hop->connect));
	fact_number(times, pool, "handshake", usec_seconds(hop->handshake));
	fact_number(times, pool, "answer", usec_seconds(hop->answer));
	findings = fact_add(row, pool, "findings", FACT_LIST);
	for (struct finding **at = hop->first; at != hop->end;
	     at = &(*at)->next)
		if (!(*at)->holds)
			fact_text(findings, pool, NULL, str_from((*at)->id));
}

static void counts_facts(const struct mwi *mwi, struct pool *pool,
			 struct fact *parent)
{
	struct fact *box = fact_add(parent, pool, "mailbox", FACT_OBJECT);

	fact_bool(box, pool, "waiting", mwi->waiting);
	fact_text(box, pool, "account", mwi->account);
	for (size_t i = 0; i < MWI_CLASSES; i++) {
		const struct mwi_counts *counts = &mwi->counts[i];
		struct fact *row;

		if (!counts->told)
			continue;
		row = fact_add(box, pool, mwi_class_name((enum mwi_class)i),
			       FACT_OBJECT);
		fact_integer(row, pool, "new", counts->fresh);
		fact_integer(row, pool, "old", counts->old);
		if (!counts->urgent_told)
			continue;
		fact_integer(row, pool, "urgent_new", counts->urgent_fresh);
		fact_integer(row, pool, "urgent_old", counts->urgent_old);
	}
}

/* The path ---------------------------------------------------------------- */

/* "ok  gateway   sfb.contoso.com:5061 at 192.0.2.1:5061, TLS 3.1 ms, ..." */
static void draw(const struct mwi_hop *hop, enum hop_name name, struct buf *out)
{
	const struct finding *worst = mwi_hop_worst(hop);
	char text[ADDR_TEXT_MAX];

	buf_printf(out, "%s %-9s %s", worst ? "XX" : "ok", mwi_hop_title(name),
		   hop->host);
	if (hop->address.len)
		buf_printf(out, " at %s by %s", addr_text(&hop->address, text),
			   transport_name(hop->transport));
	if (hop->connect > 0)
		buf_printf(out, ", connect %.1f ms",
			   usec_seconds(hop->connect) * 1e3);
	if (hop->handshake > 0)
		buf_printf(out, ", TLS %.1f ms",
			   usec_seconds(hop->handshake) * 1e3);
	if (hop->says)
		buf_printf(out, ", %s", hop->says);
	if (hop->answer > 0)
		buf_printf(out, " %.1f ms", usec_seconds(hop->answer) * 1e3);
	if (worst)
		buf_printf(out, "  (broken: %s)", worst->id);
	buf_puts(out, "\n");
}

static void add_trace(const struct sip_survey *survey, struct buf *out)
{
	for (size_t i = 0; i < survey->targets_len; i++) {
		const struct sip_target *target = &survey->targets[i];
		const struct attempt *last = sip_target_attempt(target);

		for (size_t k = 0; last && k < last->seen.steps.n; k++)
			buf_printf(out, STR_FMT "\n",
				   STR_ARG(last->seen.steps.v[k]));
		for (size_t k = 0; k < target->trace.n; k++)
			buf_printf(out, STR_FMT "\n",
				   STR_ARG(target->trace.v[k]));
	}
}

void mwi_tell(const struct mwi_walk *walk)
{
	struct report *report = walk->run->report;
	struct pool *pool = report->pool;
	struct buf picture, trace;
	struct fact *hops;

	buf_init(&picture, pool, SIZE_MAX / 2);
	buf_init(&trace, pool, SIZE_MAX / 2);
	hops = fact_add(report->facts, pool, "hops", FACT_LIST);
	for (size_t i = 0; i < HOPS; i++) {
		if (!walk->hops[i].walked)
			continue;
		hop_facts(&walk->hops[i], (enum hop_name)i, pool, hops);
		draw(&walk->hops[i], (enum hop_name)i, &picture);
	}
	if (walk->mailbox)
		counts_facts(walk->mailbox, pool, report->facts);
	for (size_t i = 0; i < SURVEYS; i++)
		add_trace(&walk->surveys[i], &trace);
	report->picture = picture.data;
	report->trace = trace.data;
	measure(walk);
}
