/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What columns are called, which ones there are, and what they say of a row. */
#include "tests/unit/flow_table.h"

static void test_names(void **state)
{
	static const struct {
		const char *typed, *name;
	} names[] = {
		{"saddr", "saddr"},
		{"octets", "octets"},
		{"octets.sum", "octets"},
		{"octets.rate", "octets.rate"},
		{"octets.delta", "octets.delta"},
		{"octets.base", "octets.base"},
		{"octets.max", "octets.max"},
		{"octets.max.rate", "octets.max.rate"},
		{"octets.skew", "octets.skew"},
		{"octets.maxcpu", "octets.maxcpu"},
		{"octets@1", "octets@1"},
		{"octets@1.rate", "octets@1.rate"},
		{"key.pkts", "key.pkts"},
		{"value.pkts", "value.pkts"},
		{"value.pkts.rate", "value.pkts.rate"},
		{"u.one", "u.one"},
		{"one", "u.one"},
		{"one.delta", "u.one.delta"},
		{"hist", "hist"},
		{"hist[3]", "hist[3]"},
		{"value.hist[03]", "hist[3]"},
		{"hist[0].rate", "hist[0].rate"},
		{"hist[0]@1", "hist[0]@1"},
		{"sub", "sub"},
		{"state", "state"},
		{"rate", "sub.rate"},
		{"sub.rate", "sub.rate"},
		{"sub.rate.rate", "sub.rate.rate"},
		{"age", "age"},
		{"idle", "idle"},
		{"key", "key"},
		{"value", "value"},
	};
	SCOPED(table) table = {0};

	(void)state;
	make_flows(&table, 2);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct column column = column_of(&table, names[i].typed), again;
		SCOPED(buf) name = {0};

		table_column_name(&table, &column, &name);
		assert_string_equal(buf_text(&name), names[i].name);
		again = column_of(&table, buf_text(&name));
		assert_true(column_equal(&column, &again));
	}
	/* a field wins over the word of the row that it is called by */
	assert_non_null(column_of(&table, "state").field);
}

static void test_wrong_names(void **state)
{
	static const struct {
		const char *typed, *words;
		uint32_t n_cpus;
	} names[] = {
		{"octetz", "octets", 1},
		{"", "no field", 1},
		{".rate", "no field is called", 1},
		{"octets.", "expected a name behind 'octets'", 1},
		{"octets.rat", "it has delta, rate, base", 1},
		{"octets.state", "it has delta", 1},
		{"octets.max", "needs a per-CPU map", 1},
		{"octets.rate.rate", "derived already", 1},
		{"octets.rate.max", "derived already", 2},
		{"saddr.rate", "not a counter", 1},
		{"load.rate", "not a counter", 1},
		{"hist.delta", "say which of its 4 elements", 1},
		{"hist[4]", "4 elements; the last one is [3]", 1},
		{"hist[18446744073709551619]", "4 elements", 1},
		{"hist[]", "expected the place of an element", 1},
		{"hist[x]", "expected the place of an element", 1},
		{"hist[1", "no field", 1},
		{"hist[1][2]", "'hist[1]' is no array", 1},
		{"octets[0]", "'octets' is no array", 1},
		{"u[0].one", "'u' is no array", 1},
		{"age.rate", "derived already", 1},
		{"octets@2", "0 to 1", 2},
		{"octets@", "no CPU", 2},
		{"octets@x", "no CPU", 2},
		{"octets@99999999999999999999", "no CPU", 2},
		{"saddr@0", "no copy for each CPU", 2},
		{"pkts", "key.pkts", 1},
		{"idel", "'idle'", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		SCOPED(table) table = {0};
		struct column column = {.cpu = 77};
		struct err err = {0};

		make_flows(&table, names[i].n_cpus);
		assert_true(table_column_named(&table, names[i].typed, strlen(names[i].typed),
					       &column, &err) < 0);
		if (!strstr(err.text, names[i].words))
			fail_msg("'%s': %s", names[i].typed, err.text);
		assert_int_equal(column.cpu, 77);
	}
}

/* u64 n; struct { u32 a; u16 m[2][2]; } f[3]; one row of it, counted on by 100 in a second reading. */
static void make_nested(struct table *table)
{
	struct {
		uint64_t n;
		struct {
			uint32_t a;
			uint16_t m[2][2];
		} f[3];
		uint32_t pad;
	} value = {.n = 1};
	struct plan plan;

	plan_begin(&plan, 4, sizeof(value), "test");
	open_field(&plan, IN_KEY, "id", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "", FIELD_STRUCT, 0, sizeof(value));
	open_field(&plan, IN_VALUE, "n", FIELD_UINT, 0, 8);
	open_array(&plan, IN_VALUE, "f", 8, 3, sizeof(value.f[0]));
	open_field(&plan, IN_VALUE, "", FIELD_STRUCT, 0, sizeof(value.f[0]));
	open_field(&plan, IN_VALUE, "a", FIELD_UINT, 0, 4);
	open_array(&plan, IN_VALUE, "m", 4, 2, 4);
	open_array(&plan, IN_VALUE, "", 0, 2, 2);
	open_field(&plan, IN_VALUE, "", FIELD_UINT, 0, 2);
	for (unsigned i = 0; i < 5; i++)
		close_field(&plan);
	make_table(table, &plan, 1);
	for (unsigned reading = 0; reading < 2; reading++) {
		for (unsigned i = 0; i < 3; i++) {
			value.f[i].a = 1000 * i + 100 * reading;
			for (unsigned j = 0; j < 4; j++)
				value.f[i].m[j / 2][j % 2] = (uint16_t)(10 * i + j);
		}
		assert_int_equal(snap_add(table->next, &(uint32_t){7}, &value), 0);
		take_at(table, (10 + reading) * SECOND);
	}
}

static void test_elements_of_arrays(void **state)
{
	struct column column;
	struct err err = {0};
	SCOPED(table) table = {0};
	SCOPED(buf) name = {0};

	(void)state;
	make_nested(&table);
	assert_number(&table, 0, "f[2].a", 2100);
	assert_number(&table, 0, "f[2].a.rate", 100);
	assert_number(&table, 0, "f[1].m[1][0]", 12);
	assert_number(&table, 0, "f[1].m[0][1]", 11);
	assert_text(&table, 0, "f[2].m[1][1]", PRINT_EXACT, "23");
	column = column_of(&table, "f[1].m[1][0]");
	table_column_name(&table, &column, &name);
	assert_string_equal(buf_text(&name), "f[1].m[1][0]");
	assert_ptr_equal(column.field, column_of(&table, "value.f[1].m[1][0]").field);
	assert_true(table_column_named(&table, "m[1][0]", 7, &column, &err) < 0);
	assert_non_null(strstr(err.text, "give all 3 places"));
	assert_true(table_column_named(&table, "f[1].m[1]", 9, &column, &err) < 0);
	if (!strstr(err.text, "of its own"))
		fail_msg("%s", err.text);
	assert_true(table_column_named(&table, "f[1]", 4, &column, &err) < 0);
	assert_non_null(strstr(err.text, "has members of its own"));
}

static void test_default_columns(void **state)
{
	static const char *const with_rates =
		"saddr key.pkts tag value.pkts value.pkts.rate octets octets.rate u.one u.one.rate "
		"u.two u.two.rate hist state load sub.rate sub.rate.rate sub.gauge "
		"sub.gauge.rate ";
	struct column columns[32];
	SCOPED(table) table = {0};
	SCOPED(buf) names = {0};
	size_t n;

	(void)state;
	make_flows(&table, 1);
	n = table_default_columns(&table, true, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < n; i++) {
		table_column_name(&table, &columns[i], &names);
		buf_addc(&names, ' ');
	}
	assert_string_equal(buf_text(&names), with_rates);
	assert_int_equal(table_default_columns(&table, false, columns, 3), 12);
}

static void test_a_side_without_columns_is_shown_whole(void **state)
{
	struct column columns[4];
	SCOPED(table) table = {0};
	struct plan plan;
	struct err err = {0};

	(void)state;
	plan_begin(&plan, 0, 4, "test");
	assert_int_equal(plan_add(&plan, IN_VALUE,
				  &(struct field){.name = "pad",
						  .type = "u32",
						  .kind = FIELD_UINT,
						  .size = 4,
						  .is_hidden = true},
				  &err),
			 0);
	make_table(&table, &plan, 1);
	assert_int_equal(table_default_columns(&table, true, columns, ARRAY_LEN(columns)), 2);
	assert_int_equal(columns[0].derive, DERIVE_KEY);
	assert_int_equal(columns[1].derive, DERIVE_VALUE);
}

/* -- per CPU -- */

static void add_copies(struct table *table, uint32_t key, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t copies[] = {a, b, c};

	assert_int_equal(snap_add(table->next, &key, copies), 0);
}

static void test_copies_of_a_counter(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 3);
	add_copies(&table, 1, 10, 50, 0);
	add_copies(&table, 2, 0, 0, 0);
	add_copies(&table, 3, 9, 9, 9);
	take_at(&table, 1 * SECOND);
	assert_number(&table, 0, "value", 60);
	assert_number(&table, 0, "value.max", 50);
	assert_number(&table, 0, "value.min", 0);
	assert_number(&table, 0, "value.mean", 20);
	assert_number(&table, 0, "value.skew", 2.5);
	assert_text(&table, 0, "value.skew", PRINT_SHORT, "2.5x");
	assert_number(&table, 0, "value.maxcpu", 1);
	assert_number(&table, 0, "value@1", 50);
	assert_unknown(&table, 0, "value.max.rate");
	assert_unknown(&table, 0, "value@1.rate");
	assert_unknown(&table, 1, "value.skew");
	assert_unknown(&table, 1, "value.maxcpu");

	add_copies(&table, 1, 40, 60, 2);
	add_copies(&table, 2, 0, 0, 0);
	add_copies(&table, 3, 8, 19, 9); /* the first CPU's copy went down */
	take_at(&table, 3 * SECOND);
	assert_number(&table, 0, "value.delta", 42);
	assert_number(&table, 0, "value.rate", 21);
	assert_number(&table, 0, "value.maxcpu", 0); /* by what happened, not by the totals */
	assert_number(&table, 0, "value.skew", 30 / 14.0);
	assert_number(&table, 0, "value.max", 60);
	assert_number(&table, 0, "value.max.rate", 15);
	assert_number(&table, 0, "value@0.rate", 15);
	assert_number(&table, 0, "value@2", 2);
	assert_unknown(&table, 1, "value.skew");
	assert_number(&table, 2, "value.delta", 9);
	assert_unknown(&table, 2, "value@0.rate");
	assert_number(&table, 2, "value@1.rate", 5);
	assert_unknown(&table, 2, "value.skew");
}

static void test_copies_of_an_identity(void **state)
{
	const struct flow same[2] = {{.pkts = 3, .hist = {1}, .state = 5},
				     {.pkts = 4, .hist = {1}, .state = 5}};
	const struct flow one[2] = {{.load = 0.5}, {.pkts = 4, .state = 6, .load = 0.25}};
	const struct flow differ[2] = {{.hist = {1}, .state = 1},
				       {.hist = {2}, .state = 2, .rate = 3}};
	SCOPED(table) table = {0};

	(void)state;
	make_flows(&table, 2);
	add_flow(&table, 1, same);
	add_flow(&table, 2, one);
	add_flow(&table, 3, differ);
	take_at(&table, 1 * SECOND);
	assert_text(&table, 0, "hist", PRINT_SHORT, "[2, 0, 0, 0]");
	assert_text(&table, 2, "hist", PRINT_SHORT, "[3, 0, 0, 0]");
	assert_text(&table, 0, "state", PRINT_SHORT, "5");
	assert_text(&table, 1, "state", PRINT_SHORT, "6");
	assert_text(&table, 2, "state", PRINT_SHORT, "*");
	assert_unknown(&table, 2, "state");
	assert_number(&table, 0, "state", 5);
	assert_text(&table, 2, "sub", PRINT_SHORT, "{rate=3, gauge=0}");
	assert_text(&table, 0, "value", PRINT_SHORT,
		    "{pkts=7, octets=0, lock=(test), u.one=0, u.two=0, u.three=0, "
		    "hist=[2, 0, 0, 0], state=5, load=0, sub.rate=0, sub.gauge=0}");
	assert_number(&table, 0, "value.pkts", 7);
	assert_number(&table, 1, "load", 0.75);
}

/* What happened to an identity is told where the copies agree on one, now and then; a new one has nothing
 * to differ from. */
static void test_differences_of_an_identity(void **state)
{
	const struct flow was[2] = {{.pkts = 3, .state = 5}, {.pkts = 4}};
	const struct flow is[2] = {{.pkts = 5, .state = 8}, {.pkts = 4, .state = 8}};
	const struct flow differ[2] = {{.pkts = 5, .state = 8}, {.pkts = 4, .state = 9}};
	const struct flow fresh[2] = {{.pkts = 1, .state = 7}};
	SCOPED(table) table = {0};

	(void)state;
	make_flows(&table, 2);
	add_flow(&table, 1, was);
	add_flow(&table, 2, was);
	take_at(&table, 1 * SECOND);
	assert_int_equal(table_baseline(&table), 0);
	add_flow(&table, 1, is);
	add_flow(&table, 2, differ);
	add_flow(&table, 3, fresh);
	take_at(&table, 2 * SECOND);
	assert_number(&table, 0, "state.delta", 3);
	assert_number(&table, 0, "state.base", 3);
	assert_number(&table, 0, "value.pkts.delta", 2);
	assert_unknown(&table, 1, "state.delta");
	assert_unknown(&table, 1, "state.rate");
	assert_unknown(&table, 1, "state.base");
	assert_number(&table, 1, "value.pkts.delta", 2);
	assert_unknown(&table, 2, "state.delta");
	assert_number(&table, 2, "value.pkts.delta", 1);
}

/* -- texts -- */

static void test_texts(void **state)
{
	const struct flow flow = {.pkts = 4210000, .octets = 12, .gauge = -5};
	SCOPED(table) table = {0};

	(void)state;
	make_flows(&table, 1);
	add_flow(&table, 1, &flow);
	take_at(&table, 1 * SECOND);
	assert_text(&table, 0, "tag", PRINT_SHORT, "ab\\n"); /* nothing raw reaches a screen */
	assert_text(&table, 0, "value.pkts", PRINT_SHORT, "4.21M");
	assert_text(&table, 0, "value.pkts", PRINT_EXACT, "4210000");
	assert_text(&table, 0, "sub.gauge", PRINT_SHORT, "-5");
	assert_text(&table, 0, "octets.rate", PRINT_SHORT, "-");
	add_flow(&table, 1, &(struct flow){.pkts = 4210000 + 123456, .octets = 13, .gauge = -7});
	take_at(&table, 4 * SECOND);
	assert_text(&table, 0, "value.pkts.rate", PRINT_SHORT, "41.2k");
	assert_text(&table, 0, "value.pkts.rate", PRINT_EXACT, "41152");
	assert_text(&table, 0, "octets.rate", PRINT_EXACT, "0.333");
	assert_text(&table, 0, "sub.gauge.delta", PRINT_SHORT, "-2");
	assert_unknown(&table, 0, "sub.gauge.rate");
}

/* However far it goes: more than its integer holds, too. */
static void test_what_has_a_sign_falls_without_a_rate(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_flows(&table, 1);
	add_flow(&table, 1, &(struct flow){.one = INT64_MAX});
	take_at(&table, 1 * SECOND);
	add_flow(&table, 1, &(struct flow){.one = INT64_MIN});
	take_at(&table, 2 * SECOND);
	assert_text(&table, 0, "u.one.delta", PRINT_EXACT, "-18446744073709551615");
	assert_unknown(&table, 0, "u.one.rate");
	add_flow(&table, 1, &(struct flow){.one = INT64_MAX});
	take_at(&table, 3 * SECOND);
	assert_number(&table, 0, "u.one.rate", 18446744073709551615.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_wrong_names),
		cmocka_unit_test(test_elements_of_arrays),
		cmocka_unit_test(test_default_columns),
		cmocka_unit_test(test_a_side_without_columns_is_shown_whole),
		cmocka_unit_test(test_copies_of_a_counter),
		cmocka_unit_test(test_copies_of_an_identity),
		cmocka_unit_test(test_differences_of_an_identity),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_what_has_a_sign_falls_without_a_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
