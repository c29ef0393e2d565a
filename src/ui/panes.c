/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the panes of the tiling show. The map of the one with the focus is the map in front: its header
 * stands above, its rows have the keys. The rows of a map are seen in one pane at most, since they have
 * one cursor and one window; text about it may stand in others. */
#include <errno.h>

#include "base/tidy.h"
#include "ui/state.h"

enum { RESIZE_PERCENT = 10, ONE_COLUMN_PANES = 3 };

static bool leaf_shows(const struct screen *screen, int i, const struct tab *tab)
{
	return tiling_is_leaf(&screen->tiling, i) && screen->panes[i].tab == tab;
}

bool pane_shows(const struct screen *screen, const struct tab *tab)
{
	for (int i = 0; i < TILING_TILES; i++)
		if (leaf_shows(screen, i, tab))
			return true;
	return false;
}

/* The pane that shows so much of the map; -1: none. */
static int pane_with(const struct screen *screen, const struct tab *tab, enum pane_kind kind)
{
	for (int i = 0; i < TILING_TILES; i++)
		if (leaf_shows(screen, i, tab) && screen->panes[i].kind == kind)
			return i;
	return -1;
}

int pane_of_rows(const struct screen *screen, const struct tab *tab)
{
	return pane_with(screen, tab, PANE_ROWS);
}

void pane_focus(struct screen *screen, int leaf)
{
	if (screen->tiling.focus != leaf)
		screen->tiling.is_alone = false;
	screen->tiling.focus = leaf;
	list_open(&screen->detail_at.list, 1);
	if (front_tab(screen))
		front_tab(screen)->is_stale = true;
}

static void fill_pane(struct screen *screen, int leaf, struct tab *tab, enum pane_kind kind)
{
	screen->panes[leaf] = (struct pane){.kind = kind, .tab = tab};
	list_open(&screen->panes[leaf].list, 1);
}

void pane_show(struct screen *screen, struct tab *tab)
{
	struct pane *pane = focused_pane(screen);
	int other = pane->kind == PANE_ROWS ? pane_of_rows(screen, tab) : -1;

	if (other < 0) {
		pane->tab = tab;
		list_open(&pane->list, 1);
	}
	pane_focus(screen, other < 0 ? screen->tiling.focus : other);
}

static void close_pane(struct screen *screen, int leaf)
{
	tiling_close(&screen->tiling, leaf);
	pane_focus(screen, screen->tiling.focus);
}

void pane_forget(struct screen *screen, const struct tab *tab)
{
	size_t place = tab_place(screen, tab), n = screen->n_tabs;
	size_t next = place + 1 < n ? place + 1 : n - 2;

	for (int i = 0; i < TILING_TILES; i++) {
		if (!leaf_shows(screen, i, tab))
			continue;
		if (tiling_n_leaves(&screen->tiling) > 1)
			close_pane(screen, i);
		else
			fill_pane(screen, i, n > 1 ? screen->tabs[next] : NULL, PANE_ROWS);
	}
}

bool pane_back(struct screen *screen)
{
	struct pane *pane = focused_pane(screen);

	if (pane->kind == PANE_ROWS)
		return false;
	if (pane_of_rows(screen, pane->tab) >= 0)
		close_pane(screen, screen->tiling.focus);
	else
		fill_pane(screen, screen->tiling.focus, pane->tab, PANE_ROWS);
	return true;
}

bool pane_toggle(struct screen *screen, enum pane_kind kind)
{
	struct pane *pane = focused_pane(screen);

	if (tiling_n_leaves(&screen->tiling) == 1 && pane->kind == PANE_ROWS)
		return false;
	screen->is_zoomed = false;
	if (pane->kind == kind)
		pane_back(screen);
	else
		fill_pane(screen, screen->tiling.focus, pane->tab, kind);
	return true;
}

/* -- a pane a map ---------------------------------------------------------------------------------------- */

/* Divides the leaf among n maps, one below the other. */
static void stack(struct screen *screen, int leaf, size_t first, size_t n)
{
	struct tiling *tiling = &screen->tiling;

	for (; n > 1; n--, first++) {
		int made = tiling_split(tiling, leaf, SPLIT_BELOW);

		tiling->tiles[tiling->tiles[leaf].parent].share = (int)(100 / n);
		fill_pane(screen, leaf, screen->tabs[first], PANE_ROWS);
		leaf = made;
	}
	fill_pane(screen, leaf, screen->tabs[first], PANE_ROWS);
}

void screen_tile(struct screen *screen)
{
	size_t n = MIN_OF(screen->n_tabs, (size_t)TILING_LEAVES);
	size_t n_left = n > ONE_COLUMN_PANES ? (n + 1) / 2 : n;
	int right;

	if (!n)
		return;
	tiling_init(&screen->tiling);
	right = n > n_left ? tiling_split(&screen->tiling, 0, SPLIT_BESIDE) : -1;
	stack(screen, 0, 0, n_left);
	if (right >= 0)
		stack(screen, right, n_left, n - n_left);
	pane_focus(screen, 0);
}

/* -- splitting ------------------------------------------------------------------------------------------- */

/* What a new pane shows: the next map that none shows, else what else there is to see of the one in
 * front. false: all of that is seen. */
static bool choose_content(const struct screen *screen, struct pane *pane)
{
	struct tab *front = map_tab(screen);
	size_t place = tab_place(screen, front);

	for (size_t i = 1; i < screen->n_tabs; i++) {
		pane->tab = screen->tabs[(place + i) % screen->n_tabs];
		pane->kind = PANE_ROWS;
		if (!pane_shows(screen, pane->tab))
			return true;
	}
	pane->tab = front;
	for (pane->kind = PANE_ROWS; pane->kind < N_PANE_KINDS; pane->kind++)
		if (pane_with(screen, front, pane->kind) < 0 && pane_suits(pane->kind, front))
			return true;
	return false;
}

static struct intent split(struct screen *screen, enum split how)
{
	struct tiling *tiling = &screen->tiling;
	struct area areas[TILING_TILES], area;
	bool is_wide = how == SPLIT_BESIDE;
	struct pane pane = {0};
	int made;

	if (!map_tab(screen))
		return nothing();
	tiling->is_alone = screen->is_zoomed = false;
	tiling_areas(tiling, screen->layout.body, areas);
	area = areas[tiling->focus];
	if (!tiling_fits(area, how)) {
		screen_say(screen, true, "too %s for another split: %d %s here, %d needed",
			   is_wide ? "narrow" : "low", is_wide ? area.n_cols : area.n_rows,
			   is_wide ? "columns" : "rows",
			   is_wide ? 2 * TILING_MIN_COLS + 1 : 2 * TILING_MIN_ROWS);
		return nothing();
	}
	if (!choose_content(screen, &pane)) {
		screen_say(screen, false, "all of it is seen already; o opens another map");
		return nothing();
	}
	made = tiling_split(tiling, tiling->focus, how);
	if (made < 0)
		screen_say(screen, true, "%d panes are all there can be", TILING_LEAVES);
	else
		fill_pane(screen, made, pane.tab, pane.kind);
	return nothing();
}

ACTION(act_split_beside)
{
	return split(screen, SPLIT_BESIDE);
}

ACTION(act_split_below)
{
	return split(screen, SPLIT_BELOW);
}

/* -- behind ^W ------------------------------------------------------------------------------------------- */

ACTION(act_pane_key)
{
	if (tiling_n_leaves(&screen->tiling) == 1)
		screen_say(screen, false, "there is one pane only; | and _ split it");
	screen->awaits_pane_key = true;
	return nothing();
}

static struct intent go_towards(struct screen *screen, enum direction direction)
{
	int leaf = tiling_towards(&screen->tiling, direction);

	if (leaf >= 0)
		pane_focus(screen, leaf);
	return nothing();
}

ACTION(act_focus_left)
{
	return go_towards(screen, TO_LEFT);
}

ACTION(act_focus_right)
{
	return go_towards(screen, TO_RIGHT);
}

ACTION(act_focus_up)
{
	return go_towards(screen, TO_TOP);
}

ACTION(act_focus_down)
{
	return go_towards(screen, TO_BOTTOM);
}

ACTION(act_focus_next)
{
	pane_focus(screen, tiling_after(&screen->tiling, screen->tiling.focus));
	return nothing();
}

ACTION(act_pane_close)
{
	close_pane(screen, screen->tiling.focus);
	return nothing();
}

ACTION(act_pane_only)
{
	struct pane kept = *focused_pane(screen);

	tiling_init(&screen->tiling);
	screen->panes[screen->tiling.focus] = kept;
	pane_focus(screen, screen->tiling.focus);
	return nothing();
}

ACTION(act_pane_grow)
{
	tiling_resize(&screen->tiling, RESIZE_PERCENT);
	return nothing();
}

ACTION(act_pane_shrink)
{
	tiling_resize(&screen->tiling, -RESIZE_PERCENT);
	return nothing();
}

ACTION(act_pane_even)
{
	tiling_even(&screen->tiling);
	return nothing();
}

/* -- zooming --------------------------------------------------------------------------------------------- */

/* The pane alone, where there are several; then its row in full alone; then all again. */
ACTION(act_zoom)
{
	struct tiling *tiling = &screen->tiling;
	bool has_rows = focused_kind(screen) == PANE_ROWS && front_tab(screen);
	bool is_several = tiling_n_leaves(tiling) > 1;

	list_open(&screen->detail_at.list, 1);
	if (screen->is_zoomed)
		screen->is_zoomed = tiling->is_alone = false;
	else if (is_several && !tiling->is_alone)
		tiling->is_alone = true;
	else if (has_rows)
		screen->is_zoomed = true;
	else
		tiling->is_alone = false;
	return nothing();
}
