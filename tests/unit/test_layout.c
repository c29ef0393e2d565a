/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every size of terminal, with everything wanted and not: areas lie inside, never overlap, the header
 * never takes more than a quarter, and there is always a row to look at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/tidy.h"
#include "ui/layout.h"

enum { MAX_ROWS = 120, MAX_COLS = 300 };

enum { MAX_AREAS = 12 + TILING_TILES, MENU_COLS = 46, MENU_FROM_COLS = 100 };

/* The places of panes, of which that with the focus is its insides. */
static int areas_of(const struct layout *l, const struct layout_wants *wants,
		    struct area out[MAX_AREAS])
{
	const struct area all[] = {l->identity, l->map,	    l->rates,  l->cpus,
				   l->tabs,	l->columns, l->rows,   l->detail,
				   l->band,	l->counts,  l->footer, l->menu};
	int n = (int)ARRAY_LEN(all);

	memcpy(out, all, sizeof(all));
	for (int i = 0; i < TILING_TILES; i++)
		if (i != wants->tiling->focus || !wants->shows_rows)
			out[n++] = l->panes[i];
	return n;
}

static bool overlap(const struct area *a, const struct area *b)
{
	if (a->n_rows <= 0 || b->n_rows <= 0 || a->n_cols <= 0 || b->n_cols <= 0)
		return false;
	return a->row < b->row + b->n_rows && b->row < a->row + a->n_rows &&
	       a->col < b->col + b->n_cols && b->col < a->col + a->n_cols;
}

static bool lies_in(const struct area *inner, const struct area *outer)
{
	return inner->n_rows == 0 || (inner->row >= outer->row &&
				      inner->row + inner->n_rows <= outer->row + outer->n_rows &&
				      inner->col >= outer->col &&
				      inner->col + inner->n_cols <= outer->col + outer->n_cols);
}

/* There is always something of the pane with the focus to look at. */
static void check_focus(const struct layout *l, const struct layout_wants *wants)
{
	const struct area *focus = &l->panes[wants->tiling->focus];

	if (wants->is_zoomed && wants->menu_cols) {
		assert_true(l->detail.n_cols + l->menu.n_cols == l->menu.col + l->menu.n_cols);
		return;
	}
	if (wants->is_zoomed) {
		assert_true(l->detail.n_rows > 0 && l->detail.n_cols >= LAYOUT_MIN_COLS);
		return;
	}
	assert_true(focus->n_rows > 0 && focus->n_cols >= LAYOUT_MIN_COLS);
	assert_true(lies_in(&l->columns, focus) && lies_in(&l->rows, focus) &&
		    lies_in(&l->detail, focus));
	if (!wants->shows_rows)
		assert_true(l->rows.n_rows == 0 && l->detail.n_rows == 0);
	else if (wants->detail == DETAIL_OPEN && wants->menu_cols)
		assert_true(l->detail.n_rows > 0 || l->rows.n_rows > 0);
	else if (wants->detail == DETAIL_OPEN)
		assert_true(l->detail.n_rows > 0 && l->detail.n_cols >= LAYOUT_MIN_COLS);
	else
		assert_true(l->columns.n_rows == 1 && l->rows.n_rows > 0);
}

static void check(int n_rows, int n_cols, const struct layout_wants *wants)
{
	const struct area whole = {0, 0, n_rows, n_cols};
	struct area areas[MAX_AREAS];
	struct layout l;
	int n, header;

	layout_make(n_rows, n_cols, wants, &l);
	assert_int_equal(l.is_too_small, n_rows < LAYOUT_MIN_ROWS || n_cols < LAYOUT_MIN_COLS);
	if (l.is_too_small)
		return;
	n = areas_of(&l, wants, areas);
	for (int i = 0; i < n; i++) {
		assert_true(areas[i].n_rows >= 0 && areas[i].n_cols >= 0);
		assert_true(lies_in(&areas[i], &whole));
		for (int j = 0; j < i; j++)
			assert_false(overlap(&areas[i], &areas[j]));
	}
	if (wants->menu_cols)
		assert_true(l.menu.n_rows > 0 && l.menu.n_cols >= wants->menu_cols &&
			    l.menu.col + l.menu.n_cols == n_cols);
	header = l.identity.n_rows + l.map.n_rows + l.rates.n_rows + l.cpus.n_rows + l.tabs.n_rows;
	assert_true(header >= 1 && header * 4 <= MAX_OF(n_rows, 4));
	assert_int_equal(l.footer.n_rows, 1);
	check_focus(&l, wants);
}

/* One pane; two of both kinds; as many as there can be, uneven, with the focus here and there. */
static void make_tiling(unsigned which, struct tiling *tiling)
{
	int made;

	tiling_init(tiling);
	if (which == 1 || which == 2)
		tiling->focus = tiling_split(tiling, 0, which == 1 ? SPLIT_BESIDE : SPLIT_BELOW);
	for (int i = 0; which > 2 && i < TILING_LEAVES - 1; i++) {
		made = tiling_split(tiling, tiling->focus, i % 3 ? SPLIT_BESIDE : SPLIT_BELOW);
		if (i % (int)which)
			tiling->focus = made;
		tiling_resize(tiling, i * (int)which);
	}
	tiling->is_alone = which == 5;
}

static void every_size_holds(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 6; which++) {
		struct tiling tiling;

		make_tiling(which, &tiling);
		for (unsigned bits = 0; bits < 16; bits++) {
			struct layout_wants wants = {.has_cpus = bits & 1,
						     .detail = bits & 2 ? DETAIL_OPEN
									: DETAIL_WHERE_ROOM,
						     .is_zoomed = (bits & 7) == 7,
						     .shows_rows = (bits & 7) != 4,
						     .n_others = bits & 4 ? 3 : 0,
						     .rows_cols = bits & 1 ? 70 : 0,
						     .tiling = &tiling};

			for (int n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
				for (int n_cols = 1; n_cols <= MAX_COLS; n_cols++) {
					wants.menu_cols = bits & 8 && n_cols >= MENU_FROM_COLS
								  ? MENU_COLS
								  : 0;
					check(n_rows, n_cols, &wants);
				}
		}
	}
}

static void the_usual_size_has_everything(void **state)
{
	struct tiling one;
	const struct layout_wants wants = {.has_cpus = true, .shows_rows = true, .tiling = &one};
	struct layout l;

	(void)state;
	tiling_init(&one);
	layout_make(24, 80, &wants, &l);
	assert_int_equal(l.cpus.n_rows, 1);
	assert_int_equal(l.tabs.n_rows, 1);
	assert_int_equal(l.rows.n_rows, 16);
	assert_int_equal(l.counts.row, 22);
	assert_int_equal(l.footer.row, 23);
}

static void zones_fall_away_in_order(void **state)
{
	struct tiling one;
	const struct layout_wants wants = {.has_cpus = true, .shows_rows = true, .tiling = &one};
	struct layout l;

	(void)state;
	tiling_init(&one);
	layout_make(19, 80, &wants, &l);
	assert_true(l.cpus.n_rows == 0 && l.tabs.n_rows == 1);
	layout_make(15, 80, &wants, &l);
	assert_true(l.tabs.n_rows == 0 && l.rates.n_rows == 1);
	layout_make(10, 80, &wants, &l);
	assert_true(l.is_compact && l.map.n_rows == 0 && l.counts.n_rows == 1);
	layout_make(5, 24, &wants, &l);
	assert_true(l.is_compact && l.counts.n_rows == 0 && l.rows.n_rows == 2);
}

/* Where there is a detail at the right edge the rows stay where they are. */
static void a_menu_stands_at_the_side(void **state)
{
	struct tiling one;
	struct layout_wants wants = {.has_cpus = true, .shows_rows = true, .tiling = &one};
	struct layout without, with;

	(void)state;
	tiling_init(&one);
	layout_make(60, 200, &wants, &without);
	wants.menu_cols = MENU_COLS;
	layout_make(60, 200, &wants, &with);
	assert_memory_equal(&with.rows, &without.rows, sizeof(with.rows));
	assert_memory_equal(&with.menu, &without.detail, sizeof(with.menu));
	assert_int_equal(with.detail.n_rows, 0);
	layout_make(30, 120, &wants, &with);
	assert_int_equal(with.rows.n_cols, 120 - MENU_COLS);
	assert_int_equal(with.menu.col, 120 - MENU_COLS);
}

/* Rows that need a column more, as a number grows by a digit, hardly ever move it. */
static void the_detail_takes_what_rows_leave(void **state)
{
	static const struct {
		int n_cols, rows_cols, detail_cols;
	} cases[] = {
		{200, 0, 66},	 {200, 200, 66}, {200, 130, 66},  {200, 109, 80},
		{200, 112, 80},	 {200, 113, 72}, {200, 128, 72},  {200, 50, 80},
		{300, 176, 120}, {300, 300, 72}, {400, 100, 140}, {160, 60, 64},
	};
	struct tiling one;
	struct layout_wants wants = {.shows_rows = true, .tiling = &one};
	struct layout l;

	(void)state;
	tiling_init(&one);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		wants.rows_cols = cases[i].rows_cols;
		layout_make(60, cases[i].n_cols, &wants, &l);
		assert_int_equal(l.detail.n_cols, cases[i].detail_cols);
		assert_int_equal(l.rows.n_cols, cases[i].n_cols - cases[i].detail_cols);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_holds),
		cmocka_unit_test(the_usual_size_has_everything),
		cmocka_unit_test(zones_fall_away_in_order),
		cmocka_unit_test(a_menu_stands_at_the_side),
		cmocka_unit_test(the_detail_takes_what_rows_leave),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
