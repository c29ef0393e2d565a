/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A test over all rows at once, as a set of bits. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "query/eval.h"

/* Of the rows whose bits are set, leaves those that match. n_rows: ghosts included. 0 or -ENOMEM. */
int match_rows(struct eval *eval, struct table *table, const struct test *test, uint64_t *bits,
	       size_t n_rows);
