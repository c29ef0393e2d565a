/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a reading has every key, where a walk can pass one over without a sign.
 *
 * A trie's walk passes over a branch whose node is replaced at that very moment, and the walk of a hash
 * of sockets or devices over an element that was put to the front of its bucket. So the keys are walked
 * twice, and between the two the kernel is asked how many there are. When both walks have the same keys
 * and as many as the kernel counted, then none was passed over: a key that was there all the time and is
 * in neither would have been counted, and for the sum to be right one of the others would have had to
 * be missing at the moment of counting, though it was there in the walk before and the walk after: deleted
 * and put back around that very moment, while another was passed over twice.
 *
 * These types count under the lock of the write or atomically, so that the count is exact; that of a
 * hash is added up from several CPUs, and may be off while they write.
 * source: trie_update_elem(), kernel/bpf/lpm_trie.c; __dev_map_hash_update_elem(), kernel/bpf/devmap.c;
 * sock_hash_alloc_elem(), net/core/sock_map.c */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "base/clock.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/kernel.h"

enum {
	MOST_ROWS = 1 << 16, /* larger ones would be read too slowly for what it tells */
	STEP_TIME_NS = 1500000,
	KEYS_PER_LOOK = 32, /* at the clock */
};

static bool has_exact_count(const struct map *map)
{
	return map->type->number == BPF_MAP_TYPE_LPM_TRIE ||
	       map->type->number == BPF_MAP_TYPE_DEVMAP_HASH ||
	       map->type->number == BPF_MAP_TYPE_SOCKHASH;
}

bool again_begin(struct cursor *cursor, const struct snap *snap)
{
	uint64_t n;

	if (!has_exact_count(cursor->map) || snap_is_cut(snap) || snap->n_dropped ||
	    snap->n_rows > MOST_ROWS)
		return false;
	if (!kernel_count_one(cursor->kernel, cursor->map, &n) || n != snap->n_rows)
		return false;
	cursor->is_again = true;
	cursor->n_again = 0;
	return true;
}

/* STEP_MORE: the next key is the same as in the reading. */
static int next_agrees(struct cursor *cursor, struct snap *snap)
{
	size_t n = cursor->n_again;
	int r = bpf_map_get_next_key(cursor->fd, n ? snap_key(snap, n - 1) : NULL, cursor->next);

	snap->n_calls++;
	if (r == -ENOENT && n == snap->n_rows)
		return STEP_DONE;
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && n < snap->n_rows &&
	    memcmp(cursor->next, snap_key(snap, n), snap->key_stride) == 0) {
		cursor->n_again++;
		return STEP_MORE;
	}
	snap->notes |= SNAP_UNLOCKED;
	return STEP_DONE;
}

int again_step(struct cursor *cursor, struct snap *snap)
{
	uint64_t began = clock_now_ns();

	for (unsigned i = 1;; i++) {
		int r = next_agrees(cursor, snap);

		if (r != STEP_MORE)
			return r;
		if (i % KEYS_PER_LOOK == 0 && clock_now_ns() - began > STEP_TIME_NS)
			return STEP_MORE;
	}
}
