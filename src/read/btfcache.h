/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The BTF objects met last: the maps of one program share one, and a host may have thousands of maps. */
#pragma once

#include <stdint.h>

struct btf;

enum { BTFCACHE_SLOTS = 16 };

struct btfcache {
	struct btf *of_kernel; /* loaded when it is first asked for: it is large */
	struct {
		uint32_t id; /* 0: free */
		struct btf *btf;
	} slots[BTFCACHE_SLOTS];
	unsigned next; /* slot to give up next */
};

void btfcache_release(struct btfcache *cache);

/* The BTF of that id, or NULL with *error a negative errno. Borrowed until BTFCACHE_SLOTS others were
 * asked for. */
const struct btf *btfcache_get(struct btfcache *cache, uint32_t id, int *error);

/* The kernel's own, or NULL with *error a negative errno. Borrowed as long as the cache lives. */
const struct btf *btfcache_kernel(struct btfcache *cache, int *error);
