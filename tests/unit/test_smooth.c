/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Smoothed rates against the formula, carried on by key from one reading's rates to the next; and that rows
 * sorted by them stay where they are. */
#include "tests/unit/tables.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "model/smooth.h"
#include "query/group.h"
#include "query/query.h"
#include "query/view.h"
#include "read/sim.h"
#include "read/source.h"
#include "read/spec.h"

enum { MOST_KEYS = 8192, MOST_KEY_BYTES = 64 };

/* -- the slow way: a list of keys and means -- */

struct mean {
	uint8_t key[MOST_KEY_BYTES];
	double x;
};

struct means {
	struct mean at[MOST_KEYS];
	size_t n;
};

static double mean_of_key(const struct means *means, const uint8_t *key, size_t size)
{
	for (size_t i = 0; i < means->n; i++)
		if (memcmp(means->at[i].key, key, size) == 0)
			return means->at[i].x;
	return NAN;
}

/* Asks each row for its rate, and checks what is said of the mean; returns how many means were known. */
static size_t check_reading(const struct table *table, const char *rate, const char *smooth,
			    double tau_s, struct means *means)
{
	static struct means next;
	struct column column = column_of(table, smooth);
	double dt_s = (double)table->delta.dt_ns / 1e9, *run;
	size_t n_live = table_n_live(table), size, n_known = 0;

	next.n = 0;
	run = calloc(n_live + 1, sizeof(*run));
	assert_non_null(run);
	if (table_numbers_kind(table, &column) != VAL_UNKNOWN)
		table_numbers(table, &column, 0, n_live, (uint64_t *)run);
	for (size_t row = 0; row < n_live; row++) {
		const uint8_t *key = table_key(table, row, &size);
		double x = number_of(table, row, rate), was = mean_of_key(means, key, size);
		double is = number_of(table, row, smooth), should = x;

		if (!isnan(was) && !isnan(x))
			should = was * exp(-dt_s / tau_s) + x * (1 - exp(-dt_s / tau_s));
		if (isnan(is) != isnan(should) || fabs(is - should) > 1e-9 * fabs(should) + 1e-9)
			fail_msg("%s of row %zu is %g, not %g", smooth, row, is, should);
		if (table_numbers_kind(table, &column) != VAL_UNKNOWN &&
		    isnan(run[row]) != isnan(is))
			fail_msg("%s of row %zu: %g alone, %g in a run", smooth, row, is, run[row]);
		if (!isnan(is) && run[row] != 0 && fabs(run[row] - is) > 1e-12 * fabs(is))
			fail_msg("%s of row %zu: %g alone, %g in a run", smooth, row, is, run[row]);
		assert_true(next.n < MOST_KEYS && size <= MOST_KEY_BYTES);
		memcpy(next.at[next.n].key, key, size);
		next.at[next.n++].x = should;
		n_known += !isnan(was) && !isnan(is);
	}
	free(run);
	*means = next;
	return n_known;
}

struct followed_map {
	struct source *source;
	struct map_list maps;
	struct table table;
	uint64_t tick;
};

static void read_on(struct followed_map *it, size_t slice)
{
	struct read_plan how = {0};
	struct err err = {0};
	int r;

	source_sim_hold_tick(it->source, ++it->tick);
	if (source_read(it->source, &it->table.map, &how, it->table.next, &err) < 0)
		fail_msg("%s", err.text);
	do
		r = table_take_some(&it->table, slice);
	while (r > 0);
	assert_int_equal(r, 0);
}

static void follow_map(struct followed_map *it, const char *name)
{
	struct spec spec = {.kind = SPEC_SIM, .text = name};
	struct plan plan = {0};
	struct err err = {0};

	*it = (struct followed_map){0};
	assert_int_equal(source_sim_new(3, &it->source), 0);
	assert_int_equal(it->source->ops->find(it->source, &spec, &it->maps, &err), 0);
	assert_int_equal(it->source->ops->plan(it->source, &it->maps.maps[0], &plan, &err), 0);
	assert_int_equal(table_init(&it->table, &it->maps.maps[0], &plan), 0);
}

static void unfollow_map(struct followed_map *it)
{
	table_release(&it->table);
	map_list_release(&it->maps);
	it->source->ops->free(it->source);
}

static void test_formula(void **state)
{
	static const struct {
		const char *map, *rate, *smooth;
		double tau_s;
		size_t slice;
	} cases[] = {
		{"flows", "packets.rate", "packets.smooth", 3, SIZE_MAX},
		{"flows", "bytes.rate", "bytes.smooth", 0.5, 100},
		{"wide", "packets.rate", "packets.smooth", 10, 64},
		{"kinds", "balance.rate", "balance.smooth", 2, SIZE_MAX},
		{"globals", "value.rate", "value.smooth", 2, 1},
		{"globals", "packets_total.rate", "packets_total.smooth", 2, SIZE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct means means;
		struct followed_map it;
		size_t n_known = 0;

		means.n = 0;
		follow_map(&it, cases[i].map);
		assert_int_equal(smooth_set(&it.table, (uint64_t)(cases[i].tau_s * 1e9)), 0);
		for (int reading = 0; reading < 5; reading++) {
			read_on(&it, cases[i].slice);
			n_known += check_reading(&it.table, cases[i].rate, cases[i].smooth,
						 cases[i].tau_s, &means);
		}
		if (!n_known)
			fail_msg("nothing is known of %s", cases[i].smooth);
		unfollow_map(&it);
	}
}

static void test_groups(void **state)
{
	static struct means means;
	struct followed_map it;
	struct group *group = NULL;
	size_t n_known = 0;

	(void)state;
	means.n = 0;
	follow_map(&it, "flows");
	assert_int_equal(smooth_set(&it.table, 2 * SECOND), 0);
	read_on(&it, SIZE_MAX);
	assert_int_equal(group_new(&it.table, "saddr/24", "", &group, NULL), 0);
	for (int reading = 0; reading < 4; reading++) {
		n_known += check_reading(group_table(group), "packets.rate", "packets.smooth", 2,
					 &means);
		read_on(&it, SIZE_MAX);
		assert_int_equal(group_take(group), 0);
	}
	assert_true(n_known > 10);
	group_free(group);
	unfollow_map(&it);
}

/* -- by hand -- */

static void read_value(struct table *table, uint64_t second, uint64_t one, uint64_t two)
{
	add_counter(table, 1, one);
	add_counter(table, 2, two);
	take_at(table, second * SECOND);
}

static void test_unknown_stays_unknown(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	assert_int_equal(smooth_set(&table, SECOND), 0);
	read_value(&table, 1, 100, 0);
	assert_unknown(&table, 0, "value.smooth");
	read_value(&table, 2, 200, 0);
	assert_number(&table, 0, "value.smooth", 100);
	read_value(&table, 3, 50, 0); /* began anew */
	assert_unknown(&table, 0, "value.smooth");
	read_value(&table, 4, 57, 0); /* nothing of the 100 is left */
	assert_number(&table, 0, "value.smooth", 7);
	assert_number(&table, 1, "value.smooth", 0);
}

/* A pause of two seconds forgets as much as two of one second. */
static void test_time_not_readings_counts(void **state)
{
	double left[2];

	(void)state;
	for (uint64_t step = 1; step <= 2; step++) {
		SCOPED(table) table = {0};

		make_counters(&table, 1);
		assert_int_equal(smooth_set(&table, 4 * SECOND), 0);
		read_value(&table, 1, 0, 0);
		read_value(&table, 2, 1000, 0);
		for (uint64_t second = 2 + step; second <= 6; second += step) {
			assert_true(number_of(&table, 0, "value.smooth") > 0);
			read_value(&table, second, 1000, 0);
		}
		left[step - 1] = number_of(&table, 0, "value.smooth");
	}
	assert_true(fabs(left[0] - 1000 * exp(-1)) < 1e-6 && fabs(left[0] - left[1]) < 1e-6);
}

static void test_off(void **state)
{
	SCOPED(table) table = {0};
	struct column column;
	struct err err = {0};
	uint64_t tau_ns;

	(void)state;
	make_counters(&table, 1);
	read_value(&table, 1, 100, 0);
	assert_null(table.smooth);
	assert_int_equal(table_column_named(&table, "value.smooth", 12, &column, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--smooth"));
	assert_int_equal(smooth_set(&table, SECOND), 0);
	read_value(&table, 2, 200, 0);
	assert_number(&table, 0, "value.smooth", 100);
	assert_int_equal(table_column_named(&table, "value.smooth", 12, &column, &err), 0);
	assert_int_equal(smooth_set(&table, 0), 0);
	assert_null(table.smooth);
	assert_int_equal(table_cell(&table, 0, &column).kind, VAL_UNKNOWN);
	assert_int_equal(smooth_read("10s", &tau_ns, &err), 0);
	assert_int_equal(tau_ns, 10 * SECOND);
	assert_int_equal(smooth_read("2.5", &tau_ns, &err), 0);
	assert_int_equal(tau_ns, 5 * SECOND / 2);
	assert_int_equal(smooth_read("off", &tau_ns, &err), 0);
	assert_int_equal(tau_ns, 0);
	assert_int_equal(smooth_read("5k", &tau_ns, &err), -EINVAL);
	assert_int_equal(smooth_read("2h", &tau_ns, &err), -EINVAL);
	assert_int_equal(smooth_read("10s soon", &tau_ns, &err), -EINVAL);
}

/* Two bursty rows, by turns ahead: how often the first place changes in 20 readings. */
static unsigned count_changes(uint64_t tau_ns, bool looks_back)
{
	SCOPED(table) table = {0};
	uint64_t one = 0, two = 0;
	ptrdiff_t first = -1;
	unsigned n = 0;
	struct view view;

	make_counters(&table, 1);
	table.past.limit_bytes = 1 << 20;
	assert_int_equal(smooth_set(&table, tau_ns), 0);
	view_init(&view);
	assert_int_equal(view_sort(&view, &table, "-value.rate", NULL), 0);
	for (uint64_t i = 1; i <= 22; i++) {
		one += i % 2 ? 1000 : 100;
		two += i % 2 ? 200 : 500;
		read_value(&table, i, one, two);
		if (looks_back && i > 4)
			assert_int_equal(past_look(&table, 1), 0);
		assert_int_equal(view_refresh(&view, &table, 2), 0);
		n += i > 5 && view_row(&view, 0) != first;
		first = view_row(&view, 0);
	}
	view_release(&view);
	return n;
}

static void test_order_is_calm(void **state)
{
	(void)state;
	assert_int_equal(count_changes(0, false), 17);
	assert_int_equal(count_changes(20 * SECOND, false), 0);
	/* of readings that were kept only the rates themselves are known */
	assert_int_equal(count_changes(20 * SECOND, true), 17);
}

static void test_fields_are_bounded(void **state)
{
	enum { FIELDS = SMOOTH_MAX_FIELDS + 2 };
	static const char *const names[FIELDS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
	SCOPED(table) table = {0};
	struct plan plan;

	(void)state;
	plan_begin(&plan, 4, FIELDS * 8, "test");
	open_field(&plan, IN_KEY, "", FIELD_UINT, 0, 4);
	for (uint32_t i = 0; i < FIELDS; i++)
		open_field(&plan, IN_VALUE, names[i], FIELD_UINT, i * 8, 8);
	make_table(&table, &plan, 1);
	assert_int_equal(smooth_set(&table, SECOND), 0);
	for (uint64_t reading = 1; reading <= 3; reading++) {
		uint64_t values[FIELDS];
		uint32_t key = 1;

		for (size_t i = 0; i < FIELDS; i++)
			values[i] = reading * (i + 1);
		assert_int_equal(snap_add(table.next, &key, values), 0);
		take_at(&table, reading * SECOND);
		for (size_t i = 0; i < FIELDS; i++) {
			SCOPED(buf) name = {0};

			buf_addf(&name, "%s.smooth", names[i]);
			if (reading == 1 || i >= SMOOTH_MAX_FIELDS)
				assert_unknown(&table, 0, buf_text(&name));
			else
				assert_number(&table, 0, buf_text(&name), (double)(i + 1));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_unknown_stays_unknown),
		cmocka_unit_test(test_time_not_readings_counts),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_order_is_calm),
		cmocka_unit_test(test_fields_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
