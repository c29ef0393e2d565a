/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A refresh: carry, match, pin, place, sort; in slices.
 *
 * Carry: the rows of the last window are found again in the reading that is current, by the links of the
 * delta, else by their key bytes. From then on the window can be looked at, in the order that it had.
 * Pins are rows that keep a place they had: those of the held window, or the ghosts of the last one. All
 * other rows fill the places between them in sorted order, so the row in place p is a pin or the
 * (p - pins before it)-th of the rest, and a window of places is a window of the rest.
 *
 * Invariant: until a refresh is through, order, top and cursor are those of what is shown. */
#include "query/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "query/query.h"
#include "query/sort.h"
#include "query/view_parts.h"

void view_init(struct view *view)
{
	*view = (struct view){0};
}

static void drop_work(struct view *view)
{
	view_flip_pins(view);
	free(view->work.pins);
	window_sort_release(&view->work.window);
	view->work = (struct view_work){0};
}

void view_release(struct view *view)
{
	if (!view)
		return;
	drop_work(view);
	query_free(view->filter);
	buf_release(&view->filter_text);
	buf_release(&view->cursor_key);
	buf_release(&view->shown_keys);
	pages_release(&view->bits);
	pages_release(&view->order);
	index_release(&view->shown_index);
	buckets_release(&view->spread.buckets);
	*view = (struct view){0};
}

/* -- where the window is -- */

/* The row to follow, or -1. */
static ptrdiff_t followed_row(const struct view *view, const struct table *table)
{
	const uint8_t *key = (const uint8_t *)view->cursor_key.at;
	ptrdiff_t row = view_row(view, view->cursor);
	size_t size;

	if (!view->follows || !view->cursor_key.len)
		return -1;
	if (row < 0 || table_key(table, (size_t)row, &size) == NULL ||
	    size != view->cursor_key.len || memcmp(table_key(table, (size_t)row, &size), key, size))
		row = table_find(table, key, view->cursor_key.len);
	return row >= 0 && view_is_member(view, table, (size_t)row) ? row : -1;
}

/* The window that keeps the cursor inside, and its margins. */
static void aim(struct view *view)
{
	struct view_work *work = &view->work;
	size_t n = view->n_matched, height = work->height;

	work->cursor = n ? MIN_OF(work->cursor, n - 1) : 0;
	if (work->cursor < work->top)
		work->top = work->cursor;
	if (work->cursor >= work->top + height)
		work->top = work->cursor - height + 1;
	work->top = MIN_OF(work->top, n > height ? n - height : 0);
	work->from = work->top - MIN_OF(work->top, VIEW_MARGIN * height);
	work->to = MIN_OF(work->top + height + VIEW_MARGIN * height, n);
}

/* Moves the window so that the followed row, which came to stand in that place, stays at its height. */
static void follow_to(struct view *view, size_t place)
{
	size_t above = view->cursor > view->top ? view->cursor - view->top : 0;

	view->work.cursor = place;
	view->work.top = place - MIN_OF(above, place);
}

/* -- sorting it -- */

/* Pins are in places of their own, the sorted rest goes between them. */
static int merge_order(struct view *view)
{
	struct view_work *work = &view->work;
	size_t n_inside = work->window.to - work->window.from, next = 0;
	uint32_t *order;

	view->n_sorted = 0;
	view->sorted_number = 0;
	if (pages_reserve(&view->order, (work->to - work->from) * sizeof(*order)) < 0)
		return -ENOMEM;
	order = view_order(view);
	while (next < work->n_pins && work->pins[next].place < work->from)
		next++;
	size_t i = work->to - work->from - n_inside;

	if (n_inside && !work->takes_buckets)
		window_sort_finish(&work->window, order + i);
	else if (n_inside && buckets_window(&view->spread.buckets, &work->sorter, view_bits(view),
					    work->window.from, work->window.to, order + i) < 0)
		return -ENOMEM;
	for (size_t place = work->from; place < work->to; place++) {
		bool is_pin = next < work->n_pins && work->pins[next].place == place;

		order[place - work->from] = is_pin ? work->pins[next++].row : order[i++];
	}
	view->first_sorted = work->from;
	view->n_sorted = work->to - work->from;
	return 0;
}

static int remember_window(struct view *view, const struct table *table)
{
	size_t size;

	buf_clear(&view->shown_keys);
	for (size_t i = 0; i < view->n_sorted; i++) {
		const uint8_t *key = table_key(table, view_order(view)[i], &size);

		buf_add(&view->shown_keys, key, size);
	}
	view->shown_top = view->first_sorted;
	view->n_shown = view->shown_keys.failed ? 0 : view->n_sorted;
	view->sorted_number = table->current->number;
	return view->shown_keys.failed ? -ENOMEM : 0;
}

static void set_cursor_key(struct view *view, const struct table *table)
{
	ptrdiff_t row = view_row(view, view->cursor);
	size_t size;

	buf_clear(&view->cursor_key);
	if (row < 0)
		return;
	const uint8_t *key = table_key(table, (size_t)row, &size);

	buf_add(&view->cursor_key, key, size);
}

static void find_cursor(struct view *view)
{
	size_t size = view->cursor_key.len, first = view->top - view->first_sorted;
	size_t end = MIN_OF(first + view->height, view->n_shown);

	for (size_t i = first; size && i < end; i++)
		if (view->shown_keys.len == view->n_shown * size &&
		    memcmp(view->shown_keys.at + i * size, view->cursor_key.at, size) == 0) {
			view->cursor = view->first_sorted + i;
			return;
		}
}

/* -- stage by stage -- */

/* The window that is aimed at was sorted. */
static bool is_sorted(const struct view *view, const struct table *table)
{
	const struct view_work *work = &view->work;
	size_t end = MIN_OF(work->top + work->height, view->n_matched);

	return view->is_exact && view->sorted_number == table->current->number && work->height &&
	       view->first_sorted <= work->top && end <= view->first_sorted + view->n_sorted &&
	       (view->holds || !view->sorted_holds) && !view->forgets &&
	       view_same_keys(view, view->sorted_keys, view->n_sorted_keys);
}

static int begin_sort(struct view *view, const struct table *table)
{
	struct view_work *work = &view->work;
	size_t before = 0, inside = 0;
	struct row_set rest;

	if (work->height) {
		aim(view);
	} else {
		work->from = 0;
		work->to = view->n_matched;
	}
	for (size_t i = 0; i < work->n_pins; i++) {
		before += work->pins[i].place < work->from;
		inside += work->pins[i].place >= work->from && work->pins[i].place < work->to;
	}
	work->next_row = 0;
	work->stage = VIEW_SORTING;
	if (work->to - work->from == inside) {
		work->next_row = table_n_rows(table);
		return 0;
	}
	work->takes_buckets = view->spread.buckets.is_ready;
	if (work->takes_buckets) {
		work->window.from = work->from - before;
		work->window.to = work->to - before - inside;
		work->next_row = table_n_rows(table);
		return 0;
	}
	rest = view_rest(view, table);
	return window_sort_open(&work->window, &work->sorter, &rest, work->from - before,
				work->to - before - inside);
}

/* Where a row is that is no pin: behind those that stand before it, and the pins among them. */
static int followed_is_at(struct view *view, const struct table *table, size_t place)
{
	const struct view_work *work = &view->work;

	for (size_t i = 0; i < work->n_pins && work->pins[i].place <= place; i++)
		place++;
	follow_to(view, place);
	return begin_sort(view, table);
}

/* What is matched is known: begins to look for the window. */
static int begin_window(struct view *view, const struct table *table)
{
	struct view_work *work = &view->work;
	ptrdiff_t row = work->height ? followed_row(view, table) : -1;
	int r;

	if (!work->height && view->keeps_order && !view->n_keys)
		return view_list(view, table);
	work->top = view->top;
	work->cursor = work->was_cursor = view->cursor;
	aim(view);
	if (is_sorted(view, table)) {
		work->stage = VIEW_SETTLED;
		view->top = work->top;
		view->cursor = work->cursor;
		set_cursor_key(view, table);
		return 0;
	}
	memcpy(work->keys, view->keys, sizeof(work->keys));
	sorter_open(&work->sorter, table, work->keys, view->n_keys);
	view_aim_spread(view, table);
	r = view_make_pins(view, table);
	if (r < 0)
		return r;
	view_leave_pins_out(view);
	work->holds = view->holds;
	if (row < 0)
		return begin_sort(view, table);
	for (size_t i = 0; i < work->n_pins; i++)
		if (work->pins[i].row == (size_t)row) {
			follow_to(view, work->pins[i].place);
			return begin_sort(view, table);
		}
	work->followed = sorter_rank(&work->sorter, (size_t)row);
	work->next_row = 0;
	work->stage = VIEW_PLACING;
	return 0;
}

static void note_order(struct view *view)
{
	memcpy(view->sorted_keys, view->work.keys, sizeof(view->sorted_keys));
	view->n_sorted_keys = view->work.sorter.n_keys;
	view->sorted_holds = view->work.holds;
	view->is_exact = true;
	view->forgets = false;
}

/* The order is there: shows it. The cursor may have moved meanwhile, out of this window even. */
static int finish(struct view *view, const struct table *table)
{
	struct view_work *work = &view->work;
	size_t height = work->height;
	int r = merge_order(view);

	if (r == 0 && height) {
		view->top = work->top;
		if (view->cursor == work->was_cursor)
			view->cursor = work->cursor;
		r = remember_window(view, table);
	}
	if (r == 0 && height) {
		note_order(view);
		find_cursor(view);
	}
	drop_work(view);
	if (r < 0 || !height)
		return r;
	view->work.height = height;
	view->work.filter_number = view->filter_number;
	return begin_window(view, table);
}

static int next_stage(struct view *view, const struct table *table)
{
	struct view_work *work = &view->work;

	switch (work->stage) {
	case VIEW_MATCHING:
		view->n_matched = work->n_matched;
		view->n_gone = work->n_gone;
		view->matched_number = table->current->number;
		return begin_window(view, table);
	case VIEW_PLACING:
		return followed_is_at(view, table, work->n_before);
	default:
		if (work->takes_buckets || window_sort_is_through(&work->window))
			return finish(view, table);
		work->next_row = 0;
		return 0;
	}
}

static int do_some(struct view *view, const struct table *table, size_t end)
{
	struct view_work *work = &view->work;
	struct row_set rest = view_rest(view, table);
	size_t first_word = work->next_row / 64, end_word = (end + 63) / 64;

	switch (work->stage) {
	case VIEW_MATCHING:
		return view_match_some(view, table, end);
	case VIEW_PLACING:
		work->n_before += sorter_count_before(&work->sorter, &rest, &work->followed,
						      first_word, end_word);
		return 0;
	default:
		window_sort_add(&work->window, &rest, first_word, end_word);
		return 0;
	}
}

/* What is under way comes to what is wanted now, so that keys don't make it begin again and again. */
static bool is_on_its_way(const struct view *view, const struct table *table, size_t height)
{
	const struct view_work *work = &view->work;

	if (view_is_settled(view) || !height || view->sorted_number != table->current->number)
		return false;
	if (view->matched_hides != view_hidden(view) || work->filter_number != view->filter_number)
		return false;
	if (work->stage == VIEW_MATCHING)
		return true;
	return work->height == height && work->holds == view->holds && !view->follows &&
	       view->cursor >= work->from && view->cursor < work->to &&
	       view_same_keys(view, work->keys, work->sorter.n_keys);
}

int view_begin(struct view *view, struct table *table, size_t height)
{
	int r;

	if (is_on_its_way(view, table, height)) {
		view->work.height = view->height = height;
		return 1;
	}
	drop_work(view);
	if (height)
		view->height = height;
	view->work.height = height;
	view->work.filter_number = view->filter_number;
	r = view_carry(view, table);
	if (r == 0 && view_is_matched(view, table))
		r = begin_window(view, table);
	else if (r == 0)
		r = view_match_begin(view, table);
	if (r < 0)
		drop_work(view);
	return r < 0 ? r : !view_is_settled(view);
}

int view_step(struct view *view, struct table *table, size_t n_rows)
{
	struct view_work *work = &view->work;
	size_t all = table_n_rows(table), left, n;
	int r = 0;

	n_rows = MAX_OF(n_rows / 64 * 64, (size_t)64);
	while (n_rows && !view_is_settled(view) && r == 0) {
		left = all - work->next_row;
		n = MIN_OF(n_rows, left);
		r = n ? do_some(view, table, work->next_row + n) : 0;
		work->next_row += n;
		n_rows -= MIN_OF(n_rows, (n + 63) / 64 * 64); /* whole words, always */
		if (r == 0 && work->next_row == all)
			r = next_stage(view, table);
	}
	if (r < 0)
		drop_work(view);
	return r < 0 ? r : !view_is_settled(view);
}

double view_progress(const struct view *view, const struct table *table)
{
	size_t n = table_n_rows(table);

	return n ? (double)view->work.next_row / (double)n : 0;
}

int view_refresh(struct view *view, struct table *table, size_t height)
{
	int r = view_begin(view, table, height);

	while (r > 0)
		r = view_step(view, table, SIZE_MAX);
	return r;
}

/* -- asking and moving -- */

ptrdiff_t view_row(const struct view *view, size_t place)
{
	uint32_t row;

	if (place < view->first_sorted || place >= view->first_sorted + view->n_sorted)
		return -1;
	row = view_order(view)[place - view->first_sorted];
	return row == VIEW_NO_ROW ? -1 : (ptrdiff_t)row;
}

void view_move_to(struct view *view, const struct table *table, size_t place)
{
	view->cursor = view->n_matched ? MIN_OF(place, view->n_matched - 1) : 0;
	buf_clear(&view->cursor_key);
	if (view->sorted_number == table->current->number)
		set_cursor_key(view, table);
}

void view_move(struct view *view, const struct table *table, ptrdiff_t by)
{
	size_t back = by < 0 ? (size_t)0 - (size_t)by : 0;

	view_move_to(view, table,
		     by < 0 ? view->cursor - MIN_OF(back, view->cursor)
			    : view->cursor + MIN_OF((size_t)by, SIZE_MAX - view->cursor));
}
