/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msdiag_tables -- what Microsoft's ErrorIds and result codes mean. */
#include "sip/msdiag.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * Commands of the Exchange Management Shell and the Lync (Skype for Business)
 * Server Management Shell; FQDN, FILE and T stand for the operator's own.
 */
#define ANOTHER_CERTIFICATE                                                    \
	"give that server a trusted certificate whose CN is its own FQDN; "    \
	"Exchange: New-ExchangeCertificate -GenerateRequest -SubjectName "     \
	"'cn=FQDN' -DomainName FQDN -KeySize 2048 -PrivateKeyExportable "      \
	"$true -RequestFile FILE, have it signed, "                            \
	"Import-ExchangeCertificate, "                                         \
	"Enable-ExchangeCertificate -Thumbprint T -Services 'UM, "             \
	"UMCallRouter' (2010: -Services UM), Restart-Service MSExchangeUM, "   \
	"MSExchangeUMCR; Lync: Request-CsCertificate -New -Type Default "      \
	"-KeySize 2048, Set-CsCertificate -Type Default -Thumbprint T"
#define LYNC_CERTIFICATE                                                       \
	"let the partner trust the issuer of our certificate, or take "        \
	"another one: Get-CsCertificate, Request-CsCertificate -New -Type "    \
	"Default -KeySize 2048, Set-CsCertificate -Type Default "              \
	"-Thumbprint T"
#define UM_OBJECTS                                                             \
	"make the gateway objects with ExchUCUtil.ps1 and restart the Lync "   \
	"front-end service; make the contact objects with OcsUmUtil.exe"
#define TRUSTED_MONITOR                                                        \
	"make the monitor a trusted server: New-CsTrustedApplicationPool "     \
	"with its FQDN, Enable-CsTopology"

#define VERSION_FILTER "the monitor's User-Agent may be refused"

/*
 * Reasons: the tables of [MS-OCER] 7 (this release) and 8 (those before), a
 * section a thousand; 8.2 is SipStack's, 8.16 that of the version filter.
 * 1017, 1027, 1034, 1047 and 10003 as they were seen; of 15001 to 15010 the
 * wording is not confirmed.
 */
static const struct msdiag_meaning meanings[] = {
	{1003, 1003, "User does not exist.", "the test account is missing",
	 NULL},
	{1004, 1004, "Route set is no longer valid.",
	 "the server restarted, the dialog is gone", NULL},
	{1005, 1005, "Cannot route to destination domain.",
	 "there is no static route and no federation", NULL},
	{1007, 1007, "Temporarily cannot route.", "the next hop is down", NULL},
	{1008, 1008, "Unable to resolve DNS SRV record.", "look at DNS", NULL},
	{1009, 1009, "Conflicting SRV and host domains in DNS.",
	 "the target of the SRV record is in another domain", NULL},
	/* Relayed by Exchange it says "with another server". */
	{1010, 1010,
	 "Certificate trust with next-hop server could not be established.",
	 "look at ErrorType, PeerServer, tls-target and HRESULT",
	 ANOTHER_CERTIFICATE},
	{1011, 1011, "ms-diagnostics header not provided by previous hop.",
	 "look one hop further", NULL},
	{1013, 1013, "Significant time skew detected during authentication.",
	 "look at the clocks", NULL},
	{1014, 1014, "Unable to resolve DNS A record.", "look at DNS", NULL},
	{1017, 1017, "Cannot route From and To domains in this combination",
	 "both sides share a SIP domain", NULL},
	{1027, 1027,
	 "Cannot route this type of SIP request to or from federated "
	 "partners",
	 "look at the edge server", NULL},
	{1034, 1034,
	 "Previous hop federated peer did not report diagnostic "
	 "information",
	 "look at the federation partner", NULL},
	{1047, 1047,
	 "Failed to complete TLS negotiation with a federated peer server",
	 "the partner rejected our certificate, usually by its trust store",
	 LYNC_CERTIFICATE},
	{4005, 4005,
	 "Destination URI either not enabled for SIP or does not exist.",
	 "the test account is missing", NULL},
	{10003, 10003, "Proxy returned a SIP failure code",
	 "the Mediation server wraps the real cause", NULL},
	{12000, 12000,
	 "Routes available for this request but no available gateway at this "
	 "point.",
	 "the OPTIONS of the gateways fail", NULL},
	{15000, 15000,
	 "Unable to read the user properties publication for the user or "
	 "contact object.",
	 "look at the routing to Exchange UM", UM_OBJECTS},
	{15001, 15010, NULL, "look at the routing to Exchange UM", NULL},
	{17000, 17000, "Server overloaded.", VERSION_FILTER, TRUSTED_MONITOR},
	{17001, 17001, "Invalid request.", VERSION_FILTER, TRUSTED_MONITOR},
	{17002, 17002, "Invalid protocol client version.", VERSION_FILTER,
	 TRUSTED_MONITOR},
	{17003, 17003, "Declined with URL.", VERSION_FILTER, TRUSTED_MONITOR},
	{17004, 17004, "Allowed with URL.", VERSION_FILTER, TRUSTED_MONITOR},
};

const struct msdiag_meaning *msdiag_meaning(unsigned id)
{
	for (size_t i = 0; i < COUNT(meanings); i++)
		if (id >= meanings[i].first && id <= meanings[i].last)
			return &meanings[i];
	return NULL;
}

/* By thousands: Office Communications Server 2007 R2, "Ms-Diagnostics
 * Header"; [MS-OCER] 7 and 8 keep to it. */
const char *msdiag_range(unsigned id)
{
	static const char *const thousands[] = {
		"common",
		"SIP stack",
		"presence",
		"focus",
		"user services",
		"API applications",
		"MCU",
		"MCU",
		"MCU",
		"media relay authentication",
		"Mediation",
		"metrics",
		"outbound routing",
		"inbound routing",
		"translation",
		"Exchange UM",
		"instant message filter",
		"client version filter",
	};

	return id / 1000 < COUNT(thousands) ? thousands[id / 1000] : NULL;
}

#define ONE(code) code, code

/*
 * Names: [MS-ERREF] 2.1.1, winerror.h, winsock2.h; SIPPROXY_E_ by what the
 * SIPStack of a Lync server writes into its traces.  Teams: Microsoft's table
 * of SIP response codes for Direct Routing; what begins with 560 the session
 * border controller said itself, with its status behind.
 */
static const struct result_code codes[] = {
	{ONE(0x80090322), "SEC_E_WRONG_PRINCIPAL", "name mismatch", BLAME_PEER},
	{ONE(0x800B010F), "CERT_E_CN_NO_MATCH", "CN does not match",
	 BLAME_PEER},
	{ONE(0x80090325), "SEC_E_UNTRUSTED_ROOT", "root not trusted",
	 BLAME_PEER},
	{ONE(0x800B0109), "CERT_E_UNTRUSTEDROOT", "root not trusted",
	 BLAME_PEER},
	{ONE(0x800B010A), "CERT_E_CHAINING", "missing intermediate",
	 BLAME_PEER},
	{ONE(0x800B0112), "CERT_E_UNTRUSTEDCA", "intermediate not trusted",
	 BLAME_PEER},
	{ONE(0x80090327), "SEC_E_CERT_UNKNOWN", "unknown processing error",
	 BLAME_PEER},
	{ONE(0x80090328), "SEC_E_CERT_EXPIRED", "expired or not yet valid",
	 BLAME_PEER},
	{ONE(0x800B0101), "CERT_E_EXPIRED", "expired or not yet valid",
	 BLAME_PEER},
	{ONE(0x80090349), "SEC_E_CERT_WRONG_USAGE", "key usage", BLAME_PEER},
	{ONE(0x800B0110), "CERT_E_WRONG_USAGE", "key usage", BLAME_PEER},
	{ONE(0x80092010), "CRYPT_E_REVOKED", "revoked", BLAME_PEER},
	{ONE(0x800B010C), "CERT_E_REVOKED", "revoked", BLAME_PEER},
	{ONE(0x80092012), "CRYPT_E_NO_REVOCATION_CHECK",
	 "CRL missing or unreachable", BLAME_PEER},
	{ONE(0x80092013), "CRYPT_E_REVOCATION_OFFLINE",
	 "CRL missing or unreachable", BLAME_PEER},
	{ONE(0x800B010E), "CERT_E_REVOCATION_FAILURE",
	 "CRL missing or unreachable", BLAME_PEER},
	{ONE(0x80096004), "TRUST_E_CERT_SIGNATURE",
	 "bad signature or weak hash", BLAME_PEER},
	{ONE(0x80096019), "TRUST_E_BASIC_CONSTRAINTS", "a non-CA used as CA",
	 BLAME_PEER},
	{ONE(0x80090331), "SEC_E_ALGORITHM_MISMATCH",
	 "no common cipher or protocol", BLAME_NONE},
	{ONE(0x80090326), "SEC_E_ILLEGAL_MESSAGE", "garbled handshake",
	 BLAME_NONE},
	{ONE(0x80090308), "SEC_E_INVALID_TOKEN", "no TLS at all", BLAME_NONE},
	{ONE(0x8009030E), "SEC_E_NO_CREDENTIALS", "no usable own certificate",
	 BLAME_OWN},
	{ONE(0x80090320), "SEC_E_INCOMPLETE_CREDENTIALS",
	 "client certificate asked, none given", BLAME_OWN},
	{ONE(0x00090317), "SEC_I_CONTEXT_EXPIRED", "the peer sent close_notify",
	 BLAME_NONE},
	{ONE(0x80072746), "WSAECONNRESET",
	 "reset by the peer, as a mutual-TLS refusal often looks", BLAME_NONE},
	{ONE(0x8007274C), "WSAETIMEDOUT", "network time-out", BLAME_NONE},
	{ONE(0x8007274D), "WSAECONNREFUSED", "connection refused", BLAME_NONE},
	{ONE(0x80072745), "WSAECONNABORTED", "connection aborted", BLAME_NONE},
	/* As event 1649 of Exchange UM shows it. */
	{ONE(0x80131500), "COR_E_EXCEPTION",
	 "the peer closed during the handshake", BLAME_NONE},
	{ONE(0xC3E93D67), "SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH",
	 "peer's certificate does not contain a matching FQDN", BLAME_PEER},
	{ONE(0xC3E93D6F),
	 "SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH",
	 "SRV target in another domain", BLAME_NONE},
	{ONE(0xC3E93C5E), "SIPPROXY_E_ROUTING",
	 "Route header from an untrusted source", BLAME_NONE},
	{ONE(0xC3E93C2F), "SIPPROXY_E_UNKNOWN_USER_OR_EPID",
	 "harmless, as event 32263", BLAME_NONE},
	{ONE(549002), "Teams", "TLS not connected", BLAME_NONE},
	{ONE(569002), "Teams", "connect or TLS negotiation failed", BLAME_NONE},
	{ONE(569003), "Teams", "garbled", BLAME_NONE},
	{ONE(569008), "Teams", "certificate expired", BLAME_PEER},
	{ONE(569009), "Teams", "untrusted root", BLAME_PEER},
	{ONE(510532), "Teams", "unknown FQDN in Contact", BLAME_NONE},
	{560000, 560999, "Teams", "generated by the session border controller",
	 BLAME_NONE},
};

static const struct result_code *code_find(uint64_t code)
{
	for (size_t i = 0; i < COUNT(codes); i++)
		if (code >= codes[i].code && code <= codes[i].last)
			return &codes[i];
	return NULL;
}

/* Of a digit or letter its value up to base 36; else 36. */
static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'Z' ? (unsigned)(c - 'A') + 10 : 36;
}

/* Up to 32 bits of digits, and no letter right behind them. */
static bool number_read(struct str text, unsigned base, uint32_t *out)
{
	uint64_t value = 0;
	size_t i = 0;

	for (; i < text.n && digit_of(text.p[i]) < base; i++) {
		value = value * base + digit_of(text.p[i]);
		if (value > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return i > 0 && (i == text.n || digit_of(text.p[i]) == 36);
}

const struct result_code *result_code_find(struct str text)
{
	const struct result_code *found = NULL;
	uint32_t number;

	text = str_trim(text);
	if (text.n > 2 && text.p[0] == '0' && (text.p[1] | 0x20) == 'x')
		return number_read((struct str){text.p + 2, text.n - 2}, 16,
				   &number)
			       ? code_find(number)
			       : NULL;
	if (text.n > 1 && text.p[0] == '-')
		return number_read((struct str){text.p + 1, text.n - 1}, 10,
				   &number) &&
				       number <= (uint32_t)INT32_MAX + 1
			       ? code_find((uint32_t)(0 - number))
			       : NULL;
	/* "80090322" may be either; none of our codes is both. */
	if (number_read(text, 10, &number))
		found = code_find(number);
	if (!found && number_read(text, 16, &number))
		found = code_find(number);
	return found;
}
