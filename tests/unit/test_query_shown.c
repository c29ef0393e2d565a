/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is shown can be typed: of a table of hostile bytes and floats that are no numbers, each cell's text between
 * quotes finds the cell's row, and no row that shows another text. */
#include "tests/unit/query_tables.h"
#include "tests/unit/starved.h"

#include <errno.h>
#include <math.h>

#include "base/buf.h"
#include "model/format.h"
#include "query/query.h"

enum { MAX_ROWS = 300, FEW_ROWS = 8, N_LETTERS = 3 };

struct shown_value {
	double real;
	float small;
	char letters[N_LETTERS], letter, text[8];
};

static const double reals[] = {0,   1.5,      -2,	5e-324, 1.7976931348623157e308,
			       NAN, INFINITY, -INFINITY};
static const char bytes[] = "a0 ]\\\"\n\t\x1b\x7f\xff\xc3\xa9";

static void add_letters(struct plan *plan)
{
	const struct field letters = {.name = "letters",
				      .type = "char[3]",
				      .kind = FIELD_ARRAY,
				      .offset = offsetof(struct shown_value, letters),
				      .count = N_LETTERS,
				      .stride = 1};
	const struct field letter = {.name = "", .type = "char", .kind = FIELD_CHAR, .size = 1};

	assert_int_equal(plan_add(plan, true, &letters, NULL), 0);
	assert_int_equal(plan_add(plan, true, &letter, NULL), 0);
	close_field(plan);
}

#define SHOWN(kind, type, member)                                                                  \
	add_field(&plan, true, kind, type, #member, offsetof(struct shown_value, member),          \
		  sizeof(((struct shown_value *)0)->member))

static void make_table(struct table *table)
{
	struct plan plan = {0};

	plan_begin(&plan, 4, sizeof(struct shown_value), "test");
	add_field(&plan, false, FIELD_UINT, "unsigned int", "id", 0, 4);
	add_field(&plan, true, FIELD_STRUCT, "struct shown", "", 0, sizeof(struct shown_value));
	SHOWN(FIELD_REAL, "double", real);
	SHOWN(FIELD_REAL, "float", small);
	add_letters(&plan);
	SHOWN(FIELD_CHAR, "char", letter);
	SHOWN(FIELD_TEXT, "char[8]", text);
	close_field(&plan);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(
		table_init(table, test_map("hash", 4, sizeof(struct shown_value), 1), &plan), 0);
}

/* A NUL, too. */
static char draw_byte(uint64_t *seed)
{
	return bytes[num_random(seed) % sizeof(bytes)];
}

static void fill(struct table *table, uint64_t seed)
{
	struct snap *snap = next_reading(table, 10);
	uint32_t n_rows = unless_starved(MAX_ROWS, FEW_ROWS);

	for (uint32_t id = 0; id < n_rows; id++) {
		struct shown_value value = {0};

		value.real = reals[num_random(&seed) % ARRAY_LEN(reals)];
		value.small = (float)reals[num_random(&seed) % ARRAY_LEN(reals)];
		value.letter = draw_byte(&seed);
		for (unsigned i = 0; i < N_LETTERS; i++)
			value.letters[i] = draw_byte(&seed);
		for (unsigned i = 0; i < sizeof(value.text); i++)
			value.text[i] = draw_byte(&seed);
		assert_int_equal(snap_add(snap, &id, &value), 0);
	}
	take(table);
}

static struct column column_called(const struct table *table, const char *name)
{
	struct column column;

	assert_int_equal(table_column_named(table, name, strlen(name), &column, NULL), 0);
	return column;
}

/* Only a quote of its own would end it. */
static void add_quoted(const char *shown, struct buf *out)
{
	buf_addc(out, '"');
	for (; *shown; shown++)
		buf_addf(out, "%s%c", *shown == '"' ? "\\" : "", *shown);
	buf_addc(out, '"');
}

static struct query *compile(const struct table *table, const char *text)
{
	struct query *query = NULL;
	struct err err = {0};

	if (query_compile(text, table, &query, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return query;
}

/* Row by row and in blocks find the same. */
static void check_matches(const struct table *table, const struct column *column,
			  const char *filter, const char *shown)
{
	uint64_t bits[(MAX_ROWS + 63) / 64];
	struct query *query = compile(table, filter);
	size_t n;

	assert_int_equal(query_match(query, table, bits, &n), 0);
	for (size_t row = 0; row < table_n_rows(table); row++) {
		bool is_found = query_match_row(query, table, row);
		SCOPED(buf) text = {0};

		table_text(table, row, column, PRINT_EXACT, &text);
		if (is_found != (bits[row / 64] >> (row % 64) & 1) ||
		    is_found != (strcmp(buf_text(&text), shown) == 0))
			fail_msg("%s: %s is %sfound", filter, buf_text(&text),
				 is_found ? "" : "not ");
	}
	query_free(query);
}

static void each_text_finds_its_rows(void **state)
{
	static const char *const names[] = {"real",   "small", "letters", "letters[1]",
					    "letter", "text",  "key",	  "value"};
	struct table table;

	(void)state;
	make_table(&table);
	fill(&table, 7);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct column column = column_called(&table, names[i]);

		for (size_t row = 0; row < table_n_rows(&table); row++) {
			SCOPED(buf) shown = {0};
			SCOPED(buf) filter = {0};

			table_text(&table, row, &column, PRINT_EXACT, &shown);
			buf_addf(&filter, "%s == ", names[i]);
			add_quoted(buf_text(&shown), &filter);
			check_matches(&table, &column, buf_text(&filter), buf_text(&shown));
		}
	}
	table_release(&table);
}

/* Alone, as a word to be looked for. */
static void each_text_is_found(void **state)
{
	struct column column;
	struct table table;

	(void)state;
	make_table(&table);
	fill(&table, 8);
	column = column_called(&table, "letters");
	for (size_t row = 0; row < table_n_rows(&table); row++) {
		SCOPED(buf) shown = {0};
		SCOPED(buf) filter = {0};
		struct query *query;

		table_text(&table, row, &column, PRINT_EXACT, &shown);
		add_quoted(buf_text(&shown), &filter);
		query = compile(&table, buf_text(&filter));
		if (!query_match_row(query, &table, row))
			fail_msg("%s doesn't find its row", buf_text(&filter));
		query_free(query);
	}
	table_release(&table);
}

/* It is no number, so its opposite is one. */
static void nan_has_an_opposite_and_no_order(void **state)
{
	static const char *const faults[] = {"real < nan", "real in (1, nan)", "real in nan..1",
					     "id == nan",  "real == -nan",     "real == nans"};
	struct query *is, *is_not, *not ;
	struct column column;
	struct table table;

	(void)state;
	make_table(&table);
	fill(&table, 9);
	column = column_called(&table, "real");
	is = compile(&table, "real == nan");
	is_not = compile(&table, "real != nan");
	not = compile(&table, "not real == nan");
	for (size_t row = 0; row < table_n_rows(&table); row++) {
		struct val val = table_cell(&table, row, &column);

		assert_int_equal(query_match_row(is, &table, row), isnan(val.x));
		assert_int_equal(query_match_row(is_not, &table, row), !isnan(val.x));
		assert_int_equal(query_match_row(not, &table, row), !isnan(val.x));
	}
	query_free(is);
	query_free(is_not);
	query_free(not );
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct query *query = NULL;
		struct err err = {0};

		assert_int_equal(query_compile(faults[i], &table, &query, &err), -EINVAL);
		assert_true(err.column > 0);
	}
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_finds_its_rows),
		cmocka_unit_test(each_text_is_found),
		cmocka_unit_test(nan_has_an_opposite_and_no_order),
	};

	return cmocka_run_group_tests_name("query_shown", tests, NULL, NULL);
}
