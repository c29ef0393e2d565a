/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whole values: structs, arrays and their ends, and how far they are printed. */
#include "tests/unit/format_make.h"

static void the_first_rule_that_says_so(void **state)
{
	static const struct {
		struct field field;
		const char *path, *tag, *format;
	} cases[] = {
		{U(4), "x", "bpfmaptop:ip4", "ip4"},
		{U(4), "x", "hex", "hex"},
		{U(8), "x", "bpfmaptop:ip4", "dec"}, /* doesn't fit: as if nothing was said */
		{U(4), "x", "btf_type_tag", "dec"},
		{LEAF(FIELD_UINT, "__be16", "", 0, 2), "key.dport", NULL, "port"},
		{LEAF(FIELD_UINT, "__be16", "", 0, 2), "source", NULL, "port"},
		{LEAF(FIELD_UINT, "__be16", "", 0, 2), "vlan_tci", NULL, "be16"},
		{LEAF(FIELD_UINT, "__be32", "", 0, 4), "tuple.daddr", NULL, "ip4"},
		{LEAF(FIELD_UINT, "__be32", "", 0, 4), "seq", NULL, "be32"},
		{LEAF(FIELD_UINT, "__be64", "", 0, 8), "n", NULL, "be64"},
		{LEAF(FIELD_UINT, "__sum16", "", 0, 2), "check", NULL, "hex"},
		{ARRAY_OF("__be32[4]", "", 0, 4, 4), "saddr", NULL, "ip6"},
		{LEAF(FIELD_STRUCT, "struct in6_addr", "", 0, 16), "from", NULL, "ip6"},
		{LEAF(FIELD_STRUCT, "struct in_addr", "", 0, 4), "from", NULL, "ip4"},
		{LEAF(FIELD_STRUCT, "struct pair", "", 0, 4), "addr", NULL, "fields"},
		{U(4), "saddr", NULL, "ip4"},
		{U(4), "src_ip", NULL, "ip4"},
		{U(4), "srcIP4", NULL, "ip4"},
		{ARRAY_OF("unsigned char[16]", "", 0, 16, 1), "saddr", NULL, "ip6"},
		{LEAF(FIELD_TEXT, "unsigned char[16]", "", 0, 16), "saddr", NULL, "ip6"},
		{LEAF(FIELD_TEXT, "char[16]", "", 0, 16), "ip", NULL, "text"},
		{ARRAY_OF("__u8[6]", "", 0, 6, 1), "mac", NULL, "mac"},
		{ARRAY_OF("__u8[6]", "", 0, 6, 1), "h_dest", NULL, "mac"},
		{ARRAY_OF("__u8[6]", "", 0, 6, 1), "counts", NULL, "fields"},
		{U(2), "dport", NULL, "port"},
		{U(8), "ports_seen", NULL, "ktime"},
		{U(8), "ports", NULL, "dec"},
		{LEAF(FIELD_UINT, "__be16", "", 0, 2), "h_proto", NULL, "ethertype"},
		{U(4), "syscall_nr", NULL, "syscall"},
		{U(1), "proto", NULL, "proto"},
		{U(1), "nexthdr", NULL, "proto"},
		{U(4), "ingress_ifindex", NULL, "ifname"},
		{U(8), "latency_ns", NULL, "duration"},
		{U(8), "last_seen", NULL, "ktime"},
		{U(8), "last_seen_ns", NULL, "ktime"},
		{U(8), "start_ns", NULL, "ktime"},
		{U(8), "ts", NULL, "ktime"},
		{U(8), "rx_bytes", NULL, "size"},
		{U(8), "bytes", NULL, "size"},
		{U(8), "packets", NULL, "dec"},
		{U(4), "tgid", NULL, "pid"},
		{U(8), "cgroup_id", NULL, "cgroup"},
		{U(4), "queue_id", NULL, "id"},
		{LEAF(FIELD_POINTER, "void *", "", 0, 8), "next", NULL, "hex"},
		{LEAF(FIELD_SPECIAL, "struct bpf_timer", "", 0, 16), "timer", NULL, "special"},
		{LEAF(FIELD_BOOL, "_Bool", "", 0, 1), "port", NULL, "bool"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct field field = cases[i].field;

		field.in_value = true;
		field.name = strrchr(cases[i].path, '.') ? strrchr(cases[i].path, '.') + 1
							 : cases[i].path;
		if (field.kind == FIELD_ARRAY)
			field.size = field.count * field.stride;
		assert_string_equal(format_choose(&field, cases[i].path, cases[i].tag)->name,
				    cases[i].format);
	}
}

static void counters_are_quantities_of_the_value(void **state)
{
	struct field field = U(8);

	(void)state;
	field.format = named("dec");
	assert_false(field_is_counter(&field));
	field.in_value = true;
	assert_true(field_is_counter(&field));
	field.format = named("hex");
	assert_false(field_is_counter(&field));
	field.format = named("size");
	field.kind = FIELD_REAL;
	assert_false(field_is_counter(&field));
}

/* struct { be32 addr; union { u32 a; u8 b[4]; }; u32 pad; struct { u16 n; } in[3]; } */
static void make_nested(struct plan *plan)
{
	plan_begin(plan, 8, 18, "test");
	add(plan, false, LEAF(FIELD_STRUCT, "struct lpm", "", 0, 8));
	add(plan, false, LEAF(FIELD_UINT, "__u32", "prefixlen", 0, 4));
	add(plan, false, ARRAY_OF("__u8[4]", "data", 4, 4, 1));
	add(plan, false, LEAF(FIELD_UINT, "__u8", "", 0, 1));
	plan_close(plan, NULL);
	plan_close(plan, NULL);
	add(plan, true, LEAF(FIELD_STRUCT, "struct value", "", 0, 18));
	add(plan, true, LEAF(FIELD_UINT, "__be32", "addr", 0, 4));
	add(plan, true, LEAF(FIELD_UNION, "union", "", 4, 4));
	add(plan, true, LEAF(FIELD_UINT, "__u32", "a", 4, 4));
	add(plan, true, ARRAY_OF("__u8[4]", "b", 4, 4, 1));
	add(plan, true, LEAF(FIELD_UINT, "__u8", "", 0, 1));
	plan_close(plan, NULL);
	plan_close(plan, NULL);
	add(plan, true, LEAF(FIELD_UINT, "__u32", "pad", 8, 4));
	add(plan, true, ARRAY_OF("struct in[3]", "in", 12, 3, 2));
	add(plan, true, LEAF(FIELD_STRUCT, "struct in", "", 0, 2));
	add(plan, true, LEAF(FIELD_UINT, "__u16", "n", 0, 2));
	for (int i = 0; i < 3; i++)
		plan_close(plan, NULL);
	finish(plan);
}

static void whole_values_are_printed(void **state)
{
	static const uint8_t value[18] = {10, 0, 0, 1, 1, 2, 0, 0, 9, 9, 9, 9, 7, 0, 8, 0, 9, 0};
	static const uint8_t key[8] = {24, 0, 0, 0, 192, 0, 2, 0};
	SCOPED(plan) plan = {0};
	SCOPED(buf) text = {0};

	(void)state;
	make_nested(&plan);
	format_print_side(&plan, true, value, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "{addr=10.0.0.1, a=513, b=[1, 2, 0, 0], "
					     "in=[{n=7}, {n=8}, {n=9}]}");
	buf_clear(&text);
	format_print_side(&plan, false, key, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "192.0.2.0/24"); /* a trie's key is one column */
	assert_true(field_is_leaf(&plan.fields[0]));
	buf_clear(&text);
	format_print(find(&plan, "in"), &plan, value, PRINT_EXACT, NULL, &text);
	assert_string_equal(buf_text(&text), "[{n=7}, {n=8}, {n=9}]");
}

static void long_arrays_are_cut(void **state)
{
	enum { ELEMENTS = 1 << 18 };
	static uint8_t value[ELEMENTS];
	SCOPED(plan) plan = {0};
	SCOPED(buf) text = {0};

	(void)state;
	plan_begin(&plan, 0, ELEMENTS, "test");
	add(&plan, true, ARRAY_OF("u8[][]", "", 0, ELEMENTS / 512, 512));
	add(&plan, true, ARRAY_OF("u8[]", "", 0, 512, 1));
	add(&plan, true, LEAF(FIELD_UINT, "u8", "", 0, 1));
	plan_close(&plan, NULL);
	plan_close(&plan, NULL);
	finish(&plan);
	format_print(&plan.fields[1], &plan, value, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "[0, 0, 0, 0, 0, 0, 0, 0, …+504]");
	buf_clear(&text);
	format_print(&plan.fields[0], &plan, value, PRINT_EXACT, NULL, &text);
	assert_true(text.len < 70000);
	assert_non_null(strstr(buf_text(&text), "…+"));
}

/* Arrays of arrays of nothing: few bytes of BTF, more elements than a lifetime has. */
static void arrays_of_nothing_end(void **state)
{
	static const uint8_t value[4];
	SCOPED(plan) plan = {0};
	SCOPED(buf) text = {0};

	(void)state;
	plan_begin(&plan, 0, 4, "test");
	for (int i = 0; i < PLAN_MAX_DEPTH - 1; i++)
		add(&plan, true, ARRAY_OF("nothing", "", 0, UINT32_MAX, 0));
	add(&plan, true, LEAF(FIELD_STRUCT, "struct nothing", "", 0, 0));
	for (int i = 0; i < PLAN_MAX_DEPTH; i++)
		plan_close(&plan, NULL);
	finish(&plan);
	format_print(&plan.fields[0], &plan, value, PRINT_EXACT, NULL, &text);
	assert_true(text.len < 200000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		cmocka_unit_test(whole_values_are_printed),
#endif
		cmocka_unit_test(the_first_rule_that_says_so),
		cmocka_unit_test(counters_are_quantities_of_the_value),
		cmocka_unit_test(long_arrays_are_cut),
		cmocka_unit_test(arrays_of_nothing_end),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
