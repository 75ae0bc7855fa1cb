/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame -- where one message of a stream ends and the next one begins. */
#include "sip/head.h"

ssize_t sip_frame(struct str stream, struct err *err)
{
	struct head head;
	size_t n;
	int rc = head_read(&head, stream, err);

	if (rc <= 0)
		return rc;
	n = head.n + head.length;
	if (n > SIP_MESSAGE_MAX)
		return err_set(err, ERR_PROTOCOL,
			       "a message of %zu bytes is announced, over %zu",
			       n, SIP_MESSAGE_MAX);
	return stream.n < n ? 0 : (ssize_t)n;
}

size_t sip_frame_skip(struct str stream)
{
	size_t n = 0;

	while (n < stream.n && (stream.p[n] == '\r' || stream.p[n] == '\n'))
		n++;
	return n;
}
