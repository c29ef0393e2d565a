/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All rows of a walk as text, by one thread or two. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct out_sink;
struct walk;

/* Adds the text of a row to out; is_first: of the first row that is written. It must change nothing but ctx and out,
 * since two threads may call it, each with a ctx of its own. */
typedef void row_fn(void *ctx, size_t row, bool is_first, struct buf *out);

/* Writes the rows that are left of the walk, in its order, and hands the text on by out_flush. `first` and
 * `second` are the ctx of one thread each; second NULL: one thread does it all. 0, -ENOMEM, or what the sink's flush says. */
int pieces_write(struct walk *walk, row_fn *write, void *first, void *second,
		 const struct out_sink *sink);
