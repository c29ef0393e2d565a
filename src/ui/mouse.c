/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The mouse on the screen: the wheel moves what it is over, a click on a tab or a pane goes there, in the
 * pane with the focus it selects, a click on what is selected opens it, a click on a title sorts by its
 * column, again to turn it around. */
#include "ui/mouse.h"

#include <stdio.h>

#include "base/tidy.h"
#include "ui/state.h"

enum { WHEEL_ROWS = 3, BUTTON_LEFT = 0, BUTTON_WHEEL_UP = 64, BUTTON_WHEEL_DOWN = 65 };

bool mouse_parse(const char *text, char final, struct mouse *out)
{
	unsigned button, col, row;
	char rest;

	if (final != 'M' || sscanf(text, "<%4u;%5u;%5u%c", &button, &col, &row, &rest) != 3 ||
	    !row || !col)
		return false;
	if (button != BUTTON_LEFT && button != BUTTON_WHEEL_UP && button != BUTTON_WHEEL_DOWN)
		return false;
	*out = (struct mouse){
		.kind = button == BUTTON_LEFT	    ? MOUSE_PRESS
			: button == BUTTON_WHEEL_UP ? MOUSE_WHEEL_UP
						    : MOUSE_WHEEL_DOWN,
		.row = (int)row - 1,
		.col = (int)col - 1,
	};
	return true;
}

static bool is_in(struct area area, const struct mouse *mouse)
{
	return mouse->row >= area.row && mouse->row < area.row + area.n_rows &&
	       mouse->col >= area.col && mouse->col < area.col + area.n_cols;
}

/* The leaf of the tiling that is there, or -1. */
static int pane_at(const struct screen *screen, const struct mouse *mouse)
{
	for (int i = 0; i < TILING_TILES; i++)
		if (tiling_is_leaf(&screen->tiling, i) && is_in(screen->layout.panes[i], mouse))
			return i;
	return -1;
}

/* No cursor is seen where the focus is not, so it goes past the edge, and the window with it. */
static void scroll_rows(struct tab *tab, int by)
{
	const struct view *view;
	size_t edge;

	if (tab->groups)
		tab = tab->groups;
	view = &tab->view;
	edge = by < 0 ? MIN_OF(view->top, view->cursor)
		      : MAX_OF(view->top + MAX_OF(view->height, 1) - 1, view->cursor);
	tab_move_to(tab, by < 0 ? edge - MIN_OF(edge, (size_t)-by) : edge + (size_t)by);
}

static void scroll_pane(struct screen *screen, int leaf, int by)
{
	struct pane *pane = &screen->panes[leaf];

	if (pane->kind == PANE_ROWS && pane->tab)
		scroll_rows(pane->tab, by);
	else if (pane->kind != PANE_ROWS)
		list_move(&pane->list, by);
}

/* A small one in the band, or NULL. */
static struct tab *small_at(const struct screen *screen, const struct mouse *mouse)
{
	for (size_t i = 0; i < screen->n_tabs; i++)
		if (is_in(screen->tabs[i]->band, mouse))
			return screen->tabs[i];
	return NULL;
}

static struct intent turn_wheel(struct screen *screen, bool is_up, const struct mouse *mouse)
{
	int leaf = pane_at(screen, mouse), by = is_up ? -WHEEL_ROWS : WHEEL_ROWS;
	struct tab *small = small_at(screen, mouse);
	struct intent intent = nothing();

	if (screen->overlay == OVERLAY_NONE && is_in(screen->layout.detail, mouse)) {
		list_move(&screen->detail_at.list, by);
	} else if (screen->overlay == OVERLAY_NONE && small) {
		scroll_rows(small, by);
	} else if (screen->overlay == OVERLAY_NONE && leaf >= 0 && leaf != screen->tiling.focus) {
		scroll_pane(screen, leaf, by);
	} else {
		for (int i = 0; i < WHEEL_ROWS; i++)
			intent = act_rows[is_up ? ACT_UP : ACT_DOWN].run(screen, 0);
	}
	return intent;
}

static struct intent click_row(struct screen *screen, struct tab *tab, int line)
{
	size_t place = tab->view.top + (size_t)line;

	if (place >= tab->view.n_matched)
		return nothing();
	if (place == tab->view.cursor)
		return act_rows[ACT_OPEN].run(screen, 0);
	tab_move_to(tab, place);
	return nothing();
}

/* The column whose title is there, or -1. */
static int title_at(const struct tab *tab, const struct fit *fit, int col)
{
	for (int i = 0; i < (int)sort_choices(tab); i++) {
		int from = fit->place[i], width;

		if (from < 0)
			continue;
		width = tab_width(tab, fit, (unsigned)i);
		if (col < from || col >= from + width)
			continue;
		return tab_is_joint(tab, fit, (unsigned)i) ? joint_title_at(tab, width, col - from)
							   : i;
	}
	return -1;
}

static struct intent click_title(struct screen *screen, struct tab *tab, int col, int n_cols)
{
	struct column column;
	struct fit fit;
	int i;

	tab_fit(tab, n_cols, &fit);
	i = title_at(tab, &fit, col);
	if (i < 0)
		return nothing();
	column = tab->shown[i].column;
	if (tab->view.n_keys && column_equal(&tab->view.keys[0].column, &column))
		return act_rows[ACT_REVERSE].run(screen, 0);
	tab_sort(tab, &column, view_descends_first(&column));
	return nothing();
}

/* A line of a list. */
static struct intent click_choice(struct screen *screen, int line)
{
	struct list_place *list = &screen->list;
	size_t at = list->top + (size_t)line;

	if (!(screen_scope(screen) &
	      (SCOPE_MENU | SCOPE_GROUPS | SCOPE_COLUMNS | SCOPE_THEMES | SCOPE_PICKER)) ||
	    line < 0 || (size_t)line >= list->height || at >= list->n)
		return nothing();
	if (at == list->cursor)
		return act_rows[screen->overlay == OVERLAY_COLUMNS ? ACT_TAG : ACT_OPEN].run(screen,
											     0);
	list->cursor = at;
	return screen->overlay == OVERLAY_THEMES ? theme_under_cursor(screen) : nothing();
}

/* A title of the picker. false: none is there. */
static bool click_picker_title(struct screen *screen, const struct mouse *mouse)
{
	struct area over = screen->over;
	enum map_order sort;

	if (screen->overlay != OVERLAY_PICKER || mouse->row != over.row + 1)
		return false;
	sort = picker_sort_at(&screen->picker, over.n_cols, mouse->col - over.col);
	if (sort != N_MAP_ORDERS)
		picker_sort_by(screen, sort);
	return true;
}

/* The tab whose title is there; its map comes in front. false: none is. */
static bool click_tab(struct screen *screen, const struct mouse *mouse)
{
	for (size_t i = 0; i < screen->n_tabs; i++)
		if (is_in(screen->tabs[i]->title, mouse)) {
			go_to_tab(screen, i);
			return true;
		}
	return false;
}

/* A click takes the focus first; only in the pane that has it does a click do anything else. */
static struct intent click_pane(struct screen *screen, struct tab *tab, const struct mouse *mouse)
{
	const struct layout *layout = &screen->layout;
	int leaf = pane_at(screen, mouse);

	if (leaf >= 0 && leaf != screen->tiling.focus)
		pane_focus(screen, leaf);
	else if (is_in(layout->rows, mouse))
		return click_row(screen, tab, mouse->row - layout->rows.row);
	else if (is_in(layout->columns, mouse))
		return click_title(screen, tab, mouse->col - layout->columns.col,
				   layout->columns.n_cols);
	return nothing();
}

/* Lines above a list. */
static int n_titles(const struct screen *screen)
{
	return screen->overlay == OVERLAY_PICKER ? 2 : 1;
}

/* What stands beside or below the picker's list is none of it. */
static bool is_in_choices(struct screen *screen, const struct mouse *mouse)
{
	struct area area = screen->over;

	if (screen->overlay == OVERLAY_PICKER)
		area = picker_fit(screen, area);
	return screen->overlay != OVERLAY_NONE && is_in(area, mouse);
}

static struct intent obey_mouse(struct screen *screen, const struct mouse *mouse)
{
	const struct layout *layout = &screen->layout;
	struct tab *tab = front_tab(screen), *small = small_at(screen, mouse);

	if (screen->prompting || layout->is_too_small)
		return nothing();
	if (mouse->kind != MOUSE_PRESS)
		return turn_wheel(screen, mouse->kind == MOUSE_WHEEL_UP, mouse);
	if (click_picker_title(screen, mouse))
		return nothing();
	if (is_in_choices(screen, mouse))
		return click_choice(screen, mouse->row - screen->over.row - n_titles(screen));
	if (!tab || screen->overlay != OVERLAY_NONE || click_tab(screen, mouse))
		return nothing();
	if (small)
		return go_to_tab(screen, tab_place(screen, small));
	return click_pane(screen, tab, mouse);
}

struct intent screen_mouse(struct screen *screen, const struct mouse *mouse)
{
	struct intent intent = obey_mouse(screen, mouse);

	menu_preview(screen);
	return intent;
}
