// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* dump and stream: readings to stdout, without a screen. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/tapes.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/maptype.h"
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

static void write_frame(const struct rows *rows, struct buf *out,
			void (*part)(const struct out_job *, struct buf *))
{
	if (part)
		part(&rows->job, out);
}

struct batch {
	struct watch_set set;
	struct rows *rows;     /* one a watch */
	struct config *config; /* NULL: there is none to be had */
	bool is_met;	       /* a row matches what was waited for */
	bool has_begun;	       /* something was written */
	bool is_partly;	       /* a reading fell short, a tape is damaged */
	bool is_warned;
};

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
		fprintf(stderr, "bpfmaptop: map '%s' (%s): %s\n", table->map.name,
			table->map.type->name, buf_text(&notes));
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
		fprintf(stderr, "bpfmaptop: alert: %s\n%s", buf_text(&words),
			batch->set.options->rings ? "\a" : "");
	}
	if (r >= 0)
		r = alert_check(&rows->until, rows->table);
	batch->is_met |= rows->until.n_rows > 0;
	return r < 0 ? err_set(err, r, "out of memory for an alert") : 0;
}

static int write_reading(struct batch *batch, size_t i, struct err *err)
{
	struct rows *rows = &batch->rows[i];
	struct table *table = &batch->set.watches[i]->table;
	int r;

	note_missing(batch, table, err);
	rows->job.is_continued = batch->has_begun;
	write_frame(rows, &rows->out,
		    batch->has_begun ? rows->output->between : rows->output->begin);
	batch->has_begun = true;
	r = rows_write(rows, err);
	if (r == 0)
		r = rows_flush(NULL, &rows->out);
	return r < 0 ? r : watch_out(batch, rows, err);
}

/* One reading of every map, each after the other; a tape has none of a map where that was not read. */
static int take_readings(struct batch *batch, bool is_written, struct err *err)
{
	for (size_t i = 0; i < batch->set.n; i++) {
		int r;

		/* A tape knows the reading before. */
		if (!is_written && source_is_tape(batch->set.watches[i]->source))
			continue;
		r = tapes_read(batch->set.watches[i], err);

		if (r > 0 && is_written)
			r = write_reading(batch, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static void wait_until(uint64_t at_ns)
{
	struct timespec at = {.tv_sec = (time_t)(at_ns / 1000000000),
			      .tv_nsec = (long)(at_ns % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/* Waits for the next reading; tapes go on to it unless theirs wasn't written. 1, 0 when there is none. */
static int next_readings(struct batch *batch, bool was_written, uint64_t *due_ns, struct err *err)
{
	uint64_t interval_ns = batch->set.options->interval_ns;
	int r = was_written ? tapes_next(&batch->set, err) : 1;

	if (r < 0 || tapes_only(&batch->set))
		return r;
	*due_ns += interval_ns;
	for (uint64_t now_ns = clock_now_ns(); *due_ns + interval_ns < now_ns;
	     *due_ns += interval_ns)
		for (size_t i = 0; i < batch->set.n; i++)
			batch->set.watches[i]->n_missed++; /* its next reading says so */
	wait_until(*due_ns);
	return 1;
}

/* Readings at absolute times, until there were enough of them or somebody stopped us. The first
 * n_unwritten are only looked back to. */
static int write_all(struct batch *batch, uint64_t n_readings, uint64_t n_unwritten,
		     struct err *err)
{
	uint64_t due_ns = clock_now_ns();
	int r = 1;

	for (uint64_t i = 0; r > 0 && (!n_readings || i < n_unwritten + n_readings); i++) {
		if (batch->is_met)
			break;
		if (i)
			r = next_readings(batch, i > n_unwritten, &due_ns, err);
		if (r > 0) {
			int code = take_readings(batch, i >= n_unwritten, err);

			if (code < 0)
				return code;
		}
	}
	if (r >= 0 && batch->has_begun) {
		write_frame(&batch->rows[0], &batch->rows[0].out, batch->rows[0].output->end);
		return rows_flush(NULL, &batch->rows[0].out);
	}
	if (r >= 0 && batch->set.n && !tapes_fault(&batch->set))
		r = err_set(err, -ENODATA, "there is no reading in the tape, yet");
	return r < 0 ? r : 0;
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
		fprintf(stderr, "bpfmaptop: the saved alert of '%s' doesn't fit: %s\n", map,
			why.text);
}

/* Where one map's rows are marked, those of the others have a place for marks, too. */
static void share_marks(struct batch *batch)
{
	bool has_any = false;

	for (size_t i = 0; i < batch->set.n; i++)
		has_any |= batch->rows[i].alert.query != NULL;
	for (size_t i = 0; i < batch->set.n; i++)
		batch->rows[i].job.alert = has_any ? &batch->rows[i].alert : NULL;
}

/* What the maps of one output must agree on. */
static int join_maps(struct batch *batch, struct err *err)
{
	const struct watch_set *set = &batch->set;

	for (size_t i = 0; i < set->n; i++) {
		struct rows *rows = &batch->rows[i];
		const struct table *table = &set->watches[i]->table;
		const struct table *first = &set->watches[0]->table;

		rows->job.is_joint = set->n > 1;
		if (rows->output->is_document && i)
			return err_set(
				err, -EINVAL,
				"maps '%s' and '%s' can't share one %s document: write one map "
				"at a time",
				first->map.name, table->map.name, rows->output->name);
		if (!rows->output->has_one_header || rows_same_names(&batch->rows[0], rows))
			continue;
		return err_set(err, -EINVAL,
			       "maps '%s' and '%s' have different columns, and %s has one line of "
			       "names: write one map at a time, or name columns of both by -c",
			       first->map.name, table->map.name, rows->output->name);
	}
	return 0;
}

/* In a first reading, rates and states are unknown: a dump of them means the second one. */
static uint64_t n_unwritten(const struct batch *batch)
{
	if (tapes_only(&batch->set))
		return 0;
	for (size_t i = 0; i < batch->set.n; i++)
		if (rows_look_back(&batch->rows[i]))
			return 1;
	return 0;
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

static int run_batch(struct batch *batch, const struct out_ops *output, uint64_t n_readings,
		     bool is_stream, struct err *err)
{
	const struct options *options = batch->set.options;
	int r = watch_set_open_words(&batch->set, err);

	if (r < 0)
		return r;
	if (options->place || !is_stream)
		tapes_seek(&batch->set, options->place);
	batch->rows = calloc(MAX_OF(batch->set.n, (size_t)1), sizeof(*batch->rows));
	if (!batch->rows)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < batch->set.n; i++)
		r = rows_init(&batch->rows[i], &batch->set.watches[i]->table, options, output,
			      is_stream, err);
	for (size_t i = 0; r == 0 && i < batch->set.n; i++)
		set_saved_alert(batch, &batch->rows[i]);
	if (r == 0)
		share_marks(batch);
	if (r == 0)
		r = join_maps(batch, err);
	if (r < 0)
		return r;
	return write_all(batch, n_readings, is_stream ? 0 : n_unwritten(batch), err);
}

static int run_rows(const struct options *options, const struct out_ops *output,
		    uint64_t n_readings, bool is_stream, struct err *err)
{
	struct batch batch = {.set.options = options};
	struct err why = {0};
	int r;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	if (config_load(&batch.config, &why) < 0)
		fprintf(stderr, "bpfmaptop: %s\n", why.text);
	r = run_batch(&batch, output, n_readings, is_stream, err);
	if (r == 0 || r == -EBADMSG)
		note_fault(&batch, err);
	for (size_t i = 0; batch.rows && i < batch.set.n; i++)
		rows_release(&batch.rows[i]);
	free(batch.rows);
	config_free(batch.config);
	watch_set_release(&batch.set);
	if (r == 0 && options->until && !batch.is_met) {
		err_set(err, 0, "no row matched '%s'", options->until);
		return EXIT_FAILED;
	}
	return status_of(r, batch.is_partly && !batch.is_met);
}

int run_dump(const struct options *options, struct err *err)
{
	return run_rows(options, options->output ? options->output : &out_text, 1, false, err);
}

int run_stream(const struct options *options, struct err *err)
{
	const struct out_ops *output = options->output ? options->output : &out_text;

	return run_rows(options, output, options->n_readings, true, err);
}
