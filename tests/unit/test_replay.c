/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is replayed is what was: at every place, in any order, from a file, a file that grows, a pipe; and
 * of a tape that is torn or damaged, what was whole before. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/num.h"
#include "read/replay.h"
#include "read/source.h"
#include "read/spec.h"
#include "tests/unit/folder.h"
#include "tests/unit/replay_stage.h"
#include "tests/unit/starved.h"

enum { MAPS = 12, TICKS = 8, SEED = 1 };

static const char *const names[MAPS] = {"flows",   "ports",  "verdicts", "sizes",
					"globals", "many",   "kinds",	 "empty",
					"wide",	   "stacks", "samples",	 "events"};
static size_t first_map, n_maps; /* of the simulation, which are recorded */
static const char *folder;
static char path[PATH_MAX];
static struct buf seen[TICKS][MAPS];  /* as it was shown when it was recorded */
static struct buf exact[TICKS][MAPS]; /* the rows alone */
static uint64_t sums[TICKS][MAPS];    /* of the raw rows */

/* Maps of the source from `first` on. */
static void open_stages(struct stage *stages, struct source *source, size_t first)
{
	struct map_list found = {0};

	assert_int_equal(source->ops->list(source, &found, NULL), 0);
	assert_true(found.n == n_maps || found.n == MAPS);
	for (size_t i = 0; i < n_maps; i++)
		stage_open(&stages[i], source, &found.maps[first + i]);
	map_list_release(&found);
}

static void close_stages(struct stage *stages)
{
	for (size_t i = 0; i < n_maps; i++)
		stage_close(&stages[i]);
}

static const struct tape_head head = {.host = "testhost",
				      .program = "test",
				      .boot = "other",
				      .is_big_endian = __BYTE_ORDER == __BIG_ENDIAN,
				      .interval_ns = 1000000000};

/* Every simulated map, TICKS readings of each, shown as they are recorded. */
static int record(void **state)
{
	struct stage stages[MAPS] = {0};
	struct tape_make make;
	struct source *sim;

	(void)state;
	first_map = unless_starved(0, 1); /* without those of many rows */
	n_maps = unless_starved(MAPS, 1);
	if (!(folder = own_folder()) || source_sim_new(SEED, &sim) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/all.tape", folder);
	clock_hold(SIM_START_NS, SIM_START_WALL_NS);
	if (tape_make_begin(&make, path, &head) < 0)
		return -1;
	open_stages(stages, sim, first_map);
	for (uint32_t i = 0; i < n_maps; i++) {
		assert_string_equal(stages[i].table.map.name, names[first_map + i]);
		tape_make_map(&make, i, &stages[i].table);
	}
	for (uint64_t tick = 0; tick < TICKS; tick++)
		for (uint32_t i = 0; i < n_maps; i++) {
			source_sim_hold_tick(sim, tick);
			if (source_read(sim, &stages[i].table.map, NULL, stages[i].table.next,
					NULL) < 0)
				return -1;
			tape_make_snap(&make, i, tick + 1, stages[i].table.next, tick == 5);
			sums[tick][i] = sum_of(stages[i].table.next);
			stage_take(&stages[i]);
			stage_show(&stages[i], &exact[tick][i], &seen[tick][i]);
		}
	tape_make_end(&make, true);
	close_stages(stages);
	sim->ops->free(sim);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	for (size_t tick = 0; tick < TICKS; tick++)
		for (size_t i = 0; i < n_maps; i++) {
			buf_release(&seen[tick][i]);
			buf_release(&exact[tick][i]);
		}
	return 0;
}

static void shows(struct stage *stage, size_t tick, size_t map)
{
	SCOPED(buf) rows = {0};
	SCOPED(buf) all = {0};

	stage_show(stage, &rows, &all);
	same(&all, &seen[tick][map]);
}

static struct source *open_tape(const char *at)
{
	struct source *tape;
	struct err err = {0};

	if (source_tape_new(at, &tape, &err) < 0)
		fail_msg("%s", err.text);
	return tape;
}

static void outputs_and_screens_are_the_same(void **state)
{
	struct stage stages[MAPS] = {0};
	struct source *tape = open_tape(path);
	struct replay_state at;

	(void)state;
	open_stages(stages, tape, 0);
	for (size_t tick = 0; tick < TICKS; tick++) {
		if (tick)
			assert_int_equal(replay_next(tape, NULL), 1);
		replay_state(tape, &at);
		assert_int_equal(at.place, tick + 1);
		for (size_t i = 0; i < n_maps; i++) {
			assert_int_equal(stage_read(&stages[i]), 1);
			shows(&stages[i], tick, i);
		}
	}
	assert_int_equal(replay_next(tape, NULL), 0);
	replay_state(tape, &at);
	assert_true(at.is_over && !at.fault && !at.is_live);
	assert_int_equal(at.n_places, TICKS);
	assert_string_equal(at.host, "testhost");
	close_stages(stages);
	tape->ops->free(tape);
}

/* After any jump, back or on, the rows are what they were, rates and changes among them. */
static void any_place_can_be_sought(void **state)
{
	struct stage stages[MAPS] = {0};
	struct source *tape = open_tape(path);
	uint64_t seed = 5;

	(void)state;
	open_stages(stages, tape, 0);
	for (int jump = 0; jump < (int)unless_starved(12, 3); jump++) {
		size_t tick = num_random(&seed) % TICKS;

		replay_seek(tape, tick + 1);
		for (size_t i = 0; i < n_maps; i++) {
			SCOPED(buf) rows = {0};

			assert_true(stage_read(&stages[i]) >= 0);
			show_rows(&stages[i].table, &rows);
			same(&rows, &exact[tick][i]);
		}
	}
	close_stages(stages);
	tape->ops->free(tape);
}

/* -- the player, on a clock that is held -- */

static void at_place(struct source *tape, const struct map *map, size_t place)
{
	struct replay_state at;

	tape->ops->due(tape, map);
	replay_state(tape, &at);
	assert_int_equal(at.place, place);
}

static void the_clock_moves_the_place(void **state)
{
	struct source *tape = open_tape(path);
	struct map_list found = {0};
	uint64_t now = SIM_START_NS, second = 1000000000;
	const struct map *map;

	(void)state;
	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	map = &found.maps[0];
	clock_hold(now += 100 * second, 0);
	at_place(tape, map, 1); /* it starts held */
	replay_hold(tape, false);
	clock_hold(now += second - 1, 0);
	at_place(tape, map, 1);
	clock_hold(now += 1, 0);
	at_place(tape, map, 2);
	replay_speed(tape, 2);
	clock_hold(now += second, 0);
	at_place(tape, map, 4);
	replay_hold(tape, true);
	clock_hold(now += 100 * second, 0);
	at_place(tape, map, 4);
	replay_hold(tape, false);
	replay_speed(tape, 0); /* the slowest there is */
	clock_hold(now += 10 * second - 1, 0);
	at_place(tape, map, 4);
	clock_hold(now += 1, 0);
	at_place(tape, map, 5);
	replay_seek(tape, 2);
	at_place(tape, map, 2);
	replay_seek(tape, 1000);
	at_place(tape, map, TICKS);
	replay_seek(tape, 0);
	at_place(tape, map, 1);
	clock_hold(SIM_START_NS, SIM_START_WALL_NS);
	map_list_release(&found);
	tape->ops->free(tape);
}

/* -- pipes -- */

static void through_a_pipe(void **state)
{
	struct stage stages[MAPS] = {0};
	struct source *tape = NULL;
	struct err err = {0};
	SCOPED(buf) bytes = {0};
	int fds[2], r;
	pid_t writer;

	(void)state;
	assert_int_equal(file_read(path, 1 << 28, &bytes), 0);
	assert_int_equal(pipe(fds), 0);
	writer = fork();
	if (writer == 0) {
		close(fds[0]);
		_exit(file_write_all(fds[1], bytes.at, bytes.len) < 0);
	}
	close(fds[1]);
	assert_int_equal(source_tape_of(fds[0], "pipe", &tape, &err), 0);
	open_stages(stages, tape, 0);
	for (size_t n = 0;; n++) {
		size_t tick = n / n_maps, i = n % n_maps;

		r = source_read(tape, &stages[i].table.map, NULL, stages[i].table.next, &err);
		assert_int_equal(r, 0);
		stage_take(&stages[i]);
		shows(&stages[i], tick, i);
		r = replay_next(tape, &err);
		if (r != 1) {
			assert_int_equal(n + 1, TICKS * n_maps);
			break;
		}
	}
	assert_int_equal(r, 0);
	assert_int_equal(replay_fd(tape), -1);
	close_stages(stages);
	tape->ops->free(tape);
	waitpid(writer, NULL, 0);
}

/* -- faults -- */

/* Reads each map at the place; true when all were there and are as they were. */
static bool is_whole(struct source *tape, const struct map_list *maps, size_t tick)
{
	SCOPED(snap) snap = {0};

	for (size_t i = 0; i < maps->n; i++) {
		const struct map *map = &maps->maps[i];

		if (tape->ops->due(tape, map) != 0 || source_read(tape, map, NULL, &snap, NULL) < 0)
			return false;
		assert_true(sum_of(&snap) == sums[tick][i]);
	}
	return maps->n == n_maps;
}

/* How many places of the tape at `at` can be read, one after the other; *fault_ret: something was said. */
static size_t count_places(const char *at, bool *fault_ret)
{
	struct map_list found = {0};
	struct replay_state state;
	struct source *tape;
	struct err err = {0};
	size_t n = 0;

	*fault_ret = true;
	if (source_tape_new(at, &tape, &err) < 0) {
		assert_true(err.text[0]);
		return 0;
	}
	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	while (is_whole(tape, &found, n)) {
		n++;
		if (replay_next(tape, &err) != 1)
			break;
	}
	replay_state(tape, &state);
	*fault_ret = state.fault != NULL;
	map_list_release(&found);
	tape->ops->free(tape);
	return n;
}

static void what_was_whole_before_a_fault_is_replayed(void **state)
{
	char at[80];
	SCOPED(buf) bytes = {0};
	uint64_t seed = 9;
	bool has_fault;

	(void)state;
	snprintf(at, sizeof(at), "%s/hurt.tape", folder);
	assert_int_equal(file_read(path, 1 << 28, &bytes), 0);
	assert_int_equal(count_places(path, &has_fault), TICKS);
	assert_false(has_fault);
	for (int i = 0; i < (int)unless_starved(40, 3); i++) {
		size_t place = num_random(&seed) % bytes.len;
		struct replay_check check;
		struct err err = {0};
		char flip;

		write_file(at, bytes.at, place);
		assert_true(count_places(at, &has_fault) < TICKS ||
			    place >= bytes.len - TAPE_LABEL_BYTES - TAPE_SUM_BYTES);
		flip = (char)(1u << num_random(&seed) % 8);
		bytes.at[place] ^= flip;
		write_file(at, bytes.at, bytes.len);
		bytes.at[place] ^= flip;
		assert_int_equal(replay_verify(at, &check, &err), -EBADMSG);
		assert_true(check.n_readings < TICKS * n_maps || check.n_bytes < bytes.len);
		assert_true(err.text[0]);
		if (count_places(at, &has_fault) == TICKS)
			assert_true(place >= bytes.len - TAPE_LABEL_BYTES - TAPE_SUM_BYTES);
		assert_true(has_fault);
	}
	unlink(at);
}

/* A tape that is cut or written over while it is replayed. */
static void a_file_that_shrinks_ends(void **state)
{
	char at[80];
	SCOPED(buf) bytes = {0};
	struct map_list found = {0};

	(void)state;
	snprintf(at, sizeof(at), "%s/shrinks.tape", folder);
	assert_int_equal(file_read(path, 1 << 28, &bytes), 0);
	for (size_t part = 0; part < 4; part++) {
		struct replay_state said;
		struct source *tape;
		size_t n = 1;

		write_file(at, bytes.at, bytes.len);
		tape = open_tape(at);
		assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
		assert_true(is_whole(tape, &found, 0));
		assert_int_equal(truncate(at, (off_t)(bytes.len * part / 4)), 0);
		/* Longer again, but of nothing. */
		if (part == 3)
			assert_int_equal(truncate(at, (off_t)bytes.len), 0);
		while (replay_next(tape, NULL) == 1 && is_whole(tape, &found, n))
			n++;
		assert_true(n < TICKS);
		assert_true(n * 4 + 4 >= part * TICKS);
		replay_state(tape, &said);
		assert_true(said.fault && strstr(said.fault, "is damaged at byte"));
		tape->ops->free(tape);
		map_list_release(&found);
	}
	unlink(at);
}

/* A tape that is still being written goes on where it ended, whatever byte that was. */
static void a_file_that_grows_is_followed(void **state)
{
	char at[80];
	SCOPED(buf) bytes = {0};
	struct map_list found = {0};
	struct replay_state said;
	struct source *tape;
	size_t n = 0, half;

	(void)state;
	snprintf(at, sizeof(at), "%s/grows.tape", folder);
	assert_int_equal(file_read(path, 1 << 28, &bytes), 0);
	half = bytes.len / 2;
	write_file(at, bytes.at, half);
	tape = open_tape(at);
	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	do {
		replay_state(tape, &said);
		assert_false(said.is_over);
		if (!is_whole(tape, &found, n))
			break; /* some maps of this moment are yet to come */
		n++;
	} while (replay_next(tape, NULL) == 1);
	assert_true(n > 0 && n < TICKS);
	replay_state(tape, &said);
	assert_non_null(said.fault);
	write_file(at, bytes.at, bytes.len);
	clock_hold(SIM_START_NS + SIM_TICK_NS, SIM_START_WALL_NS); /* it looks now and then */
	replay_seek(tape, 1);
	for (n = 0; n < TICKS; n++) {
		assert_true(is_whole(tape, &found, n));
		assert_int_equal(replay_next(tape, NULL), n + 1 < TICKS);
	}
	replay_state(tape, &said);
	assert_true(said.is_over && !said.fault);
	clock_hold(SIM_START_NS, SIM_START_WALL_NS);
	map_list_release(&found);
	tape->ops->free(tape);
	unlink(at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_and_screens_are_the_same),
		cmocka_unit_test(any_place_can_be_sought),
		cmocka_unit_test(the_clock_moves_the_place),
		cmocka_unit_test(through_a_pipe),
		cmocka_unit_test(what_was_whole_before_a_fault_is_replayed),
		cmocka_unit_test(a_file_that_shrinks_ends),
		cmocka_unit_test(a_file_that_grows_is_followed),
	};

	return cmocka_run_group_tests(tests, record, forget);
}
