/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A query compiled: tests over values.
 *
 * Logic has three values: a comparison with an unknown value is unknown, and so is its negation; `and`
 * is false as soon as one side is false, `or` true as soon as one is true (Kleene 1938). A row matches
 * when the whole is true. Negation is carried down to the tests when the query is compiled, so a test
 * only has to answer "known and true" or, negated, "known and false". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/table.h"
#include "query/lex.h"
#include "query/literal.h"
#include "query/ranges.h"

struct moving;
struct regex;

enum expr_kind {
	EXPR_CONST,
	EXPR_COLUMN, /* table_cell */
	EXPR_SHOWN,  /* the column as people read it */
	EXPR_NEGATE, /* -left */
	EXPR_ARITH,  /* left op right */
};

struct expr {
	enum expr_kind kind;
	enum domain domain;
	enum token_kind op;
	int time;	/* of a number: its unit is ns to this power */
	struct val val; /* EXPR_CONST */
	unsigned slot;	/* EXPR_COLUMN, EXPR_SHOWN: in query->columns */
	const struct expr *left, *right;
};

enum test_kind {
	TEST_ALL,      /* every one of first, ... */
	TEST_ANY,      /* at least one of them */
	TEST_RANGES,   /* left is in ranges */
	TEST_COMPARE,  /* left op right */
	TEST_REGEX,    /* left's text holds a match */
	TEST_NAN,      /* left, a column, is not a number, though something is there */
	TEST_NETWORKS, /* left is a network inside one of those in ranges */
	TEST_SEARCH,   /* key or value as shown holds needle, in either case */
};

/* What a row costs, cheapest first: the order in which the members of TEST_ALL and TEST_ANY run. */
enum test_cost { COST_NUMBERS, COST_CELLS, COST_TEXT };

struct test {
	enum test_kind kind;
	bool is_negated; /* never of TEST_ALL, TEST_ANY */
	enum test_cost cost;
	enum token_kind op;
	struct test *first, *next; /* members; the next member of the one above */
	const struct expr *left, *right;
	struct ranges ranges;
	struct regex *regex;
	const char *needle;
	unsigned key_slot, value_slot; /* TEST_SEARCH */
	/* Of the plan's fields, those in which the needle can't be; NULL: the whole text is needed. */
	const bool *key_skips, *value_skips;
};

/* A regex that the query owns. */
struct owned_regex {
	struct regex *regex;
	struct owned_regex *next;
};

struct query {
	struct arena mem;
	struct test *root;	/* NULL: everything matches */
	struct column *columns; /* each column that the query reads, once */
	unsigned n_columns, cap_columns;
	struct owned_regex *regexes;
	struct moving *moving; /* the ranges whose bounds move on with the clock */
};

struct node;

/* Gives the parsed text its meaning over the table's columns and fills query->root.
 * 0, -EINVAL with err->column, -ENOMEM. */
int check_query(const char *text, struct node *node, const struct table *table, struct query *query,
		struct err *err);

/* a op b of known numbers: whole as long as it is exact in 128 bits, else real; unknown where there is
 * no answer (division by zero). */
struct val arith_val(enum token_kind op, const struct val *a, const struct val *b);

/* a op b by val_compare, both known. */
bool compare_vals(enum token_kind op, const struct val *a, const struct val *b);
