/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many entries a map has is known without reading it. */
#include "shown.h"

static const struct map *listed(const struct map_list *list, int fd)
{
	uint32_t id = id_of(fd);

	for (size_t i = 0; i < list->n; i++)
		if (list->maps[i].id == id)
			return &list->maps[i];
	fail_msg("map %u is not listed", id);
	return NULL;
}

static int make_filled(enum bpf_map_type type, uint32_t flags, uint32_t n)
{
	int fd = make_map(type, "counted", 4, 8, 1000, flags);
	uint64_t *values = test_calloc((size_t)libbpf_num_possible_cpus(), sizeof(*values));

	for (uint32_t key = 0; key < n; key++)
		assert_int_equal(bpf_map_update_elem(fd, &key, values, BPF_ANY), 0);
	test_free(values);
	return fd;
}

static void test_counts(void **state)
{
	static const struct {
		enum bpf_map_type type;
		uint32_t flags, n;
	} kinds[] = {
		{BPF_MAP_TYPE_HASH, 0, 37},	   {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 36},
		{BPF_MAP_TYPE_HASH, 0, 0},	   {BPF_MAP_TYPE_LRU_HASH, 0, 35},
		{BPF_MAP_TYPE_PERCPU_HASH, 0, 34}, {BPF_MAP_TYPE_LRU_PERCPU_HASH, 0, 33},
		{BPF_MAP_TYPE_ARRAY, 0, 1000},
	};
	int fds[ARRAY_LEN(kinds)];
	SCOPED(map_list) list = {0};
	struct err err = {0};

	(void)state;
	if (!kernel_counts())
		skip();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		fds[i] = make_filled(kinds[i].type, kinds[i].flags, kinds[i].n);
	assert_int_equal(the_source->ops->list(the_source, &list, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct map *map = listed(&list, fds[i]);

		assert_true(map->entries_known);
		assert_int_equal(map->n_entries, kinds[i].n);
		close(fds[i]);
	}
}

static const struct map *count_of(int fd, struct map_list *list)
{
	struct err err = {0};

	map_list_release(list);
	assert_int_equal(the_source->ops->list(the_source, list, &err), 0);
	return listed(list, fd);
}

/* Types that the kernel's own function leaves out: replaced entries count once, taken ones not at all. */
static void test_counts_of_others(void **state)
{
	struct {
		uint32_t prefixlen, address;
	} key = {32, 0};
	int trie = make_map(BPF_MAP_TYPE_LPM_TRIE, "trie", 8, 4, 64, BPF_F_NO_PREALLOC);
	int queue = make_map(BPF_MAP_TYPE_QUEUE, "queue", 0, 4, 4, 0);
	int devices = make_map(BPF_MAP_TYPE_DEVMAP_HASH, "devices", 4, 4, 8, 0);
	SCOPED(map_list) list = {0};
	uint32_t value = 1;

	(void)state;
	if (!kernel_counts())
		skip();
	for (uint32_t i = 0; i < 30; i++) {
		key.address = i % 20;
		assert_int_equal(bpf_map_update_elem(trie, &key, &value, BPF_ANY), 0);
	}
	/* Once round: the place to write next stands before the one to read next. */
	for (int i = 0; i < 7; i++) {
		assert_int_equal(bpf_map_update_elem(queue, NULL, &value, BPF_ANY), 0);
		if (i < 4)
			assert_int_equal(bpf_map_lookup_and_delete_elem(queue, NULL, &value), 0);
	}
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(bpf_map_update_elem(devices, &i, &(uint32_t){1}, BPF_ANY), 0);
	assert_int_equal(count_of(trie, &list)->n_entries, 20);
	assert_int_equal(count_of(queue, &list)->n_entries, 3);
	assert_int_equal(count_of(devices, &list)->n_entries, 3);
	assert_true(listed(&list, trie)->entries_known && listed(&list, queue)->entries_known);
	close(trie);
	close(queue);
	close(devices);
}

/* A type that keeps no count is unknown, not empty. */
static void test_not_counted(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_STACK_TRACE, "uncounted", 4, 8, 8, 0);
	SCOPED(map_list) list = {0};

	(void)state;
	assert_false(count_of(fd, &list)->entries_known);
	close(fd);
}

static void test_truncated_says_of_how_many(void **state)
{
	int fd = make_filled(BPF_MAP_TYPE_HASH, 0, 321);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	SCOPED(buf) notes = {0};

	(void)state;
	if (!kernel_counts())
		skip();
	assert_int_equal(
		source_read(the_source, map, &(struct read_plan){.max_rows = 10}, &snap, NULL), 0);
	snap_notes(&snap, &notes);
	assert_string_equal(buf_text(&notes), "truncated at 10 rows of 321");
	map_list_release(&list);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_counts_of_others),
		cmocka_unit_test(test_not_counted),
		cmocka_unit_test(test_truncated_says_of_how_many),
	};

	return run_live(tests);
}
