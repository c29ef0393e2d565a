/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to read: each that suits a map at rest gives the same rows, and the best is taken unasked. */
#include "maps.h"

enum { ROWS = 10000 };

static const char *const methods[] = {"mmap", "batch", "iter", "next-key"};

static int make_array(uint32_t value_size, uint32_t n)
{
	int fd = make_map(BPF_MAP_TYPE_ARRAY, "ways", 4, value_size, n, BPF_F_MMAPABLE);
	uint8_t *value = test_calloc(1, value_size);

	for (uint32_t key = 0; key < n; key++) {
		for (uint32_t i = 0; i < value_size; i++)
			value[i] = (uint8_t)(key * 13 + i);
		assert_int_equal(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
	}
	test_free(value);
	return fd;
}

static void check_array(const struct snap *snap, uint32_t value_size, uint32_t n)
{
	assert_int_equal(snap->n_rows, n);
	for (uint32_t row = 0; row < n; row++) {
		assert_memory_equal(snap_key(snap, row), &row, sizeof(row));
		for (uint32_t i = 0; i < value_size; i++)
			assert_int_equal(snap_value(snap, row)[i], (uint8_t)(row * 13 + i));
	}
}

/* Values that fill their place in the kernel's memory, and values that don't. */
static void test_arrays_by_each(void **state)
{
	static const uint32_t sizes[] = {8, 12, 5000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint32_t n = sizes[i] > 1000 ? 20 : ROWS;
		int fd = make_array(sizes[i], n);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};

		for (size_t way = 0; way < ARRAY_LEN(methods); way++) {
			read_clean(the_source, map, &(struct read_plan){.method = methods[way]},
				   &snap);
			assert_string_equal(snap.method, methods[way]);
			check_array(&snap, sizes[i], n);
		}
		map_list_release(&list);
		close(fd);
	}
}

static void test_best_unasked(void **state)
{
	int large = make_array(8, ROWS), small = make_array(8, 10);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, large, &list);
	SCOPED(snap) snap = {0};

	(void)state;
	read_clean(the_source, map, NULL, &snap);
	assert_string_equal(snap.method, "mmap");
	assert_in_range(snap.n_calls, 1, 10);
	read_clean(the_source, map, &(struct read_plan){.is_strict = true}, &snap);
	assert_string_equal(snap.method, "batch");
	map = find_fd(the_source, small, &list);
	read_clean(the_source, map, NULL, &snap);
	assert_string_equal(snap.method, "batch");
	map_list_release(&list);
	close(large);
	close(small);
}

/* Nothing of a reading keeps the map alive, and no mapping of it is left. */
static void test_nothing_stays(void **state)
{
	int fd = make_array(8, ROWS);
	uint32_t id = id_of(fd);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};

	(void)state;
	read_clean(the_source, map, NULL, &snap);
	close(fd);
	assert_true(wait_gone(id));
	map_list_release(&list);
}

static void test_forced_and_unfit(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "unfit", 4, 8, 8, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(
		source_read(the_source, map, &(struct read_plan){.method = "mmap"}, &snap, &err),
		-EOPNOTSUPP);
	assert_non_null(strstr(err.text, "'mmap'; what may work: batch, iter, next-key"));
	map_list_release(&list);
	close(fd);
}

/* Named where it is what stands in the way, and only there. */
static void test_strict_is_named(void **state)
{
	const struct read_plan forced = {.method = "mmap", .is_strict = true};
	const struct read_plan strict = {.is_strict = true};
	int fds[] = {make_array(8, ROWS), make_map(BPF_MAP_TYPE_HASH, "unfit", 4, 8, 8, 0),
		     make_map(BPF_MAP_TYPE_BLOOM_FILTER, "unfit", 0, 8, 8, 0)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		const struct read_plan *how = i < 2 ? &forced : &strict;
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fds[i], &list);
		SCOPED(snap) snap = {0};
		struct err err = {0};

		assert_int_equal(source_read(the_source, map, how, &snap, &err), -EOPNOTSUPP);
		assert_int_equal(strstr(err.text, "--strict") != NULL, i == 0);
		map_list_release(&list);
		close(fds[i]);
	}
}

/* What the kernel refuses for one map is not held against the others of its type. Claiming twice the
 * entries that there are makes it refuse to map so much. */
static void test_refused_for_one(void **state)
{
	int fd = make_array(8, ROWS), other = make_array(8, ROWS);
	struct map_list list = {0};
	SCOPED(snap) snap = {0};

	(void)state;
	find_fd(the_source, fd, &list);
	list.maps[0].max_entries *= 2;
	for (int reading = 0; reading < 2; reading++) {
		read_clean(the_source, &list.maps[0], NULL, &snap);
		assert_string_equal(snap.method, "batch");
		check_array(&snap, 8, ROWS);
	}
	read_clean(the_source, find_fd(the_source, other, &list), NULL, &snap);
	assert_string_equal(snap.method, "mmap");
	map_list_release(&list);
	close(fd);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrays_by_each),	cmocka_unit_test(test_best_unasked),
		cmocka_unit_test(test_nothing_stays),	cmocka_unit_test(test_forced_and_unfit),
		cmocka_unit_test(test_strict_is_named), cmocka_unit_test(test_refused_for_one),
	};

	return run_live(tests);
}
