/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Searching hides nothing, so a match may stand anywhere in an order of which only the window is known.
 * In the window places are looked at one by one; beyond it the match nearest to the window's edge is the
 * least (or greatest) of those behind (before) the edge row, and its place is counted: passes over the
 * matches and the rows instead of a sort. */
#include "query/hunt.h"

#include <errno.h>

#include "base/tidy.h"
#include "query/query.h"
#include "query/view_parts.h"

static uint64_t *found_bits(const struct hunt *hunt)
{
	return (uint64_t *)hunt->found.at;
}

void hunt_release(struct hunt *hunt)
{
	if (!hunt)
		return;
	pages_release(&hunt->found);
	*hunt = (struct hunt){0};
}

void hunt_drop(struct hunt *hunt)
{
	hunt->stage = HUNT_OVER;
}

void hunt_overtake(struct hunt *hunt)
{
	if (hunt->stage != HUNT_WAITING)
		hunt_drop(hunt);
}

static void begin_stage(struct hunt *hunt, enum hunt_stage stage)
{
	hunt->stage = stage;
	hunt->next_row = 0;
}

static bool is_match(const struct hunt *hunt, size_t row)
{
	return view_has_bit(view_bits(hunt->view), row) &&
	       query_match_row(hunt->query, hunt->table, row);
}

/* The next match inside the window, or -1. */
static ptrdiff_t place_in_window(const struct hunt *hunt)
{
	const struct view *view = hunt->view;
	size_t place = view->cursor;

	for (;;) {
		ptrdiff_t row;

		if (hunt->is_back && place == 0)
			return -1;
		place += hunt->is_back ? (size_t)-1 : 1;
		row = view_row(view, place);
		if (row < 0)
			return -1;
		if (is_match(hunt, (size_t)row))
			return (ptrdiff_t)place;
	}
}

static int match_some(struct hunt *hunt, size_t end)
{
	const uint64_t *shown = view_bits(hunt->view);
	uint64_t *found = found_bits(hunt);
	int r = query_match_rows(hunt->query, hunt->table, hunt->next_row, end, found);

	for (size_t word = hunt->next_row / 64; r == 0 && word * 64 < end; word++) {
		found[word] &= shown[word];
		hunt->n_found += (size_t)__builtin_popcountll(found[word]);
	}
	return r;
}

/* a stands nearer to where the hunt comes from than b. */
static bool is_nearer(const struct hunt *hunt, const struct ranked *a, const struct ranked *b)
{
	return hunt->is_back ? sorter_before(&hunt->sorter, b, a)
			     : sorter_before(&hunt->sorter, a, b);
}

static void find_nearest(struct hunt *hunt, size_t end)
{
	for (size_t word = hunt->next_row / 64; word * 64 < end; word++)
		for (uint64_t left = found_bits(hunt)[word]; left; left &= left - 1) {
			size_t row = word * 64 + (unsigned)__builtin_ctzll(left);
			struct ranked ranked = sorter_rank(&hunt->sorter, row);

			if (hunt->has_edge && !is_nearer(hunt, &hunt->edge, &ranked))
				continue;
			if (!hunt->has_best || is_nearer(hunt, &ranked, &hunt->best))
				hunt->best = ranked;
			hunt->has_best = true;
		}
}

static void count_some(struct hunt *hunt, size_t end)
{
	struct row_set shown = {view_bits(hunt->view), table_n_rows(hunt->table),
				hunt->view->n_matched};

	hunt->n_before += sorter_count_before(&hunt->sorter, &shown, &hunt->best,
					      hunt->next_row / 64, (end + 63) / 64);
}

static void move_to_best(struct hunt *hunt)
{
	struct view *view = hunt->view;
	size_t place = hunt->n_before, size;
	const uint8_t *key = table_key(hunt->table, hunt->best.row, &size);

	for (size_t i = 0; i < view->n_sorted; i++)
		if (view_row(view, view->first_sorted + i) == (ptrdiff_t)hunt->best.row)
			place = view->first_sorted + i;
	view_move_to(view, hunt->table, place);
	buf_clear(&view->cursor_key);
	buf_add(&view->cursor_key, key, size);
}

/* The row that the window ends with on the side that is looked at: behind it the hunt goes on. */
static void begin_nearest(struct hunt *hunt)
{
	const struct view *view = hunt->view;
	ptrdiff_t row = view_row(view, hunt->is_back ? view->first_sorted
						     : view->first_sorted + view->n_sorted - 1);

	sorter_open(&hunt->sorter, hunt->table, view->keys, view->n_keys);
	hunt->has_edge = row >= 0;
	hunt->goes_round = !hunt->has_edge;
	if (hunt->has_edge)
		hunt->edge = sorter_rank(&hunt->sorter, (size_t)row);
	begin_stage(hunt, HUNT_NEAREST);
}

static int next_stage(struct hunt *hunt)
{
	switch (hunt->stage) {
	case HUNT_MATCHING:
		if (!hunt->n_found)
			return HUNT_NONE;
		begin_nearest(hunt);
		return HUNT_MORE;
	case HUNT_NEAREST:
		if (hunt->has_best) {
			begin_stage(hunt, HUNT_COUNTING);
			return HUNT_MORE;
		}
		hunt->has_edge = false;
		hunt->goes_round = true;
		hunt->next_row = 0;
		return HUNT_MORE;
	default:
		move_to_best(hunt);
		return hunt->goes_round ? HUNT_WENT_ROUND : HUNT_FOUND;
	}
}

static int do_some(struct hunt *hunt, size_t end)
{
	switch (hunt->stage) {
	case HUNT_MATCHING:
		return match_some(hunt, end);
	case HUNT_NEAREST:
		find_nearest(hunt, end);
		return 0;
	default:
		count_some(hunt, end);
		return 0;
	}
}

void hunt_begin(struct hunt *hunt, struct view *view, struct table *table,
		const struct query *query, bool is_back)
{
	*hunt = (struct hunt){
		.stage = HUNT_WAITING,
		.view = view,
		.table = table,
		.query = query,
		.is_back = is_back,
		.found = hunt->found,
	};
}

static int look_near(struct hunt *hunt)
{
	struct view *view = hunt->view;
	ptrdiff_t place;

	if (!view->n_sorted || view->matched_number != hunt->table->current->number)
		return HUNT_NONE;
	place = place_in_window(hunt);
	if (place >= 0) {
		view_move_to(view, hunt->table, (size_t)place);
		return HUNT_FOUND;
	}
	begin_stage(hunt, HUNT_MATCHING);
	return pages_reserve(&hunt->found, table_n_rows(hunt->table) / 8 + sizeof(uint64_t)) < 0
		       ? -ENOMEM
		       : HUNT_MORE;
}

int hunt_step(struct hunt *hunt, size_t n_rows)
{
	size_t all = table_n_rows(hunt->table), n;
	int r = hunt->stage == HUNT_WAITING ? look_near(hunt) : HUNT_MORE;

	n_rows = MAX_OF(n_rows / 64 * 64, (size_t)64);
	while (n_rows && r == HUNT_MORE) {
		n = MIN_OF(n_rows, all - hunt->next_row);
		if (n && do_some(hunt, hunt->next_row + n) < 0)
			r = -ENOMEM;
		hunt->next_row += n;
		n_rows -= MIN_OF(n_rows, (n + 63) / 64 * 64);
		if (r == HUNT_MORE && hunt->next_row == all)
			r = next_stage(hunt);
	}
	if (r != HUNT_MORE)
		hunt_drop(hunt);
	return r;
}

double hunt_progress(const struct hunt *hunt)
{
	size_t n = hunt->stage <= HUNT_WAITING ? 0 : table_n_rows(hunt->table);

	return n ? (double)hunt->next_row / (double)n : 0;
}
