/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small arrays, searched from the end: the few maps being watched are asked for over and over. Ids are
 * not used again before 2^31 others, so a row never goes stale. Types beyond 63 are simply tried again
 * each time. */
#include "read/memo.h"

#include <stdlib.h>

#include "base/tidy.h"

enum { TYPE_BITS = 64 };

void memo_release(struct memo *memo)
{
	if (!memo)
		return;
	free(memo->maps);
	*memo = (struct memo){0};
}

bool memo_is_refused(const struct memo *memo, unsigned method, uint32_t map_type)
{
	return map_type < TYPE_BITS && (memo->refused[method] >> map_type & 1);
}

void memo_refuse(struct memo *memo, unsigned method, uint32_t map_type)
{
	if (map_type < TYPE_BITS)
		memo->refused[method] |= UINT64_C(1) << map_type;
}

struct map_memo *memo_map(struct memo *memo, uint32_t id, bool *is_new_ret)
{
	for (size_t i = memo->n_maps; i-- > 0;)
		if (memo->maps[i].id == id) {
			*is_new_ret = false;
			return &memo->maps[i];
		}
	if (memo->n_maps == memo->cap_maps) {
		size_t cap = MAX_OF(16, memo->cap_maps * 2);
		struct map_memo *maps = reallocarray(memo->maps, cap, sizeof(*maps));

		if (!maps)
			return NULL;
		memo->maps = maps;
		memo->cap_maps = cap;
	}
	*is_new_ret = true;
	memo->maps[memo->n_maps] = (struct map_memo){.id = id};
	return &memo->maps[memo->n_maps++];
}

bool memo_map_refuses(const struct memo *memo, uint32_t id, unsigned method)
{
	for (size_t i = memo->n_maps; i-- > 0;)
		if (memo->maps[i].id == id)
			return memo->maps[i].refused >> method & 1;
	return false;
}

void memo_map_refuse(struct memo *memo, uint32_t id, unsigned method)
{
	bool is_new;
	struct map_memo *map = memo_map(memo, id, &is_new);

	if (map)
		map->refused |= 1u << method;
}
