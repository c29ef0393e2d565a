/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The menu of what to sort by: those that are keys with their rank and direction. */
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/scene.h"

static void put_choice(const struct scene *scene, struct area area, int line, size_t i)
{
	const struct sort_menu *menu = &scene->screen->sort_menu;
	const struct column *column = &menu->columns[i];
	bool is_cursor = i == scene->screen->list.cursor;
	enum role role = is_cursor ? ROLE_CURSOR : ROLE_TEXT;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	int rank = sort_menu_rank(menu, column);
	SCOPED(buf) name = {0};

	grid_fill(scene->grid, whole, role, " ");
	grid_put(scene->grid, whole, 0, 0, role, is_cursor ? ">" : " ");
	if (rank >= 0)
		grid_putf(scene->grid, whole, 0, 2, role, "%d%s", rank + 1,
			  menu->keys[rank].is_descending ? scene->glyphs->down : scene->glyphs->up);
	table_column_name(scene->tab->table, column, &name);
	grid_put(scene->grid, whole, 0, 6, role, buf_text(&name));
}

void pane_sort(const struct scene *scene, struct area area)
{
	if (scene->tab)
		pane_list(scene, area, "sort by", scene->screen->sort_menu.n, put_choice);
}
