/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Filters, windows and sorts of a million rows, 16-byte key and 64-byte value, beside a plain copy of the
 * rows in the same run. Cold: the first run after a reading. Warm: the best of a few more. */
#include "bigtable.h"

#include "query/query.h"
#include "query/view.h"

enum { WINDOW = 50 };

struct key {
	uint8_t saddr[4], daddr[4];
	uint16_t sport, dport;
	uint32_t proto;
};

struct value {
	uint64_t packets, bytes, seen[6];
};

static const struct bigtable_field fields[] = {
	{false, "__be32", "saddr", 0, 4},
	{false, "__be32", "daddr", 4, 4},
	{false, "__be16", "sport", 8, 2},
	{false, "__be16", "dport", 10, 2},
	{false, "unsigned int", "proto", 12, 4},
	{true, "unsigned long long", "packets", 0, 8},
	{true, "unsigned long long", "bytes", 8, 8},
};

static int fill(struct table *table, unsigned reading)
{
	struct snap *next = bigtable_next(table, reading);
	uint64_t seed = 1, changes = reading;
	int r = 0;

	for (uint32_t i = 0; i < BIGTABLE_ROWS && r == 0; i++) {
		uint64_t draw = num_random(&seed), change = num_random(&changes);
		struct key key = {.sport = (uint16_t)draw, .proto = draw & 8 ? 6 : 17};
		struct value value = {.packets = (draw >> 20) % 100000, .bytes = draw >> 30};

		key.dport = (uint16_t)(draw >> 48);
		memcpy(key.saddr, &i, sizeof(i));
		value.packets += reading && change % 3 == 0 ? change % 1000 : 0;
		r = snap_add(next, &key, &value);
	}
	return r ? r : table_take(table);
}

static int bench_filter(struct table *table, const char *text)
{
	uint64_t *bits = calloc(BIGTABLE_ROWS / 64 + 1, sizeof(*bits));
	struct query *query = NULL;
	double cold = 0, warm = 0;
	size_t n = 0;
	int r = query_compile(text, table, &query, NULL);

	for (int round = 0; r == 0 && round <= BIGTABLE_ROUNDS; round++) {
		uint64_t began = clock_now_ns();

		r = query_match(query, table, bits, &n);
		bigtable_keep_best(round ? &warm : &cold, began);
	}
	printf("filter  %-34s %7.2f ns a row, cold %7.2f, %zu match\n", text, warm, cold, n);
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
	for (int round = 0; r == 0 && round < (height ? BIGTABLE_ROUNDS : 2); round++) {
		uint64_t began;

		view.is_exact = false;
		view.top = top;
		view_move_to(&view, table, top);
		began = clock_now_ns();
		r = view_refresh(&view, table, height);
		bigtable_keep_best(&took, began);
		began = clock_now_ns();
		r = r ? r : view_refresh(&view, table, height);
		bigtable_keep_best(&again, began);
	}
	printf("%s  %-16s from %-12zu %7.2f ms, %7.2f when nothing changed\n",
	       height ? "window" : "sorted", sort, top, took, again);
	view_release(&view);
	return r;
}

static int bench_all(struct table *table)
{
	static const char *const filters[] = {
		"packets > 50000",	    "packets.rate > 500",    "packets in (1, 5, 10..20)",
		"saddr in 7.0.0.0/8",	    "dport == 443",	     "proto == tcp and bytes > 1G",
		"bytes > packets * 100000", "key ~ \"saddr=.*udp\"", "tcp 443",
	};
	static const char *const sorts[] = {"packets", "packets.rate", "saddr", ""};
	int r = bigtable_copy(table);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(filters); i++)
		r = bench_filter(table, filters[i]);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(sorts); i++) {
		r = bench_window(table, sorts[i], 0, WINDOW);
		r = r ? r : bench_window(table, sorts[i], BIGTABLE_ROWS / 2, WINDOW);
		r = r ? r : bench_window(table, sorts[i], BIGTABLE_ROWS - WINDOW, WINDOW);
	}
	return r ? r : bench_window(table, "packets", 0, 0);
}

int main(void)
{
	struct table table;
	int r = bigtable_open(&table, sizeof(struct key), sizeof(struct value), fields,
			      ARRAY_LEN(fields));

	if (r < 0)
		return 1;
	r = fill(&table, 0);
	r = r ? r : fill(&table, 1);
	r = r ? r : bench_all(&table);
	table_release(&table);
	return r ? 1 : 0;
}
