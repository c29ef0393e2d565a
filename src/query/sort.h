/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The order of rows, and a window of it without sorting the rest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"

struct sort_key {
	struct column column;
	bool is_descending;
};

/* A total order of a table's rows: by the sort keys, then by the bytes of the map's key (as a number where it is one),
 * then by row number. Unknown values come last in both directions; in a first reading, which has no rates, rates are
 * replaced by their totals. Valid until the next table_take. */
struct sorter {
	const struct table *table;
	const struct sort_key *keys; /* borrowed */
	struct column first;	     /* what the first of them sorts by */
	unsigned n_keys;
	enum val_kind kind;	       /* of the first key's numbers; VAL_UNKNOWN: it has none */
	bool has_words;		       /* the first key's values are words: see table_words */
	bool has_ties;		       /* behind a rank only the map's key decides */
	const struct field *key_field; /* the one integer that the map's key is, or NULL */
};

/* A row and the numbers that mostly decide where it stands: a smaller rank stands before a larger one; of
 * equal ones, where has_ties, the smaller tie; then a closer look is needed. */
struct ranked {
	uint64_t rank, tie;
	uint32_t row;
};

/* Sets of rows as query_match gives them: bit row % 64 of bits[row / 64]. */
struct row_set {
	const uint64_t *bits;
	size_t n_rows;	  /* bits */
	size_t n_members; /* that are set */
};

void sorter_open(struct sorter *sorter, const struct table *table, const struct sort_key *keys,
		 unsigned n_keys);

/* A row with what it is compared by first. */
struct ranked sorter_rank(const struct sorter *sorter, size_t row);
/* The same when the rank is known. */
struct ranked sorter_ranked(const struct sorter *sorter, size_t row, uint64_t rank);
/* a stands before b: by all the sort's keys, at last by the bytes of the map's key. */
bool sorter_before(const struct sorter *sorter, const struct ranked *a, const struct ranked *b);
/* The ranks of the 64 rows from 64 * word on; false: some of them aren't live. */
bool sorter_ranks(const struct sorter *sorter, size_t word, uint64_t ranks[64]);

/* Sorts so many rows. 0 or -ENOMEM. */
int sorter_sort(const struct sorter *sorter, uint32_t *rows, size_t n);

/* Draws a sample of the set's rows, sorted, which tells how the others are spread. With fewer than SORT_MIN_SAMPLED
 * members it is quicker to take them all. */
enum { SORT_SAMPLES = 2048, SORT_MIN_SAMPLED = 16 * SORT_SAMPLES };
void sorter_sample(const struct sorter *sorter, const struct row_set *set,
		   struct ranked samples[SORT_SAMPLES]);

/* How many members in the words [first, end) of the set stand before `mine`. */
size_t sorter_count_before(const struct sorter *sorter, const struct row_set *set,
			   const struct ranked *mine, size_t first, size_t end);

/* The members in places [from, to) of the order. All zeros, or from sort_open to sort_release. */
struct window_sort {
	struct sorter sorter;
	size_t from, to;
	bool is_few;
	struct ranked *at; /* owned */
	size_t n, k;
	/* Nothing before `low` or after `high` is of interest. Of the first few, high is the last of the best
	 * k so far. */
	bool has_low, has_high;
	struct ranked low, high;
	size_t n_before; /* members before low */
};

/* from < to <= n_members. 0 or -ENOMEM. */
int window_sort_open(struct window_sort *sort, const struct sorter *sorter,
		     const struct row_set *set, size_t from, size_t to);
/* Takes in the members in words [first, end) of the set; each word once, in any order. */
void window_sort_add(struct window_sort *sort, const struct row_set *set, size_t first, size_t end);
/* After all of them: false, and all of them must be taken in once more. */
bool window_sort_is_through(struct window_sort *sort);
/* Then: the rows, sorted, into out[to - from]. */
void window_sort_finish(struct window_sort *sort, uint32_t *out);
void window_sort_release(struct window_sort *sort);
