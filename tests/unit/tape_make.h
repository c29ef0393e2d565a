/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For tests: readings into a tape by the same calls as record, and all that people see of a table as one
 * text, to compare what was with what is replayed. */
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/snap.h"
#include "model/table.h"
#include "model/tape.h"
#include "out/out.h"
#include "ui/grid.h"
#include "ui/screen.h"
#include "tests/unit/written.h"

enum { TAPE_MAKE_MAPS = 16 };

struct tape_make {
	int fd;
	struct tape_chunk chunk;
	struct snap last[TAPE_MAKE_MAPS];
};

static inline int tape_make_write(void *ctx, const void *bytes, size_t n)
{
	return file_write_all(((struct tape_make *)ctx)->fd, bytes, n);
}

static inline int tape_make_put(struct tape_make *make, int packed)
{
	return packed < 0 ? packed : tape_chunk_write(&make->chunk, tape_make_write, make);
}

static inline int tape_make_begin(struct tape_make *make, const char *path,
				  const struct tape_head *head)
{
	*make = (struct tape_make){0};
	make->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (make->fd < 0 || tape_write_magic(tape_make_write, make) < 0)
		return -1;
	return tape_make_put(make, tape_pack_head(&make->chunk, head));
}

static inline int tape_make_map(struct tape_make *make, uint32_t number, const struct table *table)
{
	return tape_make_put(make, tape_pack_map(&make->chunk, number, &table->map, &table->plan));
}

/* Writes the reading and keeps a copy for the next difference. */
static inline int tape_make_snap(struct tape_make *make, uint32_t map, uint64_t tick,
				 const struct snap *snap, bool is_full)
{
	struct snap *last = &make->last[map], now = *snap, copy;
	int r;

	now.number = last->number + 1;
	r = tape_make_put(make, tape_pack_snap(&make->chunk, map, tick, &now,
					       is_full || !last->number ? NULL : last));
	copy = now;
	copy.keys = last->keys, copy.vals = last->vals, copy.n_rows = 0;
	*last = copy;
	for (size_t i = 0; r == 0 && i < snap->n_rows; i++)
		r = snap_add(last, snap_key(snap, i), snap_value(snap, i));
	return r;
}

static inline void tape_make_end(struct tape_make *make, bool in_order)
{
	if (in_order && tape_pack_end(&make->chunk, 0) == 0)
		tape_chunk_write(&make->chunk, tape_make_write, make);
	for (size_t i = 0; i < TAPE_MAKE_MAPS; i++)
		snap_release(&make->last[i]);
	tape_chunk_release(&make->chunk);
	close(make->fd);
}

/* -- what people see -- */

static inline int show_flush(void *ctx, struct buf *out)
{
	buf_add(ctx, out->at, out->len);
	buf_clear(out);
	return 0;
}

static inline void show_as(struct table *table, const struct out_ops *output, bool is_stream,
			   struct buf *out)
{
	struct column columns[256];
	SCOPED(buf) text = {0};
	struct out_job job = {.columns = columns, .is_stream = is_stream, .limit = 200};

	job.n_columns = table_default_columns(table, is_stream, columns, ARRAY_LEN(columns));
	job.n_columns = MIN_OF(job.n_columns, ARRAY_LEN(columns));
	written(table, output, job, &(struct out_sink){&text, show_flush, out});
	show_flush(out, &text);
}

/* The rows of the current reading, alone and with what changed since the one before. */
static inline void show_rows(struct table *table, struct buf *out)
{
	show_as(table, &out_text, false, out);
	show_as(table, &out_json, false, out);
	show_as(table, &out_csv, true, out);
	show_as(table, &out_jsonl, true, out);
}

/* In every output there is; some count from the first reading on. */
static inline void show_outputs(struct table *table, struct buf *out)
{
	show_rows(table, out);
	for (unsigned i = 0; out_at(i); i++)
		show_as(table, out_at(i), false, out);
}

/* The screen with that table in front. */
static inline void show_screen(struct screen *screen, const struct table *table, struct buf *out)
{
	const struct screen_facts facts = {.host = "host",
					   .interval_ns = 1000000000,
					   .now_ns = table->current->ended_ns,
					   .wall_ns = table->current->wall_ns};
	struct grid grid = {0};

	if (grid_resize(&grid, 24, 100) == 0) {
		screen_draw(screen, &facts, &grid);
		grid_text(&grid, out);
	}
	grid_release(&grid);
}
