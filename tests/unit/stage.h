/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A screen over simulated maps, without a terminal: the driver's part, with a clock that stands. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table.h"
#include "read/source.h"
#include "read/spec.h"
#include "ui/cost.h"
#include "ui/grid.h"
#include "ui/screen.h"
#include "ui/state.h"

#include "tests/unit/starved.h"

#define SECOND_NS  1000000000ull
#define START_WALL 1795269600ull /* 2026-11-21 14:00:00 */

enum { MAX_TABLES = 12, SEED = 1, SLICE_NS = 4000000 };

/* Readings made so far. The simulation gives the same ones every time, but it takes its time: where many
 * screens are made in one program, most of that would go there. */
enum { KEPT_TICKS = 40, KEPT_MAPS = 16, STARVED_TICKS = 6 };
static struct {
	char name[32];
	struct snap snaps[KEPT_TICKS];
	bool is_kept[KEPT_TICKS];
} kept[KEPT_MAPS];

struct stage {
	struct source *sim;
	struct screen *screen;
	struct table tables[MAX_TABLES];
	size_t n_tables;
	struct grid grid;
	struct map_list picked;
	uint64_t now_ns, interval_ns, tick;
	int from_cols; /* a script is about sizes of at least so many columns */
	bool with_roles, quits, is_replay, records, has_ages;
	bool is_cut; /* fewer readings were taken than asked for */
	char theme[64], why_lost[256];
	char pressed[64],
		then[64]; /* names of the keys a script is about, and of those behind each */
	const char *file;
	int line;
	/* Fills snap with a reading of table i; false: there is none now. NULL: the simulation does. */
	bool (*feed)(struct stage *stage, size_t i, struct snap *snap);
	void *ctx; /* feed's */
};

static inline void stop(const struct stage *stage, const char *what, const char *text)
{
	fail_msg("%s:%d: %s: %s", stage->file, stage->line, what, text);
}

static inline void set_clock(struct stage *stage, uint64_t now_ns)
{
	stage->now_ns = now_ns;
	clock_hold(now_ns, START_WALL * SECOND_NS + now_ns);
}

/* Takes over what map and plan hold. */
static inline void show_map(struct stage *stage, struct map *map, struct plan *plan)
{
	struct table *table = &stage->tables[stage->n_tables];

	assert_true(stage->n_tables < MAX_TABLES);
	assert_int_equal(table_init(table, map, plan), 0);
	/* Which keys a sample has is another matter in each process. */
	table_remember(table, RETURNS_MOST);
	assert_int_equal(screen_add(stage->screen, table, NULL), 0);
	stage->n_tables++;
}

/* A simulated map and its layout, which are the caller's. */
static inline void find_sim(struct stage *stage, const char *name, struct map_list *found,
			    struct plan *plan)
{
	struct spec spec = {.kind = SPEC_SIM, .text = name};
	struct err err = {0};

	if (stage->sim->ops->find(stage->sim, &spec, found, &err) < 0 || found->n != 1)
		stop(stage, "no such map", err.text);
	if (stage->sim->ops->plan(stage->sim, &found->maps[0], plan, &err) < 0)
		stop(stage, "no plan", err.text);
}

static inline void open_sim(struct stage *stage, const char *name, bool is_typed)
{
	struct map_list found = {0};
	struct plan plan = {0};
	struct err err = {0};

	find_sim(stage, name, &found, &plan);
	if (!is_typed) {
		plan_release(&plan);
		assert_int_equal(
			plan_untyped(&plan, found.maps[0].key_size, found.maps[0].value_size, &err),
			0);
	}
	show_map(stage, &found.maps[0], &plan);
	map_list_release(&found);
}

static inline void open_map(struct stage *stage, const char *name)
{
	open_sim(stage, name, true);
}

/* The layout of the map under the picker's cursor, once its facts are seen. */
static inline bool describe(struct stage *stage)
{
	const struct map *map = screen_wonders(stage->screen);
	struct err err = {0};
	SCOPED(plan) plan = {0};
	SCOPED(buf) text = {0};

	if (!map)
		return false;
	if (stage->sim->ops->plan(stage->sim, map, &plan, &err) == 0) {
		plan_about(&plan, &text);
		plan_text(&plan, NULL, NULL, &text);
	}
	screen_describe(stage->screen, map, buf_text(&text));
	return true;
}

/* As the driver does it: the drawn frame decides the window that the next reading sorts. */
static inline void draw(struct stage *stage)
{
	static const struct cost cost = {.n_frames = 12,
					 .n_same = 3,
					 .n_dropped = 1,
					 .n_bytes = 9540,
					 .last_bytes = 712,
					 .drew_ns = 410000,
					 .drew_most_ns = 1230000,
					 .windows = {{.began_ns = 1}}};
	struct screen_facts facts = {
		.host = "web-03",
		.interval_ns = stage->interval_ns,
		.now_ns = stage->now_ns,
		.wall_ns = clock_wall_ns(),
		.badge = stage->is_replay ? "REPLAY 3/120 x1" : NULL,
		.recording = stage->records ? "REC 00:41 1.20MiB" : NULL,
		.theme = stage->theme,
		.cost = &cost,
		.is_ascii = stage->grid.is_ascii,
		.is_replay = stage->is_replay,
	};

	screen_draw(stage->screen, &facts, &stage->grid);
	if (describe(stage))
		screen_draw(stage->screen, &facts, &stage->grid);
}

static inline void simulate(struct stage *stage, const struct map *map, struct snap *snap)
{
	const struct read_plan how = {0};
	struct err err = {0};

	snap_clear(snap, map);
	source_sim_hold_tick(stage->sim, stage->tick);
	if (source_read(stage->sim, map, &how, snap, &err) < 0)
		stop(stage, "no reading", err.text);
}

/* The map's reading at the stage's tick, made when it is first asked for; NULL: there is no room to keep it. */
static inline const struct snap *kept_reading(struct stage *stage, const struct map *map)
{
	size_t i = 0;

	while (i < KEPT_MAPS && kept[i].name[0] && strcmp(kept[i].name, map->name) != 0)
		i++;
	if (i == KEPT_MAPS || stage->tick >= KEPT_TICKS)
		return NULL;
	if (!kept[i].is_kept[stage->tick]) {
		snprintf(kept[i].name, sizeof(kept[i].name), "%s", map->name);
		simulate(stage, map, &kept[i].snaps[stage->tick]);
		kept[i].is_kept[stage->tick] = true;
	}
	return &kept[i].snaps[stage->tick];
}

static inline void read_map(struct stage *stage, const struct map *map, struct snap *snap)
{
	const struct snap *reading = kept_reading(stage, map);

	if (!reading) {
		simulate(stage, map, snap);
		return;
	}
	snap_release(snap);
	assert_int_equal(snap_copy(snap, reading), 0);
}

/* The readings that most screens show, before the first of them. Where memory runs out they would be made anew
 * for each allocation: the simulation's own test tries that. */
static inline void keep_readings(void)
{
	struct stage stage = {.file = "readings"};
	struct map_list found = {0};

	assert_int_equal(source_sim_new(SEED, &stage.sim), 0);
	assert_int_equal(stage.sim->ops->list(stage.sim, &found, NULL), 0);
	for (size_t i = 0; i < found.n; i++)
		for (stage.tick = 0; stage.tick < STARVED_TICKS; stage.tick++)
			kept_reading(&stage, &found.maps[i]);
	map_list_release(&found);
	stage.sim->ops->free(stage.sim);
}

static inline void take_reading(struct stage *stage)
{
	for (size_t i = 0; i < stage->n_tables; i++) {
		struct table *table = &stage->tables[i];

		if (!stage->feed)
			read_map(stage, &table->map, table->next);
		else if (!stage->feed(stage, i, table->next))
			continue;
		table->next->started_ns = stage->now_ns;
		table->next->ended_ns = stage->now_ns + 1500000;
		table->next->busy_ns = 1500000;
		table->next->wall_ns = clock_wall_ns();
		if (screen_is_paused(stage->screen))
			continue;
		assert_int_equal(table_take(table), 0);
		screen_took(stage->screen, table);
	}
	stage->tick++;
	draw(stage);
}

static inline void take_ticks(struct stage *stage, int n)
{
	if (is_starved() && n > STARVED_TICKS) { /* readings, one like the other */
		n = STARVED_TICKS;
		stage->is_cut = true;
	}
	for (int i = 0; i < n; i++) {
		take_reading(stage);
		set_clock(stage, stage->now_ns + SECOND_NS);
	}
}

/* What only a kernel knows; of the owners of the others it may not tell. */
static inline void use_map(struct map *map)
{
	static struct map_user loader = {.id = 4711, .name = "flow-collector"};

	if (map->type->is_array || strcmp(map->name, "flows") == 0) {
		map->n_entries = map->type->is_array ? map->max_entries : 2173;
		map->entries_known = true;
	}
	map->owners.is_whole = false;
	if (strcmp(map->name, "flows") != 0)
		return;
	map->pin = "/sys/fs/bpf/collector/flows_by_address";
	map->owners = (struct map_users){&loader, 1, true};
}

/* Every second map's program was loaded so many tenths of a second after the start as its id says. */
static inline void age_maps(struct map_list *maps)
{
	for (size_t i = 0; i < maps->n; i += 2)
		maps->maps[i].loaded_ns =
			START_WALL * SECOND_NS + maps->maps[i].id * SECOND_NS / 10;
}

static inline void pick(struct stage *stage)
{
	struct err err = {0};

	map_list_release(&stage->picked);
	assert_int_equal(stage->sim->ops->list(stage->sim, &stage->picked, &err), 0);
	for (size_t i = 0; i < stage->picked.n; i++)
		use_map(&stage->picked.maps[i]);
	if (stage->has_ages)
		age_maps(&stage->picked);
	screen_pick(stage->screen, &stage->picked, NULL);
}

/* As where the kernel lists no maps for us. */
static inline void refuse(struct stage *stage, const char *why)
{
	map_list_release(&stage->picked);
	screen_pick(stage->screen, &stage->picked, why);
}

static inline void obey(struct stage *stage, struct intent intent)
{
	switch (intent.kind) {
	case INTENT_OPEN_PICKER:
		pick(stage);
		break;
	case INTENT_OPEN_IDS:
		screen_say(stage->screen, false, "opens %zu, first %u", intent.n_ids,
			   intent.ids[0]);
		break;
	case INTENT_INTERVAL:
		stage->interval_ns = intent.number;
		break;
	case INTENT_BASELINE:
		assert_int_equal(table_baseline_begin(screen_front(stage->screen)), 0);
		screen_work(stage->screen, clock_now_ns() + SLICE_NS);
		break;
	case INTENT_THEME:
		snprintf(stage->theme, sizeof(stage->theme), "%s",
			 intent.text ? intent.text : "next");
		screen_say(stage->screen, false, "theme '%s'", stage->theme);
		break;
	case INTENT_QUIT:
		stage->quits = true;
		break;
	case INTENT_COPY:
	case INTENT_WRITE:
		screen_say(stage->screen, false, "%s '%s'",
			   intent.kind == INTENT_COPY ? "copied" : "wrote", intent.text);
		break;
	case INTENT_RECORD:
		stage->records = intent.text != NULL;
		if (intent.text)
			screen_say(stage->screen, false, "records to '%s'", intent.text);
		break;
	case INTENT_CLOSE_MAP:
		screen_remove(stage->screen, screen_front(stage->screen));
		break;
	case INTENT_MOUSE:
		screen_say(stage->screen, false, "the driver takes the mouse");
		break;
	case INTENT_REPLAY_HOLD:
	case INTENT_REPLAY_STEP:
	case INTENT_REPLAY_SKIP:
	case INTENT_REPLAY_SPEED:
		screen_say(stage->screen, false, "the recording %s %+lld",
			   intent.kind == INTENT_REPLAY_HOLD   ? "is held,"
			   : intent.kind == INTENT_REPLAY_STEP ? "steps"
			   : intent.kind == INTENT_REPLAY_SKIP ? "skips"
							       : "plays at another speed,",
			   (long long)(int64_t)intent.number);
		break;
	case INTENT_SAVE:
	case INTENT_REDRAW:
	case INTENT_SUSPEND:
		screen_say(stage->screen, false, "the driver %s",
			   intent.kind == INTENT_SAVE	  ? "saves"
			   : intent.kind == INTENT_REDRAW ? "draws anew"
							  : "suspends");
		break;
	default:
		break;
	}
}

static inline void press(struct stage *stage, uint32_t key)
{
	obey(stage, screen_key(stage->screen, key));
	draw(stage);
}

static inline void stage_open(struct stage *stage, const char *file)
{
	*stage = (struct stage){.file = file, .interval_ns = SECOND_NS, .theme = "default"};
	log_clear();
	stage->screen = screen_new();
	assert_non_null(stage->screen);
	assert_int_equal(source_sim_new(SEED, &stage->sim), 0);
	assert_int_equal(grid_resize(&stage->grid, 24, 80), 0);
	set_clock(stage, SECOND_NS);
}

static inline void stage_close(struct stage *stage)
{
	screen_free(stage->screen);
	for (size_t i = 0; i < stage->n_tables; i++)
		table_release(&stage->tables[i]);
	map_list_release(&stage->picked);
	stage->sim->ops->free(stage->sim);
	grid_release(&stage->grid);
	clock_free_run();
}
