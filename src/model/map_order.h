/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Orders of maps, as lists of them can be sorted. */
#pragma once

#include <stdbool.h>

struct map;

enum map_order { /* as lists have their columns */
		 MAPS_BY_ID,
		 MAPS_BY_NAME,
		 MAPS_BY_TYPE,
		 MAPS_BY_ENTRIES,
		 MAPS_BY_MAX,
		 MAPS_BY_MEMORY,
		 MAPS_BY_AGE,
		 MAPS_BY_PROGRAMS,
		 MAPS_BY_PIN,
		 MAPS_BY_OWNERS,
		 N_MAP_ORDERS
};

/* "id", "name", ...; N_MAP_ORDERS: nothing is called so. */
const char *map_order_name(enum map_order order);
enum map_order map_order_named(const char *name);

/* As one means it mostly, an order goes from the largest down, else from the smallest or from A. */
bool map_order_descends(enum map_order order);

/* <0, 0, >0, with is_reversed the other way round. What isn't known, or isn't there, comes last either way;
 * ids decide between equals. */
int map_compare(const struct map *a, const struct map *b, enum map_order order, bool is_reversed);
