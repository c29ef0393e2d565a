/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Types whose keys or values mean something to the kernel: prefixes, programs, maps, interfaces, CPUs.
 * What was written is what is shown, by name where there is one. */
#include "shown.h"

#include <arpa/inet.h>
#include <net/if.h>

struct prefix4 {
	uint32_t prefixlen;
	uint8_t data[4];
};
struct prefix6 {
	uint32_t prefixlen;
	uint8_t data[16];
};

static void test_prefixes4(void **state)
{
	static const char *const nets[] = {"10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24",
					   "0.0.0.0/0"};
	int fd = make_map(BPF_MAP_TYPE_LPM_TRIE, "lpm", sizeof(struct prefix4), 4, 16,
			  BPF_F_NO_PREALLOC);
	SCOPED(table) table = {0};

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(nets); i++) {
		struct prefix4 key = {0};
		char text[32];
		char *slash;

		snprintf(text, sizeof(text), "%s", nets[i]);
		slash = strchr(text, '/');
		*slash = '\0';
		key.prefixlen = (uint32_t)atoi(slash + 1);
		assert_int_equal(inet_pton(AF_INET, text, key.data), 1);
		assert_int_equal(bpf_map_update_elem(fd, &key, &i, BPF_ANY), 0);
	}
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), ARRAY_LEN(nets));
	for (uint32_t i = 0; i < ARRAY_LEN(nets); i++) {
		size_t row = row_with(&table, "key", nets[i]), size;

		assert_memory_equal(table_value(&table, row, &size), &i, sizeof(i));
	}
	close(fd);
}

static void test_prefixes6(void **state)
{
	struct prefix6 key = {.prefixlen = 32};
	int fd = make_map(BPF_MAP_TYPE_LPM_TRIE, "lpm6", sizeof(key), 4, 16, BPF_F_NO_PREALLOC);
	const uint32_t value = 7;
	SCOPED(table) table = {0};

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::", key.data), 1);
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), 1);
	assert_string_equal(cell(&table, 0, "key", PRINT_EXACT), "2001:db8::/32");
	close(fd);
}

/* The smallest program of its type: return n. */
static int make_program(const char *name, enum bpf_prog_type type, enum bpf_attach_type attach)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 2},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(type, name, "GPL", code, ARRAY_LEN(code), &opts);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t program_id(int fd)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

static void test_programs(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_PROG_ARRAY, "tails", 4, 4, 8, 0);
	int prog = make_program("tail_call_me", BPF_PROG_TYPE_XDP, 0);
	const uint32_t key = 5;
	char expected[64];
	SCOPED(table) table = {0};

	(void)state;
	assert_int_equal(bpf_map_update_elem(fd, &key, &prog, BPF_ANY), 0);
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), 1); /* holes are no rows */
	snprintf(expected, sizeof(expected), "%u/tail_call_me", program_id(prog));
	assert_string_equal(cell(&table, 0, "key", PRINT_SHORT), "5");
	assert_string_equal(cell(&table, 0, "value", PRINT_SHORT), expected);
	snprintf(expected, sizeof(expected), "%u", program_id(prog));
	assert_string_equal(cell(&table, 0, "value", PRINT_EXACT), expected);
	close(prog);
	close(fd);
}

static int make_outer(enum bpf_map_type type, const char *stem, int inner)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = (uint32_t)inner);
	int fd = bpf_map_create(type, own_name(stem), 4, 4, 8, &opts);

	assert_true(fd >= 0);
	return fd;
}

static void test_maps_of_maps(void **state)
{
	static const enum bpf_map_type types[] = {BPF_MAP_TYPE_ARRAY_OF_MAPS,
						  BPF_MAP_TYPE_HASH_OF_MAPS};
	const uint32_t key = 3;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		int inner = make_map(BPF_MAP_TYPE_ARRAY, "inner", 4, 8, 4, 0);
		int fd = make_outer(types[i], "outer", inner);
		char expected[64];
		SCOPED(table) table = {0};

		assert_int_equal(bpf_map_update_elem(fd, &key, &inner, BPF_ANY), 0);
		show(fd, 0, &table);
		assert_int_equal(table_n_live(&table), 1);
		snprintf(expected, sizeof(expected), "%u/%s", id_of(inner), own_name("inner"));
		assert_string_equal(cell(&table, 0, "value", PRINT_SHORT), expected);
		close(inner);
		close(fd);
	}
}

static void test_devices(void **state)
{
	static const enum bpf_map_type types[] = {BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH};
	const uint32_t key = 2;
	uint32_t loopback = if_nametoindex("lo");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		int fd = make_map(types[i], "devs", 4, 4, 8, 0);
		SCOPED(table) table = {0};

		assert_int_equal(bpf_map_update_elem(fd, &key, &loopback, BPF_ANY), 0);
		show(fd, 0, &table);
		assert_int_equal(table_n_live(&table), 1);
		assert_string_equal(cell(&table, 0, "key", PRINT_SHORT), "2");
		assert_string_equal(cell(&table, 0, "ifindex", PRINT_SHORT), "lo");
		close(fd);
	}
}

static void test_devices_with_program(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_DEVMAP, "devprog", 4, sizeof(struct bpf_devmap_val), 8, 0);
	int prog = make_program("on_device", BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP);
	struct bpf_devmap_val value = {.ifindex = if_nametoindex("lo"), .bpf_prog.fd = prog};
	const uint32_t key = 0;
	char expected[64];
	SCOPED(table) table = {0};

	(void)state;
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), 1);
	snprintf(expected, sizeof(expected), "%u/on_device", program_id(prog));
	assert_string_equal(cell(&table, 0, "prog", PRINT_SHORT), expected);
	close(prog);
	close(fd);
}

static void test_cpus(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_CPUMAP, "cpus", 4, 4, 8, 0);
	const uint32_t key = 0, queue_size = 192;
	SCOPED(table) table = {0};

	(void)state;
	assert_int_equal(bpf_map_update_elem(fd, &key, &queue_size, BPF_ANY), 0);
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), 1);
	assert_string_equal(cell(&table, 0, "key", PRINT_SHORT), "0");
	assert_string_equal(cell(&table, 0, "qsize", PRINT_SHORT), "192");
	/* how long the queue may be, not how many went through it */
	assert_int_equal(table.plan.fields[1].nature, NATURE_GAUGE);
	close(fd);
}

static void test_heads(void **state)
{
	static const struct {
		enum bpf_map_type type;
		const char *head;
	} kinds[] = {{BPF_MAP_TYPE_QUEUE, "11"}, {BPF_MAP_TYPE_STACK, "13"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int fd = make_map(kinds[i].type, "head", 0, 8, 8, 0);
		SCOPED(table) empty = {0};
		SCOPED(table) table = {0};
		uint64_t value;
		size_t size;

		show(fd, 0, &empty);
		assert_int_equal(table_n_live(&empty), 0);
		for (value = 11; value <= 13; value++)
			assert_int_equal(bpf_map_update_elem(fd, NULL, &value, BPF_ANY), 0);
		show(fd, SNAP_PARTLY_SEEN, &table);
		assert_int_equal(table_n_live(&table), 1);
		memcpy(&value, table_value(&table, 0, &size), sizeof(value));
		assert_int_equal(value, atoi(kinds[i].head));
		/* and it was only looked at */
		for (int left = 3; left > 0; left--)
			assert_int_equal(bpf_map_lookup_and_delete_elem(fd, NULL, &value), 0);
		assert_int_equal(bpf_map_lookup_and_delete_elem(fd, NULL, &value), -ENOENT);
		close(fd);
	}
}

/* Types that show nothing say so, and why. */
static void test_identity_only(void **state)
{
	static const struct {
		enum bpf_map_type type;
		uint32_t key_size, value_size, max_entries, flags;
	} kinds[] = {
		{BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0},
		{BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 2, 0},
		{BPF_MAP_TYPE_XSKMAP, 4, 4, 2, 0},
		{BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 8, 0},
		{BPF_MAP_TYPE_SOCKMAP, 4, 4, 2, 0},
		{BPF_MAP_TYPE_SOCKHASH, 4, 4, 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int fd = make_map(kinds[i].type, "nothing", kinds[i].key_size, kinds[i].value_size,
				  kinds[i].max_entries, kinds[i].flags);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		struct err err = {0};
		SCOPED(snap) snap = {0};
		SCOPED(plan) plan = {0};

		assert_int_equal(source_read(the_source, map, NULL, &snap, &err), -EOPNOTSUPP);
		assert_non_null(strstr(err.text, map->type->name));
		assert_true(strlen(strrchr(err.text, ':')) > 20); /* the reason */
		assert_int_equal(the_source->ops->plan(the_source, map, &plan, &err), 0);
		map_list_release(&list);
		close(fd);
	}
}

/* A per-CPU map pretends to be of a type that doesn't exist yet: the kernel hands out more than
 * value_size bytes, which must not hurt. */
static void test_unknown_type(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_PERCPU_HASH, "newer", 4, 8, 16, 0);
	int bloom = make_map(BPF_MAP_TYPE_BLOOM_FILTER, "newer", 0, 8, 8, 0);
	uint64_t *values = test_calloc((size_t)libbpf_num_possible_cpus(), sizeof(*values));
	struct map_list list = {0};
	SCOPED(snap) snap = {0};
	struct err err = {0};
	struct map *map;

	(void)state;
	for (uint32_t key = 0; key < 10; key++) {
		values[0] = key * 3;
		assert_int_equal(bpf_map_update_elem(fd, &key, values, BPF_ANY), 0);
	}
	find_fd(the_source, fd, &list);
	map = &list.maps[0];
	map->type = maptype_of(250);
	map->n_cpus = 1;
	read_clean(the_source, map, NULL, &snap);
	assert_string_equal(snap.method, "next-key");
	assert_int_equal(snap.n_rows, 10);
	for (uint64_t key = 0, value; key < 10; key++) {
		memcpy(&value, row_of(&snap, &key), sizeof(value));
		assert_int_equal(value, key * 3);
	}
	find_fd(the_source, bloom, &list);
	list.maps[0].type = maptype_of(251);
	assert_int_equal(source_read(the_source, &list.maps[0], NULL, &snap, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "newer than this program"));
	map_list_release(&list);
	test_free(values);
	close(bloom);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes4),     cmocka_unit_test(test_prefixes6),
		cmocka_unit_test(test_programs),      cmocka_unit_test(test_maps_of_maps),
		cmocka_unit_test(test_devices),	      cmocka_unit_test(test_devices_with_program),
		cmocka_unit_test(test_cpus),	      cmocka_unit_test(test_heads),
		cmocka_unit_test(test_identity_only), cmocka_unit_test(test_unknown_type),
	};

	return run_live(tests);
}
