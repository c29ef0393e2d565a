/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whoever leans on the keyboard: seeded keys, sizes and readings over maps of every kind. Nothing falls
 * over, and every cell of every frame holds what a terminal can show in the columns it has. */
#include "tests/unit/stage.h"

#include "base/num.h"
#include "base/utf8.h"
#include "ui/keys.h"
#include "ui/mouse.h"
#include "ui/term.h"

enum { SEEDS = 10, STEPS = 700, MAX_ROWS = 62, MAX_COLS = 210 };

static const char *const maps[] = {"flows",    "ports", "sizes", "globals",
				   "verdicts", "empty", "kinds", "wide"};

struct monkey {
	struct stage stage;
	uint64_t random;
	uint32_t keys[16]; /* the last ones, to find out by */
	unsigned n_keys;
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

/* The text of a cell is one character of one column, or of two with an empty cell behind it. */
static void check_cell(const struct monkey *monkey, int row, int col)
{
	const struct grid *grid = &monkey->stage.grid;
	const struct cell *cell = &grid->cells[row * grid->n_cols + col];
	size_t len = strnlen(cell->text, GRID_CELL_BYTES);
	bool is_wide_next = col + 1 < grid->n_cols && !cell[1].text[0];
	size_t columns;

	if (cell->role >= N_ROLES)
		complain(monkey, "no such role", row, col);
	if (len == GRID_CELL_BYTES)
		complain(monkey, "no end of the text", row, col);
	if (len == 0) {
		if (col == 0 || !cell[-1].text[0])
			complain(monkey, "half a character", row, col);
		return;
	}
	columns = utf8_columns(cell->text, len);
	if (columns != (is_wide_next ? 2u : 1u))
		complain(monkey, "a wrong width", row, col);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)cell->text[i] < ' ' || cell->text[i] == 0x7f)
			complain(monkey, "a control character", row, col);
}

static void check_frame(const struct monkey *monkey)
{
	const struct grid *grid = &monkey->stage.grid;

	for (int row = 0; row < grid->n_rows; row++)
		for (int col = 0; col < grid->n_cols; col++)
			check_cell(monkey, row, col);
	if (grid->cursor_row >= grid->n_rows || grid->cursor_col >= grid->n_cols)
		complain(monkey, "the cursor is outside", grid->cursor_row, grid->cursor_col);
}

/* Mostly keys that do something, else what people type. */
static uint32_t any_key(struct monkey *monkey)
{
	static const char typed[] =
		"packets.rate>1kproto=tcp and or ( ) \"~\"sort-columns,:key 0123";
	static const uint32_t points[] = {0xe9, 0x6f22, 0x1f600, 0x301, 0x7f, TERM_DELETE};
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
		while (n < KEY_ROW_KEYS && row->keys[n])
			n++;
		return row->keys[draw_lot(monkey, n)];
	}
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

static void step(struct monkey *monkey)
{
	struct stage *stage = &monkey->stage;
	uint32_t key;

	switch (draw_lot(monkey, 12)) {
	case 0:
		assert_int_equal(grid_resize(&stage->grid, 1 + (int)draw_lot(monkey, MAX_ROWS),
					     1 + (int)draw_lot(monkey, MAX_COLS)),
				 0);
		draw(stage);
		break;
	case 1:
		stage->grid.is_ascii = draw_lot(monkey, 2);
		take_ticks(stage, 1);
		break;
	case 2:
		assert_int_equal(screen_add(stage->screen,
					    &stage->tables[draw_lot(monkey, stage->n_tables)],
					    NULL),
				 0);
		break;
	case 3:
		wave(monkey);
		break;
	default:
		key = any_key(monkey);
		monkey->keys[monkey->n_keys++ % 16] = key;
		press(stage, key);
		break;
	}
	check_frame(monkey);
}

static void run(uint64_t seed)
{
	struct monkey monkey = {.random = seed};
	char name[32];

	snprintf(name, sizeof(name), "seed %llu", (unsigned long long)seed);
	stage_open(&monkey.stage, name);
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		open_map(&monkey.stage, maps[i]);
	take_ticks(&monkey.stage, (int)(seed % 3));
	for (int i = 0; i < STEPS; i++)
		step(&monkey);
	stage_close(&monkey.stage);
}

static void whatever_is_pressed_the_screen_stands(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_pressed_the_screen_stands),
	};

	return cmocka_run_group_tests_name("keys_random", tests, NULL, NULL);
}
