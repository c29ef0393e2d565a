/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys that need work on all rows: it goes on in slices, beside what else is done, and what was asked for is
 * there at its end. A clock that runs at each look ends every slice after its first step. */
#include "tests/unit/script.h"

enum { CREEP_NS = 100000000 };

static void run(struct stage *stage, const char *text)
{
	stage_open(stage, __FILE__);
	run_script(stage, text);
}

/* Until all work is done; returns how many slices it took. */
static unsigned work_on(struct stage *stage)
{
	unsigned n = 0;

	while (!screen_is_settled(stage->screen, NULL)) {
		screen_work(stage->screen, clock_now_ns() + SLICE_NS);
		assert_true(++n < 1000);
	}
	return n;
}

static void a_key_waits_for_a_slice_of_the_baseline(void **state)
{
	struct stage stage;
	const struct table *table = &stage.tables[0];
	struct column column = {.derive = DERIVE_BASE};
	struct val val;

	(void)state;
	run(&stage, "map many\nticks 3\n");
	work_on(&stage);
	clock_creep(CREEP_NS);
	press(&stage, '0');
	assert_non_null(table->base);
	assert_int_equal(table->baseline.number, 0);
	press(&stage, TERM_DOWN); /* and others are heeded meanwhile */
	assert_non_null(table->base);
	assert_true(work_on(&stage) > 10);
	assert_null(table->base);
	assert_int_equal(table->baseline.number, table->current->number);
	clock_creep(0);
	take_ticks(&stage, 1);
	column.field = &table->plan.fields[table->plan.n_fields - 1];
	val = table_cell(table, 0, &column);
	assert_int_not_equal(val.kind, VAL_UNKNOWN);
	stage_close(&stage);
}

static double since_base(const struct stage *stage, ptrdiff_t row)
{
	const struct column *column = &front_tab(stage->screen)->view.keys[0].column;
	struct val val = table_cell(&stage->tables[0], (size_t)row, column);

	return val_as_real(&val);
}

/* What is sorted by growth since then, too. */
static void rows_are_sorted_by_the_new_baseline(void **state)
{
	struct stage stage, at_once;

	(void)state;
	run(&at_once, "map flows\nticks 4\nkeys 0\nsort -packets.base\nticks 2\nkeys 0\nticks 2\n");
	run(&stage, "map flows\nticks 4\nkeys 0\nsort -packets.base\nticks 2\n");
	clock_creep(CREEP_NS);
	press(&stage, '0');
	work_on(&stage);
	clock_creep(0);
	take_ticks(&stage, 2);
	for (size_t i = 0; i < 15; i++) {
		ptrdiff_t row = view_row(&front_tab(stage.screen)->view, i);
		ptrdiff_t other = view_row(&front_tab(at_once.screen)->view, i);

		assert_true(row >= 0 && row == other);
		assert_true(since_base(&stage, row) == since_base(&at_once, other));
		assert_true(since_base(&stage, row) > 0);
	}
	stage_close(&stage);
	stage_close(&at_once);
}

/* Groups of flows that have not all of the last reading yet; returns the tab of their rows. */
static struct tab *begin_folding(struct stage *stage)
{
	struct tab *tab;

	run(stage, "map flows\nticks 3\nkeys b b \"saddr\" Enter\nticks 3\n");
	tab = map_tab(stage->screen);
	work_on(stage);
	clock_creep(CREEP_NS);
	take_reading(stage);
	assert_true(tab->is_folding);
	return tab;
}

static void a_look_back_waits_for_groups_in_slices(void **state)
{
	struct stage stage;
	struct tab *tab = begin_folding(&stage);

	(void)state;
	press(&stage, '[');
	assert_true(tab->is_folding);
	assert_int_equal(tab->table->past.back, 0);
	assert_true(work_on(&stage) > 2);
	assert_int_equal(tab->table->past.back, 1);
	assert_int_equal(tab->groups->table->past.back, 1);
	assert_int_equal(tab->groups->table->current->ended_ns, tab->table->current->ended_ns);
	/* There again, and nothing is waited for. */
	press(&stage, ']');
	work_on(&stage);
	assert_int_equal(tab->table->past.back, 0);
	assert_int_equal(tab->groups->table->past.back, 0);
	stage_close(&stage);
}

/* Nothing is looked back at: groups that are folded need not be waited for. */
static void going_on_waits_for_nothing(void **state)
{
	struct stage stage;
	struct tab *tab = begin_folding(&stage);

	(void)state;
	press(&stage, 'p');
	press(&stage, 'p');
	assert_true(tab->is_folding);
	assert_false(tab->looks);
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_waits_for_a_slice_of_the_baseline),
		cmocka_unit_test(rows_are_sorted_by_the_new_baseline),
		cmocka_unit_test(a_look_back_waits_for_groups_in_slices),
		cmocka_unit_test(going_on_waits_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
