/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows that keep a place they had: those of the held window, or the ghosts of the last one. */
#include <errno.h>
#include <stdlib.h>

#include "base/tidy.h"
#include "query/view_parts.h"

/* Takes the pins out of the matching rows, or puts them back. */
void view_flip_pins(struct view *view)
{
	for (size_t i = 0; i < view->work.n_pins; i++)
		view_bits(view)[view->work.pins[i].row / 64] ^= UINT64_C(1)
								<< (view->work.pins[i].row % 64);
}

bool view_is_member(const struct view *view, const struct table *table, size_t row)
{
	return row < table_n_rows(table) && view_has_bit(view_bits(view), row);
}

/* Places beyond the end move up, so that each pin has one of its own. */
static void fit_pins(struct view *view)
{
	struct view_work *work = &view->work;

	for (size_t i = 0; i < work->n_pins; i++)
		work->pins[i].place =
			MIN_OF(work->pins[i].place, view->n_matched - (work->n_pins - i));
}

/* The rows of the window are known since it was carried on. */
int view_make_pins(struct view *view, const struct table *table)
{
	struct view_work *work = &view->work;
	bool may_have_any = view->holds || table_n_rows(table) > table_n_live(table);
	size_t n = view->sorted_number ? view->n_shown : 0;

	if (n == 0 || !may_have_any || view->forgets)
		return 0;
	work->pins = malloc(n * sizeof(*work->pins));
	if (!work->pins)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		uint32_t row = view_order(view)[i];

		if (view_is_member(view, table, row) && (view->holds || table_is_ghost(table, row)))
			work->pins[work->n_pins++] = (struct pin){view->shown_top + i, row};
	}
	fit_pins(view);
	view_flip_pins(view);
	return 0;
}

struct row_set view_rest(const struct view *view, const struct table *table)
{
	return (struct row_set){
		.bits = view_bits(view),
		.n_rows = table_n_rows(table),
		.n_members = view->n_matched - view->work.n_pins,
	};
}
