/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openssl_load -- functions that need OpenSSL, loaded when one is called. */
#include "config.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugins/openssl_module.h"

/* Beside the program: in the build tree as well as where it is installed. */
static const char *module_path(char path[PATH_MAX])
{
	const size_t room = PATH_MAX - sizeof(OPENSSL_MODULE_FILE);
	ssize_t n = readlink("/proc/self/exe", path, room);

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n <= 0) /* no /proc */
		return LIBEXECDIR "/" OPENSSL_MODULE_FILE;
	memcpy(path + n, OPENSSL_MODULE_FILE, sizeof(OPENSSL_MODULE_FILE));
	return path;
}

static const struct openssl_module *find(struct err *err)
{
	char room[PATH_MAX];
	const char *path = module_path(room);
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct openssl_module *module =
		handle ? dlsym(handle, OPENSSL_MODULE_SYMBOL) : NULL;

	if (!module)
		err_set(err, ERR_LOCAL,
			"TLS and passwords need %.150s, which cannot be "
			"loaded; it is installed with the plugins",
			path);
	if (module && strcmp(module->version, PACKAGE_VERSION) != 0) {
		err_set(err, ERR_LOCAL,
			"%.150s is of version %.20s, this plugin "
			"of " PACKAGE_VERSION ": install both anew",
			path, module->version);
		module = NULL;
	}
	/* cppcheck-suppress resourceLeak */
	return module;
}

/*
 * It stays loaded, so that only the first call takes time.  What was found is
 * kept: a second look-up might fail, and what the module has made could then
 * not be closed.  Threads that are first together find the same.
 */
static const struct openssl_module *load(struct err *err)
{
	static _Atomic(const struct openssl_module *) kept;
	const struct openssl_module *module = atomic_load(&kept);

	if (!module) {
		module = find(err);
		atomic_store(&kept, module);
	}
	return module;
}

/* Where there is something to close or to look at it was loaded before. */
static const struct openssl_module *loaded(void)
{
	struct err err;

	return load(&err);
}

int tls_open(struct tls **tls, struct pool *pool, int fd,
	     const struct tls_config *config, struct deadline by,
	     struct tls_view *view, struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->tls_open(tls, pool, fd, config, by, view, err)
		      : -1;
}

int tls_settle(struct tls *tls, struct deadline by, struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->tls_settle(tls, by, err) : -1;
}

int tls_send(struct tls *tls, const void *data, size_t len, struct deadline by,
	     struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->tls_send(tls, data, len, by, err) : -1;
}

ssize_t tls_recv(struct tls *tls, void *data, size_t size, struct deadline by,
		 struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->tls_recv(tls, data, size, by, err) : -1;
}

bool tls_pending(const struct tls *tls)
{
	const struct openssl_module *module = loaded();

	return module && module->tls_pending(tls);
}

const struct stack_st_X509 *tls_parsed(const struct tls *tls)
{
	const struct openssl_module *module = loaded();

	return module ? module->tls_parsed(tls) : NULL;
}

void tls_close(struct tls *tls)
{
	const struct openssl_module *module = tls ? loaded() : NULL;

	if (module)
		module->tls_close(tls);
}

int cert_read(struct cert *cert, struct pool *pool, struct bytes der,
	      struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->cert_read(cert, pool, der, err) : -1;
}

int cert_read_request(struct cert *cert, struct pool *pool, struct bytes der,
		      struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->cert_read_request(cert, pool, der, err) : -1;
}

const char *cert_name(struct pool *pool, struct bytes der)
{
	const struct openssl_module *module = loaded();

	return module ? module->cert_name(pool, der) : "";
}

int container_read(struct container *out, struct pool *pool, struct bytes data,
		   const struct container_wish *wish, struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->container_read(out, pool, data, wish, err) : -1;
}

int container_key_fits(struct bytes cert, struct bytes key, const char *name,
		       struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->container_key_fits(cert, key, name, err) : -1;
}

int trust_check(struct trust *trust, struct pool *pool,
		const struct bytes *chain, size_t chain_len,
		const struct trust_config *config, struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->trust_check(trust, pool, chain, chain_len,
					    config, err)
		      : -1;
}

int digest_hash_hex(char hex[DIGEST_HEX_MAX], enum digest_hash hash,
		    const struct str *parts, size_t n, struct err *err)
{
	const struct openssl_module *module = load(err);

	return module ? module->digest_hash_hex(hex, hash, parts, n, err) : -1;
}
