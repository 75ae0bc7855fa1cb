/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_options_options -- the option tables of check_sip_options. */
#include "plugins/sip_options.h"

#define OK_CODES   "200-299"
#define WARN_CODES "300-399,401,404,405,407,480-488"

bool codes_have(const struct codes *codes, unsigned status)
{
	for (size_t i = 0; i < codes->n; i++)
		if (status >= codes->v[i].first && status <= codes->v[i].last)
			return true;
	return false;
}

static bool read_range(struct code_range *range, struct str text)
{
	struct str last = text;
	struct str first = str_cut(&last, '-');

	if (!str_uint(first, 699, &range->first) || range->first < 100)
		return false;
	range->last = range->first;
	return !last.p || (str_uint(last, 699, &range->last) &&
			   range->last >= range->first);
}

/* "200-299,404"; a list replaces the default. */
static int read_codes(const struct opt *opt, void *field, struct pool *pool,
		      const char *arg, struct err *err)
{
	struct str rest = str_from(arg);
	struct codes *codes = field;

	(void)opt;
	*codes = (struct codes){0};
	while (rest.p) {
		struct code_range range;

		if (!read_range(&range, str_cut(&rest, ',')))
			return err_set(err, ERR_USAGE,
				       "'%.80s' is no list of SIP status codes "
				       "(want numbers from 100 to 699, such as "
				       "200-299,404)",
				       arg);
		codes->v = pool_grow(pool, codes->v, &codes->cap,
				     (codes->n + 1) * sizeof(*codes->v));
		codes->v[codes->n++] = range;
	}
	return 0;
}

static const struct opt_type opt_codes = {.takes_value = true,
					  .read = read_codes};

static const enum transport transport_udp = TRANSPORT_UDP,
			    transport_tcp = TRANSPORT_TCP,
			    transport_tls = TRANSPORT_TLS;

const struct opt_choice transport_choices[] = {
	{"udp", &transport_udp},
	{"tcp", &transport_tcp},
	{"tls", &transport_tls},
	{0},
};

#define AT(field) offsetof(struct sip_options_config, field)

static const struct opt server_opts[] = {
	{'p', "port", &opt_ports, AT(target.ports), "PORT", NULL,
	 "its port; then no SRV is asked for [by DNS, 5060, 5061]"},
	{'T', "transport", &opt_choice, AT(transport), "udp|tcp|tls", NULL,
	 "how to speak to it [by DNS, udp; port 5061: tls]", transport_choices},
	{0, "all-targets", &opt_flag, AT(all_targets), NULL, NULL,
	 "ask every SRV target and address, not the first"},
	{0},
};

static const struct opt request_opts[] = {
	{'u', "uri", &opt_text, AT(uri), "URI", NULL,
	 "whom the OPTIONS is for [sip:HOST]"},
	{0, "from", &opt_text, AT(from), "URI", NULL, "who asks"},
	{0, "contact", &opt_text, AT(contact), "URI", NULL,
	 "where we are, by the name the peer knows us"},
	{0, "user-agent", &opt_text, AT(user_agent), "TEXT",
	 "monitoring-plugins-um", "what we call ourselves"},
	{0, "header", &opt_texts, AT(headers), "'Name: value'", NULL,
	 "one more header"},
	{0, "max-forwards", &opt_number, AT(max_forwards), "N", "70",
	 "how many proxies may pass it on"},
	{0, "route", &opt_text, AT(route), "HOST", NULL,
	 "add a Route header; the request still goes to -H"},
	{0},
};

static const struct opt probe_opts[] = {
	{'n', "count", &opt_number, AT(count), "N", "1", "so many requests"},
	{'i', "interval", &opt_pause, AT(interval), "S", NULL,
	 "seconds between them [0]"},
	{0, "reconnect", &opt_flag, AT(reconnect), NULL, NULL,
	 "a connection for each of them"},
	{0},
};

static const struct opt judgement_opts[] = {
	{'w', "warning", &opt_range, AT(warning), "RANGE", NULL,
	 "seconds from request to answer (mean)"},
	{'c', "critical", &opt_range, AT(critical), "RANGE", NULL, "likewise"},
	{0, "loss-warning", &opt_range, AT(loss_warning), "RANGE", NULL,
	 "percent without an answer [any]"},
	{0, "loss-critical", &opt_range, AT(loss_critical), "RANGE", NULL,
	 "likewise [all]"},
	{0, "alive-warning", &opt_range, AT(alive_warning), "RANGE", NULL,
	 "--all-targets: how many answer [one does not]"},
	{0, "alive-critical", &opt_range, AT(alive_critical), "RANGE", NULL,
	 "likewise [none does]"},
	{0, "ok", &opt_codes, AT(ok), "CODES", OK_CODES,
	 "status codes that are in order"},
	{0, "warn", &opt_codes, AT(warn), "CODES", WARN_CODES,
	 "that are a WARNING; the rest is CRITICAL"},
	{0, "require-method", &opt_texts, AT(require_methods), "NAME", NULL,
	 "the answer's Allow names it"},
	{0, "require-header", &opt_texts, AT(require_headers), "NAME[=REGEX]",
	 NULL, "the answer has such a header"},
	{'P', "profile", &opt_choice, AT(profile), "NAME", NULL,
	 "judge its certificate, and ours, by these rules [none]",
	 profile_choices},
	{0},
};

const struct opt_group sip_options_groups[] = {
	{"Server", target_opts, AT(target)},
	{NULL, server_opts, 0},
	{"Request", request_opts, 0},
	{NULL, auth_opts, AT(auth)},
	{"Probes", probe_opts, 0},
	{"Judgement", judgement_opts, 0},
	{"Trust", trust_opts, AT(trust)},
	{"TLS", tls_opts, AT(tls)},
	{0},
};

void sip_options_defaults(struct sip_options_config *config, struct pool *pool)
{
	struct err err;

	/* Two constants that the parser takes. */
	(void)!read_codes(NULL, &config->ok, pool, OK_CODES, &err);
	(void)!read_codes(NULL, &config->warn, pool, WARN_CODES, &err);
	config->count = 1;
}
