/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arenas: the pages in use, each a row, found by a program of our own that looks without touching. What
 * was never given a page is no row. */
#include <errno.h>
#include <string.h>

#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/kernel.h"
#include "read/shape.h"

/* Newer than the headers that this may be built with. source: enum bpf_map_type */
enum { TYPE_ARENA = 33 };
/* 64 MB: of larger ones the beginning is shown. */
enum { MOST_PAGES = 16384 };

static bool arena_suits(const struct map *map, const struct read_plan *how)
{
	(void)how;
	return map->type->number == TYPE_ARENA;
}

static void arena_start(struct cursor *cursor)
{
	cursor->pages.next = 0;
}

static int arena_step(struct cursor *cursor, struct snap *snap)
{
	struct own_pages found;
	int r = own_pages(&cursor->kernel->own, cursor->map, &cursor->pages.next, &found);

	snap->n_calls++;
	if (r < 0)
		return r;
	cursor->has_worked = true;
	for (uint32_t i = 0; i < found.n && r == 0; i++)
		r = snap_add(snap, &found.addresses[i],
			     found.contents + (size_t)i * SHAPE_PAGE_BYTES);
	if (r < 0)
		return r;
	if (snap->n_rows >= MOST_PAGES) {
		snap->notes |= SNAP_TRUNCATED;
		return STEP_DONE;
	}
	return cursor->pages.next < cursor->map->max_entries ? STEP_MORE : STEP_DONE;
}

const struct method read_arena = {
	.name = "probe",
	.suits = arena_suits,
	.start = arena_start,
	.step = arena_step,
};
