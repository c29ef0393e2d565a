/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The other maps, side by side below the one in front: a title and their first rows, in their own
 * order. As many as have room. */
#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/state.h"

enum { SMALL_COLS = 46 };

static void put_title(const struct scene *scene, struct area area, size_t number)
{
	const struct table *table = scene->tab->table;
	SCOPED(buf) text = {0};
	struct area top = {area.row, area.col, 1, area.n_cols};
	int col;

	grid_fill(scene->grid, top, ROLE_BORDER, scene->glyphs->line);
	col = grid_putf(scene->grid, top, 0, 1, ROLE_TAB_ACTIVE, " %zu %s ", number,
			table->map.name);
	num_grouped(&text, table_n_live(table));
	grid_putf(scene->grid, top, 0, col, ROLE_HEADER, "%s rows ", buf_text(&text));
}

void pane_small(const struct scene *front, struct area area, size_t i)
{
	struct scene scene = *front;
	struct area columns = {area.row + 1, area.col, 1, area.n_cols - 1};
	struct area rows = {area.row + 2, area.col, area.n_rows - 2, area.n_cols - 1};

	scene.tab = front->screen->tabs[i];
	scene.is_aside = true;
	put_title(&scene, area, i + 1);
	if (rows.n_rows < 1 || tab_refresh(scene.tab, (size_t)rows.n_rows) < 0 ||
	    tab_decode(scene.tab) < 0)
		return;
	pane_columns(&scene, columns);
	pane_rows(&scene, rows);
}

void pane_band(const struct scene *scene, struct area area)
{
	size_t n_others = scene->screen->n_tabs - 1 - (scene->screen->partner != NULL);
	size_t n = MIN_OF(n_others, (size_t)(area.n_cols / SMALL_COLS));
	size_t i = scene->screen->front;

	for (size_t at = 0; at < n; at++) {
		int from = (int)(at * (size_t)area.n_cols / n);
		int to = (int)((at + 1) * (size_t)area.n_cols / n);
		struct area small = {area.row, area.col + from, area.n_rows, to - from};

		do
			i = (i + 1) % scene->screen->n_tabs;
		while (scene->screen->tabs[i] == scene->screen->partner);
		pane_small(scene, small, i);
	}
}
