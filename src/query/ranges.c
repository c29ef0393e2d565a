/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sorted by their low bounds and disjoint, so a binary search finds the last range that begins at or
 * below a value, and only that one can hold it. */
#include "query/ranges.h"

#include <math.h>
#include <stdlib.h>

#include "base/tidy.h"

static int compare_lows(const struct bound *a, const struct bound *b)
{
	int r;

	if (a->is_infinite || b->is_infinite)
		return b->is_infinite - a->is_infinite;
	r = val_compare(&a->val, &b->val);
	return r ? r : a->is_open - b->is_open;
}

static int compare_highs(const struct bound *a, const struct bound *b)
{
	int r;

	if (a->is_infinite || b->is_infinite)
		return a->is_infinite - b->is_infinite;
	r = val_compare(&a->val, &b->val);
	return r ? r : b->is_open - a->is_open;
}

static int by_low(const void *a, const void *b)
{
	return compare_lows(&((const struct range *)a)->low, &((const struct range *)b)->low);
}

static bool begins_after(const struct bound *low, const struct val *val)
{
	int r = low->is_infinite ? -1 : val_compare(&low->val, val);

	return r > 0 || (r == 0 && low->is_open);
}

static bool ends_before(const struct bound *high, const struct val *val)
{
	int r = high->is_infinite ? 1 : val_compare(&high->val, val);

	return r < 0 || (r == 0 && high->is_open);
}

static bool is_empty(const struct range *range)
{
	if (range->low.is_infinite || range->high.is_infinite)
		return false;
	return begins_after(&range->low, &range->high.val) ||
	       ends_before(&range->high, &range->low.val);
}

/* Do the next range's values begin inside or where this one's end? */
static bool touches(const struct range *range, const struct range *next)
{
	if (range->high.is_infinite || next->low.is_infinite)
		return true;
	int r = val_compare(&next->low.val, &range->high.val);

	return r < 0 || (r == 0 && !(next->low.is_open && range->high.is_open));
}

void ranges_sort(struct ranges *ranges)
{
	size_t n = 0;

	for (size_t i = 0; i < ranges->n; i++)
		if (!is_empty(&ranges->at[i]))
			ranges->at[n++] = ranges->at[i];
	ranges->n = n;
	if (n < 2)
		return;
	qsort(ranges->at, n, sizeof(*ranges->at), by_low);
	n = 1;
	for (size_t i = 1; i < ranges->n; i++) {
		struct range *last = &ranges->at[n - 1], *next = &ranges->at[i];

		if (!touches(last, next))
			ranges->at[n++] = *next;
		else if (compare_highs(&last->high, &next->high) < 0)
			last->high = next->high;
	}
	ranges->n = n;
}

bool ranges_hold(const struct ranges *ranges, const struct val *val)
{
	size_t low = 0, high = ranges->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (begins_after(&ranges->at[middle].low, val))
			high = middle;
		else
			low = middle + 1;
	}
	return low > 0 && !ends_before(&ranges->at[low - 1].high, val);
}

/* -- in the numbers of a column -- */

static const __int128 far_out = (__int128)1 << 100; /* beyond any 64-bit number */

/* The largest whole number that is not above val, kept within +-far_out. */
static __int128 floor_of(const struct val *val, bool *is_exact)
{
	__int128 whole;

	*is_exact = true;
	switch (val->kind) {
	case VAL_UINT:
		return val->u;
	case VAL_INT:
		return val->i;
	case VAL_WIDE:
		return val->wide > (unsigned __int128)far_out ? far_out : (__int128)val->wide;
	case VAL_IWIDE:
		return MAX_OF(-far_out, MIN_OF(far_out, val->iwide));
	default:
		break;
	}
	if (fabs(val->x) >= 0x1p100)
		return val->x < 0 ? -far_out : far_out;
	whole = (__int128)floor(val->x);
	*is_exact = floor(val->x) == val->x;
	return whole;
}

bool range_clip_whole(const struct range *range, bool is_signed, uint64_t *low, uint64_t *high)
{
	__int128 first = is_signed ? INT64_MIN : 0;
	__int128 last = is_signed ? (__int128)INT64_MAX : (__int128)UINT64_MAX;
	bool is_exact;

	if (!range->low.is_infinite) {
		__int128 at = floor_of(&range->low.val, &is_exact);

		first = MAX_OF(first, is_exact && !range->low.is_open ? at : at + 1);
	}
	if (!range->high.is_infinite) {
		__int128 at = floor_of(&range->high.val, &is_exact);

		last = MIN_OF(last, is_exact && range->high.is_open ? at - 1 : at);
	}
	if (first > last)
		return false;
	*low = (uint64_t)first;
	*high = (uint64_t)last;
	return true;
}

static bool is_word(const struct bound *bound, size_t n_bytes)
{
	return bound->is_infinite || (bound->val.kind == VAL_BYTES && bound->val.len == n_bytes);
}

bool ranges_are_words(const struct ranges *ranges, size_t n_bytes)
{
	for (size_t i = 0; i < ranges->n; i++)
		if (!is_word(&ranges->at[i].low, n_bytes) || !is_word(&ranges->at[i].high, n_bytes))
			return false;
	return n_bytes > 0;
}

bool range_clip_words(const struct range *range, uint64_t *low, uint64_t *high)
{
	const struct bound *first = &range->low, *last = &range->high;

	*low = first->is_infinite ? 0 : val_word(first->val.at, first->val.len);
	*high = last->is_infinite ? UINT64_MAX : val_word(last->val.at, last->val.len);
	if (!first->is_infinite && first->is_open && ++*low == 0)
		return false;
	if (!last->is_infinite && last->is_open && (*high)-- == 0)
		return false;
	return *low <= *high;
}

/* The double closest to the bound that is still inside; towards: +-INFINITY, the way inside. */
static double real_inside(const struct bound *bound, double towards)
{
	struct val real = val_real(val_as_real(&bound->val));
	int r = val_compare(&real, &bound->val);
	bool is_outside = towards > 0 ? r < 0 : r > 0;

	return is_outside || (r == 0 && bound->is_open) ? nextafter(real.x, towards) : real.x;
}

bool range_clip_real(const struct range *range, double *low, double *high)
{
	*low = range->low.is_infinite ? -INFINITY : real_inside(&range->low, INFINITY);
	*high = range->high.is_infinite ? INFINITY : real_inside(&range->high, -INFINITY);
	return *low <= *high;
}
