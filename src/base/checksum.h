/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A 64-bit checksum of a stream of bytes, the same on every host: finds what a disk, a cable or an editor
 * did to it, not what an enemy did. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { CHECKSUM_BLOCK = 32 };

struct checksum {
	uint64_t lanes[4];
	uint64_t n; /* bytes so far */
	uint8_t rest[CHECKSUM_BLOCK];
};

/* Sums that begin with different seeds differ. */
void checksum_init(struct checksum *sum, uint64_t seed);
void checksum_add(struct checksum *sum, const void *bytes, size_t n);
/* Of all bytes so far; more may follow. */
uint64_t checksum_get(const struct checksum *sum);

/* The same of n bytes at once. */
uint64_t checksum_of(uint64_t seed, const void *bytes, size_t n);
