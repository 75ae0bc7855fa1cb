/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pooled -- the fixture of most tests: a pool of its own for each. */
#ifndef POOLED_H
#define POOLED_H

#include "base/pool.h"

/* *state is the struct pool. */
static inline int make_pool(void **state)
{
	*state = pool_new();
	return 0;
}

static inline int drop_pool(void **state)
{
	pool_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, drop_pool)

#endif
