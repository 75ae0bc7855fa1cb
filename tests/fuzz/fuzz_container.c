/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_container -- files of any form, and the chain that they hold. */
#include "fuzz.h"
#include "mutate.h"
#include "pki/container.h"
#include "pki/trust.h"

/* PEM is text. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	const bool is_der = size > 0 && data[0] == 0x30;

	return mutate(is_der ? mutate_der : mutate_bytes, 0, data, size, max,
		      seed);
}

/* "/" is a directory without anchors. */
static void try_chain(struct pool *pool, const struct ders *certs)
{
	const struct trust_config config = {.ca_path = "/"};
	struct trust trust;
	struct err err;

	if (trust_check(&trust, pool, certs->v, certs->n, &config, &err))
		return;
	promise(!trust.anchored, "without an anchor nothing is trusted");
	promise(trust.path_len > 0, "a path begins with the leaf");
}

static void try_key(const struct container *container)
{
	struct err err = {0};

	if (container->certs.n == 0 || container->key.n == 0)
		return;
	if (container_key_fits(container->certs.v[0], container->key, "input",
			       &err))
		promise(err.kind == ERR_FILE, "a key that fits not says so");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const struct bytes input = {data, size};
	const struct container_wish wish = {
		.name = "input",
		.password = "secret",
		.want_key = true,
	};
	struct container container;
	struct ders crls;
	struct err err;

	if (container_read(&container, pool, input, &wish, &err)) {
		promise(err.kind == ERR_FILE, "a bad file is an ERR_FILE");
	} else {
		if (container.certs.n > 0)
			try_chain(pool, &container.certs);
		try_key(&container);
	}
	if (container_read_crls(&crls, pool, input, "input", &err))
		promise(err.kind == ERR_FILE, "no CRL is an ERR_FILE");
	pool_free(pool);
	return 0;
}
