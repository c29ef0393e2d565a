/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys alone, of maps whose values the kernel keeps to itself, for who asked for those: each key is looked
 * up all the same, and what that answers goes for all of them, since it is the kind of map that decides it.
 * Maps that can't be walked, either, have no keys: a reading that ended at once, with the kernel's answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/kernel.h"

enum { STEP_KEYS = 512, KEYS_PER_LOOK = 32 /* at the clock */ };
#define STEP_TIME_NS 2000000

static bool keys_suits(const struct map *map, const struct read_plan *how)
{
	return how->keys_suffice &&
	       (map->type->reading == READS_SPECIAL || kernel_reason_against(map));
}

static void keys_start(struct cursor *cursor)
{
	cursor->may_repeat = true;
	cursor->has_worked = true; /* what it is refused is what it tells */
	cursor->walk.n_walked = 0;
	cursor->walk.room = NULL;
}

static int end_at(struct snap *snap, int code)
{
	if (code == -ENOENT)
		return STEP_DONE;
	snap->notes |= SNAP_PARTIAL;
	snap->error = code;
	return STEP_DONE;
}

/* Onto the next key, in `here`. STEP_MORE, STEP_DONE or -errno. */
static int walk_on(struct cursor *cursor, struct snap *snap)
{
	const uint8_t *from = cursor->has_here ? cursor->here : NULL;
	int r = bpf_map_get_next_key(cursor->fd, from, cursor->next);

	snap->n_calls++;
	if (r < 0)
		return end_at(snap, r);
	if (cursor->map->row_key_size || cursor->map->row_value_size)
		return -EOPNOTSUPP; /* then its keys are not those that rows of it have */
	if (++cursor->walk.n_walked > cursor->most_rows) {
		snap->notes |= SNAP_RESTARTED | SNAP_OUTRUN;
		return STEP_DONE;
	}
	memcpy(cursor->here, cursor->next, cursor->map->key_size);
	cursor->has_here = true;
	return STEP_MORE;
}

static int take_key(struct cursor *cursor, struct snap *snap)
{
	int r = bpf_map_lookup_elem_flags(cursor->fd, cursor->here, cursor->walk.room,
					  cursor->elem_flags);

	snap->n_calls++;
	if (r == -ENOENT)
		return STEP_MORE;
	if (snap->n_rows && r != snap->value_error)
		return r < 0 ? r : snap->value_error;
	snap->value_error = r;
	r = snap_add(snap, cursor->here, cursor->walk.room);
	return r < 0 ? r : STEP_MORE;
}

static int keys_step(struct cursor *cursor, struct snap *snap)
{
	uint64_t began = clock_now_ns();
	int r = cursor_make_room(cursor);

	if (r < 0)
		return r;
	for (unsigned i = 1; i <= STEP_KEYS; i++) {
		r = walk_on(cursor, snap);
		if (r == STEP_MORE)
			r = take_key(cursor, snap);
		if (r != STEP_MORE)
			return r;
		if (i % KEYS_PER_LOOK == 0 && clock_now_ns() - began > STEP_TIME_NS)
			break;
	}
	return STEP_MORE;
}

const struct method read_keys = {
	.name = "keys",
	.suits = keys_suits,
	.start = keys_start,
	.step = keys_step,
	.stop = cursor_drop_room,
	.is_unlocked = true,
};
