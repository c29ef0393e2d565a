/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A window of an order is found by one pass over the rows, which is all that most readings are asked for.
 * Whoever wants another one mostly wants more: then all rows are spread over buckets, once, and any window is
 * at hand until there is another reading, order or filter. That costs several passes, so it is done while
 * nothing is waited for, and windows that are wanted meanwhile are found as the first one was.
 *
 * Invariant: between refreshes no pins are taken out of the bits, so all that matches is spread. */
#include <string.h>

#include "base/tidy.h"
#include "query/view_parts.h"

bool view_same_keys(const struct view *view, const struct sort_key *keys, unsigned n_keys)
{
	if (view->n_keys != n_keys)
		return false;
	for (unsigned i = 0; i < n_keys; i++)
		if (!column_equal(&view->keys[i].column, &keys[i].column) ||
		    view->keys[i].is_descending != keys[i].is_descending)
			return false;
	return true;
}

void view_drop_spread(struct view *view)
{
	buckets_drop(&view->spread.buckets);
	view->spread.is_wanted = view->spread.is_open = false;
}

/* Another window of an order that one is known of. */
static bool is_another(const struct view *view, const struct table *table)
{
	return view->is_exact && !view->forgets && view->sorted_number == table->current->number &&
	       view->work.height && view->n_matched >= SORT_MIN_SAMPLED &&
	       view_same_keys(view, view->sorted_keys, view->n_sorted_keys);
}

void view_aim_spread(struct view *view, const struct table *table)
{
	struct view_spread *spread = &view->spread;

	if (view->forgets || !view->work.height ||
	    !view_same_keys(view, spread->keys, spread->n_keys))
		view_drop_spread(view);
	if (spread->is_wanted || !is_another(view, table))
		return;
	spread->is_wanted = true;
	memcpy(spread->keys, view->keys, sizeof(spread->keys));
	spread->n_keys = view->n_keys;
}

static bool may_spread(const struct view *view, const struct table *table)
{
	return view->spread.is_wanted && !view->spread.buckets.is_ready && view_is_settled(view) &&
	       view_is_matched(view, table);
}

static bool open_spread(struct view *view, const struct table *table)
{
	struct view_spread *spread = &view->spread;
	struct row_set all = view_rest(view, table);

	sorter_open(&spread->sorter, table, spread->keys, spread->n_keys);
	spread->is_open = buckets_open(&spread->buckets, &spread->sorter, &all) == 0;
	spread->is_wanted = spread->is_open;
	spread->next_row = 0;
	return spread->is_open;
}

bool view_spread(struct view *view, const struct table *table, size_t n_rows)
{
	struct view_spread *spread = &view->spread;
	struct row_set all = view_rest(view, table);
	size_t end;

	if (!may_spread(view, table) || (!spread->is_open && !open_spread(view, table)))
		return false;
	n_rows = MAX_OF(n_rows / 64 * 64, (size_t)64);
	end = spread->next_row + MIN_OF(n_rows, all.n_rows - spread->next_row);
	buckets_add(&spread->buckets, &spread->sorter, &all, spread->next_row / 64,
		    (end + 63) / 64);
	spread->next_row = end;
	if (end < all.n_rows)
		return true;
	spread->next_row = 0;
	spread->is_open = !buckets_are_through(&spread->buckets);
	return spread->is_open;
}

/* The buckets are asked for rows without them. */
void view_leave_pins_out(struct view *view)
{
	struct buckets *buckets = &view->spread.buckets;

	buckets_leave_none_out(buckets);
	for (size_t i = 0; buckets->is_ready && i < view->work.n_pins; i++)
		buckets_leave_out(buckets, view->work.pins[i].row);
}
