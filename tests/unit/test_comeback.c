/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tables.h"

#include "model/comeback.h"

static const struct comeback *comeback_of(const struct table *table, uint32_t key)
{
	bool follows;
	const struct comeback *back =
		returns_of(&table->returns, (const uint8_t *)&key, sizeof(key), &follows);

	assert_true(follows);
	return back;
}

/* Keys `here` are there at that second. */
static void reading(struct table *table, uint64_t second, const char *here)
{
	for (; *here; here++)
		add_counter(table, (uint32_t)*here, second);
	take_at(table, second * SECOND);
}

static void a_key_that_returns_is_counted(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	reading(&table, 1, "abc");
	reading(&table, 2, "bc");
	assert_null(comeback_of(&table, 'a'));
	reading(&table, 5, "abc");
	assert_non_null(comeback_of(&table, 'a'));
	assert_int_equal(comeback_of(&table, 'a')->n, 1);
	assert_int_equal(comeback_of(&table, 'a')->gone_ns, 2 * SECOND);
	assert_int_equal(comeback_of(&table, 'a')->back_ns, 5 * SECOND);
	reading(&table, 6, "c");
	reading(&table, 7, "ac");
	assert_int_equal(comeback_of(&table, 'a')->n, 2);
	assert_int_equal(comeback_of(&table, 'a')->back_ns, 7 * SECOND);
	assert_null(comeback_of(&table, 'b'));
	assert_null(comeback_of(&table, 'c'));
}

static void the_oldest_are_forgotten(void **state)
{
	SCOPED(comebacks) back = {0};
	enum { MANY = 3 * COMEBACKS + 5 };

	(void)state;
	for (uint64_t hash = 1; hash <= MANY; hash++)
		comebacks_add(&back, hash, hash, hash + 1);
	for (uint64_t hash = 1; hash <= MANY; hash++) {
		const struct comeback *one = comebacks_find(&back, hash);

		if (hash <= MANY - COMEBACKS)
			assert_null(one);
		else
			assert_int_equal(one->gone_ns, hash);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_returns_is_counted),
		cmocka_unit_test(the_oldest_are_forgotten),
	};

	return cmocka_run_group_tests_name("comeback", tests, NULL, NULL);
}
