/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables made by hand: a layout, rows, readings. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table.h"

#define SECOND 1000000000ULL

enum { IN_KEY = 0, IN_VALUE = 1 };

static inline void open_field(struct plan *plan, bool in_value, const char *name,
			      enum field_kind kind, uint32_t offset, uint32_t size)
{
	const struct field proto = {
		.name = name, .type = "test", .kind = kind, .offset = offset, .size = size};
	struct err err = {0};

	if (plan_add(plan, in_value, &proto, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void open_array(struct plan *plan, bool in_value, const char *name, uint32_t offset,
			      uint32_t count, uint32_t stride)
{
	const struct field proto = {.name = name,
				    .type = "test",
				    .kind = FIELD_ARRAY,
				    .offset = offset,
				    .size = count * stride,
				    .count = count,
				    .stride = stride};
	struct err err = {0};

	if (plan_add(plan, in_value, &proto, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void close_field(struct plan *plan)
{
	struct err err = {0};

	if (plan_close(plan, &err) < 0)
		fail_msg("%s", err.text);
}

/* Makes the table of a finished layout. n_cpus > 1: of a per-CPU hash. */
static inline void make_table(struct table *table, struct plan *plan, uint32_t n_cpus)
{
	struct map map = {.name = "test",
			  .type = maptype_named(n_cpus > 1 ? "percpu_hash" : "hash"),
			  .key_size = plan->key_size,
			  .value_size = plan->value_size,
			  .max_entries = 1000,
			  .n_cpus = n_cpus};
	struct err err = {0};

	if (plan_finish(plan, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table_init(table, &map, plan), 0);
}

/* u32 key, u64 value; a copy for each CPU. */
static inline void make_counters(struct table *table, uint32_t n_cpus)
{
	struct plan plan;

	plan_begin(&plan, 4, 8, "test");
	open_field(&plan, IN_KEY, "", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "", FIELD_UINT, 0, 8);
	make_table(table, &plan, n_cpus);
}

static inline void add_counter(struct table *table, uint32_t key, uint64_t value)
{
	assert_int_equal(snap_add(table->next, &key, &value), 0);
}

static inline void take_at(struct table *table, uint64_t ended_ns)
{
	table->next->ended_ns = ended_ns;
	assert_int_equal(table_take(table), 0);
}

/* A reading of the counters of keys [first, end). */
static inline void read_keys_at(struct table *table, uint64_t second, uint32_t first, uint32_t end)
{
	for (uint32_t key = first; key < end; key++)
		add_counter(table, key, 1);
	take_at(table, second * SECOND);
}

static inline struct column column_of(const struct table *table, const char *name)
{
	struct column column = {0};
	struct err err = {0};

	if (table_column_named(table, name, strlen(name), &column, &err) < 0)
		fail_msg("%s", err.text);
	return column;
}

static inline struct val cell_of_row(const struct table *table, size_t row, const char *name)
{
	struct column column = column_of(table, name);

	return table_cell(table, row, &column);
}

static inline double number_of(const struct table *table, size_t row, const char *name)
{
	struct val val = cell_of_row(table, row, name);

	return val_as_real(&val);
}

static inline void assert_text(const struct table *table, size_t row, const char *name,
			       enum print_style style, const char *expected)
{
	struct column column = column_of(table, name);
	SCOPED(buf) text = {0};

	table_text(table, row, &column, style, &text);
	assert_string_equal(buf_text(&text), expected);
}

#define assert_number(table, row, name, expected)                                                  \
	do {                                                                                       \
		double is_ = number_of(table, row, name), should_ = (expected);                    \
		if (!(is_ == should_))                                                             \
			fail_msg("%s of row %zu is %g, not %g", name, (size_t)(row), is_,          \
				 should_);                                                         \
	} while (0)

#define assert_unknown(table, row, name)                                                           \
	assert_int_equal(cell_of_row(table, row, name).kind, VAL_UNKNOWN)
