/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The menu of what to sort by: every column of the tab, those chosen so far with their place. */
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/state.h"

static int place_of(const struct screen *screen, const struct column *column)
{
	for (unsigned i = 0; i < screen->n_sorting; i++)
		if (column_equal(&screen->sorting[i].column, column))
			return (int)i;
	return -1;
}

static void put_choice(const struct scene *scene, struct area area, int line, size_t i)
{
	const struct screen *screen = scene->screen;
	const struct column *column = &scene->tab->shown[i].column;
	bool is_cursor = i == screen->list.cursor;
	enum role role = is_cursor ? ROLE_CURSOR : ROLE_TEXT;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	int place = place_of(screen, column);
	SCOPED(buf) name = {0};

	grid_fill(scene->grid, whole, role, " ");
	grid_put(scene->grid, whole, 0, 0, role, is_cursor ? ">" : " ");
	if (place >= 0)
		grid_putf(scene->grid, whole, 0, 2, role, "%d%s", place + 1,
			  screen->sorting[place].is_descending ? scene->glyphs->down
							       : scene->glyphs->up);
	table_column_name(scene->tab->table, column, &name);
	grid_put(scene->grid, whole, 0, 6, role, buf_text(&name));
}

void pane_sort(const struct scene *scene, struct area area)
{
	if (scene->tab)
		pane_list(scene, area, "sort by", sort_choices(scene->tab), put_choice);
}
