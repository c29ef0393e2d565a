/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys that come back soon after they were gone: an LRU map that evicts what is still in use is too
 * small. Remembers the last RETURNS_KEYS keys that went, as hashes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/index.h"

struct delta;
struct snap;

enum { RETURNS_KEYS = 1 << 14 };

struct returns {
	uint64_t *hashes; /* ring[RETURNS_KEYS], 0: free; NULL until a key went */
	uint32_t next;
	struct index index; /* hash to place in the ring */
};

void returns_release(struct returns *returns);

/* Memory for a reading in which keys went: 0 or -ENOMEM. Without it returns_follow sees no returns. */
int returns_reserve(struct returns *returns);

/* How many of the rows that are new in `is` had gone before; then remembers those that went. */
size_t returns_follow(struct returns *returns, const struct snap *was, const struct snap *is,
		      const struct delta *delta);
