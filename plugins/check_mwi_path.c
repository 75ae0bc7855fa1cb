/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_mwi_path -- does message waiting get from the voice-mail server to the
 * lamp, and where does it end?
 *
 * Look at both servers as each other would; send what UM sends; be the phone
 * that should see it; ask for the state of a mailbox.
 */
#include "plugins/mwi_hop.h"

/* What is kept back, so that nothing of us stays behind. */
#define CLOSING_MAX USEC_PER_SEC

static int prepare(struct mwi_walk *walk, struct err *err)
{
	const struct mwi_path_config *config = walk->config;
	struct run *run = walk->run;

	if (credentials_read(&walk->who, run->pool, &config->auth, run->by,
			     err) ||
	    identity_read(&walk->identity, run->pool, &config->tls, run->by,
			  err))
		return -1;
	secrets_judge(run->report, &config->tls, config->auth.file);
	if (!config->um.profile && !config->gateway.profile)
		return 0;
	return anchors_read(&walk->trust, run->pool, &config->trust, run->by,
			    err);
}

static struct deadline before_closing(const struct mwi_walk *walk)
{
	const struct deadline by = walk->run->by;
	usec closing = deadline_left(by) / 5;

	if (!walk->config->phone)
		return by;
	if (closing > CLOSING_MAX)
		closing = CLOSING_MAX;
	return (struct deadline){by.at - closing};
}

static void walk_path(struct mwi_walk *walk)
{
	static void (*const steps[])(struct mwi_walk *, struct deadline) = {
		mwi_walk_um,     mwi_walk_gateway,  mwi_walk_register,
		mwi_walk_notify, mwi_walk_delivery,
	};
	const size_t n = sizeof(steps) / sizeof(*steps);
	const struct deadline by = before_closing(walk);

	for (size_t i = 0; i < n; i++)
		steps[i](walk,
			 deadline_share(by, n - i + !!walk->config->mailbox));
	mwi_phone_close(walk, walk->config->mailbox
				      ? deadline_share(walk->run->by, 2)
				      : walk->run->by);
	mwi_judge_duplicates(walk);
	mwi_walk_mailbox(walk, walk->run->by);
}

/* Each by the other's rules for its certificate. */
static bool are_both_judged(const struct mwi_walk *walk)
{
	const struct mwi_path_config *config = walk->config;

	return config->um.host && config->um.profile && config->gateway.host &&
	       config->gateway.profile &&
	       walk->hops[HOP_GATEWAY].transport == TRANSPORT_TLS;
}

/* Line 1 when nothing is wrong: what was really seen. */
static const char *summary(const struct mwi_walk *walk)
{
	const struct mwi_path_config *config = walk->config;
	struct buf text;

	buf_init(&text, walk->run->pool, RENDER_FIELD_MAX);
	if (walk->delivered)
		buf_printf(&text, "%s: the lamp hears of it in %.1f ms",
			   config->notify_uri.text,
			   usec_seconds(walk->delivery_time) * 1e3);
	else if (walk->notify_time)
		buf_printf(&text,
			   "%s: the gateway takes UM's NOTIFY (no phone "
			   "watched)",
			   config->notify_uri.text);
	else if (are_both_judged(walk))
		buf_puts(&text, "UM and gateway would take each other");
	else
		buf_printf(&text, "%s looked at",
			   !config->gateway.host ? "UM"
			   : config->um.host     ? "UM and gateway"
						 : "gateway");
	if (walk->mailbox)
		buf_printf(&text, "%s%s: %s", text.len ? "; " : "",
			   config->mailbox_uri.text,
			   walk->hops[HOP_MAILBOX].says);
	else if (config->mailbox)
		buf_printf(&text, "%snothing is known of %s yet",
			   text.len ? "; " : "", config->mailbox_uri.text);
	return text.data;
}

static void run_check(struct run *run, const void *config)
{
	struct mwi_walk *walk = pool_zalloc(run->pool, sizeof(*walk));
	struct err err;

	walk->run = run;
	walk->config = config;
	walk->now = time(NULL);
	run->report->summary = "no path was followed";
	if (prepare(walk, &err)) {
		report_error(run->report, "command line", &err);
		return;
	}
	walk_path(walk);
	identity_wipe(&walk->identity);
	credentials_wipe(&walk->who);
	mwi_tell(walk);
	run->report->summary = summary(walk);
}

static const char *const examples[] = {
	"check_mwi_path --um um1.example.com --gateway sfb.example.com -T tls",
	"check_mwi_path --gateway pbx.example.com --notify "
	"sip:mwi@example.com \\\n"
	"      --phone --auth-user mwi --auth-file pw",
	"check_mwi_path --gateway pbx --mailbox sip:77@pbx --new-warning 10",
	NULL,
};

extern const struct check check_mwi_path;

const struct check check_mwi_path = {
	.name = "check_mwi_path",
	.title = "MWI_PATH",
	.summary =
		"does message waiting reach the lamp, and where does it end?",
	.examples = examples,
	.groups = mwi_path_groups,
	.config_size = sizeof(struct mwi_path_config),
	.validate = mwi_path_validate,
	.run = run_check,
};
