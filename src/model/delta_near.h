/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first stage of a comparison: rows that stand about where they stood. */
#pragma once

#include "model/delta.h"

/* Walks on until the first `end` rows of the current reading are done with; with its last row, the rest of the
 * previous reading is, too. Rows that found no partner are added to walk->gone and walk->left. */
void delta_walk_near(struct delta_walk *walk, size_t end);

/* Links two rows, one of each reading, that were both left over. */
void delta_link_far(struct delta_walk *walk, uint32_t was, uint32_t is);

/* Notes that a previous row was linked after it had been left over. */
static inline void delta_mark(struct delta_walk *walk, uint32_t was)
{
	walk->marks[was / 64] |= 1ULL << (was % 64);
}
