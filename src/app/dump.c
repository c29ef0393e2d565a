// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* dump and stream: readings to stdout, without a screen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/batch.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/options.h"
#include "app/pace.h"
#include "app/rows.h"
#include "app/say.h"
#include "app/successor.h"
#include "app/tapes.h"
#include "app/watch.h"
#include "base/err.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/tidy.h"
#include "read/replay.h"

/* A pipe that nobody reads any more is a normal end. */
static int status_of(int code, bool is_partly)
{
	if (code == -EPIPE)
		return EXIT_DONE;
	if (code == -EINVAL)
		return EXIT_USAGE;
	if (code < 0)
		return EXIT_FAILED;
	return is_partly ? EXIT_PARTLY : EXIT_DONE;
}

/* -- maps -- */

/* But for what it takes the place of. */
static bool is_alone(const struct batch *batch, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (batch->set.watches[k]->state != WATCH_REPLACED)
			return false;
	return true;
}

/* What the maps of one output must agree on. */
static int check_joint(struct batch *batch, size_t i, struct err *err)
{
	const char *name = batch->set.watches[i]->table.map.name;
	const char *first_name = batch->set.watches[0]->table.map.name;
	SCOPED(buf) names = {0};

	if (batch->output->is_document && !is_alone(batch, i))
		return err_set(
			err, -EINVAL,
			"maps '%s' and '%s' can't share one %s document: write one map at a time",
			first_name, name, batch->output->name);
	if (!batch->output->has_one_header)
		return 0;
	rows_names(&batch->maps[i]->rows, &names);
	if (!batch->names.len)
		buf_adds(&batch->names, buf_text(&names));
	if (strcmp(buf_text(&batch->names), buf_text(&names)) == 0)
		return 0;
	return err_set(err, -EINVAL,
		       "maps '%s' and '%s' have different columns, and %s has one line of "
		       "names: write one map at a time, or name columns of both by -c",
		       first_name, name, batch->output->name);
}

/* Of what a person keeps for a map, output heeds the alert: it hides nothing. */
static void set_saved_alert(const struct batch *batch, struct rows *rows)
{
	const char *map = rows->table->map.name;
	const char *text = batch->config ? config_setting(batch->config, map, "alert") : NULL;
	struct err why = {0};

	if (!text || batch->set.options->alert)
		return;
	if (alert_set(&rows->alert, rows->table, text, &why) < 0)
		say("the saved alert of '%s' doesn't fit: %s", map, why.text);
}

/* Where one map's rows are marked, those of the others have a place for marks, too; but none is made where
 * rows stand already that have none. */
static void share_marks(struct batch *batch)
{
	for (size_t i = 0; i < batch->n_maps && !batch->has_begun; i++)
		batch->marks |= batch->maps[i]->rows.alert.query != NULL;
	for (size_t i = 0; i < batch->n_maps; i++) {
		struct rows *rows = &batch->maps[i]->rows;

		rows->job.alert = batch->marks ? &rows->alert : NULL;
		rows->job.is_joint = batch->set.n > 1;
	}
}

/* Of several maps: a field that one of them has, another one hasn't. */
static int told_of(const struct table *table, int code, struct err *err)
{
	struct err told = *err;

	return err_set(err, code, "map '%s': %s", table->map.name, told.text);
}

static int add_map(struct batch *batch, struct err *err)
{
	struct written **grown = reallocarray(batch->maps, batch->n_maps + 1, sizeof(*grown));
	struct written *map = grown ? calloc(1, sizeof(*map)) : NULL;
	size_t i = batch->n_maps;
	int r;

	batch->maps = grown ? grown : batch->maps;
	if (!map)
		return err_set(err, -ENOMEM, "out of memory");
	batch->maps[batch->n_maps++] = map;
	r = rows_init(&map->rows, &batch->set.watches[i]->table, batch->set.options, batch->output,
		      batch->is_stream, err);
	if (r < 0)
		return batch->set.n > 1 ? told_of(&batch->set.watches[i]->table, r, err) : r;
	set_saved_alert(batch, &map->rows);
	return check_joint(batch, i, err);
}

static int add_maps(struct batch *batch, struct err *err)
{
	int r = 0;

	while (r == 0 && batch->n_maps < batch->set.n)
		r = add_map(batch, err);
	share_marks(batch);
	return r;
}

static void written_free(struct written *map)
{
	rows_release(&map->rows);
	free(map);
}

static void replaced(void *ctx, size_t i)
{
	struct batch *batch = ctx;

	written_free(batch->maps[i]);
	batch->n_maps--;
	for (; i < batch->n_maps; i++)
		batch->maps[i] = batch->maps[i + 1];
}

/* What a tape has come to hold, or took a map's place, may not fit what is being written; the rest goes on. */
static int opened(void *ctx, struct err *err)
{
	struct batch *batch = ctx;
	struct err why = {0};
	int r = 0;

	while (r == 0 && batch->n_maps < batch->set.n) {
		r = add_maps(batch, &why);
		if (r != -EINVAL)
			continue;
		say("%s", why.text);
		batch->maps[batch->n_maps - 1]->is_left_out = batch->is_partly = true;
		r = 0;
	}
	return r < 0 ? err_set(err, r, "%s", why.text) : 0;
}

/* A dump is written when all of it was read: in the order of its maps, and of two readings the second. */
static int taken(void *ctx, size_t i, struct err *err)
{
	struct batch *batch = ctx;
	int r;

	if (batch->maps[i]->is_left_out)
		return 0;
	batch->maps[i]->waits = batch->maps[i]->was_tried = true;
	if (!batch->is_stream)
		return 0;
	r = batch_write(batch, i, err);
	return r < 0 ? r : batch->is_met;
}

/* One of several maps that can't be read leaves the others. That a map went is a fact of a recording, whose
 * end it is not. */
static int lost(void *ctx, size_t i, const struct err *why, struct err *err)
{
	struct batch *batch = ctx;
	struct watch *watch = batch->set.watches[i];
	bool is_fact = watch->table.is_gone && source_is_tape(watch->source);
	size_t n_left = 0;

	batch->maps[i]->was_tried = true;
	if (batch->output->is_metrics) {
		prom_map_failed(&batch->maps[i]->rows.prom);
		metrics_touch(&batch->metrics);
	}
	if (watch->state == WATCH_AWAITED)
		return 0;
	watch->table.is_gone = true;
	for (size_t k = 0; k < batch->set.n; k++)
		n_left += !batch->set.watches[k]->table.is_gone ||
			  batch->set.watches[k]->state == WATCH_AWAITED;
	if (why->code == -ENOMEM || (!n_left && !is_fact))
		return err_set(err, why->code, "%s", why->text);
	say("%s", why->text);
	batch->is_partly |= !is_fact;
	return 0;
}

/* -- from begin to end -- */

/* What was read for a dump, and of metrics what nobody has, yet. */
static int write_waiting(struct batch *batch, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->n_maps; i++)
		if (batch->maps[i]->waits)
			r = batch_write(batch, i, err);
	return r == 0 && batch->metrics.touched_ns ? batch_write_metrics(batch, err) : r;
}

/* In a first reading, rates and states are unknown: a dump of them means the second one. (A tape in a file
 * has only one at its place, and knows the one before.) */
static uint64_t n_to_dump(const struct batch *batch)
{
	for (size_t i = 0; i < batch->n_maps; i++)
		if (rows_look_back(&batch->maps[i]->rows))
			return 2;
	return 1;
}

static int write_end(struct batch *batch, struct err *err)
{
	if (batch->has_begun)
		return batch_end(batch);
	if (stop_asked())
		return err_set(err, -EINTR, "told to end before anything was read");
	if (batch->set.n_tapes && !tapes_fault(&batch->set))
		return err_set(err, -ENODATA, "there is no reading in the tape, yet");
	return 0;
}

static int write_all(struct batch *batch, struct err *err)
{
	struct pace pace = {
		.set = &batch->set,
		.n_readings = batch->is_stream ? batch->set.options->n_readings : n_to_dump(batch),
		.stays = !batch->is_stream,
		.follows = batch->is_stream,
		.duration_ns = batch->is_stream ? batch->set.options->duration_ns : 0,
		.taken = taken,
		.lost = lost,
		.opened = opened,
		.replaced = replaced,
		.ctx = batch,
	};
	int r, w = 0;

	if (batch->is_stream && batch->output->is_metrics)
		pace.settled = batch_settled, pace.turned = batch_turned;
	r = pace_run(&pace, err);
	if (!stop_asked())
		w = write_waiting(batch, err);
	if (r == 0 && w == 0)
		r = write_end(batch, err);
	return r < 0 ? r : w;
}

/* What is wrong with a tape is said once its whole readings are written. */
static void note_fault(struct batch *batch, struct err *err)
{
	const char *fault = tapes_fault(&batch->set);

	if (!fault)
		return;
	err_set(err, 0, "%s", fault);
	batch->is_partly = true;
}

static int run_batch(struct batch *batch, struct err *err)
{
	const struct options *options = batch->set.options;
	int r = watch_set_open_words(&batch->set, err);

	if (r < 0)
		return r;
	if (options->place || !batch->is_stream)
		r = tapes_seek(&batch->set, options->place, err);
	if (r == 0)
		r = add_maps(batch, err);
	if (r < 0)
		return r;
	stop_catch();
	return write_all(batch, err);
}

/* Something that was asked for is missing at the end: a map went and nothing took its place, or we were told
 * to end before. */
static bool is_cut_short(const struct batch *batch)
{
	if (successor_is_awaited(&batch->set) || tapes_were_lost(&batch->set))
		return true;
	for (size_t i = 0; i < batch->set.n; i++)
		if (batch->set.watches[i]->n_taken < batch->set.options->n_readings)
			return stop_asked();
	return false;
}

static void batch_release(struct batch *batch)
{
	for (size_t i = 0; i < batch->n_maps; i++)
		written_free(batch->maps[i]);
	free(batch->maps);
	buf_release(&batch->names);
	config_free(batch->config);
	watch_set_release(&batch->set);
}

static void say_fault(void *unused, const struct err *fault)
{
	(void)unused;
	say("%s", fault->text);
}

static int run_rows(const struct options *options, bool is_stream, struct err *err)
{
	struct batch batch = {
		.set.options = options,
		.set.takes_two = !is_stream,
		.output = options->output ? options->output : &out_text,
		.is_stream = is_stream,
	};
	bool is_met;
	int r;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	config_load(&batch.config, say_fault, NULL);
	r = run_batch(&batch, err);
	rows_tell_unwritten(r, err);
	if (r == 0)
		note_fault(&batch, err);
	if (r == 0 && is_cut_short(&batch))
		batch.is_partly = true;
	is_met = batch.is_met;
	batch_release(&batch);
	if (r == 0 && options->until && !is_met) {
		err_set(err, 0, "no row matched '%s'", options->until);
		return EXIT_FAILED;
	}
	return status_of(r, batch.is_partly && !is_met);
}

int run_dump(const struct options *options, struct err *err)
{
	return run_rows(options, false, err);
}

int run_stream(const struct options *options, struct err *err)
{
	return run_rows(options, true, err);
}
