/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cursor, hold, follow and rows that went stay where they were. What windows show: test_view_order.c. */
#include "tests/unit/query_tables.h"

#include "base/buf.h"
#include "query/query.h"
#include "query/view.h"

/* -- by hand -- */

/* A reading at second `at` of rows {a, n}. */
static void take_rows(struct table *table, uint64_t at, const uint64_t (*rows)[2], size_t n)
{
	struct snap *next = next_reading(table, at);

	for (size_t i = 0; i < n; i++)
		add_row(next, (uint32_t)rows[i][0], rows[i][1], 0);
	take(table);
}

#define TAKE(table, at, ...)                                                                       \
	do {                                                                                       \
		const uint64_t rows_[][2] = {__VA_ARGS__};                                         \
		take_rows(table, at, rows_, ARRAY_LEN(rows_));                                     \
	} while (0)

static uint32_t key_of(const struct view *view, const struct table *table, size_t place)
{
	ptrdiff_t row = view_row(view, place);
	size_t size;

	assert_true(row >= 0);
	return ((const struct row_key *)table_key(table, (size_t)row, &size))->a;
}

static void check_keys(const struct view *view, const struct table *table, const char *expected)
{
	SCOPED(buf) keys = {0};

	for (size_t place = view->top; place < view->top + view->height; place++)
		if (view_row(view, place) >= 0)
			buf_addf(&keys, "%s%u", keys.len ? " " : "", key_of(view, table, place));
	assert_string_equal(buf_text(&keys), expected);
}

static void start(struct table *table, struct view *view, const char *sort)
{
	make_rows(table);
	view_init(view);
	assert_int_equal(view_sort(view, table, sort, NULL), 0);
	TAKE(table, 1, {1, 50}, {2, 40}, {3, 30}, {4, 20}, {5, 10});
}

static void finish(struct table *table, struct view *view)
{
	view_release(view);
	table_release(table);
}

static void refresh(struct view *view, struct table *table, size_t height)
{
	assert_int_equal(view_refresh(view, table, height), 0);
}

static void test_cursor_stays_on_its_row(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "n");
	refresh(&view, &table, 4);
	check_keys(&view, &table, "1 2 3 4");
	view_move(&view, &table, 1);
	refresh(&view, &table, 4);
	assert_int_equal(view.cursor, 1);

	TAKE(&table, 2, {1, 50}, {2, 25}, {3, 30}, {4, 20}, {5, 10});
	refresh(&view, &table, 4);
	check_keys(&view, &table, "1 3 2 4");
	assert_int_equal(view.cursor, 2);

	/* it leaves the window: the cursor stays in its place, and so does the window */
	TAKE(&table, 3, {1, 50}, {2, 1}, {3, 30}, {4, 20}, {5, 10});
	refresh(&view, &table, 4);
	check_keys(&view, &table, "1 3 4 5");
	assert_int_equal(view.cursor, 2);
	assert_int_equal(key_of(&view, &table, view.cursor), 4);
	finish(&table, &view);
}

static void test_follow_moves_the_window(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "n");
	refresh(&view, &table, 2);
	view.follows = true;
	TAKE(&table, 2, {1, 5}, {2, 40}, {3, 30}, {4, 20}, {5, 10});
	refresh(&view, &table, 2);
	assert_int_equal(view.cursor, 4);
	assert_int_equal(key_of(&view, &table, view.cursor), 1);
	assert_int_equal(view.top, 3);
	view_move(&view, &table, -4);
	refresh(&view, &table, 2);
	check_keys(&view, &table, "2 3");
	assert_int_equal(view.cursor, 0);
	finish(&table, &view);
}

static void test_moves_are_clamped(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "n");
	refresh(&view, &table, 2);
	view_move(&view, &table, PTRDIFF_MAX);
	refresh(&view, &table, 2);
	check_keys(&view, &table, "4 5");
	assert_int_equal(view.cursor, 4);
	view_move(&view, &table, PTRDIFF_MIN);
	refresh(&view, &table, 2);
	check_keys(&view, &table, "1 2");
	view_move_to(&view, &table, 2);
	refresh(&view, &table, 2);
	check_keys(&view, &table, "2 3");
	TAKE(&table, 2, {7, 7});
	view.hides_gone = true;
	refresh(&view, &table, 2);
	check_keys(&view, &table, "7");
	assert_int_equal(view.cursor, 0);
	finish(&table, &view);
}

_Static_assert(VIEW_MARGIN == 20, "a window of 3 and its margin hold keys 1 to 63");

static void take_held(struct table *table, uint64_t at, uint64_t first, const uint64_t (*rows)[2],
		      size_t n)
{
	struct snap *next = next_reading(table, at);

	for (uint32_t key = 2; key < 4 + 3 * VIEW_MARGIN; key++)
		add_row(next, key, 1000 - key, 0);
	add_row(next, 1, first, 0);
	for (size_t i = 0; i < n; i++)
		add_row(next, (uint32_t)rows[i][0], rows[i][1], 0);
	take(table);
}

static void test_hold_keeps_places(void **state)
{
	static const uint64_t was[][2] = {{64, 40}, {65, 30}, {66, 20}};
	static const uint64_t is[][2] = {{64, 1}, {65, 3}, {66, 2}, {67, 98}};
	struct table table;
	struct view view;

	(void)state;
	make_rows(&table);
	view_init(&view);
	assert_int_equal(view_sort(&view, &table, "n", NULL), 0);
	take_held(&table, 1, 1000, was, ARRAY_LEN(was));
	refresh(&view, &table, 3);
	check_keys(&view, &table, "1 2 3");
	view.holds = true;
	take_held(&table, 2, 0, is, ARRAY_LEN(is));
	refresh(&view, &table, 3);
	check_keys(&view, &table, "1 2 3");
	/* below the held rows the others are sorted by what they are now */
	view_move_to(&view, &table, 66);
	refresh(&view, &table, 4);
	check_keys(&view, &table, "67 65 66 64");
	/* the same order while it scrolls back */
	view_move_to(&view, &table, 0);
	refresh(&view, &table, 6);
	check_keys(&view, &table, "1 2 3 4 5 6");
	/* a new sort applies at once */
	assert_int_equal(view_sort(&view, &table, "+n", NULL), 0);
	refresh(&view, &table, 6);
	check_keys(&view, &table, "1 64 66 65 67 63");
	view.holds = false;
	assert_int_equal(view_sort(&view, &table, "n", NULL), 0);
	refresh(&view, &table, 6);
	check_keys(&view, &table, "2 3 4 5 6 7");
	finish(&table, &view);
}

static void test_ghosts_stay_in_place(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "n.rate");
	TAKE(&table, 2, {1, 150}, {2, 130}, {3, 110}, {4, 90}, {5, 70});
	refresh(&view, &table, 5);
	check_keys(&view, &table, "1 2 3 4 5");
	TAKE(&table, 3, {1, 150}, {3, 112}, {4, 94}, {5, 76});
	refresh(&view, &table, 5);
	assert_true(table_is_ghost(&table, (size_t)view_row(&view, 1)));
	check_keys(&view, &table, "5 2 4 3 1");
	assert_int_equal(view.n_matched, 5);
	assert_int_equal(view.n_gone, 1);
	refresh(&view, &table, 5);
	check_keys(&view, &table, "5 2 4 3 1");
	for (uint64_t at = 4; table_n_rows(&table) > table_n_live(&table); at++)
		TAKE(&table, at, {1, 150}, {3, 112}, {4, 94}, {5, 76});
	refresh(&view, &table, 5);
	check_keys(&view, &table, "1 3 4 5");
	assert_int_equal(view.n_gone, 0);
	finish(&table, &view);
}

static void test_hidden_rows(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "+a");
	struct snap *next = next_reading(&table, 2);
	struct row_key key = {9, 9};
	struct row_value zero = {0};

	assert_int_equal(snap_add(next, &key, &zero), 0);
	add_row(next, 1, 50, 0);
	add_row(next, 2, 41, 0);
	take(&table);
	refresh(&view, &table, 9);
	check_keys(&view, &table, "1 2 3 4 5 9");
	view.hides_gone = true;
	refresh(&view, &table, 9);
	check_keys(&view, &table, "1 2 9");
	assert_int_equal(view.n_gone, 0);
	view.hides_zero = true;
	refresh(&view, &table, 9);
	check_keys(&view, &table, "1 2");
	view.hides_idle = true;
	refresh(&view, &table, 9);
	check_keys(&view, &table, "2");
	assert_int_equal(view.n_matched, 1);
	finish(&table, &view);
}

static void test_output_leaves_the_window_alone(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "n");
	refresh(&view, &table, 2);
	view_move_to(&view, &table, 3);
	refresh(&view, &table, 2);
	check_keys(&view, &table, "3 4");
	refresh(&view, &table, 0);
	assert_int_equal(view.top, 2);
	assert_int_equal(view.cursor, 3);
	assert_int_equal(key_of(&view, &table, 0), 1);
	refresh(&view, &table, 2);
	check_keys(&view, &table, "3 4");
	assert_int_equal(view.cursor, 3);
	finish(&table, &view);
}

static void test_array_keys_order_as_numbers(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	make_cpus(&table);
	struct snap *next = next_reading(&table, 20);
	uint64_t zeros[2 * TEST_CPUS] = {0};

	for (uint32_t row = 0; row < 600; row++)
		assert_int_equal(snap_add(next, &row, zeros), 0);
	take(&table);
	view_init(&view);
	refresh(&view, &table, 0);
	for (size_t place = 0; place < 600; place++)
		assert_int_equal(view_row(&view, place), place);
	finish(&table, &view);
}

/* While a refresh is under way the window shows the rows that it had, wherever they stand now. */
static void test_a_window_is_carried_on(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	start(&table, &view, "n");
	refresh(&view, &table, 4);
	check_keys(&view, &table, "1 2 3 4");
	TAKE(&table, 2, {9, 1}, {4, 99}, {3, 30}, {1, 2}, {5, 10});
	assert_int_equal(view_begin(&view, &table, 4), 1);
	check_keys(&view, &table, "1 2 3 4");
	assert_true(table_is_ghost(&table, (size_t)view_row(&view, 1)));
	view_move(&view, &table, 2);
	assert_int_equal(view_begin(&view, &table, 4), 1); /* a key doesn't start it anew */
	assert_int_equal(view_step(&view, &table, SIZE_MAX), 0);
	check_keys(&view, &table, "4 2 3 5");
	assert_int_equal(view.cursor, 2);

	/* what came back is found, what was forgotten leaves its place empty */
	TAKE(&table, 3, {2, 7}, {3, 30}, {5, 10});
	TAKE(&table, 4, {2, 7}, {3, 30});
	for (uint64_t at = 5; at < 9; at++)
		TAKE(&table, at, {2, 7}, {3, 30});
	assert_int_equal(view_begin(&view, &table, 4), 1);
	assert_int_equal(view_row(&view, 0), -1);
	assert_int_equal(key_of(&view, &table, 1), 2);
	assert_int_equal(key_of(&view, &table, 2), 3);
	assert_int_equal(view_row(&view, 3), -1);
	finish(&table, &view);
}

static void test_sort_text(void **state)
{
	static const struct {
		const char *text, *again;
		int column; /* of the fault */
	} cases[] = {
		{"-n.rate,key", "-n.rate,key", 0},
		{"n", "-n", 0},
		{" +n , -a ", "+n,-a", 0},
		{"a", "a", 0},
		{"+a", "a", 0},
		{"t,-t", "t,-t", 0},
		{"", "", 0},
		{"  ", "", 0},
		{"nope", NULL, 1},
		{"n,nope", NULL, 3},
		{"n,", NULL, 3},
		{"-", NULL, 2},
		{"n,n,n,n,n,n,n,n,n", NULL, 17},
		{",n", NULL, 1},
		{"t.rate", NULL, 1},
	};
	struct table table;
	struct view view;

	(void)state;
	make_rows(&table);
	view_init(&view);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		int r = view_sort(&view, &table, cases[i].text, &err);
		SCOPED(buf) text = {0};

		if (!cases[i].again) {
			assert_true(r < 0);
			assert_int_equal(err.column, cases[i].column);
			continue;
		}
		assert_int_equal(r, 0);
		view_sort_text(&view, &table, &text);
		assert_string_equal(buf_text(&text), cases[i].again);
	}
	finish(&table, &view);
}

static void test_faults_keep_what_is_in_force(void **state)
{
	struct table table;
	struct view view;
	struct err err = {0};

	(void)state;
	start(&table, &view, "n");
	assert_int_equal(view_filter(&view, &table, "n > 15 and a != 2", NULL), 0);
	assert_true(view_filter(&view, &table, "n > >", &err) < 0);
	assert_int_equal(err.column, 5);
	assert_true(view_sort(&view, &table, "a,nope", &err) < 0);
	assert_string_equal(buf_text(&view.filter_text), "n > 15 and a != 2");
	refresh(&view, &table, 9);
	check_keys(&view, &table, "1 3 4");
	assert_int_equal(view_filter(&view, &table, " ", NULL), 0);
	assert_null(view.filter);
	refresh(&view, &table, 9);
	check_keys(&view, &table, "1 2 3 4 5");
	finish(&table, &view);
}

static void test_nothing_to_show(void **state)
{
	struct table table;
	struct view view;

	(void)state;
	make_rows(&table);
	view_init(&view);
	view.follows = view.holds = true;
	refresh(&view, &table, 10);
	refresh(&view, &table, 0);
	assert_int_equal(view_row(&view, 0), -1);
	view_move(&view, &table, 5);
	take_rows(&table, 1, NULL, 0);
	refresh(&view, &table, 10);
	assert_int_equal(view.n_matched, 0);
	assert_int_equal(view.cursor, 0);
	finish(&table, &view);
}

/* Rows are spread for those who jump through this very order; what is under way ends with it. */
static void test_spreading_ends_with_what_it_is_of(void **state)
{
	enum { ROWS = 40000 };
	struct table table;
	struct view view;

	(void)state;
	make_rows(&table);
	fill_random(&table, ROWS);
	view_init(&view);
	assert_int_equal(view_sort(&view, &table, "n", NULL), 0);
	refresh(&view, &table, 20);
	assert_false(view_spread(&view, &table, 64)); /* nobody jumped */
	view_move_to(&view, &table, SIZE_MAX);
	assert_int_equal(view_begin(&view, &table, 20), 1);
	assert_false(view_spread(&view, &table, 64)); /* the window comes first */
	refresh(&view, &table, 20);
	assert_true(view_spread(&view, &table, 64));

	fill_random(&table, ROWS);
	assert_false(view_spread(&view, &table, 64));
	refresh(&view, &table, 20);
	assert_false(view_spread(&view, &table, 64));
	view_move_to(&view, &table, 0);
	refresh(&view, &table, 20);
	assert_true(view_spread(&view, &table, 64));

	assert_int_equal(view_filter(&view, &table, "a != 7", NULL), 0);
	assert_false(view_spread(&view, &table, 64));
	refresh(&view, &table, 20);
	assert_false(view_spread(&view, &table, 64));
	view_move_to(&view, &table, SIZE_MAX);
	refresh(&view, &table, 20);
	assert_true(view_spread(&view, &table, 64));

	assert_int_equal(view_sort(&view, &table, "x", NULL), 0);
	refresh(&view, &table, 20);
	assert_false(view_spread(&view, &table, 64));
	finish(&table, &view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cursor_stays_on_its_row),
		cmocka_unit_test(test_follow_moves_the_window),
		cmocka_unit_test(test_moves_are_clamped),
		cmocka_unit_test(test_hold_keeps_places),
		cmocka_unit_test(test_ghosts_stay_in_place),
		cmocka_unit_test(test_hidden_rows),
		cmocka_unit_test(test_output_leaves_the_window_alone),
		cmocka_unit_test(test_array_keys_order_as_numbers),
		cmocka_unit_test(test_a_window_is_carried_on),
		cmocka_unit_test(test_sort_text),
		cmocka_unit_test(test_faults_keep_what_is_in_force),
		cmocka_unit_test(test_nothing_to_show),
		cmocka_unit_test(test_spreading_ends_with_what_it_is_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
