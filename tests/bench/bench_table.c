/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of a million rows, 16-byte key and 64-byte value: taking a reading in which 30 % of the rows
 * changed and 2 % were replaced, whole columns built cold, one key found, and the memory it all takes
 * beside the raw bytes of one reading. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table.h"

enum { ROWS = 1000000, KEY_BYTES = 16, VALUE_BYTES = 64, READINGS = 6 };

static int add_words(struct plan *plan, bool in_value, const char *name, uint32_t n)
{
	struct err err = {0};

	for (uint32_t i = 0; i < n; i++) {
		char text[16];
		const struct field field = {.name = text,
					    .type = "u64",
					    .kind = FIELD_UINT,
					    .offset = 8 * i,
					    .size = 8};

		snprintf(text, sizeof(text), "%s%u", name, i);
		if (plan_add(plan, in_value, &field, &err) < 0)
			return -1;
	}
	return 0;
}

static int make_table(struct table *table)
{
	struct map map = {.name = "bench",
			  .type = maptype_named("hash"),
			  .key_size = KEY_BYTES,
			  .value_size = VALUE_BYTES,
			  .max_entries = ROWS,
			  .n_cpus = 1};
	struct plan plan;
	struct err err = {0};

	plan_begin(&plan, KEY_BYTES, VALUE_BYTES, "bench");
	if (add_words(&plan, false, "k", KEY_BYTES / 8) < 0 ||
	    add_words(&plan, true, "v", VALUE_BYTES / 8) < 0 || plan_finish(&plan, &err) < 0)
		return -1;
	return table_init(table, &map, &plan);
}

static int read_rows(struct table *table, uint64_t *ids, uint64_t *seed, uint64_t *next_id)
{
	for (size_t row = 0; row < ROWS; row++) {
		uint64_t value[VALUE_BYTES / 8] = {100, 7}, key[2];
		unsigned dice = num_random(seed) % 100;

		if (dice < 2 || ids[row] == 0)
			ids[row] = ++*next_id;
		key[0] = ids[row] * 0x9e3779b97f4a7c15;
		key[1] = ids[row];
		value[0] += dice < 32 ? table->current->number : 0;
		if (snap_add(table->next, key, value) < 0)
			return -1;
	}
	table->next->ended_ns = (table->current->number + 1) * 1000000000;
	return 0;
}

static double resident_bytes(void)
{
	size_t size = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%zu %zu", &size, &resident) != 2)
		resident = 0;
	if (file)
		fclose(file);
	return (double)resident * 4096;
}

static void bench_column(struct table *table, const char *name)
{
	uint64_t began, run[1024];
	struct column column;

	if (table_column_named(table, name, strlen(name), &column, NULL) < 0)
		return;
	began = clock_now_ns();
	for (size_t row = 0; row + ARRAY_LEN(run) <= ROWS; row += ARRAY_LEN(run))
		table_numbers(table, &column, row, ARRAY_LEN(run), run);
	printf("  column %-10s %5.1f ns a row\n", name, (double)(clock_now_ns() - began) / ROWS);
}

static void bench_find(struct table *table)
{
	size_t size;
	const uint8_t *key = table_key(table, ROWS - 1, &size);
	uint64_t began = clock_now_ns();
	ptrdiff_t row = table_find(table, key, size);

	printf("  last key found in %.2f ms (row %td)\n", (double)(clock_now_ns() - began) / 1e6,
	       row);
}

int main(void)
{
	static uint64_t ids[ROWS];
	static const char *const names[] = {"v0", "v1", "v0.delta", "v0.rate", "k1", "age"};
	const double raw = (double)ROWS * (KEY_BYTES + VALUE_BYTES);
	uint64_t seed = 1, next_id = 0, began;
	double before;
	SCOPED(table) table = {0};

	for (size_t row = 0; row < ROWS; row++)
		ids[row] = 0;
	if (make_table(&table) < 0)
		return 1;
	before = resident_bytes();
	for (int i = 0; i < READINGS; i++) {
		if (read_rows(&table, ids, &seed, &next_id) < 0)
			return 1;
		began = clock_now_ns();
		if (table_take(&table) < 0)
			return 1;
		printf("reading %d taken: %.1f ns a row, %zu new, %zu changed\n", i + 1,
		       (double)(clock_now_ns() - began) / ROWS, table.delta.n_new,
		       table.delta.n_changed);
	}
	printf("  resident %.2f times the raw bytes\n", (resident_bytes() - before) / raw);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		bench_column(&table, names[i]);
	bench_find(&table);
	return 0;
}
