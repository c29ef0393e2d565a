/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A million rows folded into groups, few and many; best of a few runs, beside a plain copy of the rows in
 * the same run. Two counters are summed, now and in the reading before. */
#include "bigtable.h"

#include "query/group.h"

struct key {
	uint8_t saddr[4];
	uint16_t sport, dport;
	uint32_t proto, pad;
};

struct value {
	uint64_t packets, bytes;
};

static const struct bigtable_field fields[] = {
	{false, "__be32", "saddr", 0, 4},
	{false, "__be16", "sport", 4, 2},
	{false, "__be16", "dport", 6, 2},
	{false, "unsigned int", "proto", 8, 4},
	{true, "unsigned long long", "packets", 0, 8},
	{true, "unsigned long long", "bytes", 8, 8},
};

static int fill(struct table *table, unsigned reading)
{
	struct snap *next = bigtable_next(table, reading);
	uint64_t seed = 1;
	int r = 0;

	for (uint32_t i = 0; i < BIGTABLE_ROWS && r == 0; i++) {
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

static int bench_group(struct table *table, const char *by)
{
	struct group *group = NULL;
	struct err err = {0};
	double best = 0;
	int r = group_new(table, by, "", &group, &err);

	for (int round = 0; r == 0 && round < BIGTABLE_ROUNDS; round++) {
		uint64_t began = clock_now_ns();

		r = group_take(group);
		bigtable_keep_best(&best, began);
	}
	if (r < 0)
		fprintf(stderr, "bench: %s\n", err.text);
	else
		printf("group  %-14s %7.2f ns a row, %zu groups\n", by, best,
		       table_n_live(group_table(group)));
	group_free(group);
	return r;
}

static const char *const lists[] = {"proto",   "dport",	      "saddr/24",  "saddr/16",
				    "saddr/8", "proto,dport", "bytes:log2"};

int main(void)
{
	struct table table;
	int r = bigtable_open(&table, sizeof(struct key), sizeof(struct value), fields,
			      ARRAY_LEN(fields));

	if (r < 0)
		return 1;
	r = fill(&table, 0);
	r = r ? r : fill(&table, 1);
	r = r ? r : bigtable_copy(&table);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(lists); i++)
		r = bench_group(&table, lists[i]);
	table_release(&table);
	return r ? 1 : 0;
}
