// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rows are written map by map, as each reading comes. Metrics can't be: one document holds all maps, so they are taken
 * into each map's series first and written together when all that was due has been read (app/metrics.h). */
#include "app/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/options.h"
#include "app/say.h"
#include "base/err.h"
#include "base/stop.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "out/prom.h"
#include "read/replay.h"

static void write_frame(const struct rows *rows, struct buf *out,
			void (*part)(const struct out_job *, struct buf *))
{
	if (part)
		part(&rows->job, out);
}

/* Says on stderr what a reading missed; rows alone would not tell. A part that is all that can be seen
 * is no failure, and is told once. */
static void note_missing(struct batch *batch, const struct table *table, struct err *err)
{
	const struct snap *snap = table->current;
	SCOPED(buf) notes = {0};

	if (snap_is_complete(snap))
		return;
	snap_notes(snap, &notes);
	if (snap_is_cut(snap)) {
		err_set(err, 0, "the reading of map '%s' is incomplete: %s", table->map.name,
			buf_text(&notes));
		batch->is_partly = true;
	} else if (!batch->is_warned) {
		say("map '%s' (%s): %s", table->map.name, table->map.type->name, buf_text(&notes));
		batch->is_warned = true;
	}
}

/* Rows go to stdout, and what there is to say of them to stderr. */
static int watch_out(struct batch *batch, struct rows *rows, struct err *err)
{
	SCOPED(buf) words = {0};
	int r = alert_check(&rows->alert, rows->table);

	if (r > 0) {
		alert_words(&rows->alert, rows->table, &words);
		say("alert: %s", buf_text(&words));
		fputs(batch->set.options->rings ? "\a" : "", stderr);
	}
	if (r >= 0)
		r = alert_check(&rows->until, rows->table);
	batch->is_met |= rows->until.n_rows > 0;
	return r < 0 ? err_set(err, r, "out of memory for an alert") : 0;
}

static int write_rows(struct batch *batch, size_t i, struct err *err)
{
	struct rows *rows = &batch->maps[i]->rows;
	int r;

	rows->job.is_continued = batch->has_begun;
	write_frame(rows, &rows->out,
		    batch->has_begun ? rows->output->between : rows->output->begin);
	batch->has_begun = true;
	r = rows_write(rows, err);
	if (r == 0)
		r = rows_flush(NULL, &rows->out);
	return r < 0 ? r : watch_out(batch, rows, err);
}

/* -- metrics: of all maps together -- */

static int take_metrics(struct batch *batch, size_t i, struct err *err)
{
	struct rows *rows = &batch->maps[i]->rows;
	int r = rows_take_metrics(rows);

	batch->maps[i]->is_fresh = true;
	metrics_touch(&batch->metrics);
	return r < 0 ? err_set(err, r, "out of memory for metrics") : watch_out(batch, rows, err);
}

int batch_write_metrics(struct batch *batch, struct err *err)
{
	struct prom_map **proms = calloc(batch->n_maps + 1, sizeof(*proms));
	struct buf *out = &batch->maps[0]->rows.out;
	size_t n = 0;
	int r;

	if (!proms)
		return err_set(err, -ENOMEM, "out of memory for metrics");
	for (size_t i = 0; i < batch->n_maps; i++) {
		batch->maps[i]->is_fresh = false;
		if (!batch->maps[i]->is_left_out)
			proms[n++] = &batch->maps[i]->rows.prom;
	}
	prom_write(proms, n, batch->output == &out_openmetrics, out);
	free(proms);
	r = out->failed ? err_set(err, -ENOMEM, "out of memory for metrics")
			: rows_flush(NULL, out);
	batch->has_begun = true;
	metrics_wrote(&batch->metrics);
	return r;
}

/* Through a pipe, readings of one moment come one after the other. */
static bool awaits_more(const struct batch *batch)
{
	for (size_t i = 0; i < batch->n_maps; i++) {
		const struct watch *watch = batch->set.watches[i];
		struct replay_state state;

		if (batch->maps[i]->is_fresh || watch->table.is_gone ||
		    !source_is_tape(watch->source))
			continue;
		replay_state(watch->source, &state);
		if (state.is_live && !state.is_over)
			return true;
	}
	return false;
}

static int write_due_metrics(struct batch *batch, bool is_resting, struct err *err)
{
	bool lacks_some = false;

	for (size_t i = 0; i < batch->n_maps; i++)
		lacks_some |= !batch->maps[i]->was_tried;
	if (stop_asked() || !metrics_are_due(&batch->metrics, is_resting, lacks_some))
		return 0;
	return batch_write_metrics(batch, err);
}

int batch_settled(void *ctx, struct err *err)
{
	return write_due_metrics(ctx, !awaits_more(ctx), err);
}

int batch_turned(void *ctx, bool is_resting, uint64_t *wake_ns, struct err *err)
{
	struct batch *batch = ctx;
	int r = write_due_metrics(batch, is_resting && !awaits_more(batch), err);

	*wake_ns = MIN_OF(*wake_ns, metrics_wakes_ns(&batch->metrics));
	return r;
}

int batch_write(struct batch *batch, size_t i, struct err *err)
{
	batch->maps[i]->waits = false;
	note_missing(batch, &batch->set.watches[i]->table, err);
	return batch->output->is_metrics ? take_metrics(batch, i, err) : write_rows(batch, i, err);
}

int batch_end(struct batch *batch)
{
	struct rows *rows = &batch->maps[0]->rows;

	write_frame(rows, &rows->out, rows->output->end);
	return rows_flush(NULL, &rows->out);
}
