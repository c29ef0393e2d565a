/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything there is to see, drawn at sizes from 1x1 to 300x120: every small one, and of the others every
 * height at some widths and every width at some heights (test_layout does all of them, without drawing).
 * Whatever is seen, its cursor is in sight and its header no more than a quarter. */
#include "tests/unit/script.h"

#include "tests/unit/frame_check.h"

enum { MAX_ROWS = 120, MAX_COLS = 300, SMALL_ROWS = 12, SMALL_COLS = 44, STRIDE = 251, FINE = 37 };

static const struct {
	const char *name, *script;
	int stride; /* one size of so many */
} sights[] = {
	{"rows", "map flows\nticks 3\nkeys Down Down Down", FINE},
	{"last row", "map flows\nticks 3\nkeys G", STRIDE},
	{"per CPU", "map ports\nticks 3\nkeys x x x Down", STRIDE},
	{"tabs and other maps", "map flows\nmap ports\nmap kinds\nmap sizes\nticks 3\nkeys Tab",
	 STRIDE},
	{"a row of odd text", "map kinds\nticks 3\nkeys Down h", STRIDE},
	{"hundreds of CPUs", "map wide\nticks 3\nkeys x x x x Enter", STRIDE},
	{"no rows", "map empty\nticks 2", STRIDE},
	{"no reading", "map flows", STRIDE},
	{"variables", "map globals\nticks 3", STRIDE},
	{"bars", "map sizes\nticks 3\nkeys H Down", STRIDE},
	{"detail", "map ports\nticks 5\nkeys Enter Down", STRIDE},
	{"detail alone", "map kinds\nticks 5\nkeys e", STRIDE},
	{"side by side", "map ports\nmap verdicts\nticks 3\nkeys | Down", STRIDE},
	{"side by side, the other", "map ports\nmap verdicts\nticks 3\nkeys | ^W Right Down",
	 STRIDE},
	{"one below the other", "map ports\nmap verdicts\nticks 3\nkeys _ Enter", STRIDE},
	{"groups", "map flows\nticks 3\nkeys b \"proto,saddr/8\" Enter Down", STRIDE},
	{"paused", "map ports\nticks 5\nkeys p [ [", STRIDE},
	{"help", "map ports\nticks 2\nkeys ?", STRIDE},
	{"metrics", "map ports\nticks 2\nkeys m", STRIDE},
	{"churn", "map flows\nticks 4\nkeys C", STRIDE},
	{"messages", "map ports\nticks 2\nkeys F l", STRIDE},
	{"stacks", "map stacks\nticks 3\nkeys Enter Down Down", STRIDE},
	{"sort menu", "map ports\nticks 2\nkeys s Down Space", STRIDE},
	{"picker", "map ports\nticks 2\nkeys o Down", STRIDE},
	{"columns", "map flows\nticks 2\nkeys c End", STRIDE},
	{"themes", "map ports\nticks 2\nkeys T End", STRIDE},
	{"filter", "map flows\nticks 3\nkeys / \"proto == udp and \u6f22\u5b57\"", STRIDE},
	{"search", "map flows\nticks 3\nkeys ^F \"udp\"", STRIDE},
	{"group prompt", "map flows\nticks 3\nkeys b \"pro\"", STRIDE},
	{"command", "map flows\nticks 3\nkeys : \"sort nosuch\"", STRIDE},
	{"file",
	 "map flows\nticks 3\nkeys w "
	 "\"/a/name/that/goes/on/for/longer/than/most/screens/are/wide.csv\"",
	 STRIDE},
	{"record", "map flows\nticks 3\nkeys R", STRIDE},
	{"three panes of text and rows",
	 "map flows\nmap ports\nmap sizes\nticks 3\nkeys | m ^W Right _ ^W Down Down H", STRIDE},
	{"behind ^W", "map flows\nmap ports\nticks 3\nkeys | ^W", STRIDE},
	{"interval", "map flows\nticks 3\nkeys d", STRIDE},
};

static bool overlays[N_OVERLAYS], prompts[N_PROMPTS];

static bool is_looked_at(int n_rows, int n_cols, int stride)
{
	return (n_rows <= SMALL_ROWS && n_cols <= SMALL_COLS) ||
	       (n_cols + n_rows * 5) % stride == 0;
}

static void look_at(struct stage *stage, int n_rows, int n_cols)
{
	struct frame_fault fault;

	assert_int_equal(grid_resize(&stage->grid, n_rows, n_cols), 0);
	stage->grid.is_ascii = n_cols % 2;
	draw(stage);
	if (frame_has_fault(stage->screen, &stage->grid, &fault))
		fail_msg("'%s' at %dx%d: %s at %d,%d", stage->file, n_cols, n_rows, fault.what,
			 fault.row, fault.col);
}

static void everything_is_whole_at_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sights); i++) {
		struct stage stage;

		stage_open(&stage, sights[i].name);
		run_script(&stage, sights[i].script);
		overlays[stage.screen->overlay] = prompts[stage.screen->prompting] = true;
		for (int n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
			for (int n_cols = 1; n_cols <= MAX_COLS; n_cols++)
				if (is_looked_at(n_rows, n_cols, sights[i].stride))
					look_at(&stage, n_rows, n_cols);
		stage_close(&stage);
	}
}

static void nothing_was_left_out(void **state)
{
	(void)state;
	for (int i = 0; i < N_OVERLAYS; i++)
		if (!overlays[i])
			fail_msg("overlay %d is in no sight", i);
	for (int i = 0; i < N_PROMPTS; i++)
		if (!prompts[i])
			fail_msg("prompt '%s' is in no sight", prompt_label((enum prompt_kind)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_whole_at_any_size),
		cmocka_unit_test(nothing_was_left_out),
	};

	return cmocka_run_group_tests_name("sizes", tests, NULL, NULL);
}
