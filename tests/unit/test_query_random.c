/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random filters over random rows, against an evaluator that walks the tree as it was made: no plan, no
 * ranges, no columns, just the rules of the language. Seeded; RANDOM_SEED tries another one. */
#include "tests/unit/random_atoms.h"
#include "tests/unit/random_sums.h"
#include "tests/unit/starved.h"

#include <stdio.h>

#include "base/buf.h"
#include "query/query.h"

enum { MAX_NODES = 256, MAX_DEPTH = 4 };

/* -- the slow way -- */

enum kind {
	COMPARED, /* sides.left op sides.right */
	IN,	  /* sides.left in [low, high] or third */
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
	unsigned op;
	struct sides sides;
	long double low, high, third;
	const char *text;
	bool is_negated;
	struct atom atom;
	struct odd odd;
	const struct tree *first, *second;
};

static struct tree trees[MAX_NODES];
static unsigned n_trees;

static const char *state_of(const struct row *row)
{
	if (!row->is_there)
		return "gone";
	if (!row->was_there)
		return "new";
	return is_same(row) ? "kept" : "changed";
}

static int truth_of_text(const struct tree *tree, const struct row *row)
{
	const char *text = value_of(row)->t;
	size_t n = tree->kind == PREFIX ? strlen(tree->text) : sizeof(value_of(row)->t);

	return has_value(row, IS_t) ? (strncmp(text, tree->text, n) == 0) != tree->is_negated : -1;
}

static int truth_of_sums(const struct tree *tree, size_t row)
{
	struct number a = sum_of_row(tree->sides.left, row), b;

	if (tree->kind == IN)
		return !a.is_known ? -1
				   : ((a.x >= tree->low && a.x <= tree->high) ||
				      a.x == tree->third) != tree->is_negated;
	b = sum_of_row(tree->sides.right, row);
	return !a.is_known || !b.is_known ? -1 : holds(tree->op, (a.x > b.x) - (a.x < b.x));
}

/* 1 true, 0 false, -1 unknown. */
static int truth(const struct tree *tree, size_t row)
{
	int one, two;

	switch (tree->kind) {
	case COMPARED:
	case IN:
		return truth_of_sums(tree, row);
	case STATE:
		return (strcmp(state_of(&rows[row]), tree->text) == 0) != tree->is_negated;
	case TEXT:
	case PREFIX:
		return truth_of_text(tree, &rows[row]);
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

static const struct tree *make_comparison(struct buf *text)
{
	struct tree *tree = new_tree(COMPARED);

	tree->op = below(ARRAY_LEN(signs));
	tree->sides = make_sides(text, signs[tree->op]);
	return tree;
}

/* Numbers from -10 to 19, times of as many quarters of a millisecond. */
static const struct tree *make_in(struct buf *text)
{
	struct tree *tree = new_tree(IN);
	enum unit unit = below(3) ? COUNT : TIME;
	int low = (int)below(20) - 10, high = low + (int)below(9);
	const char *in_us = unit == TIME ? "us" : "";
	int scale = unit == TIME ? 250 : 1;

	tree->is_negated = below(2);
	tree->sides.left = make_sum(text, unit, below(2));
	tree->low = low * scale * (unit == TIME ? 1000 : 1);
	tree->high = high * scale * (unit == TIME ? 1000 : 1);
	buf_adds(text, tree->is_negated ? " not in (" : " in (");
	buf_addf(text, "%d%s..%d%s, ", low * scale, in_us, high * scale, in_us);
	tree->third = (unit == TIME ? make_time : make_count)(text)->x;
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
	const unsigned n = unless_starved(100000, 320), n_of_table = unless_starved(2500, 80);
	SCOPED(buf) text = {0};

	(void)state;
	seed = getenv("RANDOM_SEED") ? strtoull(getenv("RANDOM_SEED"), NULL, 0) : 20261121;
	print_message("RANDOM_SEED=%llu\n", (unsigned long long)seed);
	for (unsigned done = 0; done < n; done += n_of_table) {
		struct table table;

		random_table(&table, done / n_of_table % 4 == 3 ? COPIES : 1);
		for (unsigned i = 0; i < n_of_table; i++) {
			const struct tree *tree;

			n_trees = n_sums = 0;
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
