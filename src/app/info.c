// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* info: what a map is, how its bytes are laid out, and how it is read; found out by reading it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/mapflags.h"
#include "model/maptype.h"
#include "model/ring.h"
#include "read/schema.h"

static void add_users(struct buf *out, const char *what, const struct map_user *users, size_t n)
{
	if (!n)
		return;
	buf_addf(out, "  %-10s", what);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, " %s(%" PRIu32 ")", users[i].name ? users[i].name : "", users[i].id);
	buf_addc(out, '\n');
}

static void add_flags(const struct map *map, struct buf *out)
{
	buf_addf(out, "  flags      0x%" PRIx32, map->flags);
	if (map->flags) {
		buf_adds(out, " (");
		mapflags_text(map->flags, out);
		buf_addc(out, ')');
	}
	buf_adds(out, map->is_frozen ? ", frozen\n" : "\n");
	if (map->extra)
		buf_addf(out, "  extra      0x%" PRIx64 "\n", map->extra);
}

static void add_loaded(const struct map *map, struct buf *out)
{
	uint64_t boot_ns = clock_boot_ns();

	if (!map->loaded_boot_ns || map->loaded_boot_ns > boot_ns)
		return;
	buf_adds(out, "  loaded     ");
	clock_rfc3339(out, clock_wall_ns() - (boot_ns - map->loaded_boot_ns));
	buf_addc(out, '\n');
}

static void add_identity(const struct map *map, struct buf *out)
{
	buf_addf(out, "%s  id %" PRIu32 "  %s  from %s\n", map->name, map->id, map->type->name,
		 map->source);
	buf_addf(out, "  sizes      key %" PRIu32 " B, value %" PRIu32 " B", map->key_size,
		 map->value_size);
	if (map->type->is_per_cpu)
		buf_addf(out, " on each of %" PRIu32 " CPUs", map->n_cpus);
	buf_addf(out, ", at most %" PRIu32 " entries\n", map->max_entries);
	if (map->memory_bytes) {
		buf_adds(out, "  memory     ");
		num_short(out, (double)map->memory_bytes, 1024);
		buf_adds(out, "B\n");
	}
	add_flags(map, out);
	add_loaded(map, out);
	if (map->pin)
		buf_addf(out, "  pin        %s\n", map->pin);
	add_users(out, "programs", map->programs, map->n_programs);
	add_users(out, "owners", map->owners, map->n_owners);
}

static void add_reading(const struct watch *watch, int code, const struct err *why, struct buf *out)
{
	const struct snap *snap = watch->table.current;
	SCOPED(buf) notes = {0};

	if (code < 0) {
		buf_addf(out, "  reading    not possible: %s\n", why->text);
		return;
	}
	snap_notes(snap, &notes);
	buf_addf(out, "  reading    %s, %zu %s in ", snap->method, snap->n_rows,
		 snap->n_rows == 1 ? "entry" : "entries");
	num_duration(out, (double)(snap->ended_ns - snap->started_ns));
	buf_addf(out, " and %" PRIu64 " call%s%s%s\n", snap->n_calls, snap->n_calls == 1 ? "" : "s",
		 notes.len ? "; " : "", buf_text(&notes));
	if (snap->ring.size_bytes) {
		buf_adds(out, "  ring       ");
		ring_text(snap, watch->table.previous, out);
		buf_addc(out, '\n');
	}
}

/* Bytes are a lack: why, and what would make fields of them. */
static void add_cure(const struct plan *plan, struct buf *out)
{
	if (!plan->why_bytes && plan->is_typed)
		return;
	buf_adds(out, "  bytes      ");
	if (plan->why_bytes)
		buf_addf(out, "because %s; ", plan->why_bytes);
	buf_adds(out, "--schema FILE or --btf FILE gives fields");
	buf_adds(out, plan->is_typed ? "\n" : ", --hex-width BYTES words\n");
}

static void info_text(const struct watch *watch, int code, const struct err *why, struct buf *out)
{
	add_identity(&watch->table.map, out);
	add_reading(watch, code, why, out);
	if (watch->reader != watch->source)
		buf_adds(out, "  folded     an entry of the array for each key and CPU\n");
	buf_addf(out, "  layout     from %s\n", watch->table.plan.origin);
	add_cure(&watch->table.plan, out);
	plan_text(&watch->table.plan, out);
}

static void info_json(const struct watch *watch, int code, const struct err *why, struct buf *out)
{
	const struct snap *snap = watch->table.current;
	struct json json;

	json_init(&json, out);
	json_open(&json, '{');
	json_name(&json, "map");
	out_map_json(&json, &watch->table.map);
	json_name(&json, "method");
	if (code < 0)
		json_null(&json);
	else
		json_text(&json, snap->method);
	json_name(&json, "why_not");
	if (code < 0)
		json_text(&json, why->text);
	else
		json_null(&json);
	json_name(&json, "layout");
	out_plan_json(&json, &watch->table.plan);
	json_close(&json, '}');
	buf_addc(out, '\n');
}

/* Who uses it costs a walk over everything, so only info and list ask; what can't be had stays unknown. */
static void find_users(struct watch *watch)
{
	struct map_list one = {.maps = &watch->table.map, .n = 1};
	struct err why = {0};

	if (watch->source->ops->users && watch->source->ops->users(watch->source, &one, &why) < 0)
		log_add(LOG_WARN, "%s", why.text);
}

/* A map that can't be read still has its identity and layout: that is what info is for. */
static int info_of(const struct options *options, struct watch *watch, bool is_first,
		   struct buf *out, struct err *err)
{
	const struct out_ops *output = options->output ? options->output : &out_text;
	struct err why = {0};
	int code;

	if (options->wants_c) {
		out_plan_c(&watch->table.map, &watch->table.plan, out);
		return out->failed ? err_set(err, -ENOMEM, "out of memory") : 0;
	}
	code = watch_read(watch, &why);
	find_users(watch);
	if (output == &out_text) {
		if (!is_first)
			buf_addc(out, '\n');
		info_text(watch, code, &why, out);
	} else if (output == &out_json || output == &out_jsonl) {
		info_json(watch, code, &why, out);
	} else {
		return err_set(err, -EINVAL, "info writes text, json or c, not '%s'", output->name);
	}
	return out->failed ? err_set(err, -ENOMEM, "out of memory") : 0;
}

/* One schema of all maps. */
static int info_schema(const struct watch_set *set, struct buf *out, struct err *err)
{
	struct schema_layout *layouts = calloc(set->n + 1, sizeof(*layouts));

	if (!layouts)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < set->n; i++) {
		layouts[i].map = &set->watches[i]->table.map;
		layouts[i].plan = &set->watches[i]->table.plan;
	}
	schema_write(layouts, set->n, out);
	free(layouts);
	return out->failed ? err_set(err, -ENOMEM, "out of memory") : 0;
}

int run_info(const struct options *options, struct err *err)
{
	struct watch_set set = {.options = options};
	SCOPED(buf) out = {0};
	int r;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	r = watch_set_open_words(&set, err);
	if (r == 0 && options->wants_schema)
		r = info_schema(&set, &out, err);
	for (size_t i = 0; r == 0 && !options->wants_schema && i < set.n; i++)
		r = info_of(options, set.watches[i], i == 0, &out, err);
	if (r == 0)
		r = rows_flush(NULL, &out);
	watch_set_release(&set);
	if (r == -EINVAL)
		return EXIT_USAGE;
	return r < 0 && r != -EPIPE ? EXIT_FAILED : EXIT_DONE;
}
