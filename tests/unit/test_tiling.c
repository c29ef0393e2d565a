/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tree of panes: what splitting and closing do to it, where the focus goes, who has room. Random
 * splitting and closing keeps a tree a tree. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tidy.h"
#include "ui/tiling.h"

static const struct area large = {3, 0, 60, 200};

static void assert_area(const struct area *area, int row, int col, int n_rows, int n_cols)
{
	assert_int_equal(area->row, row);
	assert_int_equal(area->col, col);
	assert_int_equal(area->n_rows, n_rows);
	assert_int_equal(area->n_cols, n_cols);
}

static void halves_share_the_room(void **state)
{
	struct area areas[TILING_TILES];
	struct tiling tiling;
	int right, below;

	(void)state;
	tiling_init(&tiling);
	right = tiling_split(&tiling, 0, SPLIT_BESIDE);
	below = tiling_split(&tiling, right, SPLIT_BELOW);
	tiling_areas(&tiling, large, areas);
	assert_area(&areas[0], 3, 0, 60, 99);
	assert_area(&areas[tiling.tiles[0].parent], 3, 99, 60, 1);
	assert_area(&areas[right], 3, 100, 30, 100);
	assert_area(&areas[below], 33, 100, 30, 100);

	assert_true(tiling_resize(&tiling, 20));
	tiling_areas(&tiling, large, areas);
	assert_area(&areas[0], 3, 0, 60, 139);
	while (tiling_resize(&tiling, 20))
		;
	tiling_areas(&tiling, large, areas);
	assert_int_equal(areas[right].n_cols, 40);
	tiling_even(&tiling);
	tiling_areas(&tiling, large, areas);
	assert_area(&areas[0], 3, 0, 60, 99);
}

static void a_leaf_keeps_its_number(void **state)
{
	struct area areas[TILING_TILES];
	struct tiling tiling;
	int right, below;

	(void)state;
	tiling_init(&tiling);
	right = tiling_split(&tiling, 0, SPLIT_BESIDE);
	below = tiling_split(&tiling, 0, SPLIT_BELOW);
	tiling_close(&tiling, 0);
	assert_int_equal(tiling.focus, below);
	assert_int_equal(tiling_n_leaves(&tiling), 2);
	tiling_areas(&tiling, large, areas);
	assert_area(&areas[below], 3, 0, 60, 99);
	assert_area(&areas[right], 3, 100, 60, 100);
	tiling_close(&tiling, below);
	tiling_areas(&tiling, large, areas);
	assert_area(&areas[right], 3, 0, 60, 200);
	tiling_close(&tiling, right);
	assert_int_equal(tiling_n_leaves(&tiling), 1);
	assert_int_equal(tiling.focus, right);
}

static void the_focus_goes_where_the_arrow_points(void **state)
{
	struct tiling tiling;
	int right, below, last;

	(void)state;
	tiling_init(&tiling);
	right = tiling_split(&tiling, 0, SPLIT_BESIDE);
	below = tiling_split(&tiling, right, SPLIT_BELOW);
	last = tiling_split(&tiling, below, SPLIT_BESIDE);
	assert_int_equal(tiling_towards(&tiling, TO_LEFT), -1);
	assert_int_equal(tiling_towards(&tiling, TO_TOP), -1);
	assert_int_equal(tiling_towards(&tiling, TO_RIGHT), right);
	tiling.focus = right;
	assert_int_equal(tiling_towards(&tiling, TO_BOTTOM), below);
	tiling.focus = below;
	assert_int_equal(tiling_towards(&tiling, TO_TOP), right);
	assert_int_equal(tiling_towards(&tiling, TO_LEFT), 0);
	assert_int_equal(tiling_towards(&tiling, TO_RIGHT), last);
	tiling.focus = last;
	assert_int_equal(tiling_towards(&tiling, TO_LEFT), below);
	assert_int_equal(tiling_towards(&tiling, TO_BOTTOM), -1);
	/* and all round in reading order */
	assert_int_equal(tiling_after(&tiling, 0), right);
	assert_int_equal(tiling_after(&tiling, right), below);
	assert_int_equal(tiling_after(&tiling, below), last);
	assert_int_equal(tiling_after(&tiling, last), 0);
}

static void who_has_no_room_makes_way(void **state)
{
	const struct area small = {0, 0, 9, 72};
	struct area areas[TILING_TILES];
	struct tiling tiling;
	int right;

	(void)state;
	assert_false(tiling_fits(small, SPLIT_BESIDE));
	assert_false(tiling_fits(small, SPLIT_BELOW));
	assert_true(tiling_fits((struct area){0, 0, 10, 73}, SPLIT_BESIDE));
	assert_true(tiling_fits((struct area){0, 0, 10, 73}, SPLIT_BELOW));
	tiling_init(&tiling);
	right = tiling_split(&tiling, 0, SPLIT_BESIDE);
	tiling_areas(&tiling, small, areas);
	assert_area(&areas[0], 0, 0, 9, 72);
	assert_int_equal(areas[right].n_rows, 0);
	tiling.focus = right;
	tiling_areas(&tiling, small, areas);
	assert_area(&areas[right], 0, 0, 9, 72);
	tiling.is_alone = true;
	tiling_areas(&tiling, large, areas);
	assert_area(&areas[right], 3, 0, 60, 200);
	assert_int_equal(areas[0].n_rows, 0);
}

static void there_is_a_last_pane(void **state)
{
	struct tiling tiling;

	(void)state;
	tiling_init(&tiling);
	for (int i = 1; i < TILING_LEAVES; i++)
		assert_true(tiling_split(&tiling, 0, i % 2 ? SPLIT_BESIDE : SPLIT_BELOW) > 0);
	assert_int_equal(tiling_n_leaves(&tiling), TILING_LEAVES);
	assert_int_equal(tiling_split(&tiling, 0, SPLIT_BESIDE), -ENOSPC);
	assert_int_equal(tiling_n_leaves(&tiling), TILING_LEAVES);
}

/* Every leaf is met once when going round, and all of the room is somebody's. */
static void check_tree(const struct tiling *tiling)
{
	int n = tiling_n_leaves(tiling), leaf = tiling->focus, cells = 0;
	struct area areas[TILING_TILES];
	const struct area room = {0, 0, 1 << 12, 1 << 12};

	for (int i = 0; i < n; i++) {
		assert_true(tiling_is_leaf(tiling, leaf));
		leaf = tiling_after(tiling, leaf);
		assert_int_equal(leaf == tiling->focus, i == n - 1);
	}
	tiling_areas(tiling, room, areas);
	for (int i = 0; i < TILING_TILES; i++)
		cells += areas[i].n_rows * areas[i].n_cols;
	assert_int_equal(cells, room.n_rows * room.n_cols);
}

static void a_tree_stays_a_tree(void **state)
{
	struct tiling tiling;

	(void)state;
	srand(1);
	tiling_init(&tiling);
	for (int step = 0; step < 20000; step++) {
		int what = rand() % 8;

		for (int n = rand() % TILING_LEAVES; n > 0; n--)
			tiling.focus = tiling_after(&tiling, tiling.focus);
		if (what < 4)
			tiling_split(&tiling, tiling.focus, what % 2 ? SPLIT_BESIDE : SPLIT_BELOW);
		else if (what < 7)
			tiling_close(&tiling, tiling.focus);
		else
			tiling_resize(&tiling, rand() % 40 - 20);
		check_tree(&tiling);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_share_the_room),
		cmocka_unit_test(a_leaf_keeps_its_number),
		cmocka_unit_test(the_focus_goes_where_the_arrow_points),
		cmocka_unit_test(who_has_no_room_makes_way),
		cmocka_unit_test(there_is_a_last_pane),
		cmocka_unit_test(a_tree_stays_a_tree),
	};

	return cmocka_run_group_tests_name("tiling", tests, NULL, NULL);
}
