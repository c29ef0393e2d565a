// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* info: what a map is, how its bytes are laid out, and how it is read; found out by reading it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/tapes.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/map_about.h"
#include "model/maptype.h"
#include "model/ring.h"
#include "read/fold.h"
#include "read/replay.h"
#include "read/schema.h"

enum { A_MOMENT_NS = 200000000 };

static void add_identity(const struct map *map, struct buf *out)
{
	buf_addf(out, "%s  id %" PRIu32 "  %s  from %s\n", map->name, map->id, map->type->name,
		 map->source);
	map_about(map, out);
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
		 num_noun(snap->n_rows, "entry", "entries"));
	num_duration(out, (double)(snap->ended_ns - snap->started_ns));
	buf_addf(out, " and %" PRIu64 " %s%s%s\n", snap->n_calls,
		 num_noun(snap->n_calls, "call", "calls"), notes.len ? "; " : "", buf_text(&notes));
	if (snap->ring.size_bytes) {
		buf_adds(out, "  ring       ");
		ring_text(snap, watch->table.previous, out);
		buf_addc(out, '\n');
	}
}

/* Counter or gauge: as somebody told, or a guess with what it rests on. */
static void add_nature(const void *ctx, const struct field *field, struct buf *out)
{
	const struct table *table = ctx;
	const struct habit *habit;

	if (!field->in_value || field->in_array || !table_counts(table, field))
		return;
	buf_addf(out, " %s", nature_names[nature_of(table, field)]);
	habit = nature_habit(table, field);
	if (nature_told(table, field) != NATURE_GUESSED)
		buf_adds(out, " (told)");
	else if (habit->n_rises || habit->n_falls)
		buf_addf(out, " (a guess: rose %" PRIu32 " times, fell %" PRIu32 ")",
			 habit->n_rises, habit->n_falls);
	else
		buf_adds(out, " (a guess: nothing changed)");
}

static void info_text(const struct watch *watch, int code, const struct err *why, struct buf *out)
{
	add_identity(&watch->table.map, out);
	add_reading(watch, code, why, out);
	if (watch->reader != watch->source)
		buf_adds(out, "  folded     an entry of the array for each key and CPU\n");
	plan_about(&watch->table.plan, out);
	plan_text(&watch->table.plan, add_nature, &watch->table, out);
}

static void natures_json(const struct table *table, struct json *json)
{
	json_open(json, '[');
	for (uint32_t i = table->plan.n_key_fields; i < table->plan.n_fields; i++) {
		const struct field *field = &table->plan.fields[i];
		const struct habit *habit = nature_habit(table, field);

		if (field->in_array || !table_counts(table, field))
			continue;
		json_open(json, '{');
		json_member_text(json, "field", field->path);
		json_member_text(json, "nature", nature_names[nature_of(table, field)]);
		json_member_bool(json, "told", nature_told(table, field) != NATURE_GUESSED);
		json_member_uint(json, "rose", habit->n_rises);
		json_member_uint(json, "fell", habit->n_falls);
		json_close(json, '}');
	}
	json_close(json, ']');
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
	json_name(&json, "natures");
	natures_json(&watch->table, &json);
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

static bool has_counters(const struct table *table)
{
	const struct plan *plan = &table->plan;

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		if (table_counts(table, &plan->fields[i]) && !plan->fields[i].in_array)
			return table_n_live(table) > 0;
	return false;
}

/* A moment later, to see which numbers fall. A tape, which stands at its last reading, has the one before it
 * first. */
static int read_again(struct watch *watch, struct err *err)
{
	const struct timespec moment = {.tv_nsec = A_MOMENT_NS};

	if (!source_is_tape(watch->source))
		nanosleep(&moment, NULL);
	else if (watch->source->ops->due(watch->source, &watch->table.map) > clock_now_ns())
		return 0;
	return watch_read(watch, err);
}

/* A map that can't be read still has its identity and layout: that is what info is for. */
static int info_of(const struct options *options, struct watch *watch, bool is_first,
		   struct buf *out, struct err *err)
{
	const struct out_ops *output = options->output ? options->output : &out_text;
	struct err why = {0};
	int code;

	code = watch_read(watch, &why);
	if (code == 0 && has_counters(&watch->table))
		code = read_again(watch, &why);
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
		layouts[i].fold = source_fold_how(set->watches[i]->reader);
	}
	schema_write(layouts, set->n, out);
	free(layouts);
	return out->failed ? err_set(err, -ENOMEM, "out of memory") : 0;
}

/* Types that several maps have are declared once. */
static int info_c(const struct watch_set *set, struct buf *out, struct err *err)
{
	struct out_layout *layouts = calloc(set->n + 1, sizeof(*layouts));

	if (!layouts)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < set->n; i++)
		layouts[i] = (struct out_layout){&set->watches[i]->table.map,
						 &set->watches[i]->table.plan};
	out_plans_c(layouts, set->n, out);
	free(layouts);
	return out->failed ? err_set(err, -ENOMEM, "out of memory") : 0;
}

static int info_each(const struct options *options, const struct watch_set *set, struct buf *out,
		     struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < set->n; i++)
		r = info_of(options, set->watches[i], i == 0, out, err);
	return r;
}

int run_info(const struct options *options, struct err *err)
{
	struct watch_set set = {.options = options};
	SCOPED(buf) out = {0};
	int r;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	r = watch_set_open_words(&set, err);
	if (r == 0)
		r = tapes_seek(&set, 0, err);
	if (r == 0)
		r = options->wants_schema ? info_schema(&set, &out, err)
		    : options->wants_c	  ? info_c(&set, &out, err)
					  : info_each(options, &set, &out, err);
	if (r == 0)
		r = rows_flush(NULL, &out);
	rows_tell_unwritten(r, err);
	watch_set_release(&set);
	if (r == -EINVAL)
		return EXIT_USAGE;
	return r < 0 && r != -EPIPE ? EXIT_FAILED : EXIT_DONE;
}
