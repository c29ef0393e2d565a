/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs every case of tests/query. A case is three lines: the expression, the table it is asked of
 * (query_tables.h), and the rows that match, by name; or, for a fault, a caret under the byte at fault
 * and then words that the message has. Lines that begin with # and empty lines stand between cases. */
#include "tests/unit/query_tables.h"

#include <glob.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "query/manual.h"
#include "query/query.h"

struct query_case {
	const char *text, *table, *expected;
	char name[96];
};

static struct table flows, cpus, vars, arrays, nested, moments;
static const struct {
	const char *name;
	struct table *table;
	const char *row_name; /* the column that names its rows */
} tables[] = {{"flows", &flows, "name"},  {"cpus", &cpus, "key"},
	      {"vars", &vars, "key"},	  {"arrays", &arrays, "key"},
	      {"nested", &nested, "key"}, {"moments", &moments, "name"}};

static void add_rows(struct table *table, const char *row_name, const uint64_t *bits,
		     struct buf *out)
{
	struct column column;

	assert_int_equal(table_column_named(table, row_name, strlen(row_name), &column, NULL), 0);
	for (size_t row = 0; row < table_n_rows(table); row++) {
		if (!(bits[row / 64] >> (row % 64) & 1))
			continue;
		if (out->len)
			buf_addc(out, ' ');
		table_text(table, row, &column, PRINT_EXACT, out);
	}
}

static void check_rows(const struct query_case *c, struct query *query, struct table *table,
		       const char *row_name)
{
	uint64_t bits[16], each[16] = {0};
	size_t n, n_each = 0;
	SCOPED(buf) rows = {0};

	assert_int_equal(query_match(query, table, bits, &n), 0);
	add_rows(table, row_name, bits, &rows);
	for (size_t row = 0; row < table_n_rows(table); row++)
		if (query_match_row(query, table, row)) {
			each[row / 64] |= UINT64_C(1) << (row % 64);
			n_each++;
		}
	assert_int_equal(n, n_each);
	assert_memory_equal(bits, each, (table_n_rows(table) + 7) / 8);
	if (strcmp(buf_text(&rows), strcmp(c->expected, "none") ? c->expected : "") != 0)
		fail_msg("%s\n  matches  %s\n  expected %s", c->text, buf_text(&rows), c->expected);
}

static void check_fault(const struct query_case *c, const struct err *err)
{
	const char *caret = strchr(c->expected, '^'), *words = caret ? caret + 1 : "";

	words += strspn(words, " ");
	if (!caret || caret - c->expected + 1 != err->column || !strstr(err->text, words))
		fail_msg("\n%s\n%s\nbut is\n%*s %s", c->text, c->expected, err->column, "^",
			 err->text);
}

static void run_case(void **state)
{
	const struct query_case *c = *state;
	struct query *query = NULL;
	struct err err = {0};
	size_t t = 0;
	int r;

	while (t < ARRAY_LEN(tables) && strcmp(tables[t].name, c->table) != 0)
		t++;
	if (t == ARRAY_LEN(tables))
		fail_msg("no table '%s'", c->table);
	r = query_compile(c->text, tables[t].table, &query, &err);
	if (r < 0)
		check_fault(c, &err);
	else if (strchr(c->expected, '^'))
		fail_msg("%s\n%s\nbut it compiles", c->text, c->expected);
	else
		check_rows(c, query, tables[t].table, tables[t].row_name);
	query_free(query);
}

/* The next line that counts, cut out of *at; NULL at the end. */
static char *next_line(char **at, bool is_first)
{
	while (*at) {
		char *line = strsep(at, "\n");

		if (!is_first || (*line && *line != '#'))
			return line;
	}
	return NULL;
}

static struct query_case *cases;
static struct CMUnitTest *tests;
static size_t n_tests, cap_tests;
static size_t first_example, n_examples; /* those of examples.txt */

/* Every filter that the manual shows is a case, and in that order; there are no others in that file. */
static void test_examples(void **state)
{
	const struct query_example *example;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; (example = query_example_at(i)); i++) {
		if (example->kind != EXAMPLE_FILTER)
			continue;
		if (n == n_examples)
			fail_msg("'%s' of the manual is no case in examples.txt", example->text);
		assert_string_equal(cases[first_example + n++].text, example->text);
	}
	assert_int_equal(n, n_examples);
}

static void read_cases(const char *path, char *at)
{
	const char *base = strrchr(path, '/') + 1;
	char *text, *table, *expected;

	while ((text = next_line(&at, true)) && (table = next_line(&at, false)) &&
	       (expected = next_line(&at, false))) {
		if (n_tests == cap_tests) {
			cap_tests = MAX_OF(256u, 2 * cap_tests);
			cases = realloc(cases, cap_tests * sizeof(*cases));
		}
		struct query_case *c = &cases[n_tests++];

		*c = (struct query_case){.text = text, .table = table, .expected = expected};
		snprintf(c->name, sizeof(c->name), "%.24s: %.64s", base, text);
	}
}

int main(void)
{
	struct buf files[32] = {0};
	glob_t found;
	int status;

	if (glob("tests/query/*.txt", 0, NULL, &found) != 0 || found.gl_pathc > ARRAY_LEN(files)) {
		printf("not ok - no cases in tests/query, or too many files\n");
		return 1;
	}
	make_flows(&flows);
	make_cpus(&cpus);
	make_vars(&vars);
	make_arrays(&arrays);
	make_nested(&nested);
	make_moments(&moments);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (file_read(found.gl_pathv[i], 1 << 20, &files[i]) < 0)
			return 1;
		bool are_examples = strstr(found.gl_pathv[i], "/examples.txt") != NULL;

		first_example = are_examples ? n_tests : first_example;
		read_cases(found.gl_pathv[i], files[i].at);
		n_examples = are_examples ? n_tests - first_example : n_examples;
	}
	tests = calloc(n_tests + 1, sizeof(*tests));
	if (!tests)
		return 1;
	for (size_t i = 0; i < n_tests; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = run_case, .initial_state = &cases[i]};
	tests[n_tests] = (struct CMUnitTest)cmocka_unit_test(test_examples);
	status = _cmocka_run_group_tests("query", tests, n_tests + 1, NULL, NULL);
	for (size_t i = 0; i < found.gl_pathc; i++)
		buf_release(&files[i]);
	globfree(&found);
	free(tests);
	free(cases);
	table_release(&flows);
	table_release(&cpus);
	table_release(&vars);
	table_release(&arrays);
	table_release(&nested);
	table_release(&moments);
	return status;
}
