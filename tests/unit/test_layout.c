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

static int areas_of(const struct layout *l, struct area out[12])
{
	const struct area all[] = {l->identity, l->map,	    l->rates,  l->cpus,
				   l->tabs,	l->columns, l->rows,   l->detail,
				   l->band,	l->counts,  l->footer, l->other};

	memcpy(out, all, sizeof(all));
	return (int)ARRAY_LEN(all);
}

static bool overlap(const struct area *a, const struct area *b)
{
	if (a->n_rows <= 0 || b->n_rows <= 0 || a->n_cols <= 0 || b->n_cols <= 0)
		return false;
	return a->row < b->row + b->n_rows && b->row < a->row + a->n_rows &&
	       a->col < b->col + b->n_cols && b->col < a->col + a->n_cols;
}

static void check(int n_rows, int n_cols, const struct layout_wants *wants)
{
	struct layout l;
	struct area areas[12];
	int n, header;

	layout_make(n_rows, n_cols, wants, &l);
	assert_int_equal(l.is_too_small, n_rows < LAYOUT_MIN_ROWS || n_cols < LAYOUT_MIN_COLS);
	if (l.is_too_small)
		return;
	n = areas_of(&l, areas);
	for (int i = 0; i < n; i++) {
		assert_true(areas[i].n_rows >= 0 && areas[i].n_cols >= 0);
		assert_true(areas[i].row >= 0 && areas[i].row + areas[i].n_rows <= n_rows);
		assert_true(areas[i].col >= 0 && areas[i].col + areas[i].n_cols <= n_cols);
		for (int j = 0; j < i; j++)
			assert_false(overlap(&areas[i], &areas[j]));
	}
	header = l.identity.n_rows + l.map.n_rows + l.rates.n_rows + l.cpus.n_rows + l.tabs.n_rows;
	assert_true(header >= 1 && header * 4 <= MAX_OF(n_rows, 4));
	assert_int_equal(l.footer.n_rows, 1);
	assert_true(l.rows.n_rows > 0 || l.detail.n_rows > 0);
	if (!wants->has_detail && !wants->is_zoomed)
		assert_true(l.columns.n_rows == 1 && l.rows.n_rows > 0);
	else
		assert_true(l.detail.n_rows > 0 && l.detail.n_cols >= LAYOUT_MIN_COLS);
}

static void every_size_holds(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 48; bits++) {
		struct layout_wants wants = {.has_cpus = bits & 1,
					     .has_detail = bits & 2,
					     .is_zoomed = bits & 4,
					     .n_others = bits & 8 ? 3 : 0,
					     .split = (enum split)(bits / 16),
					     .focus_second = bits & 1};

		for (int n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
			for (int n_cols = 1; n_cols <= MAX_COLS; n_cols++)
				check(n_rows, n_cols, &wants);
	}
}

static void the_usual_size_has_everything(void **state)
{
	const struct layout_wants wants = {.has_cpus = true};
	struct layout l;

	(void)state;
	layout_make(24, 80, &wants, &l);
	assert_int_equal(l.cpus.n_rows, 1);
	assert_int_equal(l.tabs.n_rows, 1);
	assert_int_equal(l.rows.n_rows, 16);
	assert_int_equal(l.counts.row, 22);
	assert_int_equal(l.footer.row, 23);
}

static void zones_fall_away_in_order(void **state)
{
	const struct layout_wants wants = {.has_cpus = true};
	struct layout l;

	(void)state;
	layout_make(19, 80, &wants, &l);
	assert_true(l.cpus.n_rows == 0 && l.tabs.n_rows == 1);
	layout_make(15, 80, &wants, &l);
	assert_true(l.tabs.n_rows == 0 && l.rates.n_rows == 1);
	layout_make(10, 80, &wants, &l);
	assert_true(l.is_compact && l.map.n_rows == 0 && l.counts.n_rows == 1);
	layout_make(5, 24, &wants, &l);
	assert_true(l.is_compact && l.counts.n_rows == 0 && l.rows.n_rows == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_holds),
		cmocka_unit_test(the_usual_size_has_everything),
		cmocka_unit_test(zones_fall_away_in_order),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
