/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays made with BPF_F_MMAPABLE, copied straight out of the kernel's memory: values stand one after
 * the other, each rounded up to 8 bytes. A value that is being written while it is copied may be torn,
 * as with any other way to read an array. source: array_map_mmap(), kernel/bpf/arraymap.c */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"

enum {
	STEP_BYTES = 8 << 20,
	/* Below this one batch is as quick, and needs no descriptor that may write. */
	WORTH_BYTES = 64 << 10,
};

static size_t element_size(const struct map *map)
{
	return ((size_t)map->value_size + 7) & ~(size_t)7;
}

static bool mmap_suits(const struct map *map, const struct read_plan *how)
{
	return map->type->number == BPF_MAP_TYPE_ARRAY && (map->flags & BPF_F_MMAPABLE) &&
	       !how->is_strict && !how->first_bucket && !how->end_bucket &&
	       (how->method || map->max_entries * element_size(map) >= WORTH_BYTES);
}

static void mmap_start(struct cursor *cursor)
{
	cursor->mapped.mapping = (struct mapping){0};
	cursor->mapped.at = 0;
	cursor->mapped.end = cursor->map->max_entries;
}

static int open_array(struct cursor *cursor)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = cursor->map->max_entries * element_size(cursor->map);

	if (cursor->mapped.mapping.at)
		return 0;
	return mapping_open(cursor->map, 0, (size + page - 1) & ~(page - 1),
			    &cursor->mapped.mapping);
}

static void copy_rows(struct cursor *cursor, size_t n, struct snap *snap)
{
	size_t element = element_size(cursor->map), size = snap->val_stride;
	const uint8_t *from = cursor->mapped.mapping.at + cursor->mapped.at * element;
	uint8_t *to = snap->vals.at + snap->n_rows * size;
	uint8_t *keys = snap->keys.at + snap->n_rows * sizeof(uint32_t);

	for (size_t i = 0; i < n; i++) {
		uint32_t index = (uint32_t)(cursor->mapped.at + i);

		memcpy(keys + i * sizeof(index), &index, sizeof(index));
	}
	if (element == size)
		memcpy(to, from, n * size);
	else
		for (size_t i = 0; i < n; i++)
			memcpy(to + i * size, from + i * element, size);
}

static int mmap_step(struct cursor *cursor, struct snap *snap)
{
	size_t n = MAX_OF(STEP_BYTES / element_size(cursor->map), 1);
	int r = open_array(cursor);

	n = MIN_OF(n, cursor->mapped.end - cursor->mapped.at);
	if (r == 0)
		r = snap_reserve(snap, n);
	if (r < 0)
		return r;
	cursor->has_worked = true;
	copy_rows(cursor, n, snap);
	snap->n_rows += n;
	snap->n_calls++;
	cursor->mapped.at += n;
	return cursor->mapped.at < cursor->mapped.end ? STEP_MORE : STEP_DONE;
}

static void mmap_stop(struct cursor *cursor)
{
	mapping_release(&cursor->mapped.mapping);
}

const struct method read_mmap = {
	.name = "mmap",
	.suits = mmap_suits,
	.start = mmap_start,
	.step = mmap_step,
	.stop = mmap_stop,
	.is_of_map = true,
};
