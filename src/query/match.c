/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows go by in blocks whose numbers stay in the nearest cache. Every test gets a block's candidates and
 * takes out those that don't match. So "all" runs its members one after the other over one set, cheap
 * ones first, and the text of a row is only made when the numbers have let it pass; "any" hands each
 * member the rows that none before it took.
 *
 * A numeric column against constants runs over the block's numbers, 64 rows a word, without branches.
 * The last rows short of a word, and the ghosts behind them, go row by row. */
#include "query/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"

/* More ranges than this are quicker by binary search, row by row. Numbers are made only for at least
 * one candidate in MIN_SHARE rows. */
enum { MAX_RANGES = 8, MIN_SHARE = 8, BLOCK_WORDS = EVAL_BLOCK_ROWS / 64 };

/* Up to EVAL_BLOCK_ROWS rows. */
struct block {
	size_t first, n_words;
	size_t n_live; /* of the rows, the first so many aren't ghosts */
};

static void match_each(struct eval *eval, const struct test *test, const struct block *block,
		       size_t from_word, uint64_t *bits)
{
	for (size_t w = from_word; w < block->n_words; w++)
		for (uint64_t left = bits[w]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			if (!eval_row(eval, test, block->first + w * 64 + bit))
				bits[w] &= ~(UINT64_C(1) << bit);
		}
}

static bool are_enough(const struct block *block, const uint64_t *bits)
{
	size_t n = 0;

	for (size_t w = 0; w < block->n_words; w++)
		n += (size_t)__builtin_popcountll(bits[w]);
	return n >= block->n_words * 64 / MIN_SHARE;
}

/* -- a column against constants -- */

struct clipped {
	unsigned n;
	uint64_t low[MAX_RANGES], span[MAX_RANGES]; /* high - low, modulo 2^64: signed ones too */
	double from[MAX_RANGES], to[MAX_RANGES];
};

static void clip_words(const struct range *range, struct clipped *out)
{
	uint64_t high;

	if (range_clip_words(range, &out->low[out->n], &high)) {
		out->span[out->n] = high - out->low[out->n];
		out->n++;
	}
}

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

static void match_numbers(const struct eval_slot *slot, const struct test *test, uint64_t *bits,
			  size_t n_words)
{
	uint64_t flip = test->is_negated ? UINT64_MAX : 0;
	struct clipped clipped;

	clip(&test->ranges, slot->kind, &clipped);
	for (size_t w = 0; w < n_words; w++) {
		const uint64_t *values = slot->numbers + w * 64;

		if (!bits[w])
			continue;
		if (slot->kind != VAL_REAL)
			bits[w] &= whole_word(values, &clipped) ^ flip;
		else
			bits[w] &= (real_word((const double *)values, &clipped) ^ flip) &
				   known_word((const double *)values);
	}
}

/* -- columns at hand -- */

static void fetch_slot(struct eval *eval, unsigned slot_at, const struct block *block)
{
	struct eval_slot *slot = &eval->slots[slot_at];

	if (slot->kind == VAL_UNKNOWN || (slot->first == block->first && slot->n_rows))
		return;
	if (!slot->numbers)
		slot->numbers = malloc(EVAL_BLOCK_ROWS * sizeof(*slot->numbers));
	slot->n_rows = slot->numbers ? block->n_live : 0;
	slot->first = block->first;
	if (slot->n_rows)
		table_numbers(eval->table, &eval->query->columns[slot_at], slot->first,
			      slot->n_rows, slot->numbers);
}

static void fetch_numbers(struct eval *eval, const struct expr *expr, const struct block *block)
{
	if (!expr)
		return;
	if (expr->kind == EXPR_COLUMN && domain_is_number(expr->domain))
		fetch_slot(eval, expr->slot, block);
	fetch_numbers(eval, expr->left, block);
	fetch_numbers(eval, expr->right, block);
}

/* Addresses, a word of bits at a time: returns how many. 0: the test is no such. */
static size_t match_words(struct eval *eval, const struct test *test, const struct block *block,
			  uint64_t *bits)
{
	const struct eval_slot *slot = &eval->slots[test->left->slot];
	const struct column *column = &eval->query->columns[test->left->slot];
	uint64_t flip = test->is_negated ? UINT64_MAX : 0, values[64];
	struct clipped clipped = {0};

	if (test->ranges.n > MAX_RANGES || !ranges_are_words(&test->ranges, slot->word_bytes))
		return 0;
	for (size_t i = 0; i < test->ranges.n; i++)
		clip_words(&test->ranges.at[i], &clipped);
	for (size_t w = 0; w < block->n_live / 64; w++) {
		if (!bits[w])
			continue;
		table_words(eval->table, column, block->first + w * 64, 64, values);
		bits[w] &= whole_word(values, &clipped) ^ flip;
	}
	return block->n_live / 64;
}

/* Values that are no numbers (texts, long addresses), a word of cells at a time: returns how many words. */
static size_t match_cells(struct eval *eval, const struct test *test, const struct block *block,
			  uint64_t *bits)
{
	const struct column *column = &eval->query->columns[test->left->slot];
	size_t n_words = block->n_live / 64;
	struct val vals[64];

	for (size_t w = 0; w < n_words; w++) {
		if (!bits[w])
			continue;
		table_cells(eval->table, column, block->first + w * 64, 64, vals);
		for (uint64_t left = bits[w]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			if (!eval_val(test, &vals[bit]))
				bits[w] &= ~(UINT64_C(1) << bit);
		}
	}
	return n_words;
}

static void match_leaf(struct eval *eval, const struct test *test, const struct block *block,
		       uint64_t *bits)
{
	bool is_column = test->kind == TEST_RANGES && test->left->kind == EXPR_COLUMN;
	const struct eval_slot *slot = is_column ? &eval->slots[test->left->slot] : NULL;
	bool are_many = are_enough(block, bits);
	size_t n_words = 0;

	if (test->kind <= TEST_COMPARE && are_many) {
		fetch_numbers(eval, test->left, block);
		fetch_numbers(eval, test->right, block);
	}
	if (slot && slot->kind == VAL_UNKNOWN && are_many) {
		n_words = match_words(eval, test, block, bits);
		if (!n_words)
			n_words = match_cells(eval, test, block, bits);
	} else if (slot && test->ranges.n <= MAX_RANGES) {
		n_words = slot->first == block->first ? slot->n_rows / 64 : 0;
		match_numbers(slot, test, bits, n_words);
	}
	match_each(eval, test, block, n_words, bits);
}

/* -- all, any -- */

static void match_block(struct eval *eval, const struct test *test, const struct block *block,
			uint64_t *bits);

/* The members from the first that needs text on, row by row, so that a row's text is made once. */
static void match_texts(struct eval *eval, const struct test *test, const struct test *first,
			const struct block *block, uint64_t *bits)
{
	struct test tail = {.kind = test->kind, .first = (struct test *)first};

	match_each(eval, &tail, block, 0, bits);
}

static void match_any(struct eval *eval, const struct test *test, const struct block *block,
		      uint64_t *bits)
{
	uint64_t left[BLOCK_WORDS], tried[BLOCK_WORDS];
	size_t n = block->n_words;
	bool is_text = false;

	memcpy(left, bits, n * sizeof(*left));
	memset(bits, 0, n * sizeof(*bits));
	for (const struct test *member = test->first; member && !is_text; member = member->next) {
		is_text = member->cost == COST_TEXT;
		memcpy(tried, left, n * sizeof(*tried));
		if (is_text)
			match_texts(eval, test, member, block, tried);
		else
			match_block(eval, member, block, tried);
		for (size_t w = 0; w < n; w++) {
			bits[w] |= tried[w];
			left[w] &= ~tried[w];
		}
	}
}

static void match_block(struct eval *eval, const struct test *test, const struct block *block,
			uint64_t *bits)
{
	const struct test *member = test->first;

	if (test->kind == TEST_ANY) {
		match_any(eval, test, block, bits);
	} else if (test->kind == TEST_ALL) {
		for (; member && member->cost < COST_TEXT; member = member->next)
			match_block(eval, member, block, bits);
		if (member)
			match_texts(eval, test, member, block, bits);
	} else {
		match_leaf(eval, test, block, bits);
	}
}

int match_rows(struct eval *eval, const struct test *test, uint64_t *bits, size_t first, size_t end)
{
	size_t n_live = table_n_live(eval->table);

	for (; first < end && !eval->failed; first += EVAL_BLOCK_ROWS) {
		size_t n_rows = MIN_OF(end - first, (size_t)EVAL_BLOCK_ROWS);
		struct block block = {
			.first = first,
			.n_words = (n_rows + 63) / 64,
			.n_live = n_live > first ? MIN_OF(n_live - first, n_rows) : 0,
		};

		match_block(eval, test, &block, bits + first / 64);
	}
	return eval->failed ? -ENOMEM : 0;
}
