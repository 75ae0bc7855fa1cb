/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options -- where to, by which identity, trusting whom. */
#include "plugins/options.h"

#include "base/file.h"
#include "net/dns.h"
#include "pki/container.h"
#include "pki/name.h"
#include "pki/profile.h"
#include "sip/uri.h"

#define AT(field) offsetof(struct target_options, field)

const struct opt target_opts[] = {
	{'H', "hostname", &opt_text, AT(host), "HOST", NULL,
	 "DNS name, IPv4, bare IPv6 or SIP URI"},
	{'4', "ipv4", &opt_flag, AT(only_ipv4), NULL, NULL, "IPv4 only"},
	{'6', "ipv6", &opt_flag, AT(only_ipv6), NULL, NULL, "IPv6 only"},
	{0, "source", &opt_text, AT(source), "ADDRESS", NULL,
	 "local address to call from"},
	{0, "dns", &opt_text, AT(dns), "SERVER[:PORT]", NULL,
	 "resolver to ask instead of the system's"},
	{0},
};

#undef AT
#define AT(field) offsetof(struct tls_options, field)

static const int tls_1_0 = 0x0301, tls_1_1 = 0x0302, tls_1_2 = 0x0303,
		 tls_1_3 = 0x0304;

static const struct opt_choice tls_versions[] = {
	{"1.0", &tls_1_0},
	{"1.1", &tls_1_1},
	{"1.2", &tls_1_2},
	{"1.3", &tls_1_3},
	{0},
};

const struct opt tls_opts[] = {
	{0, "cert", &opt_text, AT(cert), "FILE", NULL,
	 "our certificate, chain allowed (PEM, PKCS#12)"},
	{0, "key", &opt_text, AT(key), "FILE", NULL,
	 "its key [in the file of --cert]"},
	{0, "key-pass-file", &opt_text, AT(key_pass_file), "FILE", NULL,
	 "its first line is the password of key or PKCS#12"},
	{0, "sni", &opt_text, AT(sni), "NAME|none", NULL,
	 "server name to ask for [the host name]"},
	{0, "tls-min", &opt_choice, AT(min_version), "VER", NULL,
	 "lowest TLS version to offer: 1.0 to 1.3", tls_versions},
	{0, "tls-max", &opt_choice, AT(max_version), "VER", NULL,
	 "highest TLS version to offer", tls_versions},
	{0, "tls-legacy", &opt_flag, AT(legacy), NULL, NULL,
	 "also TLS 1.0, 1.1 and weak ciphers, for old servers"},
	{0},
};

#undef AT
#define AT(field) offsetof(struct trust_options, field)

const struct opt trust_opts[] = {
	{0, "ca-file", &opt_text, AT(ca_file), "FILE", NULL,
	 "trust these roots [the system's]"},
	{0, "ca-path", &opt_text, AT(ca_path), "DIR", NULL,
	 "trust the roots of this hashed directory"},
	{0},
};

const struct opt_choice profile_or_none[] = {
	{"none", NULL},
	{"exchange-um", &profiles[PROFILE_EXCHANGE_UM]},
	{"lync-server", &profiles[PROFILE_LYNC_SERVER]},
	{"lync-edge", &profiles[PROFILE_LYNC_EDGE]},
	{"teams-sbc", &profiles[PROFILE_TEAMS_SBC]},
	{"sip-domain", &profiles[PROFILE_SIP_DOMAIN]},
	{"cucm", &profiles[PROFILE_CUCM]},
	{"tls-server", &profiles[PROFILE_TLS_SERVER]},
	{0},
};

static int add_uri_port(struct target_options *target, struct pool *pool,
			uint16_t port, struct err *err)
{
	if (port == 0)
		return 0;
	if (target->ports.n > 0 &&
	    (target->ports.n > 1 || target->ports.v[0] != port))
		return err_set(err, ERR_USAGE,
			       "--port contradicts the port in '%s'",
			       target->host);
	if (target->ports.n == 0) {
		target->ports.v = pool_zalloc(pool, sizeof(uint16_t));
		target->ports.v[0] = port;
		target->ports.n = 1;
	}
	return 0;
}

static int take_uri(struct target_options *target, struct pool *pool,
		    struct err *err)
{
	struct sip_uri uri;

	if (sip_uri_parse(&uri, pool, target->host, err))
		return err_context(err, "--hostname");
	target->name = uri.host;
	return add_uri_port(target, pool, uri.port, err);
}

static int take_host(struct target_options *target, struct pool *pool,
		     struct err *err)
{
	struct addr address;

	target->name = target->host;
	if (sip_uri_has_scheme(target->host) && take_uri(target, pool, err))
		return -1;
	if (addr_from_literal(&address, target->name, 0)) {
		if (target->reach.family == AF_UNSPEC ||
		    target->reach.family == address.ss.ss_family)
			return 0;
		return err_set(err, ERR_USAGE,
			       "--hostname: %s is no IPv%c address, as %s "
			       "wants",
			       target->name,
			       target->reach.family == AF_INET ? '4' : '6',
			       target->source      ? "--source"
			       : target->only_ipv4 ? "--ipv4"
						   : "--ipv6");
	}
	if (str_has(str_from(target->name), ':'))
		return err_set(err, ERR_USAGE,
			       "--hostname: '%s' is no host name (want the "
			       "host alone, its port by --port)",
			       target->host);
	if (name_check_expected(str_from(target->name), err))
		return err_context(err, "--hostname");
	return 0;
}

/* The source's family is the only one that can be called from it. */
static int take_family(struct target_options *target, struct err *err)
{
	const int wanted = target->only_ipv4   ? AF_INET
			   : target->only_ipv6 ? AF_INET6
					       : AF_UNSPEC;

	if (target->only_ipv4 && target->only_ipv6)
		return err_set(err, ERR_USAGE,
			       "--ipv4 and --ipv6 exclude each other (without "
			       "either both are tried)");
	target->reach.family = wanted;
	if (!target->source)
		return 0;
	if (!addr_from_literal(&target->source_address, target->source, 0))
		return err_set(err, ERR_USAGE,
			       "--source: '%s' is no address (want IPv4 or "
			       "IPv6)",
			       target->source);
	if (wanted != AF_UNSPEC &&
	    wanted != target->source_address.ss.ss_family)
		return err_set(err, ERR_USAGE,
			       "--source: %s contradicts --ipv%c",
			       target->source, wanted == AF_INET ? '4' : '6');
	target->reach.family = target->source_address.ss.ss_family;
	target->reach.source = &target->source_address;
	return 0;
}

int target_validate(struct target_options *target, struct pool *pool,
		    struct err *err)
{
	struct dns *dns = NULL;

	if (take_family(target, err))
		return -1;
	if (target->dns) {
		target->reach.dns_server = target->dns;
		if (dns_open(&dns, pool, target->dns, err))
			return err_context(err, "--dns");
		dns_close(dns);
	}
	return target->host ? take_host(target, pool, err) : 0;
}

int tls_validate(const struct tls_options *tls, struct err *err)
{
	if (tls->key && !tls->cert)
		return err_set(err, ERR_USAGE,
			       "--key needs --cert, the certificate it "
			       "belongs to");
	if (tls->sni && strcmp(tls->sni, "none") != 0 &&
	    name_check_expected(str_from(tls->sni), err))
		return err_context(err, "--sni");
	if (tls->min_version && tls->max_version &&
	    *tls->min_version > *tls->max_version)
		return err_set(err, ERR_USAGE,
			       "--tls-min is above --tls-max: no version is "
			       "left");
	return 0;
}

int password_read(const char **password, struct pool *pool, const char *option,
		  const char *path, struct deadline by, struct err *err)
{
	struct bytes data;
	struct str rest, line;

	if (!path)
		return 0;
	if (file_read(&data, pool, path, FILE_MAX, by, err))
		return err_context(err, "%s", option);
	rest = (struct str){(const char *)data.p, data.n};
	line = str_cut(&rest, '\n');
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (str_has(line, '\0'))
		return err_set(err, ERR_FILE, "%s: %s: no text file", option,
			       path);
	*password = pool_strndup(pool, line.p, line.n);
	return 0;
}

static int read_container(struct container *out, struct pool *pool,
			  const char *path, const char *password,
			  struct deadline by, struct err *err)
{
	const struct container_wish wish = {path, password, true};
	struct bytes data;

	if (file_read(&data, pool, path, FILE_MAX, by, err))
		return -1;
	return container_read(out, pool, data, &wish, err);
}

int identity_read(struct identity *identity, struct pool *pool,
		  const struct tls_options *tls, struct deadline by,
		  struct err *err)
{
	struct container chain, key;
	const char *password = NULL;

	*identity = (struct identity){0};
	if (!tls->cert)
		return 0;
	if (password_read(&password, pool, "--key-pass-file",
			  tls->key_pass_file, by, err))
		return -1;
	if (read_container(&chain, pool, tls->cert, password, by, err))
		return err_context(err, "--cert");
	if (chain.certs.n == 0)
		return err_set(err, ERR_FILE,
			       "--cert: %s: holds no certificate", tls->cert);
	if (tls->key) {
		if (read_container(&key, pool, tls->key, password, by, err))
			return err_context(err, "--key");
		chain.key = key.key;
	}
	if (chain.key.n == 0)
		return err_set(err, ERR_FILE, "%s: %s: holds no private key",
			       tls->key ? "--key" : "--cert",
			       tls->key ? tls->key : tls->cert);
	if (container_key_fits(chain.certs.v[0], chain.key,
			       tls->key ? tls->key : tls->cert, err))
		return err_context(err, "%s", tls->key ? "--key" : "--cert");

	identity->certs =
		pool_array(pool, chain.certs.n, sizeof(*identity->certs));
	for (size_t i = 0; i < chain.certs.n; i++)
		if (cert_read(&identity->certs[i], pool, chain.certs.v[i],
			      err)) {
			err->kind = ERR_FILE;
			return err_context(err, "--cert: %s", tls->cert);
		}
	identity->tls = (struct tls_identity){
		.chain = chain.certs.v,
		.chain_len = chain.certs.n,
		.key = chain.key,
	};
	return 0;
}

void identity_wipe(struct identity *identity)
{
	if (identity->tls.key.n > 0)
		explicit_bzero((void *)(uintptr_t)identity->tls.key.p,
			       identity->tls.key.n);
	identity->tls.key.n = 0;
}

void secrets_judge(struct report *report, const struct tls_options *tls,
		   const char *auth_file)
{
	const struct {
		const char *option, *path;
	} secrets[] = {
		{"--key", tls->key},
		{"--cert", tls->key ? NULL : tls->cert}, /* with its key */
		{"--key-pass-file", tls->key_pass_file},
		{"--auth-file", auth_file},
	};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		const char *path = secrets[i].path;
		struct finding *finding;

		if (!path || !file_is_exposed(path))
			continue;
		finding = report_find(report, VERDICT_WARNING, "local.exposed",
				      secrets[i].option,
				      "every user of this host may read %s",
				      path);
		finding->remedy = pool_printf(
			report->pool,
			"chmod o-r %s; it is for the user that runs the checks",
			path);
	}
}

static const char *server_name(struct pool *pool, const char *sni,
			       const char *host)
{
	struct str name = str_from(sni ? sni : host);

	if (name_is_address(name) || (sni && strcmp(sni, "none") == 0))
		return NULL;
	name = name_without_root(name);
	return pool_strndup(pool, name.p, name.n);
}

struct tls_config tls_config_make(struct pool *pool,
				  const struct tls_options *tls,
				  const struct identity *identity,
				  const char *host)
{
	return (struct tls_config){
		.server_name = server_name(pool, tls->sni, host),
		.identity = identity->tls.chain_len ? &identity->tls : NULL,
		.min_version = tls->min_version ? *tls->min_version : 0,
		.max_version = tls->max_version ? *tls->max_version : 0,
		.legacy = tls->legacy,
	};
}

int anchors_read(struct trust_config *trust, struct pool *pool,
		 const struct trust_options *options, struct deadline by,
		 struct err *err)
{
	const struct container_wish wish = {.name = options->ca_file};
	struct container roots;
	struct bytes data;

	trust->by = by;
	trust->ca_path = options->ca_path;
	if (!options->ca_file)
		return 0;
	if (file_read(&data, pool, options->ca_file, FILE_MAX, by, err) ||
	    container_read(&roots, pool, data, &wish, err))
		return err_context(err, "--ca-file");
	if (roots.certs.n == 0)
		return err_set(err, ERR_FILE,
			       "--ca-file: %s: holds no certificate",
			       options->ca_file);
	trust->anchors = roots.certs.v;
	trust->anchors_len = roots.certs.n;
	return 0;
}
