/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust -- OpenSSL's path building, made to go on after every objection. */
#include "pki/trust.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "pki/container.h"
#include "pki/x509.h"

#define PATH_DEPTH_MAX 128 /* a chain of a hundred is judged, not refused */

/* What one verification collects; reached through the store context. */
struct verification {
	struct trust *trust;
	struct pool *pool;
	const STACK_OF(X509) *sent;
	X509 *leaf;
};

static void object(struct trust *trust, struct pool *pool, const char *text)
{
	for (size_t i = 0; i < trust->objections.n; i++)
		if (str_eq(trust->objections.v[i], str_from(text)))
			return;
	strs_add(&trust->objections, pool, str_from(text));
}

/* Called for each objection; returning 1 makes OpenSSL look for the next. */
static int on_objection(int ok, X509_STORE_CTX *context)
{
	struct verification *v = X509_STORE_CTX_get_app_data(context);
	int code = X509_STORE_CTX_get_error(context);

	if (ok)
		return 1;
	switch (code) {
	case X509_V_ERR_CERT_HAS_EXPIRED: /* time.* speaks of these */
	case X509_V_ERR_CERT_NOT_YET_VALID:
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		v->trust->anchored = false;
		break;
	default:
		object(v->trust, v->pool,
		       pool_printf(v->pool, "%s (at depth %d)",
				   X509_verify_cert_error_string(code),
				   X509_STORE_CTX_get_error_depth(context)));
		break;
	}
	return 1;
}

static bool add_anchor(X509_STORE *store, struct bytes der)
{
	const unsigned char *at = der.p;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.n);
	bool added = x509 && X509_STORE_add_cert(store, x509) == 1;

	X509_free(x509);
	return added;
}

static int add_directory(X509_STORE *store, const char *path, struct err *err)
{
	X509_LOOKUP *lookup =
		X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
	struct stat st;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return err_set(err, ERR_FILE,
			       "--ca-path: %s: no directory (want a hashed "
			       "one, see openssl rehash)",
			       path);
	if (!lookup || !X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM))
		return err_set(err, ERR_LOCAL, "%s: OpenSSL does not take it",
			       path);
	return 0;
}

/* OpenSSL's own places and variables. */
static const char *system_place(const char *variable, const char *standard)
{
	const char *set = getenv(variable);

	return set && *set ? set : standard;
}

static const char *system_directory(void)
{
	return system_place(X509_get_default_cert_dir_env(),
			    X509_get_default_cert_dir());
}

/* Eight hex digits, a dot, a number: what openssl rehash writes. */
static bool is_hash_name(const char *name)
{
	struct str rest = str_from(name);
	struct str hash = str_cut(&rest, '.');
	unsigned number;

	if (hash.n != 8 || !str_uint(rest, 1000, &number))
		return false;
	for (size_t i = 0; i < hash.n; i++)
		if (!strchr("0123456789abcdef", hash.p[i]))
			return false;
	return true;
}

static bool is_hashed(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = is_hash_name(entry->d_name);
	if (dir)
		closedir(dir);
	return found;
}

/*
 * The bundle costs some 20 ms.  It is looked at only when the directory led
 * nowhere, and then only if somebody named a bundle or there is no hashed
 * directory on this system.
 */
static bool bundle_may_help(const struct trust_config *config)
{
	if (config->anchors_len > 0 || config->ca_path)
		return false;
	return getenv(X509_get_default_cert_file_env()) ||
	       !is_hashed(system_directory());
}

static void add_bundle(X509_STORE *store, struct pool *pool, struct deadline by)
{
	const char *path = system_place(X509_get_default_cert_file_env(),
					X509_get_default_cert_file());
	const struct container_wish wish = {.name = path};
	struct container bundle;
	struct bytes data;
	struct err err;

	/* Not there or not readable: then it holds no anchor, that is all. */
	if (file_read(&data, pool, path, FILE_MAX, by, &err) ||
	    container_read(&bundle, pool, data, &wish, &err))
		return;
	for (size_t i = 0; i < bundle.certs.n; i++)
		add_anchor(store, bundle.certs.v[i]);
}

static X509_STORE *open_store(const struct trust_config *config,
			      struct err *err)
{
	X509_STORE *store = X509_STORE_new();
	const char *path = config->ca_path;

	if (!store) {
		err_set(err, ERR_LOCAL, "OpenSSL gives no certificate store");
		return NULL;
	}
	for (size_t i = 0; i < config->anchors_len; i++)
		if (!add_anchor(store, config->anchors[i])) {
			err_set(err, ERR_FILE,
				"--ca-file: certificate %zu does not parse",
				i + 1);
			goto fail;
		}
	/* A system without that directory is no error: it has a bundle. */
	if (path && add_directory(store, path, err))
		goto fail;
	if (!path && config->anchors_len == 0 &&
	    add_directory(store, system_directory(), err) &&
	    err->kind != ERR_FILE)
		goto fail;
	return store;
fail:
	X509_STORE_free(store);
	return NULL;
}

static STACK_OF(X509) *parse_chain(const struct bytes *chain, size_t n,
				   const STACK_OF(X509) *parsed,
				   struct err *err)
{
	STACK_OF(X509) *stack;

	if (parsed && (size_t)sk_X509_num(parsed) == n)
		stack = X509_chain_up_ref((STACK_OF(X509) *)(uintptr_t)parsed);
	else
		stack = sk_X509_new_null();
	for (size_t i = (size_t)sk_X509_num(stack); stack && i < n; i++) {
		const unsigned char *at = chain[i].p;
		X509 *x509 = d2i_X509(NULL, &at, (long)chain[i].n);

		if (x509 && sk_X509_push(stack, x509) > 0)
			continue;
		X509_free(x509);
		sk_X509_pop_free(stack, X509_free);
		err_set(err, ERR_HANDSHAKE,
			"certificate %zu of the chain does not parse", i + 1);
		return NULL;
	}
	if (!stack)
		err_set(err, ERR_LOCAL, "OpenSSL gives no memory");
	return stack;
}

/* The facts of a certificate of the path: those we have, where it was sent. */
static int read_link(struct path_link *link, struct pool *pool, X509 *x509,
		     const struct trust *trust, const STACK_OF(X509) *sent,
		     struct err *err)
{
	struct cert *cert;

	for (int i = 0; i < sk_X509_num(sent); i++)
		if (X509_cmp(sk_X509_value(sent, i), x509) == 0) {
			*link = (struct path_link){&trust->sent[i], true};
			return 0;
		}
	cert = pool_zalloc(pool, sizeof(*cert));
	*link = (struct path_link){cert, false};
	return x509_facts(cert, pool, x509, X509_TRUSTED, err);
}

static int read_path(struct trust *trust, struct pool *pool,
		     const STACK_OF(X509) *path, const STACK_OF(X509) *sent,
		     struct err *err)
{
	const int n = sk_X509_num(path);

	trust->path_len = 0;
	trust->path =
		pool_array(pool, n > 0 ? (size_t)n : 1, sizeof(*trust->path));
	for (int i = 0; i < n; i++)
		if (read_link(&trust->path[trust->path_len++], pool,
			      sk_X509_value(path, i), trust, sent, err))
			return -1;
	return 0;
}

static int read_sent(struct trust *trust, struct pool *pool,
		     const STACK_OF(X509) *sent, struct err *err)
{
	trust->sent_len = (size_t)sk_X509_num(sent);
	trust->sent = pool_array(pool, trust->sent_len, sizeof(*trust->sent));
	for (size_t i = 0; i < trust->sent_len; i++)
		if (x509_facts(&trust->sent[i], pool,
			       sk_X509_value(sent, (int)i), X509_FOREIGN, err))
			return -1;
	return 0;
}

/*
 * How a path is looked for.  OpenSSL takes the first issuer that fits, and of
 * those sent the one sent first, and never comes back to the others; so what
 * does not hold is tried again in other ways.  The clock comes second because
 * OpenSSL reads /etc/localtime for it.
 */
struct approach {
	bool timed;    /* issuers that are valid now come before others */
	bool reversed; /* what was sent last is tried first */
};

/*
 * A failure that on_objection() was not asked about: nothing that OpenSSL then
 * says of the path holds.  A key that it cannot use is such a one, and its own
 * word for that is "unspecified".
 */
static void give_up(struct trust *trust, struct pool *pool,
		    X509_STORE_CTX *context)
{
	const STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(context);
	const char *why = X509_verify_cert_error_string(
		X509_STORE_CTX_get_error(context));

	for (int i = 0; i < sk_X509_num(path); i++)
		if (!X509_get0_pubkey(sk_X509_value(path, i)))
			why = pool_printf(
				pool,
				"the public key is of no kind that can be "
				"used here (at depth %d)",
				i);
	trust->anchored = false;
	trust->unfinished = true;
	object(trust, pool, why);
}

static int verify(struct trust *trust, struct verification *v,
		  X509_STORE *store, STACK_OF(X509) *untrusted,
		  const time_t *at, struct err *err)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	int rc = -1;

	if (!context || !untrusted ||
	    !X509_STORE_CTX_init(context, store, v->leaf, untrusted) ||
	    !X509_STORE_CTX_set_app_data(context, v)) {
		err_set(err, ERR_LOCAL, "OpenSSL gives no verification");
		goto out;
	}
	param = X509_STORE_CTX_get0_param(context);
	if (at)
		X509_VERIFY_PARAM_set_time(param, *at);
	else if (!X509_VERIFY_PARAM_set_flags(param,
					      X509_V_FLAG_NO_CHECK_TIME)) {
		err_set(err, ERR_LOCAL, "OpenSSL gives no verification");
		goto out;
	}
	X509_VERIFY_PARAM_set_depth(param, PATH_DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, 0); /* crypto.* judges that */
	X509_STORE_CTX_set_verify_cb(context, on_objection);

	trust->anchored = true;
	if (X509_verify_cert(context) <= 0)
		give_up(trust, v->pool, context);
	rc = read_path(trust, v->pool, X509_STORE_CTX_get0_chain(context),
		       v->sent, err);
out:
	X509_STORE_CTX_free(context);
	return rc;
}

/* NULL: OpenSSL gives no memory. */
static STACK_OF(X509) *reverse(const STACK_OF(X509) *sent)
{
	STACK_OF(X509) *reversed = sk_X509_new_null();

	for (int i = sk_X509_num(sent); reversed && i-- > 0;)
		if (sk_X509_push(reversed, sk_X509_value(sent, i)) <= 0) {
			sk_X509_free(reversed);
			reversed = NULL;
		}
	return reversed;
}

enum path_worth {
	PATH_NONE,    /* ends nowhere, or does not hold */
	PATH_EXPIRED, /* holds, but not at this time */
	PATH_SOUND,
};

static enum path_worth worth_of(const struct trust *trust, time_t at)
{
	if (!trust->anchored || trust->objections.n > 0)
		return PATH_NONE;
	for (size_t i = 0; i < trust->path_len; i++)
		if (trust->path[i].cert->not_before > at ||
		    trust->path[i].cert->not_after < at)
			return PATH_EXPIRED;
	return PATH_SOUND;
}

/* The best that the approaches find; of two as good, the first. */
static int find_path(struct trust *trust, struct pool *pool, X509_STORE *store,
		     STACK_OF(X509) *sent, time_t at, struct err *err)
{
	static const struct approach approaches[] = {
		{.timed = false},
		{.timed = true},
		{.timed = true, .reversed = true},
	};
	STACK_OF(X509) *reversed = reverse(sent);
	const struct trust none = *trust;
	enum path_worth best = PATH_NONE;
	int rc = 0;

	for (size_t i = 0;
	     i < sizeof(approaches) / sizeof(*approaches) && best != PATH_SOUND;
	     i++) {
		const struct approach *how = &approaches[i];
		struct trust found = none;
		struct verification v = {&found, pool, sent,
					 sk_X509_value(sent, 0)};

		rc = verify(&found, &v, store, how->reversed ? reversed : sent,
			    how->timed ? &at : NULL, err);
		if (rc)
			break;
		if (i == 0 || worth_of(&found, at) > best) {
			*trust = found;
			best = worth_of(&found, at);
		}
	}
	sk_X509_free(reversed);
	return rc;
}

static bool certifies(const STACK_OF(X509) *sent, int issuer, int subject)
{
	return issuer != subject &&
	       X509_check_issued(sk_X509_value(sent, issuer),
				 sk_X509_value(sent, subject)) == X509_V_OK;
}

/* Whatever no chain of issuers leads to from the leaf. */
static void find_strangers(struct trust *trust, struct pool *pool,
			   const STACK_OF(X509) *sent)
{
	const int n = sk_X509_num(sent);
	int *known = pool_array(pool, (size_t)n, sizeof(*known));
	int known_len = 1;

	trust->stranger = pool_array(pool, (size_t)n, sizeof(bool));
	for (int i = 1; i < n; i++)
		trust->stranger[i] = true;
	for (int k = 0; k < known_len; k++)
		for (int i = 1; i < n; i++)
			if (trust->stranger[i] &&
			    certifies(sent, i, known[k])) {
				trust->stranger[i] = false;
				known[known_len++] = i;
			}
}

/*
 * RFC 5246 7.4.2 wants each certificate to certify the one before it; RFC
 * 8446 4.4.2 lets two paths share the list, so any one before it will do.
 */
static bool is_out_of_order(const struct trust *trust,
			    const STACK_OF(X509) *sent)
{
	for (int i = 1; i < sk_X509_num(sent); i++) {
		bool in_place = trust->stranger[i];

		for (int k = 0; k < i && !in_place; k++)
			in_place = !trust->stranger[k] && certifies(sent, i, k);
		if (!in_place)
			return true;
	}
	return false;
}

int trust_check(struct trust *trust, struct pool *pool,
		const struct bytes *chain, size_t chain_len,
		const struct trust_config *config, struct err *err)
{
	X509_STORE *store = NULL;
	STACK_OF(X509) *sent;
	int rc = -1;

	*trust = (struct trust){0};
	openssl_begin();
	sent = parse_chain(chain, chain_len, config->parsed, err);
	if (!sent || read_sent(trust, pool, sent, err))
		goto out;
	store = open_store(config, err);
	if (!store)
		goto out;
	rc = find_path(trust, pool, store, sent, config->at, err);
	if (rc == 0 && !trust->anchored && bundle_may_help(config)) {
		add_bundle(store, pool, config->by);
		rc = find_path(trust, pool, store, sent, config->at, err);
	}
	if (rc == 0) {
		find_strangers(trust, pool, sent);
		trust->out_of_order = is_out_of_order(trust, sent);
	}
out:
	X509_STORE_free(store);
	sk_X509_pop_free(sent, X509_free);
	ERR_clear_error();
	return rc;
}
