/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialog -- identifiers that are unique in time and space (RFC 3261 19.3). */
#include "sip/dialog.h"

#include "base/random.h"

int sip_dialog_begin(struct sip_dialog *dialog, struct pool *pool,
		     struct err *err)
{
	*dialog = (struct sip_dialog){0};
	if (random_hex(&dialog->call_id, pool, 32, err) ||
	    random_hex(&dialog->local_tag, pool, 16, err) ||
	    random_hex(&dialog->branch, pool, 16, err))
		return -1;
	return 0;
}
