/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_msdiag_tables -- Microsoft's numbers against what is known of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "sip/msdiag.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* [MS-OCER] 8.2, 8.16 and what was seen */
static void each_error_id_has_its_reason(void **state)
{
	static const struct {
		unsigned id;
		const char *reason;
	} cases[] = {
		{1003, "User does not exist."},
		{1004, "Route set is no longer valid."},
		{1005, "Cannot route to destination domain."},
		{1007, "Temporarily cannot route."},
		{1008, "Unable to resolve DNS SRV record."},
		{1009, "Conflicting SRV and host domains in DNS."},
		{1010, "Certificate trust with next-hop server could not be "
		       "established."},
		{1011, "ms-diagnostics header not provided by previous hop."},
		{1013, "Significant time skew detected during authentication."},
		{1014, "Unable to resolve DNS A record."},
		{1017, "Cannot route From and To domains in this combination"},
		{1027, "Cannot route this type of SIP request to or from "
		       "federated partners"},
		{1034, "Previous hop federated peer did not report diagnostic "
		       "information"},
		{1047, "Failed to complete TLS negotiation with a federated "
		       "peer server"},
		{4005, "Destination URI either not enabled for SIP or does not "
		       "exist."},
		{10003, "Proxy returned a SIP failure code"},
		{12000, "Routes available for this request but no available "
			"gateway at this point."},
		{15000, "Unable to read the user properties publication for "
			"the user or contact object."},
		{17000, "Server overloaded."},
		{17001, "Invalid request."},
		{17002, "Invalid protocol client version."},
		{17003, "Declined with URL."},
		{17004, "Allowed with URL."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct msdiag_meaning *got = msdiag_meaning(cases[i].id);

		if (!got)
			fail_msg("%u is not known", cases[i].id);
		assert_string_equal(got->reason, cases[i].reason);
		assert_non_null(got->look);
	}
}

static void the_reasons_of_15001_to_15010_are_not_confirmed(void **state)
{
	(void)state;
	for (unsigned id = 15001; id <= 15010; id++) {
		assert_non_null(msdiag_meaning(id));
		assert_null(msdiag_meaning(id)->reason);
		assert_non_null(msdiag_meaning(id)->look);
	}
}

static void other_error_ids_are_not_known(void **state)
{
	static const unsigned ids[] = {0,     999,   1000,  1006,  1012,
				       1018,  1046,  1048,  4004,  14999,
				       15011, 16999, 17005, 31337, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++)
		if (msdiag_meaning(ids[i]))
			fail_msg("%u is known", ids[i]);
}

static void what_repairs_it_is_told_where_it_is_known(void **state)
{
	static const struct {
		unsigned id;
		const char *part;
	} cases[] = {
		{1010, "New-ExchangeCertificate -GenerateRequest -SubjectName "
		       "'cn="},
		{1010, "Enable-ExchangeCertificate -Thumbprint T -Services "
		       "'UM, UMCallRouter'"},
		{1010, "Set-CsCertificate -Type Default -Thumbprint T"},
		{1047, "Request-CsCertificate -New -Type Default -KeySize "
		       "2048"},
		{15000, "ExchUCUtil.ps1"},
		{17002, "New-CsTrustedApplicationPool"},
		{17004, "Enable-CsTopology"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *remedy = msdiag_meaning(cases[i].id)->remedy;

		if (!remedy || !strstr(remedy, cases[i].part))
			fail_msg("%u: %s", cases[i].id,
				 remedy ? remedy : "no remedy");
	}
	assert_null(msdiag_meaning(1008)->remedy);
	assert_null(msdiag_meaning(15001)->remedy);
}

static void each_thousand_has_its_speaker(void **state)
{
	static const struct {
		unsigned first, last;
		const char *speaker;
	} cases[] = {
		{0, 999, "common"},
		{1000, 1999, "SIP stack"},
		{2000, 2999, "presence"},
		{3000, 3999, "focus"},
		{4000, 4999, "user services"},
		{5000, 5999, "API applications"},
		{6000, 8999, "MCU"},
		{9000, 9999, "media relay authentication"},
		{10000, 10999, "Mediation"},
		{12000, 12999, "outbound routing"},
		{13000, 13999, "inbound routing"},
		{14000, 14999, "translation"},
		{15000, 15999, "Exchange UM"},
		{17000, 17999, "client version filter"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(msdiag_range(cases[i].first),
				    cases[i].speaker);
		assert_string_equal(msdiag_range(cases[i].last),
				    cases[i].speaker);
	}
	assert_null(msdiag_range(18000));
	assert_null(msdiag_range(UINT32_MAX));
}

/* winerror.h, winsock2.h and the SIPStack's own */
static void each_code_has_its_name_and_sense(void **state)
{
	static const struct {
		const char *code, *name, *says;
	} cases[] = {
		{"0x80090322", "SEC_E_WRONG_PRINCIPAL", "name mismatch"},
		{"0x800B010F", "CERT_E_CN_NO_MATCH", "CN does not match"},
		{"0x80090325", "SEC_E_UNTRUSTED_ROOT", "root not trusted"},
		{"0x800B0109", "CERT_E_UNTRUSTEDROOT", "root not trusted"},
		{"0x800B010A", "CERT_E_CHAINING", "missing intermediate"},
		{"0x800B0112", "CERT_E_UNTRUSTEDCA",
		 "intermediate not trusted"},
		{"0x80090327", "SEC_E_CERT_UNKNOWN",
		 "unknown processing error"},
		{"0x80090328", "SEC_E_CERT_EXPIRED",
		 "expired or not yet valid"},
		{"0x800B0101", "CERT_E_EXPIRED", "expired or not yet valid"},
		{"0x80090349", "SEC_E_CERT_WRONG_USAGE", "key usage"},
		{"0x800B0110", "CERT_E_WRONG_USAGE", "key usage"},
		{"0x80092010", "CRYPT_E_REVOKED", "revoked"},
		{"0x800B010C", "CERT_E_REVOKED", "revoked"},
		{"0x80092012", "CRYPT_E_NO_REVOCATION_CHECK",
		 "CRL missing or unreachable"},
		{"0x80092013", "CRYPT_E_REVOCATION_OFFLINE",
		 "CRL missing or unreachable"},
		{"0x800B010E", "CERT_E_REVOCATION_FAILURE",
		 "CRL missing or unreachable"},
		{"0x80096004", "TRUST_E_CERT_SIGNATURE",
		 "bad signature or weak hash"},
		{"0x80096019", "TRUST_E_BASIC_CONSTRAINTS",
		 "a non-CA used as CA"},
		{"0x80090331", "SEC_E_ALGORITHM_MISMATCH",
		 "no common cipher or protocol"},
		{"0x80090326", "SEC_E_ILLEGAL_MESSAGE", "garbled handshake"},
		{"0x80090308", "SEC_E_INVALID_TOKEN", "no TLS at all"},
		{"0x8009030E", "SEC_E_NO_CREDENTIALS",
		 "no usable own certificate"},
		{"0x80090320", "SEC_E_INCOMPLETE_CREDENTIALS",
		 "client certificate asked, none given"},
		{"0x00090317", "SEC_I_CONTEXT_EXPIRED", "close_notify"},
		{"0x80072746", "WSAECONNRESET", "reset"},
		{"0x8007274C", "WSAETIMEDOUT", "time-out"},
		{"0x8007274D", "WSAECONNREFUSED", "refused"},
		{"0x80072745", "WSAECONNABORTED", "aborted"},
		{"0x80131500", "COR_E_EXCEPTION",
		 "the peer closed during the handshake"},
		{"0xC3E93D67", "SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH",
		 "does not contain a matching FQDN"},
		{"0xC3E93D6F",
		 "SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH",
		 "SRV target in another domain"},
		{"0xC3E93C5E", "SIPPROXY_E_ROUTING",
		 "Route header from an untrusted source"},
		{"0xC3E93C2F", "SIPPROXY_E_UNKNOWN_USER_OR_EPID", "harmless"},
		{"549002", "Teams", "TLS not connected"},
		{"569002", "Teams", "connect or TLS negotiation failed"},
		{"569003", "Teams", "garbled"},
		{"569008", "Teams", "expired"},
		{"569009", "Teams", "untrusted root"},
		{"510532", "Teams", "unknown FQDN in Contact"},
		{"560000", "Teams", "session border controller"},
		{"560999", "Teams", "session border controller"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct result_code *got =
			result_code_find(str_from(cases[i].code));

		if (!got)
			fail_msg("%s is not known", cases[i].code);
		assert_string_equal(got->name, cases[i].name);
		if (!strstr(got->says, cases[i].says))
			fail_msg("%s: %s", cases[i].code, got->says);
	}
}

/* The certificate codes of Windows stand in three blocks of numbers. */
static void codes_of_certificates_blame_one(void **state)
{
	static const struct {
		const char *code;
		enum blame blame;
	} cases[] = {
		{"0x80090322", BLAME_PEER}, {"0x800B0112", BLAME_PEER},
		{"0x80092013", BLAME_PEER}, {"0x80096019", BLAME_PEER},
		{"0xC3E93D67", BLAME_PEER}, {"569008", BLAME_PEER},
		{"569009", BLAME_PEER},     {"0x8009030E", BLAME_OWN},
		{"0x80090320", BLAME_OWN},  {"0x80090331", BLAME_NONE},
		{"0x80090308", BLAME_NONE}, {"0x80072746", BLAME_NONE},
		{"0xC3E93D6F", BLAME_NONE}, {"549002", BLAME_NONE},
		{"560403", BLAME_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (result_code_find(str_from(cases[i].code))->blame !=
		    cases[i].blame)
			fail_msg("%s", cases[i].code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_id_has_its_reason),
		cmocka_unit_test(
			the_reasons_of_15001_to_15010_are_not_confirmed),
		cmocka_unit_test(other_error_ids_are_not_known),
		cmocka_unit_test(what_repairs_it_is_told_where_it_is_known),
		cmocka_unit_test(each_thousand_has_its_speaker),
		cmocka_unit_test(each_code_has_its_name_and_sense),
		cmocka_unit_test(codes_of_certificates_blame_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
