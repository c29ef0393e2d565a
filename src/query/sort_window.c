/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first few of many: rows that stand before the worst one kept are put into a buffer of twice as
 * many; when it is full, selection halves it and the bar rises. One pass, and after the first rows
 * almost none of them passes the bar. Windows further down select among all rows, and everything is
 * sorted only when everything is wanted. Selection is Hoare's (1961) with random pivots; the order is
 * total, so equal elements don't exist. */
#include "query/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/tidy.h"

enum { MAX_FEW = 8192, SHORT_RUN = 12 };

static void swap(struct ranked *a, struct ranked *b)
{
	struct ranked was = *a;

	*a = *b;
	*b = was;
}

static void insertion_sort(const struct sorter *sorter, struct ranked *at, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && sorter_before(sorter, &at[j], &at[j - 1]); j--)
			swap(&at[j], &at[j - 1]);
}

/* Splits at[0..n) around a random element; returns where that one came to stand. */
static size_t split(const struct sorter *sorter, struct ranked *at, size_t n, uint64_t *seed)
{
	size_t low = 1, high = n - 1;

	swap(&at[0], &at[num_random(seed) % n]);
	for (;;) {
		while (low <= high && sorter_before(sorter, &at[low], &at[0]))
			low++;
		while (low <= high && sorter_before(sorter, &at[0], &at[high]))
			high--;
		if (low >= high)
			break;
		swap(&at[low++], &at[high--]);
	}
	swap(&at[0], &at[high]);
	return high;
}

/* Puts the elements that belong into at[0..k) there, in any order. */
static void select_first(const struct sorter *sorter, struct ranked *at, size_t n, size_t k)
{
	uint64_t seed = n;

	while (n > SHORT_RUN && k > 0 && k < n) {
		size_t middle = split(sorter, at, n, &seed);

		if (k <= middle) {
			n = middle;
		} else {
			at += middle + 1;
			n -= middle + 1;
			k -= middle + 1;
		}
	}
	if (k > 0 && k < n)
		insertion_sort(sorter, at, n);
}

static int by_order(const void *at_a, const void *at_b, void *sorter)
{
	const struct ranked *a = at_a, *b = at_b;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return sorter_before(sorter, a, b) ? -1 : a->row != b->row;
}

static void sort_all(const struct sorter *sorter, struct ranked *at, size_t n)
{
	qsort_r(at, n, sizeof(*at), by_order, (void *)sorter);
}

/* -- the first few -- */

struct few {
	const struct sorter *sorter;
	struct ranked *at; /* [2 * k] */
	size_t n, k;
	bool has_bar;
	struct ranked bar; /* the last of the best k so far: nothing after it is of interest */
};

static void offer(struct few *few, struct ranked ranked)
{
	if (few->has_bar && !sorter_before(few->sorter, &ranked, &few->bar))
		return;
	few->at[few->n++] = ranked;
	if (few->n < 2 * few->k)
		return;
	select_first(few->sorter, few->at, few->n, few->k);
	few->n = few->k;
	few->bar = few->at[0];
	for (size_t i = 1; i < few->k; i++)
		if (sorter_before(few->sorter, &few->bar, &few->at[i]))
			few->bar = few->at[i];
	few->has_bar = true;
}

static void offer_word(struct few *few, uint64_t members, size_t word)
{
	uint64_t bar = few->has_bar ? few->bar.rank : UINT64_MAX, near = 0;
	uint64_t ranks[64];
	bool has_ranks = sorter_ranks(few->sorter, word, ranks);

	if (has_ranks)
		for (unsigned i = 0; i < 64; i++)
			near |= (uint64_t)(ranks[i] <= bar) << i;
	else
		near = UINT64_MAX;
	for (members &= near; members; members &= members - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(members);
		size_t row = word * 64 + bit;

		offer(few, has_ranks ? (struct ranked){ranks[bit], (uint32_t)row}
				     : sorter_rank(few->sorter, row));
	}
}

/* The members in places [0, k), in any order, at the front of at[2 * k]. */
static void collect_few(const struct sorter *sorter, const struct row_set *set, struct ranked *at,
			size_t k)
{
	struct few few = {.sorter = sorter, .at = at, .k = k};

	for (size_t word = 0; word * 64 < set->n_rows; word++)
		if (set->bits[word])
			offer_word(&few, set->bits[word], word);
	select_first(sorter, at, few.n, k);
}

static void collect_all(const struct sorter *sorter, const struct row_set *set, struct ranked *at)
{
	for (size_t word = 0; word * 64 < set->n_rows; word++)
		for (uint64_t left = set->bits[word]; left; left &= left - 1)
			*at++ = sorter_rank(sorter, word * 64 + (unsigned)__builtin_ctzll(left));
}

int sort_window(const struct sorter *sorter, const struct row_set *set, size_t from, size_t to,
		uint32_t *out)
{
	bool is_few = to <= MAX_FEW && 2 * to < set->n_members;
	size_t n = is_few ? to : set->n_members;
	struct ranked *at;

	if (from >= to)
		return 0;
	at = malloc((is_few ? 2 * n : n) * sizeof(*at));
	if (!at)
		return -ENOMEM;
	if (is_few) {
		collect_few(sorter, set, at, n);
	} else {
		collect_all(sorter, set, at);
		select_first(sorter, at, n, to);
	}
	select_first(sorter, at, to, from);
	sort_all(sorter, at + from, to - from);
	for (size_t i = from; i < to; i++)
		out[i - from] = at[i].row;
	free(at);
	return 0;
}

size_t sorter_place(const struct sorter *sorter, const struct row_set *set, size_t row)
{
	struct ranked mine = sorter_rank(sorter, row);
	uint64_t ranks[64];
	size_t n = 0;

	for (size_t word = 0; word * 64 < set->n_rows; word++) {
		uint64_t left = set->bits[word];
		bool has_ranks = left && sorter_ranks(sorter, word, ranks);

		for (; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			size_t other = word * 64 + bit;
			struct ranked theirs =
				has_ranks ? (struct ranked){ranks[bit], (uint32_t)other}
					  : sorter_rank(sorter, other);

			n += sorter_before(sorter, &theirs, &mine);
		}
	}
	return n;
}
