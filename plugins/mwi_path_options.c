/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mwi_path_options -- the option tables of check_mwi_path, and their sense. */
#include "pki/name.h"
#include "plugins/mwi_path.h"

#define AT(field) offsetof(struct mwi_path_config, field)

static const struct opt path_opts[] = {
	{0, "um", &opt_text, AT(um.host), "HOST", NULL,
	 "the voice-mail server"},
	{0, "um-port", &opt_ports, AT(um.ports), "PORT", NULL,
	 "its port [by DNS, 5061]"},
	{0, "um-profile", &opt_choice, AT(um.profile), "NAME", "exchange-um",
	 "the rules for its certificate, or none", profile_or_none},
	{0, "gateway", &opt_text, AT(gateway.host), "HOST", NULL,
	 "the server that carries MWI on to the phones"},
	{0, "gateway-port", &opt_ports, AT(gateway.ports), "PORT", NULL,
	 "its port [by DNS, 5060, 5061]"},
	{0, "gateway-profile", &opt_choice, AT(gateway.profile), "NAME",
	 "lync-server", "the rules for its certificate, or none",
	 profile_or_none},
	{'T', "transport", &opt_choice, AT(transport), "udp|tcp|tls", NULL,
	 "how to speak to it [by DNS, udp; port 5061: tls]", transport_choices},
	{0},
};

static const struct opt lamp_opts[] = {
	{0, "notify", &opt_text, AT(notify), "URI", NULL,
	 "send UM's NOTIFY for this address by the gateway"},
	{0, "from", &opt_text, AT(from), "URI", NULL,
	 "who sends it [sip:um@ the --um host]"},
	{0, "phone", &opt_flag, AT(phone), NULL, NULL,
	 "be that address's phone, and see it arrive"},
	{0, "subscribe", &opt_flag, AT(subscribe), NULL, NULL,
	 "as a phone that subscribes to its state"},
	{0, "registrar", &opt_text, AT(registrar.host), "HOST", NULL,
	 "where the phone registers [the gateway]"},
	{0, "registrar-port", &opt_ports, AT(registrar.ports), "PORT", NULL,
	 "its port [the gateway's]"},
	{0, "mailbox", &opt_text, AT(mailbox), "URI", NULL,
	 "fetch the state of this mailbox"},
	{0},
};

static const struct opt judgement_opts[] = {
	{'w', "warning", &opt_range, AT(warning), "RANGE", NULL,
	 "seconds from injection to delivery"},
	{'c', "critical", &opt_range, AT(critical), "RANGE", NULL, "likewise"},
	{0, "new-warning", &opt_range, AT(new_warning), "RANGE", NULL,
	 "new voice messages in the mailbox"},
	{0, "new-critical", &opt_range, AT(new_critical), "RANGE", NULL,
	 "likewise"},
	{0},
};

const struct opt_group mwi_path_groups[] = {
	{"Path", path_opts, 0},
	{"Lamp", lamp_opts, 0},
	{NULL, auth_opts, AT(auth)},
	{"Judgement", judgement_opts, 0},
	{"Network", network_opts, AT(network)},
	{"Trust", trust_opts, AT(trust)},
	{"TLS", tls_opts, AT(tls)},
	{0},
};

/* The ends --------------------------------------------------------------- */

static int take_port(struct locate *locate, const struct ports *ports,
		     const char *option, struct err *err)
{
	if (ports->n > 1)
		return err_set(err, ERR_USAGE, "%s: one port is wanted here",
			       option);
	locate->port = ports->n ? ports->v[0] : 0;
	return 0;
}

static int take_host(struct sip_options_config *ask, const char *host,
		     const char *option, struct pool *pool, struct err *err)
{
	const struct str name = str_from(host);
	struct addr address;

	if (!addr_from_literal(&address, host, 0) &&
	    name_check_expected(name, err))
		return err_context(err, "%s", option);
	ask->target.host = ask->target.name = host;
	ask->locate.host = host;
	if (!name_is_address(name))
		strs_add(&ask->server.expected, pool, name_without_root(name));
	return 0;
}

static void take_transport(struct locate *locate, const enum transport *said)
{
	locate->has_transport = said || locate->port == 5061;
	locate->transport = said                   ? *said
			    : locate->port == 5061 ? TRANSPORT_TLS
						   : TRANSPORT_UDP;
}

/* "sip:gw.contoso.com:5061;transport=tls" */
static const char *uri_of(const struct locate *locate, struct pool *pool)
{
	static const char *const parameters[] = {
		[TRANSPORT_UDP] = "",
		[TRANSPORT_TCP] = ";transport=tcp",
		[TRANSPORT_TLS] = ";transport=tls",
	};
	struct buf text;

	buf_init(&text, pool, RENDER_FIELD_MAX);
	buf_printf(&text, strchr(locate->host, ':') ? "sip:[%s]" : "sip:%s",
		   locate->host);
	if (locate->port)
		buf_printf(&text, ":%u", (unsigned)locate->port);
	if (locate->has_transport)
		buf_puts(&text, parameters[locate->transport]);
	return text.data;
}

/* An end as check_sip_options would be told to ask it. */
static int take_end(struct mwi_path_config *config, struct pool *pool,
		    struct sip_options_config *ask,
		    const struct end_options *end, const char *const options[2],
		    struct err *err)
{
	sip_options_defaults(ask, pool);
	ask->target.reach = config->network.reach;
	ask->tls = config->tls;
	ask->trust = config->trust;
	ask->locate.family = config->network.reach.family;
	ask->profile = end->profile;
	ask->profile_if_tls = true;
	ask->own.name_option = "--from sip:um@OUR-FQDN";
	if (take_host(ask, end->host, options[0], pool, err) ||
	    take_port(&ask->locate, &end->ports, options[1], err))
		return -1;
	return 0;
}

static void take_request(struct sip_options_config *ask, struct pool *pool)
{
	struct sip_request *request = &ask->request;

	request->method = "OPTIONS";
	request->uri = request->to = uri_of(&ask->locate, pool);
	request->max_forwards = 70;
	request->user_agent = "monitoring-plugins-um";
	/* A stranger over TLS would only be turned away. */
	ask->look_only = ask->locate.has_transport &&
			 ask->locate.transport == TRANSPORT_TLS &&
			 !ask->tls.cert;
}

static int take_um(struct mwi_path_config *config, struct pool *pool,
		   struct err *err)
{
	static const char *const options[] = {"--um", "--um-port"};
	static const enum transport tls = TRANSPORT_TLS;
	struct sip_options_config *ask = &config->um_ask;

	if (!config->um.host)
		return 0;
	if (take_end(config, pool, ask, &config->um, options, err))
		return -1;
	/* A certificate is to be had over TLS only. */
	take_transport(&ask->locate,
		       config->um.profile ? &tls : config->transport);
	take_request(ask, pool);
	ask->server.name_option = "a name for --um, or --from sip:um@ITS-NAME";
	return 0;
}

static int take_gateway(struct mwi_path_config *config, struct pool *pool,
			struct err *err)
{
	static const char *const options[] = {"--gateway", "--gateway-port"};
	static const char *const phones[] = {"--registrar", "--registrar-port"};
	struct sip_options_config *ask = &config->gateway_ask;
	struct end_options registrar = config->registrar;

	if (!config->gateway.host)
		return 0;
	if (take_end(config, pool, ask, &config->gateway, options, err))
		return -1;
	take_transport(&ask->locate, config->transport);
	take_request(ask, pool);
	ask->server.name_option = "a name for --gateway";

	if (!registrar.host) {
		registrar.host = config->gateway.host;
		if (registrar.ports.n == 0)
			registrar.ports = config->gateway.ports;
	}
	registrar.profile = NULL;
	if (take_end(config, pool, &config->registrar_ask, &registrar, phones,
		     err))
		return -1;
	take_transport(&config->registrar_ask.locate, config->transport);
	config->registrar_ask.tls.cert = NULL; /* it is UM's, not the phone's */
	return 0;
}

/* What it is about ------------------------------------------------------- */

static int take_address(struct sip_uri *uri, struct pool *pool,
			const char *option, const char *text, struct err *err)
{
	if (!text)
		return 0;
	if (sip_uri_parse(uri, pool, text, err))
		return err_context(err, "%s", option);
	if (!uri->user)
		return err_set(err, ERR_USAGE,
			       "%s: '%.80s' names nobody (want "
			       "sip:USER@DOMAIN)",
			       option, text);
	return 0;
}

/* Who sends, and by which name UM is known then. */
static int take_from(struct mwi_path_config *config, struct pool *pool,
		     struct err *err)
{
	struct sip_options_config *ask = &config->um_ask;
	const char *um = config->um.host;
	struct str host;
	struct sip_uri uri;

	ask->own.name_option = "--from sip:um@OUR-FQDN";
	if (!config->from && um)
		config->from = pool_printf(
			pool, strchr(um, ':') ? "sip:um@[%s]" : "sip:um@%s",
			um);
	if (!config->from)
		return 0;
	if (sip_uri_parse(&uri, pool, config->from, err))
		return err_context(err, "--from");
	config->from = uri.text;
	host = str_from(uri.host);
	if (!name_objection(host))
		strs_add(&ask->own.expected, pool, host);
	/* The name in which it sends is the one that it should have. */
	if (ask->server.expected.n == 0)
		ask->server.expected = ask->own.expected;
	return 0;
}

static int check_sense(const struct mwi_path_config *config, struct err *err)
{
	const struct {
		bool wrong;
		const char *says;
	} cases[] = {
		{!config->um.host && !config->gateway.host,
		 "no path to follow (want --um HOST, --gateway HOST or both)"},
		{config->notify && !config->gateway.host,
		 "--notify needs --gateway, which carries it on"},
		{config->phone && !config->notify,
		 "--phone needs --notify URI, its address"},
		{config->subscribe && !config->phone,
		 "--subscribe needs --phone, which subscribes"},
		{config->registrar.host && !config->phone,
		 "--registrar needs --phone, which registers there"},
		{config->registrar.ports.n > 0 && !config->phone,
		 "--registrar-port needs --phone, which registers there"},
		{config->um.ports.n > 0 && !config->um.host,
		 "--um-port needs --um"},
		{config->gateway.ports.n > 0 && !config->gateway.host,
		 "--gateway-port needs --gateway"},
		{(config->new_warning.set || config->new_critical.set) &&
			 !config->mailbox,
		 "--new-warning and --new-critical need --mailbox"},
		{(config->warning.set || config->critical.set) &&
			 !config->phone,
		 "--warning and --critical need --phone: they are for the "
		 "time to delivery"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (cases[i].wrong)
			return err_set(err, ERR_USAGE, "%s", cases[i].says);
	return 0;
}

int mwi_path_validate(struct pool *pool, void *opaque, struct err *err)
{
	struct mwi_path_config *config = opaque;

	if (check_sense(config, err) ||
	    target_validate(&config->network, pool, err) ||
	    tls_validate(&config->tls, err) ||
	    auth_validate(&config->auth, err) ||
	    take_address(&config->notify_uri, pool, "--notify", config->notify,
			 err) ||
	    take_address(&config->mailbox_uri, pool, "--mailbox",
			 config->mailbox, err) ||
	    take_um(config, pool, err) || take_from(config, pool, err))
		return -1;
	return take_gateway(config, pool, err);
}
