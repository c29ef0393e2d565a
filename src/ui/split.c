/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two maps at once: the one in front, which has the keys, and its partner in the other half. The halves
 * stay where they are when the focus moves: front and partner change places instead. */
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/state.h"
#include "ui/term.h"

static size_t place_of(const struct screen *screen, const struct tab *tab)
{
	for (size_t i = 0; i < screen->n_tabs; i++)
		if (screen->tabs[i] == tab)
			return i;
	return screen->front;
}

size_t split_place(const struct screen *screen)
{
	return place_of(screen, screen->partner);
}

static void move_focus(struct screen *screen)
{
	struct tab *was = map_tab(screen);

	screen->front = place_of(screen, screen->partner);
	screen->partner = was;
	screen->focus_second = !screen->focus_second;
	list_open(&screen->detail_at.list, 1);
	map_tab(screen)->is_stale = true;
}

bool split_takes_focus(struct screen *screen, size_t i)
{
	if (screen->split == SPLIT_NONE || screen->tabs[i] != screen->partner)
		return false;
	move_focus(screen);
	return true;
}

void split_forget(struct screen *screen, const struct tab *tab)
{
	if (tab != screen->partner && tab != map_tab(screen))
		return;
	screen->split = SPLIT_NONE;
	screen->partner = NULL;
	screen->focus_second = false;
}

static struct intent split(struct screen *screen, enum split how)
{
	if (screen->split == how) {
		split_forget(screen, screen->partner);
	} else if (screen->n_tabs < 2) {
		screen_say(screen, false, "there is one map only; o opens another");
	} else {
		if (!screen->partner)
			screen->partner = screen->tabs[(screen->front + 1) % screen->n_tabs];
		screen->split = how;
	}
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

ACTION(act_focus)
{
	if (screen->split == SPLIT_NONE)
		screen_say(screen, false, "there is one pane only; | and _ make two");
	else
		screen->awaits_focus = true;
	return nothing();
}

/* What comes after ^W: a direction, or w for the other one. */
bool split_take_key(struct screen *screen, uint32_t key)
{
	bool was_second = screen->focus_second, goes_on, goes_back, turns;

	if (!screen->awaits_focus)
		return false;
	screen->awaits_focus = false;
	goes_on = key == TERM_RIGHT || key == TERM_DOWN || key == 'l' || key == 'j';
	goes_back = key == TERM_LEFT || key == TERM_UP || key == 'h' || key == 'k';
	turns = key == 'w' || key == TERM_CTRL + 'w' || key == TERM_TAB;
	if (turns || (goes_on && !was_second) || (goes_back && was_second))
		move_focus(screen);
	return turns || goes_on || goes_back;
}

/* A rule on the side where the other half is, then the map small. */
void pane_other(const struct scene *scene, struct area area)
{
	struct area rule = {area.row, area.col, area.n_rows, 1};

	if (scene->screen->split == SPLIT_BESIDE) {
		if (scene->screen->focus_second)
			rule.col += area.n_cols - 1;
		else
			area.col++;
		area.n_cols--;
		grid_fill(scene->grid, rule, ROLE_BORDER, scene->glyphs->bar);
	}
	pane_small(scene, area, place_of(scene->screen, scene->screen->partner));
}
