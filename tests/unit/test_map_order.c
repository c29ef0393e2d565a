/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Orders of maps, both ways: what isn't known or isn't there comes last in each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/map_order.h"
#include "model/maptype.h"

enum { N_MAPS = 4 };

static struct map_user xdp[] = {{7, "xdp_main"}}, tc[] = {{9, "tc_out"}, {7, "xdp_main"}},
		       tc_alone[] = {{9, "tc_out"}}, nameless[] = {{8, NULL}};

static void make_maps(struct map *maps)
{
	maps[0] = (struct map){.id = 1,
			       .name = "flows",
			       .type = maptype_named("hash"),
			       .max_entries = 10,
			       .n_entries = 3,
			       .entries_known = true,
			       .memory_bytes = 500,
			       .loaded_ns = 40,
			       .pin = "/b",
			       .programs = {xdp, ARRAY_LEN(xdp)},
			       .owners = {nameless, ARRAY_LEN(nameless)}};
	maps[1] = (struct map){.id = 2,
			       .name = "Drops",
			       .type = maptype_named("array"),
			       .max_entries = 10,
			       .memory_bytes = 900,
			       .programs = {tc, ARRAY_LEN(tc)}};
	maps[2] = (struct map){.id = 3,
			       .name = "ports",
			       .type = maptype_named("hash"),
			       .max_entries = 99,
			       .entries_known = true,
			       .loaded_ns = 70,
			       .pin = "/a",
			       .programs = {tc_alone, ARRAY_LEN(tc_alone)},
			       .owners = {xdp, ARRAY_LEN(xdp)}};
	maps[3] = (struct map){
		.id = 4, .name = "flows", .type = maptype_named("lru_hash"), .max_entries = 1};
}

struct order {
	enum map_order by;
	bool is_reversed;
};

static int compare(const void *a, const void *b, void *ctx)
{
	const struct order *order = ctx;

	return map_compare(a, b, order->by, order->is_reversed);
}

static void orders_both_ways(void **state)
{
	static const struct {
		const char *name;
		uint32_t ids[2][N_MAPS];
	} rows[] = {
		{"id", {{1, 2, 3, 4}, {4, 3, 2, 1}}},	{"name", {{2, 1, 4, 3}, {3, 1, 4, 2}}},
		{"type", {{2, 1, 3, 4}, {4, 1, 3, 2}}}, {"entries", {{1, 3, 2, 4}, {3, 1, 2, 4}}},
		{"max", {{3, 1, 2, 4}, {4, 1, 2, 3}}},	{"memory", {{2, 1, 3, 4}, {1, 2, 3, 4}}},
		{"age", {{3, 1, 2, 4}, {1, 3, 2, 4}}},	{"programs", {{3, 2, 1, 4}, {1, 2, 3, 4}}},
		{"pin", {{3, 1, 2, 4}, {1, 3, 2, 4}}},	{"owners", {{1, 3, 2, 4}, {3, 1, 2, 4}}},
	};
	struct map maps[N_MAPS];

	(void)state;
	assert_int_equal(ARRAY_LEN(rows), N_MAP_ORDERS);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int way = 0; way < 2; way++) {
			struct order order = {map_order_named(rows[i].name), way};

			assert_int_equal(order.by, i);
			assert_string_equal(map_order_name(order.by), rows[i].name);
			make_maps(maps);
			qsort_r(maps, N_MAPS, sizeof(*maps), compare, &order);
			for (size_t k = 0; k < N_MAPS; k++)
				if (maps[k].id != rows[i].ids[way][k])
					fail_msg("by %s, %d: map %u is at %zu", rows[i].name, way,
						 maps[k].id, k);
		}
	assert_int_equal(map_order_named("flags"), N_MAP_ORDERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_both_ways),
	};

	return cmocka_run_group_tests_name("map_order", tests, NULL, NULL);
}
