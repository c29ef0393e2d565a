/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From key bytes to row number, for keys that live elsewhere in one array: open addressing, linear
 * probing, a power of two of slots, at most half full. 4 bytes a slot beside 4 bytes of hash. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { INDEX_NONE = UINT32_MAX };

struct index_slot {
	uint32_t row; /* INDEX_NONE: free */
	uint32_t hash;
};

struct index {
	struct index_slot *slots; /* owned */
	size_t n_slots, n_used;
	struct index_slot
		*grown; /* owned, twice as many: index_grow_some; NULL: it is not growing */
	size_t n_grown; /* slots of it that were cleared, then of the old ones that were moved */
};

void index_release(struct index *index);

/* Empties it and makes room for n rows. 0 or -ENOMEM. */
int index_reset(struct index *index, size_t n);

/* Adds row, whose key stands at keys + row * stride, unless an equal key is there already.
 * returns the row that holds the key now (row itself when it was added), or INDEX_NONE when out of
 * memory. Grows by itself. */
uint32_t index_add(struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
		   uint32_t row);

/* Sees in slices to room for n more rows, so that index_add needn't in one go: 1 while there is more to do, until when
 * nothing may be added, 0, or -ENOMEM. Of a small index it leaves that to index_add. */
int index_grow_some(struct index *index, size_t n);

/* The same as index_add for many keys in three passes, because each key's slot is somewhere else in memory: index_hashes for all of
 * them; then for each key index_add_hashed, and some keys before that index_expect, which fetches the slot into the
 * cache meanwhile. */
void index_hashes(const uint8_t *keys, size_t stride, size_t key_size, size_t n, uint32_t *out);
static inline void index_expect(const struct index *index, uint32_t hash)
{
	__builtin_prefetch(&index->slots[hash & (index->n_slots - 1)], 1);
}
uint32_t index_add_hashed(struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
			  uint32_t row, uint32_t hash);

/* The row of keys[] whose key equals key, or INDEX_NONE. */
uint32_t index_find(const struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
		    const uint8_t *key);

/* Takes the row with that key out (tombstone-free back-shift); INDEX_NONE if it wasn't there. */
uint32_t index_remove(struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
		      const uint8_t *key);

/* 64-bit hash of n bytes (wyhash-like multiply-mix; not for hostile-collision safety without seed:
 * the seed is drawn once per process). */
uint64_t index_hash(const void *bytes, size_t n);
