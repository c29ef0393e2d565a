/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* No type is forgotten: every map type that the running kernel's BTF lists has a row in our table, with the
 * kernel's own name, and a live test, named here, whose source makes such a map. A kernel with a type more
 * fails this until somebody has tried it. */
#include "shown.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/file.h"
#include "read/kernel_plan.h"

enum { MAX_SOURCE_BYTES = 1 << 20, INSN_ARRAY = 34, INSN_BYTES = 16 };

/* Where each is tried, below tests/live. */
static const char *const tried_in[] = {
	[BPF_MAP_TYPE_HASH] = "test_read_kinds.c",
	[BPF_MAP_TYPE_ARRAY] = "test_types_methods.c",
	[BPF_MAP_TYPE_PROG_ARRAY] = "test_types_ids.c",
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = "test_types_ids.c",
	[BPF_MAP_TYPE_PERCPU_HASH] = "test_read_kinds.c",
	[BPF_MAP_TYPE_PERCPU_ARRAY] = "test_read_kinds.c",
	[BPF_MAP_TYPE_STACK_TRACE] = "test_types_names.c",
	[BPF_MAP_TYPE_CGROUP_ARRAY] = "test_types_ids.c",
	[BPF_MAP_TYPE_LRU_HASH] = "test_read_kinds.c",
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = "test_read_kinds.c",
	[BPF_MAP_TYPE_LPM_TRIE] = "test_types_ids.c",
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = "test_types_ids.c",
	[BPF_MAP_TYPE_HASH_OF_MAPS] = "test_types_ids.c",
	[BPF_MAP_TYPE_DEVMAP] = "test_types_ids.c",
	[BPF_MAP_TYPE_SOCKMAP] = "test_types_names.c",
	[BPF_MAP_TYPE_CPUMAP] = "test_types_ids.c",
	[BPF_MAP_TYPE_XSKMAP] = "test_types_ids.c",
	[BPF_MAP_TYPE_SOCKHASH] = "test_types_names.c",
	[BPF_MAP_TYPE_CGROUP_STORAGE] = "test_types_storage.c",
	[BPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = "test_types_names.c",
	[BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = "test_types_storage.c",
	[BPF_MAP_TYPE_QUEUE] = "test_types_ids.c",
	[BPF_MAP_TYPE_STACK] = "test_types_ids.c",
	[BPF_MAP_TYPE_SK_STORAGE] = "test_types_storage.c",
	[BPF_MAP_TYPE_DEVMAP_HASH] = "test_types_ids.c",
	[BPF_MAP_TYPE_STRUCT_OPS] = "test_types_ops.sh",
	[BPF_MAP_TYPE_RINGBUF] = "test_types_ring.c",
	[BPF_MAP_TYPE_INODE_STORAGE] = "test_types_storage.c",
	[BPF_MAP_TYPE_TASK_STORAGE] = "test_types_storage.c",
	[BPF_MAP_TYPE_BLOOM_FILTER] = "test_types_ids.c",
	[BPF_MAP_TYPE_USER_RINGBUF] = "test_types_ring.c",
	[32] = "test_types_storage.c", /* cgrp_storage, newer than the headers may be */
	[33] = "test_types_storage.c", /* arena */
	[INSN_ARRAY] = "test_types_all.c",
};

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; (text = strstr(text, word)); text += len)
		if (text[len] != '_' && !isalnum((unsigned char)text[len]))
			return true;
	return false;
}

/* As a source names it, by the kernel's enumerator or our own for old headers; a script by its name. */
static bool is_made_in(const char *file, const char *enumerator, const char *name)
{
	bool is_script = strcmp(file + strlen(file) - 3, ".sh") == 0;
	SCOPED(buf) path = {0};
	SCOPED(buf) text = {0};

	buf_addf(&path, "tests/live/%s", file);
	if (file_read(buf_text(&path), MAX_SOURCE_BYTES, &text) < 0)
		fail_msg("no test '%s'", buf_text(&path));
	return has_word(buf_text(&text), is_script ? name : enumerator + strlen("BPF_MAP_"));
}

/* "BPF_MAP_TYPE_LRU_HASH": "lru_hash" */
static void name_of(const char *enumerator, char *name, size_t size)
{
	size_t n = 0;

	for (const char *at = enumerator + strlen("BPF_MAP_TYPE_"); *at && n + 1 < size; at++)
		name[n++] = (char)tolower((unsigned char)*at);
	name[n] = '\0';
}

static void check_type(const char *enumerator, uint32_t number)
{
	const struct maptype *type = maptype_of(number);
	const char *file = number < ARRAY_LEN(tried_in) ? tried_in[number] : NULL;
	char name[64];

	name_of(enumerator, name, sizeof(name));
	if (type->reading == READS_UNKNOWN)
		fail_msg("%s (%u) has no row in our table", enumerator, number);
	if (strcmp(type->name, name) != 0)
		fail_msg("%s (%u) is called '%s' here", enumerator, number, type->name);
	if (!file)
		fail_msg("%s (%u) has no live test", enumerator, number);
	if (!is_made_in(file, enumerator, name))
		fail_msg("%s is said to be tried in '%s' and isn't", enumerator, file);
}

static void test_every_type_of_this_kernel(void **state)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *t;
	unsigned n = 0;
	int32_t id;

	(void)state;
	assert_non_null(btf);
	id = btf__find_by_name_kind(btf, "bpf_map_type", BTF_KIND_ENUM);
	assert_true(id > 0);
	t = btf__type_by_id(btf, (uint32_t)id);
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_enum(t)[i].name_off);
		bool is_type = strncmp(name, "BPF_MAP_TYPE_", 13) == 0 && btf_enum(t)[i].val > 0;

		if (!is_type || strstr(name, "_DEPRECATED"))
			continue;
		check_type(name, (uint32_t)btf_enum(t)[i].val);
		n++;
	}
	assert_true(n >= BPF_MAP_TYPE_USER_RINGBUF); /* of the oldest kernel that this runs on */
	btf__free(btf);
}

/* A map of BPF_MAP_TYPE_INSN_ARRAY as the kernel describes it; it takes part in no other test. */
static void test_instructions_have_a_layout(void **state)
{
	const struct map map = {.name = "jumps",
				.type = maptype_of(INSN_ARRAY),
				.key_size = 4,
				.value_size = INSN_BYTES,
				.max_entries = 4,
				.n_cpus = 1};
	SCOPED(plan) plan = {0};
	struct err err = {0};

	(void)state;
	if (plan_from_btf(NULL, 0, 0, &map, "none", &plan, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(plan_find(&plan, "orig_off", 8, &err)->offset, 0);
	assert_int_equal(plan_find(&plan, "xlated_off", 10, &err)->offset, 4);
	assert_int_equal(plan_find(&plan, "jitted_off", 10, &err)->offset, 8);
}

static void test_instructions_where_the_kernel_has_such_maps(void **state)
{
	int fd = bpf_map_create((enum bpf_map_type)INSN_ARRAY, own_name("jumps"), 4, INSN_BYTES, 3,
				NULL);
	const uint32_t key = 1, value[INSN_BYTES / 4] = {7};
	SCOPED(table) table = {0};

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), 3);
	assert_string_equal(cell(&table, 1, "orig_off", PRINT_EXACT), "7");
	assert_string_equal(cell(&table, 1, "xlated_off", PRINT_EXACT), "0");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_of_this_kernel),
		cmocka_unit_test(test_instructions_have_a_layout),
		cmocka_unit_test(test_instructions_where_the_kernel_has_such_maps),
	};

	return run_live(tests);
}
