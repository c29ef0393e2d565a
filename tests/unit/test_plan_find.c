/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names that more than one field of a plan could have. */
#include "tests/unit/plan_make.h"

#include <errno.h>

#include "base/buf.h"
#include "base/tidy.h"

static void both_sides_may_share_a_name(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(buf) name = {0};
	struct err err = {0};

	(void)state;
	plan_begin(&plan, 4, 8, "test");
	add(&plan, false, LEAF(FIELD_UINT, "__u32", "id", 0, 4));
	add(&plan, true, LEAF(FIELD_UINT, "__u32", "id", 0, 4));
	add(&plan, true, LEAF(FIELD_UINT, "__u32", "n", 4, 4));
	finish(&plan);
	assert_null(plan_find(&plan, "id", 2, &err));
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, "'id' may be several fields; say which: key.id, value.id");
	assert_ptr_equal(find(&plan, "value.id"), &plan.fields[1]);
	plan_name(&plan, &plan.fields[0], &name);
	assert_string_equal(buf_text(&name), "key.id");
	buf_clear(&name);
	plan_name(&plan, &plan.fields[2], &name);
	assert_string_equal(buf_text(&name), "n");
}

/* struct counter { __u64 value; __u64 key; } behind struct pair { __u32 key; __u32 other; } */
static void a_member_may_be_called_as_its_side(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(buf) name = {0};
	struct err err = {0};

	(void)state;
	plan_begin(&plan, 8, 16, "test");
	add(&plan, false, LEAF(FIELD_STRUCT, "struct pair", "", 0, 8));
	add(&plan, false, LEAF(FIELD_UINT, "__u32", "key", 0, 4));
	add(&plan, false, LEAF(FIELD_UINT, "__u32", "other", 4, 4));
	assert_int_equal(plan_close(&plan, NULL), 0);
	add(&plan, true, LEAF(FIELD_STRUCT, "struct counter", "", 0, 16));
	add(&plan, true, LEAF(FIELD_UINT, "__u64", "value", 0, 8));
	add(&plan, true, LEAF(FIELD_UINT, "__u64", "key", 8, 8));
	assert_int_equal(plan_close(&plan, NULL), 0);
	finish(&plan);
	assert_ptr_equal(find(&plan, "value"), &plan.fields[4]);
	assert_ptr_equal(find(&plan, "value.value"), &plan.fields[4]);
	assert_ptr_equal(find(&plan, "key.key"), &plan.fields[1]);
	assert_ptr_equal(find(&plan, "value.key"), &plan.fields[5]);
	assert_null(plan_find(&plan, "key", 3, &err));
	assert_string_equal(err.text, "'key' may be several fields; say which: key.key, value.key");
	plan_name(&plan, &plan.fields[4], &name);
	assert_string_equal(buf_text(&name), "value");
}

static void ambiguous_tails_are_listed(void **state)
{
	SCOPED(plan) plan = {0};
	struct err err = {0};

	(void)state;
	plan_begin(&plan, 0, 16, "test");
	for (uint32_t i = 0; i < 2; i++) {
		add(&plan, true, LEAF(FIELD_STRUCT, "struct dir", i ? "tx" : "rx", i * 8, 8));
		add(&plan, true, LEAF(FIELD_UINT, "__u64", "packets", i * 8, 8));
		assert_int_equal(plan_close(&plan, NULL), 0);
	}
	finish(&plan);
	assert_null(plan_find(&plan, "packets", 7, &err));
	assert_non_null(strstr(err.text, "rx.packets, tx.packets"));
	assert_ptr_equal(find(&plan, "tx.packets"), &plan.fields[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_may_share_a_name),
		cmocka_unit_test(a_member_may_be_called_as_its_side),
		cmocka_unit_test(ambiguous_tails_are_listed),
	};

	return cmocka_run_group_tests_name("plan_find", tests, NULL, NULL);
}
