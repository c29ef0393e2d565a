/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Open addressing with linear probing. A key's home slot is its hash masked; it stands in the first free
 * slot from there on, so a search ends at the first free slot. Removal keeps that true by shifting back
 * whoever the hole would cut off from home. The hash beside each row spares most comparisons of keys and
 * lets the table grow without touching them.
 *
 * The hash multiplies 64 x 64 bits and folds the halves of the product, 16 bytes a step, as wyhash does
 * (Wang Yi, 2019). */
#include "base/index.h"

#include "base/tidy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

enum {
	FEWEST_SLOTS = 16,
	SLICE_SLOTS = 1 << 16,
	HUGE_BYTES = 2 << 20,
	HUGE_FROM_BYTES = 4 * HUGE_BYTES
};

/* Odd constants with half their bits set. */
static const uint64_t odd_a = UINT64_C(0x9e3779b97f4a7c15);
static const uint64_t odd_b = UINT64_C(0xd6e8feb86659fd93);

static inline uint64_t load64(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint64_t load32(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* From the 16 random bytes that the kernel gives every process. Threads may race: they store the same. */
static uint64_t process_seed(void)
{
	static uint64_t seed;
	uint64_t drawn = __atomic_load_n(&seed, __ATOMIC_RELAXED);

	if (__builtin_expect(drawn == 0, 0)) {
		const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);

		drawn = (random ? load64(random) : odd_b) | 1;
		__atomic_store_n(&seed, drawn, __ATOMIC_RELAXED);
	}
	return drawn;
}

static inline uint64_t hash_seeded(const uint8_t *at, size_t n, uint64_t seed)
{
	uint64_t state = seed ^ n, a, b;
	size_t left = n;

	for (; left > 16; left -= 16, at += 16)
		state = mix(load64(at) ^ odd_a, load64(at + 8) ^ state);
	if (left >= 8) { /* the two halves may overlap */
		a = load64(at);
		b = load64(at + left - 8);
	} else if (left >= 4) {
		a = load32(at);
		b = load32(at + left - 4);
	} else {
		a = left ? (uint64_t)at[0] << 16 | (uint64_t)at[left / 2] << 8 | at[left - 1] : 0;
		b = 0;
	}
	return mix(odd_b ^ n, mix(a ^ odd_a, b ^ state));
}

uint64_t index_hash(const void *bytes, size_t n)
{
	return hash_seeded(bytes, n, process_seed());
}

void index_hashes(const uint8_t *keys, size_t stride, size_t key_size, size_t n, uint32_t *out)
{
	uint64_t seed = process_seed();

	for (size_t i = 0; i < n; i++, keys += stride)
		out[i] = (uint32_t)hash_seeded(keys, key_size, seed);
}

static inline bool keys_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	switch (n) {
	case 4:
		return load32(a) == load32(b);
	case 8:
		return load64(a) == load64(b);
	case 16:
		return load64(a) == load64(b) && load64(a + 8) == load64(b + 8);
	default:
		return memcmp(a, b, n) == 0;
	}
}

void index_release(struct index *index)
{
	if (!index)
		return;
	free(index->slots);
	free(index->grown);
	*index = (struct index){0};
}

static void clear_slots(struct index_slot *slots, size_t n)
{
	memset(slots, 0xff, n * sizeof(*slots)); /* every row INDEX_NONE */
}

/* Not cleared yet. Slots are met in no order, so many of them want to be on huge pages; that is only advice. */
static struct index_slot *slots_new(size_t n_slots)
{
	struct index_slot *slots;
	size_t bytes;

	if (__builtin_mul_overflow(n_slots, sizeof(*slots), &bytes))
		return NULL;
	slots = bytes < HUGE_FROM_BYTES ? malloc(bytes) : aligned_alloc(HUGE_BYTES, bytes);
	if (!slots)
		return NULL;
	if (bytes >= HUGE_FROM_BYTES)
		madvise(slots, bytes, MADV_HUGEPAGE);
	return slots;
}

int index_reset(struct index *index, size_t n)
{
	size_t n_slots = FEWEST_SLOTS;

	if (n >= INDEX_NONE)
		return -ENOMEM;
	while (n_slots < n * 2)
		n_slots *= 2;
	/* A table of about the right size is emptied, another is replaced. */
	if (index->slots && n_slots <= index->n_slots && index->n_slots <= n_slots * 4) {
		free(index->grown);
		index->grown = NULL;
		clear_slots(index->slots, index->n_slots);
		index->n_used = 0;
		return 0;
	}
	index_release(index);
	index->slots = slots_new(n_slots);
	if (!index->slots)
		return -ENOMEM;
	clear_slots(index->slots, n_slots);
	index->n_slots = n_slots;
	return 0;
}

/* Old slots from `first` to `end`, into twice as many. */
static void move_slots(const struct index *index, size_t first, size_t end)
{
	size_t mask = index->n_slots * 2 - 1;

	for (size_t i = first; i < end; i++) {
		if (index->slots[i].row == INDEX_NONE)
			continue;
		size_t slot = index->slots[i].hash & mask;
		while (index->grown[slot].row != INDEX_NONE)
			slot = (slot + 1) & mask;
		index->grown[slot] = index->slots[i];
	}
}

/* A slice of growing by at most n slots: 1 while there are more. */
static int grow_on(struct index *index, size_t n)
{
	size_t n_new = index->n_slots * 2, n_all = n_new + index->n_slots;
	size_t first = index->n_grown, end = first + MIN_OF(n, n_all - first);

	if (first < n_new)
		clear_slots(index->grown + first, MIN_OF(end, n_new) - first);
	if (end > n_new)
		move_slots(index, MAX_OF(first, n_new) - n_new, end - n_new);
	index->n_grown = end;
	if (end < n_all)
		return 1;
	free(index->slots);
	index->slots = index->grown;
	index->grown = NULL;
	index->n_slots = n_new;
	return 0;
}

static int grow_begin(struct index *index)
{
	index->n_grown = 0;
	index->grown = slots_new(index->n_slots * 2);
	return index->grown ? 0 : -ENOMEM;
}

static int index_grow(struct index *index)
{
	int r;

	if (!index->slots)
		return index_reset(index, FEWEST_SLOTS / 2);
	r = grow_begin(index);
	return r < 0 ? r : grow_on(index, SIZE_MAX);
}

int index_grow_some(struct index *index, size_t n)
{
	int r = 0;

	if (!index->grown && index->n_slots < SLICE_SLOTS)
		return 0;
	if (!index->grown && (index->n_used + n) * 2 <= index->n_slots)
		return 0;
	if (!index->grown)
		r = grow_begin(index);
	return r < 0 ? r : grow_on(index, SLICE_SLOTS);
}

/* The slot that holds key, or the free one where it belongs. The table is never full. */
static inline size_t index_slot_of(const struct index *index, const uint8_t *keys, size_t stride,
				   size_t key_size, const uint8_t *key, uint32_t hash)
{
	size_t slot = hash & (index->n_slots - 1);

	for (;; slot = (slot + 1) & (index->n_slots - 1)) {
		const struct index_slot *at = &index->slots[slot];

		if (at->row == INDEX_NONE)
			return slot;
		if (at->hash == hash && keys_equal(keys + at->row * stride, key, key_size))
			return slot;
	}
}

uint32_t index_add(struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
		   uint32_t row)
{
	return index_add_hashed(index, keys, stride, key_size, row,
				(uint32_t)index_hash(keys + row * stride, key_size));
}

uint32_t index_add_hashed(struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
			  uint32_t row, uint32_t hash)
{
	const uint8_t *key = keys + row * stride;

	if ((index->n_used + 1) * 2 > index->n_slots && index_grow(index) < 0)
		return INDEX_NONE;
	struct index_slot *at =
		&index->slots[index_slot_of(index, keys, stride, key_size, key, hash)];
	if (at->row != INDEX_NONE)
		return at->row;
	*at = (struct index_slot){.row = row, .hash = hash};
	index->n_used++;
	return row;
}

uint32_t index_find(const struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
		    const uint8_t *key)
{
	if (index->n_used == 0)
		return INDEX_NONE;
	uint32_t hash = (uint32_t)index_hash(key, key_size);
	return index->slots[index_slot_of(index, keys, stride, key_size, key, hash)].row;
}

/* Fills the hole with the next one that may stand there, and goes on with the hole that leaves. */
static void shift_back(struct index *index, size_t hole)
{
	size_t mask = index->n_slots - 1;

	for (size_t slot = (hole + 1) & mask; index->slots[slot].row != INDEX_NONE;
	     slot = (slot + 1) & mask) {
		size_t home = index->slots[slot].hash & mask;

		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue; /* its home lies behind the hole */
		index->slots[hole] = index->slots[slot];
		hole = slot;
	}
	index->slots[hole].row = INDEX_NONE;
}

uint32_t index_remove(struct index *index, const uint8_t *keys, size_t stride, size_t key_size,
		      const uint8_t *key)
{
	if (index->n_used == 0)
		return INDEX_NONE;
	uint32_t hash = (uint32_t)index_hash(key, key_size);
	size_t slot = index_slot_of(index, keys, stride, key_size, key, hash);
	uint32_t row = index->slots[slot].row;
	if (row != INDEX_NONE) {
		shift_back(index, slot);
		index->n_used--;
	}
	return row;
}
