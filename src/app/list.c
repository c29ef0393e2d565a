// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* list: every map of this host, a line each. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/list_group.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/say.h"
#include "app/sheet.h"
#include "app/watch.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/map_order.h"
#include "model/map_text.h"
#include "model/mapflags.h"
#include "model/maptype.h"

/* A cell a column; each writes into an empty buf. */
static void cell_id(const struct map *map, struct buf *out)
{
	buf_addu(out, map->id);
}

static void cell_type(const struct map *map, struct buf *out)
{
	buf_adds(out, map->type->name);
}

static void cell_name(const struct map *map, struct buf *out)
{
	buf_adds(out, map->name);
}

static void cell_entries(const struct map *map, struct buf *out)
{
	if (map->entries_known)
		buf_addu(out, map->n_entries);
	else
		buf_addc(out, '-');
}

static void cell_max(const struct map *map, struct buf *out)
{
	buf_addu(out, map->max_entries);
}

static void cell_programs(const struct map *map, struct buf *out)
{
	map_users_text(&map->programs, true, out);
}

static void cell_owners(const struct map *map, struct buf *out)
{
	map_users_text(&map->owners, true, out);
}

static void cell_flags(const struct map *map, struct buf *out)
{
	mapflags_text(map->flags, out);
	if (map->is_frozen)
		buf_addf(out, "%sfrozen", out->len ? ", " : "");
	if (map->extra)
		buf_addf(out, "%sextra 0x%" PRIx64, out->len ? ", " : "", map->extra);
}

static const struct list_column {
	const char *title;
	void (*cell)(const struct map *map, struct buf *out);
} list_columns[] = {
	{">ID", cell_id},
	{"TYPE", cell_type},
	{"NAME", cell_name},
	{">ENTRIES", cell_entries},
	{">MAX", cell_max},
	{">MEMORY", map_memory_text},
	{"PROGRAMS", cell_programs},
	{"PIN", map_pin_text},
	{"OWNERS", cell_owners},
	{">AGE", map_age_text},
	{"FLAGS", cell_flags},
};

static int list_text(const struct map_list *maps, struct buf *out)
{
	SCOPED(sheet) sheet = {0};
	SCOPED(buf) cell = {0};
	const char *titles[ARRAY_LEN(list_columns)];

	for (size_t i = 0; i < ARRAY_LEN(list_columns); i++)
		titles[i] = list_columns[i].title;
	sheet_init(&sheet, ARRAY_LEN(list_columns), titles);
	for (size_t i = 0; i < maps->n; i++)
		for (size_t j = 0; j < ARRAY_LEN(list_columns); j++) {
			buf_clear(&cell);
			list_columns[j].cell(&maps->maps[i], &cell);
			sheet_add(&sheet, buf_text(&cell));
		}
	return sheet_write(&sheet, out);
}

static int list_json(const struct map_list *maps, bool is_lines, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_list_open(&json, is_lines);
	for (size_t i = 0; i < maps->n; i++) {
		out_map_json(&json, &maps->maps[i]);
		json_list_next(&json, is_lines);
	}
	json_list_close(&json, is_lines);
	return out->failed ? -ENOMEM : 0;
}

struct order {
	enum map_order by;
	bool is_reversed;
};

static int by_order(const void *left, const void *right, void *ctx)
{
	const struct order *order = ctx;

	return map_compare(left, right, order->by, order->is_reversed);
}

/* "memory"; "-id" and "+memory" say which way. */
static int read_order(const char *text, struct order *out, struct err *err)
{
	const char *name = text + strspn(text, "+-");
	SCOPED(buf) names = {0};

	out->by = name - text > 1 ? N_MAP_ORDERS : map_order_named(name);
	if (out->by != N_MAP_ORDERS) {
		out->is_reversed = name > text && (*text == '-') != map_order_descends(out->by);
		return 0;
	}
	for (enum map_order by = 0; by < N_MAP_ORDERS; by++)
		buf_addf(&names, "%s%s", by ? ", " : "", map_order_name(by));
	return err_set(err, -EINVAL, "list can't be sorted by '%s': use one of %s", text,
		       buf_text(&names));
}

static int write_list(const struct options *options, const struct map_list *maps, struct err *err)
{
	const struct out_ops *output = options->output ? options->output : &out_text;
	SCOPED(buf) out = {0};
	int r;

	if (output == &out_text && !maps->n)
		r = 0; /* no titles of nothing */
	else if (output == &out_text)
		r = options->group ? list_group_text(maps, options->group, &out)
				   : list_text(maps, &out);
	else if (output == &out_json || output == &out_jsonl)
		r = options->group
			    ? list_group_json(maps, options->group, output == &out_jsonl, &out)
			    : list_json(maps, output == &out_jsonl, &out);
	else
		return err_set(err, -EINVAL, "list writes text, json or jsonl, not '%s'",
			       output->name);
	if (r == 0)
		r = rows_flush(NULL, &out);
	return r < 0 && r != -EPIPE ? err_set(err, r, "cannot write the list: %s", err_words(r))
				    : 0;
}

/* Words go to stderr, and only to a person: rows alone are what a pipe wants. That there are none is no row. */
static void say_totals(const struct options *options, const struct map_list *maps)
{
	SCOPED(buf) memory = {0};
	bool is_least = false;
	uint64_t bytes = 0;

	if (options->output && options->output != &out_text)
		return;
	if (!maps->n)
		say(SAY_NO_MAPS "; 'bpfmaptop demo' makes some");
	if (!maps->n || !isatty(STDOUT_FILENO))
		return;
	for (size_t i = 0; i < maps->n; i++) {
		bytes += maps->maps[i].memory_bytes;
		is_least |= !maps->maps[i].memory_bytes;
	}
	num_short(&memory, (double)bytes, 1024);
	fprintf(stderr, "%zu %s, %s%sB\n", maps->n, num_noun(maps->n, "map", "maps"),
		is_least ? "at least " : "", buf_text(&memory));
}

int run_list(const struct options *options, struct err *err)
{
	struct watch_set set = {.options = options};
	SCOPED(map_list) maps = {0};
	struct source *kernel;
	struct order order;
	int listed, r;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	r = options->group ? list_group_check(options->group, err) : 0;
	if (r == 0 && options->sort)
		r = read_order(options->sort, &order, err);
	if (r < 0)
		return EXIT_USAGE;
	kernel = watch_set_kernel(&set, err);
	listed = kernel ? kernel->ops->list(kernel, &maps, err) : -ENOMEM;
	if (options->sort && maps.n)
		qsort_r(maps.maps, maps.n, sizeof(*maps.maps), by_order, &order);
	r = MIN_OF(listed, 0);
	if (r == 0)
		r = write_list(options, &maps, err);
	if (r == 0)
		say_totals(options, &maps);
	watch_set_release(&set);
	if (r == -EINVAL)
		return EXIT_USAGE;
	return r < 0 ? EXIT_FAILED : listed > 0 ? EXIT_PARTLY : EXIT_DONE;
}
