/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything there is to see, drawn at sizes from 1x1 to 300x120: every small one, and of the others every
 * height at some widths and every width at some heights. Whatever is seen, its cursor is in sight and its
 * header no more than a quarter. The same at every single size without drawing, from what decides it: the
 * layout, of which test_layout shows that nothing overlaps, and the windows of rows and lists. */
#include "ui/scene.h"
#include "tests/unit/script.h"

#include "tests/unit/frame_check.h"
#include "tests/unit/starved.h"

enum { MAX_ROWS = 120, MAX_COLS = 300, SMALL_ROWS = 12, SMALL_COLS = 44, STRIDE = 251, FINE = 37 };

static struct sight {
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
	{"ring", "map events\nticks 4\nkeys B", STRIDE},
	{"ring beside its rows", "map events\nticks 4\nkeys | Down", STRIDE},
	{"bars of CPUs", "map ports\nticks 4\nkeys P", STRIDE},
	{"hundreds of bars of CPUs", "map wide\nticks 4\nkeys P S Down", STRIDE},
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
	if (is_starved())
		return (n_cols + n_rows * 5) % (80 * STRIDE) == 0;
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
	const struct sight *sight = *state;
	struct stage stage;

	stage_open(&stage, sight->name);
	run_script(&stage, sight->script);
	overlays[stage.screen->overlay] = prompts[stage.screen->prompting] = true;
	for (int n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
		for (int n_cols = 1; n_cols <= MAX_COLS; n_cols++)
			if (is_looked_at(n_rows, n_cols, sight->stride))
				look_at(&stage, n_rows, n_cols);
	stage_close(&stage);
}

/* -- every size, without drawing --------------------------------------------------------------------------- */

static struct sight swept[] = {
	{"rows", "map ports\nticks 3\nkeys G"},
	{"rows and their detail", "map ports\nticks 3\nkeys Enter G"},
	{"side by side", "map ports\nmap verdicts\nticks 3\nkeys | G"},
	{"four panes",
	 "map ports\nmap verdicts\nmap sizes\nmap globals\nticks 3\nkeys | _ ^W Right _ G"},
	{"groups", "map ports\nticks 3\nkeys : \"group port\" Enter G"},
	{"picker", "map ports\nticks 2\nkeys o End"},
	{"help", "map ports\nticks 2\nkeys ? End"},
};

static bool lies_inside(const struct area *area, int n_rows, int n_cols)
{
	return area->row >= 0 && area->col >= 0 && area->row + area->n_rows <= n_rows &&
	       area->col + area->n_cols <= n_cols;
}

/* Of the rows: those of the map in front have room, and the one under the cursor is among them. */
static const char *rows_fault(struct screen *screen)
{
	struct tab *tab = front_tab(screen);
	struct area rows = screen->layout.rows, total;

	if (rows.n_rows <= 0)
		return screen->layout.detail.n_rows > 0 ? NULL : "neither rows nor a detail";
	assert_int_equal(tab_fit_rows(tab, &rows, &total), 0);
	if (rows.n_rows < 1 || !tab_is_settled(tab))
		return "no room for rows";
	if (total.n_rows && (total.row != rows.row + rows.n_rows))
		return "what they add up to is not below them";
	return tab->view.cursor >= tab->view.top &&
			       tab->view.cursor < tab->view.top + (size_t)rows.n_rows
		       ? NULL
		       : "the cursor is not among the rows";
}

static const char *list_fault(struct screen *screen, int n_rows, int n_cols)
{
	const struct list_place *list = &screen->list;
	struct area lines;

	if (screen->over.n_rows < 1 || !lies_inside(&screen->over, n_rows, n_cols))
		return "what lies over the rows is outside";
	if (screen->overlay != OVERLAY_PICKER)
		return NULL;
	lines = picker_fit(screen, screen->over);
	if (lines.n_rows < 1)
		return screen->over.n_rows > 2 ? "no room for a list" : NULL;
	return list->cursor >= list->top && list->cursor < list->top + (size_t)lines.n_rows
		       ? NULL
		       : "the cursor is not in the list";
}

static void sweep(struct stage *stage)
{
	struct screen *screen = stage->screen;

	for (int n_rows = 1; n_rows <= MAX_ROWS; n_rows += (int)unless_starved(1, 23))
		for (int n_cols = 1; n_cols <= MAX_COLS; n_cols += (int)unless_starved(1, 71)) {
			const char *fault = NULL;

			screen_layout(screen, n_rows, n_cols);
			if (screen->layout.is_too_small)
				continue;
			fault = screen->overlay == OVERLAY_NONE
					? rows_fault(screen)
					: list_fault(screen, n_rows, n_cols);
			if (fault)
				fail_msg("'%s' at %dx%d: %s", stage->file, n_cols, n_rows, fault);
		}
}

static void the_cursor_is_in_sight_at_every_size(void **state)
{
	const struct sight *sight = *state;
	struct stage stage;

	stage_open(&stage, sight->name);
	assert_int_equal(grid_resize(&stage.grid, MAX_ROWS, MAX_COLS), 0);
	run_script(&stage, sight->script);
	sweep(&stage);
	stage_close(&stage);
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
	struct CMUnitTest tests[ARRAY_LEN(sights) + ARRAY_LEN(swept) + 1];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(sights); i++)
		tests[n++] = (struct CMUnitTest){.name = sights[i].name,
						 .test_func = everything_is_whole_at_any_size,
						 .initial_state = &sights[i]};
	for (size_t i = 0; i < ARRAY_LEN(swept); i++)
		tests[n++] = (struct CMUnitTest){.name = swept[i].name,
						 .test_func = the_cursor_is_in_sight_at_every_size,
						 .initial_state = &swept[i]};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(nothing_was_left_out);
	if (is_starved())
		keep_readings();
	return cmocka_run_group_tests_name("sizes", tests, NULL, NULL);
}
