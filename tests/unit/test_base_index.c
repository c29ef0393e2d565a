/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From key bytes to row number: against a plain search, through growth, clusters and removal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/index.h"
#include "base/num.h"
#include "base/tidy.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void empty_index_finds_nothing(void **state)
{
	SCOPED(index) index = {0};
	const uint8_t keys[4] = {1, 2, 3, 4};

	(void)state;
	assert_int_equal(index_find(&index, keys, 4, 4, keys), INDEX_NONE);
	assert_int_equal(index_remove(&index, keys, 4, 4, keys), INDEX_NONE);
	assert_int_equal(index_reset(&index, 0), 0);
	assert_int_equal(index_find(&index, keys, 4, 4, keys), INDEX_NONE);
	index_release(NULL);
}

/* Keys of any size at any stride; every size goes through its own comparison and its own tail of the
 * hash. Sizes are allocated exactly, so that a sanitizer sees a read past the end. */
static void every_key_size(void **state)
{
	enum { ROWS = 300 };

	(void)state;
	for (size_t size = 1; size <= 70; size++) {
		size_t stride = size % 3 ? size : (size + 7) / 8 * 8;
		size_t rows = size == 1 ? 200 : ROWS;
		size_t bytes = (rows - 1) * stride + size;
		uint8_t *keys = calloc(1, bytes);
		uint32_t hashes[ROWS];
		SCOPED(index) index = {0};

		assert_non_null(keys);
		for (size_t row = 0; row < rows; row++) { /* differ in the first or the last byte */
			keys[row * stride + (row & 1 ? 0 : size - 1)] = (uint8_t)(row / 2);
			if (size > 1)
				keys[row * stride + size / 2] ^= (uint8_t)(row & 1 ? 0x80 : 0x40);
			if (size == 1)
				keys[row * stride] = (uint8_t)row;
		}
		index_hashes(keys, stride, size, rows, hashes);
		for (uint32_t row = 0; row < rows; row++) {
			uint32_t first = row;

			for (uint32_t other = 0; other < row && first == row; other++)
				if (!memcmp(keys + other * stride, keys + row * stride, size))
					first = other;
			assert_int_equal(row % 3 ? index_add(&index, keys, stride, size, row)
						 : index_add_hashed(&index, keys, stride, size, row,
								    hashes[row]),
					 first);
		}
		for (uint32_t row = 0; row < rows; row++) {
			uint32_t found =
				index_find(&index, keys, stride, size, keys + row * stride);

			assert_true(found <= row);
			assert_memory_equal(keys + found * stride, keys + row * stride, size);
		}
		free(keys);
	}
}

/* A large index that makes room in slices finds all it held, and then adds without growing. One that is emptied
 * meanwhile has nothing of it left. */
static void grows_in_slices(void **state)
{
	enum { FULL = 1 << 16, MORE = 1024 };
	SCOPED(index) index = {0};
	uint32_t *keys = calloc(FULL + MORE, sizeof(*keys));
	const uint8_t *at = (const uint8_t *)keys;
	size_t n_slices = 1, n_slots;

	(void)state;
	assert_non_null(keys);
	assert_int_equal(index_reset(&index, FULL), 0);
	n_slots = index.n_slots;
	for (uint32_t row = 0; row < FULL; row++) {
		keys[row] = row * 3;
		assert_int_equal(index_grow_some(&index, 1), 0);
		assert_int_equal(index_add(&index, at, sizeof(*keys), sizeof(*keys), row), row);
	}
	assert_int_equal(index.n_slots, n_slots);
	assert_int_equal(index_grow_some(&index, MORE), 1);
	assert_int_equal(index_reset(&index, FULL), 0);
	assert_int_equal(index_find(&index, at, sizeof(*keys), sizeof(*keys), at), INDEX_NONE);
	for (uint32_t row = 0; row < FULL; row++)
		assert_int_equal(index_add(&index, at, sizeof(*keys), sizeof(*keys), row), row);
	while (index_grow_some(&index, MORE) > 0)
		n_slices++;
	assert_true(n_slices > 3);
	assert_int_equal(index.n_slots, 2 * n_slots);
	assert_int_equal(index.n_used, FULL);
	for (uint32_t row = FULL; row < FULL + MORE; row++) {
		keys[row] = row * 3;
		assert_int_equal(index_add(&index, at, sizeof(*keys), sizeof(*keys), row), row);
	}
	assert_int_equal(index.n_slots, 2 * n_slots);
	for (uint32_t row = 0; row < FULL + MORE; row++)
		assert_int_equal(index_find(&index, at, sizeof(*keys), sizeof(*keys),
					    (const uint8_t *)&keys[row]),
				 row);
	assert_int_equal(index_grow_some(&index, FULL), 1);
	free(keys);
}

/* Random adds, finds and removals of few keys in a small table, so that clusters form, wrap around the
 * end and are cut; after each step the index says exactly what a flag per key says. */
static void clusters_survive_removal(void **state)
{
	enum { KEYS = 512, STEPS = 40000 };
	uint32_t keys[KEYS];
	bool is_in[KEYS] = {false};
	SCOPED(index) index = {0};
	const uint8_t *bytes = (const uint8_t *)keys;
	uint64_t seed = 8;
	size_t n_in = 0;

	(void)state;
	for (uint32_t i = 0; i < KEYS; i++)
		keys[i] = i * 2654435761u;
	assert_int_equal(index_reset(&index, KEYS / 2), 0);
	for (int step = 0; step < STEPS; step++) {
		uint32_t row = (uint32_t)(num_random(&seed) % KEYS);
		const uint8_t *key = bytes + row * 4;

		assert_int_equal(index_find(&index, bytes, 4, 4, key),
				 is_in[row] ? row : INDEX_NONE);
		if (is_in[row])
			assert_int_equal(index_remove(&index, bytes, 4, 4, key), row);
		else
			assert_int_equal(index_add(&index, bytes, 4, 4, row), row);
		n_in += is_in[row] ? -1 : 1;
		is_in[row] = !is_in[row];
		assert_int_equal(index.n_used, n_in);
	}
	for (uint32_t row = 0; row < KEYS; row++)
		assert_int_equal(index_find(&index, bytes, 4, 4, bytes + row * 4),
				 is_in[row] ? row : INDEX_NONE);
}

/* Makes n keys whose homes are all in the last slots of a table of 64, by trying. */
static void colliding_keys(uint64_t *keys, size_t n)
{
	uint64_t candidate = 0;

	for (size_t i = 0; i < n; candidate++)
		if ((index_hash(&candidate, 8) & 63) >= 62)
			keys[i++] = candidate;
}

static void one_cluster_over_the_end(void **state)
{
	uint64_t keys[24];
	const uint8_t *bytes = (const uint8_t *)keys;

	(void)state;
	colliding_keys(keys, ARRAY_LEN(keys));
	for (uint32_t gone = 0; gone < ARRAY_LEN(keys); gone++) {
		SCOPED(index) index = {0};

		assert_int_equal(index_reset(&index, 32), 0);
		assert_int_equal(index.n_slots, 64);
		for (uint32_t row = 0; row < ARRAY_LEN(keys); row++)
			assert_int_equal(index_add(&index, bytes, 8, 8, row), row);
		assert_int_equal(index_remove(&index, bytes, 8, 8, bytes + gone * 8), gone);
		for (uint32_t row = 0; row < ARRAY_LEN(keys); row++)
			assert_int_equal(index_find(&index, bytes, 8, 8, bytes + row * 8),
					 row == gone ? INDEX_NONE : row);
	}
}

static void grows_by_itself_and_stays_half_empty(void **state)
{
	enum { ROWS = 200000 };
	uint64_t *keys = calloc(ROWS, sizeof(*keys));
	const uint8_t *bytes = (const uint8_t *)keys;
	SCOPED(index) index = {0};

	(void)state;
	assert_non_null(keys);
	for (uint32_t row = 0; row < ROWS; row++) {
		keys[row] = (uint64_t)row << 40; /* the low bits say nothing */
		assert_int_equal(index_add(&index, bytes, 8, 8, row), row);
		assert_true(index.n_used * 2 <= index.n_slots);
	}
	for (uint32_t row = 0; row < ROWS; row += 7)
		assert_int_equal(index_find(&index, bytes, 8, 8, bytes + row * 8), row);
	assert_int_equal(index_reset(&index, 10), 0);
	assert_int_equal(index.n_used, 0);
	assert_true(index.n_slots < 1000); /* a large table is not kept for a few rows */
	assert_int_equal(index_find(&index, bytes, 8, 8, bytes), INDEX_NONE);
	free(keys);
}

/* Each bit of the key moves half the bits of the hash, give or take: counters and addresses, which
 * differ in few bits, spread. */
static void hash_spreads_every_bit(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 40; size++) {
		uint8_t key[40] = {0};

		for (size_t bit = 0; bit < size * 8; bit++) {
			unsigned flipped = 0;

			for (unsigned salt = 0; salt < 64; salt++) {
				memset(key, (int)(salt * 37), size);
				uint64_t before = index_hash(key, size);
				key[bit / 8] ^= (uint8_t)(1u << bit % 8);
				flipped += (unsigned)__builtin_popcountll(before ^
									  index_hash(key, size));
			}
			assert_in_range(flipped, 64 * 32 - 512, 64 * 32 + 512);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_index_finds_nothing),
		cmocka_unit_test(every_key_size),
		cmocka_unit_test(grows_in_slices),
		cmocka_unit_test(clusters_survive_removal),
		cmocka_unit_test(one_cluster_over_the_end),
		cmocka_unit_test(grows_by_itself_and_stays_half_empty),
		cmocka_unit_test(hash_spreads_every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
