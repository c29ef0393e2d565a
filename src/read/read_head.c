/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queues and stacks: a lookup without a key shows what a pop would take, and leaves it there. How many
 * wait behind it nobody can see. source: queue_map_peek_elem(), kernel/bpf/queue_stack_maps.c */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"

static bool head_suits(const struct map *map, const struct read_plan *how)
{
	(void)how;
	return map->type->number == BPF_MAP_TYPE_QUEUE || map->type->number == BPF_MAP_TYPE_STACK;
}

static int head_step(struct cursor *cursor, struct snap *snap)
{
	int r = snap_reserve(snap, 1);

	if (r < 0)
		return r;
	r = bpf_map_lookup_elem(cursor->fd, NULL, snap->vals.at);
	snap->n_calls++;
	if (r < 0 && r != -ENOENT)
		return r;
	memset(snap->keys.at, 0, snap->key_stride);
	snap->n_rows = r == 0 ? 1 : 0;
	if (r == 0)
		snap->notes |= SNAP_PARTLY_SEEN;
	return STEP_DONE;
}

const struct method read_head = {
	.name = "peek",
	.suits = head_suits,
	.step = head_step,
};
