/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An order of many rows, made ready for jumping about in it. Two passes spread the rows over buckets, such that all rows
 * of a bucket come before those of the next. From then on a window anywhere in the order costs no more than sorting the
 * few buckets that it lies in, once each. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"
#include "query/sort.h"

enum { BUCKETS_MOST = 512 };

/* 6 bytes a row. All zeros: there are none. */
struct buckets {
	bool is_ready;			    /* both passes were made */
	bool is_filling;		    /* the second is under way */
	size_t n_bounds;		    /* one less than buckets */
	struct pages rows;		    /* u32[members], bucket after bucket */
	struct pages of_row;		    /* u16[rows of the table]: the bucket of each member */
	uint64_t ranks[BUCKETS_MOST];	    /* of the bounds */
	struct ranked bounds[BUCKETS_MOST]; /* bound i: bucket i + 1 holds what is not before it */
	uint32_t starts[BUCKETS_MOST + 1];  /* where each bucket begins in rows[] */
	uint32_t n_filled[BUCKETS_MOST];
	uint32_t n_left_out[BUCKETS_MOST];
	bool is_sorted[BUCKETS_MOST];
};

void buckets_release(struct buckets *buckets);
void buckets_drop(struct buckets *buckets); /* keeps the memory */

/* Begins to spread the members of the set, of which there must be SORT_MIN_SAMPLED at least. 0 or -ENOMEM. */
int buckets_open(struct buckets *buckets, const struct sorter *sorter, const struct row_set *set);
/* Takes in the members in words [first, end) of the set: each word once in each of the two passes. */
void buckets_add(struct buckets *buckets, const struct sorter *sorter, const struct row_set *set,
		 size_t first, size_t end);
/* To be called after each pass. false: it was the first one, and all members must be taken in once more. */
bool buckets_are_through(struct buckets *buckets);

/* Leaves a member out of the windows until buckets_leave_none_out; the caller's bits must be without it, too. */
void buckets_leave_out(struct buckets *buckets, size_t row);
void buckets_leave_none_out(struct buckets *buckets);
/* The rows in places [from, to) of the order, without those that are left out. 0 or -ENOMEM. */
int buckets_window(struct buckets *buckets, const struct sorter *sorter, const uint64_t *bits,
		   size_t from, size_t to, uint32_t *out);
