/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all rows have on each CPU is what their cells say: speeds of counters, also of those with a sign, and of
 * gauges what they are. */
#include "tests/unit/query_tables.h"

#include "model/nature.h"
#include "ui/cpu_parts.h"
#include "ui/totals.h"

static const struct field *field_named(const struct table *table, const char *name)
{
	struct column column;

	assert_int_equal(table_column_named(table, name, strlen(name), &column, NULL), 0);
	return column.field;
}

/* By the cells of its CPUs; rows that fell there have no part in it. */
static double of_cpu(const struct table *table, const struct field *field, uint32_t cpu,
		     bool per_second)
{
	struct cpu_part parts[TEST_CPUS];
	double sum = 0;

	for (size_t row = 0; row < table_n_live(table); row++) {
		cpu_parts_of_row(table, row, field, per_second, parts);
		sum += parts[cpu].part;
	}
	return sum;
}

static void check_cpus(const struct table *table, const char *name, bool per_second)
{
	const struct field *field = field_named(table, name);
	struct totals totals = {0};
	double max = 0;

	assert_int_equal(totals_begin(&totals, table, field), 0);
	while (totals_step(&totals, table, 2) > 0)
		continue;
	assert_int_equal(totals.n_cpus, TEST_CPUS);
	assert_int_equal(totals.is_rate, per_second);
	for (uint32_t cpu = 0; cpu < TEST_CPUS; cpu++) {
		assert_float_equal(totals.cpus[cpu], of_cpu(table, field, cpu, per_second), 1e-9);
		max = totals.cpus[cpu] > max ? totals.cpus[cpu] : max;
	}
	assert_true(max > 0);
	for (size_t row = 0; row < table_n_live(table); row++)
		assert_int_equal(cpu_parts_have_speed(table, row, field), per_second);
	totals_release(&totals);
}

static void test_counters_have_speeds(void **state)
{
	struct table table;

	(void)state;
	make_cpus(&table);
	check_cpus(&table, "hits", true);
	table_release(&table);
}

static void test_gauges_are_what_they_are(void **state)
{
	struct table table;

	(void)state;
	make_cpus(&table);
	nature_tell(&table, field_named(&table, "hits"), NATURE_GAUGE);
	check_cpus(&table, "hits", false);
	nature_tell(&table, field_named(&table, "hits"), NATURE_COUNTER);
	check_cpus(&table, "hits", true);
	table_release(&table);
}

/* On CPU c: from -5 to 10 * c - 15, below 0 and above. */
static void make_balances(struct table *table)
{
	struct plan plan = {0};
	uint32_t key = 0;

	plan_begin(&plan, 4, 8, "test");
	add_field(&plan, false, FIELD_UINT, "unsigned int", "", 0, 4);
	add_field(&plan, true, FIELD_STRUCT, "struct balances", "", 0, 8);
	add_field(&plan, true, FIELD_INT, "int", "balance", 0, 4);
	close_field(&plan);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("percpu_array", 4, 8, TEST_CPUS), &plan), 0);
	for (unsigned reading = 0; reading < 2; reading++) {
		struct snap *next = next_reading(table, 10 + reading);
		int32_t copies[TEST_CPUS][2] = {0};

		for (int32_t cpu = 0; cpu < TEST_CPUS; cpu++)
			copies[cpu][0] = reading ? 10 * cpu - 15 : -5;
		assert_int_equal(snap_add(next, &key, copies), 0);
		take(table);
	}
}

static void test_signs_are_heeded(void **state)
{
	struct table table;

	(void)state;
	make_balances(&table);
	check_cpus(&table, "balance", true);
	nature_tell(&table, field_named(&table, "balance"), NATURE_GAUGE);
	check_cpus(&table, "balance", false);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters_have_speeds),
		cmocka_unit_test(test_gauges_are_what_they_are),
		cmocka_unit_test(test_signs_are_heeded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
