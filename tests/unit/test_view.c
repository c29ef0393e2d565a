/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every window of every order is a slice of what a plain sort gives; cursor, hold, follow and rows that
 * went stay where they were. */
#include "tests/unit/query_tables.h"

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
	fill_random(&table, 5000);
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
	fill_random(&table, 40000);
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
	for (size_t i = 0; i < ARRAY_LEN(sorts) * 3; i++) {
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

/* Moves both; the one that selects each window anew passes over all rows, the other one, once its rows
 * are spread, over none. */
static void jump_both(struct view *spread, struct view *selected, struct table *table, size_t place)
{
	bool was_spread = spread->buckets.is_ready &&
			  spread->sorted_number == table->current->number &&
			  view_is_settled(spread);

	view_move_to(spread, table, place);
	view_move_to(selected, table, place);
	if (view_begin(spread, table, 19) > 0 && was_spread)
		view_step(spread, table, 64);
	assert_true(!was_spread || view_is_settled(spread));
	while (!view_is_settled(spread))
		assert_true(view_step(spread, table, 6400) >= 0);
	selected->is_exact = false;
	assert_int_equal(view_refresh(selected, table, 19), 0);
	assert_false(selected->buckets.is_ready);
	assert_int_equal(spread->cursor, selected->cursor);
	assert_int_equal(spread->top, selected->top);
	for (size_t at = spread->top; at < spread->top + 19; at++)
		assert_int_equal(view_row(spread, at), view_row(selected, at));
}

/* Jumps through an order of many rows come to what a selection of each window comes to, whatever is held,
 * gone or the same, from reading to reading. */
static void test_jumps_through_many(void **state)
{
	static const char *const many[] = {"", "n", "+x", "n.rate", "-s,b", "state", "t,n"};
	enum { ROWS = 40000, JUMPS = 12 };
	uint64_t seed = 11;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		struct view spread, selected;
		struct table table;

		start_random(&table, &spread, ROWS, many[i]);
		view_init(&selected);
		assert_int_equal(view_sort(&selected, &table, many[i], NULL), 0);
		for (unsigned jump = 0; jump < 3 * JUMPS; jump++) {
			if (jump % JUMPS == JUMPS / 2)
				fill_random(&table, ROWS + jump);
			spread.holds = selected.holds = jump >= JUMPS && num_random(&seed) % 2;
			jump_both(&spread, &selected, &table,
				  jump % 5 ? num_random(&seed) % ROWS : (jump % 2 ? SIZE_MAX : 0));
			if (jump % JUMPS == JUMPS - 1)
				assert_true(spread.buckets.is_ready);
		}
		assert_int_equal(view_sort(&spread, &table, "-n", NULL), 0);
		assert_int_equal(view_sort(&selected, &table, "-n", NULL), 0);
		assert_int_equal(view_refresh(&spread, &table, 19), 0);
		for (unsigned jump = 0; jump < JUMPS; jump++)
			jump_both(&spread, &selected, &table, num_random(&seed) % ROWS);
		view_release(&spread);
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
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
		for (int is_back = 0; is_back <= 1; is_back++) {
			hunt_through(&table, sorts[i], "n in 20..60", is_back, 7);
			hunt_through(&table, sorts[i], "a % 97 == 5", is_back, 20);
		}
	table_release(&table);
}

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
	refresh(&view, &table, 20);
	check_window(&view, rows, n);
	free(rows);
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
	refresh(&view, &table, 5);
	check_keys(&view, &table, "5 2 4 3 1");
	for (uint64_t at = 4; table_n_rows(&table) > table_n_live(&table); at++)
		TAKE(&table, at, {1, 150}, {3, 112}, {4, 94}, {5, 76});
	refresh(&view, &table, 5);
	check_keys(&view, &table, "1 3 4 5");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_window),
		cmocka_unit_test(test_totals_order_a_first_reading),
		cmocka_unit_test(test_windows_of_many),
		cmocka_unit_test(test_wrong_bounds),
		cmocka_unit_test(test_search_meets_every_match_in_order),
		cmocka_unit_test(test_jumps_through_many),
		cmocka_unit_test(test_output_is_all_of_it),
		cmocka_unit_test(test_cursor_stays_on_its_row),
		cmocka_unit_test(test_follow_moves_the_window),
		cmocka_unit_test(test_moves_are_clamped),
		cmocka_unit_test(test_hold_keeps_places),
		cmocka_unit_test(test_moving_on_sorts_nothing),
		cmocka_unit_test(test_ghosts_stay_in_place),
		cmocka_unit_test(test_hidden_rows),
		cmocka_unit_test(test_output_leaves_the_window_alone),
		cmocka_unit_test(test_array_keys_order_as_numbers),
		cmocka_unit_test(test_a_window_is_carried_on),
		cmocka_unit_test(test_slices_come_to_the_same),
		cmocka_unit_test(test_sort_text),
		cmocka_unit_test(test_faults_keep_what_is_in_force),
		cmocka_unit_test(test_nothing_to_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
