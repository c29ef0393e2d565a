/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first stage of a comparison: rows that stand about where they stood. */
#pragma once

#include "model/delta.h"

/* On until end rows of the current reading are done with; after its last one, the rest of the previous one
 * too. What is left over stands in walk->gone and walk->left. */
void delta_walk_near(struct delta_walk *walk, size_t end);

/* A row of either reading that were both left over. */
void delta_link_far(struct delta_walk *walk, uint32_t was, uint32_t is);

/* A previous row found its place after all. */
static inline void delta_mark(struct delta_walk *walk, uint32_t was)
{
	walk->marks[was / 64] |= 1ULL << (was % 64);
}
