/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What must be true of any frame, whatever it shows. */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/grid.h"
#include "ui/state.h"

struct frame_fault {
	const char *what; /* NULL: none */
	int row, col;
};

/* The text of a cell is one character of one column, or of two with an empty cell behind it. */
static inline const char *cell_fault(const struct grid *grid, int row, int col)
{
	const struct grid_cell *cell = &grid->cells[row * grid->n_cols + col];
	size_t len = strnlen(cell->text, GRID_CELL_BYTES);
	bool is_wide_next = col + 1 < grid->n_cols && !cell[1].text[0];

	if (cell->role >= N_ROLES)
		return "no such role";
	if (len == GRID_CELL_BYTES)
		return "no end of the text";
	if (len == 0)
		return col == 0 || !cell[-1].text[0] ? "half a character" : NULL;
	if (utf8_columns(cell->text, len) != (is_wide_next ? 2u : 1u))
		return "a wrong width";
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)cell->text[i] < ' ' || cell->text[i] == 0x7f)
			return "a control character";
	return NULL;
}

static inline bool has_cursor(const struct grid *grid, const struct area *area)
{
	for (int row = area->row; row < area->row + area->n_rows; row++)
		for (int col = area->col; col < area->col + area->n_cols; col++)
			if (grid->cells[row * grid->n_cols + col].role == ROLE_CURSOR)
				return true;
	return false;
}

/* Where rows are seen and there are any, the one under the cursor is among them, as soon as they are those
 * that are wanted; likewise in what lies over them; and where something is typed, the place where. */
static inline const char *cursor_fault(const struct screen *screen, const struct grid *grid)
{
	const struct layout *layout = &screen->layout;
	const struct tab *tab = front_tab(screen);
	bool is_list =
		screen_scope(screen) & (SCOPE_PICKER | SCOPE_MENU | SCOPE_COLUMNS | SCOPE_THEMES);

	if (grid->cursor_row >= grid->n_rows || grid->cursor_col >= grid->n_cols)
		return "the text cursor is outside";
	if (layout->is_too_small)
		return NULL;
	if (screen->prompting && grid->cursor_row < 0)
		return "no text cursor";
	if (is_list && screen->list.n && screen->over.n_rows > 1 &&
	    !has_cursor(grid, &screen->over))
		return "no cursor in the list";
	if (!tab || screen->overlay != OVERLAY_NONE || layout->rows.n_rows == 0 ||
	    tab->view.n_matched == 0 || !tab_is_settled(tab))
		return NULL;
	return has_cursor(grid, &layout->rows) ? NULL : "no cursor in the rows";
}

static inline const char *header_fault(const struct layout *layout, const struct grid *grid)
{
	int header = layout->identity.n_rows + layout->map.n_rows + layout->rates.n_rows +
		     layout->cpus.n_rows + layout->tabs.n_rows;

	return header > MAX_OF(grid->n_rows / 4, 1) ? "a header of more than a quarter" : NULL;
}

static inline bool frame_has_fault(const struct screen *screen, const struct grid *grid,
				   struct frame_fault *fault)
{
	*fault = (struct frame_fault){.row = grid->cursor_row, .col = grid->cursor_col};
	fault->what = cursor_fault(screen, grid);
	if (!fault->what)
		fault->what = header_fault(&screen->layout, grid);
	for (int i = 0; i < grid->n_rows * grid->n_cols && !fault->what; i++) {
		fault->row = i / grid->n_cols;
		fault->col = i % grid->n_cols;
		fault->what = cell_fault(grid, fault->row, fault->col);
	}
	return fault->what != NULL;
}
