/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Choosing what to group by: what the query floor offers of the map in front, and behind it what the rows
 * are grouped by already though it is not offered, as somebody typed it. Marks go as in the menu of what to
 * sort by: those in force are there, each with its rank; until one is changed, Enter groups by the choice
 * under the cursor alone. What is none of the choices can be typed. */
#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "query/group.h"
#include "ui/state.h"

void group_menu_release(struct group_menu *menu)
{
	arena_release(&menu->texts);
	pages_release(&menu->choices);
	*menu = (struct group_menu){0};
}

const struct group_choice *group_menu_at(const struct group_menu *menu, size_t i)
{
	return (const struct group_choice *)menu->choices.at + i;
}

int group_menu_rank(const struct group_menu *menu, size_t i)
{
	for (unsigned k = 0; k < menu->n_marked; k++)
		if (menu->marked[k] == i)
			return (int)k;
	return -1;
}

/* -- filling it -- */

static void add_choice(void *ctx, const char *part, const char *about)
{
	struct group_menu *menu = ctx;
	struct group_choice choice = {arena_strdup(&menu->texts, part),
				      arena_strdup(&menu->texts, about)};

	if (!choice.part || !choice.about ||
	    pages_reserve(&menu->choices, (menu->n + 1) * sizeof(choice)) < 0)
		menu->has_failed = true;
	else
		((struct group_choice *)menu->choices.at)[menu->n++] = choice;
}

static size_t place_of(const struct group_menu *menu, const char *part)
{
	size_t i = 0;

	while (i < menu->n && strcmp(group_menu_at(menu, i)->part, part) != 0)
		i++;
	return i;
}

/* Marks the parts of the list in force, in its order. */
static void mark_parts(struct group_menu *menu, const char *by)
{
	while (*(by += strspn(by, " \t,"))) {
		size_t len = strcspn(by, ","), end = len, i;
		SCOPED(buf) part = {0};

		while (strchr(" \t", by[end - 1]))
			end--;
		buf_add(&part, by, end);
		by += len;
		i = place_of(menu, buf_text(&part));
		if (i == menu->n)
			add_choice(menu, buf_text(&part), "as it was typed");
		if (i < menu->n && menu->n_marked < GROUP_MAX_PARTS)
			menu->marked[menu->n_marked++] = i;
	}
}

static int fill(struct screen *screen, struct tab *tab, struct err *err)
{
	struct group_menu *menu = &screen->group_menu;

	group_menu_release(menu);
	if (!group_offers(tab->table, add_choice, menu))
		return group_check(tab->table, "", err);
	mark_parts(menu, tab->group ? group_by(tab->group) : "");
	return menu->has_failed ? err_set(err, -ENOMEM, "out of memory for what to group by") : 0;
}

/* -- what keys do -- */

/* Those that are marked, as they are typed. */
static void marked_text(const struct group_menu *menu, struct buf *out)
{
	for (unsigned k = 0; k < menu->n_marked; k++)
		buf_addf(out, "%s%s", k ? "," : "", group_menu_at(menu, menu->marked[k])->part);
}

static void open_menu(struct screen *screen, struct tab *tab)
{
	struct group_menu *menu = &screen->group_menu;
	struct err why = {0};

	if (fill(screen, tab, &why) < 0) {
		screen_say(screen, true, "%s", why.text);
		return;
	}
	screen->overlay = OVERLAY_GROUPS;
	list_open(&screen->list, menu->n);
	if (menu->n_marked)
		list_move(&screen->list, (ptrdiff_t)menu->marked[0]);
}

ACTION(act_group)
{
	struct tab *tab = map_tab(screen);
	SCOPED(buf) marked = {0};

	if (tab && screen->overlay == OVERLAY_NONE) {
		open_menu(screen, tab);
	} else if (tab && screen->overlay == OVERLAY_GROUPS) {
		marked_text(&screen->group_menu, &marked);
		prompt_begin(screen, PROMPT_GROUP, buf_text(&marked));
	}
	return nothing();
}

void group_menu_toggle(struct screen *screen)
{
	struct group_menu *menu = &screen->group_menu;
	size_t at = screen->list.cursor;
	int rank = group_menu_rank(menu, at);

	menu->is_touched = true;
	if (rank >= 0) {
		menu->n_marked--;
		memmove(menu->marked + rank, menu->marked + rank + 1,
			(menu->n_marked - (unsigned)rank) * sizeof(*menu->marked));
	} else if (menu->n_marked == GROUP_MAX_PARTS) {
		screen_say(screen, true, "at most %d fields make a group", GROUP_MAX_PARTS);
	} else {
		menu->marked[menu->n_marked++] = at;
	}
}

void group_menu_take(struct screen *screen)
{
	struct group_menu *menu = &screen->group_menu;
	size_t at = screen->list.cursor;
	SCOPED(buf) by = {0};

	if (menu->n_marked && (menu->is_touched || group_menu_rank(menu, at) >= 0))
		marked_text(menu, &by);
	else
		buf_adds(&by, group_menu_at(menu, at)->part);
	screen->overlay = OVERLAY_NONE;
	if (group_typed(screen, buf_text(&by), true) < 0)
		screen_say(screen, true, "%s", screen->fault.text);
}
