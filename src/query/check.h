/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The half of the checker that knows operands: names, values, arithmetic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "query/parse.h"
#include "query/program.h"

struct checker {
	const char *text;
	const struct table *table;
	struct query *query;
	struct err *err;
	bool has_no_memory; /* a name wasn't looked up: whatever was made of it means nothing */
};

/* -EINVAL with the sentence, pointing at byte `at` of the query. */
int check_fault(struct checker *c, uint32_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Is the node a word that names a column? column may be NULL. Where there is no memory to tell, false, and
 * c->has_no_memory. */
bool check_names_column(struct checker *c, const struct node *node, struct column *column);
/* The fault of a word that had to be a column and isn't. */
int check_unknown_column(struct checker *c, const struct node *node);
/* The fault of a value that doesn't fit the column. */
int check_mismatch(struct checker *c, const struct node *node, const struct column *column);

/* A word, a text, or a word after a minus sign: what a column's format can read. */
bool node_is_literal(const struct node *node);
bool node_is_negative(const struct node *node);
int check_literal(struct checker *c, const struct column *column, const struct node *node,
		  struct range *out);

/* The column's place in query->columns. */
int check_slot(struct checker *c, const struct column *column, unsigned *slot);
int check_column(struct checker *c, const struct column *column, const struct expr **out);
int check_shown(struct checker *c, const struct column *column, const struct expr **out);

/* A column, a number, or arithmetic over them (units.h); constants are folded. */
int check_expr(struct checker *c, const struct node *node, const struct expr **out);
