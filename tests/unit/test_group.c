/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Groups against the rows that their own filters lead back to: as many of them as are counted, with the
 * sums and rates that adding up one by one gives. So folding, ranges, networks and drilling in are held
 * against the query language and table_cell, over maps of every shape and several readings. */
#include "tests/unit/group_followed.h"
#include "tests/unit/starved.h"

/* What was begun and dropped leaves nothing behind. More groups than a slice are taken in slices, too. */
static void take_in_slices(struct group *group, size_t n_rows)
{
	size_t n_steps = 1;
	int r;

	group_begin(group);
	if (n_rows > 64)
		assert_int_equal(group_step(group, 64), 1);
	group_begin(group);
	while ((r = group_step(group, 64)) > 0)
		n_steps++;
	assert_int_equal(r, 0);
	if (table_n_live(group_table(group)) <= 64)
		assert_int_equal(n_steps, n_rows ? (n_rows + 63) / 64 : 1);
	else
		assert_true(n_steps > (n_rows + 63) / 64);
}

/* -- the slow way -- */

/* The sum of a column over rows of base; NaN where none of them is known. */
static double sum_over(const struct table *table, const uint64_t *bits, const struct column *column)
{
	double sum = NAN;

	for (size_t row = 0; row < table_n_live(table); row++) {
		struct val val = val_unknown();

		if (bits[row / 64] >> (row % 64) & 1)
			val = table_cell(table, row, column);
		if (val.kind != VAL_UNKNOWN)
			sum = (isnan(sum) ? 0 : sum) + val_as_real(&val);
	}
	return sum;
}

static void assert_close(double is, double should, const char *what, const char *where)
{
	if (isnan(is) != isnan(should) || fabs(is - should) > 1e-9 * fabs(should))
		fail_msg("%s of %s is %g, not %g", what, where, is, should);
}

static size_t live_bits(const struct table *table, const uint64_t *bits)
{
	size_t n = 0;

	for (size_t row = 0; row < table_n_live(table); row++)
		n += bits[row / 64] >> (row % 64) & 1;
	return n;
}

static void check_row(struct table *base, struct group *group, size_t row)
{
	static const enum derive derives[] = {DERIVE_TOTAL, DERIVE_DELTA, DERIVE_RATE, DERIVE_BASE};
	const struct table *groups = group_table(group);
	const struct plan *plan = &groups->plan;
	uint64_t *bits = calloc(table_n_rows(base) / 64 + 1, sizeof(*bits));
	struct query *query = NULL;
	struct err err = {0};
	SCOPED(buf) rows = {0};
	size_t n;

	assert_non_null(bits);
	assert_non_null(bits);
	assert_int_equal(group_rows(group, row, &rows), 0);
	if (query_compile(buf_text(&rows), base, &query, &err) < 0)
		fail_msg("'%s': %s", buf_text(&rows), err.text);
	assert_int_equal(query_match(query, base, bits, &n), 0);
	if (live_bits(base, bits) != (size_t)count_of(groups, row))
		fail_msg("'%s' matches %zu rows, the group has %g", buf_text(&rows),
			 live_bits(base, bits), count_of(groups, row));
	for (uint32_t i = plan->n_key_fields + 1; i < plan->n_fields; i++)
		for (size_t k = 0; k < ARRAY_LEN(derives); k++) {
			struct column of_group = {derives[k], &plan->fields[i]};
			struct column of_row = column_of(base, plan->fields[i].path);
			struct val val = table_cell(groups, row, &of_group);

			of_row.derive = derives[k];
			assert_close(val_as_real(&val), sum_over(base, bits, &of_row),
				     plan->fields[i].path, buf_text(&rows));
		}
	query_free(query);
	free(bits);
}

static size_t check_groups(struct table *base, struct group *group)
{
	const struct table *groups = group_table(group);
	size_t n_live = table_n_live(groups), step = n_live / 40 + 1, n_rows = 0;

	for (size_t row = 0; row < n_live; row++) {
		n_rows += (size_t)count_of(groups, row);
		if (row % step == 0)
			check_row(base, group, row);
	}
	return n_rows;
}

/* Cells of two tables of the same groups, whatever their order. */
static void assert_same(const struct table *a, const struct table *b)
{
	assert_int_equal(table_n_live(a), table_n_live(b));
	for (size_t row = 0; row < table_n_live(a); row++) {
		size_t size;
		const uint8_t *key = table_key(a, row, &size);
		ptrdiff_t other = table_find(b, key, size);

		assert_true(other >= 0);
		for (uint32_t i = a->plan.n_key_fields; i < a->plan.n_fields; i++) {
			struct column in_a = {DERIVE_DELTA, &a->plan.fields[i]};
			struct column in_b = {DERIVE_DELTA, &b->plan.fields[i]};
			struct val val_a = table_cell(a, row, &in_a);
			struct val val_b = table_cell(b, (size_t)other, &in_b);

			if (i > a->plan.n_key_fields)
				assert_int_equal(val_compare(&val_a, &val_b), 0);
		}
	}
}

static const struct {
	const char *map, *by, *filter;
} cases[] = {

	{"flows", "proto", ""},
	{"flows", "proto,dport", "packets > 3"},
	{"flows", "saddr/24", ""},
	{"flows", "saddr/64", ""},
	{"flows", "saddr/0", ""},
	{"flows", "saddr/9,proto", "bytes > 1k"},
	{"flows", "daddr", ""},
	{"flows", "bytes:log2", ""},
	{"flows", "bytes:1Ki", "proto == udp"},
	{"flows", "packets.delta:10", "packets.delta >= 0"},
	{"flows", "packets.rate:log2", "packets.rate >= 0"},
	{"ports", "packets.skew:log2", ""},
	{"ports", "packets.mean:7,packets.maxcpu", ""},
	{"flows", "state", "state != gone and state == state"},
	{"flows", "age:500ms", ""},
	{"flows", "seen:2", ""},
	{"flows", "last_seen:1s", ""},
	{"flows", "last_seen.delta:250ms", "last_seen.delta >= 0s"},
	{"flows", "dport:hex", ""},
	{"flows", "", ""},
	{"wide", "key", ""},
	{"wide", "packets:log2", ""},
	{"wide", "packets.maxcpu", "packets.maxcpu >= 0"},
	{"wide", "", ""},
	{"many", "", ""},
	{"kinds", "colour", ""},
	{"kinds", "mac", ""},
	{"kinds", "letter,tiny", ""},
	{"kinds", "mid,top", ""},
	{"kinds", "balance:1000", ""},
	{"kinds", "balance:log2", ""},
	{"kinds", "tiny:7", ""},
	{"kinds", "ratio", ""},
	{"kinds", "ratio:2", ""},
	{"kinds", "name", ""},
	{"kinds", "wide_signed", ""},
	{"ports", "port:100", ""},
};

static void test_against_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i += unless_starved(1, 7)) {
		struct followed it;
		struct group *late;
		struct query *query = NULL;
		uint64_t *bits;
		size_t n;

		follow(&it, cases[i].map);
		assert_int_equal(table_baseline(&it.table), 0);
		read_on(&it);
		struct group *group = group_of(&it.table, cases[i].by, cases[i].filter);

		for (int reading = 0; reading < 2; reading++) {
			bits = calloc(table_n_rows(&it.table) / 64 + 1, sizeof(*bits));
			assert_non_null(bits);
			assert_int_equal(query_compile(cases[i].filter, &it.table, &query, NULL),
					 0);
			assert_int_equal(query_match(query, &it.table, bits, &n), 0);
			assert_int_equal(check_groups(&it.table, group),
					 live_bits(&it.table, bits));
			query_free(query);
			free(bits);
			/* Whoever comes late sees the same. */
			late = group_of(&it.table, cases[i].by, cases[i].filter);
			assert_same(group_table(group), group_table(late));
			group_free(late);
			read_on(&it);
			take_in_slices(group, table_n_live(&it.table));
		}
		group_free(group);
		unfollow(&it);
	}
}

/* -- by hand -- */

static void make_addresses(struct table *table)
{
	struct plan plan;
	struct field address = {
		.name = "saddr", .type = "in6_addr", .kind = FIELD_BYTES, .size = 16};

	plan_begin(&plan, 16, 8, "test");
	assert_int_equal(plan_add(&plan, false, &address, NULL), 0);
	open_field(&plan, IN_VALUE, "packets", FIELD_UINT, 0, 8);
	make_table(table, &plan, 1);
}

static void add_address(struct table *table, const uint8_t *last, size_t n, uint64_t packets)
{
	uint8_t address[16] = {0};

	memcpy(address + 16 - n, last, n);
	assert_int_equal(snap_add(table->next, address, &packets), 0);
}

static void test_mapped(void **state)
{
	static const uint8_t one[] = {0xff, 0xff, 10, 1, 2, 3}, two[] = {0xff, 0xff, 10, 1, 2, 200},
			     other[] = {0xff, 0xff, 10, 1, 3, 1}, loopback[] = {1};
	struct table table;
	struct group *group;
	SCOPED(buf) rows = {0};

	(void)state;
	make_addresses(&table);
	add_address(&table, one, sizeof(one), 1);
	add_address(&table, two, sizeof(two), 2);
	add_address(&table, other, sizeof(other), 4);
	add_address(&table, loopback, sizeof(loopback), 8);
	take_at(&table, SECOND);
	group = group_of(&table, "saddr/24", "");
	assert_int_equal(table_n_live(group_table(group)), 3);
	assert_text(group_table(group), 0, "saddr", PRINT_EXACT, "10.1.2.0/24");
	assert_text(group_table(group), 1, "saddr", PRINT_EXACT, "10.1.3.0/24");
	assert_text(group_table(group), 2, "saddr", PRINT_EXACT, "::/24");
	assert_number(group_table(group), 0, "packets", 3);
	assert_text(group_table(group), 0, "packets.share", PRINT_SHORT, "20%");
	assert_int_equal(group_rows(group, 2, &rows), 0);
	assert_string_equal(buf_text(&rows), "saddr in ::/24 and not (saddr in 0.0.0.0/0)");
	for (size_t i = 0; i < 3; i++)
		check_row(&table, group, i);
	/* A column of networks is in another network with all that it holds. */
	assert_matches(group_table(group), "saddr in 10.1.0.0/16", 2);
	assert_matches(group_table(group), "saddr in (10.1.2.0/24, ::/0)", 3);
	assert_matches(group_table(group), "saddr in 10.1.2.0/23", 2);
	assert_matches(group_table(group), "saddr in 10.1.2.0/25", 0);
	assert_matches(group_table(group), "saddr not in 10.0.0.0/8", 1);
	assert_matches(group_table(group), "saddr == 10.1.3.0/24", 1);
	group_free(group);
	table_release(&table);
}

/* Rows that move to another group bring no past of the group with them, and take none away. */
static void test_moves(void **state)
{
	struct table table;
	struct group *group;

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 90);
	add_counter(&table, 2, 50);
	take_at(&table, SECOND);
	group = group_of(&table, "value:100", "");
	assert_int_equal(table_n_live(group_table(group)), 1);
	add_counter(&table, 1, 110); /* goes to 100..199, which is new */
	add_counter(&table, 2, 40);  /* was reset: unknown, and so is its group */
	add_counter(&table, 3, 5);   /* new: counted from 0 */
	take_at(&table, 2 * SECOND);
	assert_int_equal(group_take(group), 0);
	assert_int_equal(table_n_live(group_table(group)), 2);
	assert_text(group_table(group), 0, "value.range", PRINT_EXACT, "100..199");
	assert_number(group_table(group), 0, "value.rate", 20);
	assert_text(group_table(group), 0, "state", PRINT_EXACT, "new");
	assert_number(group_table(group), 1, "value.rate", 5);
	assert_number(group_table(group), 1, "count", 2);
	group_free(group);

	group = group_of(&table, "key", "");
	assert_unknown(group_table(group), 1, "value.rate");
	assert_unknown(group_table(group), 1, "value.delta");
	group_free(group);
	table_release(&table);
}

/* Counters from 0 on, all of them raised by as much as there were readings. */
static void take_many(struct table *table, size_t n_rows, uint64_t reading)
{
	for (uint32_t i = 0; i < n_rows; i++)
		add_counter(table, i, reading * 10);
	take_at(table, reading * SECOND);
}

/* A baseline that is set while groups are half folded holds for all of their rows. */
static void test_baseline_between_slices(void **state)
{
	struct table table;
	struct group *group;

	(void)state;
	make_counters(&table, 1);
	take_many(&table, 640, 1);
	assert_int_equal(table_baseline(&table), 0);
	group = group_of(&table, "", "");
	take_many(&table, 640, 2);
	group_begin(group);
	assert_int_equal(group_step(group, 320), 1);
	assert_float_equal(group_progress(group), 0.5, 0);
	assert_int_equal(table_baseline(&table), 0);
	while (group_step(group, 320) > 0)
		;
	assert_number(group_table(group), 0, "value", 640 * 20);
	assert_number(group_table(group), 0, "value.base", 0);
	group_free(group);
	table_release(&table);
}

/* Nothing is folded before it is asked for, and then two readings: the one before brings the rates. */
static void test_begins_in_slices(void **state)
{
	struct table table;
	struct group *group = NULL;
	double last = -1;

	(void)state;
	make_counters(&table, 1);
	take_many(&table, 640, 1);
	take_many(&table, 640, 2);
	assert_int_equal(group_new(&table, "", "", &group, NULL), 0);
	assert_int_equal(table_n_rows(group_table(group)), 0);
	group_begin(group);
	for (int step = 0; step < 20; step++) {
		assert_float_equal(group_progress(group), step / 20.0, 1e-9);
		assert_true(group_progress(group) > last);
		last = group_progress(group);
		assert_int_equal(group_step(group, 64), step < 19);
	}
	assert_number(group_table(group), 0, "value.rate", 640 * 10);
	group_free(group);
	table_release(&table);
}

/* As many groups as rows are taken in slices, too, and nothing is seen of a reading before it is whole; a
 * baseline in the midst of that holds for all of them. */
static void test_many_in_slices(void **state)
{
	enum { MANY = 64 * 10, SLICE = 64 };
	struct table table;
	struct group *group;
	size_t n_steps = 0, n_late = 0;

	(void)state;
	make_counters(&table, 1);
	take_many(&table, MANY, 1);
	group = group_of(&table, "key", "");
	take_many(&table, MANY, 2);
	group_begin(group);
	for (int r = 1; r > 0; n_steps++) {
		assert_number(group_table(group), 0, "value", 10);
		r = group_step(group, SLICE);
		n_late += group_progress(group) == 1;
	}
	assert_true(n_steps >= 2 * MANY / SLICE && n_late >= MANY / SLICE);
	for (size_t row = 0; row < MANY; row++)
		assert_number(group_table(group), row, "value.rate", 10);
	take_many(&table, MANY, 3);
	group_begin(group);
	while (group_progress(group) < 1)
		assert_int_equal(group_step(group, SLICE), 1);
	assert_int_equal(group_step(group, SLICE), 1);
	assert_int_equal(table_baseline(&table), 0);
	while (group_step(group, SLICE) > 0)
		;
	assert_number(group_table(group), MANY - 1, "value", 30);
	assert_number(group_table(group), MANY - 1, "value.base", 0);
	group_free(group);
	table_release(&table);
}

/* A gauge falls in the sum as it does in its rows; and rows that come and go are told from that. */
static void test_gauges(void **state)
{
	static const uint8_t one[] = {1}, two[] = {2};
	struct table table;
	struct group *group;

	(void)state;
	make_addresses(&table);
	add_address(&table, one, 1, 500);
	add_address(&table, two, 1, 70);
	take_at(&table, SECOND);
	nature_tell(&table, &table.plan.fields[table.plan.n_key_fields], NATURE_GAUGE);
	group = group_of(&table, "saddr/64", "");
	add_address(&table, one, 1, 450);
	add_address(&table, two, 1, 75);
	take_at(&table, 2 * SECOND);
	assert_int_equal(group_take(group), 0);
	assert_number(group_table(group), 0, "packets", 525);
	assert_number(group_table(group), 0, "packets.delta", -45);
	assert_number(group_table(group), 0, "packets.rate", -45);
	add_address(&table, two, 1, 74);
	take_at(&table, 3 * SECOND);
	assert_int_equal(group_take(group), 0);
	assert_number(group_table(group), 0, "packets.delta", -1);
	assert_number(group_table(group), 0, "count", 1);
	assert_number(group_table(group), 0, "count.delta", -1);
	group_free(group);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_rows),
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_baseline_between_slices),
		cmocka_unit_test(test_begins_in_slices),
		cmocka_unit_test(test_many_in_slices),
		cmocka_unit_test(test_gauges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
