/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Readings made from a seed are compared with the obvious way: every key looked for in every row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"
#include "base/tidy.h"
#include "model/delta.h"
#include "model/map.h"
#include "model/snap.h"

enum { VALUE_BYTES = 24, MAX_KEY_BYTES = 32 };

static void make_key(uint8_t *key, size_t size, uint64_t id)
{
	memset(key, 0xee, size);
	memcpy(key + size - MIN_OF(size, sizeof(id)), &id, MIN_OF(size, sizeof(id)));
}

static void add_row(struct snap *snap, uint64_t id, uint64_t content)
{
	uint8_t key[MAX_KEY_BYTES], value[VALUE_BYTES] = {1};

	make_key(key, snap->key_stride, id);
	memcpy(value + 16, &content, sizeof(content));
	assert_int_equal(snap_add(snap, key, value), 0);
}

static void begin(struct snap *snap, uint32_t key_size, uint64_t number, uint64_t ended_ns)
{
	struct map map = {.key_size = key_size, .value_size = VALUE_BYTES, .n_cpus = 1};

	snap_clear(snap, &map);
	snap->number = number;
	snap->ended_ns = ended_ns;
}

/* What a generation of a map does to each of its rows, in percent. */
struct turnover {
	unsigned deletes, updates, inserts, moves;
};

static bool chance(uint64_t *seed, unsigned percent)
{
	return num_random(seed) % 100 < percent;
}

static void swap_rows(struct snap *snap, size_t a, size_t b)
{
	uint8_t row[MAX_OF(MAX_KEY_BYTES, VALUE_BYTES)];
	struct {
		uint8_t *at;
		size_t stride;
	} parts[] = {{snap->keys.at, snap->key_stride}, {snap->vals.at, snap->val_stride}};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		uint8_t *at = parts[i].at;
		size_t n = parts[i].stride;

		memcpy(row, at + a * n, n);
		memmove(at + a * n, at + b * n, n);
		memcpy(at + b * n, row, n);
	}
}

static void next_generation(const struct snap *was, struct snap *is, const struct turnover *how,
			    uint64_t *seed, uint64_t *next_id)
{
	for (size_t row = 0; row < was->n_rows; row++) {
		if (chance(seed, how->inserts))
			add_row(is, (*next_id)++, num_random(seed));
		if (chance(seed, how->deletes))
			continue;
		assert_int_equal(snap_add(is, snap_key(was, row), snap_value(was, row)), 0);
		if (chance(seed, how->updates))
			is->vals.at[(is->n_rows - 1) * VALUE_BYTES + num_random(seed) % 24] ^= 1;
	}
	for (size_t row = 0; row < is->n_rows; row++)
		if (chance(seed, how->moves))
			swap_rows(is, row, num_random(seed) % is->n_rows);
}

static uint32_t slow_find(const struct snap *snap, const uint8_t *key)
{
	for (size_t row = 0; row < snap->n_rows; row++)
		if (memcmp(snap_key(snap, row), key, snap->key_stride) == 0)
			return (uint32_t)row;
	return DELTA_NONE;
}

static void check(const struct delta *delta, const struct snap *was, const struct snap *is)
{
	size_t n_new = 0, n_kept = 0, n_changed = 0, n_gone = 0;
	const uint32_t *gone = (const uint32_t *)delta->gone.at;

	for (size_t row = 0; row < is->n_rows; row++) {
		uint32_t link = slow_find(was, snap_key(is, row));
		bool is_same = link != DELTA_NONE &&
			       !memcmp(snap_value(was, link), snap_value(is, row), VALUE_BYTES);

		assert_int_equal(delta_link(delta, row), link);
		assert_int_equal(delta->states.at[row], link == DELTA_NONE ? ROW_NEW
							: is_same	   ? ROW_KEPT
									   : ROW_CHANGED);
		n_new += link == DELTA_NONE;
		n_kept += link != DELTA_NONE;
		n_changed += link != DELTA_NONE && !is_same;
	}
	for (size_t row = 0; row < was->n_rows; row++)
		if (slow_find(is, snap_key(was, row)) == DELTA_NONE)
			assert_int_equal(gone[n_gone++], row);
	assert_int_equal(delta->n_new, n_new);
	assert_int_equal(delta->n_kept, n_kept);
	assert_int_equal(delta->n_changed, n_changed);
	assert_int_equal(delta->n_gone, n_gone);
	assert_int_equal(delta->n_linked_near + delta->n_linked_far, n_kept);
	assert_true(delta->knows_new && delta->knows_gone && !delta->is_lower_bound);
}

static void compute_in_slices(struct delta *delta, const struct snap *was, const struct snap *is,
			      uint64_t *seed)
{
	struct delta_walk walk;
	int r = delta_begin(delta, &walk, was, is);

	if (r == 0)
		do
			r = delta_step(delta, &walk, 1 + num_random(seed) % 40);
		while (r > 0);
	assert_int_equal(r, 0);
}

static void test_against_the_obvious(void **state)
{
	static const struct turnover hows[] = {
		{0, 0, 0, 0},  {2, 30, 2, 0},	  {2, 30, 2, 30},  {50, 0, 0, 0},  {0, 10, 100, 0},
		{95, 5, 3, 0}, {10, 10, 10, 100}, {100, 0, 50, 0}, {100, 0, 0, 0},
	};
	static const uint32_t key_sizes[] = {3, 4, 8, 12, 16, 32};
	uint64_t seed = 20261121, next_id = 1000;
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hows) * ARRAY_LEN(key_sizes) * 4; i++) {
		uint32_t key_size = key_sizes[i % ARRAY_LEN(key_sizes)];
		size_t n_rows = num_random(&seed) % 300;

		begin(&was, key_size, 1, 1000);
		for (size_t row = 0; row < n_rows; row++)
			add_row(&was, next_id++, row);
		begin(&is, key_size, 2, 1500);
		next_generation(&was, &is, &hows[i / ARRAY_LEN(key_sizes) % ARRAY_LEN(hows)], &seed,
				&next_id);
		if (num_random(&seed) % 2)
			assert_int_equal(delta_compute(&delta, &was, &is), 0);
		else
			compute_in_slices(&delta, &was, &is, &seed);
		assert_int_equal(delta.dt_ns, 500);
		check(&delta, &was, &is);
	}
}

/* The whole order turned around: nothing is near. More rows than an index that is kept. */
static void test_reversed(void **state)
{
	enum { ROWS = 50000 };
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	begin(&was, 8, 1, 1);
	begin(&is, 8, 2, 2);
	for (uint64_t row = 0; row < ROWS; row++) {
		add_row(&was, row, 7);
		add_row(&is, ROWS - 1 - row, 7);
	}
	assert_int_equal(delta_compute(&delta, &was, &is), 0);
	for (size_t row = 0; row < ROWS; row++)
		assert_int_equal(delta_link(&delta, row), ROWS - 1 - row);
	assert_int_equal(delta.n_kept, ROWS);
	assert_int_equal(delta.n_new + delta.n_gone + delta.n_changed, 0);
	assert_true(delta.n_linked_far > ROWS * 9 / 10);
}

static void test_bucket_order_is_near(void **state)
{
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	begin(&was, 4, 1, 1);
	begin(&is, 4, 2, 2);
	for (uint64_t row = 0; row < 1000; row++) {
		add_row(&was, row, 0);
		add_row(&is, row ^ 1, row % 3); /* each pair changes places */
	}
	assert_int_equal(delta_compute(&delta, &was, &is), 0);
	check(&delta, &was, &is);
	assert_int_equal(delta.n_linked_far, 0);
}

static void test_first_reading(void **state)
{
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	begin(&was, 4, 0, 0);
	begin(&is, 4, 1, 2);
	add_row(&is, 1, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(delta_compute(&delta, i ? NULL : &was, &is), 0);
		assert_int_equal(delta_link(&delta, 0), DELTA_NONE);
		assert_int_equal(delta.states.at[0], ROW_UNKNOWN);
		assert_int_equal(delta.n_new + delta.n_kept + delta.n_gone, 0);
		assert_int_equal(delta.dt_ns, 0);
		assert_false(delta.knows_new || delta.knows_gone);
	}
}

static void two_of_three(struct snap *was, struct snap *is)
{
	begin(was, 4, 1, 1);
	begin(is, 4, 2, 2);
	add_row(was, 1, 1);
	add_row(was, 2, 1);
	add_row(is, 2, 1);
	add_row(is, 3, 1);
}

static void test_incomplete_current(void **state)
{
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	two_of_three(&was, &is);
	is.notes = SNAP_TRUNCATED;
	assert_int_equal(delta_compute(&delta, &was, &is), 0);
	assert_int_equal(delta.n_gone, 0);
	assert_int_equal(delta.n_new, 1);
	assert_int_equal(delta.states.at[1], ROW_NEW);
	assert_true(delta.is_lower_bound && delta.knows_new && !delta.knows_gone);
}

static void test_incomplete_previous(void **state)
{
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	two_of_three(&was, &is);
	was.notes = SNAP_PARTIAL;
	assert_int_equal(delta_compute(&delta, &was, &is), 0);
	assert_int_equal(delta.n_gone, 1);
	assert_int_equal(delta.n_new, 0);
	assert_int_equal(delta.states.at[1], ROW_UNKNOWN);
	assert_true(delta.is_lower_bound && !delta.knows_new && delta.knows_gone);
}

/* Keys that stand twice: no row is linked twice, every row is counted once. */
static void test_duplicates(void **state)
{
	uint64_t seed = 5;
	SCOPED(delta) delta = {0};
	SCOPED(snap) was = {0};
	SCOPED(snap) is = {0};

	(void)state;
	for (int round = 0; round < 200; round++) {
		bool is_linked[100] = {false};
		size_t n_was = num_random(&seed) % 100, n_is = num_random(&seed) % 100;

		begin(&was, 8, 1, 1);
		begin(&is, 8, 2, 2);
		for (size_t row = 0; row < n_was; row++)
			add_row(&was, num_random(&seed) % 40, 0);
		for (size_t row = 0; row < n_is; row++)
			add_row(&is, num_random(&seed) % 40, 0);
		assert_int_equal(delta_compute(&delta, &was, &is), 0);
		assert_int_equal(delta.n_new + delta.n_kept, n_is);
		assert_int_equal(delta.n_gone + delta.n_kept, n_was);
		for (size_t row = 0; row < n_is; row++) {
			uint32_t link = delta_link(&delta, row);

			if (link == DELTA_NONE)
				continue;
			assert_memory_equal(snap_key(&was, link), snap_key(&is, row), 8);
			assert_false(is_linked[link]);
			is_linked[link] = true;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_the_obvious),
		cmocka_unit_test(test_reversed),
		cmocka_unit_test(test_bucket_order_is_near),
		cmocka_unit_test(test_first_reading),
		cmocka_unit_test(test_incomplete_current),
		cmocka_unit_test(test_incomplete_previous),
		cmocka_unit_test(test_duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
