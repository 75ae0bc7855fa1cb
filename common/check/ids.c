/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ids -- one list, so that a mistyped --state is told rather than ignored. */
#include "check/ids.h"

#include <fnmatch.h>

#include "check/opt.h"

const char *const finding_ids[] = {
	"chain.extra",
	"chain.incomplete",
	"chain.order",
	"chain.self-signed",
	"chain.untrusted",
	"crypto.key-size",
	"crypto.pss",
	"crypto.signature",
	"dns.domain-conflict",
	"dns.no-answer",
	"dns.nxdomain",
	"local.exposed",
	"local.file",
	"local.system",
	"local.usage",
	"mwi.altered",
	"mwi.bad-body",
	"mwi.count",
	"mwi.duplicate",
	"mwi.identity",
	"mwi.no-notify",
	"mwi.not-delivered",
	"mwi.notify-refused",
	"mwi.register-refused",
	"mwi.slow",
	"mwi.subscribe-refused",
	"mwi.terminated",
	"name.cn-invalid",
	"name.cn-mismatch",
	"name.cn-missing",
	"name.cn-multiple",
	"name.cn-wildcard",
	"name.forbidden-domain",
	"name.literal",
	"name.not-compared",
	"name.san-missing",
	"name.san-wildcard",
	"name.server-missing",
	"name.sip-domain",
	"net.not-tried",
	"net.refused",
	"net.reset",
	"net.timeout",
	"net.unreachable",
	"pin.mismatch",
	"revocation.no-cdp",
	"revocation.revoked",
	"revocation.unknown",
	"served.differs",
	"served.ports-differ",
	"sip.auth",
	"sip.closed",
	"sip.header",
	"sip.loss",
	"sip.malformed",
	"sip.method",
	"sip.ms-diagnostics",
	"sip.no-answer",
	"sip.provisional-only",
	"sip.retry-after",
	"sip.slow",
	"sip.status",
	"sip.stray",
	"sip.targets",
	"time.expired",
	"time.expiring",
	"time.not-yet-valid",
	"time.too-long",
	"tls.alert",
	"tls.ca-list",
	"tls.client-cert-refused",
	"tls.client-cert-required",
	"tls.handshake",
	"tls.mutual",
	"tls.version",
	"usage.ca-leaf",
	"usage.client-auth",
	"usage.key-usage",
	"usage.server-auth",
	NULL,
};

static int read_verdict(enum verdict *out, struct str text, struct err *err)
{
	static const enum verdict verdicts[] = {
		VERDICT_OK, VERDICT_WARNING, VERDICT_CRITICAL, VERDICT_UNKNOWN};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		const char *name = verdict_name(verdicts[i]);

		if (str_caseeq(text, str_from(name))) {
			*out = verdicts[i];
			return 0;
		}
	}
	return err_set(err, ERR_USAGE,
		       "'%.80s' is no state (want ok, warning, critical or "
		       "unknown)",
		       text.p);
}

static int check_glob(const char *glob, struct err *err)
{
	size_t nearest = SIZE_MAX;
	const char *meant = NULL;

	for (const char *const *id = finding_ids; *id; id++) {
		size_t distance = opt_distance(glob, *id);

		if (fnmatch(glob, *id, 0) == 0)
			return 0;
		if (distance < nearest) {
			nearest = distance;
			meant = *id;
		}
	}
	if (meant)
		return err_set(err, ERR_USAGE,
			       "no finding is called '%.80s', did you mean "
			       "'%s'?",
			       glob, meant);
	return err_set(err, ERR_USAGE,
		       "no finding is called '%.80s' (want an id such as "
		       "net.timeout, or a pattern such as 'crypto.*')",
		       glob);
}

int override_parse(struct override *out, struct pool *pool, const char *text,
		   struct err *err)
{
	struct str state = str_from(text);
	struct str id = str_cut(&state, '=');
	const char *glob = pool_strndup(pool, id.p, id.n);

	if (!state.p)
		return err_set(err, ERR_USAGE,
			       "'%.80s' is not ID=STATE (such as "
			       "net.timeout=unknown)",
			       text);
	if (check_glob(glob, err) || read_verdict(&out->verdict, state, err))
		return -1;
	out->glob = glob;
	return 0;
}
