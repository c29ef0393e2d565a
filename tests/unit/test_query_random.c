/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random filters over random rows, against an evaluator that walks the tree as it was made: no plan, no
 * ranges, no columns, just the rules of the language. Seeded; RANDOM_SEED tries another one. */
#include "tests/unit/random_atoms.h"

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "query/query.h"

enum { EXPRESSIONS = 100000, EXPRESSIONS_A_TABLE = 5000, MAX_NODES = 256, MAX_DEPTH = 4 };

/* -- the slow way -- */

enum kind {
	NUMBER,
	COLUMN,
	NEGATED,
	SUM,
	COMPARED, /* first op second */
	IN,	  /* first in [low, high] or list */
	STATE,
	TEXT,
	PREFIX, /* of a text, by a regular expression */
	ATOM,	/* see random_atoms.h */
	ODD,
	NOT,
	AND,
	OR,
};

struct tree {
	enum kind kind;
	unsigned op, column;
	long double low, high, third;
	const char *text;
	bool is_negated;
	struct atom atom;
	struct odd odd;
	const struct tree *first, *second;
};

/* Operators of a SUM from which on the second is a constant. */
enum { DIVIDED = 3 };

static struct tree trees[MAX_NODES];
static unsigned n_trees;

struct number {
	bool is_known;
	long double x;
};

static const char *const columns[] = {"n", "s", "x", "a", "b", "n.delta", "n.rate", "s.delta"};

static struct number column_of_row(unsigned column, size_t i)
{
	const struct row *row = &rows[i];
	const struct kinds_value *value = value_of(row);
	uint64_t was = row->was_there ? row->was.n : 0;

	switch (column) {
	case 0:
		return (struct number){true, (long double)value->n};
	case 1:
		return (struct number){true, (long double)value->s};
	case 2:
		return (struct number){true, (long double)value->x};
	case 3:
		return (struct number){true, (long double)i};
	case 4:
		return (struct number){true, (long double)(i % 7)};
	case 7:
		return (struct number){
			row->is_there,
			(long double)(row->is.s - (row->was_there ? row->was.s : 0))};
	default: /* what went or went back has no difference; what is new began at 0 */
		return (struct number){row->is_there && row->is.n >= was,
				       (long double)row->is.n - (long double)was};
	}
}

static struct number number_of(const struct tree *tree, size_t row)
{
	struct number a, b;

	switch (tree->kind) {
	case NUMBER:
		return (struct number){true, tree->low};
	case COLUMN:
		return column_of_row(tree->column, row);
	case NEGATED:
		a = number_of(tree->first, row);
		return (struct number){a.is_known, -a.x};
	default:
		a = number_of(tree->first, row);
		b = number_of(tree->second, row);
		a.is_known &= b.is_known && (tree->op < DIVIDED || b.x != 0);
		a.x = tree->op == 0	    ? a.x + b.x
		      : tree->op == 1	    ? a.x - b.x
		      : tree->op == 2	    ? a.x * b.x
		      : tree->op == DIVIDED ? a.x / b.x
					    : fmodl(a.x, b.x);
		return a;
	}
}

static const char *state_of(const struct row *row)
{
	if (!row->is_there)
		return "gone";
	if (!row->was_there)
		return "new";
	return memcmp(&row->was, &row->is, sizeof(row->is)) ? "changed" : "kept";
}

/* 1 true, 0 false, -1 unknown. */
static int truth(const struct tree *tree, size_t row)
{
	struct number a, b;
	int one, two;

	switch (tree->kind) {
	case COMPARED:
		a = number_of(tree->first, row);
		b = number_of(tree->second, row);
		if (!a.is_known || !b.is_known)
			return -1;
		return (const int[]){a.x == b.x, a.x != b.x, a.x<b.x, a.x <= b.x, a.x> b.x,
				     a.x >= b.x}[tree->op];
	case IN:
		a = number_of(tree->first, row);
		if (!a.is_known)
			return -1;
		return ((a.x >= tree->low && a.x <= tree->high) || a.x == tree->third) !=
		       tree->is_negated;
	case STATE:
		return (strcmp(state_of(&rows[row]), tree->text) == 0) != tree->is_negated;
	case TEXT:
		return (strcmp(value_of(&rows[row])->t, tree->text) == 0) != tree->is_negated;
	case PREFIX:
		return (strncmp(value_of(&rows[row])->t, tree->text, strlen(tree->text)) == 0) !=
		       tree->is_negated;
	case ATOM:
		return atom_truth(&tree->atom, &rows[row]);
	case ODD:
		return odd_truth(&tree->odd, &rows[row]);
	case NOT:
		one = truth(tree->first, row);
		return one < 0 ? -1 : !one;
	default:
		one = truth(tree->first, row);
		two = truth(tree->second, row);
		if (tree->kind == AND)
			return one == 0 || two == 0 ? 0 : one < 0 || two < 0 ? -1 : 1;
		return one == 1 || two == 1 ? 1 : one < 0 || two < 0 ? -1 : 0;
	}
}

/* -- made up -- */

static struct tree *new_tree(enum kind kind)
{
	assert_true(n_trees < MAX_NODES);
	trees[n_trees] = (struct tree){.kind = kind};
	return &trees[n_trees++];
}

static const struct tree *make_column(struct buf *text)
{
	struct tree *tree = new_tree(COLUMN);

	tree->column = below(ARRAY_LEN(columns));
	buf_adds(text, columns[tree->column]);
	return tree;
}

static long double make_constant(struct buf *text)
{
	static const struct {
		const char *text;
		long double x;
	} rows_of[] = {
		{"0", 0},   {"1", 1},	  {"3", 3},	    {"5", 5},	  {"-2", -2},
		{"10", 10}, {"0.5", 0.5}, {"-1.25", -1.25}, {"1k", 1000}, {"1Ti", 0x1p40L},
	};
	unsigned i = below(ARRAY_LEN(rows_of));

	buf_adds(text, rows_of[i].text);
	return rows_of[i].x;
}

/* What divides without a remainder that binary fractions lack, and what a remainder is exact of. */
static const struct tree *make_divisor(struct buf *text, unsigned op)
{
	static const struct {
		const char *text;
		long double x;
	} divisors[] = {{"2", 2}, {"-4", -4}, {"0.5", 0.5}, {"0", 0}, {"3", 3}, {"10", 10}};
	unsigned i = below(op == DIVIDED ? 4 : ARRAY_LEN(divisors));
	struct tree *tree = new_tree(NUMBER);

	buf_adds(text, divisors[i].text);
	tree->low = divisors[i].x;
	return tree;
}

static const struct tree *make_number(struct buf *text, unsigned depth)
{
	static const char *const sums[] = {" + ", " - ", " * ", " / ", " % "};
	struct tree *tree;

	if (depth == 0 || below(3) == 0)
		return make_column(text);
	if (below(6) == 0) {
		tree = new_tree(NEGATED);
		buf_adds(text, "-(");
		tree->first = make_number(text, depth - 1);
	} else {
		tree = new_tree(SUM);
		tree->op = below(ARRAY_LEN(sums));
		buf_addc(text, '(');
		tree->first = make_number(text, depth - 1);
		buf_adds(text, sums[tree->op]);
		if (tree->op >= DIVIDED) {
			tree->second = make_divisor(text, tree->op);
		} else if (below(2)) {
			tree->second = make_number(text, depth - 1);
		} else {
			struct tree *constant = new_tree(NUMBER);

			constant->low = make_constant(text);
			tree->second = constant;
		}
	}
	buf_addc(text, ')');
	return tree;
}

static const struct tree *make_comparison(struct buf *text)
{
	struct tree *tree = new_tree(COMPARED);

	tree->op = below(ARRAY_LEN(signs));
	tree->first = make_number(text, below(3));
	buf_adds(text, signs[tree->op]);
	if (below(3) == 0) {
		tree->second = make_number(text, below(3));
	} else {
		struct tree *constant = new_tree(NUMBER);

		constant->low = make_constant(text);
		tree->second = constant;
	}
	return tree;
}

static const struct tree *make_in(struct buf *text)
{
	struct tree *tree = new_tree(IN);

	tree->is_negated = below(2);
	tree->first = make_number(text, below(2));
	tree->low = (int)below(20) - 10;
	tree->high = tree->low + below(9);
	buf_adds(text, tree->is_negated ? " not in (" : " in (");
	buf_addf(text, "%d..%d, ", (int)tree->low, (int)tree->high);
	tree->third = make_constant(text);
	buf_addc(text, ')');
	return tree;
}

static const struct tree *make_word(struct buf *text)
{
	static const char *const states[] = {"new", "kept", "changed", "gone"};
	static const char *const texts[] = {"a", "ab", "b", "zz"};
	bool is_state = below(2), is_prefix = !is_state && below(2);
	struct tree *tree = new_tree(is_state ? STATE : is_prefix ? PREFIX : TEXT);

	tree->is_negated = below(2);
	tree->text = is_state ? states[below(ARRAY_LEN(states))] : texts[below(ARRAY_LEN(texts))];
	if (is_prefix) {
		buf_addf(text, "t %s \"^%s\"", tree->is_negated ? "!~" : "~", tree->text);
		return tree;
	}
	buf_addf(text, is_state ? "%s %s %s" : "%s %s \"%s\"", is_state ? "state" : "t",
		 tree->is_negated ? "!=" : "==", tree->text);
	return tree;
}

static const struct tree *make_kind(struct buf *text)
{
	struct tree *tree = new_tree(below(4) ? ATOM : ODD);

	if (tree->kind == ATOM)
		tree->atom = make_atom(text);
	else
		tree->odd = make_odd(text);
	return tree;
}

static const struct tree *make_filter(struct buf *text, unsigned depth)
{
	struct tree *tree;
	unsigned draw = below(8);

	if (depth == 0 || draw < 2)
		return below(2)	       ? make_kind(text)
		       : draw % 4 == 3 ? make_word(text)
		       : draw % 4 == 2 ? make_in(text)
				       : make_comparison(text);
	if (draw == 2) {
		tree = new_tree(NOT);
		buf_adds(text, "not (");
		tree->first = make_filter(text, depth - 1);
		buf_addc(text, ')');
		return tree;
	}
	tree = new_tree(draw & 1 ? AND : OR);
	buf_addc(text, '(');
	tree->first = make_filter(text, depth - 1);
	buf_adds(text, tree->kind == AND ? ") and (" : ") or (");
	tree->second = make_filter(text, depth - 1);
	buf_addc(text, ')');
	return tree;
}

/* -- compared -- */

static void check_one(struct table *table, const struct tree *tree, const char *text)
{
	uint64_t bits[ROWS / 64 + 1] = {0};
	struct query *query = NULL;
	struct err err = {0};
	size_t n, size;

	if (query_compile(text, table, &query, &err) < 0)
		fail_msg("%s\n%*s %s", text, err.column, "^", err.text);
	assert_int_equal(query_match(query, table, bits, &n), 0);
	for (size_t row = 0; row < table_n_rows(table); row++) {
		struct kinds_key key;
		bool is_match = bits[row / 64] >> (row % 64) & 1;

		memcpy(&key, table_key(table, row, &size), sizeof(key));
		if (is_match != (truth(tree, key.a) == 1) ||
		    (row % 16 == 0 && is_match != query_match_row(query, table, row)))
			fail_msg("%s\nrow %u: %d, should be %d", text, key.a, is_match,
				 truth(tree, key.a));
	}
	query_free(query);
}

static void test_random(void **state)
{
	SCOPED(buf) text = {0};

	(void)state;
	seed = getenv("RANDOM_SEED") ? strtoull(getenv("RANDOM_SEED"), NULL, 0) : 20261121;
	for (unsigned done = 0; done < EXPRESSIONS; done += EXPRESSIONS_A_TABLE) {
		struct table table;

		random_table(&table);
		for (unsigned i = 0; i < EXPRESSIONS_A_TABLE; i++) {
			const struct tree *tree;

			n_trees = 0;
			buf_clear(&text);
			tree = make_filter(&text, below(MAX_DEPTH));
			check_one(&table, tree, buf_text(&text));
		}
		table_release(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
