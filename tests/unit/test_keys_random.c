/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whoever leans on the keyboard: seeded keys, sizes and readings over simulated maps, recordings and maps
 * of any layout. Nothing falls over or hangs, every cell of every frame holds what a terminal can show in
 * the columns it has, the cursor is in sight, and a frame drawn again is the same one.
 *
 * KEYS_SECONDS=60 goes on for that long, with ever new seeds; RANDOM_SEED=N begins with another one. */
#include "tests/unit/script.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "read/replay.h"
#include "tests/unit/any_map.h"
#include "tests/unit/frame_check.h"
#include "tests/unit/starved.h"

#define TAPES "tests/tapes/"

enum {
	MAX_ROWS = 62,
	MAX_COLS = 210,
	HANG_SECONDS = 60, /* a key takes less than that on any machine */
	N_SIMS = 3,
	N_ANY = 4,
	N_TAPES = 2,
	TAPE_MAPS = 2
};

static const char *const maps[] = {"flows",    "ports", "sizes", "globals",
				   "verdicts", "empty", "kinds", "wide"};

/* Where the readings of a table come from. */
struct feed {
	struct any_map *any;
	struct source *tape;
};

struct monkey {
	struct stage stage;
	uint64_t random;
	uint32_t keys[16]; /* the last ones, to find out by */
	unsigned n_keys;
	bool is_creeping; /* the clock, with each look at it */
	struct any_map any[N_ANY];
	struct source *tapes[N_TAPES];
	size_t n_tapes;
	struct feed feeds[MAX_TABLES]; /* neither: the simulation */
	struct grid again;
};

static uint64_t draw_lot(struct monkey *monkey, uint64_t n)
{
	return num_random(&monkey->random) % n;
}

static void complain(const struct monkey *monkey, const char *what, int row, int col)
{
	SCOPED(buf) keys = {0};

	for (unsigned i = MIN_OF(monkey->n_keys, 16U); i > 0; i--) {
		key_spell(monkey->keys[(monkey->n_keys - i) % 16], &keys);
		buf_addc(&keys, ' ');
	}
	fail_msg("%s: %s at %d,%d of %dx%d after %s", monkey->stage.file, what, row, col,
		 monkey->stage.grid.n_cols, monkey->stage.grid.n_rows, buf_text(&keys));
}

static void check_frame(const struct monkey *monkey)
{
	struct frame_fault fault;

	if (frame_has_fault(monkey->stage.screen, &monkey->stage.grid, &fault))
		complain(monkey, fault.what, fault.row, fault.col);
}

/* Nothing happened in between, so nothing would be written. */
static void check_again(struct monkey *monkey)
{
	assert_int_equal(grid_copy(&monkey->again, &monkey->stage.grid), 0);
	draw(&monkey->stage);
	for (int row = 0; row < monkey->again.n_rows; row++)
		for (int col = 0; col < monkey->again.n_cols; col++) {
			int i = row * monkey->again.n_cols + col;

			if (memcmp(&monkey->again.cells[i], &monkey->stage.grid.cells[i],
				   sizeof(struct grid_cell)) != 0)
				complain(monkey, "drawn again it is another frame", row, col);
		}
}

/* -- what is fed --------------------------------------------------------------------------------------- */

static bool read_tape(struct monkey *monkey, struct source *tape, const struct map *map,
		      struct snap *snap)
{
	struct replay_state state;
	struct err err = {0};

	replay_state(tape, &state);
	if (draw_lot(monkey, 6) == 0)
		replay_seek(tape, 1 + draw_lot(monkey, state.n_places + 2));
	else if (tape->ops->due(tape, map) != 0 && replay_next(tape, &err) < 0)
		complain(monkey, err.text, 0, 0);
	if (tape->ops->due(tape, map) != 0)
		return false;
	int r = source_read(tape, map, NULL, snap, &err);
	/* That the map went, or has no reading where the tape is now. */
	if (r < 0 && r != -ENOENT && r != -EAGAIN)
		complain(monkey, err.text, 0, 0);
	return r == 0;
}

static bool feed(struct stage *stage, size_t i, struct snap *snap)
{
	struct monkey *monkey = stage->ctx;
	const struct map *map = &stage->tables[i].map;

	if (!screen_is_settled(stage->screen, &stage->tables[i]))
		return false;
	if (monkey->feeds[i].tape)
		return read_tape(monkey, monkey->feeds[i].tape, map, snap);
	if (monkey->feeds[i].any)
		any_map_read(monkey->feeds[i].any, map, snap);
	else
		read_map(stage, map, snap);
	return true;
}

static void open_any(struct monkey *monkey, struct any_map *any)
{
	struct map map;
	struct plan plan = {0};

	any_map_make(any, num_random(&monkey->random), &map, &plan);
	monkey->feeds[monkey->stage.n_tables].any = any;
	show_map(&monkey->stage, &map, &plan);
}

static int is_tape(const struct dirent *entry)
{
	return strstr(entry->d_name, ".tape") != NULL;
}

static void open_tape(struct monkey *monkey)
{
	struct dirent **files;
	int n = scandir(TAPES, &files, is_tape, alphasort);
	struct source *tape;
	struct map_list found = {0};
	struct plan plan = {0};
	struct err err = {0};
	char path[300];

	assert_true(n > 0);
	snprintf(path, sizeof(path), TAPES "%s", files[draw_lot(monkey, (uint64_t)n)]->d_name);
	while (n > 0)
		free(files[--n]);
	free(files);
	if (source_tape_new(path, &tape, &err) < 0 || tape->ops->list(tape, &found, &err) < 0)
		stop(&monkey->stage, path, err.text);
	monkey->tapes[monkey->n_tapes++] = tape;
	for (size_t i = 0; i < MIN_OF(found.n, (size_t)TAPE_MAPS); i++) {
		if (tape->ops->plan(tape, &found.maps[i], &plan, &err) < 0)
			stop(&monkey->stage, path, err.text);
		monkey->feeds[monkey->stage.n_tables].tape = tape;
		show_map(&monkey->stage, &found.maps[i], &plan);
	}
	map_list_release(&found);
}

static void open_all(struct monkey *monkey)
{
	struct stage *stage = &monkey->stage;

	stage->feed = feed;
	stage->ctx = monkey;
	for (int i = 0; i < N_SIMS; i++) {
		size_t first = draw_lot(monkey, ARRAY_LEN(maps) / N_SIMS);

		open_map(stage, maps[first * N_SIMS + (size_t)i]);
	}
	for (int i = 0; i < N_ANY; i++)
		open_any(monkey, &monkey->any[i]);
	for (int i = 0; i < N_TAPES; i++)
		open_tape(monkey);
}

/* -- what is done -------------------------------------------------------------------------------------- */

/* Mostly keys that do something, else what people type. */
static uint32_t any_key(struct monkey *monkey)
{
	static const char typed[] =
		"packets.rate>1kproto=tcp and or ( ) \"~\"sort-columns,:key 0123";
	static const uint32_t points[] = {0xe9, 0x6f22, 0x1f600, 0x301, 0x200d,	  0x1f3fd,
					  0x7f, 0xfeff, 0x202e,	 0x9b,	0x10ffff, TERM_DELETE};
	const struct key_row *row = &key_rows[draw_lot(monkey, n_key_rows)];
	unsigned n = 0;

	switch (draw_lot(monkey, 8)) {
	case 0:
		return TERM_ENTER;
	case 1:
	case 2:
		return (uint32_t)typed[draw_lot(monkey, sizeof(typed) - 1)];
	case 3:
		return points[draw_lot(monkey, ARRAY_LEN(points))];
	default:
		if (row->range_end)
			return row->keys[0] +
			       (uint32_t)draw_lot(monkey, row->range_end - row->keys[0]);
		while (n < KEY_ROW_KEYS && row->keys[n])
			n++;
		return row->keys[draw_lot(monkey, n)];
	}
}

static void press_one(struct monkey *monkey, uint32_t key)
{
	monkey->keys[monkey->n_keys++ % 16] = key;
	press(&monkey->stage, key);
}

/* What makes sense now and then, so that it gets beyond the first key. */
static void say_phrase(struct monkey *monkey)
{
	static const char *const phrases[] = {
		"/state == new or key ~ \"^a\"",
		"/value ~ \"\u6f22\u5b57|\u00e9\"",
		"/age > 1s and not (idle < 3s)",
		"bkey",
		"bstate",
		"bproto,saddr/24",
		":sort -key",
		":columns key,value,state,age,idle,seen",
		":filter \u6f22\u00e9\U0001f600",
		":cpus each",
		":values base",
		":theme nord",
		"0v",
		"|\x17",
		"w/tmp/\u00e9.csv",
		"d0.5",
		"\x06\u6f22",
	};
	const char *text = phrases[draw_lot(monkey, ARRAY_LEN(phrases))];

	for (size_t at = 0, len = strlen(text); at < len;) {
		uint32_t point;

		at += utf8_next(text + at, len - at, &point);
		press_one(monkey, key_of_point(point));
		check_frame(monkey);
	}
	press_one(monkey, draw_lot(monkey, 4) ? TERM_ENTER : TERM_ESCAPE);
}

/* The mouse, inside and a little outside. */
static void wave(struct monkey *monkey)
{
	struct mouse mouse = {.kind = (enum mouse_kind)draw_lot(monkey, 3),
			      .row = (int)draw_lot(monkey, MAX_ROWS),
			      .col = (int)draw_lot(monkey, MAX_COLS)};

	obey(&monkey->stage, screen_mouse(monkey->stage.screen, &mouse));
	draw(&monkey->stage);
}

/* Any size, most often one that people have. */
static void resize(struct monkey *monkey)
{
	static const int sizes[][2] = {{24, 80}, {30, 120}, {60, 200}, {10, 40}, {43, 132}};
	const int *size = sizes[draw_lot(monkey, ARRAY_LEN(sizes))];
	struct grid *grid = &monkey->stage.grid;

	if (draw_lot(monkey, 2))
		assert_int_equal(grid_resize(grid, size[0], size[1]), 0);
	else
		assert_int_equal(grid_resize(grid, 1 + (int)draw_lot(monkey, MAX_ROWS),
					     1 + (int)draw_lot(monkey, MAX_COLS)),
				 0);
	draw(&monkey->stage);
}

/* The clock creeps: orders and filters are seen half done, and keys are pressed meanwhile. */
static void dawdle(struct monkey *monkey)
{
	struct screen *screen = monkey->stage.screen;

	monkey->is_creeping = draw_lot(monkey, 2);
	clock_creep(monkey->is_creeping ? 1000000 : 0);
	if (monkey->is_creeping)
		return;
	while (screen_work(screen, UINT64_MAX))
		continue;
	draw(&monkey->stage);
}

static void step(struct monkey *monkey)
{
	struct stage *stage = &monkey->stage;

	switch (draw_lot(monkey, 16)) {
	case 0:
		resize(monkey);
		break;
	case 1:
	case 2:
		stage->grid.is_ascii = draw_lot(monkey, 2);
		stage->is_replay = draw_lot(monkey, 4) == 0;
		take_ticks(stage, 1);
		draw(stage);
		break;
	case 3:
		assert_int_equal(screen_add(stage->screen,
					    &stage->tables[draw_lot(monkey, stage->n_tables)],
					    NULL),
				 0);
		draw(stage);
		break;
	case 4:
		wave(monkey);
		break;
	case 5:
		dawdle(monkey);
		break;
	case 6:
		say_phrase(monkey);
		break;
	default:
		press_one(monkey, any_key(monkey));
		break;
	}
	check_frame(monkey);
	if (!monkey->is_creeping && draw_lot(monkey, 8) == 0)
		check_again(monkey);
}

/* -- seeds --------------------------------------------------------------------------------------------- */

static char name[32]; /* of the seed */

static void on_hang(int signal_number)
{
	static const char says[] = "hangs in ";

	(void)signal_number;
	if (write(STDERR_FILENO, says, sizeof(says) - 1) < 0 ||
	    write(STDERR_FILENO, name, strlen(name)) < 0)
		_exit(2);
	_exit(1);
}

static void close_all(struct monkey *monkey)
{
	clock_creep(0);
	stage_close(&monkey->stage);
	for (size_t i = 0; i < monkey->n_tapes; i++)
		monkey->tapes[i]->ops->free(monkey->tapes[i]);
	for (int i = 0; i < N_ANY; i++)
		any_map_release(&monkey->any[i]);
	grid_release(&monkey->again);
}

static void run(uint64_t seed, int n_steps)
{
	struct monkey monkey = {.random = seed};

	snprintf(name, sizeof(name), "seed %llu", (unsigned long long)seed);
	stage_open(&monkey.stage, name);
	open_all(&monkey);
	take_ticks(&monkey.stage, (int)(seed % 3));
	for (int i = 0; i < n_steps; i++) {
		alarm(HANG_SECONDS);
		step(&monkey);
	}
	alarm(0);
	close_all(&monkey);
}

static uint64_t seconds_now(void)
{
	return (uint64_t)time(NULL); /* the stage holds the program's own clock */
}

static void whatever_is_pressed_the_screen_stands(void **state)
{
	const char *first = getenv("RANDOM_SEED"), *seconds = getenv("KEYS_SECONDS");
	uint64_t seed = first ? strtoull(first, NULL, 10) : 1, n = 0;
	const unsigned n_seeds = unless_starved(8, 3);
	const int n_steps = (int)unless_starved(500, 4);
	uint64_t until = seconds_now() + (seconds ? strtoull(seconds, NULL, 10) : 0);

	(void)state;
	signal(SIGALRM, on_hang);
	while (n < n_seeds || seconds_now() < until)
		run(seed + n++, n_steps);
	print_message("# %llu seeds of %d steps\n", (unsigned long long)n, n_steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_pressed_the_screen_stands),
	};

	return cmocka_run_group_tests_name("keys_random", tests, NULL, NULL);
}
