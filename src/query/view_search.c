/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Searching hides nothing, so a match may stand anywhere in an order of which only the window is known.
 * In the window places are looked at one by one; beyond it the match nearest to the window's edge is the
 * least (or greatest) of those behind (before) the edge row, and its place is counted: two passes over
 * the matches instead of a sort. */
#include <errno.h>
#include <stdlib.h>

#include "base/tidy.h"
#include "query/query.h"
#include "query/sort.h"
#include "query/view.h"

struct hunt {
	struct view *view;
	struct table *table;
	struct sorter sorter;
	uint64_t *found; /* rows that match, of those that are shown */
	size_t n_words, n_found;
	bool is_back;
};

static bool has_found(const struct hunt *hunt, size_t row)
{
	return hunt->found[row / 64] >> (row % 64) & 1;
}

static int match_shown(struct hunt *hunt, const struct query *query)
{
	const uint64_t *shown = (const uint64_t *)hunt->view->bits.at;
	int r;

	hunt->n_words = table_n_rows(hunt->table) / 64 + 1;
	hunt->found = calloc(hunt->n_words, sizeof(*hunt->found));
	if (!hunt->found)
		return -ENOMEM;
	r = query_match(query, hunt->table, hunt->found, &hunt->n_found);
	hunt->n_found = 0;
	for (size_t i = 0; r == 0 && i < hunt->n_words; i++) {
		if (i * 64 >= table_n_rows(hunt->table))
			hunt->found[i] = 0;
		else
			hunt->found[i] &= shown[i];
		hunt->n_found += (size_t)__builtin_popcountll(hunt->found[i]);
	}
	return r;
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
		if (has_found(hunt, (size_t)row))
			return (ptrdiff_t)place;
	}
}

/* a stands nearer to where the hunt comes from than b. */
static bool is_nearer(const struct hunt *hunt, const struct ranked *a, const struct ranked *b)
{
	return hunt->is_back ? sorter_before(&hunt->sorter, b, a)
			     : sorter_before(&hunt->sorter, a, b);
}

/* The match nearest behind `edge` (NULL: of all), or -1. */
static ptrdiff_t nearest(const struct hunt *hunt, const struct ranked *edge)
{
	struct ranked best = {0};
	bool has_best = false;

	for (size_t word = 0; word < hunt->n_words; word++) {
		for (uint64_t left = hunt->found[word]; left; left &= left - 1) {
			size_t row = word * 64 + (unsigned)__builtin_ctzll(left);
			struct ranked ranked = sorter_rank(&hunt->sorter, row);

			if (edge && !is_nearer(hunt, edge, &ranked))
				continue;
			if (!has_best || is_nearer(hunt, &ranked, &best))
				best = ranked;
			has_best = true;
		}
	}
	return has_best ? (ptrdiff_t)best.row : -1;
}

static void move_to_row(struct hunt *hunt, size_t row)
{
	struct view *view = hunt->view;
	struct row_set shown = {(const uint64_t *)view->bits.at, table_n_rows(hunt->table),
				view->n_matched};
	struct ranked mine = sorter_rank(&hunt->sorter, row);
	size_t n_words = (shown.n_rows + 63) / 64, size;
	size_t place = sorter_count_before(&hunt->sorter, &shown, &mine, 0, n_words);
	const uint8_t *key = table_key(hunt->table, row, &size);

	for (size_t i = 0; i < view->n_sorted; i++)
		if (view_row(view, view->first_sorted + i) == (ptrdiff_t)row)
			place = view->first_sorted + i;
	view_move_to(view, hunt->table, place);
	buf_clear(&view->cursor_key);
	buf_add(&view->cursor_key, key, size);
}

static int hunt_on(struct hunt *hunt)
{
	const struct view *view = hunt->view;
	ptrdiff_t place = place_in_window(hunt), row, edge_row;
	struct ranked edge;

	if (place >= 0) {
		view_move_to(hunt->view, hunt->table, (size_t)place);
		return SEARCH_FOUND;
	}
	sorter_open(&hunt->sorter, hunt->table, view->keys, view->n_keys);
	edge_row = view_row(view, hunt->is_back ? view->first_sorted
						: view->first_sorted + view->n_sorted - 1);
	edge = sorter_rank(&hunt->sorter, (size_t)MAX_OF(edge_row, 0));
	row = edge_row < 0 ? -1 : nearest(hunt, &edge);
	if (row >= 0) {
		move_to_row(hunt, (size_t)row);
		return SEARCH_FOUND;
	}
	move_to_row(hunt, (size_t)nearest(hunt, NULL));
	return SEARCH_WENT_ROUND;
}

int view_search(struct view *view, struct table *table, const struct query *query, bool is_back)
{
	struct hunt hunt = {.view = view, .table = table, .is_back = is_back};
	int r = 0;

	while (!view_is_settled(view) && r >= 0) /* pins are out of the bits meanwhile */
		r = view_step(view, table, SIZE_MAX);
	if (r < 0)
		return r;
	if (!view->n_sorted || view->matched_number != table->current->number)
		return SEARCH_NONE;
	r = match_shown(&hunt, query);
	if (r == 0)
		r = hunt.n_found ? hunt_on(&hunt) : SEARCH_NONE;
	free(hunt.found);
	return r;
}
