/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Operands. Nothing here evaluates a row; arithmetic over constants is done once and for all. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "query/check.h"
#include "query/units.h"

int check_fault(struct checker *c, uint32_t at, const char *fmt, ...)
{
	char text[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_at(c->err, lex_column(c->text, at), "%s", text);
}

bool check_names_column(struct checker *c, const struct node *node, struct column *column)
{
	struct column found;
	int r;

	if (node->kind != NODE_WORD || isdigit((unsigned char)node->text[0]))
		return false;
	r = table_column_named(c->table, node->text, node->len, &found, NULL);
	c->has_no_memory |= r == -ENOMEM;
	if (r < 0)
		return false;
	if (column)
		*column = found;
	return true;
}

int check_unknown_column(struct checker *c, const struct node *node)
{
	struct err err = {0};
	struct column column;

	table_column_named(c->table, node->text, node->len, &column, &err);
	return check_fault(c, node->at + (err.column > 0 ? (uint32_t)err.column - 1 : 0), "%s",
			   err.text);
}

int check_mismatch(struct checker *c, const struct node *node, const struct column *column)
{
	char hint[256];

	literal_hint(c->table, column, hint, sizeof(hint));
	return check_fault(c, node_start(node), "this doesn't compare with %s; compare it with %s",
			   domain_words(domain_of(c->table, column)), hint);
}

/* -- literals -- */

bool node_is_negative(const struct node *node)
{
	return node->kind == NODE_NEGATE && node->first->kind == NODE_WORD &&
	       !node->first->is_grouped;
}

bool node_is_literal(const struct node *node)
{
	return node->kind == NODE_WORD || node->kind == NODE_TEXT || node_is_negative(node);
}

int check_literal(struct checker *c, const struct column *column, const struct node *node,
		  struct range *out)
{
	struct arena *mem = &c->query->mem;
	const char *text = node->text;
	size_t len = node->len;
	struct err err = {0};
	int r;

	if (node->kind == NODE_NEGATE) {
		text = arena_printf(mem, "-%.*s", (int)node->first->len, node->first->text);
		if (!text)
			return -ENOMEM;
		len = strlen(text);
	}
	r = literal_range(c->table, column, text, len, mem, out, &err);
	if (r == 0 || r == -ENOMEM)
		return r;
	return check_fault(c, node->at, "%s", err.text);
}

/* -- expressions -- */

static struct expr *new_expr(struct checker *c, enum expr_kind kind, enum domain domain)
{
	struct expr *expr = arena_alloc(&c->query->mem, sizeof(*expr));

	if (expr)
		*expr = (struct expr){
			.kind = kind, .domain = domain, .time = domain == DOMAIN_TIME};
	return expr;
}

int check_slot(struct checker *c, const struct column *column, unsigned *slot)
{
	struct query *query = c->query;

	for (unsigned i = 0; i < query->n_columns; i++)
		if (column_equal(&query->columns[i], column)) {
			*slot = i;
			return 0;
		}
	if (query->n_columns == query->cap_columns) {
		unsigned cap = MAX_OF(8u, query->cap_columns * 2);
		struct column *columns = arena_array(&query->mem, cap, sizeof(*columns));

		if (!columns)
			return -ENOMEM;
		if (query->n_columns)
			memcpy(columns, query->columns, query->n_columns * sizeof(*columns));
		query->columns = columns;
		query->cap_columns = cap;
	}
	*slot = query->n_columns;
	query->columns[query->n_columns++] = *column;
	return 0;
}

static int column_expr(struct checker *c, enum expr_kind kind, const struct column *column,
		       const struct expr **out)
{
	struct expr *expr = new_expr(c, kind, domain_of(c->table, column));

	if (!expr)
		return -ENOMEM;
	*out = expr;
	return check_slot(c, column, &expr->slot);
}

int check_column(struct checker *c, const struct column *column, const struct expr **out)
{
	bool is_shown = domain_of(c->table, column) == DOMAIN_SHOWN;

	return column_expr(c, is_shown ? EXPR_SHOWN : EXPR_COLUMN, column, out);
}

int check_shown(struct checker *c, const struct column *column, const struct expr **out)
{
	return column_expr(c, EXPR_SHOWN, column, out);
}

static int number_expr(struct checker *c, const struct node *node, const struct expr **out)
{
	enum num_kind kind = NUM_PLAIN;
	struct val val;
	struct expr *expr;
	int r = literal_number(node->text, node->len, &val, &kind);

	if (r == -ERANGE)
		return check_fault(c, node->at, "'%.*s' is too large a number", (int)node->len,
				   node->text);
	if (r && isdigit((unsigned char)node->text[0]))
		return check_fault(c, node->at,
				   "'%.*s' is no number here; numbers are like 1000, 1.5Mi, 30s",
				   (int)node->len, node->text);
	if (r)
		return check_unknown_column(c, node);
	expr = new_expr(c, EXPR_CONST, kind == NUM_TIME ? DOMAIN_TIME : DOMAIN_NUMBER);
	if (!expr)
		return -ENOMEM;
	expr->val = val;
	*out = expr;
	return 0;
}

static int word_expr(struct checker *c, const struct node *node, const struct expr **out)
{
	struct column column;

	if (check_names_column(c, node, &column))
		return check_column(c, &column, out);
	return number_expr(c, node, out);
}

static int operand(struct checker *c, const struct node *node, const struct expr **out)
{
	int r = check_expr(c, node, out);

	if (!r && !domain_is_number((*out)->domain))
		return check_fault(c, node_start(node), "arithmetic takes numbers, and this is %s",
				   domain_words((*out)->domain));
	return r;
}

static int arith_expr(struct checker *c, const struct node *node, const struct expr **out)
{
	const struct expr *left, *right;
	struct expr *expr;
	struct unit unit;
	int r = operand(c, node->first, &left);

	r = r ? r : operand(c, node->first->next, &right);
	r = r ? r : units_go_together(c, node, left, right, &unit);
	if (r)
		return r;
	expr = new_expr(c, EXPR_ARITH, unit.domain);
	if (!expr)
		return -ENOMEM;
	*out = expr;
	expr->time = unit.time;
	expr->op = node->op;
	expr->left = left;
	expr->right = right;
	if (left->kind != EXPR_CONST || right->kind != EXPR_CONST)
		return 0;
	expr->kind = EXPR_CONST;
	expr->val = arith_val(node->op, &left->val, &right->val);
	if (expr->val.kind == VAL_UNKNOWN)
		return check_fault(c, node->at, "this has no result");
	return 0;
}

static int negative_expr(struct checker *c, const struct node *node, const struct expr **out)
{
	const struct val zero = val_uint(0);
	const struct expr *left;
	struct expr *expr;
	int r = operand(c, node->first, &left);

	if (!r && domain_is_moment(left->domain))
		r = units_no_moment(c, node->first, left);
	if (r)
		return r;
	expr = new_expr(c, EXPR_NEGATE, left->domain);
	if (!expr)
		return -ENOMEM;
	*out = expr;
	expr->time = left->time;
	expr->left = left;
	if (left->kind == EXPR_CONST) {
		expr->kind = EXPR_CONST;
		expr->val = arith_val(TOKEN_MINUS, &zero, &left->val);
	}
	return 0;
}

int check_expr(struct checker *c, const struct node *node, const struct expr **out)
{
	switch (node->kind) {
	case NODE_WORD:
		return word_expr(c, node, out);
	case NODE_ARITH:
		return arith_expr(c, node, out);
	case NODE_NEGATE:
		return negative_expr(c, node, out);
	case NODE_TEXT:
		return check_fault(c, node->at, "expected a column or a number, not a text");
	default:
		return check_fault(c, node_start(node), "a condition is no value to go on with");
	}
}
