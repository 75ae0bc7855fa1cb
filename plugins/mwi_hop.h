/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_hop -- the steps of one run of check_mwi_path, in path order. */
#ifndef PLUGINS_MWI_HOP_H
#define PLUGINS_MWI_HOP_H

#include "plugins/mwi_path.h"
#include "plugins/sip_survey.h"
#include "sip/mwi.h"

enum hop_name {
	HOP_UM,
	HOP_GATEWAY,
	HOP_REGISTER,
	HOP_NOTIFY,
	HOP_PHONE,
	HOP_MAILBOX,
	HOPS, /* their number */
};

/* One step: who was asked, and how it went. */
struct mwi_hop {
	bool walked;
	const char *host;    /* "sfb.contoso.com:5061" */
	struct addr address; /* .len == 0: none was reached */
	enum transport transport;
	usec connect, handshake, answer; /* 0 where there was no such step */
	const char *says; /* "200 OK to OPTIONS", what there is to tell */
	/* Findings of the report between these two belong to it. */
	struct finding **first, **end;
};

#define NOTICES_MAX 16

/* The servers that are called, some of them twice. */
enum survey_name {
	SURVEY_UM,
	SURVEY_GATEWAY,
	SURVEY_REGISTRAR,
	SURVEY_NOTIFY,
	SURVEY_MAILBOX,
	SURVEYS, /* their number */
};

/* One NOTIFY that came, as far as it matters. */
struct notice {
	usec at;
	struct str call_id, state; /* Subscription-State */
	bool in_dialog;            /* of our subscription */
	const char *trouble; /* no message-summary: why; NULL: .mwi holds */
	bool empty;          /* without a body */
	struct mwi mwi;
};

/* A registered phone, or a subscriber; its flow's requests come here. */
struct mwi_phone {
	struct pool *pool;
	struct sip_line line;
	struct sip_target *target;      /* NULL: not connected */
	struct sip_dialog subscription; /* .call_id NULL: none */
	bool registered, subscribed;
	const char *contact, *address;
	const char *remote_target; /* of the subscription; NULL: unknown */
	struct strs routes;        /* its route set */

	/* What is waited for. */
	bool wants_any;      /* of the subscription */
	const char *call_id; /* of the NOTIFY injected; NULL: not yet */
	const struct mwi *sent;
	bool enough; /* it came */

	struct notice notices[NOTICES_MAX];
	size_t notices_len;
};

struct mwi_walk {
	struct run *run;
	const struct mwi_path_config *config;
	time_t now;
	struct identity identity;
	struct credentials who;
	struct trust_config trust;

	struct sip_survey surveys[SURVEYS]; /* by whom each was made */
	struct mwi_hop hops[HOPS];
	struct mwi_phone phone;

	struct mwi sent; /* by the NOTIFY */
	usec injected, notify_time, register_time, subscribe_time;
	usec delivery_time;             /* 0: not delivered */
	const struct notice *delivered; /* NULL likewise */
	const struct mwi *mailbox;      /* NULL: not known */
	bool identity_told;
	bool broken; /* what would follow makes no sense */
};

/* mwi_hop.c -- an end found and looked at; the findings of a hop. */
void mwi_hop_begin(struct mwi_walk *walk, enum hop_name name);
void mwi_hop_end(struct mwi_walk *walk, enum hop_name name);
const char *mwi_hop_title(enum hop_name name); /* "gateway" */
enum verdict mwi_hop_verdict(const struct mwi_hop *hop);
const struct finding *mwi_hop_worst(const struct mwi_hop *hop); /* or NULL */

/* Host, address and times, as the target shows them. */
void mwi_hop_note(struct mwi_hop *hop, const struct sip_target *target);

/* Finds the end of a survey and prepares its places.  False: it is told. */
bool mwi_end_find(struct mwi_walk *walk, enum survey_name name,
		  const struct sip_options_config *ask, struct deadline by);

/* Opens a line to it.  NULL: it is told. */
struct sip_target *mwi_end_call(struct mwi_walk *walk, enum survey_name name,
				struct sip_line *line, struct deadline by);

void mwi_walk_um(struct mwi_walk *walk, struct deadline by);
void mwi_walk_gateway(struct mwi_walk *walk, struct deadline by);

/* mwi_register.c -- the phone's binding; closing is on every way out. */
void mwi_walk_register(struct mwi_walk *walk, struct deadline by);
void mwi_phone_close(struct mwi_walk *walk, struct deadline by);

/* mwi_mailbox.c */
void mwi_walk_mailbox(struct mwi_walk *walk, struct deadline by);

/* The one that was injected? */
bool mwi_notice_is_ours(const struct mwi_phone *phone,
			const struct notice *notice);

/* mwi_notify.c -- the injection, and whether it arrived. */
void mwi_walk_notify(struct mwi_walk *walk, struct deadline by);
void mwi_walk_delivery(struct mwi_walk *walk, struct deadline by);

/* How often it came, the time until the phone closed included. */
void mwi_judge_duplicates(struct mwi_walk *walk);

/* mwi_report.c */
void mwi_tell(const struct mwi_walk *walk);

#endif
