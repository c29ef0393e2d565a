/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Short histories of one number per key, for trends: a bounded set of keys, the ones that are looked
 * at. Each key has HIST_SAMPLES samples; the least recently sampled key makes room. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"

enum { HIST_KEYS = 4096, HIST_SAMPLES = 64 };

struct hist {
	uint8_t *keys;	   /* [cap × key_size] */
	float *samples;	   /* [cap × HIST_SAMPLES], NaN: unknown */
	uint64_t *sampled; /* [cap]: number of the reading sampled last */
	size_t key_size, cap, n;
	struct index index;
};

void hist_release(struct hist *hist);
/* 0 or -ENOMEM; forgets everything. */
int hist_reset(struct hist *hist, size_t key_size, size_t cap);
bool hist_holds(const struct hist *hist, const uint8_t *key);
/* Sample of reading `number` for key; readings that were skipped become unknown. 0 or -ENOMEM. */
int hist_add(struct hist *hist, const uint8_t *key, uint64_t number, double sample);
/* Copies the n newest samples up to reading `number` into out, oldest first, NaN where unknown.
 * returns how many of them are known. */
size_t hist_get(const struct hist *hist, const uint8_t *key, uint64_t number, float *out, size_t n);
