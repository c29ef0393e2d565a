/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of maps: who owns their strings, and how wide their rows are. */
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"

enum { FIRST_MAPS = 16 };

void map_release(struct map *map)
{
	if (!map)
		return;
	arena_release(&map->mem);
	*map = (struct map){0};
}

size_t map_key_stride(const struct map *map)
{
	return map->row_key_size ? map->row_key_size : map->key_size;
}

size_t map_copy_size(const struct map *map)
{
	return map->row_value_size ? map->row_value_size : map->value_size;
}

size_t map_cpu_stride(const struct map *map)
{
	size_t size = map_copy_size(map);

	if (!map->type || !map->type->is_per_cpu)
		return size;
	return (size + 7) / 8 * 8;
}

size_t map_value_stride(const struct map *map)
{
	bool is_per_cpu = map->type && map->type->is_per_cpu;

	return map_cpu_stride(map) * (is_per_cpu ? MAX_OF(map->n_cpus, 1u) : 1);
}

void map_list_release(struct map_list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->n; i++)
		map_release(&list->maps[i]);
	free(list->maps);
	*list = (struct map_list){0};
}

struct map *map_list_add(struct map_list *list)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : FIRST_MAPS;
		struct map *maps = reallocarray(list->maps, cap, sizeof(*maps));

		if (!maps)
			return NULL;
		list->maps = maps;
		list->cap = cap;
	}
	struct map *map = &list->maps[list->n++];

	*map = (struct map){0};
	return map;
}
