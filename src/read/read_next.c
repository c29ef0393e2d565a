/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Key after key: two calls a row, slow, but every type that can be walked can be walked so.
 *
 * When the key we stand on is deleted, the kernel sends us back to the first one. The walk goes on,
 * since what lies ahead wasn't read yet, but never past the bound; keys met twice are dropped at the
 * end. A key that went between the two calls is skipped: it is gone, which is no error. */
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

enum {
	STEP_KEYS = 2048,
	TOUCHY_KEYS = 64,
	STEP_TIME_NS = 2000000,
	KEYS_PER_LOOK = 32, /* at the clock */
};

static bool next_suits(const struct map *map, const struct read_plan *how)
{
	return map->key_size > 0 && map->type->reading != READS_SPECIAL && !how->first_bucket &&
	       !how->end_bucket;
}

static void next_start(struct cursor *cursor)
{
	cursor->may_repeat = !cursor->map->type->is_array;
	cursor->walk.has_first = false;
	cursor->walk.n_walked = 0;
	cursor->walk.room = NULL;
}

static int look_up(struct cursor *cursor, const uint8_t *key, uint8_t *value)
{
	uint8_t *into = cursor->walk.room ? cursor->walk.room : value;
	int r = bpf_map_lookup_elem_flags(cursor->fd, key, into, cursor->elem_flags);

	if (r == 0 && into != value)
		memcpy(value, into, cursor->map->value_size);
	return r;
}

/* Steps onto key. false: the walk has gone on for too long. */
static bool walk_onto(struct cursor *cursor, const uint8_t *key, struct snap *snap)
{
	size_t size = cursor->map->key_size;

	memcpy(cursor->here, key, size);
	cursor->has_here = true;
	if (!cursor->walk.has_first) {
		memcpy(cursor->first, key, size);
		cursor->walk.has_first = true;
	} else if (memcmp(cursor->first, key, size) == 0) {
		snap->notes |= SNAP_RESTARTED;
	}
	if (++cursor->walk.n_walked <= cursor->most_rows)
		return true;
	snap->notes |= SNAP_RESTARTED | SNAP_OUTRUN;
	return false;
}

static int next_row(struct cursor *cursor, struct snap *snap)
{
	int r = snap_reserve(snap, 1);
	uint8_t *key, *value;

	if (r < 0)
		return r;
	key = snap->keys.at + snap->n_rows * snap->key_stride;
	value = snap->vals.at + snap->n_rows * snap->val_stride;
	r = bpf_map_get_next_key(cursor->fd, cursor->has_here ? cursor->here : NULL, key);
	snap->n_calls++;
	if (r == -ENOENT)
		return STEP_DONE;
	if (r < 0)
		return r;
	if (!walk_onto(cursor, key, snap))
		return STEP_DONE;
	r = look_up(cursor, key, value);
	snap->n_calls++;
	if (r == -ENOENT)
		return STEP_MORE;
	if (r < 0)
		return r;
	cursor->has_worked = true;
	snap->n_rows++;
	return STEP_MORE;
}

static int next_step(struct cursor *cursor, struct snap *snap)
{
	unsigned n_keys = cursor->map->type->is_touchy ? TOUCHY_KEYS : STEP_KEYS;
	uint64_t began = clock_now_ns();
	/* A type that we don't know may hand out a copy per CPU: the first is shown. */
	int r = cursor->map->type->reading == READS_UNKNOWN ? cursor_make_room(cursor) : 0;

	if (r < 0)
		return r;
	if (cursor->map->type->is_touchy)
		snap->notes |= SNAP_TOUCHED;
	for (unsigned i = 1; i <= n_keys; i++) {
		r = next_row(cursor, snap);
		if (r != STEP_MORE)
			return r;
		if (i % KEYS_PER_LOOK == 0 && clock_now_ns() - began > STEP_TIME_NS)
			break;
	}
	return STEP_MORE;
}

const struct method read_next = {
	.name = "next-key",
	.suits = next_suits,
	.start = next_start,
	.step = next_step,
	.stop = cursor_drop_room,
	.is_unlocked = true,
};
