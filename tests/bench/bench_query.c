/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Filters, windows and sorts of a million rows, 16-byte key and 64-byte value. Cold: the columns have to
 * be built first, as in the first refresh after a reading. Best of a few runs, beside a plain copy of
 * the rows in the same run. */
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
#include "query/query.h"
#include "query/view.h"

enum { ROWS = 1000000, ROUNDS = 5, WINDOW = 50 };

struct key {
	uint8_t saddr[4], daddr[4];
	uint16_t sport, dport;
	uint32_t proto;
};

struct value {
	uint64_t packets, bytes, seen[6];
};

static const struct {
	bool in_value;
	const char *type, *name;
	uint32_t offset, size;
} fields[] = {
	{false, "__be32", "saddr", 0, 4},
	{false, "__be32", "daddr", 4, 4},
	{false, "__be16", "sport", 8, 2},
	{false, "__be16", "dport", 10, 2},
	{false, "unsigned int", "proto", 12, 4},
	{true, "unsigned long long", "packets", 0, 8},
	{true, "unsigned long long", "bytes", 8, 8},
};

static int make_plan(struct plan *plan, struct err *err)
{
	int r = 0;

	plan_begin(plan, sizeof(struct key), sizeof(struct value), "bench");
	for (size_t i = 0; i < ARRAY_LEN(fields) && r == 0; i++) {
		const struct field field = {.kind = FIELD_UINT,
					    .type = fields[i].type,
					    .name = fields[i].name,
					    .offset = fields[i].offset,
					    .size = fields[i].size};

		r = plan_add(plan, fields[i].in_value, &field, err);
	}
	return r ? r : plan_finish(plan, err);
}

static int fill(struct table *table, unsigned reading)
{
	struct snap *next = table->next;
	uint64_t seed = 1, changes = reading;
	int r = 0;

	snap_clear(next, &table->map);
	next->ended_ns = (reading + 1) * UINT64_C(1000000000);
	for (uint32_t i = 0; i < ROWS && r == 0; i++) {
		uint64_t draw = num_random(&seed), change = num_random(&changes);
		struct key key = {.sport = (uint16_t)draw, .proto = draw & 8 ? 6 : 17};
		struct value value = {.packets = (draw >> 20) % 100000, .bytes = draw >> 30};

		memcpy(key.saddr, &i, sizeof(i));
		value.packets += reading && change % 3 == 0 ? change % 1000 : 0;
		r = snap_add(next, &key, &value);
	}
	return r ? r : table_take(table);
}

static void keep_best(double *best, uint64_t began)
{
	double took = (double)(clock_now_ns() - began) / ROWS;

	if (*best == 0 || took < *best)
		*best = took;
}

static int bench_filter(struct table *table, const char *text, bool is_slow)
{
	uint64_t *bits = calloc(ROWS / 64 + 1, sizeof(*bits));
	struct query *query = NULL;
	double took = 0;
	size_t n = 0;
	int r = query_compile(text, table, &query, NULL);

	for (int round = 0; r == 0 && round < (is_slow ? 1 : ROUNDS); round++) {
		uint64_t began = clock_now_ns();

		r = query_match(query, table, bits, &n);
		keep_best(&took, began);
	}
	printf("filter  %-34s %7.2f ns a row, %zu match\n", text, took, n);
	query_free(query);
	free(bits);
	return r;
}

static int bench_window(struct table *table, const char *sort, size_t top, size_t height)
{
	struct view view;
	double again = 0, took = 0;
	int r;

	view_init(&view);
	r = view_sort(&view, table, sort, NULL);
	r = r ? r : view_refresh(&view, table, WINDOW);
	for (int round = 0; r == 0 && round < (height ? ROUNDS : 2); round++) {
		uint64_t began;

		view.is_exact = false;
		view.top = top;
		view_move_to(&view, table, top);
		began = clock_now_ns();
		r = view_refresh(&view, table, height);
		keep_best(&took, began);
		began = clock_now_ns();
		r = r ? r : view_refresh(&view, table, height);
		keep_best(&again, began);
	}
	printf("%s  %-16s from %-12zu %7.2f ms, %7.2f when nothing changed\n",
	       height ? "window" : "sorted", sort, top, took, again);
	view_release(&view);
	return r;
}

static int bench_copy(const struct table *table)
{
	const struct snap *snap = table->current;
	size_t keys = snap->n_rows * snap->key_stride, values = snap->n_rows * snap->val_stride;
	uint8_t *to = malloc(keys + values);
	double copy = 0;

	for (int round = 0; to && round < ROUNDS; round++) {
		uint64_t began = clock_now_ns();

		memcpy(to, snap->keys.at, keys);
		memcpy(to + keys, snap->vals.at, values);
		keep_best(&copy, began);
	}
	printf("memcpy of the rows: %.2f ns a row\n", copy);
	free(to);
	return to ? 0 : -ENOMEM;
}

static int bench_all(struct table *table)
{
	static const char *const filters[] = {
		"packets > 50000",    "packets.rate > 500",	     "packets in (1, 5, 10..20)",
		"saddr in 7.0.0.0/8", "proto == tcp and bytes > 1G", "bytes > packets * 100000",
	};
	static const char *const slow_filters[] = {"key ~ \"saddr=.*udp\"", "tcp 443"};
	static const char *const sorts[] = {"packets", "packets.rate", "saddr", ""};
	int r = bench_copy(table);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(filters); i++)
		r = bench_filter(table, filters[i], false);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(slow_filters); i++)
		r = bench_filter(table, slow_filters[i], true);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(sorts); i++) {
		r = bench_window(table, sorts[i], 0, WINDOW);
		r = r ? r : bench_window(table, sorts[i], ROWS / 2, WINDOW);
	}
	return r ? r : bench_window(table, "packets", 0, 0);
}

int main(void)
{
	struct map map = {.id = 1,
			  .name = "bench",
			  .type = maptype_named("hash"),
			  .key_size = sizeof(struct key),
			  .value_size = sizeof(struct value),
			  .max_entries = ROWS,
			  .n_cpus = 1,
			  .source = "bench"};
	struct plan plan = {0};
	struct table table;
	struct err err = {0};
	int r = make_plan(&plan, &err);

	r = r ? r : table_init(&table, &map, &plan);
	if (r < 0) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	r = fill(&table, 0);
	r = r ? r : fill(&table, 1);
	r = r ? r : bench_all(&table);
	table_release(&table);
	return r ? 1 : 0;
}
