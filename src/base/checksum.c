/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Four lanes of 64 bits take eight bytes each in turn; a lane is multiplied and rotated, so that the four
 * chains of multiplications run side by side. The shape is that of XXH64 (Collet 2012).
 *
 * Every step of a lane can be undone, and so can the last stirring: bytes that differ in one lane only,
 * a flipped bit among them, always change the sum. */
#include "base/checksum.h"

#include <endian.h>
#include <string.h>

#define PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME_3 UINT64_C(0x165667b19e3779f9)

static inline uint64_t rotated(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline uint64_t word_at(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

static inline uint64_t lane_add(uint64_t lane, uint64_t word)
{
	return rotated(lane + word * PRIME_2, 31) * PRIME_1;
}

void checksum_init(struct checksum *sum, uint64_t seed)
{
	*sum = (struct checksum){
		.lanes = {seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1},
	};
}

/* n whole blocks. */
static void add_blocks(struct checksum *sum, const uint8_t *at, size_t n)
{
	uint64_t a = sum->lanes[0], b = sum->lanes[1], c = sum->lanes[2], d = sum->lanes[3];

	for (; n; n--, at += CHECKSUM_BLOCK) {
		a = lane_add(a, word_at(at));
		b = lane_add(b, word_at(at + 8));
		c = lane_add(c, word_at(at + 16));
		d = lane_add(d, word_at(at + 24));
	}
	sum->lanes[0] = a, sum->lanes[1] = b, sum->lanes[2] = c, sum->lanes[3] = d;
}

void checksum_add(struct checksum *sum, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	size_t held = sum->n % CHECKSUM_BLOCK, room = CHECKSUM_BLOCK - held;

	if (!n)
		return;
	sum->n += n;
	if (held) {
		size_t fills = n < room ? n : room;

		memcpy(sum->rest + held, at, fills);
		if (fills < room)
			return;
		add_blocks(sum, sum->rest, 1);
		at += fills, n -= fills;
	}
	add_blocks(sum, at, n / CHECKSUM_BLOCK);
	memcpy(sum->rest, at + n / CHECKSUM_BLOCK * CHECKSUM_BLOCK, n % CHECKSUM_BLOCK);
}

uint64_t checksum_get(const struct checksum *sum)
{
	size_t held = sum->n % CHECKSUM_BLOCK, i = 0;
	uint64_t x = sum->n * PRIME_3;

	for (size_t lane = 0; lane < 4; lane++)
		x = lane_add(x, sum->lanes[lane]);
	for (; i + 8 <= held; i += 8)
		x = lane_add(x, word_at(sum->rest + i));
	for (; i < held; i++)
		x = lane_add(x, sum->rest[i] + 1u);
	x = (x ^ x >> 33) * PRIME_2;
	x = (x ^ x >> 29) * PRIME_3;
	return x ^ x >> 32;
}

uint64_t checksum_of(uint64_t seed, const void *bytes, size_t n)
{
	struct checksum sum;

	checksum_init(&sum, seed);
	checksum_add(&sum, bytes, n);
	return checksum_get(&sum);
}
