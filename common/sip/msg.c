/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg -- headers of a message looked up, statuses put into words. */
#include "sip/head.h"

struct str sip_header(const struct sip_message *message, const char *name,
		      size_t nth)
{
	const struct str wanted = head_long_name(str_from(name));

	for (size_t i = 0; i < message->headers_len; i++)
		if (str_caseeq(message->headers[i].name, wanted) && nth-- == 0)
			return message->headers[i].value;
	return (struct str){0};
}

bool sip_header_is_secret(struct str name)
{
	static const char *const names[] = {
		"Authorization",
		"Proxy-Authorization",
		"Authentication-Info",
		"Proxy-Authentication-Info",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_caseeq(name, str_from(names[i])))
			return true;
	return false;
}

bool sip_allows(const struct sip_message *message, const char *method)
{
	for (size_t i = 0; i < message->headers_len; i++) {
		struct str rest = message->headers[i].value;

		if (!str_caseeq(message->headers[i].name, STR("Allow")))
			continue;
		/* RFC 3261 7.1: methods, unlike most, are case-sensitive. */
		while (rest.n)
			if (str_eq(str_trim(str_cut(&rest, ',')),
				   str_from(method)))
				return true;
	}
	return false;
}

/* RFC 3261 21 and the other codes that IANA lists. */
static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{100, "Trying"},
	{180, "Ringing"},
	{181, "Call Is Being Forwarded"},
	{182, "Queued"},
	{183, "Session Progress"},
	{199, "Early Dialog Terminated"},
	{200, "OK"},
	{202, "Accepted"},
	{204, "No Notification"},
	{300, "Multiple Choices"},
	{301, "Moved Permanently"},
	{302, "Moved Temporarily"},
	{305, "Use Proxy"},
	{380, "Alternative Service"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{402, "Payment Required"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{407, "Proxy Authentication Required"},
	{408, "Request Timeout"},
	{410, "Gone"},
	{412, "Conditional Request Failed"},
	{413, "Request Entity Too Large"},
	{414, "Request-URI Too Long"},
	{415, "Unsupported Media Type"},
	{416, "Unsupported URI Scheme"},
	{417, "Unknown Resource-Priority"},
	{420, "Bad Extension"},
	{421, "Extension Required"},
	{422, "Session Interval Too Small"},
	{423, "Interval Too Brief"},
	{424, "Bad Location Information"},
	{425, "Bad Alert Message"},
	{428, "Use Identity Header"},
	{429, "Provide Referrer Identity"},
	{430, "Flow Failed"},
	{433, "Anonymity Disallowed"},
	{436, "Bad Identity Info"},
	{437, "Unsupported Credential"},
	{438, "Invalid Identity Header"},
	{439, "First Hop Lacks Outbound Support"},
	{440, "Max-Breadth Exceeded"},
	{469, "Bad Info Package"},
	{470, "Consent Needed"},
	{480, "Temporarily Unavailable"},
	{481, "Call/Transaction Does Not Exist"},
	{482, "Loop Detected"},
	{483, "Too Many Hops"},
	{484, "Address Incomplete"},
	{485, "Ambiguous"},
	{486, "Busy Here"},
	{487, "Request Terminated"},
	{488, "Not Acceptable Here"},
	{489, "Bad Event"},
	{491, "Request Pending"},
	{493, "Undecipherable"},
	{494, "Security Agreement Required"},
	{500, "Server Internal Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Server Time-out"},
	{505, "Version Not Supported"},
	{513, "Message Too Large"},
	{555, "Push Notification Service Not Supported"},
	{580, "Precondition Failure"},
	{600, "Busy Everywhere"},
	{603, "Decline"},
	{604, "Does Not Exist Anywhere"},
	{606, "Not Acceptable"},
	{607, "Unwanted"},
	{608, "Rejected"},
};

const char *sip_reason(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}
