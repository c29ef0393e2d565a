/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first few of many: rows that stand before the worst one kept are put into a buffer of twice as
 * many; when it is full, selection halves it and the bar rises. One pass, and after the first rows
 * almost none of them passes the bar. Windows further down: a sample tells between which two rows they
 * lie, with a margin (Floyd and Rivest 1975); one pass keeps what stands between these and counts what
 * stands before. Should the sample have been wrong, another pass goes without the bound that was.
 * Everything is sorted only when everything is wanted. Selection is Hoare's (1961) with random pivots;
 * the order is total, so equal elements don't exist. */
#include "query/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/tidy.h"

enum { MAX_FEW = 8192, SHORT_RUN = 12, MIN_MEMBERS = 8 };

/* A window is looked for so many samples around the place where it should be: four standard deviations. */
enum { MARGIN = 91 };

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

	return sorter_before(sorter, a, b) ? -1 : a->row != b->row;
}

static void sort_all(const struct sorter *sorter, struct ranked *at, size_t n)
{
	qsort_r(at, n, sizeof(*at), by_order, (void *)sorter);
}

int sorter_sort(const struct sorter *sorter, uint32_t *rows, size_t n)
{
	struct ranked *at = n > 1 ? malloc(n * sizeof(*at)) : NULL;

	if (n > 1 && !at)
		return -ENOMEM;
	for (size_t i = 0; at && i < n; i++)
		at[i] = sorter_rank(sorter, rows[i]);
	if (at)
		sort_all(sorter, at, n);
	for (size_t i = 0; at && i < n; i++)
		rows[i] = at[i].row;
	free(at);
	return 0;
}

/* -- the first few -- */

static void offer(struct window_sort *few, struct ranked ranked)
{
	if (few->has_high && !sorter_before(&few->sorter, &ranked, &few->high))
		return;
	few->at[few->n++] = ranked;
	if (few->n < 2 * few->k)
		return;
	select_first(&few->sorter, few->at, few->n, few->k);
	few->n = few->k;
	few->high = few->at[0];
	for (size_t i = 1; i < few->k; i++)
		if (sorter_before(&few->sorter, &few->high, &few->at[i]))
			few->high = few->at[i];
	few->has_high = true;
}

/* ranks: NULL, or those of the word's rows */
static void offer_word(struct window_sort *few, uint64_t members, size_t word,
		       const uint64_t *ranks)
{
	uint64_t bar = few->has_high ? few->high.rank : UINT64_MAX, near = 0;

	for (unsigned i = 0; ranks && i < 64; i++)
		near |= (uint64_t)(ranks[i] <= bar) << i;
	for (members &= ranks ? near : UINT64_MAX; members; members &= members - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(members);
		size_t row = word * 64 + bit;

		offer(few, ranks ? sorter_ranked(&few->sorter, row, ranks[bit])
				 : sorter_rank(&few->sorter, row));
	}
}

/* -- between two bounds -- */

static void collect(struct window_sort *sort, struct ranked ranked)
{
	if (sort->has_low && sorter_before(&sort->sorter, &ranked, &sort->low))
		sort->n_before++;
	else if (!sort->has_high || !sorter_before(&sort->sorter, &sort->high, &ranked))
		sort->at[sort->n++] = ranked;
}

static void collect_word(struct window_sort *sort, uint64_t members, size_t word,
			 const uint64_t *ranks)
{
	uint64_t low = sort->has_low ? sort->low.rank : 0, before = 0, near = 0;
	uint64_t high = sort->has_high ? sort->high.rank : UINT64_MAX;

	for (unsigned i = 0; ranks && i < 64; i++) {
		before |= (uint64_t)(ranks[i] < low) << i;
		near |= (uint64_t)(ranks[i] <= high) << i;
	}
	sort->n_before += (size_t)__builtin_popcountll(members & before);
	for (members &= ranks ? near & ~before : UINT64_MAX; members; members &= members - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(members);
		size_t row = word * 64 + bit;

		collect(sort, ranks ? sorter_ranked(&sort->sorter, row, ranks[bit])
				    : sorter_rank(&sort->sorter, row));
	}
}

/* One member of each of SORT_SAMPLES equal runs of them, whichever: rows that repeat with some period are not
 * all met in the same phase. */
void sorter_sample(const struct sorter *sorter, const struct row_set *set,
		   struct ranked samples[SORT_SAMPLES])
{
	size_t run = set->n_members / SORT_SAMPLES, n_passed = 0, i = 0;
	uint64_t seed = set->n_members;
	size_t next = num_random(&seed) % run;

	for (size_t word = 0; i < SORT_SAMPLES; word++) {
		uint64_t left = set->bits[word];
		size_t n = (size_t)__builtin_popcountll(left);

		while (i < SORT_SAMPLES && next < n_passed + n) {
			for (; n_passed < next; n_passed++, n--)
				left &= left - 1;
			samples[i++] =
				sorter_rank(sorter, word * 64 + (unsigned)__builtin_ctzll(left));
			next = i * run + num_random(&seed) % run;
		}
		n_passed += n;
	}
	sort_all(sorter, samples, SORT_SAMPLES);
}

static void bound(struct window_sort *sort, const struct row_set *set)
{
	struct ranked samples[SORT_SAMPLES];
	size_t low = sort->from * SORT_SAMPLES / set->n_members;
	size_t high = sort->to * SORT_SAMPLES / set->n_members + MARGIN;

	sorter_sample(&sort->sorter, set, samples);
	sort->has_low = low >= MARGIN;
	sort->has_high = high < SORT_SAMPLES;
	if (sort->has_low)
		sort->low = samples[low - MARGIN];
	if (sort->has_high)
		sort->high = samples[high];
}

int window_sort_open(struct window_sort *sort, const struct sorter *sorter,
		     const struct row_set *set, size_t from, size_t to)
{
	bool is_few = to <= MAX_FEW && 2 * to < set->n_members;

	*sort = (struct window_sort){
		.sorter = *sorter,
		.from = from,
		.to = to,
		.is_few = is_few,
		.k = to,
		.at = malloc((is_few ? 2 * to : set->n_members) * sizeof(struct ranked)),
	};
	if (!sort->at)
		return -ENOMEM;
	if (!is_few && set->n_members >= SORT_MIN_SAMPLED && to - from < set->n_members / 2)
		bound(sort, set);
	return 0;
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

bool window_sort_is_through(struct window_sort *sort)
{
	bool is_low = sort->from >= sort->n_before;
	bool is_high = sort->is_few || sort->to <= sort->n_before + sort->n;

	if (is_low && is_high)
		return true;
	sort->has_low &= is_low;
	sort->has_high &= is_high;
	sort->n = sort->n_before = 0;
	return false;
}

void window_sort_finish(struct window_sort *sort, uint32_t *out)
{
	size_t from = sort->from - sort->n_before, to = sort->to - sort->n_before;

	select_first(&sort->sorter, sort->at, sort->n, to);
	select_first(&sort->sorter, sort->at, to, from);
	sort_all(&sort->sorter, sort->at + from, to - from);
	for (size_t i = from; i < to; i++)
		out[i - from] = sort->at[i].row;
}

void window_sort_release(struct window_sort *sort)
{
	free(sort->at);
	*sort = (struct window_sort){0};
}
