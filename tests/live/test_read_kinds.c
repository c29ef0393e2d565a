/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Each kind of map, by each method: the rows read are the rows written. */
#include "maps.h"

#include "model/plan.h"

enum { ROWS = 3000, VALUE_SIZE = 12 }; /* a value that is no multiple of 8 */

static const struct {
	enum bpf_map_type type;
	uint32_t flags;
} kinds[] = {
	{BPF_MAP_TYPE_HASH},	     {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC},
	{BPF_MAP_TYPE_LRU_HASH},     {BPF_MAP_TYPE_ARRAY},
	{BPF_MAP_TYPE_PERCPU_HASH},  {BPF_MAP_TYPE_LRU_PERCPU_HASH},
	{BPF_MAP_TYPE_PERCPU_ARRAY},
};

/* Byte i of the copy for cpu of the value at key. */
static uint8_t byte_at(uint32_t key, uint32_t cpu, uint32_t i)
{
	return (uint8_t)(key * 31 + cpu * 7 + i + 1);
}

static void write_rows(int fd, const struct map *map, uint32_t n)
{
	size_t cpu_stride = map_cpu_stride(map);
	uint8_t *value = test_calloc(map->n_cpus, cpu_stride);

	for (uint32_t key = 0; key < n; key++) {
		for (uint32_t cpu = 0; cpu < map->n_cpus; cpu++)
			for (uint32_t i = 0; i < map->value_size; i++)
				value[cpu * cpu_stride + i] = byte_at(key, cpu, i);
		assert_int_equal(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
	}
	test_free(value);
}

static void check_value(const struct map *map, uint32_t key, const uint8_t *value)
{
	for (uint32_t cpu = 0; cpu < map->n_cpus; cpu++)
		for (uint32_t i = 0; i < map->value_size; i++)
			if (value[cpu * map_cpu_stride(map) + i] != byte_at(key, cpu, i))
				fail_msg("%s: key %u cpu %u byte %u", map->type->name, key, cpu, i);
}

static void check_rows(const struct map *map, const struct snap *snap, uint32_t n)
{
	bool *is_seen = test_calloc(n, sizeof(*is_seen));

	assert_int_equal(snap->n_rows, n);
	for (size_t row = 0; row < n; row++) {
		uint32_t key;

		memcpy(&key, snap_key(snap, row), sizeof(key));
		assert_true(key < n && !is_seen[key]);
		is_seen[key] = true;
		check_value(map, key, snap_value(snap, row));
	}
	test_free(is_seen);
}

static void each_kind(const struct read_plan *how, const char *method)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		bool is_lru = kinds[i].type == BPF_MAP_TYPE_LRU_HASH ||
			      kinds[i].type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
		int fd = make_map(kinds[i].type, "kinds", 4, VALUE_SIZE, is_lru ? ROWS * 4 : ROWS,
				  kinds[i].flags);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};

		write_rows(fd, map, ROWS);
		/* The second reading stands on what the first one left and taught. */
		for (int reading = 0; reading < 2; reading++) {
			read_clean(the_source, map, how, &snap);
			assert_string_equal(snap.method, method);
			check_rows(map, &snap, ROWS);
		}
		map_list_release(&list);
		close(fd);
	}
}

static void test_batch(void **state)
{
	(void)state;
	each_kind(NULL, "batch");
}

static void test_next_key(void **state)
{
	(void)state;
	each_kind(&(struct read_plan){.method = "next-key"}, "next-key");
}

static void test_iterator(void **state)
{
	(void)state;
	each_kind(&(struct read_plan){.method = "iter"}, "iter");
}

/* A call for one row meets buckets with more of them, and must ask for more at the same place. */
static void test_batch_grows(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "grows", 4, VALUE_SIZE, ROWS, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};

	(void)state;
	write_rows(fd, map, ROWS);
	read_clean(the_source, map, &(struct read_plan){.first_rows = 1}, &snap);
	assert_string_equal(snap.method, "batch");
	check_rows(map, &snap, ROWS);
	map_list_release(&list);
	close(fd);
}

static void test_empty(void **state)
{
	static const char *const methods[] = {"batch", "iter", "next-key"};
	int fd = make_map(BPF_MAP_TYPE_HASH, "empty", 4, 8, 100, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		read_clean(the_source, map, &(struct read_plan){.method = methods[i]}, &snap);
		assert_int_equal(snap.n_rows, 0);
	}
	map_list_release(&list);
	close(fd);
}

/* Two readers of one half each have every key between them; what both have is the overlap. */
static void test_bucket_ranges(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "ranges", 4, VALUE_SIZE, ROWS, 0);
	const uint32_t half = 2048; /* of the 4096 buckets of a table for 3000 */
	const struct read_plan plans[2] = {{.end_bucket = half}, {.first_bucket = half}};
	SCOPED(snap) first = {0};
	SCOPED(snap) second = {0};
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);

	(void)state;
	write_rows(fd, map, ROWS);
	read_clean(the_source, map, &plans[0], &first);
	read_clean(the_source, map, &plans[1], &second);
	assert_in_range(second.n_rows, ROWS / 4, ROWS * 3 / 4);
	for (size_t row = 0; row < second.n_rows; row++)
		if (!row_of(&first, snap_key(&second, row)))
			assert_int_equal(
				snap_add(&first, snap_key(&second, row), snap_value(&second, row)),
				0);
	check_rows(map, &first, ROWS);
	map_list_release(&list);
	close(fd);
}

static void test_max_rows(void **state)
{
	static const char *const methods[] = {"batch", "iter", "next-key"};
	int fd = make_map(BPF_MAP_TYPE_HASH, "maxrows", 4, VALUE_SIZE, ROWS, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};

	(void)state;
	write_rows(fd, map, ROWS);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct read_plan how = {.method = methods[i], .max_rows = 100};

		assert_int_equal(source_read(the_source, map, &how, &snap, NULL), 0);
		assert_int_equal(snap.n_rows, 100);
		assert_int_equal(snap.notes & ~(uint32_t)SNAP_UNLOCKED, SNAP_TRUNCATED);
		how.max_rows = ROWS; /* just enough is not too few */
		read_clean(the_source, map, &how, &snap);
		check_rows(map, &snap, ROWS);
	}
	map_list_release(&list);
	close(fd);
}

/* -- maps with BTF -- */

static int make_btf_map(enum bpf_map_type type, const char *name, struct btf *btf,
			uint32_t key_type, uint32_t value_type, uint32_t value_size)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .btf_key_type_id = key_type,
		    .btf_value_type_id = value_type);
	int fd;

	assert_int_equal(btf__load_into_kernel(btf), 0);
	opts.btf_fd = (uint32_t)btf__fd(btf);
	fd = bpf_map_create(type, name, 4, value_size, 1, &opts);
	btf__free(btf);
	assert_true(fd >= 0);
	return fd;
}

static void test_variables(void **state)
{
	struct btf *btf = btf__new_empty();
	int u32_type = btf__add_int(btf, "unsigned int", 4, 0);
	int hits = btf__add_var(btf, "hits", BTF_VAR_GLOBAL_ALLOCATED, u32_type);
	int misses = btf__add_var(btf, "misses", BTF_VAR_GLOBAL_ALLOCATED, u32_type);
	int section = btf__add_datasec(btf, ".rodata", 8);
	const uint32_t key = 0, value[2] = {7, 9};
	struct map_list list = {0};
	SCOPED(snap) snap = {0};
	SCOPED(plan) plan = {0};
	const struct map *map;
	int fd;

	(void)state;
	assert_int_equal(btf__add_datasec_var_info(btf, hits, 0, 4), 0);
	assert_int_equal(btf__add_datasec_var_info(btf, misses, 4, 4), 0);
	fd = make_btf_map(BPF_MAP_TYPE_ARRAY, "counting.rodat", btf, 0, (uint32_t)section, 8);
	assert_int_equal(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
	map = find_fd(the_source, fd, &list);
	assert_true(map->is_variables);
	assert_string_equal(map->section, ".rodata");
	assert_string_equal(map->name, "counting.rodata");
	read_clean(the_source, map, NULL, &snap);
	assert_int_equal(snap.n_rows, 1);
	assert_memory_equal(snap_value(&snap, 0), value, sizeof(value));
	assert_int_equal(the_source->ops->plan(the_source, map, &plan, NULL), 0);
	assert_true(plan.is_variables);
	assert_int_equal(plan.n_variables, 2);
	map_list_release(&list);
	close(fd);
}

/* The kernel takes BPF_F_LOCK only for values that have a lock, so a clean reading proves that it was
 * passed, or rightly not. */
static void test_spin_lock(void **state)
{
	struct btf *btf = btf__new_empty();
	int u32_type = btf__add_int(btf, "unsigned int", 4, 0);
	int lock = btf__add_struct(btf, "bpf_spin_lock", 4);
	int value_type;
	const uint32_t key = 0, value[2] = {0, 77};
	static const char *const methods[] = {"batch", "next-key"};
	struct map_list list = {0};
	SCOPED(snap) snap = {0};
	const struct map *map;
	int fd;

	(void)state;
	assert_int_equal(btf__add_field(btf, "val", u32_type, 0, 0), 0);
	value_type = btf__add_struct(btf, "locked", 8);
	assert_int_equal(btf__add_field(btf, "lock", lock, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "n", u32_type, 32, 0), 0);
	fd = make_btf_map(BPF_MAP_TYPE_HASH, own_name("lock"), btf, (uint32_t)u32_type,
			  (uint32_t)value_type, 8);
	assert_int_equal(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
	map = find_fd(the_source, fd, &list);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		read_clean(the_source, map, &(struct read_plan){.method = methods[i]}, &snap);
		assert_int_equal(snap.n_rows, 1);
		assert_memory_equal(snap_value(&snap, 0) + 4, &value[1], 4);
	}
	map_list_release(&list);
	close(fd);
}

/* Refused with a reason: types that hand out nothing, methods there aren't. */
static void test_not_readable(void **state)
{
	int bloom = make_map(BPF_MAP_TYPE_BLOOM_FILTER, "bloom", 0, 8, 8, 0);
	int hash = make_map(BPF_MAP_TYPE_HASH, "hash", 4, 8, 8, 0);
	struct map_list list = {0};
	SCOPED(snap) snap = {0};
	struct err err = {0};
	const struct map *map = find_fd(the_source, bloom, &list);

	(void)state;
	assert_int_equal(source_read(the_source, map, NULL, &snap, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, map->type->why_not));
	map = find_fd(the_source, hash, &list);
	assert_int_equal(source_read(the_source, map, &(struct read_plan){.method = "telepathy"},
				     &snap, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "'telepathy'"));
	map_list_release(&list);
	close(bloom);
	close(hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch),	  cmocka_unit_test(test_next_key),
		cmocka_unit_test(test_iterator),  cmocka_unit_test(test_batch_grows),
		cmocka_unit_test(test_empty),	  cmocka_unit_test(test_bucket_ranges),
		cmocka_unit_test(test_max_rows),  cmocka_unit_test(test_variables),
		cmocka_unit_test(test_spin_lock), cmocka_unit_test(test_not_readable),
	};

	return run_live(tests);
}
