/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A test over all rows at once, as a set of bits. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "query/eval.h"

/* Clears the bits of rows in [first, end) that don't match; bits that are not set stay so. Row numbers include ghosts;
 * first is a multiple of 64. 0 or -ENOMEM. */
int match_rows(struct eval *eval, const struct test *test, uint64_t *bits, size_t first,
	       size_t end);
