/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A hash map as programs see it: looked up, filled until it is full, or evicting when it is an LRU. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"

struct sim_hash {
	uint8_t *keys, *values; /* [cap × key_size], [cap × value_stride] */
	bool *was_used;		/* [cap]: looked up since the hand came by */
	size_t key_size, value_stride, cap, n;
	size_t hand;
	bool is_lru;
	struct index index;
};

void sim_hash_release(struct sim_hash *hash);
/* 0 or -ENOMEM; forgets everything. */
int sim_hash_reset(struct sim_hash *hash, size_t key_size, size_t value_stride, size_t cap,
		   bool is_lru);
/* Where the key's value stands, made zero if it wasn't there (then *is_new_ret). NULL: the map is
 * full, or out of memory. Valid until the next call. */
void *sim_hash_entry(struct sim_hash *hash, const void *key, bool *is_new_ret);
