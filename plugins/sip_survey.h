/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_survey -- one run of check_sip_options: all places and what they said. */
#ifndef PLUGINS_SIP_SURVEY_H
#define PLUGINS_SIP_SURVEY_H

#include "plugins/sip_target.h"

struct sip_survey {
	struct run *run;
	const struct sip_options_config *config;
	struct sip_inquiry inquiry;
	struct route route;
	usec resolve;               /* how long finding the server took */
	struct sip_target *targets; /* as .route.hops */
	size_t targets_len;

	/* Filled by sip_survey_judge(). */
	struct sip_tally tally;
	size_t alive;
};

/* The target that the verdict is about: the one that decided, else the first
 * that failed. */
const struct sip_target *sip_survey_chosen(const struct sip_survey *survey);

/* Every target that counts, then what they come to together. */
void sip_survey_judge(struct sip_survey *survey);

#endif
