/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ghosts stay in a table for some readings, for the screen. Here each is written once, with the reading
 * in which it was first missed, so that a stream's "gone" lines count what went. */
#include "out/walk.h"

#include <errno.h>

#include "base/buf.h"
#include "model/table.h"
#include "out/out.h"
#include "query/view.h"

static bool is_wanted(const struct walk *walk)
{
	const struct table *table = walk->table;

	if (!table_is_ghost(table, walk->row))
		return true;
	return walk->job->is_stream &&
	       table->ghost_number[walk->row - table_n_live(table)] == table->current->number;
}

bool walk_next(struct walk *walk)
{
	if (walk->job->limit && walk->n_taken == walk->job->limit)
		return false;
	while (walk->place < walk->view->n_matched) {
		ptrdiff_t row = view_row(walk->view, walk->place++);

		if (row < 0)
			continue;
		walk->row = (size_t)row;
		if (!is_wanted(walk))
			continue;
		walk->n_taken++;
		return true;
	}
	return false;
}

int out_flush(const struct out_sink *sink)
{
	struct buf *text = sink->text;

	if (text->failed)
		return -ENOMEM;
	return sink->flush && text->len > OUT_FLUSH_BYTES ? sink->flush(sink->ctx, text) : 0;
}
