/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What readings do to the rows of a table. */
#include <errno.h>
#include <math.h>
#include <sys/resource.h>
#include <stdio.h>

#include "tests/unit/tables.h"
#include "tests/unit/starved.h"

#include "base/num.h"

#include "base/num.h"

static uint32_t key_at(const struct table *table, size_t row)
{
	uint32_t key;
	size_t size;

	memcpy(&key, table_key(table, row, &size), sizeof(key));
	assert_int_equal(size, sizeof(key));
	return key;
}

static void test_before_the_first_reading(void **state)
{
	SCOPED(table) table = {0};
	uint32_t key = 1;

	(void)state;
	make_counters(&table, 1);
	assert_int_equal(table_n_rows(&table), 0);
	assert_int_equal(table_find(&table, (uint8_t *)&key, sizeof(key)), -1);
	assert_int_equal(table_baseline(&table), 0);
	take_at(&table, SECOND);
	assert_int_equal(table_n_rows(&table), 0);
	assert_int_equal(table.current->number, 1);
}

static void test_states_and_rates(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 10, 100);
	add_counter(&table, 11, 100);
	add_counter(&table, 12, 100);
	add_counter(&table, 13, 100);
	take_at(&table, 5 * SECOND);
	assert_int_equal(table_state(&table, 0), ROW_UNKNOWN);
	assert_unknown(&table, 0, "value.rate");
	assert_text(&table, 0, "value.rate", PRINT_SHORT, "-");
	assert_text(&table, 0, "state", PRINT_SHORT, "-");

	add_counter(&table, 10, 100);
	add_counter(&table, 14, 30);
	add_counter(&table, 12, 150);
	add_counter(&table, 13, 99);
	take_at(&table, 7 * SECOND);
	assert_int_equal(table_n_live(&table), 4);
	assert_int_equal(table_n_rows(&table), 5);

	assert_int_equal(table_state(&table, 0), ROW_KEPT);
	assert_number(&table, 0, "value.rate", 0);
	assert_true(table_is_idle(&table, 0) && !table_is_recent(&table, 0));

	/* a new entry counted from nothing */
	assert_int_equal(table_state(&table, 1), ROW_NEW);
	assert_true(table_is_recent(&table, 1));
	assert_number(&table, 1, "value.rate", 15);
	assert_null(table_old_value(&table, 1));

	assert_int_equal(table_state(&table, 2), ROW_CHANGED);
	assert_number(&table, 2, "value.delta", 50);
	assert_number(&table, 2, "value.rate", 25);
	assert_text(&table, 2, "value.rate", PRINT_SHORT, "25");

	/* a counter that went down has no rate */
	assert_int_equal(table_state(&table, 3), ROW_CHANGED);
	assert_unknown(&table, 3, "value.rate");
	assert_unknown(&table, 3, "value.delta");

	assert_true(table_is_ghost(&table, 4));
	assert_int_equal(table_state(&table, 4), ROW_GONE);
	assert_int_equal(key_at(&table, 4), 11);
	assert_number(&table, 4, "value", 100);
	assert_unknown(&table, 4, "value.rate");
	assert_unknown(&table, 4, "age");
	assert_text(&table, 4, "state", PRINT_SHORT, "gone");
	assert_null(table_old_value(&table, 4));
}

static void read_keys(struct table *table, uint64_t at, const char *keys)
{
	for (; *keys; keys++)
		add_counter(table, (uint32_t)*keys, 1);
	take_at(table, at * SECOND);
}

static void assert_ghosts(const struct table *table, const char *expected)
{
	char keys[32] = {0};

	for (size_t row = table_n_live(table); row < table_n_rows(table); row++)
		keys[row - table_n_live(table)] = (char)key_at(table, row);
	assert_string_equal(keys, expected);
}

static void test_ghosts_newest_first_and_not_for_ever(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 1, "abcdef");
	read_keys(&table, 2, "cdef");
	assert_ghosts(&table, "ab");
	read_keys(&table, 3, "def");
	assert_ghosts(&table, "cab");
	read_keys(&table, 4, "defb"); /* b is back */
	assert_ghosts(&table, "ca");
	read_keys(&table, 5, "defb"); /* a was missed at 2, 3, 4 */
	assert_ghosts(&table, "c");
	read_keys(&table, 6, "defb");
	assert_ghosts(&table, "");
}

/* A record that was read went where it should. */
static void test_rings_have_no_ghosts(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	table.next->ring.size_bytes = 4096;
	read_keys(&table, 1, "abc");
	table.next->ring.size_bytes = 4096;
	read_keys(&table, 2, "c");
	assert_int_equal(table.delta.n_gone, 2);
	assert_ghosts(&table, "");
}

static void test_ghosts_are_bounded(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	for (uint32_t i = 0; i < 3 * TABLE_MAX_GHOSTS; i++)
		add_counter(&table, i, 1);
	take_at(&table, 1 * SECOND);
	take_at(&table, 2 * SECOND);
	assert_int_equal(table.delta.n_gone, 3 * TABLE_MAX_GHOSTS);
	assert_int_equal(table_n_rows(&table), TABLE_MAX_GHOSTS);
}

static void test_incomplete_readings_claim_nothing(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 1, "abc");
	table.next->notes = SNAP_PARTIAL;
	read_keys(&table, 2, "a");
	assert_int_equal(table_n_rows(&table), 1); /* nothing is said to be gone */
	read_keys(&table, 3, "abc");
	assert_int_equal(table_state(&table, 0), ROW_KEPT);
	assert_int_equal(table_state(&table, 1), ROW_UNKNOWN);
	assert_false(table_is_recent(&table, 1));
	assert_unknown(&table, 1, "value.rate");
	assert_true(isnan(churn_point(&table.churn, 0)->new_rate));
	assert_true(isnan(churn_point(&table.churn, 1)->gone_rate));
}

static void test_ages_follow_the_key(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 10, "ab");
	read_keys(&table, 11, "xba");
	add_counter(&table, 'b', 1);
	add_counter(&table, 'a', 2);
	add_counter(&table, 'x', 1);
	take_at(&table, 13 * SECOND);
	assert_number(&table, 0, "age", 3e9);
	assert_number(&table, 1, "age", 3e9);
	assert_number(&table, 2, "age", 2e9);
	assert_number(&table, 0, "idle", 3e9);
	assert_number(&table, 1, "idle", 0);
	assert_number(&table, 2, "idle", 2e9);
	assert_text(&table, 2, "age", PRINT_SHORT, "2.0s");
	assert_text(&table, 2, "age", PRINT_EXACT, "2s");
}

static void test_readings_a_row_was_in(void **state)
{
	const struct column seen = {.derive = DERIVE_SEEN};
	SCOPED(table) table = {0};
	uint64_t numbers[2];

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 10, "ab");
	read_keys(&table, 11, "ac");
	read_keys(&table, 12, "abc");
	assert_number(&table, 0, "seen", 3);
	assert_number(&table, 1, "seen", 1); /* came back: begins anew */
	assert_number(&table, 2, "seen", 2);
	table_numbers(&table, &seen, 1, 2, numbers);
	assert_true(numbers[0] == 1 && numbers[1] == 2);
	assert_int_equal(table_n_readings(&table), 3);
	read_keys(&table, 13, "a");
	assert_unknown(&table, 1, "seen"); /* a ghost */
	read_keys(&table, 1, "a");	   /* a tape went back */
	assert_number(&table, 0, "seen", 1);
	assert_int_equal(table_n_readings(&table), 1);
}

/* Exact until the calendar is full, at most a reading off after, and off by 3 after that. */
static void test_readings_of_a_long_watch(void **state)
{
	enum { READINGS = 3 * CALENDAR_DAYS };
	struct calendar calendar = {0};

	(void)state;
	assert_int_equal(calendar_reserve(&calendar), 0);
	for (uint64_t i = 7; i <= READINGS; i++) {
		uint64_t found;

		calendar_add(&calendar, i, i * SECOND);
		assert_int_equal(calendar_find(&calendar, 0, i), 7);
		found = calendar_find(&calendar, i / 2 * SECOND, i);
		if (i / 2 >= 7)
			assert_in_range(found, i / 2, i / 2 + (i - 7) / CALENDAR_DAYS + 1);
		if (i / 2 >= 7 && i < CALENDAR_DAYS + 7)
			assert_int_equal(found, i / 2);
		assert_in_range(calendar_find(&calendar, i * SECOND, i), i, i);
	}
	calendar_release(&calendar);
}

/* Rows a to p; row i has level + i, so that all rise and fall together. */
static void read_levels(struct table *table, uint64_t at, uint64_t level)
{
	for (unsigned i = 0; i < 16; i++)
		add_counter(table, 'a' + i, level + i);
	take_at(table, at * SECOND);
}

static void test_gauges_are_guessed(void **state)
{
	const struct column rate = {.derive = DERIVE_RATE};
	const uint64_t levels[] = {100, 120, 90, 95, 80};
	SCOPED(table) table = {0};
	struct column column = rate;
	uint64_t bits;
	double number;

	(void)state;
	make_counters(&table, 1);
	column.field = &table.plan.fields[table.plan.n_key_fields];
	read_levels(&table, 1, levels[0]);
	read_levels(&table, 2, levels[1]);
	assert_number(&table, 0, "value.rate", 20);
	read_levels(&table, 3, levels[2]);
	read_levels(&table, 4, levels[3]);
	read_levels(&table, 5, levels[4]);
	assert_number(&table, 0, "value.rate", -15);
	assert_number(&table, 3, "value.delta", -15);
	table_numbers(&table, &column, 0, 1, &bits);
	memcpy(&number, &bits, sizeof(number));
	assert_true(number == -15);
}

static void test_counters_that_begin_anew_are_none(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	for (unsigned i = 0; i < 20; i++)
		read_levels(&table, 1 + i, i % 2 ? 1000 : 5);
	read_levels(&table, 21, 4);
	assert_unknown(&table, 0, "value.rate");
}

static void test_natures_can_be_told(void **state)
{
	SCOPED(table) table = {0};
	struct column columns[2];
	struct err err = {0};

	(void)state;
	make_counters(&table, 1);
	read_levels(&table, 1, 100);
	read_levels(&table, 2, 90);
	assert_int_equal(table_columns_named(&table, "key,value:gauge", columns, 2, &err), 2);
	assert_number(&table, 0, "value.rate", -10);
	assert_int_equal(table_columns_named(&table, "value.rate:counter", columns, 2, &err), 1);
	assert_unknown(&table, 0, "value.rate");
	assert_true(table_columns_named(&table, "key:gauge", columns, 2, &err) < 0);
	assert_int_equal(err.column, 5);
	for (unsigned i = 0; i < 20; i++)
		read_levels(&table, 3 + i, i % 2 ? 100 : 90);
	read_levels(&table, 23, 80);
	assert_unknown(&table, 0, "value.rate"); /* what was told stays */
}

static void test_recent_ends(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 1, "a");
	for (unsigned i = 0; i < TABLE_NEW_READINGS; i++) {
		read_keys(&table, 2, "ab"); /* the clock stands still */
		assert_true(table_is_recent(&table, 1));
	}
	read_keys(&table, 2, "ab");
	assert_false(table_is_recent(&table, 1) || table_is_recent(&table, 0));
}

/* Stamps are 32 bits of ms; a table may be watched for months. */
static void test_ages_of_a_long_watch(void **state)
{
	const uint64_t day = 24 * 3600 * SECOND;
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 1);
	take_at(&table, day);
	for (uint64_t at = 2; at <= unless_starved(200, 20); at++) {
		add_counter(&table, 1, 1);
		add_counter(&table, 2, at);
		take_at(&table, at * day);
		assert_number(&table, 1, "idle", 0);
		assert_number(&table, 1, "age",
			      at <= 8 ? (double)((at - 2) * day) : number_of(&table, 1, "age"));
		assert_true(number_of(&table, 0, "age") >= (double)(MIN_OF(at - 1, 6ULL) * day));
		assert_true(number_of(&table, 0, "age") <= (double)((at - 1) * day));
	}
}

static void test_find_and_zero(void **state)
{
	SCOPED(table) table = {0};
	uint32_t a = 'a', b = 'b', c = 'c';

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 1, "ab");
	add_counter(&table, 'z', 0);
	read_keys(&table, 2, "b");
	assert_int_equal(table_find(&table, (uint8_t *)&b, 4), 1);
	assert_int_equal(table_find(&table, (uint8_t *)&a, 4), 2); /* a ghost */
	assert_int_equal(table_find(&table, (uint8_t *)&c, 4), -1);
	assert_int_equal(table_find(&table, (uint8_t *)&b, 3), -1);
	assert_true(table_is_zero(&table, 0));
	assert_false(table_is_zero(&table, 1));
}

static void test_baseline(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 100);
	add_counter(&table, 2, 100);
	take_at(&table, 1 * SECOND);
	assert_unknown(&table, 0, "value.base");
	assert_int_equal(table_baseline(&table), 0);
	assert_number(&table, 0, "value.base", 0);
	for (uint64_t i = 2; i < 5; i++) {
		add_counter(&table, 3, 7);
		add_counter(&table, 1, 100 * i);
		add_counter(&table, 2, 100 - i);
		take_at(&table, i * SECOND);
	}
	assert_number(&table, 0, "value.base", 7); /* it wasn't there: all of it came since */
	assert_number(&table, 1, "value.base", 300);
	assert_unknown(&table, 2, "value.base");
	assert_int_equal(table_baseline(&table), 0);
	assert_number(&table, 1, "value.base", 0);
}

static void test_gone_map_keeps_its_last_reading(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 1, "ab");
	table.is_gone = true;
	read_keys(&table, 2, "");
	assert_int_equal(table.current->number, 1);
	assert_int_equal(table_n_rows(&table), 2);
}

static size_t address_space(void)
{
	size_t pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%zu", &pages), 1);
	fclose(file);
	return pages * 4096;
}

/* However little memory there is: a reading is taken whole or not at all. */
static void test_out_of_memory(void **state)
{
	SCOPED(table) table = {0};
	struct rlimit was, tight;
	unsigned n_failed = 0;
	int r = -ENOMEM;

#if defined(__SANITIZE_ADDRESS__)
	skip(); /* its shadow needs all the addresses there are */
#endif
	(void)state;
	make_counters(&table, 1);
	read_keys(&table, 1, "abc");
	read_keys(&table, 2, "ab");
	for (uint32_t i = 0; i < 300000; i++)
		add_counter(&table, i * 7, 1);
	table.next->ended_ns = 3 * SECOND;
	getrlimit(RLIMIT_AS, &was);
	for (size_t spare = 0; r == -ENOMEM; spare += 256 << 10) {
		tight = (struct rlimit){address_space() + spare, was.rlim_max};
		setrlimit(RLIMIT_AS, &tight);
		r = table_take(&table);
		setrlimit(RLIMIT_AS, &was);
		if (r == 0)
			break;
		n_failed++;
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(table.current->number, 2);
		assert_int_equal(table_n_live(&table), 2);
		assert_ghosts(&table, "c");
		assert_int_equal(table_state(&table, 1), ROW_KEPT);
		assert_number(&table, 1, "age", 1e9);
	}
	assert_true(n_failed > 3);
	assert_int_equal(table_n_live(&table), 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_the_first_reading),
		cmocka_unit_test(test_states_and_rates),
		cmocka_unit_test(test_ghosts_newest_first_and_not_for_ever),
		cmocka_unit_test(test_rings_have_no_ghosts),
		cmocka_unit_test(test_ghosts_are_bounded),
		cmocka_unit_test(test_incomplete_readings_claim_nothing),
		cmocka_unit_test(test_ages_follow_the_key),
		cmocka_unit_test(test_readings_a_row_was_in),
		cmocka_unit_test(test_readings_of_a_long_watch),
		cmocka_unit_test(test_gauges_are_guessed),
		cmocka_unit_test(test_counters_that_begin_anew_are_none),
		cmocka_unit_test(test_natures_can_be_told),
		cmocka_unit_test(test_recent_ends),
		cmocka_unit_test(test_ages_of_a_long_watch),
		cmocka_unit_test(test_find_and_zero),
		cmocka_unit_test(test_baseline),
		cmocka_unit_test(test_gone_map_keeps_its_last_reading),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
