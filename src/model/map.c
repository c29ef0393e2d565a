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

size_t map_cpu_stride(const struct map *map)
{
	if (!map->type || !map->type->is_per_cpu)
		return map->value_size;
	return ((size_t)map->value_size + 7) / 8 * 8;
}

size_t map_value_stride(const struct map *map)
{
	if (!map->type || !map->type->is_per_cpu)
		return map->value_size;
	return map_cpu_stride(map) * MAX_OF(map->n_cpus, 1u);
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
