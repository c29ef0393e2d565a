/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Menus whose choices are columns of the table in front. With the rows in sight beside them, those show what is
 * being chosen, and are as before where it isn't taken. */
#include "ui/state.h"

static const struct {
	bool is_menu;
	void (*preview)(struct screen *screen);
	void (*leave)(struct screen *screen);
} menus[N_OVERLAYS] = {
	[OVERLAY_SORT] = {true, sort_menu_preview, sort_menu_leave},
	[OVERLAY_COLUMNS] = {true, chooser_preview, chooser_leave},
	[OVERLAY_GROUPS] = {.is_menu = true},
};

void menu_preview(struct screen *screen)
{
	if (screen->layout.menu.n_rows > 0 && menus[screen->overlay].preview)
		menus[screen->overlay].preview(screen);
}

static void close(struct screen *screen, enum overlay *overlay)
{
	if (!menus[*overlay].is_menu)
		return;
	if (menus[*overlay].leave)
		menus[*overlay].leave(screen);
	*overlay = OVERLAY_NONE;
}

bool menu_is_open(const struct screen *screen)
{
	return menus[screen->overlay].is_menu;
}

void menu_close(struct screen *screen)
{
	close(screen, &screen->overlay);
	close(screen, &screen->under_help);
}
