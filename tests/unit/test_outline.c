/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tests/unit/plan_make.h"
#include "tests/unit/starved.h"

#include "base/buf.h"
#include "base/tidy.h"
#include "ui/outline.h"

enum { N_ELEMENTS = 1000, ELEMENT = 16 };

/* key: u32; value: struct { u64 n; struct { u64 x; u16 y[4]; } at[1000]; u32 all[1000]; } */
static void make_plan(struct plan *plan)
{
	struct err err;
	uint32_t at = 8, all = at + N_ELEMENTS * ELEMENT;

	plan_begin(plan, 4, all + N_ELEMENTS * 4, "test");
	add(plan, false, LEAF(FIELD_UINT, "u32", "", 0, 4));
	add(plan, true, LEAF(FIELD_STRUCT, "struct v", "", 0, all + N_ELEMENTS * 4));
	add(plan, true, LEAF(FIELD_UINT, "u64", "n", 0, 8));
	add(plan, true, ARRAY_OF("struct at[]", "at", at, N_ELEMENTS, ELEMENT));
	add(plan, true, LEAF(FIELD_STRUCT, "struct at", "", 0, ELEMENT));
	add(plan, true, LEAF(FIELD_UINT, "u64", "x", 0, 8));
	add(plan, true, ARRAY_OF("u16[4]", "y", 8, 4, 2));
	add(plan, true, LEAF(FIELD_UINT, "u16", "", 0, 2));
	for (int i = 0; i < 3; i++)
		assert_int_equal(plan_close(plan, &err), 0);
	add(plan, true, ARRAY_OF("u32[]", "all", all, N_ELEMENTS, 4));
	add(plan, true, LEAF(FIELD_UINT, "u32", "", 0, 4));
	for (int i = 0; i < 2; i++)
		assert_int_equal(plan_close(plan, &err), 0);
	finish(plan);
}

/* "depth path offset" of each line. */
static void take(void *ctx, const struct outline_line *line)
{
	buf_addf(ctx, "%d %s %u %zu %zu\n", line->depth, line->path,
		 line->can_fold ? line->base : line->field->offset, line->number, line->parent);
}

static size_t lines_of(const struct plan *plan, const struct folds *folds, size_t first, size_t n,
		       struct buf *out)
{
	struct outline_range value = {plan->n_key_fields, plan->n_fields};

	return outline_lines(plan, value, folds, first, n, take, out);
}

static void arrays_are_folded_until_somebody_opens_them(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(folds) folds = {0};
	SCOPED(buf) text = {0};

	(void)state;
	make_plan(&plan);
	assert_int_equal(lines_of(&plan, &folds, 0, 99, &text), 3);
	assert_string_equal(buf_text(&text), "0 n 0 0 0\n0 at 0 1 1\n0 all 0 2 2\n");
}

static void elements_know_their_place(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(folds) folds = {0};
	SCOPED(buf) text = {0};

	(void)state;
	make_plan(&plan);
	folds_toggle(&folds, "at");
	folds_toggle(&folds, "at[2]");
	folds_toggle(&folds, "at[2].y");
	assert_int_equal(lines_of(&plan, &folds, 3, 6, &text), 3 + N_ELEMENTS + 2 + 4);
	assert_string_equal(buf_text(&text), "1 at[1] 24 3 1\n"
					     "1 at[2] 40 4 1\n"
					     "2 at[2].x 40 5 4\n"
					     "2 at[2].y 40 6 4\n"
					     "3 at[2].y[0] 48 7 6\n"
					     "3 at[2].y[1] 50 8 6\n");
	folds_toggle(&folds, "at[2]");
	buf_clear(&text);
	assert_int_equal(lines_of(&plan, &folds, 4, 2, &text), 3 + N_ELEMENTS);
	assert_string_equal(buf_text(&text), "1 at[2] 40 4 1\n1 at[3] 56 5 1\n");
}

static void a_window_is_a_part_of_the_whole(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(folds) folds = {.all = FOLDS_OPEN};
	SCOPED(buf) whole = {0}, parts = {0};
	size_t n, window = unless_starved(7, 997);

	(void)state;
	make_plan(&plan);
	folds_toggle(&folds, "at[500]");
	n = lines_of(&plan, &folds, 0, SIZE_MAX / 2, &whole);
	assert_int_equal(n, 3 + N_ELEMENTS * 8 - 6);
	for (size_t at = 0; at < n; at += window)
		assert_int_equal(lines_of(&plan, &folds, at, window, &parts), n);
	assert_string_equal(buf_text(&parts), buf_text(&whole));
}

static void all_at_once_and_back(void **state)
{
	SCOPED(plan) plan = {0};
	SCOPED(folds) folds = {0};
	SCOPED(buf) text = {0};

	(void)state;
	make_plan(&plan);
	folds_toggle(&folds, "at");
	folds_all(&folds);
	assert_int_equal(lines_of(&plan, &folds, 0, 0, &text), 3 + N_ELEMENTS * 8);
	folds_all(&folds);
	assert_int_equal(lines_of(&plan, &folds, 0, 0, &text), 3);
	folds_all(&folds);
	assert_int_equal(lines_of(&plan, &folds, 0, 0, &text), 3);
	assert_int_equal(text.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_are_folded_until_somebody_opens_them),
		cmocka_unit_test(elements_know_their_place),
		cmocka_unit_test(a_window_is_a_part_of_the_whole),
		cmocka_unit_test(all_at_once_and_back),
	};

	return cmocka_run_group_tests_name("outline", tests, NULL, NULL);
}
