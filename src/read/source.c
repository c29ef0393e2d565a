/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every source has in common. */
#include "read/source.h"

#include "model/snap.h"

int source_read(struct source *source, const struct map *map, const struct read_plan *how,
		struct snap *snap, struct err *err)
{
	struct cursor *cursor;
	int r;

	/* One that can't begin has no rows, not those of another. */
	snap_clear(snap, map);
	r = source->ops->begin(source, map, how, snap, &cursor, err);
	if (r < 0)
		return r;
	do
		r = source->ops->step(cursor, snap, err);
	while (r == STEP_MORE);
	source->ops->end(cursor, snap);
	return r;
}
