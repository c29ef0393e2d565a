/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first window of an order is found by one pass over the rows, which is all that most readings are
 * asked for. Whoever wants another one mostly wants more: then all rows are spread over buckets, once, and
 * any window is at hand until there is another reading, order or filter. */
#include <string.h>

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

/* Another window of an order that one is known of is worth spreading all of it. */
bool view_spreads(const struct view *view, const struct table *table)
{
	return view->is_exact && !view->forgets && view->sorted_number == table->current->number &&
	       view->work.height && view->n_matched >= SORT_MIN_SAMPLED &&
	       view_same_keys(view, view->sorted_keys, view->n_sorted_keys);
}

int view_spread_begin(struct view *view, const struct table *table)
{
	struct view_work *work = &view->work;
	struct row_set all = view_rest(view, table);

	work->stage = VIEW_SPREADING;
	work->next_row = 0;
	return buckets_open(&view->buckets, &work->sorter, &all);
}

void view_check_buckets(struct view *view)
{
	if (view->forgets || !view->work.height ||
	    !view_same_keys(view, view->buckets_keys, view->n_buckets_keys))
		buckets_drop(&view->buckets);
}

void view_note_buckets(struct view *view)
{
	memcpy(view->buckets_keys, view->work.keys, sizeof(view->buckets_keys));
	view->n_buckets_keys = view->work.sorter.n_keys;
}

/* The buckets are asked for rows without them. */
void view_leave_pins_out(struct view *view)
{
	buckets_leave_none_out(&view->buckets);
	for (size_t i = 0; view->buckets.is_ready && i < view->work.n_pins; i++)
		buckets_leave_out(&view->buckets, view->work.pins[i].row);
}
