/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of a megabyte, and a map that could hold four billion of them: memory follows what is there. */
#include "shown.h"

#include "base/num.h"

enum { MEGABYTE = 1 << 20, N_LARGE = 5, MOST_BYTES = 64 * MEGABYTE };

static void fill(uint8_t *value, uint32_t key)
{
	uint64_t seed = key;

	for (size_t i = 0; i < MEGABYTE; i++)
		value[i] = (uint8_t)num_random(&seed);
}

static void check_large(const struct snap *snap)
{
	uint8_t *value = test_malloc(MEGABYTE);

	assert_int_equal(snap->n_rows, N_LARGE);
	for (uint32_t key = 0; key < N_LARGE; key++) {
		const uint8_t *is = row_of(snap, &key);

		fill(value, key);
		assert_non_null(is);
		assert_memory_equal(is, value, MEGABYTE);
	}
	assert_true(snap->vals.cap <= MOST_BYTES);
	test_free(value);
}

static void test_large_values(void **state)
{
	static const struct {
		enum bpf_map_type type;
		const char *method;
		uint32_t flags;
		int r;
	} ways[] = {
		{BPF_MAP_TYPE_HASH, "batch", BPF_F_NO_PREALLOC, 0},
		{BPF_MAP_TYPE_HASH, "next-key", BPF_F_NO_PREALLOC, 0},
		{BPF_MAP_TYPE_HASH, "iter", BPF_F_NO_PREALLOC, -EOPNOTSUPP},
		{BPF_MAP_TYPE_ARRAY, "batch", 0, 0},
		{BPF_MAP_TYPE_ARRAY, "mmap", BPF_F_MMAPABLE, 0},
	};
	uint8_t *value = test_malloc(MEGABYTE);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		int fd = make_map(ways[i].type, "large", 4, MEGABYTE, N_LARGE, ways[i].flags);
		const struct read_plan how = {.method = ways[i].method};
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};

		for (uint32_t key = 0; key < N_LARGE; key++) {
			fill(value, key);
			assert_int_equal(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
		}
		if (ways[i].r == 0) {
			read_clean(the_source, map, &how, &snap);
			check_large(&snap);
		} else {
			assert_int_equal(source_read(the_source, map, &how, &snap, NULL),
					 ways[i].r);
		}
		map_list_release(&list);
		close(fd);
	}
	test_free(value);
}

/* A cell of it is a cell. */
static void test_large_cell(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_ARRAY, "cell", 4, MEGABYTE, 1, 0);
	SCOPED(table) table = {0};

	(void)state;
	show(fd, 0, &table);
	assert_in_range(strlen(cell(&table, 0, "value", PRINT_SHORT)), 1, 4096);
	close(fd);
}

static void test_four_billion(void **state)
{
	static const char *const methods[] = {"batch", "next-key"};
	int fd = make_map(BPF_MAP_TYPE_LPM_TRIE, "billion", 8, 8, UINT32_MAX, BPF_F_NO_PREALLOC);
	const uint32_t key[2] = {32, 7};
	const uint64_t value = 42;
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};

	(void)state;
	assert_int_equal(bpf_map_update_elem(fd, key, &value, BPF_ANY), 0);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		read_clean(the_source, map, &(struct read_plan){.method = methods[i]}, &snap);
		assert_int_equal(snap.n_rows, 1);
		assert_memory_equal(row_of(&snap, key), &value, sizeof(value));
		assert_true(snap.keys.cap <= MOST_BYTES && snap.vals.cap <= MOST_BYTES);
	}
	map_list_release(&list);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_values),
		cmocka_unit_test(test_large_cell),
		cmocka_unit_test(test_four_billion),
	};

	return run_live(tests);
}
