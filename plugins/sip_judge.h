/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_judge -- what the files that judge one target share. */
#ifndef PLUGINS_SIP_JUDGE_H
#define PLUGINS_SIP_JUDGE_H

#include "plugins/sip_target.h"

#define TEXT_MAX ((size_t)600) /* of one finding */

/* One target before the judge. */
struct hearing {
	const struct sip_target *target;
	const struct sip_inquiry *inquiry;
	const struct sip_options_config *config;
	struct report *report;
	const char *where, *transport;
	enum verdict dead; /* what a target that does not answer is worth */
};

/* The worst answer of all probes: one refusal among them is told.  NULL: no
 * answer came. */
const struct exchange *worst_answer(const struct hearing *hearing);

/* Its status, what explains it, and what --require-* asks of it. */
void judge_answer(const struct hearing *hearing,
		  const struct exchange *exchange);

#endif
