/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rows of the last window are found again in the reading that is current: by the links of the delta,
 * in one pass over them; what has none by its key bytes. So the window can be looked at, in the order
 * that it had, while the new one is being made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "query/view_parts.h"

/* Rows of the window by their links: the reading before is the one it was sorted of. A window's row is in
 * one place of it. */
static int carry_links(struct view *view, const struct table *table, uint32_t *rows)
{
	size_t n_live = table_n_live(table), n_was = table->previous->n_rows;
	const uint32_t *order = view_order(view);
	const uint8_t *keys = (const uint8_t *)order;
	uint64_t *wanted = calloc(n_was / 64 + 1, sizeof(*wanted));
	int r = wanted ? index_reset(&view->shown_index, view->n_shown) : -ENOMEM;

	for (uint32_t i = 0; i < view->n_shown && r == 0; i++) {
		if (order[i] >= n_was)
			continue;
		wanted[order[i] / 64] |= UINT64_C(1) << (order[i] % 64);
		if (index_add(&view->shown_index, keys, sizeof(*order), sizeof(*order), i) ==
		    INDEX_NONE)
			r = -ENOMEM;
	}
	for (size_t row = 0; row < n_live && r == 0; row++) {
		uint32_t link = delta_link(&table->delta, row);

		if (link != DELTA_NONE && view_has_bit(wanted, link))
			rows[index_find(&view->shown_index, keys, sizeof(link), sizeof(link),
					(const uint8_t *)&link)] = (uint32_t)row;
	}
	free(wanted);
	return r;
}

static void find_row(struct view *view, const struct table *table, size_t row, uint32_t *rows)
{
	const uint8_t *keys = (const uint8_t *)view->shown_keys.at;
	size_t size;
	const uint8_t *key = table_key(table, row, &size);
	uint32_t i = index_find(&view->shown_index, keys, size, size, key);

	if (i != INDEX_NONE && rows[i] == VIEW_NO_ROW)
		rows[i] = (uint32_t)row;
}

/* Rows of the window that have no link by their keys: among the rows without one, and the ghosts; or
 * among all. A key that came back counts as its live row. */
static int carry_keys(struct view *view, const struct table *table, bool is_linked, uint32_t *rows)
{
	const uint8_t *keys = (const uint8_t *)view->shown_keys.at;
	const uint32_t *fresh = (const uint32_t *)table->delta.fresh.at;
	size_t size = view->shown_keys.len / view->n_shown, n_wanted = 0;
	size_t n_live = table_n_live(table), n_rows = table_n_rows(table);

	if (index_reset(&view->shown_index, view->n_shown) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < view->n_shown; i++) {
		if (rows[i] != VIEW_NO_ROW)
			continue;
		n_wanted++;
		if (index_add(&view->shown_index, keys, size, size, i) == INDEX_NONE)
			return -ENOMEM;
	}
	if (!n_wanted)
		return 0;
	for (size_t i = 0; is_linked && i < table->delta.n_fresh; i++)
		find_row(view, table, fresh[i], rows);
	for (size_t row = is_linked ? n_live : 0; row < n_rows; row++)
		find_row(view, table, row, rows);
	return 0;
}

int view_carry(struct view *view, const struct table *table)
{
	bool is_linked = view->sorted_number && !table->plan.is_variables &&
			 view->sorted_number + 1 == table->current->number;
	uint32_t *rows;
	int r = 0;

	if (view->sorted_number == table->current->number)
		return 0;
	view->is_exact = false;
	view_drop_spread(view);
	view->sorted_number = 0;
	if (!view->n_shown || !view->shown_keys.len || !table->current->number) {
		view->n_sorted = 0;
		return 0;
	}
	rows = malloc(view->n_shown * sizeof(*rows));
	if (!rows || pages_reserve(&view->order, view->n_shown * sizeof(*rows)) < 0)
		r = -ENOMEM;
	for (size_t i = 0; i < view->n_shown && r == 0; i++)
		rows[i] = VIEW_NO_ROW;
	if (r == 0 && is_linked)
		r = carry_links(view, table, rows);
	r = r ? r : carry_keys(view, table, is_linked, rows);
	if (r == 0)
		memcpy(view_order(view), rows, view->n_shown * sizeof(*rows));
	view->first_sorted = view->shown_top;
	view->n_sorted = r == 0 ? view->n_shown : 0;
	view->sorted_number = r == 0 ? table->current->number : 0;
	free(rows);
	return r;
}
