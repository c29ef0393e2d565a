/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sums of groups that leave 64 bits. */
#include "tests/unit/group_followed.h"

/* Sums are as those of filters: exact, also beyond 64 bits. */
static void test_large_sums(void **state)
{
	static const char *const filters[] = {"value > 18446744073709551615",
					      "value.delta == 12",
					      "value.base in 11..13",
					      "value - 1 > 1",
					      "value.rate == 12",
					      "value == 0x1ffffffffffffffee"};
	struct table table;
	struct group *group;

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, UINT64_MAX - 9);
	add_counter(&table, 2, UINT64_MAX - 19);
	take_at(&table, SECOND);
	assert_int_equal(table_baseline(&table), 0);
	group = group_of(&table, "", "");
	assert_text(group_table(group), 0, "value", PRINT_EXACT, "0x1ffffffffffffffe2");
	add_counter(&table, 1, UINT64_MAX - 4);
	add_counter(&table, 2, UINT64_MAX - 19);
	add_counter(&table, 3, 7);
	take_at(&table, 2 * SECOND);
	assert_int_equal(group_take(group), 0);
	assert_text(group_table(group), 0, "value", PRINT_EXACT, "0x1ffffffffffffffee");
	assert_text(group_table(group), 0, "value", PRINT_SHORT, "36.9E");
	assert_unknown(group_table(group), 0, "count.base");
	assert_text(group_table(group), 0, "value.delta", PRINT_EXACT, "12");
	assert_text(group_table(group), 0, "value.share", PRINT_EXACT, "100%");
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct query *query = NULL;
		uint64_t bits = 0;
		size_t n = 0;

		assert_int_equal(query_compile(filters[i], group_table(group), &query, NULL), 0);
		assert_int_equal(query_match(query, group_table(group), &bits, &n), 0);
		if (n != 1)
			fail_msg("'%s' doesn't match", filters[i]);
		query_free(query);
	}
	add_counter(&table, 3, 8);
	take_at(&table, 3 * SECOND);
	assert_int_equal(group_take(group), 0);
	assert_text(group_table(group), 0, "value", PRINT_EXACT, "8");
	assert_text(group_table(group), 0, "value.delta", PRINT_EXACT, "1");
	group_free(group);
	table_release(&table);
}

/* One that leaves them tens of thousands of times is unknown, and its neighbours are not. */
static void test_sums_given_up(void **state)
{
	struct table table;
	struct group *group;

	(void)state;
	make_counters(&table, 1);
	for (uint32_t key = 0; key < 40000; key++)
		add_counter(&table, key, UINT64_MAX);
	take_at(&table, SECOND);
	group = group_of(&table, "", "");
	assert_unknown(group_table(group), 0, "value");
	assert_number(group_table(group), 0, "count", 40000);
	group_free(group);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_sums),
		cmocka_unit_test(test_sums_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
