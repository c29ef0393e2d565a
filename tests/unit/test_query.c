/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whole columns say what rows say; limits; completion. The language itself: tests/query. */
#include "tests/unit/query_tables.h"
#include "tests/unit/starved.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "query/alert.h"
#include "query/group.h"
#include "query/manual.h"
#include "query/query.h"
#include "query/view.h"

static struct query *compiled(const char *text, const struct table *table)
{
	struct query *query = NULL;
	struct err err = {0};

	if (query_compile(text, table, &query, &err) < 0)
		fail_msg("%s: %s at %d", text, err.text, err.column);
	return query;
}

static void check_agrees(const char *text, struct table *table)
{
	size_t n_rows = table_n_rows(table), n, n_each = 0;
	uint64_t *bits = calloc(n_rows / 64 + 1, sizeof(*bits));
	struct query *query = compiled(text, table);

	assert_non_null(bits);
	assert_int_equal(query_match(query, table, bits, &n), 0);
	for (size_t row = 0; row < n_rows; row++) {
		bool is_match = query_match_row(query, table, row);

		n_each += is_match;
		if ((bits[row / 64] >> (row % 64) & 1) != is_match)
			fail_msg("%s: row %zu", text, row);
	}
	assert_int_equal(n, n_each);
	for (size_t row = n_rows; row % 64; row++)
		assert_false(bits[row / 64] >> (row % 64) & 1);
	query_free(query);
	free(bits);
}

static void test_columns_agree_with_rows(void **state)
{
	static const char *const texts[] = {
		"",
		"n > 100",
		"n <= 100.5",
		"n != 50",
		"n in (1, 5, 20..30, 180..1000)",
		"n not in (1, 5, 20..30, 180..1000)",
		"n in (1, 3, 5, 7, 9, 11, 13, 15, 17, 19)",
		"s < -3",
		"s in -5..5",
		"s >= 0.5",
		"x > 0",
		"not x > 0",
		"x != 17",
		"x in (-100..100, 400..1000)",
		"x >= -0.0 and x <= 0.0",
		"n.rate > 50",
		"not n.rate > 50",
		"n.delta == 0 or x < 0",
		"n > 10 and not (s > 0 or x > 0) and t != a",
		"n > 100 or s > 10 or x < -400 or t == c",
		"t ~ '[a-c]' or n > 199",
		"n + s > x * 2",
		"n.rate > n / 3 and n.delta < n",
		"n n.delta n.rate n.base s x a b s.delta s.rate a + b + n + s + x + s.rate > 0",
		"n + n.delta + n.rate + s + x + a + b + s.delta + s.rate > 100",
		"age > 1s or idle == 0",
		"state == gone or n > 150",
		"state != gone and n < 20",
		"a < 64",
		"a == 64 or b == 64",
		"not (a in 64..127 or n in 10..20)",
		"18446744073709551615 > n",
		"s > 9223372036854775807 or s < -9223372036854775808",
		"42 x",
		"saddr in 10.0.0.0/8",
		"saddr not in 10.0.0.0/9 and n > 3",
		"saddr > 10.74.0.74 or saddr < 10.37.0.37",
		"saddr in (0.0.0.0/1, 255.128.0.0/9, 10.37.0.37)",
		"not (saddr <= 10.74.0.74)",
		"saddr < 0.0.0.0 or saddr > 255.255.255.255",
	};
	const uint32_t sizes[] = {65, 0, 1, 63, 64, 130, 700};

	(void)state;
	for (size_t i = 0; i < unless_starved(ARRAY_LEN(sizes), 1); i++) {
		struct table table;

		make_rows(&table);
		fill_random(&table, sizes[i]);
		for (size_t t = 0; t < ARRAY_LEN(texts); t++)
			check_agrees(texts[t], &table);
		table_release(&table);
	}
}

static bool shows(const struct table *table, size_t row, enum derive side, const char *needle)
{
	const struct column column = {.derive = side};
	SCOPED(buf) text = {0};

	table_text(table, row, &column, PRINT_EXACT, &text);
	return strcasestr(buf_text(&text), needle) != NULL;
}

/* A bare word is found in the key or value as shown, also where only some fields are written out. */
static void test_words_are_found_in_what_is_shown(void **state)
{
	static void (*const makers[])(struct table * table) = {make_flows, make_cpus, make_vars,
							       make_arrays, make_rows};
	static const char *const needles[] = {
		"1",	"44", "tcp", "TCP", "dp",  "10.0", "saddr", "a",    "s",  "x",	"-1",
		"0x",	"e",  ":",   "0.5", "nan", "{",	   "=1",    ", ",   "],", "b=", "PASS",
		"true", "\\", "5e",  "00",  "ee:", "pack", "23",    "fe80", ".",  "lo",
	};
	size_t n_found = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers) * ARRAY_LEN(needles); i += unless_starved(1, 3)) {
		const char *needle = needles[i % ARRAY_LEN(needles)];
		SCOPED(table) table = {0};
		SCOPED(buf) quoted = {0};

		makers[i / ARRAY_LEN(needles)](&table);
		if (!table.current->number)
			fill_random(&table, unless_starved(300, 5));
		buf_addf(&quoted, "\"%s%s\"", *needle == '\\' ? "\\" : "", needle);
		struct query *query = compiled(buf_text(&quoted), &table);

		for (size_t row = 0; row < table_n_rows(&table); row++) {
			bool is_there = shows(&table, row, DERIVE_KEY, needle) ||
					shows(&table, row, DERIVE_VALUE, needle);

			n_found += is_there;
			if (query_match_row(query, &table, row) != is_there)
				fail_msg("%s: row %zu", buf_text(&quoted), row);
		}
		query_free(query);
	}
	assert_in_range(n_found, unless_starved(1000, 10), 8000);
}

static void test_before_the_first_reading(void **state)
{
	struct table table;

	(void)state;
	make_rows(&table);
	check_agrees("n > 5 or t ~ x", &table);
	check_agrees("not n.rate > 5", &table);
	table_release(&table);
}

/* -- limits -- */

static int fault_of(const char *text, const struct table *table, int *column)
{
	struct query *query = NULL;
	struct err err = {0};
	int r = query_compile(text, table, &query, &err);

	assert_true(r < 0 ? err.text[0] && !query : query != NULL);
	*column = err.column;
	query_free(query);
	return r;
}

static void repeat(struct buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_adds(out, text);
}

static void check_limit(const struct table *table, const char *before, const char *again, size_t n,
			const char *after, int expected)
{
	SCOPED(buf) text = {0};
	int column;

	buf_adds(&text, before);
	repeat(&text, again, n);
	buf_adds(&text, after);
	assert_int_equal(fault_of(buf_text(&text), table, &column), expected);
}

static void test_limits(void **state)
{
	struct table table;
	SCOPED(buf) deep = {0};
	int column;

	(void)state;
	make_rows(&table);
	fill_random(&table, 3);
	check_limit(&table, "n > 1", " ", QUERY_MAX_BYTES - 5, "", 0);
	check_limit(&table, "n > 1", " ", QUERY_MAX_BYTES - 4, "", -EINVAL);
	check_limit(&table, "", "a ", QUERY_MAX_NODES - 1, "", 0);
	check_limit(&table, "", "a ", QUERY_MAX_NODES, "", -EINVAL);
	check_limit(&table, "n > 0", " or n>1", 250, "", 0);
	check_limit(&table, "", "not ", QUERY_MAX_DEPTH, "n", 0);
	check_limit(&table, "", "not ", QUERY_MAX_DEPTH + 1, "n", -EINVAL);
	check_limit(&table, "n > ", "-", QUERY_MAX_DEPTH, "1", 0);
	check_limit(&table, "n > ", "-", QUERY_MAX_DEPTH + 1, "1", -EINVAL);
	check_limit(&table, "n in (1", ", 1", 1000, ")", 0);
	check_limit(&table, "n > 1", "+1", 450, "", 0);
	repeat(&deep, "(", QUERY_MAX_DEPTH);
	buf_adds(&deep, "n");
	repeat(&deep, ")", QUERY_MAX_DEPTH);
	assert_int_equal(fault_of(buf_text(&deep), &table, &column), 0);
	check_limit(&table, "", "(", QUERY_MAX_DEPTH + 1, "", -EINVAL);
	table_release(&table);
}

static void test_blank_matches_all(void **state)
{
	struct table table;
	uint64_t bits[4];
	size_t n;

	(void)state;
	make_flows(&table);
	for (const char *text = " \t\n "; *text; text++) {
		struct query *query = compiled(text, &table);

		assert_int_equal(query_match(query, &table, bits, &n), 0);
		assert_int_equal(n, table_n_rows(&table));
		assert_true(query_match_row(query, &table, 0));
		query_free(query);
	}
	table_release(&table);
}

/* -- completion -- */

static void add_word(void *ctx, const char *word, size_t replaces)
{
	struct buf *out = ctx;

	if (out->len == 0)
		buf_addf(out, "%zu:", replaces);
	buf_addf(out, " %s", word);
}

static void test_completion(void **state)
{
	static const struct {
		const char *text, *words; /* bytes replaced: words */
	} cases[] = {
		{"pa", "2: packets"},
		{"PA", "2: packets"},
		{"packets", ""},
		{"packets.", "8: packets.delta packets.rate packets.base"},
		{"packets.r", "9: packets.rate"},
		{"proto == ", "0: tcp udp icmp sctp gre"},
		{"proto == t", "1: tcp"},
		{"proto in (tcp, u", "1: udp"},
		{"verdict = ", "0: PASS DROP TX 7"},
		{"verdict = D", "1: DROP"},
		{"state != ", "0: new kept changed gone"},
		{"name == g", "1: \"g-2\""},
		{"name == j", "1: \"j-1\""},
		{"name == \"j", "2: \"j-1\""},
		{"is_syn == t", "1: true"},
		{"packets > ", ""},
		{"rtt_ns > ", ""},
		{"saddr == 10.0.20", "7: 10.0.200.1"},
		{"packets > 5 a", "1: and age"},
		{"packets > 5 ", "0: and or"},
		{"packets ", "0: and or in not in"},
		{"not sta", "3: state"},
		{"(sta", "3: state"},
		{"saddr/24,sta", "3: state"},
		{"-packets, -sta", "3: state"},
		{"nothing", ""},
		{"name ~ ", ""},
		{"packets > ; pa", ""},
		{"saddr in 10.0.2", "6: 10.0.2.0/24 10.0.200.0/24 10.0.2.1 10.0.200.1"},
		{"saddr in (10.0.0.1, 10.0.9", "6: 10.0.9.0/24 10.0.9.1"},
		{"saddr == 10.0.2.", "7: 10.0.2.1"},
		{"src6 in 2001:db8:20", "11: 2001:db8:200::/64 2001:db8:200::c8"},
	};
	static const struct {
		const char *text, *words;
	} elements[] = {
		{"cor", "3: corners"},
		{"corners", "7: corners[0].x corners[0].y corners[1].x corners[1].y"},
		{"at.x > 5 and corners[", "8: corners[0].x corners[0].y corners[1].x corners[1].y"},
		{"corners[1", "9: corners[1].x corners[1].y"},
		{"corners[1].y.", "13: corners[1].y.delta corners[1].y.rate corners[1].y.base"},
		{"grid[1][", "8: grid[1][0] grid[1][1] grid[1][2]"},
		{"grid[9", ""},
		{"nosuch[", ""},
	};
	struct table table;

	(void)state;
	make_flows(&table);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		SCOPED(buf) words = {0};

		query_complete(cases[i].text, strlen(cases[i].text), &table, add_word, &words);
		if (strcmp(buf_text(&words), cases[i].words) != 0)
			fail_msg("'%s'\n  offers   %s\n  expected %s", cases[i].text,
				 buf_text(&words), cases[i].words);
	}
	table_release(&table);
	make_nested(&table);
	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		SCOPED(buf) offers = {0};

		query_complete(elements[i].text, strlen(elements[i].text), &table, add_word,
			       &offers);
		if (strcmp(buf_text(&offers), elements[i].words) != 0)
			fail_msg("'%s'\n  offers   %s\n  expected %s", elements[i].text,
				 buf_text(&offers), elements[i].words);
	}
	table_release(&table);
	make_cpus(&table);
	SCOPED(buf) words = {0};

	assert_int_equal(query_complete("hits@ > 5", 5, &table, add_word, &words), 4);
	assert_string_equal(buf_text(&words), "5: hits@0 hits@1 hits@2 hits@3");
	table_release(&table);
}

/* What stays in force means "30s ago" of each reading, not of when it was typed. */
static void test_moments_move_on(void **state)
{
	static const struct {
		const char *text;
		uint64_t now, rows; /* a bit a row */
	} cases[] = {{"seen_ns > \"30s ago\"", 100, 0xc},
		     {"seen_ns > \"30s ago\"", 121, 0x8},
		     {"seen_ns > \"30s ago\"", 136, 0},
		     {"seen_ns > \"30s ago\"", 10, 0xe},
		     {"seen_ns in (0..\"120s ago\", \"45s ago\"..100000000000)", 100, 0x7},
		     {"seen_ns in (0..\"120s ago\", \"45s ago\"..100000000000)", 180, 0x3},
		     {"not seen_ns <= \"in 4s\"", 100, 0x8},
		     {"not seen_ns <= \"in 4s\"", 101, 0}};
	uint64_t now = CLOCK_STANDS_AT, bits;
	struct query *query = NULL;
	struct table table;

	(void)state;
	make_moments(&table);
	table.lookups.ctx = &now;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!i || strcmp(cases[i].text, cases[i - 1].text) != 0) {
			query_free(query);
			query = compiled(cases[i].text, &table);
		}
		now = cases[i].now;
		assert_int_equal(query_match(query, &table, &bits, NULL), 0);
		assert_int_equal(bits, cases[i].rows);
		for (size_t row = 0; row < 4; row++)
			assert_int_equal(query_match_row(query, &table, row), bits >> row & 1);
	}
	query_free(query);
	table_release(&table);
}

static void test_alerts_in_slices(void **state)
{
	struct alert alert = {0};
	struct table table;
	uint64_t bits[64];
	size_t n, first = 0;
	int r;

	(void)state;
	make_rows(&table);
	fill_random(&table, 1000);
	assert_int_equal(alert_set(&alert, &table, "n % 7 == 3 and s > 5", NULL), 0);
	assert_int_equal(query_match(alert.query, &table, bits, &n), 0);
	assert_in_range(n, 1, 900);
	while (!(bits[first / 64] >> (first % 64) & 1))
		first++;
	assert_int_equal(alert_begin(&alert, &table), 0);
	for (unsigned i = 0; (r = alert_step(&alert, &table, 100)) == ALERT_MORE; i++)
		assert_int_equal(alert.n_rows, 0); /* nothing is said of a part */
	assert_int_equal(r, 1);
	assert_int_equal(alert.n_rows, n);
	assert_int_equal(alert.first_row, first);
	assert_int_equal(alert_check(&alert, &table), 0); /* said already */
	assert_int_equal(alert.n_rows, n);
	alert_release(&alert);
	table_release(&table);
}

/* -- the examples of the manual: filters are cases of tests/query/examples.txt -- */

static void add_groups(const char *by, struct table *table, struct buf *out)
{
	const struct column key = {.derive = DERIVE_KEY};
	struct column count = {.derive = DERIVE_TOTAL};
	struct group *group = NULL;
	struct err err = {0};
	struct table *groups;

	if (group_new(table, by, "", &group, &err) < 0)
		fail_msg("'%s': %s", by, err.text);
	assert_int_equal(group_take(group), 0);
	groups = group_table(group);
	count.field = &groups->plan.fields[groups->plan.n_key_fields];
	for (size_t row = 0; row < table_n_live(groups); row++) {
		buf_addf(out, "%s", row ? " " : "");
		table_text(groups, row, &key, PRINT_EXACT, out);
		buf_addc(out, '*');
		table_text(groups, row, &count, PRINT_EXACT, out);
	}
	group_free(group);
}

static void add_order(const char *keys, struct table *table, struct buf *out)
{
	struct column name = {.derive = DERIVE_TOTAL};
	struct view view;
	struct err err = {0};

	assert_int_equal(table_column_named(table, "name", 4, &name, NULL), 0);
	view_init(&view);
	view.hides_gone = true;
	if (view_sort(&view, table, keys, &err) < 0)
		fail_msg("'%s': %s", keys, err.text);
	assert_int_equal(view_refresh(&view, table, 0), 0);
	for (size_t i = 0; i < view.n_matched; i++) {
		buf_addf(out, "%s", i ? " " : "");
		table_text(table, (size_t)view_row(&view, i), &name, PRINT_EXACT, out);
	}
	view_release(&view);
}

static void test_examples(void **state)
{
	static const struct {
		const char *text, *gives;
	} expected[] = {
		{"proto,dport",
		 "{proto=tcp, dport=443}*2 {proto=tcp, dport=80}*1 {proto=udp, dport=53}*1 "
		 "{proto=icmp, dport=0}*1 {proto=tcp, dport=8080}*1 {proto=sctp, dport=65535}*1 "
		 "{proto=udp, dport=7}*1 {proto=gre, dport=9}*1"},
		{"saddr/24",
		 "10.0.0.0/24*1 10.0.1.0/24*1 10.0.2.0/24*1 10.0.3.0/24*1 10.0.4.0/24*1 "
		 "10.0.5.0/24*1 10.0.200.0/24*1 10.0.7.0/24*1 10.0.9.0/24*1"},
		{"bytes:log2", "1048576..2097151*1 2097152..4194303*1 1024..2047*1 512..1023*3 0*2 "
			       "9223372036854775808..18446744073709551615*1"},
		{"bytes:64Ki", "1048576..1114111*1 3145728..3211263*1 0..65535*6 "
			       "18446744073709486080..18446744073709551615*1"},
		{"proto:dec", "6*4 17*2 1*1 132*1 47*1"},
		{"state", "changed*5 kept*3 new*1"},
		{"packets", "f g-2 d c b a h j-1 e"},
		{"+packets", "e j-1 h a b c d g-2 f"},
		{"-proto,dport", "g-2 j-1 h d c a b f e"},
	};
	const struct query_example *example;
	unsigned n = 0;
	struct table table;

	(void)state;
	make_flows(&table);
	for (unsigned i = 0; (example = query_example_at(i)); i++) {
		SCOPED(buf) gives = {0};

		if (example->kind == EXAMPLE_FILTER)
			continue;
		if (example->kind == EXAMPLE_GROUP)
			add_groups(example->text, &table, &gives);
		else
			add_order(example->text, &table, &gives);
		if (n == ARRAY_LEN(expected) || strcmp(expected[n].text, example->text) != 0 ||
		    strcmp(expected[n].gives, buf_text(&gives)) != 0)
			fail_msg("'%s' gives %s", example->text, buf_text(&gives));
		n++;
	}
	assert_int_equal(n, ARRAY_LEN(expected));
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_agree_with_rows),
		cmocka_unit_test(test_words_are_found_in_what_is_shown),
		cmocka_unit_test(test_before_the_first_reading),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_blank_matches_all),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_moments_move_on),
		cmocka_unit_test(test_alerts_in_slices),
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
