/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The menu of what to group by: each choice with what it makes of the rows, those marked with their place. */
#include "base/tidy.h"
#include "ui/scene.h"

enum { PART_COL = 6, ABOUT_GAP = 2 };

/* Behind the longest part, but no further than in the middle. */
static int about_column(const struct scene *scene, const struct area *area)
{
	const struct group_menu *menu = &scene->screen->group_menu;
	int widest = 0;

	for (size_t i = 0; i < menu->n; i++)
		widest = MAX_OF(widest, grid_columns(scene->grid, group_menu_at(menu, i)->part));
	return MIN_OF(PART_COL + widest + ABOUT_GAP, area->n_cols / 2);
}

/* What it is stands in a column of its own, where that leaves it room. */
static void put_choice(const struct scene *scene, struct area area, int line, size_t i)
{
	const struct group_choice *choice = group_menu_at(&scene->screen->group_menu, i);
	int rank = group_menu_rank(&scene->screen->group_menu, i), col;
	bool is_cursor = i == scene->screen->list.cursor;
	enum role role = is_cursor ? ROLE_CURSOR : ROLE_TEXT;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	int about_col = about_column(scene, &area);

	grid_fill(scene->grid, whole, role, " ");
	grid_put(scene->grid, whole, 0, 0, role, is_cursor ? ">" : " ");
	if (rank >= 0)
		grid_putf(scene->grid, whole, 0, 2, role, "%d", rank + 1);
	col = grid_put(scene->grid, whole, 0, PART_COL, role, choice->part);
	col = MAX_OF(col + ABOUT_GAP, about_col);
	if (col < area.n_cols)
		grid_fit(scene->grid, whole, (struct strip){0, col, area.n_cols - col - 1}, false,
			 is_cursor ? role : ROLE_DIM, choice->about);
}

void pane_groups(const struct scene *scene, struct area area)
{
	if (scene->tab)
		pane_list(scene, area, "group by", scene->screen->group_menu.n, put_choice);
}
