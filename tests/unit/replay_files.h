/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For tests of recordings in several files: one recorded both ways, into a file and into several, whose maps
 * come and go; and what is seen of it in a replay. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/recorder.h"
#include "base/num.h"
#include "read/replay.h"
#include "read/source.h"
#include "tests/unit/folder.h"
#include "tests/unit/replay_stage.h"

enum {
	TICKS = 24,
	MAX_BYTES = 54000,
	MOST_BYTES = 1 << 20, /* of a file, where one reading is larger */
	MAX_FILES = 32,
	SEED = 1,
};

/* A map may come later, and go before the others do; ticks are counted from 1. */
static const struct {
	const char *name;
	uint64_t first, last;
} plan_of[] = {{"ports", 1, TICKS}, {"kinds", 1, 6}, {"sizes", 4, TICKS}, {"verdicts", 9, 12}};

enum { MAPS = ARRAY_LEN(plan_of) };

struct seen {
	bool has[TICKS][MAPS];
};

static struct map_list maps;
static struct source *sim;
static uint64_t sums[TICKS][MAPS], walls_ns[TICKS];
static char one[PATH_MAX];		    /* recorded into one file */
static char names[MAX_FILES][PATH_MAX + 8]; /* into several: from the oldest on */
static const char *files[MAX_FILES];	    /* those */
static size_t n_files;
static struct seen holds[MAX_FILES]; /* what each has when it is replayed alone */

/* -- recording -- */

static inline const struct map *map_at(size_t i)
{
	for (size_t k = 0; k < maps.n; k++)
		if (strcmp(maps.maps[k].name, plan_of[i].name) == 0)
			return &maps.maps[k];
	return NULL;
}

static inline int add_map(struct recorder *recorder, size_t i)
{
	SCOPED(tape_chunk) chunk = {0};
	SCOPED(plan) plan = {0};

	if (sim->ops->plan(sim, map_at(i), &plan, NULL) < 0 ||
	    tape_pack_map(&chunk, 0, map_at(i), &plan) < 0)
		return -1;
	return recorder_add(recorder, &chunk, NULL);
}

/* A map's part of that moment: it comes, is read, or went. */
static inline int record_map(struct recorder *recorder, size_t i, uint64_t tick, int *place)
{
	struct snap *room;

	if (tick == plan_of[i].first)
		*place = add_map(recorder, i);
	if (tick < plan_of[i].first || tick > plan_of[i].last + 1)
		return 0;
	if (*place < 0)
		return -1;
	if (tick > plan_of[i].last)
		return recorder_gone(recorder, (size_t)*place, tick, NULL);
	room = recorder_room(recorder, (size_t)*place);
	source_sim_hold_tick(sim, tick);
	if (source_read(sim, map_at(i), NULL, room, NULL) < 0)
		return -1;
	sums[tick - 1][i] = sum_of(room);
	walls_ns[tick - 1] = room->wall_ns;
	return recorder_write(recorder, (size_t)*place, tick, NULL);
}

static inline int record_to(const char *path, uint64_t max_bytes)
{
	struct recorder recorder = {.file = {.path = path,
					     .fd = -1,
					     .is_new = true,
					     .max_bytes = max_bytes,
					     .max_files = MAX_FILES}};
	int places[MAPS], r;
	SCOPED(buf) text = {0};

	recorder_head(&recorder.head, &text, SIM_TICK_NS);
	clock_hold(SIM_START_NS, SIM_START_WALL_NS - max_bytes); /* no two begin at one moment */
	r = recorder_begin(&recorder, NULL);
	clock_hold(SIM_START_NS, SIM_START_WALL_NS);
	for (uint64_t tick = 1; r == 0 && tick <= TICKS; tick++)
		for (size_t i = 0; r == 0 && i < MAPS; i++)
			r = record_map(&recorder, i, tick, &places[i]);
	if (r == 0)
		r = recorder_end(&recorder, NULL);
	recorder_release(&recorder);
	return r;
}

/* -- what a tape has -- */

static inline void note_seen(const struct map *map, const struct snap *snap, struct seen *seen)
{
	for (size_t tick = 0; tick < TICKS; tick++)
		for (size_t i = 0; i < MAPS; i++) {
			if (walls_ns[tick] != snap->wall_ns || strcmp(plan_of[i].name, map->name))
				continue;
			assert_true(sum_of(snap) == sums[tick][i]);
			seen->has[tick][i] = true;
			return;
		}
	fail_msg("a reading of map '%s' was never made", map->name);
}

static inline void read_place(struct source *tape, const struct map_list *found, struct seen *seen)
{
	SCOPED(snap) snap = {0};

	for (size_t i = 0; i < found->n; i++)
		while (tape->ops->due(tape, &found->maps[i]) == 0) {
			struct err err = {0};

			if (source_read(tape, &found->maps[i], NULL, &snap, &err) == 0)
				note_seen(&found->maps[i], &snap, seen);
			else
				assert_true(err.text[0]);
		}
}

static inline struct source *join(const char *const *paths, size_t n)
{
	struct source *tape;
	struct err err = {0};

	if (source_tape_join(paths, n, &tape, &err) < 0)
		fail_msg("%s", err.text);
	return tape;
}

/* Every reading of a tape, from the first on; after some jumps, the first of them to its end, so that what is
 * damaged is met from behind. */
static inline void see_all(struct source *tape, size_t n_jumps, uint64_t *seed, struct seen *seen)
{
	struct map_list found = {0};
	struct seen jumped = {0};

	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	for (size_t i = 0; i < n_jumps; i++) {
		replay_seek(tape, i ? 1 + num_random(seed) % TICKS : SIZE_MAX);
		read_place(tape, &found, &jumped);
	}
	replay_seek(tape, 1);
	do
		read_place(tape, &found, seen);
	while (replay_next(tape, NULL) == 1);
	map_list_release(&found);
}

/* Of files as one; what there is to say of them is copied to fault. */
static inline struct seen see(const char *const *paths, size_t n, size_t n_jumps, char *fault)
{
	struct source *tape = join(paths, n);
	struct replay_state state;
	struct seen seen = {0};
	uint64_t seed = n_jumps;

	see_all(tape, n_jumps, &seed, &seen);
	replay_state(tape, &state);
	snprintf(fault, ERR_TEXT_BYTES, "%s", state.fault ? state.fault : "");
	tape->ops->free(tape);
	return seen;
}

static inline struct seen either(const struct seen *a, const struct seen *b)
{
	struct seen seen = *a;

	for (size_t tick = 0; tick < TICKS; tick++)
		for (size_t i = 0; i < MAPS; i++)
			seen.has[tick][i] |= b->has[tick][i];
	return seen;
}

static inline struct seen all_but(size_t left_out)
{
	struct seen seen = {0};

	for (size_t k = 0; k < n_files; k++)
		if (k != left_out)
			seen = either(&seen, &holds[k]);
	return seen;
}

static inline void sees(const struct seen *is, const struct seen *was)
{
	assert_memory_equal(is, was, sizeof(*is));
}

static inline int record(void **state)
{
	char several[PATH_MAX], fault[ERR_TEXT_BYTES];
	size_t n = 0;

	(void)state;
	if (!own_folder() || source_sim_new(SEED, &sim) < 0 || sim->ops->list(sim, &maps, NULL) < 0)
		return -1;
	snprintf(one, sizeof(one), "%s", in_folder("one.tape"));
	snprintf(several, sizeof(several), "%s", in_folder("several.tape"));
	if (record_to(one, 0) < 0 || record_to(several, MAX_BYTES) < 0)
		return -1;
	snprintf(names[0], sizeof(names[0]), "%s", several);
	while (n + 1 < MAX_FILES && access(names[n], R_OK) == 0)
		snprintf(names[n + 1], sizeof(names[0]), "%s.%zu", several, n + 1), n++;
	for (n_files = 0; n_files < n; n_files++) {
		files[n_files] = names[n - 1 - n_files];
		holds[n_files] = see(&files[n_files], 1, 0, fault);
	}
	return n_files > 4 ? 0 : -1;
}

static inline int forget(void **state)
{
	(void)state;
	map_list_release(&maps);
	if (sim)
		sim->ops->free(sim);
	return 0;
}
