/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Map types against the kernel's own list where the headers are there, strides, and the order of values. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <math.h>
#include <stdio.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/val.h"

static void numbers_are_the_kernels(void **state)
{
	static const struct {
		uint32_t number;
		const char *name;
	} kernel[] = {
		{BPF_MAP_TYPE_HASH, "hash"},
		{BPF_MAP_TYPE_PERCPU_ARRAY, "percpu_array"},
		{BPF_MAP_TYPE_STACK_TRACE, "stack_trace"},
		{BPF_MAP_TYPE_LRU_PERCPU_HASH, "lru_percpu_hash"},
		{BPF_MAP_TYPE_LPM_TRIE, "lpm_trie"},
		{BPF_MAP_TYPE_HASH_OF_MAPS, "hash_of_maps"},
		{BPF_MAP_TYPE_SOCKHASH, "sockhash"},
		{BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "percpu_cgroup_storage"},
		{BPF_MAP_TYPE_DEVMAP_HASH, "devmap_hash"},
		{BPF_MAP_TYPE_RINGBUF, "ringbuf"},
		{BPF_MAP_TYPE_BLOOM_FILTER, "bloom_filter"},
		{BPF_MAP_TYPE_USER_RINGBUF, "user_ringbuf"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kernel); i++) {
		assert_string_equal(maptype_of(kernel[i].number)->name, kernel[i].name);
		assert_ptr_equal(maptype_named(kernel[i].name), maptype_of(kernel[i].number));
	}
	assert_null(maptype_named("no_such"));
}

static void every_row_is_whole(void **state)
{
	const struct maptype *type;
	unsigned n = 0;

	(void)state;
	for (; (type = maptype_at(n)); n++) {
		bool is_plain = type->reading == READS_ROWS || type->reading == READS_IDS;

		assert_int_equal(type->number, n + 1);
		assert_non_null(type->name);
		assert_int_equal(is_plain, type->why_not == NULL);
	}
	assert_int_equal(n, 34);
	assert_string_equal(maptype_of(0)->name, "type_0");
	assert_string_equal(maptype_of(4000000000u)->name, "type_4000000000");
	assert_int_equal(maptype_of(n + 1)->reading, READS_UNKNOWN);
	/* Two of them at once keep their names. */
	const struct maptype *one = maptype_of(n + 1);

	assert_string_equal(maptype_of(n + 2)->name, "type_36");
	assert_string_equal(one->name, "type_35");
	assert_ptr_equal(maptype_of(n + 1), one);
}

static void strides_follow_the_kernel(void **state)
{
	struct map map = {.type = maptype_named("percpu_hash"), .value_size = 12, .n_cpus = 3};

	(void)state;
	assert_int_equal(map_cpu_stride(&map), 16);
	assert_int_equal(map_value_stride(&map), 48);
	map.type = maptype_named("hash");
	map.n_cpus = 1;
	assert_int_equal(map_value_stride(&map), 12);
	assert_int_equal(map_cpu_stride(&map), 12);
}

/* The i-th copy is of the i-th possible CPU, whatever its number. */
static void copies_are_of_cpus(void **state)
{
	struct map map = {.n_cpus = 6, .cpu_list = "0-1,4,8-10"};
	static const uint32_t numbers[] = {0, 1, 4, 8, 9, 10};
	uint32_t copy;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(numbers); i++) {
		assert_int_equal(map_cpu_number(&map, i), numbers[i]);
		assert_true(map_cpu_copy(&map, numbers[i], &copy));
		assert_int_equal(copy, i);
	}
	assert_false(map_cpu_copy(&map, 2, &copy));
	assert_false(map_cpu_copy(&map, 11, &copy));
	map.cpu_list = NULL;
	assert_int_equal(map_cpu_number(&map, 5), 5);
	assert_false(map_cpu_copy(&map, 6, &copy));
}

static void lists_own_their_maps(void **state)
{
	SCOPED(map_list) list = {0};

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		struct map *map = map_list_add(&list);

		assert_non_null(map);
		map->id = i;
		map->name = arena_printf(&map->mem, "map%u", i);
	}
	assert_int_equal(list.n, 40);
	assert_string_equal(list.maps[39].name, "map39");
	assert_string_equal(list.maps[0].name, "map0");
}

static void values_have_one_order(void **state)
{
	const struct val ordered[] = {
		val_unknown(),
		val_real(-INFINITY),
		{.kind = VAL_IWIDE, .iwide = (__int128)((unsigned __int128)1 << 127)},
		{.kind = VAL_IWIDE, .iwide = -((__int128)1 << 100)},
		val_int(INT64_MIN),
		val_int(-2),
		val_real(-1.5),
		val_int(-1),
		val_real(-0.5),
		val_uint(0),
		val_real(0.25),
		val_uint(1),
		val_uint((UINT64_C(1) << 53) + 1), /* no double is that */
		val_real(0x1p53 + 2),
		val_uint(UINT64_MAX),
		val_real(0x1p64),
		{.kind = VAL_WIDE, .wide = ~(unsigned __int128)0},
		val_real(0x1p128),
		val_real(INFINITY),
		val_text("", 0),
		val_text("a", 1),
		val_text("ab", 2),
		val_text("b", 1),
		{.kind = VAL_BYTES, .at = "\x00", .len = 1},
		{.kind = VAL_BYTES, .at = "\xff", .len = 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ordered); i++)
		for (size_t j = 0; j < ARRAY_LEN(ordered); j++) {
			int r = val_compare(&ordered[i], &ordered[j]);

			if ((r > 0) - (r < 0) != (i > j) - (i < j))
				fail_msg("%zu and %zu compare as %d", i, j, r);
		}
}

static void equal_in_every_kind(void **state)
{
	const struct val fives[] = {val_uint(5),
				    val_int(5),
				    val_real(5),
				    {.kind = VAL_WIDE, .wide = 5},
				    {.kind = VAL_IWIDE, .iwide = 5}};
	struct val nan = val_real(NAN), unknown = val_unknown(), minus = val_real(-0.0),
		   zero = val_uint(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fives); i++)
		for (size_t j = 0; j < ARRAY_LEN(fives); j++)
			assert_int_equal(val_compare(&fives[i], &fives[j]), 0);
	assert_int_equal(val_compare(&nan, &unknown), 0);
	assert_int_equal(val_compare(&minus, &zero), 0);
	assert_true(isnan(val_as_real(&unknown)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_the_kernels),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(strides_follow_the_kernel),
		cmocka_unit_test(copies_are_of_cpus),
		cmocka_unit_test(lists_own_their_maps),
		cmocka_unit_test(values_have_one_order),
		cmocka_unit_test(equal_in_every_kind),
	};

	return cmocka_run_group_tests_name("maptype", tests, NULL, NULL);
}
