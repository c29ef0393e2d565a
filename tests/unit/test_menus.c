/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Menus beside the rows: what is in sight shows the choice, and is as before where it wasn't taken. */
#include "tests/unit/script.h"

enum { WIDE = 120, NARROW = 80, ROWS = 30 };

/* How a map is looked at: order, columns, what its trends are of. */
struct look {
	struct sort_key keys[VIEW_MAX_KEYS];
	unsigned n_keys, n_chosen, n_shown;
	bool hides_trend;
	struct column trend;
	size_t n_trends;
};

static struct look look_of(const struct stage *stage)
{
	const struct tab *tab = front_tab(stage->screen);
	struct look look = {.n_keys = tab->view.n_keys,
			    .n_chosen = tab->n_chosen,
			    .n_shown = tab->n_shown,
			    .hides_trend = tab->hides_trend,
			    .trend = tab->trend,
			    .n_trends = tab->table->trends.n};

	memcpy(look.keys, tab->view.keys, sizeof(look.keys));
	return look;
}

static bool is_order(const struct look *a, const struct look *b)
{
	bool is = a->n_keys == b->n_keys;

	for (unsigned i = 0; i < a->n_keys && is; i++)
		is = column_equal(&a->keys[i].column, &b->keys[i].column) &&
		     a->keys[i].is_descending == b->keys[i].is_descending;
	return is;
}

static void assert_look(const struct stage *stage, const struct look *before)
{
	struct look is = look_of(stage);

	assert_true(is_order(&is, before));
	assert_int_equal(is.n_chosen, before->n_chosen);
	assert_int_equal(is.n_shown, before->n_shown);
	assert_int_equal(is.hides_trend, before->hides_trend);
	assert_true(column_equal(&is.trend, &before->trend));
	assert_int_equal(is.n_trends, before->n_trends);
}

/* returns how the map is looked at before the keys are pressed. */
static struct look open_menu(struct stage *stage, int n_cols, const char *keys)
{
	struct look before;
	char names[64];

	stage_open(stage, keys);
	assert_int_equal(grid_resize(&stage->grid, ROWS, n_cols), 0);
	open_map(stage, "ports");
	take_ticks(stage, 5);
	before = look_of(stage);
	snprintf(names, sizeof(names), "%s", keys);
	press_keys(stage, names);
	return before;
}

/* What leads out of a menu without taking anything. */
static const char *const ways_out[] = {"Esc", "q", "Backspace", "^C", "? ? Esc", "? l Esc Esc"};

static void test_order_is_seen_and_given_back(void **state)
{
	struct look before, is;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways_out); i++) {
		char keys[32];
		struct stage stage;

		before = open_menu(&stage, WIDE, "s Home Space");
		is = look_of(&stage);
		assert_false(is_order(&is, &before));
		assert_true(column_equal(&is.trend, &before.trend));
		assert_int_equal(is.n_trends, before.n_trends);
		snprintf(keys, sizeof(keys), "%s", ways_out[i]);
		press_keys(&stage, keys);
		assert_look(&stage, &before);
		stage_close(&stage);
	}
}

static void test_columns_are_seen_and_given_back(void **state)
{
	struct look before, is;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways_out); i++) {
		char keys[32];
		struct stage stage;

		before = open_menu(&stage, WIDE, "c");
		assert_look(&stage, &before);
		press_keys(&stage, strcpy(keys, "Space"));
		is = look_of(&stage);
		assert_true(is.n_chosen > 0 && is.n_shown < before.n_shown);
		snprintf(keys, sizeof(keys), "%s", ways_out[i]);
		press_keys(&stage, keys);
		assert_look(&stage, &before);
		stage_close(&stage);
	}
}

static void test_taken_it_stays(void **state)
{
	struct look before, is;
	struct stage stage;

	(void)state;
	before = open_menu(&stage, WIDE, "s Home Enter");
	is = look_of(&stage);
	assert_false(is_order(&is, &before));
	stage_close(&stage);
	open_menu(&stage, WIDE, "c Space Enter");
	is = look_of(&stage);
	assert_true(is.n_chosen > 0);
	stage_close(&stage);
}

/* Where the menu covers the rows nothing is sorted for nobody. */
static void test_covered_rows_stay(void **state)
{
	struct look before;
	struct stage stage;

	(void)state;
	before = open_menu(&stage, NARROW, "s Home Space");
	assert_look(&stage, &before);
	stage_close(&stage);
	before = open_menu(&stage, NARROW, "c Space");
	assert_look(&stage, &before);
	stage_close(&stage);
}

/* Its map goes, or another comes in front, while the menu is open. */
static void test_a_map_goes(void **state)
{
	struct look before;
	struct stage stage;

	(void)state;
	before = open_menu(&stage, WIDE, "s Home Space");
	open_map(&stage, "verdicts");
	assert_int_equal(screen_add(stage.screen, &stage.tables[0], NULL), 0);
	assert_int_equal(stage.screen->overlay, OVERLAY_NONE);
	assert_look(&stage, &before);
	stage_close(&stage);
	open_menu(&stage, WIDE, "c Space");
	screen_remove(stage.screen, &stage.tables[0]);
	assert_int_equal(stage.screen->overlay, OVERLAY_NONE);
	draw(&stage);
	stage_close(&stage);
}

/* Back from help one is where one was. */
static void test_help_keeps_the_place(void **state)
{
	struct stage stage;

	(void)state;
	open_menu(&stage, WIDE, "s End ? Down Esc");
	assert_int_equal(stage.screen->overlay, OVERLAY_SORT);
	assert_int_equal(stage.screen->list.cursor, stage.screen->sort_menu.n - 1);
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_seen_and_given_back),
		cmocka_unit_test(test_columns_are_seen_and_given_back),
		cmocka_unit_test(test_taken_it_stays),
		cmocka_unit_test(test_covered_rows_stay),
		cmocka_unit_test(test_a_map_goes),
		cmocka_unit_test(test_help_keeps_the_place),
	};

	return cmocka_run_group_tests_name("menus", tests, NULL, NULL);
}
