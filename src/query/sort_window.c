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

enum { MAX_FEW = 8192, SHORT_RUN = 12, MIN_MEMBERS = 8 };

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

static void offer(struct window_sort *few, struct ranked ranked)
{
	if (few->has_bar && !sorter_before(&few->sorter, &ranked, &few->bar))
		return;
	few->at[few->n++] = ranked;
	if (few->n < 2 * few->k)
		return;
	select_first(&few->sorter, few->at, few->n, few->k);
	few->n = few->k;
	few->bar = few->at[0];
	for (size_t i = 1; i < few->k; i++)
		if (sorter_before(&few->sorter, &few->bar, &few->at[i]))
			few->bar = few->at[i];
	few->has_bar = true;
}

/* ranks: NULL, or those of the word's rows */
static void offer_word(struct window_sort *few, uint64_t members, size_t word,
		       const uint64_t *ranks)
{
	uint64_t bar = few->has_bar ? few->bar.rank : UINT64_MAX, near = 0;

	for (unsigned i = 0; ranks && i < 64; i++)
		near |= (uint64_t)(ranks[i] <= bar) << i;
	for (members &= ranks ? near : UINT64_MAX; members; members &= members - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(members);
		size_t row = word * 64 + bit;

		offer(few, ranks ? (struct ranked){ranks[bit], (uint32_t)row}
				 : sorter_rank(&few->sorter, row));
	}
}

/* -- all -- */

static void collect_word(struct window_sort *all, uint64_t members, size_t word,
			 const uint64_t *ranks)
{
	for (; members; members &= members - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(members);
		size_t row = word * 64 + bit;

		all->at[all->n++] = ranks ? (struct ranked){ranks[bit], (uint32_t)row}
					  : sorter_rank(&all->sorter, row);
	}
}

int window_sort_open(struct window_sort *sort, const struct sorter *sorter, size_t n_members,
		     size_t from, size_t to)
{
	bool is_few = to <= MAX_FEW && 2 * to < n_members;

	*sort = (struct window_sort){
		.sorter = *sorter,
		.from = from,
		.to = to,
		.is_few = is_few,
		.k = to,
		.at = malloc((is_few ? 2 * to : n_members) * sizeof(struct ranked)),
	};
	return sort->at ? 0 : -ENOMEM;
}

void window_sort_add(struct window_sort *sort, const struct row_set *set, size_t first, size_t end)
{
	uint64_t ranks[64];

	for (size_t word = first; word < end; word++) {
		uint64_t members = set->bits[word];
		bool has_ranks = __builtin_popcountll(members) >= MIN_MEMBERS &&
				 sorter_ranks(&sort->sorter, word, ranks);

		if (sort->is_few)
			offer_word(sort, members, word, has_ranks ? ranks : NULL);
		else
			collect_word(sort, members, word, has_ranks ? ranks : NULL);
	}
}

void window_sort_finish(struct window_sort *sort, uint32_t *out)
{
	select_first(&sort->sorter, sort->at, sort->n, sort->to);
	select_first(&sort->sorter, sort->at, sort->to, sort->from);
	sort_all(&sort->sorter, sort->at + sort->from, sort->to - sort->from);
	for (size_t i = sort->from; i < sort->to; i++)
		out[i - sort->from] = sort->at[i].row;
}

void window_sort_release(struct window_sort *sort)
{
	free(sort->at);
	*sort = (struct window_sort){0};
}
