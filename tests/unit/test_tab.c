/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys that need work on all rows: it goes on in slices, beside what else is done, and what was asked for is
 * there at its end. A clock that runs at each look ends every slice after its first step. */
#include "tests/unit/query_tables.h"
#include "tests/unit/script.h"
#include "tests/unit/starved.h"

#include <errno.h>

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

/* The one before, many pages, isn't given back in one go either; the new one holds by then. */
static void the_old_baseline_goes_in_slices(void **state)
{
	enum { ROWS = 100000 };
	struct table table;
	unsigned n = 0;

	(void)state;
	make_rows(&table);
	fill_random(&table, ROWS);
	assert_int_equal(table_baseline(&table), 0);
	fill_random(&table, ROWS);
	assert_int_equal(table_baseline_begin(&table), 0);
	while (table.baseline.number != table.current->number)
		assert_int_equal(table_baseline_step(&table, SIZE_MAX), 1);
	for (; table_baseline_step(&table, SIZE_MAX) > 0; n++)
		assert_true(table_baseline_progress(&table) == 1);
	assert_true(n > 1);
	assert_null(table.base);
	assert_int_equal(table.baseline.n_rows, table.current->n_rows);
	table_release(&table);
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

/* Matched and sorted as if filter and sort had been asked for only now. */
static void check_anew(struct stage *stage, struct tab *tab)
{
	enum { SEEN = 15 };
	ptrdiff_t was[SEEN];
	size_t n_matched;

	work_on(stage);
	assert_int_equal(tab_refresh(tab, tab->view.height), 0);
	work_on(stage);
	n_matched = tab->view.n_matched;
	for (size_t i = 0; i < SEEN; i++)
		was[i] = view_row(&tab->view, i);
	tab->view.matched_number = 0;
	tab->is_stale = true;
	assert_int_equal(tab_refresh(tab, tab->view.height), 0);
	work_on(stage);
	assert_int_equal(tab->view.n_matched, n_matched);
	for (size_t i = 0; i < SEEN; i++)
		assert_int_equal(view_row(&tab->view, i), was[i]);
}

/* Also while no reading comes that would make it so. */
static void rows_go_by_values_as_they_are_now(void **state)
{
	static const char *const scripts[] = {
		"filter packets.base > 500\nticks 2\nkeys p 0\n",
		"sort packets.base,saddr\nticks 2\nkeys p 0\n",
		"keys : \"smooth 10s\" Enter\nticks 3\nkeys p : \"smooth off\" Enter\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i += unless_starved(1, 2)) {
		struct stage stage;

		run(&stage, "map flows\nticks 4\nkeys 0\nticks 2\n");
		run_script(&stage, scripts[i]);
		check_anew(&stage, front_tab(stage.screen));
		stage_close(&stage);
	}
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

/* What a map in its own tab is set to, as text. */
static void check_setting(const struct stage *stage, size_t i, const char *name, const char *is)
{
	SCOPED(buf) text = {0};

	screen_get(stage->screen, &stage->tables[i], name, &text);
	assert_string_equal(buf_text(&text), is);
}

static void set(const struct stage *stage, size_t i, const char *name, const char *text)
{
	struct err err = {0};

	if (screen_set(stage->screen, &stage->tables[i], name, text, &err) < 0)
		fail_msg("%s", err.text);
}

/* Puts another map of that name in the place of the i-th. returns its place among the tables. */
static size_t replace(struct stage *stage, size_t i, const char *name)
{
	struct table *next = &stage->tables[stage->n_tables];
	struct map_list found = {0};
	struct plan plan = {0};

	find_sim(stage, name, &found, &plan);
	assert_int_equal(table_init(next, &found.maps[0], &plan), 0);
	map_list_release(&found);
	assert_int_equal(screen_replace(stage->screen, &stage->tables[i], next, NULL), 0);
	return stage->n_tables++;
}

/* Whether it is in front or not; other maps keep what they have. */
static void what_takes_a_place_is_looked_at_in_the_same_way(void **state)
{
	struct stage stage;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t is;

		run(&stage, "map flows\nmap flows\nticks 2\n");
		set(&stage, i, "filter", "packets > 1");
		set(&stage, i, "columns", "packets,bytes:dec");
		set(&stage, i, "alert", "packets > 9");
		set(&stage, i, "hide", "zero");
		set(&stage, i, "sort", "-bytes");
		is = replace(&stage, i, "flows");
		check_setting(&stage, is, "filter", "packets > 1");
		check_setting(&stage, is, "columns", "packets,bytes:dec");
		check_setting(&stage, is, "alert", "packets > 9");
		check_setting(&stage, is, "hide", "zero");
		check_setting(&stage, is, "sort", "-bytes");
		check_setting(&stage, !i, "filter", "");
		check_setting(&stage, !i, "columns", "");
		stage_close(&stage);
	}
}

/* The groups keep their order, and the rows theirs for when they are seen again. */
static void groups_of_what_takes_a_place_stay(void **state)
{
	struct stage stage;
	size_t is;

	(void)state;
	run(&stage, "map flows\nticks 2\n");
	set(&stage, 0, "sort", "-bytes");
	set(&stage, 0, "group", "proto");
	set(&stage, 0, "group-filter", "count > 1");
	set(&stage, 0, "sort", "-packets");
	is = replace(&stage, 0, "flows");
	check_setting(&stage, is, "group", "proto");
	check_setting(&stage, is, "group-filter", "count > 1");
	check_setting(&stage, is, "sort", "-packets");
	set(&stage, is, "group", "");
	check_setting(&stage, is, "sort", "-bytes");
	stage_close(&stage);
}

/* What does not fit its layout is as usual there. */
static void what_takes_a_place_may_have_other_fields(void **state)
{
	struct stage stage;
	size_t is;

	(void)state;
	run(&stage, "map flows\nticks 2\n");
	set(&stage, 0, "filter", "proto == tcp");
	set(&stage, 0, "columns", "saddr,packets");
	set(&stage, 0, "hide", "zero");
	is = replace(&stage, 0, "sizes");
	check_setting(&stage, is, "filter", "");
	check_setting(&stage, is, "columns", "");
	check_setting(&stage, is, "hide", "zero");
	stage_close(&stage);
}

/* A window far from the one that is seen. */
static void jump(struct tab *tab, size_t place)
{
	enum { HEIGHT = 20 };

	tab_move_to(tab, place);
	assert_int_equal(tab_refresh(tab, HEIGHT), 0);
}

/* All rows are made ready for jumps while nothing is waited for, and a jump waits for none of it. */
static void a_jump_waits_for_a_slice_of_what_is_made_ready(void **state)
{
	enum { ROWS = 40000 };
	struct table table;
	struct tab *tab;
	unsigned n = 0;

	(void)state;
	clock_hold(CREEP_NS, CREEP_NS);
	make_rows(&table);
	fill_random(&table, ROWS);
	assert_int_equal(tab_new(&table, &tab), 0);
	assert_int_equal(tab_took(tab), 0);
	jump(tab, 0);
	assert_false(tab_prepare(tab, UINT64_MAX));
	jump(tab, SIZE_MAX);
	assert_true(tab_is_settled(tab));
	clock_creep(CREEP_NS);
	for (; tab_prepare(tab, clock_now_ns() + SLICE_NS); n++)
		if (n == 10) {
			clock_creep(0);
			jump(tab, 0);
			assert_true(tab_is_settled(tab) && view_row(&tab->view, 0) >= 0);
			clock_creep(CREEP_NS);
		}
	assert_true(n > 2 * ROWS / 1100);
	/* Then all of them are at hand: a step, and it is there. */
	jump(tab, ROWS / 2);
	assert_int_equal(tab_work(tab, 0), 0);
	assert_true(tab_is_settled(tab) && view_row(&tab->view, ROWS / 2) >= 0);
	clock_free_run();
	tab_free(tab);
	table_release(&table);
}

/* Fields are others in words of another width; what is called as before stays, of rows behind groups, too. */
static void other_words_keep_what_is_set_of_rows_and_groups(void **state)
{
	struct stage stage;

	(void)state;
	run(&stage, "bytes flows\nticks 2\n");
	set(&stage, 0, "words", "4");
	set(&stage, 0, "sort", "-v1,k0");
	set(&stage, 0, "group", "k0");
	set(&stage, 0, "sort", "count");
	set(&stage, 0, "words", "2");
	check_setting(&stage, 0, "words", "2");
	check_setting(&stage, 0, "group", "k0");
	check_setting(&stage, 0, "sort", "-count");
	set(&stage, 0, "group", "");
	check_setting(&stage, 0, "sort", "-v1,k0");
	stage_close(&stage);
}

/* As many as can be chosen, and two more for the bytes of key and value, which come first. */
static void as_many_columns_as_there_can_be(void **state)
{
	struct stage stage;
	const struct tab *tab;
	SCOPED(buf) text = {0};

	(void)state;
	for (int i = 0; i < TAB_MAX_COLUMNS; i++)
		buf_adds(&text, i ? ",packets" : "packets");
	run(&stage, "map flows\nticks 2\n");
	set(&stage, 0, "columns", buf_text(&text));
	set(&stage, 0, "widths", "9");
	set(&stage, 0, "raw", "on");
	tab = map_tab(stage.screen);
	assert_int_equal(tab->n_shown, TAB_MAX_COLUMNS);
	assert_true(tab->shown[0].is_bytes && tab->shown[1].is_bytes && !tab->shown[2].is_bytes);
	assert_int_equal(tab->shown[2].fixed, 9);
	stage_close(&stage);
}

static void a_fault_leaves_the_columns_as_they_are(void **state)
{
	struct stage stage;
	struct err err = {0};

	(void)state;
	run(&stage, "map flows\nticks 2\n");
	set(&stage, 0, "columns", "saddr,packets");
	assert_int_equal(
		screen_set(stage.screen, &stage.tables[0], "columns", "daddr,nonsense", &err),
		-ENOENT);
	check_setting(&stage, 0, "columns", "saddr,packets");
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_waits_for_a_slice_of_the_baseline),
		cmocka_unit_test(the_old_baseline_goes_in_slices),
		cmocka_unit_test(rows_are_sorted_by_the_new_baseline),
		cmocka_unit_test(rows_go_by_values_as_they_are_now),
		cmocka_unit_test(a_look_back_waits_for_groups_in_slices),
		cmocka_unit_test(going_on_waits_for_nothing),
		cmocka_unit_test(what_takes_a_place_is_looked_at_in_the_same_way),
		cmocka_unit_test(groups_of_what_takes_a_place_stay),
		cmocka_unit_test(what_takes_a_place_may_have_other_fields),
		cmocka_unit_test(a_jump_waits_for_a_slice_of_what_is_made_ready),
		cmocka_unit_test(other_words_keep_what_is_set_of_rows_and_groups),
		cmocka_unit_test(as_many_columns_as_there_can_be),
		cmocka_unit_test(a_fault_leaves_the_columns_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
