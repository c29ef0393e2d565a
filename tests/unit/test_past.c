/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Looking back shows what was shown then; coming back leaves no trace; memory stays within its limit. */
#include "tests/unit/tables.h"

#include <errno.h>

#include "model/past.h"

enum { READINGS = 8 };

static void take_reading(struct table *table, uint64_t number)
{
	for (uint32_t key = 1; key <= 70; key++)
		if (key != 3 || number % 2)
			add_counter(table, key, number * number * key);
	take_at(table, number * SECOND);
}

/* What filters and sorts go by, a word of rows at once. */
static void assert_same_growth(const struct table *table)
{
	struct column column = column_of(table, "value.delta");
	double run[64];

	if (!table->current->number || table_n_live(table) < ARRAY_LEN(run))
		return;
	table_numbers(table, &column, 0, ARRAY_LEN(run), (uint64_t *)run);
	for (size_t row = 0; row < ARRAY_LEN(run); row++) {
		struct val cell = table_cell(table, row, &column);

		assert_memory_equal(&(double){val_as_real(&cell)}, &run[row], sizeof(*run));
	}
}

/* Everything that a screen would say of the live rows. */
static void describe(const struct table *table, struct buf *out)
{
	static const char *const names[] = {"key",   "value", "value.delta", "value.rate",
					    "state", "age",   "idle"};

	assert_same_growth(table);
	for (size_t row = 0; row < table_n_live(table); row++) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct column column = column_of(table, names[i]);

			table_text(table, row, &column, PRINT_EXACT, out);
			buf_addc(out, ' ');
		}
		buf_addf(out, "%d\n", table_is_recent(table, row));
	}
}

static void look(struct table *table, size_t back, const struct buf *expected)
{
	SCOPED(buf) is = {0};

	assert_int_equal(past_look(table, back), 0);
	describe(table, &is);
	assert_string_equal(buf_text(&is), buf_text(expected));
}

static void what_was_shown_is_shown_again(void **state)
{
	struct table table;
	struct buf seen[READINGS + 1] = {0};

	(void)state;
	make_counters(&table, 1);
	table.past.limit_bytes = 1 << 20;
	for (uint64_t i = 1; i <= READINGS; i++) {
		take_reading(&table, i);
		describe(&table, &seen[i]);
	}
	for (size_t back = 0; back < READINGS; back++)
		look(&table, back, &seen[READINGS - back]);
	for (size_t back = READINGS; back-- > 0;)
		look(&table, back, &seen[READINGS - back]);
	assert_int_equal(past_look(&table, READINGS), -ENOENT);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		buf_release(&seen[i]);
	table_release(&table);
}

static void taking_a_reading_ends_the_look(void **state)
{
	struct table table, other;
	SCOPED(buf) expected = {0};
	SCOPED(buf) is = {0};

	(void)state;
	make_counters(&table, 1);
	make_counters(&other, 1);
	table.past.limit_bytes = 1 << 20;
	for (uint64_t i = 1; i <= READINGS; i++) {
		take_reading(&table, i);
		take_reading(&other, i);
		assert_int_equal(past_look(&table, i > 2 ? 2 : 0), 0);
		assert_int_equal(table_baseline(&other), 0);
		assert_int_equal(table_baseline_begin(&table), 0);
		assert_int_equal(past_look(&table, i > 1 ? 1 : 0), 0);
	}
	take_reading(&table, READINGS + 1);
	take_reading(&other, READINGS + 1);
	describe(&table, &is);
	describe(&other, &expected);
	assert_string_equal(buf_text(&is), buf_text(&expected));
	assert_int_equal(table_n_rows(&table), table_n_rows(&other));
	assert_number(&table, 0, "value.base", number_of(&other, 0, "value.base"));
	table_release(&table);
	table_release(&other);
}

static void the_oldest_make_room(void **state)
{
	struct table table;
	size_t a_reading;

	(void)state;
	make_counters(&table, 1);
	table.past.limit_bytes = 1 << 20;
	take_reading(&table, 1);
	a_reading = table.past.n_bytes;
	table.past.limit_bytes = (PAST_PART + 1) * a_reading;
	for (uint64_t i = 2; i < 3 * PAST_PART; i++) {
		take_reading(&table, i);
		assert_true(table.past.n_bytes <= table.past.limit_bytes);
	}
	assert_int_equal(table.past.n, PAST_PART + 1);
	for (uint64_t i = 3 * PAST_PART; i < 3 * PAST_PART + 2 * PAST_READINGS; i++) {
		table.past.limit_bytes = 1 << 30;
		take_reading(&table, i);
	}
	assert_int_equal(table.past.n, PAST_READINGS);
	table.past.limit_bytes = PAST_PART;
	take_reading(&table, 1000);
	assert_int_equal(table.past.n, 0);
	assert_true(table.past.too_large_bytes > 0);
	assert_int_equal(past_look(&table, 1), -ENOENT);
	table_release(&table);
}

static void nothing_is_kept_unless_asked(void **state)
{
	struct table table;

	(void)state;
	make_counters(&table, 1);
	take_reading(&table, 1);
	take_reading(&table, 2);
	assert_int_equal(table.past.n, 0);
	assert_int_equal(past_look(&table, 1), -ENOENT);
	assert_int_equal(past_look(&table, 0), 0);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_shown_is_shown_again),
		cmocka_unit_test(taking_a_reading_ends_the_look),
		cmocka_unit_test(the_oldest_make_room),
		cmocka_unit_test(nothing_is_kept_unless_asked),
	};

	return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
