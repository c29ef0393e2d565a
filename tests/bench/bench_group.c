/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A million rows folded into groups, few and many; best of a few runs, beside a plain copy of the rows in
 * the same run. Two counters are summed, now and in the reading before. */
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
#include "query/group.h"

enum { ROWS = 1000000, ROUNDS = 5 };

struct key {
	uint8_t saddr[4];
	uint16_t sport, dport;
	uint32_t proto, pad;
};

struct value {
	uint64_t packets, bytes;
};

static const struct {
	bool in_value;
	const char *type, *name;
	uint32_t offset, size;
} fields[] = {
	{false, "__be32", "saddr", 0, 4},
	{false, "__be16", "sport", 4, 2},
	{false, "__be16", "dport", 6, 2},
	{false, "unsigned int", "proto", 8, 4},
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
	uint64_t seed = 1;
	int r = 0;

	snap_clear(next, &table->map);
	next->ended_ns = (reading + 1) * UINT64_C(1000000000);
	for (uint32_t i = 0; i < ROWS && r == 0; i++) {
		uint64_t draw = num_random(&seed);
		struct key key = {.sport = (uint16_t)draw, .proto = draw & 0x70000 ? 6 : 17};
		struct value value = {.packets = draw >> 40, .bytes = draw >> 30};

		key.dport = (uint16_t)(draw >> 48 & 0x3ff);
		memcpy(key.saddr, &i, sizeof(i));
		value.packets += reading * (draw % 5);
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

static int bench_group(struct table *table, const char *by)
{
	struct group *group = NULL;
	struct err err = {0};
	double best = 0;
	int r = group_new(table, by, "", &group, &err);

	for (int round = 0; r == 0 && round < ROUNDS; round++) {
		uint64_t began = clock_now_ns();

		r = group_take(group);
		keep_best(&best, began);
	}
	if (r < 0)
		fprintf(stderr, "bench: %s\n", err.text);
	else
		printf("group  %-14s %7.2f ns a row, %zu groups\n", by, best,
		       table_n_live(group_table(group)));
	group_free(group);
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
	printf("memcpy of the rows    %.2f ns a row\n", copy);
	free(to);
	return to ? 0 : -ENOMEM;
}

int main(void)
{
	static const char *const lists[] = {"proto",   "dport",	      "saddr/24",  "saddr/16",
					    "saddr/8", "proto,dport", "bytes:log2"};
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
	r = r ? r : bench_copy(&table);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(lists); i++)
		r = bench_group(&table, lists[i]);
	table_release(&table);
	return r ? 1 : 0;
}
