/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sets of values as ranges in val_compare order. Every comparison with a constant is one: > 5 is a
 * range without an end, == is a range of one, a network is the range of its addresses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/val.h"

struct bound {
	struct val val;
	bool is_open;	  /* val itself is outside */
	bool is_infinite; /* no bound at all, val means nothing */
	bool is_moving;	  /* val is so long before now; a while from now is less than 0 */
	int64_t ago_ns;
};

struct range {
	struct bound low, high;
};

/* An array that someone else owns. */
struct ranges {
	struct range *at;
	size_t n;
};

/* Drops empty ranges, sorts, and merges what overlaps: what ranges_hold expects. */
void ranges_sort(struct ranges *ranges);

/* Is a known value in one of the ranges? Binary search. */
bool ranges_hold(const struct ranges *ranges, const struct val *val);

/* The 64-bit integers of the range as the inclusive [*low, *high] of their bit patterns; false: none. */
bool range_clip_whole(const struct range *range, bool is_signed, uint64_t *low, uint64_t *high);

/* Are all bounds of so many bytes? Then the val_words of a range, inclusive; false: none. */
bool ranges_are_words(const struct ranges *ranges, size_t n_bytes);
bool range_clip_words(const struct range *range, uint64_t *low, uint64_t *high);

/* The doubles of the range, exactly; false: none. */
bool range_clip_real(const struct range *range, double *low, double *high);
