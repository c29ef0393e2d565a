// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* dump and stream: readings to stdout, without a screen. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"

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

static int open_all(struct watch_set *set, struct err *err)
{
	const struct options *options = set->options;

	for (int i = 0; i < options->n_words; i++) {
		int r = watch_set_open(set, options->words[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Says on stderr what a reading missed; rows alone would not tell. */
static bool is_partly(const struct table *table, struct err *err)
{
	SCOPED(buf) notes = {0};

	if (snap_is_complete(table->current))
		return false;
	snap_notes(table->current, &notes);
	err_set(err, 0, "the reading of map '%s' is incomplete: %s", table->map.name,
		buf_text(&notes));
	return true;
}

static void write_frame(const struct rows *rows, struct buf *out,
			void (*part)(const struct out_job *, struct buf *))
{
	if (part)
		part(&rows->job, out);
}

/* One reading of every map, each after the other. *partly_ret: some were incomplete. */
static int write_readings(struct watch_set *set, struct rows *rows, bool *partly_ret,
			  struct err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		struct table *table = &set->watches[i]->table;
		int r = watch_read(set->watches[i], err);

		if (r < 0)
			return r;
		*partly_ret |= is_partly(table, err);
		if (i || table->current->number > 1)
			write_frame(&rows[i], &rows[i].out, rows[i].output->between);
		else
			write_frame(&rows[i], &rows[i].out, rows[i].output->begin);
		r = rows_write(&rows[i], table, err);
		if (r == 0)
			r = rows_flush(NULL, &rows[i].out);
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

/* Readings at absolute times, until there were enough of them or somebody stopped us. */
static int write_all(struct watch_set *set, struct rows *rows, uint64_t n_readings, bool *partly,
		     struct err *err)
{
	uint64_t interval_ns = set->options->interval_ns, due_ns = clock_now_ns();
	int r = 0;

	for (uint64_t i = 0; r == 0 && (!n_readings || i < n_readings); i++) {
		if (i) {
			do
				due_ns += interval_ns;
			while (due_ns + interval_ns < clock_now_ns());
			wait_until(due_ns);
		}
		r = write_readings(set, rows, partly, err);
	}
	if (r == 0 && set->n) {
		write_frame(&rows[0], &rows[0].out, rows[0].output->end);
		r = rows_flush(NULL, &rows[0].out);
	}
	return r;
}

static int run_rows(const struct options *options, const struct out_ops *output,
		    uint64_t n_readings, bool is_stream, struct err *err)
{
	struct watch_set set = {.options = options};
	struct rows *rows = NULL;
	bool partly = false;
	int r;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	r = open_all(&set, err);
	if (r == 0) {
		rows = calloc(set.n ? set.n : 1, sizeof(*rows));
		r = rows ? 0 : err_set(err, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; r == 0 && i < set.n; i++)
		r = rows_init(&rows[i], &set.watches[i]->table, options, output, is_stream, err);
	if (r == 0)
		r = write_all(&set, rows, n_readings, &partly, err);
	for (size_t i = 0; rows && i < set.n; i++)
		rows_release(&rows[i]);
	free(rows);
	watch_set_release(&set);
	return status_of(r, partly);
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
