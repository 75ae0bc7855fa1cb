/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profiles -- the rule table: which rule matters to whom, and how much. */
#include "pki/profile.h"
#include "pki/rules.h"

const struct profile profiles[PROFILES] = {
	{
		.id = PROFILE_EXCHANGE_UM,
		.name = "exchange-um",
		.summary = "Exchange UM, as Lync and Skype for Business see it",
		.compares = COMPARE_EXPECTED,
		.wildcard = WILDCARD_NEVER,
		.client_too = true,
		.workshop = WORKSHOP_EXCHANGE,
		/* In TCP start-up mode nothing listens on the TLS port and no
		 * certificate can be assigned (Set-UMService reference). */
		.if_refused =
			"UM may run in TCP start-up mode: Set-UMService SERVER "
			"-UMStartupMode Dual (2010: Set-UMServer), call "
			"router: Set-UMCallRouterSettings -Server SERVER "
			"-UMStartupMode Dual; restart the service. TLS ports: "
			"5061 call router, 5063 UM service (2010: 5061)",
	},
	{
		.id = PROFILE_LYNC_SERVER,
		.name = "lync-server",
		.summary = "Lync, Skype for Business: front end, director, "
			   "mediation",
		.compares = COMPARE_POOL,
		.wildcard = WILDCARD_NEVER,
		.client_too = true,
		.workshop = WORKSHOP_LYNC,
	},
	{
		.id = PROFILE_LYNC_EDGE,
		.name = "lync-edge",
		.summary = "Lync, Skype for Business: external edge interface",
		.compares = COMPARE_EXPECTED,
		.wildcard = WILDCARD_NEVER,
		.client_too = true,
		.workshop = WORKSHOP_OTHER,
	},
	{
		.id = PROFILE_TEAMS_SBC,
		.name = "teams-sbc",
		.summary = "an SBC, as Microsoft Teams Direct Routing sees it",
		.compares = COMPARE_EXPECTED,
		.wildcard = WILDCARD_LEFTMOST,
		.cn_covers = true,
		.client_too = true,
		.workshop = WORKSHOP_OTHER,
	},
	{
		.id = PROFILE_SIP_DOMAIN,
		.name = "sip-domain",
		.summary = "a SIP domain's server by RFC 5922",
		.compares = COMPARE_DOMAIN,
		.wildcard = WILDCARD_NEVER,
		.client_too = true,
		.own_anchor = true,
		.workshop = WORKSHOP_OTHER,
	},
	{
		.id = PROFILE_CUCM,
		.name = "cucm",
		.summary = "the peer of a Cisco CUCM SIP trunk",
		.compares = COMPARE_EXPECTED,
		.wildcard = WILDCARD_NEVER,
		.client_too = true,
		.own_anchor = true,
		.workshop = WORKSHOP_OTHER,
	},
	{
		.id = PROFILE_TLS_SERVER,
		.name = "tls-server",
		.summary = "any TLS server by RFC 9525",
		.compares = COMPARE_EXPECTED,
		.wildcard = WILDCARD_LEFTMOST,
		.own_anchor = true,
		.workshop = WORKSHOP_OTHER,
	},
};

/* Remedies: facts of Microsoft's shells; where they differ, by workshop. */
#define ASSIGN_UM                                                              \
	"Import-ExchangeCertificate, Enable-ExchangeCertificate -Thumbprint "  \
	"T -Services 'UM, UMCallRouter' (2010: UM), Restart-Service "          \
	"MSExchangeUM, MSExchangeUMCR"
#define REQUEST_UM                                                             \
	"New-ExchangeCertificate -GenerateRequest -SubjectName "               \
	"'cn={name}' -DomainName {name} -KeySize 2048 "                        \
	"-PrivateKeyExportable $true -RequestFile FILE; let the CA "           \
	"that the peers trust sign it (web server template, with CRL "         \
	"distribution point); " ASSIGN_UM
#define REQUEST_LYNC                                                           \
	"Request-CsCertificate -New -Type Default -KeySize 2048 with CN "      \
	"{name}, Set-CsCertificate -Type Default -Thumbprint T, restart "      \
	"the front-end service"
#define RESTART "; then restart the service: open connections keep the old one"

static const char *const renew_name[WORKSHOPS] = {
	REQUEST_UM,
	REQUEST_LYNC,
	("request a certificate with CN {name} and {name} in the SAN, install "
	 "it" RESTART),
};

static const char *const renew[WORKSHOPS] = {
	("renew it: " REQUEST_UM),
	("renew it: " REQUEST_LYNC),
	("renew the certificate and install it" RESTART),
};

static const char *const reissue[WORKSHOPS] = {
	("have it issued anew: " REQUEST_UM),
	("have it issued anew: " REQUEST_LYNC),
	("have the certificate issued anew with what is missing" RESTART),
};

#define TRUST_BOTH                                                             \
	("use a CA that the peers trust, or import its root on both sides; "   \
	 "if it is trusted there, give it to this check by --ca-file")
static const char *const trust_issuer[WORKSHOPS] = {
	TRUST_BOTH,
	TRUST_BOTH,
	("use a CA that the peers trust; if they do, give its root to this "
	 "check by --ca-file"),
};

#define IMPORT_CHAIN                                                           \
	("import the missing certificate into the server's Intermediate "      \
	 "Certification Authorities store (local computer) and restart "       \
	 "the service")
static const char *const send_chain[WORKSHOPS] = {
	IMPORT_CHAIN,
	IMPORT_CHAIN,
	("put the missing certificate behind the server's own, leaf "
	 "first" RESTART),
};

#define TIDY_CHAIN                                                             \
	("configure the chain anew: leaf first, then each issuer, nothing "    \
	 "else")
static const char *const tidy_chain[WORKSHOPS] = {
	TIDY_CHAIN,
	TIDY_CHAIN,
	TIDY_CHAIN,
};

#define REPLACE "if somebody stole the key, act now; "
static const char *const replace[WORKSHOPS] = {
	(REPLACE REQUEST_UM),
	(REPLACE REQUEST_LYNC),
	(REPLACE "request a new certificate with a new key and install "
		 "it" RESTART),
};

#define REACH_RESPONDER                                                        \
	("see that this machine reaches the CA's OCSP and CRL addresses, or "  \
	 "give the CRL by --crl")
static const char *const reach_responder[WORKSHOPS] = {
	REACH_RESPONDER,
	REACH_RESPONDER,
	REACH_RESPONDER,
};

#define RAISE_VERSION                                                          \
	("enable TLS 1.2 or later on the server (SCHANNEL registry keys), "    \
	 "and restart it")
static const char *const raise_version[WORKSHOPS] = {
	RAISE_VERSION,
	RAISE_VERSION,
	"enable TLS 1.2 or later on the server",
};

#define MUTUAL_TLS "see that the TLS listener verifies clients as intended"
static const char *const set_mutual[WORKSHOPS] = {
	MUTUAL_TLS,
	MUTUAL_TLS,
	MUTUAL_TLS,
};

#define SHORTEN_LIST                                                           \
	("let the server trust the CA of our certificate; remove roots that "  \
	 "it does not need from its trusted roots (KB2464556)")
static const char *const shorten_list[WORKSHOPS] = {
	SHORTEN_LIST,
	SHORTEN_LIST,
	("let the server trust the CA of our certificate, and no more roots "
	 "than it needs"),
};

static const char *const restart[WORKSHOPS] = {
	("assign it (Enable-ExchangeCertificate -Thumbprint T -Services 'UM, "
	 "UMCallRouter') and restart MSExchangeUM, MSExchangeUMCR"),
	("Set-CsCertificate -Type Default -Thumbprint T and restart the "
	 "front-end service"),
	("install the certificate" RESTART),
};

/* Cells: the contract's letters.  A pair has two grades. */
/* clang-format off */
#define C  {VERDICT_CRITICAL, VERDICT_CRITICAL}
#define W  {VERDICT_WARNING, VERDICT_WARNING}
#define o  {VERDICT_OK, VERDICT_OK}
#define X  {VERDICT_NONE, VERDICT_NONE}
#define WC {VERDICT_WARNING, VERDICT_CRITICAL}
#define XC {VERDICT_NONE, VERDICT_CRITICAL}

const struct clause clauses[] = {
	/*                         UM  lync edge teams sip cucm tls */
	{&rule_cn_missing,         {C,  C,   C,   X,  X,  X,  X}, renew_name},
	{&rule_cn_wildcard,        {C,  C,   C,   X, XC,  C,  X}, renew_name},
	{&rule_cn_invalid,         {C,  C,   C,   X,  X,  X,  X}, renew_name},
	{&rule_cn_multiple,        {W,  W,   W,   o,  o,  W,  o}, renew_name},
	{&rule_cn_mismatch,        {C,  C,   C,   X,  X,  X,  X}, renew_name},
	{&rule_san_missing,        {X,  C,   C,   C,  X,  X,  C}, renew_name},
	{&rule_server_missing,     {X,  C,   X,   X,  X,  X,  X}, renew_name},
	{&rule_san_wildcard,       {o,  W,   C,   o,  W,  W,  o}, renew_name},
	{&rule_sip_domain,         {X,  X,   X,   X,  C,  X,  X}, renew_name},
	{&rule_literal,            {X,  X,   X,   X,  X,  C,  X}, renew_name},
	{&rule_forbidden_domain,   {X,  X,   X,   C,  X,  X,  X}, renew_name},
	{&rule_expired,            {C,  C,   C,   C,  C,  C,  C}, renew},
	{&rule_not_yet_valid,      {C,  C,   C,   C,  C,  C,  C}, NULL},
	{&rule_expiring,           {WC, WC,  WC,  WC, WC, WC, WC}, renew},
	{&rule_too_long,           {o,  o,   o,   W,  o,  o,  W}, reissue},
	{&rule_untrusted,          {C,  C,   C,   C,  C,  C,  C}, trust_issuer},
	{&rule_self_signed,        {C,  C,   C,   C,  C,  C,  C}, trust_issuer},
	{&rule_incomplete,         {WC, W,   C,   C,  W,  W,  W}, send_chain},
	{&rule_order,              {o,  o,   o,   W,  o,  o,  o}, tidy_chain},
	{&rule_extra,              {o,  o,   o,   W,  o,  o,  o}, tidy_chain},
	{&rule_server_auth,        {C,  C,   C,   C,  C,  C,  C}, reissue},
	{&rule_client_auth,        {o,  o,   o,   W,  W,  W,  X}, reissue},
	{&rule_ca_leaf,            {C,  C,   C,   C,  C,  C,  C}, reissue},
	{&rule_key_usage,          {C,  C,   C,   C,  C,  C,  C}, reissue},
	{&rule_signature,          {WC, WC,  WC,  C,  WC, WC, C}, reissue},
	{&rule_pss,                {W,  C,   C,   o,  o,  o,  o}, reissue},
	{&rule_key_size,           {WC, WC,  WC,  C,  WC, WC, C}, reissue},
	{&rule_revoked,            {C,  C,   C,   C,  C,  C,  C}, replace},
	{&rule_revocation_unknown, {W,  W,   W,   W,  W,  W,  W},
	 reach_responder},
	{&rule_no_cdp,             {W,  W,   W,   o,  o,  o,  o}, reissue},
	{&rule_tls_version,        {W,  W,   W,   C,  W,  W,  C},
	 raise_version},
	{&rule_mutual,             {C,  C,   C,   C,  C,  C,  C}, set_mutual},
	{&rule_ca_list,            {W,  W,   W,   W,  W,  W,  W}, shorten_list},
	{&rule_served_differs,     {C,  C,   C,   C,  C,  C,  C}, restart},
	{&rule_pin_mismatch,       {C,  C,   C,   C,  C,  C,  C}, NULL},
	{0},
};
/* clang-format on */
