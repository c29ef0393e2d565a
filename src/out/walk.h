/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all outputs share: which rows of a view are written, and handing on what was written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct out_job;
struct out_sink;
struct table;
struct view;

/* Enough for a write(2) to be worth its call. */
enum { OUT_FLUSH_BYTES = 64 << 10 };

struct walk {
	const struct table *table;
	const struct view *view;
	const struct out_job *job;
	size_t place, n_taken;
	size_t row; /* the row stood on, after walk_next */
};

/* Steps to the next row to write: those of the current reading, and in a stream also those that this
 * reading was the first to miss, until the job's limit. false: there is none. */
bool walk_next(struct walk *walk);

/* Hands on what the sink holds when that is enough. 0, -ENOMEM when its text failed, or what its flush says. */
int out_flush(const struct out_sink *sink);
