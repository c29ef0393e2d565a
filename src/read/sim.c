/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The simulation as a source. All its maps show one moment: the tick that is held, or the tenth of a
 * second that the clock is in; whichever map is read first counts the traffic up to it. A map that is read
 * again within that tenth moves all of them on, for it to have a rate. The reading's times are the moment's
 * own, so that rates are exact. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "model/snap.h"
#include "read/demo_traffic.h"
#include "read/sim.h"
#include "read/sim_demo.h"
#include "read/source.h"
#include "read/spec.h"

#define STEP_NS (SIM_TICK_NS / 10) /* the clock moves the simulation in steps */
#define CATCH_UP_NS                                                                                \
	(60 * SIM_TICK_NS) /* at most, after a long time unread; the rest had no traffic */

enum { MOST_MAPS = 32 };

/* A reading takes this long when a tick is held, and no clock runs: a call and so much a row. */
enum { HELD_CALL_NS = 20000, HELD_ROW_NS = 250 };

struct sim {
	struct source source;
	struct sim_demo *demo;
	uint64_t seed;
	uint64_t start_ns, start_wall_ns; /* when the first tick was over */
	uint64_t at_ns;			  /* the moment that was shown last; 0: none was */
	uint64_t shown_ns[MOST_MAPS];	  /* of each map */
	bool is_held;
	uint64_t held_tick;
};

struct cursor {
	struct sim *sim;
	const struct sim_map *map;
	struct sim_moment moment;
	size_t max_rows;
	uint64_t began_ns;
	bool is_done;
};

static struct sim *sim_of(struct source *source)
{
	return (struct sim *)((char *)source - offsetof(struct sim, source));
}

/* -- maps -- */

static const struct sim_map *map_at(size_t i)
{
	static const struct sim_map *(*const groups[])(size_t) = {sim_demo_map, sim_shape_map,
								  sim_stack_map, sim_ring_map};

	for (size_t group = 0; group < ARRAY_LEN(groups); group++) {
		size_t n = 0;

		while (groups[group](n))
			n++;
		if (i < n)
			return groups[group](i);
		i -= n;
	}
	return NULL;
}

static const struct sim_map *map_named(const char *name, size_t *i_ret)
{
	const struct sim_map *map;

	for (size_t i = 0; (map = map_at(i)); i++)
		if (strcmp(map->name, name) == 0) {
			*i_ret = i;
			return map;
		}
	return NULL;
}

static int add_program(struct map *out)
{
	struct map_user *user = arena_alloc(&out->mem, sizeof(*user));

	if (!user)
		return -ENOMEM;
	*user = (struct map_user){.id = 1, .name = "count_packets"};
	out->programs.at = user;
	out->programs.n = 1;
	return 0;
}

/* What waits in a ring stands within its max_entries, which are bytes. */
static void size_map(struct map *out, const struct sim_map *map)
{
	if (map->record_from) {
		out->row_key_size = map->key_size;
		out->row_value_size = map->value_size;
		out->memory_bytes = map->max_entries;
		return;
	}
	out->key_size = map->key_size;
	out->value_size = map->value_size;
	out->memory_bytes = (map->key_size + map_value_stride(out)) * map->max_entries;
}

static int add_map(struct map_list *list, const struct sim_map *map, size_t i, struct err *err)
{
	struct map *out = map_list_add(list);

	if (!out)
		return err_set(err, -ENOMEM, "out of memory for the list of maps");
	out->id = (uint32_t)i + 1;
	out->name = map->name;
	out->type = maptype_named(map->type);
	out->max_entries = map->max_entries;
	out->n_cpus = map->n_cpus;
	out->is_variables = map->section != NULL;
	out->section = map->section;
	out->source = "sim";
	out->programs.is_whole = out->owners.is_whole = out->other_pins.is_whole = true;
	size_map(out, map);
	if (map->is_demo && add_program(out) < 0)
		return err_set(err, -ENOMEM, "out of memory for the list of maps");
	return 0;
}

static int find_map(struct source *source, const struct spec *spec, struct map_list *out,
		    struct err *err)
{
	SCOPED(buf) names = {0};
	const struct sim_map *map;
	size_t i;

	(void)source;
	map = map_named(spec->text, &i);
	if (map)
		return add_map(out, map, i, err);
	for (i = 0; (map = map_at(i)); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", map->name);
	return err_set(err, -ENOENT, "no simulated map is called '%s': there are %s", spec->text,
		       buf_text(&names));
}

static int list_maps(struct source *source, struct map_list *out, struct err *err)
{
	const struct sim_map *map;
	int r = 0;

	(void)source;
	for (size_t i = 0; r == 0 && (map = map_at(i)); i++)
		r = add_map(out, map, i, err);
	return r;
}

static int add_field(struct plan *plan, const struct sim_field *step, struct err *err)
{
	struct field proto = step->field;

	if (step->closes)
		return plan_close(plan, err);
	if (step->format)
		proto.format = format_named(step->format, strlen(step->format));
	return plan_add(plan, step->in_value, &proto, err);
}

static int plan_map(struct source *source, const struct map *map, struct plan *out, struct err *err)
{
	const struct sim_map *row;
	size_t at;
	int r = 0;

	(void)source;
	row = map_named(map->name, &at);
	if (!row)
		return err_set(err, -ENOENT, "no simulated map is called '%s'", map->name);
	plan_begin(out, row->key_size, row->value_size, "sim");
	out->is_variables = map->is_variables;
	out->record_from = row->record_from;
	for (size_t i = 0; r == 0 && i < row->n_fields; i++)
		r = add_field(out, &row->fields[i], err);
	if (r == 0)
		r = plan_finish(out, err);
	if (r < 0)
		plan_release(out);
	return r;
}

/* -- readings -- */

static void start_now(struct sim *sim)
{
	sim->start_ns = clock_now_ns();
	sim->start_wall_ns = clock_wall_ns();
	sim_demo_set_boot(sim->demo, clock_boot_ns() - SIM_TICK_NS);
}

/* Traffic since the start, at the end of the first tick, as a tick or the clock has it, for a reading of map i. */
static uint64_t next_moment(struct sim *sim, size_t i)
{
	uint64_t since_ns, slot_ns, at_ns;

	if (sim->is_held)
		return (sim->held_tick + 1) * SIM_TICK_NS;
	/* What is shown first doesn't depend on how long it took to come to it. */
	if (!sim->at_ns && clock_now_ns() >= sim->start_ns + STEP_NS)
		start_now(sim);
	since_ns = SIM_TICK_NS + MAX_OF(clock_now_ns(), sim->start_ns) - sim->start_ns;
	at_ns = MAX_OF(since_ns / STEP_NS * STEP_NS, sim->at_ns);
	slot_ns = since_ns / TRAFFIC_SLOT_NS * TRAFFIC_SLOT_NS;
	if (at_ns == sim->shown_ns[i] && since_ns > at_ns)
		at_ns = slot_ns > at_ns ? slot_ns : since_ns;
	return sim->at_ns = sim->shown_ns[i] = at_ns;
}

static int advance(struct sim *sim, uint64_t at_ns)
{
	uint64_t done_ns = sim_demo_at_ns(sim->demo);

	if (!sim->is_held && at_ns > done_ns + CATCH_UP_NS)
		sim_demo_skip(sim->demo, at_ns - CATCH_UP_NS);
	return sim_demo_run(sim->demo, at_ns);
}

static int begin(struct source *source, const struct map *map, const struct read_plan *how,
		 struct snap *snap, struct cursor **cursor_ret, struct err *err)
{
	struct sim *sim = sim_of(source);
	struct cursor *cursor = calloc(1, sizeof(*cursor));
	size_t i = 0;

	if (!cursor)
		return err_set(err, -ENOMEM, "out of memory for a reading of '%s'", map->name);
	*cursor = (struct cursor){
		.sim = sim,
		.map = map_named(map->name, &i),
		.max_rows = how ? how->max_rows : 0,
		.began_ns = clock_now_ns(),
	};
	if (!cursor->map) {
		free(cursor);
		return err_set(err, -ENOENT, "no simulated map is called '%s'", map->name);
	}
	cursor->moment = (struct sim_moment){
		.demo = sim->demo, .seed = sim->seed, .at_ns = next_moment(sim, i)};
	snap_clear(snap, map);
	*cursor_ret = cursor;
	return 0;
}

/* All rows at once: what is simulated fits a step. */
static int step(struct cursor *cursor, struct snap *snap, struct err *err)
{
	int r = 0;

	if (cursor->map->is_demo)
		r = advance(cursor->sim, cursor->moment.at_ns);
	if (r == 0)
		r = cursor->map->fill(&cursor->moment, snap);
	cursor->is_done = true;
	if (r < 0) {
		snap->notes |= SNAP_PARTIAL;
		snap->error = r;
		return err_set(err, r, "out of memory for a reading of '%s'", cursor->map->name);
	}
	if (cursor->max_rows && snap->n_rows > cursor->max_rows) {
		snap->n_rows = cursor->max_rows;
		snap->notes |= SNAP_TRUNCATED;
	}
	return STEP_DONE;
}

static void end(struct cursor *cursor, struct snap *snap)
{
	const struct sim *sim = cursor->sim;
	uint64_t passed_ns = cursor->moment.at_ns - SIM_TICK_NS;

	if (!cursor->is_done) {
		snap->notes |= SNAP_PARTIAL;
		snap->error = -ECANCELED;
	}
	snap->method = "sim";
	snap->n_calls = 1;
	snap->busy_ns = sim->is_held ? HELD_CALL_NS + HELD_ROW_NS * snap->n_rows
				     : clock_now_ns() - cursor->began_ns;
	snap->ended_ns = (sim->is_held ? SIM_START_NS : sim->start_ns) + passed_ns;
	snap->started_ns = snap->ended_ns - snap->busy_ns;
	snap->wall_ns = (sim->is_held ? SIM_START_WALL_NS : sim->start_wall_ns) + passed_ns;
	free(cursor);
}

static void free_sim(struct source *source)
{
	struct sim *sim = sim_of(source);

	sim_demo_free(sim->demo);
	free(sim);
}

static const struct source_ops sim_ops = {
	.name = "sim",
	.find = find_map,
	.list = list_maps,
	.plan = plan_map,
	.begin = begin,
	.step = step,
	.end = end,
	.free = free_sim,
};

int source_sim_new(uint64_t seed, struct source **out)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return -ENOMEM;
	*sim = (struct sim){
		.source.ops = &sim_ops,
		.seed = seed,
		.demo = sim_demo_new(seed, 0),
	};
	if (!sim->demo) {
		free(sim);
		return -ENOMEM;
	}
	start_now(sim);
	*out = &sim->source;
	return 0;
}

void source_sim_hold_tick(struct source *source, uint64_t tick)
{
	struct sim *sim = sim_of(source);

	if (!sim->is_held)
		sim_demo_set_boot(sim->demo, SIM_START_NS - SIM_TICK_NS);
	sim->is_held = true;
	sim->held_tick = tick;
}
