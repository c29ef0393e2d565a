/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Choosing the order: every column of the tab, and what it is sorted by already though it is not shown.
 * The keys in force are marked, each with its rank and direction. Until one is changed, Enter sorts by the
 * column under the cursor alone; from then on by what is marked. */
#include <string.h>

#include "base/tidy.h"
#include "ui/state.h"

int sort_menu_rank(const struct sort_menu *menu, const struct column *column)
{
	for (unsigned i = 0; i < menu->n_keys; i++)
		if (column_equal(&menu->keys[i].column, column))
			return (int)i;
	return -1;
}

static bool is_offered(const struct sort_menu *menu, const struct column *column)
{
	for (unsigned i = 0; i < menu->n; i++)
		if (column_equal(&menu->columns[i], column))
			return true;
	return false;
}

ACTION(act_sort_menu)
{
	struct sort_menu *menu = &screen->sort_menu;
	const struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	menu->n = 0;
	menu->is_touched = false;
	menu->n_keys = tab->view.n_keys;
	memcpy(menu->keys, tab->view.keys, sizeof(menu->keys));
	menu->n_before = menu->n_keys;
	memcpy(menu->before, menu->keys, sizeof(menu->keys));
	for (unsigned i = 0; i < sort_choices(tab); i++)
		menu->columns[menu->n++] = tab->shown[i].column;
	for (unsigned i = 0; i < menu->n_keys; i++)
		if (!is_offered(menu, &menu->keys[i].column))
			menu->columns[menu->n++] = menu->keys[i].column;
	screen->overlay = OVERLAY_SORT;
	list_open(&screen->list, menu->n);
	while (menu->n_keys && screen->list.cursor + 1 < menu->n &&
	       sort_menu_rank(menu, &menu->columns[screen->list.cursor]) != 0)
		list_move(&screen->list, 1);
	return nothing();
}

static void add(struct screen *screen, const struct column *column, bool is_descending)
{
	struct sort_menu *menu = &screen->sort_menu;

	if (menu->n_keys == VIEW_MAX_KEYS)
		screen_say(screen, true, "at most %d columns make an order", VIEW_MAX_KEYS);
	else
		menu->keys[menu->n_keys++] = (struct sort_key){*column, is_descending};
}

void sort_menu_toggle(struct screen *screen)
{
	struct sort_menu *menu = &screen->sort_menu;
	const struct column *column = &menu->columns[screen->list.cursor];
	int rank = sort_menu_rank(menu, column);

	menu->is_touched = true;
	if (rank < 0) {
		add(screen, column, view_descends_first(column));
		return;
	}
	menu->n_keys--;
	memmove(menu->keys + rank, menu->keys + rank + 1,
		(menu->n_keys - (unsigned)rank) * sizeof(*menu->keys));
}

/* What is no key yet becomes one, the other way around than it would by itself. */
void sort_menu_reverse(struct screen *screen)
{
	struct sort_menu *menu = &screen->sort_menu;
	const struct column *column = &menu->columns[screen->list.cursor];
	int rank = sort_menu_rank(menu, column);

	menu->is_touched = true;
	if (rank < 0)
		add(screen, column, !view_descends_first(column));
	else
		menu->keys[rank].is_descending = !menu->keys[rank].is_descending;
}

/* What Enter would take. returns how many keys. */
static unsigned draft(const struct screen *screen, struct sort_key keys[VIEW_MAX_KEYS])
{
	const struct sort_menu *menu = &screen->sort_menu;
	const struct column *column = &menu->columns[screen->list.cursor];

	if (!menu->n_keys || (!menu->is_touched && sort_menu_rank(menu, column) < 0)) {
		keys[0] = (struct sort_key){*column, view_descends_first(column)};
		return 1;
	}
	memcpy(keys, menu->keys, sizeof(menu->keys));
	return menu->n_keys;
}

static bool is_order(const struct view *view, const struct sort_key *keys, unsigned n)
{
	bool is = view->n_keys == n;

	for (unsigned i = 0; i < n && is; i++)
		is = column_equal(&view->keys[i].column, &keys[i].column) &&
		     view->keys[i].is_descending == keys[i].is_descending;
	return is;
}

static void show(struct tab *tab, const struct sort_key *keys, unsigned n)
{
	if (is_order(&tab->view, keys, n))
		return;
	memcpy(tab->view.keys, keys, n * sizeof(*keys));
	tab->view.n_keys = n;
	tab_rearrange(tab);
}

void sort_menu_preview(struct screen *screen)
{
	struct sort_key keys[VIEW_MAX_KEYS];

	show(front_tab(screen), keys, draft(screen, keys));
}

void sort_menu_leave(struct screen *screen)
{
	const struct sort_menu *menu = &screen->sort_menu;

	show(front_tab(screen), menu->before, menu->n_before);
}

void sort_menu_take(struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	tab->view.n_keys = draft(screen, tab->view.keys);
	screen->overlay = OVERLAY_NONE;
	tab_reorder(tab);
}
