/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys that went and came back: how often, and when last. The latest COMEBACKS of them are remembered. */
#pragma once

#include <stdint.h>

#include "base/index.h"

enum { COMEBACKS = 1 << 14 };

struct comeback {
	uint64_t hash;		   /* of the key */
	uint64_t gone_ns, back_ns; /* CLOCK_MONOTONIC: first missed, seen again */
	uint32_t n;		   /* times, while it is remembered */
};

struct comebacks {
	struct comeback *at; /* owned [COMEBACKS]; NULL until one came back */
	uint32_t n;	     /* ever taken in; the next one's place is n % COMEBACKS */
	struct index index;  /* hash to place */
};

void comebacks_release(struct comebacks *comebacks);
/* Notes that a key came back. Out of memory, it is not noted. */
void comebacks_add(struct comebacks *comebacks, uint64_t hash, uint64_t gone_ns, uint64_t back_ns);
/* The key with that hash, or NULL. Borrowed until the next one is added. */
const struct comeback *comebacks_find(const struct comebacks *comebacks, uint64_t hash);
