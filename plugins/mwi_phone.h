/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_phone -- what registering and subscribing share. */
#ifndef PLUGINS_MWI_PHONE_H
#define PLUGINS_MWI_PHONE_H

#include "plugins/mwi_hop.h"

/* Whatever happens to us, it ends by itself in a minute. */
#define EXPIRES "60"

#define HEADERS_MAX 16

/* A request of the phone and what it needs. */
struct phone_request {
	struct sip_header headers[HEADERS_MAX];
	size_t headers_len;
	struct sip_request request;
};

void phone_prepare(struct phone_request *asking, const struct mwi_phone *phone,
		   const char *method, const char *uri, const char *expires);
void phone_add_header(struct phone_request *asking, const char *name,
		      struct str value);

/* -1: it is told. */
int phone_ask(struct exchange *exchange, struct mwi_walk *walk,
	      struct mwi_phone *phone, struct sip_dialog *dialog,
	      struct phone_request *asking, struct deadline by);

bool phone_is_taken(const struct exchange *exchange); /* 2xx */

/* "403 Forbidden", "no answer", "the connection was closed ..." */
const char *phone_outcome(const struct exchange *exchange, struct pool *pool);

/* Opens the line and sets the phone up on it.  False: it is told. */
bool phone_open(struct mwi_walk *walk, struct mwi_phone *phone,
		enum survey_name name, const char *address, struct deadline by);

struct str phone_keep(struct pool *pool, struct str text);

/* The remote target that its Contact names, if it can be asked for. */
void phone_take_target(struct mwi_phone *phone,
		       const struct sip_message *message);

/* The Record-Route headers; a client takes them in reverse. */
void phone_take_routes(struct mwi_phone *phone,
		       const struct sip_message *message, bool reversed);

/*
 * Asks and waits for the state that has to come at once (RFC 6665 4.2.1.2).
 * NULL: it is told why there is none.
 */
const struct notice *phone_subscribe(struct mwi_walk *walk,
				     struct mwi_phone *phone,
				     const char *expires, struct deadline by);
int phone_put_subscription(struct mwi_walk *walk, struct mwi_phone *phone,
			   struct exchange *exchange, const char *expires,
			   struct deadline by);

/* False: the notifier has ended it, which is told.  A fetch ends at once. */
bool phone_judge_state(struct mwi_walk *walk, const struct mwi_phone *phone,
		       const struct notice *notice, bool fetch);

#endif
