/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Columns as numbers say what their cells say, one by one. */
#include "tests/unit/flow_table.h"

/* -- whole columns -- */

static void read_random(struct table *table, uint64_t number, uint64_t *seed, uint32_t n_cpus)
{
	for (uint32_t row = 0; row < 200; row++) {
		struct flow copies[4] = {0};

		if (num_random(seed) % 10 == 0)
			continue;
		for (uint32_t cpu = 0; cpu < n_cpus; cpu++)
			copies[cpu] = (struct flow){
				.pkts = num_random(seed) % 4 ? number * (num_random(seed) % 1000)
							     : num_random(seed),
				.octets = (uint32_t)num_random(seed),
				.one = (int64_t)num_random(seed),
				.state = num_random(seed) % 3,
				.load = (double)(num_random(seed) % 1000) / 8,
				.gauge = (int32_t)num_random(seed),
			};
		add_flow(table, row, copies);
	}
	take_at(table, number * SECOND);
}

/* Every column that can be had of the layout. */
static size_t every_column(const struct table *table, struct column *columns, size_t max)
{
	size_t n = 0;

	for (uint32_t i = 0; i < table->plan.n_fields; i++) {
		for (unsigned derive = 0; derive < 2 * N_DERIVES; derive++) {
			const struct derive_row *row = &derive_rows[derive % N_DERIVES];
			const struct field *field = &table->plan.fields[i];
			struct column column = {
				.derive = (enum derive)(derive % N_DERIVES),
				.field = row->of == OF_ROW ? NULL : field,
				.per_second = derive >= N_DERIVES,
				.cpu = row->of == OF_FIELD,
			};
			bool is_counter = field->in_value && field_is_integer(field);

			if (field->in_array || (column.derive == DERIVE_CPU && !field->in_value) ||
			    (column.per_second && !row->has_rate) ||
			    (row->of != OF_FIELD && row->of != OF_ROW && !is_counter) ||
			    (row->of == OF_ROW && i) || (column.per_second && !is_counter))
				continue;
			assert_true(n < max);
			columns[n++] = column;
		}
	}
	return n;
}

/* In runs of random lengths, or of whole words: each says the same as the cells. */
static void assert_runs_are_same(const struct table *table, const struct column *column,
				 uint64_t *seed, bool are_whole)
{
	enum val_kind kind = table_numbers_kind(table, column);
	size_t n_live = table_n_live(table), n;
	union {
		uint64_t bits[64];
		double reals[64];
	} run;

	for (size_t first = 0; first < n_live; first += n) {
		n = are_whole ? 64 : 1 + num_random(seed) % 64;
		n = MIN_OF(n, n_live - first);
		table_numbers(table, column, first, n, run.bits);
		for (size_t i = 0; i < n; i++) {
			struct val cell = table_cell(table, first + i, column);
			double expected = val_as_real(&cell);

			if (kind != VAL_REAL) {
				assert_int_equal(cell.kind, kind);
				assert_int_equal(cell.u, run.bits[i]);
			} else if (isnan(expected)) {
				assert_true(isnan(run.reals[i]));
			} else {
				assert_true(fabs(run.reals[i] - expected) <= 1e-9 * fabs(expected));
			}
		}
	}
}

/* What was computed in whole words may be kept, and found again in parts. */
static void assert_same_numbers(const struct table *table, const struct column *column,
				uint64_t *seed)
{
	assert_runs_are_same(table, column, seed, false);
	assert_runs_are_same(table, column, seed, true);
	assert_runs_are_same(table, column, seed, false);
}

static void assert_same_cells(const struct table *table, const struct column *column)
{
	struct val vals[64];
	size_t n = MIN_OF(table_n_live(table), ARRAY_LEN(vals));

	table_cells(table, column, table_n_live(table) - n, n, vals);
	for (size_t i = 0; i < n; i++) {
		struct val cell = table_cell(table, table_n_live(table) - n + i, column);

		assert_int_equal(vals[i].kind, cell.kind);
		assert_int_equal(val_compare(&vals[i], &cell), 0);
	}
}

/* What falls, and may differ by more than half of what its integer holds, has differences, too. */
static void tell_gauges(const struct table *table)
{
	for (uint32_t i = 0; i < table->plan.n_fields; i++)
		if (field_is_integer(&table->plan.fields[i]))
			nature_tell(table, &table->plan.fields[i], NATURE_GAUGE);
}

static void test_columns_say_what_cells_say(void **state)
{
	struct column columns[512];
	uint64_t seed = 3;

	(void)state;
	for (unsigned round = 0; round < 4; round++) {
		uint32_t n_cpus = round % 2 ? 4 : 1;
		size_t n, n_numeric = 0;
		SCOPED(table) table = {0};

		make_flows(&table, n_cpus);
		if (round >= 2)
			tell_gauges(&table);
		n = every_column(&table, columns, ARRAY_LEN(columns));
		for (uint64_t number = 1; number <= 4; number++) {
			read_random(&table, number, &seed, n_cpus);
			if (number == 2)
				assert_int_equal(table_baseline(&table), 0);
			for (size_t i = 0; i < n; i++) {
				assert_same_cells(&table, &columns[i]);
				if (table_numbers_kind(&table, &columns[i]) == VAL_UNKNOWN)
					continue;
				assert_true(column_is_numeric(&columns[i]));
				assert_same_numbers(&table, &columns[i], &seed);
				n_numeric++;
			}
		}
		assert_true(n_numeric > 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_say_what_cells_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
