/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Groups that are folded and taken in slices of any size against the same at once: every column of every group, in every
 * reading, while rows come, go, begin anew and move to other groups, before and after a baseline. */
#include "tests/unit/group_followed.h"
#include "tests/unit/starved.h"

#include "model/smooth.h"
#include "query/group_parts.h"

enum { N_KEYS = 64 * 9 + 5, FEW_KEYS = 64 * 2 + 5, N_READINGS = 6, BASE_AT = 3 };

/* An eighth of the rows is missing in each reading, a tenth began anew. */
static void take_random(struct table *table, uint64_t reading, uint64_t *seed)
{
	enum { MAX_CPUS = 3 };
	uint32_t n_keys = unless_starved(N_KEYS, FEW_KEYS);

	for (uint32_t key = 0; key < n_keys; key++) {
		uint64_t draw = num_random(seed), values[MAX_CPUS];

		for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++)
			values[cpu] = draw % 1000 < 100 ? draw >> 60
							: key * 3 + reading * (draw >> 50 & 7);
		if (draw >> 20 & 7)
			assert_int_equal(snap_add(table->next, &key, values), 0);
	}
	take_at(table, reading * SECOND);
}

static const enum derive derives[] = {DERIVE_TOTAL, DERIVE_DELTA, DERIVE_RATE, DERIVE_SMOOTH,
				      DERIVE_BASE,  DERIVE_SHARE, DERIVE_MAX,  DERIVE_CPU,
				      DERIVE_STATE, DERIVE_AGE,	  DERIVE_IDLE, DERIVE_KEY};

static void assert_same_cell(const struct table *is, const struct table *should, size_t row,
			     enum derive derive, uint32_t field)
{
	struct column in_is = {derive, &is->plan.fields[field]};
	struct column in_should = {derive, &should->plan.fields[field]};
	SCOPED(buf) text = {0}, expected = {0}, name = {0};
	struct val a = table_cell(is, row, &in_is), b = table_cell(should, row, &in_should);

	if (a.kind == b.kind && (a.kind == VAL_UNKNOWN || val_compare(&a, &b) == 0))
		return;
	table_text(is, row, &in_is, PRINT_EXACT, &text);
	table_text(should, row, &in_should, PRINT_EXACT, &expected);
	table_column_name(is, &in_is, &name);
	fail_msg("%s of group %zu is '%s', not '%s'", buf_text(&name), row, buf_text(&text),
		 buf_text(&expected));
}

/* The same groups, in the same order. */
static void assert_same_groups(const struct table *is, const struct table *should)
{
	assert_int_equal(table_n_rows(is), table_n_rows(should));
	for (size_t row = 0; row < table_n_rows(is); row++)
		for (uint32_t i = is->plan.n_key_fields; i < is->plan.n_fields; i++)
			for (size_t k = 0; k < ARRAY_LEN(derives); k++)
				assert_same_cell(is, should, row, derives[k], i);
}

/* No slice gives more groups their past than it may fold rows, and nothing is seen before all have theirs. */
static void take_sliced(struct group *group, size_t n_rows)
{
	uint64_t number = group_table(group)->current->number;
	size_t n_past = 0;
	int r;

	group_begin(group);
	while ((r = group_step(group, n_rows)) > 0) {
		assert_int_equal(group_table(group)->current->number, number);
		assert_in_range(group->n_past, n_past, n_past + n_rows);
		n_past = group->n_past;
	}
	assert_int_equal(r, 0);
	if (table_n_live(group_table(group)) > n_rows)
		assert_in_range(n_past + n_rows, table_n_live(group_table(group)), SIZE_MAX);
}

static struct group *group_made(struct table *table, const char *by, const char *filter)
{
	struct group *group = NULL;
	struct err err = {0};

	if (group_new(table, by, filter, &group, &err) < 0)
		fail_msg("'%s' of '%s': %s", by, filter, err.text);
	return group;
}

static void follow_in_slices(uint32_t n_cpus, const char *by, const char *filter, size_t n_rows)
{
	struct table table;
	struct group *at_once, *sliced;
	uint64_t seed = 5;

	make_counters(&table, n_cpus);
	assert_int_equal(smooth_set(&table, 3 * SECOND), 0);
	take_random(&table, 1, &seed);
	take_random(&table, 2, &seed);
	at_once = group_made(&table, by, filter);
	sliced = group_made(&table, by, filter);
	assert_int_equal(group_take(at_once), 0);
	while (group_step(sliced, n_rows) > 0)
		;
	assert_same_groups(group_table(sliced), group_table(at_once));
	for (uint64_t reading = 3; reading <= N_READINGS; reading++) {
		take_random(&table, reading, &seed);
		assert_int_equal(group_take(at_once), 0);
		take_sliced(sliced, n_rows);
		assert_same_groups(group_table(sliced), group_table(at_once));
		if (reading != BASE_AT)
			continue;
		assert_int_equal(table_baseline(&table), 0);
		assert_int_equal(group_take(at_once), 0);
		take_sliced(sliced, n_rows);
		assert_same_groups(group_table(sliced), group_table(at_once));
	}
	assert_true(group_table(sliced)->baseline.number);
	group_free(at_once);
	group_free(sliced);
	table_release(&table);
}

static void slices_of_any_size_fold_the_same(void **state)
{
	static const char *const lists[][2] = {
		{"key", ""}, {"value:4", ""}, {"key", "value > 500"}, {"value:1000", ""}};
	static const size_t sizes[] = {64, 128, 320, 100000};

	(void)state;
	for (uint32_t n_cpus = 1; n_cpus <= 3; n_cpus += 2)
		for (size_t i = 0; i < ARRAY_LEN(lists); i += unless_starved(1, 2))
			for (size_t k = 0; k < ARRAY_LEN(sizes); k += unless_starved(1, 2))
				follow_in_slices(n_cpus, lists[i][0], lists[i][1], sizes[k]);
}

/* What is left of a map that went can be grouped, too, at any time. */
static void groups_of_a_map_that_went_are_taken(void **state)
{
	struct table table;
	struct group *group = NULL;
	uint64_t seed = 5;
	int n_steps = 0;

	(void)state;
	make_counters(&table, 1);
	take_random(&table, 1, &seed);
	take_random(&table, 2, &seed);
	table.is_gone = true;
	assert_int_equal(group_new(&table, "key", "", &group, NULL), 0);
	group_begin(group);
	while (group_step(group, 100000) > 0)
		assert_true(++n_steps < 100);
	assert_true(group_table(group)->is_gone);
	assert_int_equal(table_n_live(group_table(group)), table_n_live(&table));
	assert_int_equal(table_baseline(&table), 0);
	assert_int_equal(group_take(group), 0);
	assert_number(group_table(group), 0, "value.base", 0);
	group_free(group);
	table_release(&table);
}

/* A new baseline folds the same reading again, and a reading may have passed unfolded: rates are by the time between
 * the two readings of the rows all the same. */
static void rates_outlast_a_baseline(void **state)
{
	struct table table;
	struct group *group;

	(void)state;
	make_counters(&table, 1);
	for (uint64_t reading = 1; reading <= 2; reading++) {
		add_counter(&table, 1, reading * 10);
		take_at(&table, reading * SECOND);
	}
	group = group_of(&table, "key", "");
	assert_number(group_table(group), 0, "value.rate", 10);
	assert_int_equal(table_baseline(&table), 0);
	assert_int_equal(group_take(group), 0);
	assert_number(group_table(group), 0, "value.rate", 10);
	for (uint64_t reading = 3; reading <= 5; reading++) {
		add_counter(&table, 1, reading * 10);
		take_at(&table, reading * SECOND);
	}
	assert_int_equal(group_take(group), 0);
	assert_number(group_table(group), 0, "value.rate", 10);
	assert_number(group_table(group), 0, "value.base", 30);
	group_free(group);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_of_any_size_fold_the_same),
		cmocka_unit_test(groups_of_a_map_that_went_are_taken),
		cmocka_unit_test(rates_outlast_a_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
