/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_um_cert -- will the SIP peers of this server accept its certificate?
 *
 * Find the server, shake hands, take the chain it shows, judge the chain by a
 * profile; or take the chain out of a file.
 */
#include "base/file.h"
#include "plugins/subject.h"
#include "plugins/um_cert.h"

#define PORT_DEFAULT 5061

/* What the options name, read; and what becomes of it. */
struct work {
	struct run *run;
	const struct um_cert_config *config;
	const char *password; /* of --key-pass-file, for a PKCS#12 --file */
	struct identity identity;
	struct trust_config trust;
	struct demands demands;
	struct inquiry inquiry;
	struct subject *subjects;
	size_t subjects_len;
};

/* The SHA-256 of the leaf that --same-as holds. */
static int read_same_as(struct work *work, struct err *err)
{
	const char *path = work->config->same_as;
	const struct container_wish wish = {path, work->password, false};
	struct pool *pool = work->run->pool;
	struct container container;
	struct bytes data;
	struct cert cert;

	if (!path)
		return 0;
	if (file_read(&data, pool, path, FILE_MAX, work->run->by, err) ||
	    container_read(&container, pool, data, &wish, err))
		return err_context(err, "--same-as");
	if (container.certs.n == 0)
		return err_set(err, ERR_FILE,
			       "--same-as: %s: holds no certificate", path);
	if (cert_read(&cert, pool, container.certs.v[0], err)) {
		err->kind = ERR_FILE;
		return err_context(err, "--same-as: %s", path);
	}
	work->demands.same_as = cert.sha256;
	work->demands.same_as_file = path;
	return 0;
}

static int read_crls(struct work *work, struct err *err)
{
	const char *path = work->config->crl;
	struct pool *pool = work->run->pool;
	struct bytes data;

	if (!path)
		return 0;
	if (file_read(&data, pool, path, CRL_MAX, work->run->by, err) ||
	    container_read_crls(&work->inquiry.crls, pool, data, path, err))
		return err_context(err, "--crl");
	return 0;
}

/* --crl alone means: ask it. */
static enum inquiry_mode mode_of(const struct um_cert_config *config)
{
	if (config->revocation)
		return *config->revocation;
	return config->crl ? INQUIRY_CRL : INQUIRY_STAPLE;
}

/* Reads every local file before anybody is called. */
static int prepare(struct work *work, struct err *err)
{
	const struct um_cert_config *config = work->config;
	struct run *run = work->run;

	work->demands = config->demands;
	work->inquiry.mode = mode_of(config);
	work->inquiry.reach = config->target.reach;
	work->inquiry.by = run->by;
	if (password_read(&work->password, run->pool, "--key-pass-file",
			  config->tls.key_pass_file, run->by, err) ||
	    identity_read(&work->identity, run->pool, &config->tls, run->by,
			  err) ||
	    anchors_read(&work->trust, run->pool, &config->trust, run->by,
			 err) ||
	    read_same_as(work, err))
		return -1;
	secrets_judge(run->report, &config->tls, NULL);
	return read_crls(work, err);
}

/* What to do about an error, where the kind alone suggests it. */
static const char *remedy_of(const struct work *work, enum err_kind kind)
{
	if (kind == ERR_REFUSED)
		return work->config->profile->if_refused;
	if ((kind == ERR_ALERT || kind == ERR_HANDSHAKE) &&
	    !work->config->tls.legacy)
		return "is this the server's TLS port? An old server may "
		       "speak with --tls-legacy only";
	if (kind == ERR_CERT_REFUSED)
		return "see whether the server trusts the CA of --cert, and "
		       "knows its name";
	return NULL;
}

/*
 * A server that insists on a client certificate has turned us away as it
 * should when we came without one: no finding, its chain is judged.
 */
static void tell_error(struct work *work, const struct subject *subject,
		       const struct err *err)
{
	struct finding *finding;

	if (err->kind == ERR_CERT_REQUIRED && subject->evidence.chain_len > 0)
		return;
	finding = report_error(work->run->report, subject->where, err);
	finding->remedy = remedy_of(work, err->kind);
}

static void judge(struct work *work, struct subject *subject)
{
	const struct attempt *last = subject_attempt(subject);
	const struct trial trial = {
		.evidence = &subject->evidence,
		.demands = &work->demands,
		.profile = work->config->profile,
	};

	if (subject->evidence.chain_len == 0)
		return;
	inquire(&subject->evidence, work->run->pool, &work->inquiry,
		last ? last->seen.staple : (struct bytes){0});
	profile_judge(&trial, subject->where, work->run->report);
}

static int read_file(struct work *work, struct subject *subject,
		     const char *path, struct err *err)
{
	const struct container_wish wish = {path, work->password, false};
	struct run *run = work->run;
	struct container container;
	struct bytes data;

	if (file_read(&data, run->pool, path, FILE_MAX, run->by, err) ||
	    container_read(&container, run->pool, data, &wish, err))
		return -1;
	return subject_read(subject, run->pool, &container, &work->trust, err);
}

static void run_files(struct work *work)
{
	const struct strs *files = &work->config->files;
	struct err err;

	for (size_t i = 0; i < files->n; i++) {
		struct subject *subject = &work->subjects[i];
		const char *path = files->v[i].p;

		subject->where = strcmp(path, "-") ? path : "standard input";
		if (read_file(work, subject, path, &err))
			report_error(work->run->report, "--file", &err);
		judge(work, subject);
	}
}

static void visit_port(struct work *work, struct subject *subject,
		       const struct service *service, struct deadline by)
{
	struct run *run = work->run;
	struct err err;

	if (subject_visit(subject, run->pool, &work->config->target.reach,
			  service, &work->trust, by, &err))
		tell_error(work, subject, &err);
	judge(work, subject);
}

static void run_ports(struct work *work)
{
	const struct um_cert_config *config = work->config;
	static const uint16_t standard[] = {PORT_DEFAULT};
	const size_t given = config->target.ports.n;
	const uint16_t *ports = given ? config->target.ports.v : standard;
	const size_t n = given ? given : 1; /* subjects */
	const char *host = config->target.name;
	struct run *run = work->run;
	struct tls_config tls =
		tls_config_make(run->pool, &config->tls, &work->identity, host);
	struct addrs addrs = {0};
	struct err err;

	tls.want_staple = work->inquiry.mode == INQUIRY_STAPLE ||
			  work->inquiry.mode == INQUIRY_AUTO;
	tls.trace = run->verbosity >= 3;
	if (reach_resolve(&addrs, run->pool, &config->target.reach, host,
			  run->by, &err)) {
		report_error(run->report, host, &err);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct service service = {
			.addrs = &addrs,
			.port = ports[i],
			.transport = TRANSPORT_TLS,
			.tls = &tls,
		};

		work->subjects[i].evidence.own = work->identity.certs;
		work->subjects[i].evidence.own_len =
			work->identity.tls.chain_len;
		work->subjects[i].where = pool_printf(
			run->pool, strchr(host, ':') ? "[%s]:%u" : "%s:%u",
			host, (unsigned)ports[i]);
		visit_port(work, &work->subjects[i], &service,
			   deadline_share(run->by, n - i));
	}
	identity_wipe(&work->identity);
}

/* Ports of one host that show different certificates: worth knowing. */
static void compare_ports(const struct work *work)
{
	const struct subject *first = NULL;

	for (size_t i = 0; i < work->subjects_len; i++) {
		const struct subject *other = &work->subjects[i];
		const struct cert *a, *b;

		if (other->evidence.chain_len == 0 || other->attempts.n == 0)
			continue;
		if (!first) {
			first = other;
			continue;
		}
		a = first->evidence.chain[0];
		b = other->evidence.chain[0];
		if (strcmp(a->sha256, b->sha256) == 0)
			continue;
		report_find(work->run->report, VERDICT_OK,
			    "served.ports-differ", other->where,
			    "another certificate than at %s: \"%.80s\" here, "
			    "\"%.80s\" there",
			    first->where, b->subject, a->subject);
	}
}

static void tell_matrix(const struct work *work, const struct subject *subject,
			struct fact *facts, struct buf *table)
{
	struct pool *pool = work->run->pool;
	struct fact *matrix = fact_add(facts, pool, "matrix", FACT_OBJECT);

	buf_printf(table, "%-12s %-9s %s\n", "profile", "state",
		   subject->where);
	for (size_t i = 0; i < PROFILES; i++) {
		const struct trial trial = {
			.evidence = &subject->evidence,
			.demands = &work->demands,
			.profile = &profiles[i],
		};
		enum verdict verdict;
		struct buf ids;

		buf_init(&ids, pool, RENDER_TEXT_MAX);
		verdict = profile_verdict(&trial, work->run->report, &ids);
		fact_text(matrix, pool, profiles[i].name,
			  str_from(verdict_name(verdict)));
		buf_printf(table, "%-12s %-9s %s\n", profiles[i].name,
			   verdict_name(verdict), ids.data);
	}
}

/* Facts of the first subject stand at the top, those of others beside it. */
static void tell_subjects(const struct work *work)
{
	struct report *report = work->run->report;
	struct fact *others = NULL;
	struct buf picture, table, trace;

	buf_init(&picture, report->pool, SIZE_MAX / 2);
	buf_init(&table, report->pool, SIZE_MAX / 2);
	buf_init(&trace, report->pool, SIZE_MAX / 2);
	for (size_t i = 0; i < work->subjects_len; i++) {
		const struct subject *subject = &work->subjects[i];
		const struct attempt *last = subject_attempt(subject);
		struct fact *facts = report->facts;

		if (i == 1)
			others = fact_add(report->facts, report->pool, "others",
					  FACT_LIST);
		if (i > 0)
			facts = fact_add(others, report->pool, NULL,
					 FACT_OBJECT);
		if (!subject->where)
			continue;
		subject_facts(subject, report->pool, facts);
		subject_picture(subject, &picture);
		if (work->config->matrix && subject->evidence.chain_len > 0)
			tell_matrix(work, subject, facts, &table);
		for (size_t k = 0; last && k < last->seen.steps.n; k++)
			buf_printf(&trace, STR_FMT "\n",
				   STR_ARG(last->seen.steps.v[k]));
	}
	report->picture = picture.data;
	report->appendix = table.data;
	report->trace = trace.data;
}

/* Line 1 when nothing is wrong: no more than what was looked at. */
static const char *summary(const struct work *work)
{
	const struct trial trial = {
		.demands = &work->demands,
		.profile = work->config->profile,
	};
	struct pool *pool = work->run->pool;
	const bool compared = profile_names(&trial, pool).n > 0;
	const struct subject *first = NULL;
	const struct cert *leaf;
	struct buf text;
	size_t judged = 0;

	for (size_t i = 0; i < work->subjects_len; i++) {
		if (work->subjects[i].evidence.chain_len == 0)
			continue;
		first = first ? first : &work->subjects[i];
		judged++;
	}
	if (!first)
		return "nothing was judged"; /* --state made the error OK */

	buf_init(&text, pool, RENDER_FIELD_MAX);
	leaf = first->evidence.chain[0];
	if (work->subjects_len > 1)
		buf_printf(&text, "%zu of %zu certificates judged, all pass %s",
			   judged, work->subjects_len, trial.profile->name);
	else
		buf_printf(&text, "%s: %s\"" STR_FMT "\" passes %s",
			   first->where, leaf->is_request ? "request for " : "",
			   STR_ARG(cert_title(leaf)), trial.profile->name);
	if (!compared)
		buf_puts(&text, ", names not compared");
	if (work->subjects_len == 1 && !leaf->is_request)
		buf_printf(
			&text, ", %lld days left",
			(long long)cert_days_left(leaf, first->evidence.now));
	return text.data;
}

static void run_check(struct run *run, const void *config)
{
	struct work work = {.run = run, .config = config};
	const struct um_cert_config *options = config;
	const time_t now = time(NULL);
	struct err err;

	work.subjects_len = options->files.n;
	if (work.subjects_len == 0)
		work.subjects_len = options->target.ports.n;
	if (work.subjects_len == 0)
		work.subjects_len = 1;
	work.subjects = pool_array(run->pool, work.subjects_len,
				   sizeof(*work.subjects));
	for (size_t i = 0; i < work.subjects_len; i++)
		work.subjects[i].evidence.now = now;

	if (prepare(&work, &err)) {
		report_error(run->report, "command line", &err);
		run->report->summary = "nothing was judged";
		return;
	}
	if (options->files.n > 0)
		run_files(&work);
	else
		run_ports(&work);
	compare_ports(&work);
	subject_metrics(work.subjects, work.subjects_len, &work.demands,
			run->report);
	tell_subjects(&work);
	run->report->summary = summary(&work);
}

static const char *const examples[] = {
	"check_um_cert -H um1.example.com -p 5061,5063",
	"check_um_cert -H 192.0.2.7 --expect um1.example.com --ca-file ca.pem",
	"check_um_cert --file new.pfx --key-pass-file pw --expect "
	"um1.example.com",
	"check_um_cert -H sbc.example.com -P teams-sbc -w 33%: -c 15%:",
	NULL,
};

extern const struct check check_um_cert;

const struct check check_um_cert = {
	.name = "check_um_cert",
	.title = "UM_CERT",
	.summary = "will the SIP peers of this server accept its certificate?",
	.examples = examples,
	.groups = um_cert_groups,
	.config_size = sizeof(struct um_cert_config),
	.validate = um_cert_validate,
	.tell = um_cert_tell,
	.run = run_check,
};
