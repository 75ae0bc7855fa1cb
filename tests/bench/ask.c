/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask -- the OPTIONS of the SIP floors, built and read by libosip2. */
#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/bench/ask.h"

/* RFC 3261 8.1.1: the headers that a request must have. */
static int fill(osip_message_t *request, const char *transport, const char *to)
{
	char via[128], call_id[64];
	osip_uri_t *uri;

	if (osip_uri_init(&uri))
		return -1;
	osip_message_set_uri(request, uri);
	osip_message_set_method(request, osip_strdup("OPTIONS"));
	osip_message_set_version(request, osip_strdup("SIP/2.0"));
	snprintf(via, sizeof(via),
		 "SIP/2.0/%s bench.invalid;rport;branch=z9hG4bK%ld", transport,
		 (long)getpid());
	snprintf(call_id, sizeof(call_id), "%ld@bench.invalid", (long)getpid());
	return osip_uri_parse(uri, to) || osip_message_set_via(request, via) ||
	       osip_message_set_max_forwards(request, "70") ||
	       osip_message_set_from(request,
				     "<sip:bench@bench.invalid>;tag=1") ||
	       osip_message_set_to(request, to) ||
	       osip_message_set_call_id(request, call_id) ||
	       osip_message_set_cseq(request, "1 OPTIONS") ||
	       osip_message_set_content_length(request, "0");
}

char *ask_request(const char *transport, const char *host, const char *port,
		  size_t *len)
{
	osip_message_t *request;
	char *text = NULL;
	char to[128];

	parser_init();
	snprintf(to, sizeof(to), "sip:%s:%s", host, port);
	if (osip_message_init(&request))
		return NULL;
	if (fill(request, transport, to) ||
	    osip_message_to_str(request, &text, len))
		text = NULL;
	osip_message_free(request);
	return text;
}

int ask_answer(const char *answer, size_t len)
{
	osip_message_t *response;
	int status = 0;

	if (osip_message_init(&response))
		return 1;
	if (osip_message_parse(response, answer, len) == 0) {
		status = osip_message_get_status_code(response);
		printf("%d %s\n", status,
		       osip_message_get_reason_phrase(response));
	}
	osip_message_free(response);
	return status == 200 ? 0 : 1;
}
