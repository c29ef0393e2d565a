/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows spread over buckets, each bucket standing before the next in an order: with two passes over the
 * rows, any window of the order costs no more than sorting the few buckets that it lies in, once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"
#include "query/sort.h"

enum { BUCKETS_MOST = 512 };

/* 6 bytes a row. All zeros: there are none. */
struct buckets {
	bool is_ready;		      /* both passes were made */
	bool is_filling;	      /* the second is under way */
	size_t n_bounds;	      /* one less than buckets */
	struct pages rows;	      /* u32[members], bucket after bucket */
	struct pages of_row;	      /* u16[rows of the table]: the bucket of each member */
	uint64_t ranks[BUCKETS_MOST]; /* of the bounds, */
	struct ranked
		bounds[BUCKETS_MOST];	   /* each of which is the first that its bucket may hold */
	uint32_t starts[BUCKETS_MOST + 1]; /* in rows */
	uint32_t n_filled[BUCKETS_MOST];
	uint32_t n_left_out[BUCKETS_MOST];
	bool is_sorted[BUCKETS_MOST];
};

void buckets_release(struct buckets *buckets);
void buckets_drop(struct buckets *buckets); /* keeps the memory */

/* Begins anew; as many members as sampling is worth for (SORT_MIN_SAMPLED). 0 or -ENOMEM. */
int buckets_open(struct buckets *buckets, const struct sorter *sorter, const struct row_set *set);
/* Takes in the members in words [first, end) of the set: each word once in each of the two passes. */
void buckets_add(struct buckets *buckets, const struct sorter *sorter, const struct row_set *set,
		 size_t first, size_t end);
/* After all of them: false, and all of them must be taken in once more. */
bool buckets_are_through(struct buckets *buckets);

/* Members that don't count until they do again; bits are without them by then. */
void buckets_leave_out(struct buckets *buckets, size_t row);
void buckets_leave_none_out(struct buckets *buckets);
/* The rows in places [from, to) of the order, without those that are left out. 0 or -ENOMEM. */
int buckets_window(struct buckets *buckets, const struct sorter *sorter, const uint64_t *bits,
		   size_t from, size_t to, uint32_t *out);
