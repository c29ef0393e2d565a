/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries stand in slots, in the order of their arrival; an LRU that is full looks for room with a
 * hand that goes round: an entry that was looked up since the hand last came by is spared once, as the
 * kernel's reference bit spares it (CLOCK: Corbato 1968; kernel/bpf/bpf_lru_list.c). */
#include "read/sim_hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sim_hash_release(struct sim_hash *hash)
{
	if (!hash)
		return;
	free(hash->keys);
	free(hash->values);
	free(hash->was_used);
	index_release(&hash->index);
	*hash = (struct sim_hash){0};
}

int sim_hash_reset(struct sim_hash *hash, size_t key_size, size_t value_stride, size_t cap,
		   bool is_lru)
{
	sim_hash_release(hash);
	*hash = (struct sim_hash){
		.keys = calloc(cap, key_size),
		.values = calloc(cap, value_stride),
		.was_used = calloc(cap, sizeof(*hash->was_used)),
		.key_size = key_size,
		.value_stride = value_stride,
		.cap = cap,
		.is_lru = is_lru,
	};
	if (!hash->keys || !hash->values || !hash->was_used)
		return -ENOMEM;
	return index_reset(&hash->index, cap);
}

static uint32_t evict(struct sim_hash *hash)
{
	uint32_t slot;

	while (hash->was_used[hash->hand]) {
		hash->was_used[hash->hand] = false;
		hash->hand = (hash->hand + 1) % hash->cap;
	}
	slot = (uint32_t)hash->hand;
	hash->hand = (hash->hand + 1) % hash->cap;
	index_remove(&hash->index, hash->keys, hash->key_size, hash->key_size,
		     hash->keys + slot * hash->key_size);
	return slot;
}

void *sim_hash_entry(struct sim_hash *hash, const void *key, bool *is_new_ret)
{
	uint32_t slot = index_find(&hash->index, hash->keys, hash->key_size, hash->key_size, key);

	*is_new_ret = slot == INDEX_NONE;
	if (slot != INDEX_NONE) {
		hash->was_used[slot] = true;
		return hash->values + slot * hash->value_stride;
	}
	if (hash->n == hash->cap && !hash->is_lru)
		return NULL;
	slot = hash->n < hash->cap ? (uint32_t)hash->n++ : evict(hash);
	memcpy(hash->keys + slot * hash->key_size, key, hash->key_size);
	memset(hash->values + slot * hash->value_stride, 0, hash->value_stride);
	if (index_add(&hash->index, hash->keys, hash->key_size, hash->key_size, slot) != slot)
		return NULL;
	return hash->values + slot * hash->value_stride;
}
