// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* export: the metrics of maps in a file for node_exporter's textfile collector, replaced whole after every
 * reading.
 *
 * Numbers that nobody keeps current any more must not be served as if they were. A map that is gone
 * leaves the file but for bpfmaptop_map_up, which says 0 until a map answers to the same words again; an
 * exporter that is told to end takes its file away; one that is killed leaves a file whose
 * bpfmaptop_read_timestamp_seconds stands still. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/tidy.h"
#include "out/prom.h"
#include "read/replay.h"

struct exported {	     /* a map */
	struct watch *watch; /* borrowed from the set */
	struct rows rows;    /* its view and columns */
	struct prom_map prom;
	bool has_failed; /* and that was said */
};

struct exporter {
	struct options options; /* the words are maps only */
	const char *path;	/* NULL: stdout */
	struct watch_set set;
	struct exported **maps; /* owned; one a watch, in the same order */
	size_t n_maps;
	struct loop *loop;
	struct buf text;
	bool ends, is_partly, cannot_write;
};

static void say(const char *text)
{
	fprintf(stderr, "bpfmaptop: %s\n", text);
}

/* -- maps -- */

static void exported_free(struct exported *map)
{
	prom_map_release(&map->prom);
	rows_release(&map->rows);
	free(map);
}

static int add_map(struct exporter *exporter, struct watch *watch, struct err *err)
{
	struct exported **grown =
		reallocarray(exporter->maps, exporter->n_maps + 1, sizeof(*grown));
	struct exported *map = grown ? calloc(1, sizeof(*map)) : NULL;
	int r;

	exporter->maps = grown ? grown : exporter->maps;
	if (!map)
		return err_set(err, -ENOMEM, "out of memory");
	map->watch = watch;
	exporter->maps[exporter->n_maps++] = map;
	r = rows_init(&map->rows, &watch->table, &exporter->options, &out_prom, false, err);
	if (r < 0)
		return r;
	r = prom_map_init(&map->prom, map->rows.table, &map->rows.job,
			  exporter->options.max_series);
	return r < 0 ? err_set(err, r, "out of memory") : 0;
}

static void drop_map(struct exporter *exporter, size_t i)
{
	struct watch *watch = exporter->maps[i]->watch;

	exported_free(exporter->maps[i]);
	exporter->n_maps--;
	for (; i < exporter->n_maps; i++)
		exporter->maps[i] = exporter->maps[i + 1];
	watch_set_close(&exporter->set, watch);
}

/* Exports what was opened since. */
static int add_opened(struct exporter *exporter, struct err *err)
{
	int r = 0;

	while (r == 0 && exporter->n_maps < exporter->set.n)
		r = add_map(exporter, exporter->set.watches[exporter->n_maps], err);
	return r;
}

/* A map that went is dropped when another one of its name is there. */
static void drop_replaced(struct exporter *exporter, size_t n_before)
{
	for (size_t i = n_before; i-- > 0;) {
		const struct table *gone = &exporter->maps[i]->watch->table;
		bool is_replaced = false;

		for (size_t j = 0; j < exporter->n_maps; j++)
			is_replaced |=
				!exporter->maps[j]->watch->table.is_gone &&
				!strcmp(exporter->maps[j]->watch->table.map.name, gone->map.name);
		if (gone->is_gone && is_replaced)
			drop_map(exporter, i);
	}
}

/* Words whose map went may have found another: its owner was restarted. */
static int look_again(struct exporter *exporter, struct err *err)
{
	size_t n_before = exporter->n_maps, n_gone = 0;
	struct err why = {0};
	int r;

	for (size_t i = 0; i < n_before; i++)
		n_gone += exporter->maps[i]->watch->table.is_gone;
	for (int i = 0; n_gone && i < exporter->options.n_words; i++)
		if (watch_set_open(&exporter->set, exporter->options.words[i], &why) < 0)
			log_add(LOG_DEBUG, "%s", why.text);
	r = add_opened(exporter, err);
	drop_replaced(exporter, n_before);
	return r;
}

/* -- readings -- */

static void failed(struct exporter *exporter, struct exported *map, int code, const struct err *why)
{
	if (code == -ENOENT || code == -ESTALE)
		map->watch->table.is_gone = true;
	if (!map->has_failed)
		say(why->text);
	map->has_failed = true;
	exporter->is_partly = true;
	prom_map_failed(&map->prom);
}

/* One reading, in slices, so that a signal ends it: -ECANCELED. */
static int read_on(struct exporter *exporter, struct watch *watch, struct err *err)
{
	int r = 0;

	watch->due_ns = 0;
	while (r >= 0 && !exporter->ends) {
		switch (watch_turn(watch, clock_now_ns(), 0, err)) {
		case WATCH_LOST:
			return err->code;
		case WATCH_READ:
			r = watch_take(watch);
			return r < 0 ? err_set(err, r, "out of memory for a reading of map '%s'",
					       watch->table.map.name)
				     : 0;
		case WATCH_IDLE:
		case WATCH_MORE:
			r = loop_turn(exporter->loop, 0);
			break;
		}
	}
	return r < 0 ? err_set(err, r, "cannot wait: %s", err_words(r)) : -ECANCELED;
}

static int read_map(struct exporter *exporter, struct exported *map, struct err *err)
{
	struct table *table = &map->watch->table;
	struct err why = {0};
	int r;

	if (table->is_gone)
		return 0;
	r = read_on(exporter, map->watch, &why);
	if (r == -ECANCELED)
		return 0;
	if (r == -ENOMEM)
		return err_set(err, r, "%s", why.text);
	if (r < 0) {
		failed(exporter, map, r, &why);
		return 0;
	}
	map->has_failed = false;
	exporter->is_partly |= snap_is_cut(table->current);
	r = rows_refresh(&map->rows);
	if (r == 0)
		r = prom_map_take(&map->prom, map->rows.table, &map->rows.view);
	return r < 0 ? err_set(err, r, "out of memory for map '%s'", table->map.name) : 0;
}

static int write_text(struct exporter *exporter, struct err *err)
{
	struct prom_map **proms = calloc(exporter->n_maps + 1, sizeof(*proms));

	if (!proms)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < exporter->n_maps; i++)
		proms[i] = &exporter->maps[i]->prom;
	buf_clear(&exporter->text);
	prom_write(proms, exporter->n_maps, &exporter->text);
	free(proms);
	return exporter->text.failed ? err_set(err, -ENOMEM, "out of memory") : 0;
}

/* A full disk may have room again: the old file stays, and the next reading tries again. */
static int put_text(struct exporter *exporter, struct err *err)
{
	struct err why = {0};
	int r;

	if (!exporter->path)
		return rows_flush(NULL, &exporter->text);
	r = file_replace(exporter->path, exporter->text.at, exporter->text.len, &why);
	if (r < 0 && exporter->options.n_readings)
		return err_set(err, r, "%s", why.text);
	if (r < 0 && !exporter->cannot_write)
		say(why.text);
	exporter->cannot_write = r < 0;
	return 0;
}

static int turn(struct exporter *exporter, struct err *err)
{
	int r = look_again(exporter, err);

	for (size_t i = 0; r == 0 && i < exporter->n_maps; i++)
		r = read_map(exporter, exporter->maps[i], err);
	if (exporter->ends)
		return r;
	if (r == 0)
		r = write_text(exporter, err);
	return r < 0 ? r : put_text(exporter, err);
}

/* -- from begin to end -- */

static void on_signal(void *ctx, int number)
{
	(void)number;
	((struct exporter *)ctx)->ends = true;
}

static int wait_until(struct exporter *exporter, uint64_t due_ns, struct err *err)
{
	while (!exporter->ends && clock_now_ns() < due_ns) {
		int r = loop_turn(exporter->loop, due_ns);

		if (r < 0)
			return err_set(err, r, "cannot wait: %s", err_words(r));
	}
	return 0;
}

/* Ticks that have passed are skipped, and the next readings say so. */
static void next_due(struct exporter *exporter, uint64_t *due_ns)
{
	uint64_t interval_ns = exporter->options.interval_ns, now_ns = clock_now_ns();

	*due_ns += interval_ns;
	for (; *due_ns + interval_ns < now_ns; *due_ns += interval_ns)
		for (size_t i = 0; i < exporter->n_maps; i++)
			exporter->maps[i]->watch->n_missed++;
}

static int run_turns(struct exporter *exporter, struct err *err)
{
	uint64_t due_ns = clock_now_ns();
	uint64_t n = exporter->options.n_readings;
	int r = 0;

	for (uint64_t i = 0; r == 0 && (!n || i < n); i++) {
		if (i) {
			next_due(exporter, &due_ns);
			r = wait_until(exporter, due_ns, err);
		}
		if (exporter->ends)
			break;
		if (r == 0)
			r = turn(exporter, err);
	}
	return r;
}

static int refuse_tapes(const struct watch_set *set, struct err *err)
{
	for (size_t i = 0; i < set->n; i++)
		if (source_is_tape(set->watches[i]->source))
			return err_set(
				err, -EINVAL,
				"a recording is not exported: its numbers are of another time");
	return 0;
}

static int check_columns(const struct exporter *exporter, struct err *err)
{
	for (size_t i = 0; i < exporter->n_maps; i++) {
		const struct rows *rows = &exporter->maps[i]->rows;
		SCOPED(buf) name = {0};

		for (size_t k = 0; k < rows->job.n_columns; k++) {
			if (!rows->job.is_selected || prom_takes(&rows->columns[k]))
				continue;
			table_column_name(rows->table, &rows->columns[k], &name);
			return err_set(err, -EINVAL,
				       "column '%s' is neither part of the key nor a number",
				       buf_text(&name));
		}
	}
	return 0;
}

static int start(struct exporter *exporter, struct err *err)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int r;

	exporter->loop = loop_new();
	if (!exporter->loop)
		return err_set(err, -ENOMEM, "out of memory");
	r = loop_signals(exporter->loop, signals, ARRAY_LEN(signals), on_signal, exporter);
	if (r < 0)
		return err_set(err, r, "cannot wait for signals: %s", err_words(r));
	r = watch_set_open_words(&exporter->set, err);
	if (r == 0)
		r = refuse_tapes(&exporter->set, err);
	if (r == 0)
		r = add_opened(exporter, err);
	return r < 0 ? r : check_columns(exporter, err);
}

static void finish(struct exporter *exporter)
{
	for (size_t i = 0; i < exporter->n_maps; i++)
		exported_free(exporter->maps[i]);
	free(exporter->maps);
	loop_free(exporter->loop);
	buf_release(&exporter->text);
	watch_set_release(&exporter->set);
}

int run_export(const struct options *options, struct err *err)
{
	struct exporter exporter = {.options = *options};
	int r;

	exporter.path = strcmp(options->words[0], "-") ? options->words[0] : NULL;
	exporter.options.words++, exporter.options.n_words--;
	exporter.set.options = &exporter.options;
	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	r = start(&exporter, err);
	if (r == 0)
		r = run_turns(&exporter, err);
	if (exporter.path && exporter.ends)
		unlink(exporter.path);
	finish(&exporter);
	if (r == -EPIPE)
		return EXIT_DONE;
	if (r < 0)
		return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	return options->n_readings && exporter.is_partly ? EXIT_PARTLY : EXIT_DONE;
}
