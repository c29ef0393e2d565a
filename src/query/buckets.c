/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A sample sort (Frazer and McKellar 1970) that stops half way. Sampled rows are the bounds between
 * buckets; the first pass finds the bucket of each row by binary search and counts, the second puts the
 * row numbers there. A bucket is sorted when somebody looks into it, and stays so.
 *
 * The search is over ranks alone, without jumps; only where a rank is that of some bounds is the closer
 * look of the sorter needed. */
#include "query/buckets.h"

#include <errno.h>
#include <string.h>

#include "base/tidy.h"

/* So many samples lie between two bounds, so that no bucket is far larger than another. */
enum { SAMPLES_A_BUCKET = SORT_SAMPLES / BUCKETS_MOST, MIN_MEMBERS = 8 };

void buckets_release(struct buckets *buckets)
{
	if (!buckets)
		return;
	pages_release(&buckets->rows);
	pages_release(&buckets->of_row);
	*buckets = (struct buckets){0};
}

void buckets_drop(struct buckets *buckets)
{
	buckets->is_ready = false;
}

int buckets_open(struct buckets *buckets, const struct sorter *sorter, const struct row_set *set)
{
	struct ranked samples[SORT_SAMPLES];

	buckets->is_ready = buckets->is_filling = false;
	if (pages_reserve(&buckets->rows, set->n_members * sizeof(uint32_t)) < 0 ||
	    pages_reserve(&buckets->of_row, set->n_rows * sizeof(uint16_t)) < 0)
		return -ENOMEM;
	sorter_sample(sorter, set, samples);
	buckets->n_bounds = BUCKETS_MOST - 1;
	for (size_t i = 0; i < buckets->n_bounds; i++) {
		const struct ranked *bound = &samples[(i + 1) * SAMPLES_A_BUCKET];

		buckets->bounds[i] = *bound;
		buckets->ranks[i] = bound->rank;
	}
	memset(buckets->starts, 0, sizeof(buckets->starts));
	memset(buckets->n_filled, 0, sizeof(buckets->n_filled));
	memset(buckets->is_sorted, 0, sizeof(buckets->is_sorted));
	buckets_leave_none_out(buckets);
	return 0;
}

/* How many of at[0..n), which ascend, are below x. */
static inline size_t count_below(const uint64_t *at, size_t n, uint64_t x)
{
	const uint64_t *base = at;

	while (n > 1) {
		size_t half = n / 2;

		base = base[half - 1] < x ? base + half : base;
		n -= half;
	}
	return (size_t)(base - at) + (n && *base < x);
}

/* The bounds that don't stand behind the row are those of the buckets before its own, and its own. */
static inline size_t bucket_of(const struct buckets *buckets, const struct sorter *sorter,
			       size_t row, uint64_t rank)
{
	size_t n = buckets->n_bounds, at = count_below(buckets->ranks, n, rank), end;
	struct ranked mine;

	if (at == n || buckets->ranks[at] != rank)
		return at;
	end = rank == UINT64_MAX ? n : at + count_below(buckets->ranks + at, n - at, rank + 1);
	mine = sorter_ranked(sorter, row, rank);
	while (at < end) {
		size_t middle = at + (end - at) / 2;

		if (sorter_before(sorter, &mine, &buckets->bounds[middle]))
			end = middle;
		else
			at = middle + 1;
	}
	return at;
}

static void count_word(struct buckets *buckets, const struct sorter *sorter, uint64_t members,
		       size_t word, const uint64_t *ranks)
{
	uint16_t *of_row = (uint16_t *)buckets->of_row.at;

	for (; members; members &= members - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(members);
		size_t row = word * 64 + bit;
		uint64_t rank = ranks ? ranks[bit] : sorter_rank(sorter, row).rank;
		size_t bucket = bucket_of(buckets, sorter, row, rank);

		of_row[row] = (uint16_t)bucket;
		buckets->starts[bucket + 1]++;
	}
}

static void fill_word(struct buckets *buckets, uint64_t members, size_t word)
{
	const uint16_t *of_row = (const uint16_t *)buckets->of_row.at;
	uint32_t *rows = (uint32_t *)buckets->rows.at;

	for (; members; members &= members - 1) {
		size_t row = word * 64 + (unsigned)__builtin_ctzll(members);
		size_t bucket = of_row[row];

		rows[buckets->starts[bucket] + buckets->n_filled[bucket]++] = (uint32_t)row;
	}
}

void buckets_add(struct buckets *buckets, const struct sorter *sorter, const struct row_set *set,
		 size_t first, size_t end)
{
	uint64_t ranks[64];

	for (size_t word = first; word < end; word++) {
		uint64_t members = set->bits[word];

		if (buckets->is_filling)
			fill_word(buckets, members, word);
		else if (__builtin_popcountll(members) >= MIN_MEMBERS &&
			 sorter_ranks(sorter, word, ranks))
			count_word(buckets, sorter, members, word, ranks);
		else
			count_word(buckets, sorter, members, word, NULL);
	}
}

bool buckets_are_through(struct buckets *buckets)
{
	buckets->is_ready = buckets->is_filling;
	if (buckets->is_ready)
		return true;
	for (size_t i = 0; i <= buckets->n_bounds; i++)
		buckets->starts[i + 1] += buckets->starts[i];
	buckets->is_filling = true;
	return false;
}

void buckets_leave_out(struct buckets *buckets, size_t row)
{
	buckets->n_left_out[((const uint16_t *)buckets->of_row.at)[row]]++;
}

void buckets_leave_none_out(struct buckets *buckets)
{
	memset(buckets->n_left_out, 0, sizeof(buckets->n_left_out));
}

static int sort_bucket(struct buckets *buckets, const struct sorter *sorter, size_t bucket)
{
	uint32_t start = buckets->starts[bucket];
	int r = 0;

	if (!buckets->is_sorted[bucket])
		r = sorter_sort(sorter, (uint32_t *)buckets->rows.at + start,
				buckets->starts[bucket + 1] - start);
	buckets->is_sorted[bucket] |= r == 0;
	return r;
}

/* Those of the bucket's rows, the first of which is in that place, that are in places [from, to). */
static uint32_t *put_rows(const struct buckets *buckets, const uint64_t *bits, size_t bucket,
			  size_t place, size_t from, size_t to, uint32_t *out)
{
	const uint32_t *rows = (const uint32_t *)buckets->rows.at;

	for (size_t i = buckets->starts[bucket]; i < buckets->starts[bucket + 1]; i++) {
		if (!(bits[rows[i] / 64] >> (rows[i] % 64) & 1))
			continue;
		if (place >= from && place < to)
			*out++ = rows[i];
		place++;
	}
	return out;
}

int buckets_window(struct buckets *buckets, const struct sorter *sorter, const uint64_t *bits,
		   size_t from, size_t to, uint32_t *out)
{
	size_t place = 0, next;
	int r = 0;

	for (size_t i = 0; i <= buckets->n_bounds && place < to && r == 0; i++, place = next) {
		next = place + buckets->starts[i + 1] - buckets->starts[i] - buckets->n_left_out[i];
		if (next <= from)
			continue;
		r = sort_bucket(buckets, sorter, i);
		if (r == 0)
			out = put_rows(buckets, bits, i, place, from, to, out);
	}
	return r;
}
