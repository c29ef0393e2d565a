/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps that are watched, and the filter of the one in front. The filter keeps half of the line at
 * most; tabs that don't fit are counted. */
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/scene.h"

static int put_filter(const struct scene *scene, struct area area)
{
	const char *text = scene->tab ? buf_text(&scene->tab->view.filter_text) : "";
	int width = MIN_OF(grid_columns(scene->grid, text), area.n_cols / 2);

	if (!*text)
		return area.n_cols;
	grid_put(scene->grid, area, 0, area.n_cols - width - 3, ROLE_PROMPT, "/");
	grid_fit(scene->grid, area, (struct strip){0, area.n_cols - width - 1, width}, false,
		 ROLE_HEADER_VALUE, text);
	return area.n_cols - width - 4;
}

static int put_tab(const struct scene *scene, struct area area, int col, size_t i)
{
	struct tab *tab = scene->screen->tabs[i];
	bool is_front = tab == map_tab(scene->screen);
	SCOPED(buf) name = {0};
	int end;

	tab_name(scene->screen->tabs[i], &name);
	end = grid_putf(scene->grid, area, 0, col, is_front ? ROLE_TAB_ACTIVE : ROLE_TAB,
			is_front ? "[%zu %s]" : " %zu %s ", i + 1, buf_text(&name));
	tab->title = (struct area){area.row, area.col + col, 1, end - col};
	return end;
}

static int tab_columns_of(const struct scene *scene, size_t i)
{
	int digits = i + 1 >= 10 ? 2 : 1;
	SCOPED(buf) name = {0};

	tab_name(scene->screen->tabs[i], &name);
	return grid_columns(scene->grid, buf_text(&name)) + digits + 3;
}

/* The first tab to draw, so that the one in front is seen. */
static size_t first_tab(const struct scene *scene, int width)
{
	size_t first = tab_place(scene->screen, map_tab(scene->screen));
	int used = scene->screen->n_tabs ? tab_columns_of(scene, first) : 0;

	while (first > 0 && used + tab_columns_of(scene, first - 1) <= width)
		used += tab_columns_of(scene, --first);
	return first;
}

void pane_tabs(const struct scene *scene, struct area area)
{
	int end = put_filter(scene, area), col = 0;
	size_t first = first_tab(scene, end - 2), n = scene->screen->n_tabs;
	struct area left = area;

	left.n_cols = MAX_OF(end, 0);
	if (first > 0)
		col = grid_put(scene->grid, left, 0, col, ROLE_DIM, scene->glyphs->left);
	for (size_t i = first; i < n; i++) {
		if (i > first && col + tab_columns_of(scene, i) > end - 2) {
			grid_put(scene->grid, left, 0, col, ROLE_DIM, scene->glyphs->right);
			return;
		}
		col = put_tab(scene, left, col, i);
	}
}
