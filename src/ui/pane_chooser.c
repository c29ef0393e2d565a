/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns to choose from: whether they are shown, in what format, how wide. */
#include "base/tidy.h"
#include "model/format.h"
#include "ui/glyph.h"
#include "ui/scene.h"

enum { NAME_COL = 6, NAME_COLS = 28, FORMAT_COLS = 10 };

static const char *format_of(const struct table *table, const struct column *column)
{
	if (column->format)
		return column->format->name;
	if (column->field && column->derive == DERIVE_TOTAL && column->field->format)
		return column->field->format->name;
	if (column->field && column->derive == DERIVE_RATE)
		return nature_names[nature_of(table, column->field)];
	return "";
}

static void put_choice(const struct scene *scene, struct area area, int line, size_t i)
{
	const struct screen *screen = scene->screen;
	const struct choice *choice = &screen->chooser.rows[i];
	bool is_cursor = i == screen->list.cursor;
	enum role role = is_cursor ? ROLE_CURSOR : choice->is_shown ? ROLE_TEXT : ROLE_DIM;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	int name_cols = MIN_OF(NAME_COLS, MAX_OF(area.n_cols - NAME_COL - FORMAT_COLS - 6, 8));
	SCOPED(buf) name = {0};
	int col;

	grid_fill(scene->grid, whole, role, " ");
	grid_put(scene->grid, whole, 0, 0, role, is_cursor ? ">" : " ");
	grid_put(scene->grid, whole, 0, 2, role, choice->is_shown ? "[x]" : "[ ]");
	if (choice->is_trend) {
		grid_put(scene->grid, whole, 0, NAME_COL, role, "the trend, in what room is left");
		return;
	}
	table_column_name(scene->tab->table, &choice->column, &name);
	col = grid_fit(scene->grid, whole, (struct strip){0, NAME_COL, name_cols}, false, role,
		       buf_text(&name));
	col = grid_fit(scene->grid, whole, (struct strip){0, col + 1, FORMAT_COLS}, false, role,
		       format_of(scene->tab->table, &choice->column));
	if (choice->width)
		grid_putf(scene->grid, whole, 0, col + 1, role, "%d", choice->width);
	else
		grid_put(scene->grid, whole, 0, col + 1, role, "auto");
}

void pane_chooser(const struct scene *scene, struct area area)
{
	if (scene->tab)
		pane_list(scene, area, "columns: name, format, width", scene->screen->chooser.n,
			  put_choice);
}
