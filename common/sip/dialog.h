/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialog -- what the requests of one conversation share (RFC 3261 12). */
#ifndef SIP_DIALOG_H
#define SIP_DIALOG_H

#include "base/err.h"
#include "base/pool.h"

/*
 * Before there is a remote tag it is what requests outside of a dialog have in
 * common: so a late answer to an earlier one is known.
 */
struct sip_dialog {
	const char *call_id, *local_tag;
	const char *remote_tag; /* NULL: none yet */
	const char *branch;     /* the stem of all Via branches */
	unsigned cseq;          /* of the last request */
};

/* With tags that nobody can guess.  ERR_LOCAL. */
int sip_dialog_begin(struct sip_dialog *dialog, struct pool *pool,
		     struct err *err) must_check;

#endif
