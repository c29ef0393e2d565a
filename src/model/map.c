/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of maps: who owns their strings, and how wide their rows are. */
#include <ctype.h>
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

/* The next range of a list like "0-3,8": *list moves on to the one after it. false: there is none. */
static bool next_range(const char **list, uint32_t *first_ret, uint32_t *last_ret)
{
	char *end;

	if (!isdigit((unsigned char)**list))
		return false;
	*first_ret = *last_ret = (uint32_t)strtoul(*list, &end, 10);
	if (*end == '-')
		*last_ret = (uint32_t)strtoul(end + 1, &end, 10);
	*list = *end == ',' ? end + 1 : end;
	return *last_ret >= *first_ret;
}

uint32_t map_cpu_number(const struct map *map, uint32_t copy)
{
	const char *list = map->cpu_list ? map->cpu_list : "";
	uint32_t first, last, n_before = 0;

	while (next_range(&list, &first, &last)) {
		if (copy - n_before <= last - first)
			return first + (copy - n_before);
		n_before += last - first + 1;
	}
	return copy;
}

bool map_cpu_copy(const struct map *map, uint64_t number, uint32_t *copy_ret)
{
	for (uint32_t copy = 0; copy < map->n_cpus; copy++) {
		if (map_cpu_number(map, copy) != number)
			continue;
		*copy_ret = copy;
		return true;
	}
	return false;
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
