/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays that count per CPU by hand: one entry for each key and CPU. Read through a fold they are per-CPU
 * maps like any other. */
#pragma once

struct err;
struct map;
struct schema_fold;
struct source;

/* Turns map's facts into those of the folded map and makes a source that reads it so, out of readings by
 * inner. The source borrows inner and map's strings; its find, list and plan are inner's business still.
 * 0; -EINVAL with a sentence where map is no array or its entries don't divide; -ENOMEM. */
int source_fold_new(struct source *inner, const struct schema_fold *how, struct map *map,
		    struct source **out, struct err *err);
/* How a source folds, borrowed from it; NULL where it is no fold. */
const struct schema_fold *source_fold_how(const struct source *source);
