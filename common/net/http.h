/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http -- one DER object fetched over plain HTTP, as OCSP and CRLs are. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "net/reach.h"

struct http_request {
	const char *url;          /* http:// only */
	struct bytes body;        /* .n == 0: GET, else POST */
	const char *content_type; /* of the body */
	size_t max;               /* of the answer, in bytes */
};

/*
 * Connects, asks, closes; follows no redirect to anything but http, at most
 * three.  *answer lives in the pool.  Errors name the URL; a scheme that is
 * not http is ERR_PROTOCOL, as is any status but 200.
 */
int http_fetch(struct bytes *answer, struct pool *pool,
	       const struct reach *reach, const struct http_request *request,
	       struct deadline by, struct err *err) must_check;

#endif
