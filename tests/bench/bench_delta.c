/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Linking two readings of a million rows, 16-byte key and 64-byte value, in the order of a hash map:
 * by bucket, in a bucket the entry written last first. Between them 30 % of the entries are updated
 * and 2 % replaced. Beside it a plain copy of the same bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/index.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/delta.h"
#include "model/map.h"
#include "model/snap.h"

enum { ROWS = 1000000, BUCKETS = 1 << 20, KEY_BYTES = 16, VALUE_BYTES = 64, ROUNDS = 7 };

/* A map of chained buckets. */
struct hashmap {
	uint32_t heads[BUCKETS], next[ROWS * 2];
	uint64_t ids[ROWS * 2], contents[ROWS * 2];
	uint32_t n_used;
};

static void key_of(uint64_t id, uint64_t key[2])
{
	key[0] = id * 0x9e3779b97f4a7c15ULL;
	key[1] = id;
}

static uint32_t bucket_of(uint64_t id)
{
	uint64_t key[2];

	key_of(id, key);
	return (uint32_t)index_hash(key, sizeof(key)) % BUCKETS;
}

static void push(struct hashmap *map, uint32_t bucket, uint32_t entry)
{
	map->next[entry] = map->heads[bucket];
	map->heads[bucket] = entry;
}

static void insert(struct hashmap *map, uint64_t id)
{
	uint32_t entry = map->n_used++;

	map->ids[entry] = id;
	map->contents[entry] = id;
	push(map, bucket_of(id), entry);
}

/* Updates and deletes in one bucket; returns how many went. */
static unsigned churn_bucket(struct hashmap *map, uint32_t bucket, uint64_t *seed)
{
	uint32_t entry = map->heads[bucket], updated = INDEX_NONE, kept = INDEX_NONE, next;
	uint32_t *kept_end = &kept;
	unsigned n_gone = 0;

	for (; entry != INDEX_NONE; entry = next) {
		uint64_t dice = num_random(seed) % 100;

		next = map->next[entry];
		if (dice < 2) {
			n_gone++;
		} else if (dice < 32) {
			map->contents[entry]++;
			map->next[entry] = updated;
			updated = entry;
		} else {
			*kept_end = entry;
			kept_end = &map->next[entry];
		}
	}
	*kept_end = INDEX_NONE;
	map->heads[bucket] = kept;
	for (entry = updated; entry != INDEX_NONE; entry = next) {
		next = map->next[entry];
		push(map, bucket, entry);
	}
	return n_gone;
}

static int read_all(const struct hashmap *map, struct snap *snap, uint64_t number)
{
	static const struct map facts = {
		.key_size = KEY_BYTES, .value_size = VALUE_BYTES, .n_cpus = 1};

	snap_clear(snap, &facts);
	snap->number = number;
	snap->ended_ns = number * 1000000000;
	for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
		for (uint32_t at = map->heads[bucket]; at != INDEX_NONE; at = map->next[at]) {
			uint64_t key[2], value[VALUE_BYTES / 8] = {map->contents[at]};

			key_of(map->ids[at], key);
			if (snap_add(snap, key, value) < 0)
				return -1;
		}
	}
	return 0;
}

static int two_readings(struct snap *was, struct snap *is)
{
	struct hashmap *map = calloc(1, sizeof(*map));
	uint64_t seed = 1, id = 0;
	unsigned n_gone = 0;
	int r;

	if (!map)
		return -1;
	memset(map->heads, 0xff, sizeof(map->heads));
	while (id < ROWS)
		insert(map, id++);
	r = read_all(map, was, 1);
	for (uint32_t bucket = 0; bucket < BUCKETS; bucket++)
		n_gone += churn_bucket(map, bucket, &seed);
	while (n_gone--)
		insert(map, id++);
	r |= read_all(map, is, 2);
	free(map);
	return r;
}

/* The best of a few runs: what is measured is the work, not the neighbours. */
static double best_ns(double best, uint64_t began)
{
	double took = (double)(clock_now_ns() - began);

	return best == 0 || took < best ? took : best;
}

int main(void)
{
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};
	SCOPED(pages) keys = {0};
	SCOPED(pages) vals = {0};
	SCOPED(delta) delta = {0};
	double link_ns = 0, copy_ns = 0;

	if (two_readings(&was, &is) < 0 || pages_reserve(&keys, is.n_rows * KEY_BYTES) < 0 ||
	    pages_reserve(&vals, is.n_rows * VALUE_BYTES) < 0)
		return 1;
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t began = clock_now_ns();

		if (delta_compute(&delta, &was, &is) < 0)
			return 1;
		link_ns = best_ns(link_ns, began);
		began = clock_now_ns();
		memcpy(keys.at, is.keys.at, is.n_rows * KEY_BYTES);
		memcpy(vals.at, is.vals.at, is.n_rows * VALUE_BYTES);
		copy_ns = best_ns(copy_ns, began);
	}
	printf("delta of %zu rows x %d B: %.1f ns a row (%zu near, %zu by index, %zu new, %zu "
	       "gone, "
	       "%zu changed); memcpy %.1f ns a row; ratio %.2f\n",
	       is.n_rows, KEY_BYTES + VALUE_BYTES, link_ns / ROWS, delta.n_linked_near,
	       delta.n_linked_far, delta.n_new, delta.n_gone, delta.n_changed, copy_ns / ROWS,
	       link_ns / copy_ns);
	return 0;
}
