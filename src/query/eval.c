/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Row by row. A cell comes from the column's numbers where match.c has them at hand, else it is decoded;
 * the text of a row is made once, however many tests look at it. */
#include "query/eval.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/moving.h"
#include "query/regex.h"

int eval_init(struct eval *eval, const struct query *query, const struct table *table)
{
	*eval = (struct eval){.query = query, .table = table};
	moving_move(query->moving, table);
	eval->slots = query->n_columns <= EVAL_FEW_SLOTS
			      ? eval->few
			      : calloc(query->n_columns, sizeof(*eval->slots));
	if (!eval->slots)
		return -ENOMEM;
	for (unsigned i = 0; i < query->n_columns; i++) {
		eval->slots[i].shown_row = SIZE_MAX;
		eval->slots[i].kind = table_numbers_kind(table, &query->columns[i]);
		eval->slots[i].word_bytes = table_word_bytes(table, &query->columns[i]);
	}
	return 0;
}

void eval_release(struct eval *eval)
{
	if (!eval->slots)
		return;
	for (unsigned i = 0; i < eval->query->n_columns; i++) {
		buf_release(&eval->slots[i].shown);
		free(eval->slots[i].numbers);
	}
	buf_release(&eval->leaves);
	if (eval->slots != eval->few)
		free(eval->slots);
	eval->slots = NULL;
}

static struct val number_at(const struct eval_slot *slot, size_t row)
{
	uint64_t bits = slot->numbers[row - slot->first];
	double real;

	if (slot->kind == VAL_UINT)
		return val_uint(bits);
	if (slot->kind == VAL_INT)
		return val_int((int64_t)bits);
	memcpy(&real, &bits, sizeof(real));
	return isnan(real) ? val_unknown() : val_real(real);
}

/* The row's text; valid until the slot is asked for another row. */
static const struct buf *shown_text(struct eval *eval, unsigned slot_at, size_t row)
{
	struct eval_slot *slot = &eval->slots[slot_at];

	if (slot->shown_row == row)
		return &slot->shown;
	buf_clear(&slot->shown);
	table_text(eval->table, row, &eval->query->columns[slot_at], PRINT_NAMED, &slot->shown);
	slot->shown_row = row;
	eval->failed |= slot->shown.failed;
	return &slot->shown;
}

static struct val eval_expr(struct eval *eval, const struct expr *expr, size_t row)
{
	const struct val zero = val_uint(0);
	const struct buf *shown;
	struct val a, b;

	switch (expr->kind) {
	case EXPR_CONST:
		return expr->val;
	case EXPR_COLUMN:
		if (row - eval->slots[expr->slot].first < eval->slots[expr->slot].n_rows)
			return number_at(&eval->slots[expr->slot], row);
		return table_cell(eval->table, row, &eval->query->columns[expr->slot]);
	case EXPR_SHOWN:
		shown = shown_text(eval, expr->slot, row);
		return val_text(buf_text(shown), shown->len);
	case EXPR_NEGATE:
		a = eval_expr(eval, expr->left, row);
		return arith_val(TOKEN_MINUS, &zero, &a);
	default:
		a = eval_expr(eval, expr->left, row);
		b = eval_expr(eval, expr->right, row);
		return arith_val(expr->op, &a, &b);
	}
}

bool eval_val(const struct test *test, const struct val *val)
{
	/* a variable that is no number is not comparable with one */
	if (val_is_unknown(val) || (domain_is_number(test->left->domain) && !val_is_number(val)))
		return false;
	return ranges_hold(&test->ranges, val) != test->is_negated;
}

static bool eval_ranges(struct eval *eval, const struct test *test, size_t row)
{
	struct val val = eval_expr(eval, test->left, row);

	return eval_val(test, &val);
}

static bool eval_compare(struct eval *eval, const struct test *test, size_t row)
{
	struct val a = eval_expr(eval, test->left, row);
	struct val b = eval_expr(eval, test->right, row);

	if (domain_is_number(test->left->domain) && !(val_is_number(&a) && val_is_number(&b)))
		return false;
	return !val_is_unknown(&a) && !val_is_unknown(&b) &&
	       compare_vals(test->op, &a, &b) != test->is_negated;
}

/* Prefix bits as a u32 of the host, then the address: is inner one of the networks in outer? */
static bool network_holds(const struct val *outer, const struct val *inner)
{
	const uint8_t *a = (const uint8_t *)outer->at, *b = (const uint8_t *)inner->at;
	uint32_t bits, inner_bits;

	if (outer->kind != VAL_BYTES || inner->kind != VAL_BYTES || outer->len != inner->len ||
	    outer->len < sizeof(bits))
		return false;
	memcpy(&bits, a, sizeof(bits));
	memcpy(&inner_bits, b, sizeof(inner_bits));
	a += sizeof(bits);
	b += sizeof(bits);
	if (inner_bits < bits || bits > (outer->len - sizeof(bits)) * 8)
		return false;
	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || !((a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8));
}

static bool eval_networks(struct eval *eval, const struct test *test, size_t row)
{
	struct val val = eval_expr(eval, test->left, row);

	if (val_is_unknown(&val))
		return false;
	for (size_t i = 0; i < test->ranges.n; i++)
		if (network_holds(&test->ranges.at[i].low.val, &val))
			return !test->is_negated;
	return test->is_negated;
}

static bool eval_nan(struct eval *eval, const struct test *test, size_t row)
{
	struct val val = table_cell(eval->table, row, &eval->query->columns[test->left->slot]);

	return val.kind != VAL_UNKNOWN && val_is_unknown(&val) != test->is_negated;
}

/* Whole keys, structs and arrays are never unknown, and have no cell that would say so. */
static bool eval_regex(struct eval *eval, const struct test *test, size_t row)
{
	const struct expr *left = test->left;
	const struct buf *shown;

	if (left->domain != DOMAIN_SHOWN) {
		struct val val = table_cell(eval->table, row, &eval->query->columns[left->slot]);

		if (val_is_unknown(&val))
			return false;
	}
	shown = shown_text(eval, left->slot, row);
	return regex_search(test->regex, buf_text(shown), shown->len) != test->is_negated;
}

/* In the whole text, or in that of the fields which may hold the needle. */
static bool side_holds(struct eval *eval, const struct test *test, bool in_value, size_t row)
{
	const bool *skips = in_value ? test->value_skips : test->key_skips;
	const struct buf *text = &eval->leaves;

	if (skips) {
		buf_clear(&eval->leaves);
		table_leaves(eval->table, row, in_value, skips, &eval->leaves);
		eval->failed |= eval->leaves.failed;
	} else {
		text = shown_text(eval, in_value ? test->value_slot : test->key_slot, row);
	}
	return text->len && strcasestr(buf_text(text), test->needle);
}

static bool eval_search(struct eval *eval, const struct test *test, size_t row)
{
	bool is_there = side_holds(eval, test, false, row) || side_holds(eval, test, true, row);

	return is_there != test->is_negated;
}

bool eval_row(struct eval *eval, const struct test *test, size_t row)
{
	switch (test->kind) {
	case TEST_ALL:
		for (test = test->first; test; test = test->next)
			if (!eval_row(eval, test, row))
				return false;
		return true;
	case TEST_ANY:
		for (test = test->first; test; test = test->next)
			if (eval_row(eval, test, row))
				return true;
		return false;
	case TEST_RANGES:
		return eval_ranges(eval, test, row);
	case TEST_COMPARE:
		return eval_compare(eval, test, row);
	case TEST_NAN:
		return eval_nan(eval, test, row);
	case TEST_REGEX:
		return eval_regex(eval, test, row);
	case TEST_NETWORKS:
		return eval_networks(eval, test, row);
	default:
		return eval_search(eval, test, row);
	}
}
