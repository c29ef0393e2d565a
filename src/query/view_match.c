/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rows are looked at: those that the filter lets pass, without those that are hidden. Matching
 * costs most of a refresh, and moving the cursor or sorting anew changes nothing about it, so the bits
 * are kept until there is a new reading, a new filter, or something else is hidden. */
#include <errno.h>

#include "base/tidy.h"
#include "query/query.h"
#include "query/view_parts.h"

static bool hides(const struct view *view, const struct table *table, size_t row)
{
	if (view->hides_gone && table_is_ghost(table, row))
		return true;
	return (view->hides_zero && table_is_zero(table, row)) ||
	       (view->hides_idle && table_is_idle(table, row));
}

static void hide_rows(struct view *view, const struct table *table, size_t first, size_t end)
{
	uint64_t *bits = view_bits(view);

	for (size_t word = first / 64; word * 64 < end; word++)
		for (uint64_t left = bits[word]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			if (hides(view, table, word * 64 + bit))
				bits[word] &= ~(UINT64_C(1) << bit);
		}
}

unsigned view_hidden(const struct view *view)
{
	return (unsigned)(view->hides_zero | view->hides_idle << 1 | view->hides_gone << 2);
}

bool view_is_matched(const struct view *view, const struct table *table)
{
	return view->matched_number && view->matched_number == table->current->number &&
	       view->matched_hides == view_hidden(view);
}

void view_revalue(struct view *view)
{
	view->matched_number = 0;
	view->filter_number++;
}

int view_match_begin(struct view *view, const struct table *table)
{
	view->matched_number = 0;
	view->is_exact = false;
	view_drop_spread(view);
	view->matched_hides = view_hidden(view);
	view->work.stage = VIEW_MATCHING;
	return pages_reserve(&view->bits, table_n_rows(table) / 8 + sizeof(uint64_t));
}

/* They stand behind the rows that are there. */
static void count_gone(struct view *view, const struct table *table, size_t end)
{
	struct view_work *work = &view->work;
	const uint64_t *bits = view_bits(view);

	for (size_t row = MAX_OF(work->next_row, table_n_live(table)); row < end; row++)
		work->n_gone += bits[row / 64] >> row % 64 & 1;
}

int view_match_some(struct view *view, const struct table *table, size_t end)
{
	struct view_work *work = &view->work;
	int r = query_match_rows(view->filter, table, work->next_row, end, view_bits(view));

	if (r < 0)
		return r;
	if (view->matched_hides)
		hide_rows(view, table, work->next_row, end);
	for (size_t word = work->next_row / 64; word * 64 < end; word++)
		work->n_matched += (size_t)__builtin_popcountll(view_bits(view)[word]);
	count_gone(view, table, end);
	return 0;
}

int view_list(struct view *view, const struct table *table)
{
	size_t n_rows = table_n_rows(table);
	uint32_t *next;

	view->n_sorted = 0;
	view->sorted_number = 0;
	if (pages_reserve(&view->order, view->n_matched * sizeof(*next)) < 0)
		return -ENOMEM;
	next = view_order(view);
	for (size_t word = 0; word * 64 < n_rows; word++)
		for (uint64_t left = view_bits(view)[word]; left; left &= left - 1)
			*next++ = (uint32_t)(word * 64 + (unsigned)__builtin_ctzll(left));
	view->first_sorted = 0;
	view->n_sorted = view->n_matched;
	view->work.stage = VIEW_SETTLED;
	return 0;
}
