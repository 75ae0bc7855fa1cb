/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data -- what tests of the pki layer share: fixtures, and a pool a test. */
#ifndef UNIT_DATA_H
#define UNIT_DATA_H

#include <time.h>

#include "base/pool.h"
#include "base/str.h"
#include "pki/container.h"

/* 2026-11-22 12:00:00 UTC: the fixtures are made to be judged then. */
#define NOON ((time_t)1795348800)

#define DAY 86400

/* cmocka's setup and teardown: *state is a pool. */
int make_pool(void **state);
int drop_pool(void **state);

/*
 * "pki/right.pem" below $UM_DATA, else below tests/data of $srcdir, else of the
 * working directory.  The bytes have an allocation of just their size, so that
 * a reader who goes too far is seen.  The test fails when there is no file.
 */
const char *data_path(struct pool *pool, const char *name);
struct bytes data_read(struct pool *pool, const char *name);

/* container_read() of "the-file"; with a password keys are wanted too. */
int data_open(struct container *out, struct pool *pool, struct bytes data,
	      const char *password, struct err *err) must_check;

/* Several texts in one; "@leaf.pem" stands for that file of pki/. */
struct bytes data_join(struct pool *pool, const char *const *parts);

/* The certificates of a PEM fixture of pki/, in their order. */
struct ders data_certs(struct pool *pool, const char *name);

#endif
