/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading that is taken in slices is the one that is taken at once; and variables are rows. */
#include <errno.h>
#include <math.h>
#include <sys/resource.h>
#include <stdio.h>

#include "tests/unit/tables.h"
#include "tests/unit/starved.h"

#include "base/num.h"

#include "base/num.h"

static void read_counters(struct table *table, uint64_t seed, uint64_t reading)
{
	snap_clear(table->next, &table->map);
	for (uint32_t key = 0; key < unless_starved(700, 300); key++)
		if (num_random(&seed) % 9)
			add_counter(table, key, reading * (num_random(&seed) % 3));
	table->next->ended_ns = reading * SECOND;
}

static void assert_same_row(const struct table *a, const struct table *b, size_t row)
{
	static const char *const names[] = {"value.rate", "value.base", "age",
					    "idle",	  "state",	"key"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct column column = column_of(a, names[i]), same = column_of(b, names[i]);
		SCOPED(buf) is = {0};
		SCOPED(buf) was = {0};

		table_text(a, row, &column, PRINT_EXACT, &is);
		table_text(b, row, &same, PRINT_EXACT, &was);
		assert_string_equal(buf_text(&is), buf_text(&was));
	}
}

/* Slice by slice it comes to the same, and nothing is seen of it before the last one. */
static void test_taken_in_slices(void **state)
{
	SCOPED(table) at_once = {0};
	SCOPED(table) sliced = {0};
	uint64_t seed = 8;

	(void)state;
	make_counters(&at_once, 1);
	make_counters(&sliced, 1);
	for (uint64_t reading = 1; reading < 9; reading++) {
		unsigned n_slices = 0;
		size_t was;

		if (reading == 4)
			assert_int_equal(table_baseline(&at_once), 0);
		read_counters(&at_once, reading, reading);
		assert_int_equal(table_take(&at_once), 0);
		for (int is_dropped = reading > 4; is_dropped >= 0; is_dropped--) {
			read_counters(&sliced, reading, reading);
			was = table_n_rows(&sliced);
			while (table_take_some(&sliced, num_random(&seed) % 200) == 1) {
				assert_int_equal(sliced.current->number, reading - 1);
				assert_int_equal(table_n_rows(&sliced), was);
				if (++n_slices == 5 && is_dropped)
					break;
				if (n_slices == 6 && reading == 4)
					assert_int_equal(table_baseline(&sliced), 0);
			}
			if (is_dropped)
				table_take_drop(&sliced);
		}
		assert_true(n_slices > 5);
		assert_int_equal(table_n_rows(&at_once), table_n_rows(&sliced));
		for (size_t row = 0; row < table_n_rows(&sliced); row += unless_starved(1, 50))
			assert_same_row(&at_once, &sliced, row);
	}
}

/* So is a baseline: the one before holds until the last slice, and a reading waits for that. */
static void test_baseline_in_slices(void **state)
{
	SCOPED(table) at_once = {0};
	SCOPED(table) sliced = {0};
	uint64_t seed = 9;

	(void)state;
	make_counters(&at_once, 1);
	make_counters(&sliced, 1);
	for (uint64_t reading = 1; reading < 9; reading++) {
		uint64_t was = sliced.baseline.number;

		read_counters(&at_once, reading, reading);
		read_counters(&sliced, reading, reading);
		assert_int_equal(table_take(&at_once), 0);
		assert_int_equal(table_take(&sliced), 0);
		if (reading % 3)
			continue;
		assert_int_equal(table_baseline(&at_once), 0);
		assert_int_equal(table_baseline_begin(&sliced), 0);
		for (unsigned i = 0; i < 4; i++) {
			assert_true(table_baseline_progress(&sliced) < 1);
			assert_int_equal(table_baseline_step(&sliced, 100), 1);
			assert_int_equal(sliced.baseline.number, was);
		}
		while (reading == 3 && table_baseline_step(&sliced, num_random(&seed) % 200) == 1)
			;
		for (size_t row = 0; reading == 3 && row < table_n_rows(&sliced); row++)
			assert_same_row(&at_once, &sliced, row);
	}
	assert_int_equal(sliced.baseline.number, 6);
	for (size_t row = 0; row < table_n_rows(&sliced); row++)
		assert_same_row(&at_once, &sliced, row);
	/* Another one in its midst, and none at all. */
	assert_int_equal(table_baseline_begin(&sliced), 0);
	assert_int_equal(table_baseline_step(&sliced, 100), 1);
	assert_int_equal(table_baseline(&sliced), 0);
	assert_null(sliced.base);
	assert_int_equal(sliced.baseline.number, 8);
	assert_int_equal(table_baseline_begin(&sliced), 0);
}

static void make_variables(struct table *table)
{
	struct plan plan;

	plan_begin(&plan, 4, 24, "test");
	plan.is_variables = true;
	open_field(&plan, IN_KEY, "", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "packets", FIELD_UINT, 0, 8);
	open_field(&plan, IN_VALUE, "config", FIELD_STRUCT, 8, 8);
	open_field(&plan, IN_VALUE, "mode", FIELD_UINT, 8, 4);
	open_field(&plan, IN_VALUE, "depth", FIELD_UINT, 12, 4);
	close_field(&plan);
	open_field(&plan, IN_VALUE, "name", FIELD_TEXT, 16, 8);
	make_table(table, &plan, 1);
}

struct variables {
	uint64_t packets;
	uint32_t mode, depth;
	char name[8];
};

static void test_variables_are_rows(void **state)
{
	struct variables values = {1000, 3, 4, "eth0"};
	struct column columns[4];
	SCOPED(table) table = {0};
	uint32_t key = 0, number;
	size_t size;

	(void)state;
	make_variables(&table);
	assert_int_equal(table_n_rows(&table), 0);
	assert_int_equal(snap_add(table.next, &key, &values), 0);
	take_at(&table, 1 * SECOND);
	values.packets += 500;
	assert_int_equal(snap_add(table.next, &key, &values), 0);
	take_at(&table, 2 * SECOND);

	assert_int_equal(table_n_rows(&table), 3);
	assert_text(&table, 0, "key", PRINT_SHORT, "packets");
	assert_text(&table, 2, "key", PRINT_SHORT, "name");
	assert_text(&table, 0, "value", PRINT_EXACT, "1500");
	assert_text(&table, 1, "value", PRINT_EXACT, "{mode=3, depth=4}");
	assert_text(&table, 2, "value", PRINT_EXACT, "eth0");
	assert_number(&table, 0, "value.rate", 500);
	assert_unknown(&table, 1, "value.rate");
	assert_unknown(&table, 2, "value.rate");
	assert_number(&table, 0, "packets.rate", 500);
	assert_number(&table, 1, "config.mode", 3);
	assert_unknown(&table, 0, "config.mode"); /* of another row */
	assert_int_equal(table_state(&table, 0), ROW_CHANGED);
	assert_int_equal(table_state(&table, 1), ROW_KEPT);
	assert_number(&table, 0, "idle", 0);
	assert_number(&table, 1, "idle", 1e9);

	memcpy(&number, table_key(&table, 2, &size), sizeof(number));
	assert_int_equal(number, 2);
	assert_int_equal(table_find(&table, (uint8_t *)&number, sizeof(number)), 2);
	table_value(&table, 2, &size);
	assert_int_equal(size, 8);
	assert_int_equal(table_default_columns(&table, true, columns, ARRAY_LEN(columns)), 3);
	assert_int_equal(columns[2].derive, DERIVE_RATE);
	assert_null(columns[2].field);
	assert_int_equal(table_numbers_kind(&table, &columns[2]), VAL_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_in_slices),
		cmocka_unit_test(test_baseline_in_slices),
		cmocka_unit_test(test_variables_are_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
