/* SPDX-License-Identifier: GPL-3.0-or-later */
/* um_cert_options -- the option tables of check_um_cert, and their sense. */
#include "plugins/um_cert.h"

static const enum inquiry_mode mode_off = INQUIRY_OFF,
			       mode_staple = INQUIRY_STAPLE,
			       mode_ocsp = INQUIRY_OCSP, mode_crl = INQUIRY_CRL,
			       mode_auto = INQUIRY_AUTO;

static const struct opt_choice mode_choices[] = {
	{"off", &mode_off}, {"staple", &mode_staple}, {"ocsp", &mode_ocsp},
	{"crl", &mode_crl}, {"auto", &mode_auto},     {0},
};

static const enum mutual mutual_any = MUTUAL_ANY, mutual_yes = MUTUAL_YES,
			 mutual_no = MUTUAL_NO;

static const struct opt_choice mutual_choices[] = {
	{"yes", &mutual_yes},
	{"no", &mutual_no},
	{"any", &mutual_any},
	{0},
};

#define AT(field) offsetof(struct um_cert_config, field)

static const struct opt port_opts[] = {
	{'p', "port", &opt_ports, AT(target.ports), "PORT[,PORT]", NULL,
	 "TLS ports, each is judged [5061]"},
	{0},
};

static const struct opt file_opts[] = {
	{0, "file", &opt_texts, AT(files), "FILE", NULL,
	 "judge files instead: PEM, DER, PKCS#7/12, CSR, -", .gathers = true},
	{0},
};

static const struct opt judgement_opts[] = {
	{'P', "profile", &opt_choice, AT(profile), "NAME", "exchange-um",
	 "whose rules to judge by", profile_choices},
	{0, "expect", &opt_texts, AT(expect), "NAME", NULL,
	 "a name the peers know it by, any will do [-H]"},
	{0, "pool", &opt_text, AT(pool), "NAME", NULL,
	 "lync-server: the pool's FQDN [--expect]"},
	{0, "sip-domain", &opt_text, AT(sip_domain), "DOMAIN", NULL,
	 "sip-domain: the domain to find [--expect]"},
	{'w', "warning", &opt_lifetime_range, AT(warning), "RANGE", NULL,
	 "days left, or % of the lifetime [30 d or 1/3]"},
	{'c', "critical", &opt_lifetime_range, AT(critical), "RANGE", NULL,
	 "likewise [the smaller of 14 d and 15%]"},
	{0, "revocation", &opt_choice, AT(revocation), "HOW", NULL,
	 "off, staple, ocsp, crl or auto [staple]", mode_choices},
	{0, "crl", &opt_text, AT(crl), "FILE", NULL,
	 "ask this CRL (PEM, DER) instead of the network"},
	{0, "same-as", &opt_text, AT(same_as), "FILE", NULL,
	 "the certificate served is the one in FILE"},
	{0, "fingerprint", &opt_text, AT(fingerprint), "SHA256", NULL,
	 "the certificate has this fingerprint"},
	{0, "issuer", &opt_text, AT(issuer), "TEXT", NULL,
	 "its issuer's name contains TEXT"},
	{0, "mutual", &opt_choice, AT(mutual), "yes|no|any", "any",
	 "must the server ask for a client certificate", mutual_choices},
	{0, "matrix", &opt_flag, AT(matrix), NULL, NULL,
	 "table: every profile against this certificate"},
	{0, "list-profiles", &opt_flag, AT(list_profiles), NULL, NULL,
	 "say whose rules are known", .not_scheduled = true},
	{0, "list-rules", &opt_flag, AT(list_rules), NULL, NULL,
	 "say what the rules are, and their sources", .not_scheduled = true},
	{0},
};

const struct opt_group um_cert_groups[] = {
	{"Server", target_opts, AT(target)},
	{NULL, port_opts, 0},
	{"File", file_opts, 0},
	{"Judgement", judgement_opts, 0},
	{"Trust", trust_opts, AT(trust)},
	{"TLS", tls_opts, AT(tls)},
	{0},
};

/* "ab:CD:..." or without colons, to upper-case hex. */
static int read_fingerprint(const char **out, struct pool *pool,
			    const char *given, struct err *err)
{
	char *hex = pool_zalloc(pool, strlen(given) + 1);
	size_t len = 0;

	for (const char *at = given; *at; at++) {
		if (*at == ':' && len > 0 && len < 64 && len % 2 == 0 &&
		    at[-1] != ':')
			continue;
		if (*at >= 'a' && *at <= 'f')
			hex[len++] = (char)(*at - 'a' + 'A');
		else
			hex[len++] = *at;
	}
	if (len == 64 && strspn(hex, "0123456789ABCDEF") == 64) {
		*out = hex;
		return 0;
	}
	return err_set(err, ERR_USAGE,
		       "--fingerprint: '%.80s' is no SHA-256 fingerprint "
		       "(want 64 hex digits, colons allowed)",
		       given);
}

static int check_name(const char *option, const char *name, struct str *out,
		      struct err *err)
{
	if (!name)
		return 0;
	if (name_check_expected(str_from(name), err))
		return err_context(err, "%s", option);
	*out = name_without_root(str_from(name));
	return 0;
}

static int validate_names(struct pool *pool, struct um_cert_config *config,
			  struct err *err)
{
	struct demands *demands = &config->demands;

	for (size_t i = 0; i < config->expect.n; i++) {
		if (name_check_expected(config->expect.v[i], err))
			return err_context(err, "--expect");
		strs_add(&demands->expected, pool,
			 name_without_root(config->expect.v[i]));
	}
	if (demands->expected.n == 0 && config->target.name &&
	    !name_is_address(str_from(config->target.name)))
		strs_add(&demands->expected, pool,
			 name_without_root(str_from(config->target.name)));
	return check_name("--pool", config->pool, &demands->pool, err) ||
			       check_name("--sip-domain", config->sip_domain,
					  &demands->domain, err)
		       ? -1
		       : 0;
}

/* What only a live server can answer is refused beside --file. */
static int validate_source(const struct um_cert_config *config, struct err *err)
{
	const struct {
		const char *option;
		bool given;
	} live[] = {
		{"--hostname", config->target.host},
		{"--port", config->target.ports.n > 0},
		{"--sni", config->tls.sni},
		{"--cert", config->tls.cert},
		{"--tls-min", config->tls.min_version},
		{"--tls-max", config->tls.max_version},
		{"--tls-legacy", config->tls.legacy},
		{"--mutual yes or no", *config->mutual != MUTUAL_ANY},
	};

	if (config->files.n == 0 && !config->target.host)
		return err_set(err, ERR_USAGE,
			       "nothing to judge (want --hostname HOST or "
			       "--file FILE)");
	for (size_t i = 0;
	     config->files.n > 0 && i < sizeof(live) / sizeof(*live); i++)
		if (live[i].given)
			return err_set(err, ERR_USAGE,
				       "%s contradicts --file, which asks no "
				       "server",
				       live[i].option);
	return 0;
}

int um_cert_validate(struct pool *pool, void *opaque, struct err *err)
{
	struct um_cert_config *config = opaque;
	struct demands *demands = &config->demands;

	if (config->list_profiles || config->list_rules)
		return 0;
	if (validate_source(config, err))
		return -1;
	if (target_validate(&config->target, pool, err))
		return -1;
	if (config->crl && config->revocation &&
	    *config->revocation != INQUIRY_CRL &&
	    *config->revocation != INQUIRY_AUTO)
		return err_set(err, ERR_USAGE,
			       "--crl needs --revocation crl or auto");
	if (tls_validate(&config->tls, err) ||
	    validate_names(pool, config, err))
		return -1;
	if (config->fingerprint && read_fingerprint(&demands->fingerprint, pool,
						    config->fingerprint, err))
		return -1;
	demands->issuer = str_from(config->issuer);
	demands->warning = config->warning;
	demands->critical = config->critical;
	demands->mutual = *config->mutual;
	return 0;
}

const struct fact *um_cert_tell(struct pool *pool, const void *opaque)
{
	const struct um_cert_config *config = opaque;

	if (config->list_profiles)
		return profile_list(pool);
	return config->list_rules ? rule_list(pool) : NULL;
}
