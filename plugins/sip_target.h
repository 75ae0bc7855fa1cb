/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_target -- one place that was asked, and what came of it. */
#ifndef PLUGINS_SIP_TARGET_H
#define PLUGINS_SIP_TARGET_H

#include "plugins/sip_options.h"
#include "plugins/subject.h"
#include "sip/exchange.h"

/* One OPTIONS and what became of it. */
struct probe {
	bool connected;
	bool failed_here; /* our own side could not do it */
	struct err err;   /* why not */
	struct exchange exchange;
};

struct sip_target {
	const struct hop *hop;
	const char *where; /* "sfb1.example.com:5061" */
	bool tried;
	struct subject subject; /* the connections; the certificate */
	struct err trouble;     /* with its chain; .kind ERR_NONE: none */
	struct probe *probes;
	size_t probes_len; /* as far as the time went */
	size_t answered;
	struct sip_aside stray, malformed; /* of all probes */
	unsigned requests;
	struct strs trace;
};

/* An open way to a target, while it is used. */
struct sip_line {
	struct conn *conn; /* NULL: not open */
	struct sip_flow flow;
	struct sip_dialog dialog;
};

/* What every target is asked, and with what. */
struct sip_inquiry {
	struct run *run;
	const struct sip_options_config *config;
	struct identity identity;
	struct credentials who;
	struct trust_config trust;
	struct tls_config tls;
};

/*
 * Connects until `connect_by`, asks as often as the options say until `by`;
 * takes the certificate where a profile wants it.
 */
void sip_target_visit(struct sip_target *target,
		      const struct sip_inquiry *inquiry,
		      struct deadline connect_by, struct deadline by);

/*
 * Connects; takes the certificate where a profile wants it, also when that
 * fails.  Closing keeps the trace in the target; a line that is not open is
 * fine.
 */
int sip_line_open(struct sip_line *line, struct sip_target *target,
		  const struct sip_inquiry *inquiry, struct deadline by,
		  struct err *err) must_check;
void sip_line_close(struct sip_line *line, struct sip_target *target,
		    struct pool *pool);

/* Is it our own side that could not do it? */
bool sip_failed_here(const struct err *err);

/* The last connection; NULL when none was tried. */
const struct attempt *sip_target_attempt(const struct sip_target *target);

/* Did it come so far that another place would only hide what it says? */
bool sip_target_decides(const struct sip_target *target);

/* The last probe that has an answer, else the last one; NULL: none. */
const struct probe *sip_target_probe(const struct sip_target *target);

/* What the probes came to. */
struct sip_tally {
	size_t sent, answered;
	double sum, least, most; /* of the round trips, in seconds */
	double jitter;           /* sum of the differences of neighbours */
	size_t pairs;            /* of them */
	unsigned retransmissions;
	usec connect, handshake; /* the slowest */
};

double sip_loss(const struct sip_tally *tally); /* percent */

/* Adds this target's probes. */
void sip_target_tally(const struct sip_target *target, struct sip_tally *tally);

/* sip_judge.c: everything worth telling of it. */
void sip_target_judge(const struct sip_target *target,
		      const struct sip_inquiry *inquiry);

/* And of our own certificate, as the peer would see it. */
void sip_own_judge(const struct sip_inquiry *inquiry, time_t now);

/* Has it no answer, while our own side did its part? */
bool sip_probe_is_lost(const struct probe *probe);

/* Why it has no answer, in a word or more; .p NULL: it has one. */
struct str sip_probe_error(const struct probe *probe);

/* sip_report.c: facts, the ladder of -v, the messages of -vvv. */
void sip_target_facts(const struct sip_target *target, struct pool *pool,
		      struct fact *list);
void sip_answer_facts(const struct sip_target *target, struct pool *pool,
		      struct fact *parent);
void sip_target_picture(const struct sip_target *target, struct buf *out);
void sip_metrics(const struct sip_tally *tally,
		 const struct sip_options_config *config,
		 struct report *report);

#endif
