/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plans: what may be built, how fields are called, and how they are found. */
#include "tests/unit/plan_make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/words.h"

/* struct key { __be32 saddr; union { __be32 daddr; struct { u16 low, high; }; }; };
 * struct value { u64 packets; struct { u64 saddr; u32 a:3; s32 b:5; } inner; struct cell { u16 x; u16 y; } cells[4]; } */
static void make(struct plan *plan)
{
	struct field low = LEAF(FIELD_UINT, "__u32", "a", 16, 0);
	struct field high = LEAF(FIELD_INT, "int", "b", 16, 0);

	low.is_bitfield = high.is_bitfield = true;
	low.bit_size = 3;
	high.bit_size = 7;
	high.bit_shift = 3;
	plan_begin(plan, 8, 40, "test");
	add(plan, false, LEAF(FIELD_STRUCT, "struct key", "", 0, 8));
	add(plan, false, LEAF(FIELD_UINT, "__be32", "saddr", 0, 4));
	add(plan, false, LEAF(FIELD_UNION, "union", "", 4, 4));
	add(plan, false, LEAF(FIELD_UINT, "__be32", "daddr", 4, 4));
	add(plan, false, LEAF(FIELD_STRUCT, "struct", "", 4, 4));
	add(plan, false, LEAF(FIELD_UINT, "__u16", "low", 4, 2));
	add(plan, false, LEAF(FIELD_UINT, "__u16", "high", 6, 2));
	for (int i = 0; i < 3; i++)
		assert_int_equal(plan_close(plan, NULL), 0);
	add(plan, true, LEAF(FIELD_STRUCT, "struct value", "", 0, 40));
	add(plan, true, LEAF(FIELD_UINT, "__u64", "packets", 0, 8));
	add(plan, true, LEAF(FIELD_STRUCT, "struct inner", "inner", 8, 16));
	add(plan, true, LEAF(FIELD_UINT, "__u64", "saddr", 8, 8));
	add(plan, true, low);
	add(plan, true, high);
	assert_int_equal(plan_close(plan, NULL), 0);
	add(plan, true, ARRAY_OF("struct cell[4]", "cells", 24, 4, 4));
	add(plan, true, LEAF(FIELD_STRUCT, "struct cell", "", 0, 4));
	add(plan, true, LEAF(FIELD_UINT, "__u16", "x", 0, 2));
	add(plan, true, LEAF(FIELD_UINT, "__u16", "y", 2, 2));
	for (int i = 0; i < 3; i++)
		assert_int_equal(plan_close(plan, NULL), 0);
	finish(plan);
}

static void fields_know_their_place(void **state)
{
	static const struct {
		const char *path;
		unsigned depth, n_below;
		bool in_array;
	} expected[] = {
		{"key", 0, 6},
		{"saddr", 1, 0},
		{"", 1, 4},
		{"daddr", 2, 0},
		{"", 2, 2},
		{"low", 3, 0},
		{"high", 3, 0},
		{"value", 0, 9},
		{"packets", 1, 0},
		{"inner", 1, 3},
		{"inner.saddr", 2, 0},
		{"inner.a", 2, 0},
		{"inner.b", 2, 0},
		{"cells", 1, 3},
		{"cells[]", 2, 2, true},
		{"cells[].x", 3, 0, true},
		{"cells[].y", 3, 0, true},
	};
	SCOPED(plan) plan = {0};

	(void)state;
	make(&plan);
	assert_int_equal(plan.n_fields, ARRAY_LEN(expected));
	assert_int_equal(plan.n_key_fields, 7);
	for (uint32_t i = 0; i < plan.n_fields; i++) {
		assert_string_equal(plan.fields[i].path, expected[i].path);
		assert_int_equal(plan.fields[i].depth, expected[i].depth);
		assert_int_equal(plan.fields[i].n_below, expected[i].n_below);
		assert_int_equal(plan.fields[i].in_array, expected[i].in_array);
		assert_non_null(plan.fields[i].format);
	}
	assert_int_equal(plan.fields[12].size, 2); /* 7 bits from bit 3: two bytes */
	assert_int_equal(plan.fields[13].size, 16);
}

static void names_are_found(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(buf) name = {0};
	struct err err = {0};

	(void)state;
	make(&plan);
	assert_ptr_equal(find(&plan, "saddr"), &plan.fields[1]); /* a whole path beats a tail */
	assert_ptr_equal(find(&plan, "inner.saddr"), &plan.fields[10]);
	assert_ptr_equal(find(&plan, "value.inner.saddr"), &plan.fields[10]);
	assert_ptr_equal(find(&plan, "value.saddr"), &plan.fields[10]);
	assert_ptr_equal(find(&plan, "key.daddr"), &plan.fields[3]);
	assert_ptr_equal(find(&plan, "a"), &plan.fields[11]);
	assert_ptr_equal(find(&plan, "key"), &plan.fields[0]);
	assert_null(plan_find(&plan, "x", 1, &err)); /* elements have no column */
	assert_null(plan_find(&plan, "", 0, &err));
	assert_null(plan_find(&plan, "packts", 6, &err));
	assert_int_equal(err.code, -ENOENT);
	assert_string_equal(err.text, "no field is called 'packts'; did you mean 'packets'?");
	assert_null(plan_find(&plan, "somethingelse", 13, &err));
	assert_non_null(strstr(err.text, "there are saddr, daddr, low, high, packets"));
	for (uint32_t i = 0; i < plan.n_fields; i++) {
		if (plan.fields[i].in_array || !plan.fields[i].path[0])
			continue;
		buf_clear(&name);
		plan_name(&plan, &plan.fields[i], &name);
		assert_ptr_equal(find(&plan, buf_text(&name)), &plan.fields[i]);
	}
}

/* A struct of 8 bytes is open; each of these must be refused in it. */
static void what_does_not_fit_is_refused(void **state)
{
	struct field wide_bits = LEAF(FIELD_UINT, "u64", "bits", 4, 0);
	struct field no_bits = wide_bits, far_bits = wide_bits, text_bits = wide_bits;

	wide_bits.is_bitfield = no_bits.is_bitfield = far_bits.is_bitfield = true;
	text_bits.is_bitfield = true;
	wide_bits.bit_size = 33; /* reaches into byte 8 */
	far_bits.bit_shift = 8;
	far_bits.bit_size = 1;
	text_bits.kind = FIELD_TEXT;
	text_bits.bit_size = 1;

	const struct field bad[] = {
		LEAF(FIELD_UINT, "u64", "past", 4, 8),
		LEAF(FIELD_UINT, "u8", "before", 3, 1),
		LEAF(FIELD_UINT, "u64", "wraps", UINT32_MAX, 8),
		LEAF(FIELD_UINT, "none", "empty", 4, 0),
		LEAF(FIELD_UINT, "huge", "huge", 4, 17),
		LEAF(FIELD_CHAR, "char", "c", 4, 2),
		LEAF(N_FIELD_KINDS, "odd", "odd", 4, 1),
		ARRAY_OF("u8[9]", "long", 4, 9, 1),
		ARRAY_OF("wrap", "wrap", 4, 1u << 31, 4),
		wide_bits,
		no_bits,
		far_bits,
		text_bits,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		SCOPED(plan) plan = {0};
		struct err err = {0};

		plan_begin(&plan, 4, 16, "test");
		add(&plan, true, LEAF(FIELD_STRUCT, "struct s", "s", 4, 4));
		if (plan_add(&plan, true, &bad[i], &err) != -EINVAL)
			fail_msg("'%s' was taken", bad[i].name);
		assert_true(err.text[0]);
	}
}

static void order_and_nesting_are_checked(void **state)
{
	struct field leaf = LEAF(FIELD_UINT, "u8", "x", 0, 1);
	struct err err = {0};

	(void)state;
	{ /* key after value, close without open */
		SCOPED(plan) plan = {0};

		plan_begin(&plan, 4, 4, "test");
		add(&plan, true, leaf);
		assert_int_equal(plan_add(&plan, false, &leaf, &err), -EINVAL);
		assert_int_equal(plan_close(&plan, &err), -EINVAL);
	}
	{ /* an element too many, an element too large, none at all, never closed */
		SCOPED(plan) plan = {0};
		struct field pair = LEAF(FIELD_UINT, "u16", "x", 0, 2);

		plan_begin(&plan, 0, 4, "test");
		add(&plan, true, ARRAY_OF("u8[4]", "a", 0, 4, 1));
		assert_int_equal(plan_add(&plan, true, &pair, &err), -EINVAL);
		add(&plan, true, leaf);
		assert_int_equal(plan_add(&plan, true, &leaf, &err), -EINVAL);
		assert_int_equal(plan_finish(&plan, &err), -EINVAL);
	}
	{
		SCOPED(plan) plan = {0};

		plan_begin(&plan, 0, 4, "test");
		add(&plan, true, ARRAY_OF("u8[4]", "a", 0, 4, 1));
		assert_int_equal(plan_close(&plan, &err), -EINVAL);
	}
	{ /* the value's field inside the key */
		SCOPED(plan) plan = {0};

		plan_begin(&plan, 4, 4, "test");
		add(&plan, false, LEAF(FIELD_STRUCT, "struct s", "s", 0, 4));
		assert_int_equal(plan_add(&plan, true, &leaf, &err), -EINVAL);
	}
}

static void depth_and_count_are_bounded(void **state)
{
	struct field nest = LEAF(FIELD_STRUCT, "struct s", "s", 0, 4);
	struct field leaf = LEAF(FIELD_UINT, "u8", "x", 0, 1);
	struct err err = {0};
	int r = 0;

	(void)state;
	{
		SCOPED(plan) plan = {0};
		int depth = 0;

		plan_begin(&plan, 0, 4, "test");
		for (; (r = plan_add(&plan, true, &nest, &err)) == 0; depth++)
			assert_true(depth < PLAN_MAX_DEPTH);
		assert_int_equal(r, -E2BIG);
		assert_int_equal(depth, PLAN_MAX_DEPTH);
	}
	{
		SCOPED(plan) plan = {0};

		plan_begin(&plan, 0, 4, "test");
		for (int i = 0; i < PLAN_MAX_FIELDS; i++)
			assert_int_equal(plan_add(&plan, true, &leaf, &err), 0);
		assert_int_equal(plan_add(&plan, true, &leaf, &err), -E2BIG);
	}
}

static void a_large_array_costs_one_prototype(void **state)
{
	SCOPED(plan) plan = {0};

	(void)state;
	plan_begin(&plan, 4, 1 << 20, "test");
	add(&plan, false, LEAF(FIELD_UINT, "u32", "", 0, 4));
	add(&plan, true, ARRAY_OF("u64[]", "", 0, 1 << 17, 8));
	add(&plan, true, LEAF(FIELD_UINT, "u64", "", 0, 8));
	assert_int_equal(plan_close(&plan, NULL), 0);
	finish(&plan);
	assert_int_equal(plan.n_fields, 3);
	assert_string_equal(plan.fields[1].path, "value");
	assert_string_equal(plan.fields[2].path, "value[]");
	assert_false(field_is_counter(&plan.fields[2]));
}

static void empty_arrays_may_stand_at_the_end(void **state)
{
	SCOPED(plan) plan = {0};

	(void)state;
	plan_begin(&plan, 0, 4, "test");
	add(&plan, true, LEAF(FIELD_STRUCT, "struct s", "", 0, 4));
	add(&plan, true, LEAF(FIELD_UINT, "u32", "n", 0, 4));
	add(&plan, true, ARRAY_OF("u64[0]", "tail", 4, 0, 8));
	add(&plan, true, LEAF(FIELD_UINT, "u64", "", 0, 8));
	assert_int_equal(plan_close(&plan, NULL), 0);
	assert_int_equal(plan_close(&plan, NULL), 0);
	finish(&plan);
	assert_int_equal(find(&plan, "tail")->size, 0);
}

static void variables_are_listed(void **state)
{
	SCOPED(plan) plan = {0};

	(void)state;
	plan_begin(&plan, 4, 16, "test");
	plan.is_variables = true;
	add(&plan, false, LEAF(FIELD_UINT, "u32", "", 0, 4));
	add(&plan, true, LEAF(FIELD_STRUCT, "struct s", "config", 0, 8));
	add(&plan, true, LEAF(FIELD_UINT, "u32", "limit", 0, 4));
	assert_int_equal(plan_close(&plan, NULL), 0);
	add(&plan, true, LEAF(FIELD_UINT, "u64", "drops", 8, 8));
	finish(&plan);
	assert_int_equal(plan.n_variables, 2);
	assert_int_equal(plan.variables[0], 1);
	assert_int_equal(plan.variables[1], 3);
	assert_ptr_equal(find(&plan, "limit"), &plan.fields[2]);
	assert_string_equal(plan.fields[2].path, "config.limit");
}

/* A variable is a row, whatever it is called; a member of that name is a hole in a struct. */
static void padding_is_hidden(void **state)
{
	(void)state;
	for (int is_variables = 0; is_variables < 2; is_variables++) {
		SCOPED(plan) plan = {0};

		plan_begin(&plan, 0, 8, "test");
		plan.is_variables = is_variables;
		add(&plan, true, LEAF(FIELD_UINT, "u32", "n", 0, 4));
		add(&plan, true, LEAF(FIELD_UINT, "u32", "__pad2", 4, 4));
		finish(&plan);
		assert_false(plan.fields[0].is_hidden);
		assert_int_equal(plan.fields[1].is_hidden, !is_variables);
	}
}

static void untyped_maps_are_bytes_or_words(void **state)
{
	static const struct {
		unsigned width, n_key, n_all;
	} cases[] = {{0, 1, 2}, {1, 8, 20}, {2, 4, 10}, {4, 2, 5}, {8, 1, 2}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		SCOPED(plan) plan = {0};

		assert_int_equal(plan_untyped(&plan, 8, 12, NULL), 0);
		assert_int_equal(plan_words(&plan, cases[i].width, NULL), 0);
		assert_false(plan.is_typed);
		assert_int_equal(plan.n_key_fields, cases[i].n_key);
		assert_int_equal(plan.n_fields, cases[i].n_all);
	}
	SCOPED(plan) words = {0};

	assert_int_equal(plan_untyped(&words, 8, 8, NULL), 0);
	assert_int_equal(plan_words(&words, 4, NULL), 0);
	assert_string_equal(words.origin, "none");
	assert_int_equal(find(&words, "k1")->offset, 4);
	assert_true(field_is_counter(find(&words, "v0")));

	SCOPED(plan) large = {0};

	assert_int_equal(plan_untyped(&large, 0, 1 << 20, NULL), 0);
	assert_int_equal(plan_words(&large, 1, NULL), 0);
	assert_int_equal(large.n_fields, 1);
}

static void words_that_do_not_fit_say_why(void **state)
{
	SCOPED(plan) large = {0};
	SCOPED(plan) odd = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(plan_untyped(&large, 4, 1 << 20, NULL), 0);
	assert_int_equal(plan_check_words(&large, 1, "m", &err), -EINVAL);
	assert_string_equal(err.text, "the value of map 'm' would be 1048576 words of 1 byte, and "
				      "8192 is the most");
	assert_int_equal(plan_untyped(&odd, 3, 4, NULL), 0);
	assert_int_equal(plan_check_words(&odd, 8, "m", &err), -EINVAL);
	assert_string_equal(err.text, "words of 8 bytes divide neither key nor value of map 'm'");
	assert_int_equal(plan_check_words(&odd, 2, "m", &err), 0);
}

/* Words replace what nobody has a layout of, and leave the other side as it was. */
static void words_leave_what_is_known(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(buf) before = {0}, after = {0};

	(void)state;
	make(&plan);
	plan_text(&plan, NULL, NULL, &before);
	assert_false(plan_has_unknown(&plan));
	assert_int_equal(plan_words(&plan, 4, NULL), 0);
	plan_text(&plan, NULL, NULL, &after);
	assert_string_equal(buf_text(&after), buf_text(&before));

	SCOPED(plan) variables = {0}; /* their keys are the map's, not what nobody knows */
	plan_begin(&variables, 4, 8, "test");
	variables.is_variables = true;
	add(&variables, false, LEAF(FIELD_BYTES, "bytes", "", 0, 4));
	add(&variables, true, LEAF(FIELD_UINT, "u64", "drops", 0, 8));
	finish(&variables);
	assert_false(plan_has_unknown(&variables));

	SCOPED(plan) half = {0};
	struct err err = {0};

	plan_begin(&half, 6, 8, "kernel");
	add(&half, false, (struct field){.kind = FIELD_BYTES, .type = "bytes", .size = 6});
	add(&half, true, (struct field){.kind = FIELD_STRUCT, .type = "struct v", .size = 8});
	add(&half, true,
	    (struct field){.name = "cells", .kind = FIELD_ARRAY, .count = 2, .stride = 4});
	add(&half, true, (struct field){.kind = FIELD_UINT, .type = "u32", .size = 4});
	assert_int_equal(plan_close(&half, &err), 0);
	assert_int_equal(plan_close(&half, &err), 0);
	assert_int_equal(plan_finish(&half, &err), 0);
	half.why_bytes = "nobody told";
	assert_true(plan_has_unknown(&half));
	assert_int_equal(plan_words(&half, 2, &err), 0);
	assert_int_equal(half.n_key_fields, 3);
	assert_int_equal(find(&half, "k2")->offset, 4);
	assert_int_equal(find(&half, "cells")->n_below, 1);
	assert_int_equal(find(&half, "cells")->depth, 1);
	assert_string_equal(half.why_bytes, "nobody told");
	assert_string_equal(half.origin, "kernel");
	assert_true(plan_has_unknown(&half));
	assert_int_equal(plan_word_bytes(&half), 2);
	assert_false(plan_takes_words(&half, 4));
	assert_int_equal(plan_words(&half, 0, &err), 0);
	assert_int_equal(plan_word_bytes(&half), 0);
	assert_int_equal(half.fields[0].kind, FIELD_BYTES);
	assert_int_equal(half.fields[0].size, 6);
	assert_int_equal(find(&half, "cells")->n_below, 1);
}

static void text_shows_the_layout(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(buf) text = {0};

	(void)state;
	make(&plan);
	plan_text(&plan, NULL, NULL, &text);
	assert_string_equal(buf_text(&text),
			    "  offset   size  type            field        format\n"
			    "key, 8 bytes\n"
			    "       0      8  struct key      key          fields\n"
			    "       0      4  __be32          saddr        ip4\n"
			    "       4      4  union           (union)      fields\n"
			    "       4      4  __be32          daddr        ip4\n"
			    "       4      4  struct          (struct)     fields\n"
			    "       4      2  __u16           low          id\n"
			    "       6      2  __u16           high         id\n"
			    "value, 40 bytes\n"
			    "       0     40  struct value    value        fields\n"
			    "       0      8  __u64           packets      dec\n"
			    "       8     16  struct inner    inner        fields\n"
			    "       8      8  __u64           inner.saddr  hex\n"
			    "    16:0     3b  __u32           inner.a      dec\n"
			    "    16:3     7b  int             inner.b      dec\n"
			    "      24     16  struct cell[4]  cells        fields\n"
			    "      +0      4  struct cell     cells[]      fields\n"
			    "      +0      2  __u16           cells[].x    dec\n"
			    "      +2      2  __u16           cells[].y    dec\n");
}

static void words_of_names(void **state)
{
	(void)state;
	assert_true(words_fit("src_ip", "*_ip"));
	assert_true(words_fit("srcIP4", "*_ip"));
	assert_true(words_fit("__pad12", "pad"));
	assert_true(words_fit("start_rx_ns", "start_*_ns"));
	assert_true(words_fit("h_dest", "*_x h_dest"));
	assert_false(words_fit("ports_seen", "*_port"));
	assert_false(words_fit("ipset", "ip *_ip"));
	assert_false(words_fit("ns_start", "*_ns"));
	assert_false(words_fit("", "*_ip"));
	assert_true(words_has("const __be16", "__be16", 6));
	assert_true(words_has("__u8[6]", "__u8", 4));
	assert_false(words_has("x__be16", "__be16", 6));
	assert_int_equal(words_distance("packts", 6, "packets", 7), 1);
	assert_int_equal(words_distance("", 0, "abc", 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_know_their_place),
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(order_and_nesting_are_checked),
		cmocka_unit_test(depth_and_count_are_bounded),
		cmocka_unit_test(a_large_array_costs_one_prototype),
		cmocka_unit_test(empty_arrays_may_stand_at_the_end),
		cmocka_unit_test(variables_are_listed),
		cmocka_unit_test(padding_is_hidden),
		cmocka_unit_test(untyped_maps_are_bytes_or_words),
		cmocka_unit_test(words_that_do_not_fit_say_why),
		cmocka_unit_test(words_leave_what_is_known),
		cmocka_unit_test(text_shows_the_layout),
		cmocka_unit_test(words_of_names),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
