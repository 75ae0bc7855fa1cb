/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inquiry -- asks stapled responses, OCSP responders and CRLs about a path. */
#ifndef PLUGINS_INQUIRY_H
#define PLUGINS_INQUIRY_H

#include "net/reach.h"
#include "pki/container.h"
#include "pki/rule.h"

enum inquiry_mode {
	INQUIRY_OFF,
	INQUIRY_STAPLE, /* judge the response that the server staples */
	INQUIRY_OCSP,   /* ask the responder that the certificate names */
	INQUIRY_CRL,    /* --crl, else fetch the one it names */
	INQUIRY_AUTO,   /* staple, else OCSP, else CRL */
};

#define CRL_MAX ((size_t)64 << 20) /* large CAs' lists have tens of MiB */

struct inquiry {
	enum inquiry_mode mode;
	struct ders crls; /* of --crl: asked instead of the network */
	struct reach reach;
	struct deadline by;
};

/*
 * Fills evidence->revocation: an answer for the leaf whenever one was asked
 * for, and one for each intermediate that says where to ask.
 */
void inquire(struct evidence *evidence, struct pool *pool,
	     const struct inquiry *inquiry, struct bytes staple);

#endif
