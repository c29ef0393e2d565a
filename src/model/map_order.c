/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "model/map_order.h"

#include <string.h>
#include <strings.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_id(const struct map *a, const struct map *b)
{
	return compare_numbers(a->id, b->id);
}

static int by_name(const struct map *a, const struct map *b)
{
	return strcasecmp(a->name, b->name);
}

static int by_type(const struct map *a, const struct map *b)
{
	return strcmp(a->type->name, b->type->name);
}

static bool has_entries(const struct map *map)
{
	return map->entries_known;
}

static int by_entries(const struct map *a, const struct map *b)
{
	return compare_numbers(b->n_entries, a->n_entries);
}

static int by_max(const struct map *a, const struct map *b)
{
	return compare_numbers(b->max_entries, a->max_entries);
}

static bool has_memory(const struct map *map)
{
	return map->memory_bytes;
}

static int by_memory(const struct map *a, const struct map *b)
{
	return compare_numbers(b->memory_bytes, a->memory_bytes);
}

static bool has_age(const struct map *map)
{
	return map->loaded_boot_ns;
}

/* The youngest first. */
static int by_age(const struct map *a, const struct map *b)
{
	return compare_numbers(b->loaded_boot_ns, a->loaded_boot_ns);
}

/* By the first of them that differs; those of fewer users come first. */
static int compare_users(const struct map_user *a, size_t n_a, const struct map_user *b, size_t n_b)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < MIN_OF(n_a, n_b); i++)
		r = strcasecmp(a[i].name ? a[i].name : "", b[i].name ? b[i].name : "");
	return r ? r : compare_numbers(n_a, n_b);
}

static bool has_programs(const struct map *map)
{
	return map->n_programs;
}

static int by_programs(const struct map *a, const struct map *b)
{
	return compare_users(a->programs, a->n_programs, b->programs, b->n_programs);
}

static bool has_pin(const struct map *map)
{
	return map->pin;
}

static int by_pin(const struct map *a, const struct map *b)
{
	return strcmp(a->pin, b->pin);
}

static bool has_owners(const struct map *map)
{
	return map->n_owners;
}

static int by_owners(const struct map *a, const struct map *b)
{
	return compare_users(a->owners, a->n_owners, b->owners, b->n_owners);
}

static const struct {
	const char *name;
	int (*compare)(const struct map *a, const struct map *b);
	bool (*has)(const struct map *map); /* NULL: every map */
	bool descends;
} orders[] = {
	[MAPS_BY_ID] = {"id", by_id},
	[MAPS_BY_NAME] = {"name", by_name},
	[MAPS_BY_TYPE] = {"type", by_type},
	[MAPS_BY_ENTRIES] = {"entries", by_entries, has_entries, true},
	[MAPS_BY_MAX] = {"max", by_max, NULL, true},
	[MAPS_BY_MEMORY] = {"memory", by_memory, has_memory, true},
	[MAPS_BY_AGE] = {"age", by_age, has_age},
	[MAPS_BY_PROGRAMS] = {"programs", by_programs, has_programs},
	[MAPS_BY_PIN] = {"pin", by_pin, has_pin},
	[MAPS_BY_OWNERS] = {"owners", by_owners, has_owners},
};
_Static_assert(ARRAY_LEN(orders) == N_MAP_ORDERS, "every order has a row");

const char *map_order_name(enum map_order order)
{
	return orders[order].name;
}

enum map_order map_order_named(const char *name)
{
	int order = 0;

	while (order < N_MAP_ORDERS && strcmp(orders[order].name, name) != 0)
		order++;
	return (enum map_order)order;
}

bool map_order_descends(enum map_order order)
{
	return orders[order].descends;
}

int map_compare(const struct map *a, const struct map *b, enum map_order order, bool is_reversed)
{
	bool has_a = !orders[order].has || orders[order].has(a);
	bool has_b = !orders[order].has || orders[order].has(b);
	int r = 0;

	if (has_a != has_b)
		return has_a ? -1 : 1;
	if (has_a)
		r = orders[order].compare(a, b);
	return r ? (is_reversed ? -r : r) : by_id(a, b);
}
