/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a map grew under its reader: its entries are counted, without reading them, once the first few
 * thousand rows are there and when the last one is. What came in between may be in the reading or behind
 * it. A map of fewer rows is read in a moment. */
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/kernel.h"

enum {
	EARLY_ROWS = 8192,
	/* Of a map in use there are always a few more or a few less; evicted.c sees no less than that. */
	WORTH_A_NOTE = 64,
};

void grown_count(struct cursor *cursor, const struct snap *snap)
{
	if (cursor->is_counted || snap->n_rows < EARLY_ROWS || cursor->map->type->is_array)
		return;
	cursor->is_counted = true;
	if (!kernel_count_one(cursor->kernel, cursor->map, &cursor->n_early))
		cursor->n_early = UINT64_MAX;
}

void grown_look(const struct cursor *cursor, struct snap *snap)
{
	uint64_t n;

	if (!cursor->is_counted || cursor->n_early == UINT64_MAX ||
	    !kernel_count_one(cursor->kernel, cursor->map, &n))
		return;
	if (n <= cursor->n_early || n - cursor->n_early < cursor->n_early / WORTH_A_NOTE)
		return;
	snap->n_there = n;
	snap->notes |= SNAP_GREW;
}
