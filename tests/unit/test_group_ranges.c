/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Groups by ranges: how they are written, and that what is written finds them. */
#include <stdio.h>

#include "tests/unit/group_followed.h"

static void assert_refused(struct table *groups, const char *filter, const char *sentence)
{
	struct query *query = NULL;
	struct err err = {0};

	assert_int_equal(query_compile(filter, groups, &query, &err), -EINVAL);
	assert_string_equal(err.text, sentence);
}

static uint64_t at_100_seconds(void *ctx)
{
	(void)ctx;
	return 100 * SECOND;
}

/* Of moments, ranges are moments and what they changed by is times. */
static void test_moments(void **state)
{
	static const char *const by[][3] = {
		{"seen_ns:10s", "30s ago..20s ago", "70000000000ns..79999999999ns"},
		{"seen_ns.delta:4s", "8.0s..11s", "8000000000ns..11999999999ns"}};
	static const char *const columns[][3] = {{"seen_ns.delta", "10s", "10000000000ns"},
						 {"seen_ns.base", "10s", "10000000000ns"},
						 {"seen_ns", "25s ago", "75000000000ns"}};
	const uint64_t moments[] = {65 * SECOND, 75 * SECOND};
	struct field seen = {.name = "seen_ns", .type = "ktime_t", .kind = FIELD_UINT, .size = 8};
	struct table table;
	struct plan plan;
	uint32_t key = 1;
	char filter[128];

	(void)state;
	plan_begin(&plan, 4, 8, "test");
	open_field(&plan, IN_KEY, "id", FIELD_UINT, 0, 4);
	assert_int_equal(plan_add(&plan, true, &seen, NULL), 0);
	make_table(&table, &plan, 1);
	table.lookups = (struct lookups){.boot_ns = at_100_seconds};
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		assert_int_equal(snap_add(table.next, &key, &moments[i]), 0);
		take_at(&table, (i + 1) * SECOND);
		if (i == 0)
			assert_int_equal(table_baseline(&table), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		assert_text(&table, 0, columns[i][0], PRINT_SHORT, columns[i][1]);
		assert_text(&table, 0, columns[i][0], PRINT_EXACT, columns[i][2]);
	}
	for (size_t i = 0; i < ARRAY_LEN(by); i++) {
		struct group *group = group_of(&table, by[i][0], "");
		const char *name = i ? "seen_ns.delta.range" : "seen_ns.range";

		assert_text(group_table(group), 0, name, PRINT_SHORT, by[i][1]);
		assert_text(group_table(group), 0, name, PRINT_EXACT, by[i][2]);
		snprintf(filter, sizeof(filter), "%s == %s", name, by[i][2]);
		assert_matches(group_table(group), filter, 1);
		snprintf(filter, sizeof(filter), "%s == \"%s\"", name, by[i][1]);
		if (i == 0) /* it will be 31 seconds ago */
			assert_refused(group_table(group), filter,
				       "'seen_ns.range' is a moment; compare it with one like "
				       "\"3.2s ago\"");
		else
			assert_matches(group_table(group), filter, 1);
		group_free(group);
	}
	table_release(&table);
}

/* The row alone whose range it is. */
static void assert_finds(struct table *groups, const char *filter, size_t row)
{
	uint64_t bits[8] = {0};
	size_t n = match_rows(groups, filter, bits);

	if (n != 1 || !(bits[row / 64] >> (row % 64) & 1))
		fail_msg("'%s' matches %zu rows, not the one that shows it", filter, n);
}

static void assert_is_no_range(struct table *groups, const char *filter, const char *name)
{
	char sentence[ERR_TEXT_BYTES];

	snprintf(sentence, sizeof(sentence),
		 "'%s' is a number; compare it with one like \"1024..2047\"", name);
	assert_refused(groups, filter, sentence);
}

/* "1M..1M", as several ranges may be written where there is little room. */
static bool has_like_ends(const char *text)
{
	const char *dots = strstr(text, "..");

	return dots && strlen(dots + 2) == (size_t)(dots - text) &&
	       memcmp(text, dots + 2, strlen(dots + 2)) == 0;
}

/* In quotes, bare, in a list, turned around. */
static void check_cell(struct table *groups, const char *name, const char *text, size_t row)
{
	char filters[4][128];

	snprintf(filters[0], sizeof(filters[0]), "%s == \"%s\"", name, text);
	snprintf(filters[1], sizeof(filters[1]), "%s = %s", name, text);
	snprintf(filters[2], sizeof(filters[2]), "%s in (\"%s\")", name, text);
	snprintf(filters[3], sizeof(filters[3]), "not (%s != \"%s\")", name, text);
	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		if (!has_like_ends(text))
			assert_finds(groups, filters[i], row);
		else if (i == 0)
			assert_is_no_range(groups, filters[i], name);
}

/* Every range is found by what its cell shows, exact or short. */
static void check_read_back(struct table *table, const char *by, const char *name)
{
	static const enum print_style styles[] = {PRINT_EXACT, PRINT_SHORT};
	struct group *group = group_of(table, by, "");
	struct table *groups = group_table(group);
	size_t n_spans = 0;

	for (size_t row = 0; row < table_n_live(groups); row++) {
		struct column column = column_of(groups, name);

		for (size_t i = 0; i < ARRAY_LEN(styles); i++) {
			SCOPED(buf) text = {0};

			table_text(groups, row, &column, styles[i], &text);
			check_cell(groups, name, buf_text(&text), row);
			n_spans += strstr(buf_text(&text), "..") != NULL;
		}
	}
	assert_true(n_spans >= 2 * ARRAY_LEN(styles));
	group_free(group);
}

static void test_ranges_read_back(void **state)
{
	static const uint64_t counts[] = {0, 1, 3, 900, 1024, 70000, UINT64_C(5) << 40, UINT64_MAX};
	struct table table;
	struct group *group;
	struct plan plan;

	(void)state;
	plan_begin(&plan, 4, 24, "test");
	open_field(&plan, IN_KEY, "id", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "pkts", FIELD_UINT, 0, 8);
	open_field(&plan, IN_VALUE, "balance", FIELD_INT, 8, 8);
	open_field(&plan, IN_VALUE, "wait_ns", FIELD_UINT, 16, 8);
	make_table(&table, &plan, 1);
	for (uint64_t reading = 1; reading <= 2; reading++) {
		for (uint32_t key = 0; key < ARRAY_LEN(counts); key++) {
			int64_t half = (int64_t)(counts[key] / 2);
			uint64_t value[] = {counts[key], (uint64_t)(key % 2 ? -half : half),
					    counts[key] / reading};

			assert_int_equal(snap_add(table.next, &key, value), 0);
		}
		take_at(&table, reading * SECOND);
	}
	check_read_back(&table, "pkts:log2", "pkts.range");
	check_read_back(&table, "pkts:50000", "pkts.range");
	check_read_back(&table, "balance:log2", "balance.range");
	check_read_back(&table, "wait_ns:log2", "wait_ns.range");
	check_read_back(&table, "id:3", "id.range");

	group = group_of(&table, "pkts:1000", "");
	assert_matches(group_table(group), "pkts.range == 70000..70999", 1);
	assert_matches(group_table(group), "pkts.range > \"1000..1999\"", 3);
	assert_matches(group_table(group), "pkts.range <= \"1000..1999\"", 2);
	assert_is_no_range(group_table(group), "pkts.range == 70000..71999", "pkts.range");
	assert_is_no_range(group_table(group), "pkts.range == 70001..70999", "pkts.range");
	assert_is_no_range(group_table(group), "pkts.range == \"2000..1000\"", "pkts.range");
	assert_is_no_range(group_table(group), "pkts.range == \"1000..\"", "pkts.range");
	assert_is_no_range(group_table(group), "pkts.range == \"..1999\"", "pkts.range");
	assert_refused(group_table(group), "count == 1..2",
		       "a range is written after 'in', like port in 80..443");
	group_free(group);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_ranges_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
