/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_survey -- one run of check_sip_options: all places and what they said. */
#ifndef PLUGINS_SIP_SURVEY_H
#define PLUGINS_SIP_SURVEY_H

#include "plugins/sip_target.h"

struct sip_survey {
	struct run *run;
	const struct sip_options_config *config;
	struct sip_inquiry inquiry;
	const char *role; /* "UM", before each place in findings; NULL */
	struct route route;
	usec resolve;               /* how long finding the server took */
	struct sip_target *targets; /* as .route.hops */
	size_t targets_len;

	/* Filled by sip_survey_judge(). */
	struct sip_tally tally;
	size_t alive;
};

/* Fills .route by RFC 3263, but for what the hosts file knows.  Errors: those
 * of sip_locate(). */
int sip_survey_locate(struct sip_survey *survey, struct err *err) must_check;

/* Makes .targets of the route; nobody is called yet. */
void sip_survey_prepare(struct sip_survey *survey, time_t now);

/* Asks the places in turn; unless all are wanted, the first that decides is the
 * last. */
void sip_survey_visit(struct sip_survey *survey);

/* The first place that takes a connection, with the line open; NULL: none
 * does, err is the first one's. */
struct sip_target *sip_survey_call(struct sip_survey *survey,
				   struct sip_line *line, struct err *err);

/* The target that the verdict is about: the one that decided, else the first
 * that failed. */
const struct sip_target *sip_survey_chosen(const struct sip_survey *survey);

/* Every target that counts, then what they come to together. */
void sip_survey_judge(struct sip_survey *survey);

#endif
