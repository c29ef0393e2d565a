/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps that no pane shows, side by side below those that are: a caption and their first rows, in
 * their own order. As many as have room. */
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/scene.h"

enum { SMALL_COLS = 46 };

/* The last column is the rule before the next one, or a margin. */
static void put_rule(const struct scene *scene, struct area area)
{
	struct area rule = {area.row, area.col + area.n_cols - 1, area.n_rows, 1};

	if (rule.col + 1 == scene->grid->n_cols)
		return;
	grid_fill(scene->grid, rule, ROLE_BORDER, scene->glyphs->bar);
	grid_put(scene->grid, rule, 0, 0, ROLE_BORDER, scene->glyphs->tee);
}

static void put_small(const struct scene *front, struct area area, struct tab *tab)
{
	struct scene scene = *front;
	struct area rows = {area.row + 1, area.col, area.n_rows - 1, area.n_cols - 1};

	scene.tab = tab_seen(tab);
	scene.is_aside = true;
	tab->band = area;
	pane_put_rows(&scene, (struct area){rows.row, rows.col, 1, rows.n_cols},
		      (struct area){rows.row + 1, rows.col, rows.n_rows - 1, rows.n_cols});
	pane_caption(&scene, area, tab, NULL);
	put_rule(front, area);
}

/* The next map after the i-th that no pane shows. */
static size_t next_unseen(const struct screen *screen, size_t i)
{
	do
		i = (i + 1) % screen->n_tabs;
	while (pane_shows(screen, screen->tabs[i]));
	return i;
}

void pane_band(const struct scene *scene, struct area area)
{
	struct screen *screen = scene->screen;
	size_t n = 0, i = tab_place(screen, map_tab(screen));

	for (size_t j = 0; j < screen->n_tabs; j++)
		n += !pane_shows(screen, screen->tabs[j]);
	n = MIN_OF(n, (size_t)(area.n_cols / SMALL_COLS));
	for (size_t at = 0; at < n; at++) {
		int from = (int)(at * (size_t)area.n_cols / n);
		int to = (int)((at + 1) * (size_t)area.n_cols / n);
		struct area small = {area.row, area.col + from, area.n_rows, to - from};

		i = next_unseen(screen, i);
		put_small(scene, small, screen->tabs[i]);
	}
}
