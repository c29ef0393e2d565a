/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BTF into plans, one thing at a time; what libbpf can't do (wide, straddling and legacy bitfields) is
 * checked bit by bit. Random layouts: test_btfplan_random.c. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format.h"
#include "model/plan.h"
#include "read/btfplan.h"

/* -- one thing at a time -- */

struct fixture {
	struct btf *btf;
	struct plan plan;
	struct err err;
	int u8, u32, s32, u64, chr;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->btf = btf__new_empty();
	if (!f->btf) {
		free(f);
		return -1;
	}
	btf__set_pointer_size(f->btf, 8);
	f->u8 = btf__add_int(f->btf, "unsigned char", 1, 0);
	f->u32 = btf__add_int(f->btf, "unsigned int", 4, 0);
	f->s32 = btf__add_int(f->btf, "int", 4, BTF_INT_SIGNED);
	f->u64 = btf__add_int(f->btf, "unsigned long long", 8, 0);
	f->chr = btf__add_int(f->btf, "char", 1, BTF_INT_SIGNED);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	plan_release(&f->plan);
	btf__free(f->btf);
	free(f);
	return 0;
}

/* Compiles type as the value beside a u32 key. */
static void compile(struct fixture *f, int type, uint32_t size)
{
	if (btfplan_compile(f->btf, f->u32, type, 4, size, &f->plan, &f->err))
		fail_msg("%s", f->err.text);
}

static void refuses(struct fixture *f, int type, uint32_t size, const char *words)
{
	int r = btfplan_compile(f->btf, f->u32, type, 4, size, &f->plan, &f->err);

	assert_true(r == -EINVAL || r == -E2BIG);
	if (!strstr(f->err.text, words))
		fail_msg("'%s' does not say '%s'", f->err.text, words);
	assert_int_equal(f->plan.n_fields, 0);
}

static const struct field *get(const struct fixture *f, const char *path)
{
	const struct field *field = plan_find(&f->plan, path, strlen(path), NULL);

	if (!field)
		fail_msg("no field '%s'", path);
	return field;
}

/* btf__add_int knows no legacy bitfields; the header's word is set by hand. */
static int add_legacy_int(struct btf *btf, const char *name, uint32_t size, unsigned encoding,
			  unsigned offset, unsigned n_bits)
{
	int id = btf__add_int(btf, name, size, 0);
	struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, id);

	assert_true(id > 0 && t);
	*(uint32_t *)(t + 1) = encoding << 24 | offset << 16 | n_bits;
	return id;
}

static uint64_t bits_of(const uint8_t *bytes, unsigned start, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)(bytes[(start + i) / 8] >> (start + i) % 8 & 1) << i;
	return value;
}

static void types_are_named_as_declared(void **state)
{
	struct fixture *f = *state;
	int be32 = btf__add_typedef(f->btf, "__be32", btf__add_const(f->btf, f->u32));
	int inner = btf__add_struct(f->btf, "flow_key", 4);

	btf__add_field(f->btf, "saddr", be32, 0, 0);
	int pointer = btf__add_ptr(f->btf, btf__add_volatile(f->btf, inner));
	int pointers = btf__add_ptr(f->btf, pointer);
	int name = btf__add_array(f->btf, f->u32, f->chr, 16);
	int grid = btf__add_array(f->btf, f->u32, btf__add_array(f->btf, f->u32, f->u64, 3), 2);
	int to_row = btf__add_ptr(f->btf, btf__add_array(f->btf, f->u32, f->u64, 3));
	int call = btf__add_ptr(f->btf, btf__add_func_proto(f->btf, 0));
	int kept = btf__add_array(f->btf, f->u32, pointer, 2);
	int outer = btf__add_struct(f->btf, "outer", 116);
	static const struct {
		const char *path, *type;
	} rows[] = {
		{"key", "unsigned int"},
		{"k", "struct flow_key"},
		{"k.saddr", "__be32"},
		{"pp", "struct flow_key **"},
		{"name", "char[16]"},
		{"grid", "unsigned long long[2][3]"},
		{"row", "unsigned long long (*)[3]"},
		{"call", "void (*)()"},
		{"kept", "struct flow_key *[2]"},
	};

	btf__add_field(f->btf, "k", inner, 0, 0);
	btf__add_field(f->btf, "pp", pointers, 32, 0);
	btf__add_field(f->btf, "name", name, 96, 0);
	btf__add_field(f->btf, "grid", grid, 224, 0);
	btf__add_field(f->btf, "row", to_row, 608, 0);
	btf__add_field(f->btf, "call", call, 672, 0);
	btf__add_field(f->btf, "kept", kept, 736, 0);
	btf__add_field(f->btf, "rest", f->u64, 864, 0);
	compile(f, outer, 116);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(get(f, rows[i].path)->type, rows[i].type);
	assert_int_equal(get(f, "name")->kind, FIELD_TEXT);
	assert_int_equal(get(f, "grid")->count, 2);
	assert_int_equal(get(f, "grid")->stride, 24);
}

static void only_char_arrays_are_text(void **state)
{
	struct fixture *f = *state;
	int schar = btf__add_int(f->btf, "signed char", 1, BTF_INT_SIGNED);
	int gcc_char = btf__add_int(f->btf, "c8", 1, BTF_INT_CHAR);
	static const enum field_kind kinds[] = {FIELD_TEXT, FIELD_ARRAY, FIELD_ARRAY, FIELD_TEXT};
	int elements[] = {f->chr, f->u8, schar, gcc_char};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		compile(f, btf__add_array(f->btf, f->u32, elements[i], 6), 6);
		assert_int_equal(f->plan.fields[1].kind, kinds[i]);
		plan_release(&f->plan);
	}
}

static void tags_choose_formats_and_hide(void **state)
{
	struct fixture *f = *state;
	int address = btf__add_typedef(f->btf, "address_t", f->u32);
	int list = btf__add_array(f->btf, f->u32, f->u32, 2);
	int s = btf__add_struct(f->btf, "s", 24);

	btf__add_field(f->btf, "a", address, 0, 0);
	btf__add_field(f->btf, "b", f->u32, 32, 0);
	btf__add_field(f->btf, "c", f->u32, 64, 0);
	btf__add_field(f->btf, "d", address, 96, 0);
	btf__add_field(f->btf, "e", list, 128, 0);
	btf__add_decl_tag(f->btf, "bpfmaptop:hide", s, 1);
	btf__add_decl_tag(f->btf, "bpfmaptop:ip4", address, -1);
	btf__add_decl_tag(f->btf, "other:mac", s, 2);
	btf__add_decl_tag(f->btf, "bpfmaptop:nosuchformat", s, 2);
	btf__add_decl_tag(f->btf, "bpfmaptop:hex", s, 3);
	btf__add_decl_tag(f->btf, "bpfmaptop:ip4", s, 4);
	compile(f, s, 24);
	assert_string_equal(get(f, "a")->format->name, "ip4");
	assert_true(get(f, "b")->is_hidden);
	assert_false(get(f, "c")->is_hidden);
	assert_string_equal(get(f, "c")->format->name, "dec");
	assert_string_equal(get(f, "d")->format->name, "hex");
	assert_string_equal(get(f, "e")[1].format->name, "ip4");
}

static void special_fields_are_what_they_are(void **state)
{
	struct fixture *f = *state;
	int lock = btf__add_struct(f->btf, "bpf_spin_lock", 4);

	btf__add_field(f->btf, "val", f->u32, 0, 0);
	int task = btf__add_fwd(f->btf, "task_struct", BTF_FWD_STRUCT);
	int kptr = btf__add_ptr(f->btf, btf__add_type_tag(f->btf, "kptr_untrusted", task));
	int user = btf__add_ptr(f->btf, btf__add_type_tag(f->btf, "user", task));
	int s = btf__add_struct(f->btf, "s", 24);

	btf__add_field(f->btf, "lock", lock, 0, 0);
	btf__add_field(f->btf, "task", kptr, 64, 0);
	btf__add_field(f->btf, "mem", user, 128, 0);
	compile(f, s, 24);
	assert_int_equal(get(f, "lock")->kind, FIELD_SPECIAL);
	assert_string_equal(get(f, "lock")->type, "struct bpf_spin_lock");
	assert_int_equal(get(f, "task")->kind, FIELD_SPECIAL);
	assert_string_equal(get(f, "task")->type, "struct task_struct *");
	assert_int_equal(get(f, "mem")->kind, FIELD_POINTER);
}

static void bitfields_of_all_ages_read_their_bits(void **state)
{
	struct fixture *f = *state;
	int legacy = add_legacy_int(f->btf, "legacy", 4, 0, 0, 5);
	int shifted = add_legacy_int(f->btf, "shifted", 4, BTF_INT_SIGNED, 3, 7);
	int old = btf__add_struct(f->btf, "old", 8);

	assert_true(legacy > 0 && shifted > 0 && old > 0);
	btf__add_field(f->btf, "a", legacy, 0, 0);
	btf__add_field(f->btf, "b", shifted, 32, 0);
	int new = btf__add_struct(f->btf, "new", 9);
	btf__add_field(f->btf, "wide", f->u64, 5, 64); /* straddles nine bytes */
	int s = btf__add_struct(f->btf, "s", 17);
	btf__add_field(f->btf, "old", old, 0, 0);
	btf__add_field(f->btf, "new", new, 64, 0);
	uint8_t bytes[17];
	uint64_t seed = 7;

	compile(f, s, 17);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = num_random(&seed);
	assert_int_equal(decode_u64(get(f, "old.a"), bytes), bits_of(bytes, 0, 5));
	assert_int_equal(decode_u64(get(f, "old.b"), bytes) & 0x7f, bits_of(bytes, 35, 7));
	assert_int_equal(decode_u64(get(f, "old.b"), bytes) >> 7,
			 bits_of(bytes, 41, 1) ? UINT64_MAX >> 7 : 0);
	assert_int_equal(decode_u64(get(f, "new.wide"), bytes), bits_of(bytes + 8, 5, 64));
}

static void enums_widen_with_their_names(void **state)
{
	struct fixture *f = *state;
	int old = btf__add_enum(f->btf, "verdict", 4);

	assert_true(old > 0);
	btf__add_enum_value(f->btf, "DENY", -1);
	/* as compilers before the signed flag wrote it */
	((struct btf_type *)btf__type_by_id(f->btf, old))->info &= ~(1u << 31);
	int huge = btf__add_enum64(f->btf, "huge", 8, false);
	btf__add_enum64_value(f->btf, "ALL", UINT64_MAX);
	int small = btf__add_enum(f->btf, "small", 2);
	btf__add_enum_value(f->btf, "LOW", -2);
	int s = btf__add_struct(f->btf, "s", 16);
	btf__add_field(f->btf, "old", old, 0, 0);
	btf__add_field(f->btf, "small", small, 32, 0);
	btf__add_field(f->btf, "huge", huge, 64, 0);
	const struct {
		int32_t old;
		int16_t small, pad;
		uint64_t huge;
	} row = {-1, -2, 0, UINT64_MAX};
	const uint8_t *base = (const uint8_t *)&row;

	compile(f, s, 16);
	assert_string_equal(decode_enum_name(get(f, "old"), decode_u64(get(f, "old"), base)),
			    "DENY");
	assert_string_equal(decode_enum_name(get(f, "huge"), decode_u64(get(f, "huge"), base)),
			    "ALL");
	assert_string_equal(decode_enum_name(get(f, "small"), decode_u64(get(f, "small"), base)),
			    "LOW");
	assert_false(get(f, "huge")->is_signed);
}

static void a_section_is_its_variables(void **state)
{
	struct fixture *f = *state;
	int name = btf__add_array(f->btf, f->u32, f->chr, 8);
	int a = btf__add_var(f->btf, "count", BTF_VAR_GLOBAL_ALLOCATED, f->u64);
	int b = btf__add_var(f->btf, "label", BTF_VAR_STATIC, name);
	int section = btf__add_datasec(f->btf, ".data", 24);

	btf__add_datasec_var_info(f->btf, a, 0, 8);
	btf__add_datasec_var_info(f->btf, b, 12, 8);
	btf__add_decl_tag(f->btf, "bpfmaptop:size", a, -1);
	compile(f, section, 32); /* the map's value may be padded */
	assert_true(f->plan.is_variables);
	assert_int_equal(f->plan.n_variables, 2);
	assert_string_equal(f->plan.fields[f->plan.variables[1]].name, "label");
	assert_int_equal(f->plan.fields[f->plan.variables[1]].offset, 12);
	assert_string_equal(get(f, "count")->format->name, "size");
	plan_release(&f->plan);
	refuses(f, section, 16, "'label' ends at byte 20");
}

static void sizes_that_disagree_part_at_a_field(void **state)
{
	struct fixture *f = *state;
	int s = btf__add_struct(f->btf, "flow", 16);

	btf__add_field(f->btf, "saddr", f->u32, 0, 0);
	btf__add_field(f->btf, "count", f->u64, 64, 0);
	refuses(f, s, 12,
		"'struct flow' has 16 bytes and the map's values have 12: they part at 'count'");
	refuses(f, s, 24, "have 24: they part behind 'count'");
	assert_int_equal(btfplan_compile(f->btf, f->u64, 0, 4, 4, &f->plan, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.text, "the key type 'unsigned long long' has 8 bytes"));
}

static void sides_without_a_type_are_bytes(void **state)
{
	struct fixture *f = *state;
	int fwd = btf__add_fwd(f->btf, "opaque", BTF_FWD_STRUCT);

	assert_int_equal(btfplan_compile(f->btf, 0, fwd, 6, 10, &f->plan, &f->err), 0);
	assert_int_equal(f->plan.n_fields, 2);
	assert_int_equal(f->plan.fields[0].kind, FIELD_BYTES);
	assert_int_equal(f->plan.fields[1].size, 10);
}

/* What no compiler writes. Ids of types still to come make the loops. */
static void malformed_types_are_refused(void **state)
{
	struct fixture *f = *state;
	int next = btf__type_cnt(f->btf);
	int loop = btf__add_typedef(f->btf, "loop", next + 1);

	btf__add_const(f->btf, loop);
	refuses(f, loop, 4, "in a circle");
	refuses(f, 9999, 4, "isn't there");

	int self = btf__type_cnt(f->btf);
	btf__add_struct(f->btf, "self", 8);
	btf__add_field(f->btf, "me", self + 1, 0, 0);
	btf__add_array(f->btf, f->u32, self, 1);
	refuses(f, self, 8, "nested deeper");

	int huge = btf__add_array(f->btf, f->u32, f->u64, 0x40000000);
	int twice = btf__add_struct(f->btf, "twice", 8);
	btf__add_field(f->btf, "huge", huge, 0, 0);
	refuses(f, twice, 8, "impossible size");

	int far = btf__add_struct(f->btf, "far", 8);
	btf__add_field(f->btf, "out", f->u64, 32, 0);
	refuses(f, far, 8, "reaches beyond");
}

static void empty_elements_do_not_repeat(void **state)
{
	struct fixture *f = *state;
	int empty = btf__add_struct(f->btf, "empty", 0);
	int many = btf__add_array(f->btf, f->u32, empty, UINT32_MAX);
	int s = btf__add_struct(f->btf, "s", 4);

	btf__add_field(f->btf, "many", many, 0, 0);
	btf__add_field(f->btf, "n", f->u32, 0, 0);
	compile(f, s, 4);
	assert_int_equal(get(f, "many")->count, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(types_are_named_as_declared),
		CASE(only_char_arrays_are_text),
		CASE(tags_choose_formats_and_hide),
		CASE(special_fields_are_what_they_are),
		CASE(bitfields_of_all_ages_read_their_bits),
		CASE(enums_widen_with_their_names),
		CASE(a_section_is_its_variables),
		CASE(sizes_that_disagree_part_at_a_field),
		CASE(sides_without_a_type_are_bytes),
		CASE(malformed_types_are_refused),
		CASE(empty_elements_do_not_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
