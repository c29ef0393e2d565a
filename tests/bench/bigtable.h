/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of a million rows made by hand, for benchmarks of what happens after a reading; and a plain copy
 * of its rows beside it. */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table.h"

enum { BIGTABLE_ROWS = 1000000, BIGTABLE_ROUNDS = 5 };

struct bigtable_field {
	bool in_value;
	const char *type, *name;
	uint32_t offset, size;
};

static inline int bigtable_plan(struct plan *plan, uint32_t key_size, uint32_t value_size,
				const struct bigtable_field *fields, size_t n, struct err *err)
{
	int r = 0;

	plan_begin(plan, key_size, value_size, "bench");
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct field field = {.kind = FIELD_UINT,
					    .type = fields[i].type,
					    .name = fields[i].name,
					    .offset = fields[i].offset,
					    .size = fields[i].size};

		r = plan_add(plan, fields[i].in_value, &field, err);
	}
	return r ? r : plan_finish(plan, err);
}

/* An empty hash of those fields; a fault is printed. */
static inline int bigtable_open(struct table *table, uint32_t key_size, uint32_t value_size,
				const struct bigtable_field *fields, size_t n)
{
	struct map map = {.id = 1,
			  .name = "bench",
			  .type = maptype_named("hash"),
			  .key_size = key_size,
			  .value_size = value_size,
			  .max_entries = BIGTABLE_ROWS,
			  .n_cpus = 1,
			  .source = "bench"};
	struct plan plan = {0};
	struct err err = {0};
	int r = bigtable_plan(&plan, key_size, value_size, fields, n, &err);

	r = r ? r : table_init(table, &map, &plan);
	if (r < 0)
		fprintf(stderr, "bench: %s\n", err.text);
	return r;
}

/* Begins reading 0, 1, ... a second after the one before. */
static inline struct snap *bigtable_next(struct table *table, unsigned reading)
{
	snap_clear(table->next, &table->map);
	table->next->ended_ns = (reading + 1) * UINT64_C(1000000000);
	return table->next;
}

static inline double bigtable_ns_a_row(uint64_t began)
{
	return (double)(clock_now_ns() - began) / BIGTABLE_ROWS;
}

/* The best of a few runs: what is measured is the work, not the neighbours. */
static inline void bigtable_keep_best(double *best, uint64_t began)
{
	double took = bigtable_ns_a_row(began);

	if (*best == 0 || took < *best)
		*best = took;
}

static inline int bigtable_copy(const struct table *table)
{
	const struct snap *snap = table->current;
	size_t keys = snap->n_rows * snap->key_stride, values = snap->n_rows * snap->val_stride;
	uint8_t *to = malloc(keys + values);
	double copy = 0;

	for (int round = 0; to && round < BIGTABLE_ROUNDS; round++) {
		uint64_t began = clock_now_ns();

		memcpy(to, snap->keys.at, keys);
		memcpy(to + keys, snap->vals.at, values);
		bigtable_keep_best(&copy, began);
	}
	printf("memcpy of the rows, %u + %u B: %.2f ns a row\n", snap->key_stride, snap->val_stride,
	       copy);
	free(to);
	return to ? 0 : -ENOMEM;
}
