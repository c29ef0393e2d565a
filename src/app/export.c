// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* export: the metrics of maps in a file for node_exporter's textfile collector, replaced whole after every
 * reading.
 *
 * Numbers that nobody keeps current any more must not be served as if they were. A map that is gone
 * leaves the file but for bpfmaptop_map_up, which says 0 until a map answers to the same words again; an
 * exporter that is told to end takes its file away; one that is killed leaves a file whose
 * bpfmaptop_read_timestamp_seconds stands still. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/metrics.h"
#include "app/options.h"
#include "app/pace.h"
#include "app/rows.h"
#include "app/say.h"
#include "app/tapes.h"
#include "app/watch.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/tidy.h"
#include "out/prom.h"
#include "read/replay.h"

struct exported {	     /* a map */
	struct watch *watch; /* borrowed from the set */
	struct rows rows;    /* its view, columns and metrics */
	bool has_failed;     /* and that was said */
	bool was_tried;
	bool is_left_out; /* it took a place, and nothing that was asked for fits it */
};

struct exporter {
	struct options options; /* the words are maps only */
	const char *path;	/* NULL: stdout */
	struct watch_set set;
	struct exported **maps; /* owned; one a watch, in the same order */
	size_t n_maps;
	struct buf text;
	struct metrics metrics;
	bool has_started; /* every map that was named is open */
	bool has_put;	  /* the file was written once */
	bool is_partly, cannot_write;
};

/* -- maps -- */

static void exported_free(struct exported *map)
{
	rows_release(&map->rows);
	free(map);
}

static int make_rows(const struct exporter *exporter, struct watch *watch, const char *columns,
		     struct rows *rows, struct err *err)
{
	struct options options = exporter->options;

	options.columns = columns;
	return rows_init(rows, &watch->table, &options, &out_prom, false, err);
}

/* Those of -c that can be exported of the map, and those that can't. */
static int part_columns(const struct exporter *exporter, struct watch *watch, struct buf *there,
			struct buf *missing)
{
	const char *at = exporter->options.columns;
	int r = 0;

	while (r != -ENOMEM && *at) {
		size_t len = strcspn(at, ",");
		struct rows rows = {0};
		SCOPED(buf) item = {0};
		struct buf *to;

		buf_add(&item, at, len);
		r = make_rows(exporter, watch, buf_text(&item), &rows, NULL);
		rows_release(&rows);
		to = r < 0 ? missing : there;
		buf_adds(to, to->len ? "," : "");
		buf_adds(to, buf_text(&item));
		at += len + (at[len] == ',');
	}
	return r == -ENOMEM || there->failed || missing->failed ? -ENOMEM : 0;
}

/* What took the place of a map that went may have other columns: those that are there still are exported. */
static int make_rows_there(const struct exporter *exporter, struct watch *watch, struct rows *rows,
			   struct err *err)
{
	SCOPED(buf) there = {0};
	SCOPED(buf) missing = {0};
	int r = exporter->options.columns ? part_columns(exporter, watch, &there, &missing)
					  : -EINVAL;

	if (r == 0 && !there.len)
		r = -EINVAL;
	rows_release(rows);
	if (r == 0)
		r = make_rows(exporter, watch, buf_text(&there), rows, err);
	if (r == 0)
		say("map %u, '%s', has no '%s' to export; what else was asked for is",
		    watch->table.map.id, watch->table.map.name, buf_text(&missing));
	return r;
}

static int add_map(struct exporter *exporter, struct watch *watch, struct err *err)
{
	struct exported **grown =
		reallocarray(exporter->maps, exporter->n_maps + 1, sizeof(*grown));
	struct exported *map = grown ? calloc(1, sizeof(*map)) : NULL;
	struct err why = {0};
	int r;

	exporter->maps = grown ? grown : exporter->maps;
	if (!map)
		return err_set(err, -ENOMEM, "out of memory");
	map->watch = watch;
	exporter->maps[exporter->n_maps++] = map;
	r = make_rows(exporter, watch, exporter->options.columns, &map->rows, &why);
	if (r == -EINVAL && exporter->has_started)
		r = make_rows_there(exporter, watch, &map->rows, NULL);
	if (r == -EINVAL && exporter->has_started) {
		say("%s", why.text);
		map->is_left_out = map->was_tried = exporter->is_partly = true;
		return 0;
	}
	return r < 0 ? err_set(err, r, "%s", r == -ENOMEM ? "out of memory" : why.text) : 0;
}

static void replaced(void *ctx, size_t i)
{
	struct exporter *exporter = ctx;

	exported_free(exporter->maps[i]);
	exporter->n_maps--;
	for (; i < exporter->n_maps; i++)
		exporter->maps[i] = exporter->maps[i + 1];
}

/* Exports what was opened since. */
static int add_opened(void *ctx, struct err *err)
{
	struct exporter *exporter = ctx;
	int r = 0;

	while (r == 0 && exporter->n_maps < exporter->set.n)
		r = add_map(exporter, exporter->set.watches[exporter->n_maps], err);
	return r;
}

/* -- readings -- */

static void failed(struct exporter *exporter, struct exported *map, int code, const struct err *why)
{
	map->was_tried = true;
	metrics_touch(&exporter->metrics);
	if (code == -ENOENT || code == -ESTALE)
		map->watch->table.is_gone = true;
	if (!map->has_failed && map->watch->state != WATCH_AWAITED)
		say("%s", why->text);
	map->has_failed = true;
	exporter->is_partly = true;
	prom_map_failed(&map->rows.prom);
}

static int lost(void *ctx, size_t i, const struct err *why, struct err *err)
{
	struct exporter *exporter = ctx;

	if (why->code == -ENOMEM)
		return err_set(err, why->code, "%s", why->text);
	if (exporter->maps[i]->is_left_out)
		return 0;
	failed(exporter, exporter->maps[i], why->code, why);
	return 0;
}

static int taken(void *ctx, size_t i, struct err *err)
{
	struct exporter *exporter = ctx;
	struct exported *map = exporter->maps[i];
	struct table *table = &map->watch->table;
	int r;

	if (map->is_left_out)
		return 0;
	map->has_failed = false;
	map->was_tried = true;
	exporter->is_partly |= snap_is_cut(table->current);
	metrics_touch(&exporter->metrics);
	r = rows_take_metrics(&map->rows);
	return r < 0 ? err_set(err, r, "out of memory for map '%s'", table->map.name) : 0;
}

/* -- the file -- */

static int write_text(struct exporter *exporter, struct err *err)
{
	struct prom_map **proms = calloc(exporter->n_maps + 1, sizeof(*proms));
	size_t n = 0;

	if (!proms)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < exporter->n_maps; i++)
		if (!exporter->maps[i]->is_left_out)
			proms[n++] = &exporter->maps[i]->rows.prom;
	buf_clear(&exporter->text);
	prom_write(proms, n, exporter->options.output == &out_openmetrics, &exporter->text);
	free(proms);
	return exporter->text.failed ? err_set(err, -ENOMEM, "out of memory") : 0;
}

/* A full disk may have room again: the old file stays, and the next reading tries again. A place that can't be
 * written to at all will not become another one. */
static bool is_passing(const struct exporter *exporter, int code)
{
	return exporter->has_put || code == -ENOSPC || code == -EDQUOT;
}

static int put_text(struct exporter *exporter, struct err *err)
{
	struct err why = {0};
	int r;

	if (!exporter->path)
		return rows_flush(NULL, &exporter->text);
	r = file_replace(exporter->path, exporter->text.at, exporter->text.len, &why);
	if (r < 0 && (exporter->options.n_readings || !is_passing(exporter, r)))
		return err_set(err, r, "%s", why.text);
	if (r < 0 && !exporter->cannot_write)
		say("%s", why.text);
	exporter->cannot_write = r < 0;
	exporter->has_put |= r == 0;
	return 0;
}

static bool lacks_some(const struct exporter *exporter)
{
	for (size_t i = 0; i < exporter->n_maps; i++)
		if (!exporter->maps[i]->was_tried)
			return true;
	return false;
}

static int put_out(struct exporter *exporter, struct err *err)
{
	int r = write_text(exporter, err);

	if (r == 0)
		r = put_text(exporter, err);
	metrics_wrote(&exporter->metrics);
	return r;
}

static int turned(void *ctx, bool is_resting, uint64_t *wake_ns, struct err *err)
{
	struct exporter *exporter = ctx;

	(void)wake_ns;
	if (stop_asked() || !metrics_are_due(&exporter->metrics, is_resting, lacks_some(exporter)))
		return 0;
	return put_out(exporter, err);
}

/* -- from begin to end -- */

static int export_all(struct exporter *exporter, struct err *err)
{
	struct pace pace = {
		.set = &exporter->set,
		.n_readings = exporter->options.n_readings,
		.duration_ns = exporter->options.duration_ns,
		.is_endless = !exporter->options.n_readings && !tapes_only(&exporter->set),
		.follows = true,
		.taken = taken,
		.lost = lost,
		.opened = add_opened,
		.replaced = replaced,
		.turned = turned,
		.ctx = exporter,
	};

	stop_catch();
	return pace_run(&pace, err);
}

static int refuse_hosts(const struct watch_set *set, struct err *err)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->watches[i]->table.map.host)
			return err_set(err, -EINVAL,
				       "a map of another host is not exported here: its "
				       "node_exporter is there; run 'bpfmaptop export' there, too");
	return 0;
}

static int start(struct exporter *exporter, struct err *err)
{
	const struct out_ops *output = exporter->options.output;
	int r;

	if (output && output != &out_prom && output != &out_openmetrics)
		return err_set(err, -EINVAL, "an export is written as %s or %s, not as %s",
			       out_prom.name, out_openmetrics.name, output->name);
	r = watch_set_open_words(&exporter->set, err);
	if (r == 0)
		r = refuse_hosts(&exporter->set, err);
	if (r == 0)
		r = add_opened(exporter, err);
	exporter->has_started = r == 0;
	return r;
}

static void finish(struct exporter *exporter)
{
	for (size_t i = 0; i < exporter->n_maps; i++)
		exported_free(exporter->maps[i]);
	free(exporter->maps);
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
		r = export_all(&exporter, err);
	if (exporter.path && stop_asked())
		file_remove(exporter.path);
	finish(&exporter);
	rows_tell_unwritten(r, err);
	if (r == -EPIPE)
		return EXIT_DONE;
	if (r < 0)
		return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	if (exporter.cannot_write && !stop_asked())
		return EXIT_FAILED; /* and that was said */
	return options->n_readings && exporter.is_partly ? EXIT_PARTLY : EXIT_DONE;
}
