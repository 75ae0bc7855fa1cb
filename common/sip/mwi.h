/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi -- application/simple-message-summary (RFC 3842). */
#ifndef SIP_MWI_H
#define SIP_MWI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* RFC 3458, in the order of RFC 3842 5.2. */
enum mwi_class {
	MWI_VOICE,
	MWI_FAX,
	MWI_PAGER,
	MWI_MULTIMEDIA,
	MWI_TEXT,
	MWI_NONE,
	MWI_CLASSES, /* their number */
};

/* What is above 2^32-1 counts as that (RFC 3842 5.2). */
struct mwi_counts {
	bool told; /* there is such a line */
	uint32_t fresh, old;
	bool urgent_told;
	uint32_t urgent_fresh, urgent_old;
};

struct mwi {
	bool waiting;
	struct str account; /* .p NULL: not told */
	struct mwi_counts counts[MWI_CLASSES];
};

/*
 * A body of that type; slices borrow from it.  Line ends may be bare LF; case
 * and blanks are not minded; headers of single messages behind an empty line
 * are passed over, and so are lines that RFC 3842 does not know.  -1 with
 * ERR_PROTOCOL when it has no Messages-Waiting line, a line of it cannot be
 * read, or two say the same thing: the text says which and why.
 * An account is what stands between "<" and ">" where it has them, not judged
 * as a URI, but without a blank or control; an empty one is not told.
 */
int mwi_parse(struct mwi *mwi, struct str body, struct err *err) must_check;

/*
 * The summary in the body of a NOTIFY: all of it where the Content-Type says
 * so, of a multipart of any kind (RFC 2046) the first part of that type; one
 * within another is not looked into.  No body at all is body->n == 0, which is
 * no error (RFC 6665 4.1.3).  -1 with ERR_PROTOCOL for any other type, which
 * the text names, for a multipart without usable boundary or such a part, and
 * where that part is empty or cut off.
 */
int mwi_body(struct str *body, struct str content_type, struct str whole,
	     struct err *err) must_check;

/* With CRLF, as Exchange UM sends it: counts that are .told only. */
void mwi_write(struct buf *out, const struct mwi *mwi);

const char *mwi_class_name(enum mwi_class class); /* "voice-message" */

/*
 * "no" but voice messages are new: some senders do that, and the lamp stays
 * dark.
 */
bool mwi_contradicts(const struct mwi *mwi);

/*
 * The number of voice messages follows from it: told, or 0 where nothing waits
 * or other classes only are told (RFC 3842 5.2: each line may be left out).
 */
bool mwi_counts_voice(const struct mwi *mwi);

#endif
