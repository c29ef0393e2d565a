/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every test gets a set of candidates and takes out those that don't match. So "all" runs its members
 * one after the other over one set, cheap ones first, and the text of a row is only made when the
 * numbers have let it pass; "any" hands each member the rows that none before it took.
 *
 * A numeric column against constants runs over the column's array, 64 rows a word, without branches.
 * The last rows short of a word, and the ghosts behind them, go row by row. */
#include "query/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"

/* More ranges than this are quicker by binary search, row by row. A column is built only for at least
 * one candidate in MIN_SHARE rows. */
enum { MAX_RANGES = 8, MIN_SHARE = 8 };

static size_t n_words(size_t n_rows)
{
	return (n_rows + 63) / 64;
}

static void match_each(struct eval *eval, const struct test *test, uint64_t *bits,
		       size_t first_word, size_t end_word)
{
	for (size_t w = first_word; w < end_word; w++)
		for (uint64_t left = bits[w]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			if (!eval_row(eval, test, w * 64 + bit))
				bits[w] &= ~(UINT64_C(1) << bit);
		}
}

static bool are_enough(const uint64_t *bits, size_t n_rows)
{
	size_t n = 0;

	for (size_t w = 0; w < n_words(n_rows); w++) {
		n += (size_t)__builtin_popcountll(bits[w]);
		if (n >= n_rows / MIN_SHARE)
			return true;
	}
	return false;
}

/* -- a column against constants -- */

struct clipped {
	unsigned n;
	uint64_t low[MAX_RANGES], span[MAX_RANGES]; /* high - low, modulo 2^64: signed ones too */
	double from[MAX_RANGES], to[MAX_RANGES];
};

static void clip(const struct ranges *ranges, enum val_kind kind, struct clipped *out)
{
	out->n = 0;
	for (size_t i = 0; i < ranges->n; i++) {
		unsigned n = out->n;
		uint64_t high;

		if (kind == VAL_REAL) {
			out->n += range_clip_real(&ranges->at[i], &out->from[n], &out->to[n]);
		} else if (range_clip_whole(&ranges->at[i], kind == VAL_INT, &out->low[n], &high)) {
			out->span[n] = high - out->low[n];
			out->n++;
		}
	}
}

/* Bit i: values[i] is in one of the ranges. */
static uint64_t whole_word(const uint64_t *values, const struct clipped *clipped)
{
	uint64_t word = 0;

	for (unsigned r = 0; r < clipped->n; r++) {
		uint64_t low = clipped->low[r], span = clipped->span[r];

		for (unsigned i = 0; i < 64; i++)
			word |= (uint64_t)(values[i] - low <= span) << i;
	}
	return word;
}

static uint64_t real_word(const double *values, const struct clipped *clipped)
{
	uint64_t word = 0;

	for (unsigned r = 0; r < clipped->n; r++) {
		double from = clipped->from[r], to = clipped->to[r];

		for (unsigned i = 0; i < 64; i++)
			word |= (uint64_t)((values[i] >= from) & (values[i] <= to)) << i;
	}
	return word;
}

static uint64_t known_word(const double *values)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 64; i++)
		word |= (uint64_t)(values[i] == values[i]) << i;
	return word;
}

static void match_numbers(const struct column_cache *cache, const struct test *test, uint64_t *bits,
			  size_t end_word)
{
	uint64_t flip = test->is_negated ? UINT64_MAX : 0;
	struct clipped clipped;

	clip(&test->ranges, cache->kind, &clipped);
	for (size_t w = 0; w < end_word; w++) {
		const uint8_t *values = cache->values.at + w * 64 * sizeof(uint64_t);

		if (!bits[w])
			continue;
		if (cache->kind != VAL_REAL)
			bits[w] &= whole_word((const uint64_t *)values, &clipped) ^ flip;
		else
			bits[w] &= (real_word((const double *)values, &clipped) ^ flip) &
				   known_word((const double *)values);
	}
}

/* -- columns at hand -- */

static void forget_numbers(struct eval *eval)
{
	for (unsigned i = 0; i < eval->query->n_columns; i++)
		eval->slots[i].numbers = NULL;
}

static void fetch_numbers(struct eval *eval, struct table *table, const struct expr *expr)
{
	if (!expr)
		return;
	if (expr->kind == EXPR_COLUMN && domain_is_number(expr->domain) &&
	    column_is_numeric(&eval->query->columns[expr->slot]))
		eval->slots[expr->slot].numbers =
			table_numbers(table, &eval->query->columns[expr->slot]);
	fetch_numbers(eval, table, expr->left);
	fetch_numbers(eval, table, expr->right);
}

/* A column that was fetched first may have made room for a later one. */
static void drop_evicted(struct eval *eval, const struct table *table)
{
	for (unsigned i = 0; i < eval->query->n_columns; i++) {
		const struct column_cache *cache = eval->slots[i].numbers;

		if (cache && (cache->number != table->current->number ||
			      !column_equal(&cache->column, &eval->query->columns[i])))
			eval->slots[i].numbers = NULL;
	}
}

static int match_leaf(struct eval *eval, struct table *table, const struct test *test,
		      uint64_t *bits, size_t n_rows)
{
	const struct column_cache *cache = NULL;
	size_t first_word = 0;

	forget_numbers(eval);
	if (test->kind <= TEST_COMPARE && are_enough(bits, n_rows)) {
		fetch_numbers(eval, table, test->left);
		fetch_numbers(eval, table, test->right);
		drop_evicted(eval, table);
	}
	if (test->kind == TEST_RANGES && test->left->kind == EXPR_COLUMN &&
	    test->ranges.n <= MAX_RANGES)
		cache = eval->slots[test->left->slot].numbers;
	if (cache) {
		first_word = eval->n_cached / 64;
		match_numbers(cache, test, bits, first_word);
	}
	match_each(eval, test, bits, first_word, n_words(n_rows));
	return eval->failed ? -ENOMEM : 0;
}

/* -- all, any -- */

/* The members from the first that needs text on, row by row, so that a row's text is made once. */
static void match_texts(struct eval *eval, const struct test *test, const struct test *first,
			uint64_t *bits, size_t n_rows)
{
	struct test tail = {.kind = test->kind, .first = (struct test *)first};

	forget_numbers(eval);
	match_each(eval, &tail, bits, 0, n_words(n_rows));
}

static int match_any(struct eval *eval, struct table *table, const struct test *test,
		     uint64_t *bits, size_t n_rows)
{
	size_t n = n_words(n_rows);
	uint64_t *left = malloc(2 * n * sizeof(*left)), *tried = left + n;
	const struct test *member = test->first;
	int r = 0;

	if (!left)
		return -ENOMEM;
	memcpy(left, bits, n * sizeof(*left));
	memset(bits, 0, n * sizeof(*bits));
	for (bool is_text = false; member && !is_text && !r; member = member->next) {
		is_text = member->cost == COST_TEXT;
		memcpy(tried, left, n * sizeof(*tried));
		if (is_text)
			match_texts(eval, test, member, tried, n_rows);
		else
			r = match_rows(eval, table, member, tried, n_rows);
		for (size_t w = 0; w < n; w++) {
			bits[w] |= tried[w];
			left[w] &= ~tried[w];
		}
	}
	free(left);
	return eval->failed ? -ENOMEM : r;
}

int match_rows(struct eval *eval, struct table *table, const struct test *test, uint64_t *bits,
	       size_t n_rows)
{
	const struct test *member = test->first;
	int r = 0;

	if (test->kind == TEST_ANY)
		return match_any(eval, table, test, bits, n_rows);
	if (test->kind != TEST_ALL)
		return match_leaf(eval, table, test, bits, n_rows);
	for (; member && member->cost < COST_TEXT && !r; member = member->next)
		r = match_rows(eval, table, member, bits, n_rows);
	if (member && !r)
		match_texts(eval, test, member, bits, n_rows);
	return eval->failed ? -ENOMEM : r;
}
