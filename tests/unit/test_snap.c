/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/snap.h"

static const struct map small = {.key_size = 4, .value_size = 8, .n_cpus = 1};

static void add(struct snap *snap, uint32_t key, uint64_t value)
{
	assert_int_equal(snap_add(snap, &key, &value), 0);
}

static uint32_t key_at(const struct snap *snap, size_t row)
{
	uint32_t key;

	memcpy(&key, snap_key(snap, row), sizeof(key));
	return key;
}

static void test_rows_survive_growth(void **state)
{
	SCOPED(snap) snap = {0};
	uint64_t value;

	(void)state;
	snap_clear(&snap, &small);
	for (uint32_t i = 0; i < 5000; i++)
		add(&snap, i, i * 3ULL);
	for (uint32_t i = 0; i < 5000; i++) {
		memcpy(&value, snap_value(&snap, i), sizeof(value));
		assert_int_equal(key_at(&snap, i), i);
		assert_int_equal(value, i * 3ULL);
	}
}

static void test_clear_takes_strides_of_the_map(void **state)
{
	const struct map per_cpu = {.key_size = 6, .value_size = 12, .n_cpus = 3};
	SCOPED(snap) snap = {0};

	(void)state;
	snap_clear(&snap, &small);
	add(&snap, 1, 1);
	snap.notes = SNAP_SLOW;
	snap.number = 9;
	snap_clear(&snap, &per_cpu);
	assert_int_equal(snap.key_stride, 6);
	assert_int_equal(snap.val_stride, map_value_stride(&per_cpu));
	assert_int_equal(snap.n_rows + snap.notes + snap.number, 0);
}

static void test_too_many_rows_is_an_error(void **state)
{
	SCOPED(snap) snap = {0};

	(void)state;
	snap_clear(&snap, &small);
	add(&snap, 77, 1);
	assert_int_equal(snap_reserve(&snap, SIZE_MAX), -ENOMEM);
	assert_int_equal(snap_reserve(&snap, SIZE_MAX / 4), -ENOMEM);
	assert_int_equal(key_at(&snap, 0), 77);
}

static void test_drop_duplicates(void **state)
{
	static const uint32_t keys[] = {5, 6, 5, 7, 6, 6, 8}, kept[] = {5, 6, 7, 8};
	SCOPED(snap) snap = {0};
	uint64_t value;

	(void)state;
	snap_clear(&snap, &small);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		add(&snap, keys[i], i);
	assert_int_equal(snap_drop_duplicates(&snap), 0);
	assert_int_equal(snap.n_rows, ARRAY_LEN(kept));
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		assert_int_equal(key_at(&snap, i), kept[i]);
	memcpy(&value, snap_value(&snap, 2), sizeof(value));
	assert_int_equal(value, 3);
	assert_int_equal(snap.n_dropped, 3);
	assert_int_equal(snap.notes, SNAP_DUPLICATES);

	snap.notes = 0;
	assert_int_equal(snap_drop_duplicates(&snap), 0);
	assert_int_equal(snap.notes, 0);
	assert_int_equal(snap.n_rows, ARRAY_LEN(kept));
}

static void test_complete(void **state)
{
	static const struct {
		uint32_t notes;
		bool is_complete;
	} cases[] = {
		{0, true},
		{SNAP_TRUNCATED, false},
		{SNAP_RESTARTED, true},
		{SNAP_PARTIAL, false},
		{SNAP_DUPLICATES, true},
		{SNAP_OUTRUN, false},
		{SNAP_FALLBACK, true},
		{SNAP_SLOW, true},
		{SNAP_UNLOCKED, false},
		{SNAP_EVICTED, true},
		{SNAP_REPLACED, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(snap_is_complete(&(struct snap){.notes = cases[i].notes}),
				 cases[i].is_complete);
}

static void test_notes(void **state)
{
	struct snap snap = {.notes = SNAP_RESTARTED | SNAP_DUPLICATES, .n_dropped = 3};
	SCOPED(buf) text = {0};

	(void)state;
	snap_notes(&snap, &text);
	assert_string_equal(buf_text(&text), "restarted; 3 duplicates dropped");
	buf_clear(&text);
	snap = (struct snap){.notes = SNAP_PARTIAL, .error = -ENOENT};
	snap_notes(&snap, &text);
	assert_string_equal(buf_text(&text), "ended early: no such file or directory");
	buf_clear(&text);
	snap_notes(&(struct snap){.notes = SNAP_SLOW, .n_missed = 3}, &text);
	assert_string_equal(buf_text(&text), "slower than the interval, 3 ticks missed");
	buf_clear(&text);
	snap_notes(&(struct snap){0}, &text);
	assert_string_equal(buf_text(&text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_survive_growth),
		cmocka_unit_test(test_clear_takes_strides_of_the_map),
		cmocka_unit_test(test_too_many_rows_is_an_error),
		cmocka_unit_test(test_drop_duplicates),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
