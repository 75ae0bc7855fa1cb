/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cert_facts -- what is computed from, and told of, one certificate. */
#include "pki/cert.h"

#define SECONDS_PER_DAY 86400.0

double cert_lifetime_days(const struct cert *cert)
{
	return (difftime(cert->not_after, cert->not_before) + 1) /
	       SECONDS_PER_DAY;
}

double cert_days_left(const struct cert *cert, time_t now)
{
	return difftime(cert->not_after, now) / SECONDS_PER_DAY;
}

struct str cert_title(const struct cert *cert)
{
	if (cert->common_names.n > 0)
		return cert->common_names.v[0];
	if (cert->dns.n > 0)
		return cert->dns.v[0];
	if (cert->subject[0])
		return str_from(cert->subject);
	return STR("without a name");
}

static void add_texts(struct fact *parent, struct pool *pool, const char *name,
		      const struct strs *list)
{
	struct fact *facts = fact_add(parent, pool, name, FACT_LIST);

	for (size_t i = 0; i < list->n; i++)
		fact_text(facts, pool, NULL, list->v[i]);
}

static void add_usage(struct fact *parent, struct pool *pool, unsigned usage)
{
	static const struct {
		unsigned usage;
		const char *name;
	} names[] = {
		{USAGE_SERVER_AUTH, "serverAuth"},
		{USAGE_CLIENT_AUTH, "clientAuth"},
		{USAGE_SIP_DOMAIN, "sipDomain"},
		{USAGE_ANY, "anyExtendedKeyUsage"},
		{USAGE_OTHER, "other"},
	};
	struct fact *facts = fact_add(parent, pool, "usage", FACT_LIST);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (usage & names[i].usage)
			fact_text(facts, pool, NULL, str_from(names[i].name));
}

void cert_facts(const struct cert *cert, struct pool *pool, struct fact *parent)
{
	struct fact *facts = fact_add(parent, pool, NULL, FACT_OBJECT);

	fact_text(facts, pool, "subject", str_from(cert->subject));
	fact_text(facts, pool, "issuer", str_from(cert->issuer));
	fact_text(facts, pool, "serial", str_from(cert->serial));
	fact_text(facts, pool, "sha256", str_from(cert->sha256));
	if (cert->is_request) {
		fact_text(facts, pool, "not_before", (struct str){0});
		fact_text(facts, pool, "not_after", (struct str){0});
	} else {
		fact_time(facts, pool, "not_before", cert->not_before);
		fact_time(facts, pool, "not_after", cert->not_after);
	}
	add_texts(facts, pool, "common_names", &cert->common_names);
	add_texts(facts, pool, "dns", &cert->dns);
	add_texts(facts, pool, "uri", &cert->uri);
	add_texts(facts, pool, "ip", &cert->ip);
	fact_text(facts, pool, "key_type", str_from(cert->key_type));
	fact_integer(facts, pool, "key_bits", cert->key_bits);
	fact_text(facts, pool, "signature", str_from(cert->signature));
	add_usage(facts, pool, cert->usage);
}
