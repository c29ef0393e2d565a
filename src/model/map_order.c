/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "model/map_order.h"

#include <string.h>
#include <strings.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"

/* A number of a map; false: it isn't known. */
typedef bool number_fn(const struct map *map, uint64_t *out);

static bool id_of(const struct map *map, uint64_t *out)
{
	*out = map->id;
	return true;
}

static bool entries_of(const struct map *map, uint64_t *out)
{
	*out = map->n_entries;
	return map->entries_known;
}

static bool max_of(const struct map *map, uint64_t *out)
{
	*out = map->max_entries;
	return true;
}

static bool memory_of(const struct map *map, uint64_t *out)
{
	*out = map->memory_bytes;
	return map->memory_bytes;
}

/* Only compared: the age at the end of time does as well as that of today. */
static bool age_of(const struct map *map, uint64_t *out)
{
	*out = UINT64_MAX - map->loaded_ns;
	return map->loaded_ns;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_name(const struct map *a, const struct map *b)
{
	return strcasecmp(a->name, b->name);
}

static int by_type(const struct map *a, const struct map *b)
{
	return strcmp(a->type->name, b->type->name);
}

static bool has_pin(const struct map *map)
{
	return map->pin;
}

static int by_pin(const struct map *a, const struct map *b)
{
	return strcmp(a->pin, b->pin);
}

/* By the first of them that differs; those of fewer users come first. */
static int compare_users(const struct map_users *a, const struct map_users *b)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < MIN_OF(a->n, b->n); i++)
		r = strcasecmp(a->at[i].name ? a->at[i].name : "",
			       b->at[i].name ? b->at[i].name : "");
	return r ? r : compare_numbers(a->n, b->n);
}

static bool has_programs(const struct map *map)
{
	return map->programs.n;
}

static int by_programs(const struct map *a, const struct map *b)
{
	return compare_users(&a->programs, &b->programs);
}

static bool has_owners(const struct map *map)
{
	return map->owners.n;
}

static int by_owners(const struct map *a, const struct map *b)
{
	return compare_users(&a->owners, &b->owners);
}

/* By a number, or else by what `compare` says of maps that have it. */
static const struct {
	const char *name;
	number_fn *number;
	int (*compare)(const struct map *a, const struct map *b); /* ascending */
	bool (*has)(const struct map *map);			  /* NULL: every map */
	bool descends;
} orders[] = {
	[MAPS_BY_ID] = {"id", .number = id_of},
	[MAPS_BY_NAME] = {"name", .compare = by_name},
	[MAPS_BY_TYPE] = {"type", .compare = by_type},
	[MAPS_BY_ENTRIES] = {"entries", .number = entries_of, .descends = true},
	[MAPS_BY_MAX] = {"max", .number = max_of, .descends = true},
	[MAPS_BY_MEMORY] = {"memory", .number = memory_of, .descends = true},
	[MAPS_BY_AGE] = {"age", .number = age_of},
	[MAPS_BY_PROGRAMS] = {"programs", .compare = by_programs, .has = has_programs},
	[MAPS_BY_PIN] = {"pin", .compare = by_pin, .has = has_pin},
	[MAPS_BY_OWNERS] = {"owners", .compare = by_owners, .has = has_owners},
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

/* Whether a map has what the order goes by, and the number where that is one. */
static bool find(enum map_order order, const struct map *map, uint64_t *number_ret)
{
	if (orders[order].number)
		return orders[order].number(map, number_ret);
	return !orders[order].has || orders[order].has(map);
}

int map_compare(const struct map *a, const struct map *b, enum map_order order, bool is_reversed)
{
	uint64_t number_a = 0, number_b = 0;
	bool has_a = find(order, a, &number_a), has_b = find(order, b, &number_b);
	int r = 0;

	if (has_a != has_b)
		return has_a ? -1 : 1;
	if (has_a)
		r = orders[order].compare ? orders[order].compare(a, b)
					  : compare_numbers(number_a, number_b);
	if (orders[order].descends != is_reversed)
		r = -r;
	return r ? r : compare_numbers(a->id, b->id);
}
