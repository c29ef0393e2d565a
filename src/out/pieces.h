/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All rows of a walk as text, by one thread or two. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct walk;

/* Adds the text of a row, is_first: of the first one, and uses nothing that changes but what is in ctx. */
typedef void row_fn(void *ctx, size_t row, bool is_first, struct buf *out);

/* Writes what is left of the walk, in its order, and hands it on as walk_flush does. second: a ctx like the
 * first, for a second thread; NULL: there is none. 0, -ENOMEM, or what flush says. */
int pieces_write(struct walk *walk, row_fn *write, void *first, void *second, struct buf *out,
		 int (*flush)(void *ctx, struct buf *out), void *ctx);
