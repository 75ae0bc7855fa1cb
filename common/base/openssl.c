/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openssl -- its memory is ours, its configuration is nobody's. */
#include "base/openssl.h"

#include "base/memory.h"

static void *take(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return memory_take(size);
}

static void *resize(void *old, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return memory_resize(old, size);
}

static void release(void *memory, const char *file, int line)
{
	(void)file, (void)line;
	memory_release(memory);
}

/* Before OpenSSL has allocated anything: later it does not listen. */
__attribute__((constructor)) static void prepare(void)
{
	CRYPTO_set_mem_functions(take, resize, release);
}

void openssl_begin(void)
{
	OPENSSL_init_crypto(OPENSSL_OPTIONS, NULL);
}
