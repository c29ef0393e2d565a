/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every window of every order is a slice of what a plain sort gives, whether it was come to at once, in slices, by a
 * jump or by searching. */
#include "tests/unit/query_tables.h"
#include "tests/unit/starved.h"

#include "base/buf.h"
#include "query/hunt.h"
#include "query/query.h"
#include "query/view.h"

/* -- the plain order -- */

static struct {
	struct table *table;
	const struct view *view;
} plain;

static bool is_unknown(const struct val *val)
{
	return val->kind == VAL_UNKNOWN || (val->kind == VAL_REAL && val->x != val->x);
}

static int plain_compare(const void *at_a, const void *at_b)
{
	size_t a = *(const uint32_t *)at_a, b = *(const uint32_t *)at_b, size;
	int r;

	for (unsigned k = 0; k < plain.view->n_keys; k++) {
		const struct sort_key *key = &plain.view->keys[k];
		struct val val_a = table_cell(plain.table, a, &key->column);
		struct val val_b = table_cell(plain.table, b, &key->column);

		if (is_unknown(&val_a) || is_unknown(&val_b))
			r = is_unknown(&val_a) - is_unknown(&val_b);
		else
			r = val_compare(&val_a, &val_b) * (key->is_descending ? -1 : 1);
		if (r)
			return r;
	}
	const uint8_t *key_a = table_key(plain.table, a, &size);
	const uint8_t *key_b = table_key(plain.table, b, &size);

	r = memcmp(key_a, key_b, size);
	return r ? r : (a > b) - (a < b);
}

static uint32_t *plain_order(struct table *table, const struct view *view, size_t *n)
{
	uint32_t *rows = calloc(table_n_rows(table) + 1, sizeof(*rows));

	assert_non_null(rows);
	*n = 0;
	for (size_t row = 0; row < table_n_rows(table); row++)
		if (!view->filter || query_match_row(view->filter, table, row))
			rows[(*n)++] = (uint32_t)row;
	plain.table = table;
	plain.view = view;
	qsort(rows, *n, sizeof(*rows), plain_compare);
	return rows;
}

/* The window is known, and some places around it; what is known of n is right. */
static void check_window(const struct view *view, const uint32_t *rows, size_t n)
{
	size_t top = view->height ? view->top : 0, height = view->height ? view->height : n;

	for (size_t place = 0; place < n; place++) {
		ptrdiff_t row = view_row(view, place);
		bool is_inside = place >= top && place < top + height;

		if (row != (ptrdiff_t)rows[place] && (row >= 0 || is_inside))
			fail_msg("place %zu is row %td, not %u", place, row, rows[place]);
	}
	assert_int_equal(view_row(view, n), -1);
}

static void check_order(struct table *table, const char *sort, const char *filter)
{
	static const size_t tops[] = {0, 1, 17, 100, 999, 2500, 4000, 30000, SIZE_MAX};
	uint32_t *rows = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		struct view view;

		view_init(&view);
		assert_int_equal(view_filter(&view, table, filter, NULL), 0);
		assert_int_equal(view_sort(&view, table, sort, NULL), 0);
		rows = rows ? rows : plain_order(table, &view, &n);
		assert_int_equal(view_refresh(&view, table, 23), 0);
		assert_int_equal(view.n_matched, n);
		/* in a view of its own, so that nothing is kept in place */
		view.forgets = true;
		view_move_to(&view, table, tops[i]);
		assert_int_equal(view_refresh(&view, table, 23), 0);
		check_window(&view, rows, n);
		view_release(&view);
	}
	free(rows);
}

static const char *const sorts[] = {
	"",	"n",	 "+n",	     "s",      "+s,-n",	   "x",
	"+x",	"t,n",	 "-t",	     "n.rate", "+n.rate",  "-key",
	"b,+a", "saddr", "-saddr,n", "age,n",  "-state,x", "n,s,x,t,n.rate,n.delta,a,b"};

static void test_every_window(void **state)
{
	struct table table;

	(void)state;
	make_rows(&table);
	fill_random(&table, unless_starved(5000, 100));
	assert_true(table_n_rows(&table) > table_n_live(&table));
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		check_order(&table, sorts[i], "");
		check_order(&table, sorts[i], "n in 20..60");
		check_order(&table, sorts[i], "a < 40");
	}
	check_order(&table, "n", "a > 100000");
	table_release(&table);
}

static void test_totals_order_a_first_reading(void **state)
{
	static const char *const asked[][2] = {{"n.rate", "n"},
					       {"+n.rate", "+n"},
					       {"n.delta,-x", "n,-x"},
					       {"t,n.rate", "t,n"},
					       {"s.rate,n.delta", "s,n"}};
	struct table table;
	struct snap *next;

	(void)state;
	make_rows(&table);
	next = next_reading(&table, 10);
	for (uint32_t i = 0; i < 300; i++)
		add_row(next, i, i * 7919 % 101, i % 13);
	take(&table);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct view by_rate, by_total;

		view_init(&by_rate);
		view_init(&by_total);
		assert_int_equal(view_sort(&by_rate, &table, asked[i][0], NULL), 0);
		assert_int_equal(view_sort(&by_total, &table, asked[i][1], NULL), 0);
		assert_int_equal(view_refresh(&by_rate, &table, 0), 0);
		assert_int_equal(view_refresh(&by_total, &table, 0), 0);
		for (size_t place = 0; place < 300; place++)
			assert_int_equal(view_row(&by_rate, place), view_row(&by_total, place));
		view_release(&by_rate);
		view_release(&by_total);
	}
	table_release(&table);
}

/* A view of about n random rows, a window of 20 refreshed. */
static void start_random(struct table *table, struct view *view, uint32_t n, const char *sort)
{
	make_rows(table);
	fill_random(table, n);
	view_init(view);
	assert_int_equal(view_sort(view, table, sort, NULL), 0);
	assert_int_equal(view_refresh(view, table, 20), 0);
}

/* So many rows that a sample tells where a window lies. */
static void test_windows_of_many(void **state)
{
	static const char *const many[] = {"", "n", "+x", "n.rate", "-s,b"};
	struct table table;

	(void)state;
	make_rows(&table);
	fill_random(&table, unless_starved(40000, 4000));
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		check_order(&table, many[i], "");
	table_release(&table);
}

/* A sample that misled costs another pass, and no row. */
static void test_wrong_bounds(void **state)
{
	enum { FROM = 460, TO = 480 };
	static const size_t bounds[][2] = {{300, 500}, {470, 500}, {300, 470}, {465, 470},
					   {500, 600}, {100, 200}, {460, 479}};
	struct table table;
	struct view view;
	size_t n;

	(void)state;
	start_random(&table, &view, 900, "n,a");
	uint32_t *rows = plain_order(&table, &view, &n);
	struct row_set all = {(const uint64_t *)view.bits.at, table_n_rows(&table), n};

	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		struct window_sort window;
		struct sorter sorter;
		uint32_t found[TO - FROM];
		int n_passes = 0;

		sorter_open(&sorter, &table, view.keys, view.n_keys);
		assert_int_equal(window_sort_open(&window, &sorter, &all, FROM, TO), 0);
		window.has_low = window.has_high = true;
		window.low = sorter_rank(&sorter, rows[bounds[i][0]]);
		window.high = sorter_rank(&sorter, rows[bounds[i][1]]);
		do {
			window_sort_add(&window, &all, 0, (all.n_rows + 63) / 64);
			n_passes++;
		} while (!window_sort_is_through(&window));
		assert_int_equal(n_passes, bounds[i][0] <= FROM && bounds[i][1] >= TO - 1 ? 1 : 2);
		window_sort_finish(&window, found);
		assert_memory_equal(found, rows + FROM, sizeof(found));
		window_sort_release(&window);
	}
	free(rows);
	view_release(&view);
	table_release(&table);
}

/* -- in slices -- */

static void refresh_in_slices(struct view *view, struct table *table, size_t height, uint64_t *seed)
{
	int r = view_begin(view, table, height);

	while (r > 0)
		r = view_step(view, table, num_random(seed) % 900);
	assert_int_equal(r, 0);
	assert_true(view_is_settled(view));
}

/* One at once, the other in slices: they come to show the same. */
static void refresh_both(struct view *at_once, struct view *sliced, struct table *table,
			 uint64_t *seed)
{
	assert_int_equal(view_refresh(at_once, table, 19), 0);
	refresh_in_slices(sliced, table, 19, seed);
	assert_int_equal(at_once->n_matched, sliced->n_matched);
	assert_int_equal(at_once->cursor, sliced->cursor);
	assert_int_equal(at_once->top, sliced->top);
	for (size_t place = sliced->top; place < sliced->top + 20; place++)
		assert_int_equal(view_row(at_once, place), view_row(sliced, place));
}

/* A view that is refreshed in slices of any size is the same as one refreshed at once, from reading to
 * reading, with rows held, followed and gone. */
static void test_slices_come_to_the_same(void **state)
{
	static const char *const filters[] = {"", "n in 20..60", "key ~ 1"};
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorts) * 3; i += unless_starved(1, 5)) {
		struct view at_once, sliced;
		struct table table;

		make_rows(&table);
		view_init(&at_once);
		view_init(&sliced);
		for (uint64_t reading = 0; reading < 4; reading++) {
			size_t place = num_random(&seed) % 300;

			fill_random(&table, 700 + num_random(&seed) % 99);
			if (reading == 0) {
				view_sort(&at_once, &table, sorts[i / 3], NULL);
				view_sort(&sliced, &table, sorts[i / 3], NULL);
				view_filter(&at_once, &table, filters[i % 3], NULL);
				view_filter(&sliced, &table, filters[i % 3], NULL);
			}
			at_once.holds = sliced.holds = reading == 2;
			at_once.follows = sliced.follows = i % 2;
			refresh_both(&at_once, &sliced, &table, &seed);
			view_move_to(&at_once, &table, place);
			view_move_to(&sliced, &table, place);
			refresh_both(&at_once, &sliced, &table, &seed);
		}
		view_release(&at_once);
		view_release(&sliced);
		table_release(&table);
	}
}

enum { MANY_ROWS = 40000, JUMP_STEP = 6400 };

/* Moves both; the one that selects each window anew passes over all rows, and so does the other one, but once, until
 * they are spread: then over none. */
static void jump_both(struct view *jumper, struct view *selected, struct table *table, size_t place)
{
	bool was_known = jumper->sorted_number == table->current->number;
	bool was_spread = was_known && jumper->spread.buckets.is_ready;
	size_t n_rows = 0;

	view_move_to(jumper, table, place);
	view_move_to(selected, table, place);
	if (view_begin(jumper, table, 19) > 0 && was_spread)
		view_step(jumper, table, 64);
	assert_true(!was_spread || view_is_settled(jumper));
	for (; !view_is_settled(jumper); n_rows += JUMP_STEP)
		assert_true(view_step(jumper, table, JUMP_STEP) >= 0);
	assert_true(!was_known || n_rows < table_n_rows(table) + JUMP_STEP);
	selected->is_exact = false;
	assert_int_equal(view_refresh(selected, table, 19), 0);
	assert_false(selected->spread.is_wanted);
	assert_int_equal(jumper->cursor, selected->cursor);
	assert_int_equal(jumper->top, selected->top);
	for (size_t at = jumper->top; at < jumper->top + 19; at++)
		assert_int_equal(view_row(jumper, at), view_row(selected, at));
}

/* As much as there is time for before the next key. */
static void spread_some(struct view *view, struct table *table, size_t n_rows)
{
	for (size_t n = 0; n < n_rows && view_spread(view, table, JUMP_STEP); n += JUMP_STEP)
		continue;
}

/* Jumps through an order of many rows come to what a selection of each window comes to, whatever is held,
 * gone or the same, from reading to reading, and however far the spreading is. */
static void test_jumps_through_many(void **state)
{
	static const char *const many[] = {"", "n", "+x", "n.rate", "-s,b", "state", "t,n"};
	enum { JUMPS = 12, SOME = MANY_ROWS / 2 };
	const unsigned n_jumps = unless_starved(3, 2) * JUMPS;
	uint64_t seed = 11;

	(void)state;
	for (size_t i = unless_starved(0, 1); i < ARRAY_LEN(many); i += unless_starved(1, 7)) {
		struct view jumper, selected;
		struct table table;

		start_random(&table, &jumper, MANY_ROWS, many[i]);
		view_init(&selected);
		assert_int_equal(view_sort(&selected, &table, many[i], NULL), 0);
		for (unsigned jump = 0; jump < n_jumps; jump++) {
			if (jump % JUMPS == JUMPS / 2)
				fill_random(&table, MANY_ROWS + jump);
			jumper.holds = selected.holds = jump >= JUMPS && num_random(&seed) % 2;
			jump_both(&jumper, &selected, &table,
				  jump % 5 ? num_random(&seed) % MANY_ROWS
					   : (jump % 2 ? SIZE_MAX : 0));
			spread_some(&jumper, &table, SOME);
			if (jump % JUMPS == JUMPS - 1)
				assert_true(jumper.spread.buckets.is_ready);
		}
		assert_int_equal(view_sort(&jumper, &table, "-n", NULL), 0);
		assert_int_equal(view_sort(&selected, &table, "-n", NULL), 0);
		assert_int_equal(view_refresh(&jumper, &table, 19), 0);
		for (unsigned jump = 0; jump < JUMPS; jump++) {
			jump_both(&jumper, &selected, &table, num_random(&seed) % MANY_ROWS);
			spread_some(&jumper, &table, SOME);
		}
		view_release(&jumper);
		view_release(&selected);
		table_release(&table);
	}
}

static void test_output_is_all_of_it(void **state)
{
	struct table table;
	struct view view;
	size_t n;

	(void)state;
	make_rows(&table);
	fill_random(&table, 3000);
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		view_init(&view);
		assert_int_equal(view_sort(&view, &table, sorts[i], NULL), 0);
		uint32_t *rows = plain_order(&table, &view, &n);

		assert_int_equal(view_refresh(&view, &table, 0), 0);
		check_window(&view, rows, n);
		free(rows);
		view_release(&view);
	}
	table_release(&table);
}

/* -- searching -- */

/* In slices, none of which goes over more than it was told to, from a view that was settled. */
static int search_in_slices(struct view *view, struct table *table, const struct query *query,
			    bool is_back)
{
	enum { SLICE = 640 };
	SCOPED(hunt) hunt = {0};
	size_t passes = 0, stood = 0, all = table_n_rows(table);
	int r = HUNT_MORE;

	while (!view_is_settled(view))
		assert_true(view_step(view, table, 1000) >= 0);
	hunt_begin(&hunt, view, table, query, is_back);
	while (r == HUNT_MORE) {
		enum hunt_stage stage = hunt.stage;

		r = hunt_step(&hunt, SLICE);
		passes += hunt.stage != stage || hunt.next_row < stood;
		if (hunt.stage == stage && hunt.next_row > stood)
			assert_true(hunt.next_row - stood <= SLICE);
		stood = hunt.next_row;
		assert_true(passes <= 5 && stood <= all);
	}
	assert_true(hunt_is_over(&hunt));
	return r;
}

/* From any place, in either direction: every match in the order of a plain sort, then round. */
static void hunt_through(struct table *table, const char *sort, const char *text, bool is_back,
			 size_t height)
{
	struct view view;
	struct query *query;
	size_t n, n_found = 0, found[4000];

	view_init(&view);
	assert_int_equal(view_sort(&view, table, sort, NULL), 0);
	assert_int_equal(query_compile(text, table, &query, NULL), 0);
	uint32_t *rows = plain_order(table, &view, &n);

	for (size_t i = 0; i < n; i++)
		if (query_match_row(query, table, rows[i]))
			found[n_found++] = i;
	assert_int_equal(view_refresh(&view, table, height), 0);
	for (size_t i = 0, at = is_back ? n_found : (size_t)-1; i < n_found + 2; i++) {
		size_t next = is_back ? (at + n_found - 1) % n_found : (at + 1) % n_found;
		bool goes_round = is_back ? next >= at || i == 0 : i > 0 && next <= at;
		int r;

		/* The search begins at the first row, which may itself match. */
		if (i == 0 && !is_back && found[0] == 0)
			next = n_found > 1 ? 1 : 0, goes_round = n_found == 1;
		r = search_in_slices(&view, table, query, is_back);
		assert_int_equal(r, goes_round ? HUNT_WENT_ROUND : HUNT_FOUND);
		assert_int_equal(view_refresh(&view, table, height), 0);
		assert_int_equal(view_row(&view, view.cursor), rows[found[next]]);
		at = next;
	}
	free(rows);
	query_free(query);
	view_release(&view);
}

static void test_search_meets_every_match_in_order(void **state)
{
	struct table table;

	(void)state;
	make_rows(&table);
	fill_random(&table, 700);
	for (size_t i = 0; i < ARRAY_LEN(sorts); i += unless_starved(1, 4))
		for (int is_back = 0; is_back <= 1; is_back++) {
			hunt_through(&table, sorts[i], "n in 20..60", is_back, 7);
			hunt_through(&table, sorts[i], "a % 97 == 5", is_back, 20);
		}
	table_release(&table);
}

/* Inside of what is sorted the window moves at once, and shows the same as one that was sorted anew. */
static void test_moving_on_sorts_nothing(void **state)
{
	struct table table;
	struct view view;
	size_t n;

	(void)state;
	start_random(&table, &view, 900, "n");
	uint32_t *rows = plain_order(&table, &view, &n);

	for (size_t place = 0; place < (1 + VIEW_MARGIN) * 20; place += 7) {
		view_move_to(&view, &table, place);
		assert_int_equal(view_begin(&view, &table, 20), 0);
		check_window(&view, rows, n);
	}
	view_move_to(&view, &table, (1 + VIEW_MARGIN) * 20);
	assert_int_equal(view_begin(&view, &table, 20), 1);
	assert_int_equal(view_refresh(&view, &table, 20), 0);
	check_window(&view, rows, n);
	free(rows);
	view_release(&view);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_window),
		cmocka_unit_test(test_moving_on_sorts_nothing),
		cmocka_unit_test(test_totals_order_a_first_reading),
		cmocka_unit_test(test_windows_of_many),
		cmocka_unit_test(test_wrong_bounds),
		cmocka_unit_test(test_search_meets_every_match_in_order),
		cmocka_unit_test(test_jumps_through_many),
		cmocka_unit_test(test_output_is_all_of_it),
		cmocka_unit_test(test_slices_come_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
