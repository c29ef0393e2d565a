/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A test over all rows at once, as a set of bits. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "query/eval.h"

/* Of the rows [first, end) whose bits are set, leaves those that match; ghosts too. first is a multiple
 * of 64. 0 or -ENOMEM. */
int match_rows(struct eval *eval, const struct test *test, uint64_t *bits, size_t first,
	       size_t end);
