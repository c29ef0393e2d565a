/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Settings of the screen's maps by name: from options, from what was saved, and asked for again. */
#include <errno.h>

#include "query/group.h"
#include "ui/setting.h"
#include "ui/state.h"

static struct tab *tab_of(const struct screen *screen, const struct table *table)
{
	for (size_t i = 0; i < screen->n_tabs; i++)
		if (screen->tabs[i]->table == table)
			return screen->tabs[i];
	return NULL;
}

int screen_set(struct screen *screen, const struct table *table, const char *name, const char *text,
	       struct err *err)
{
	const struct setting *setting = setting_named(name);
	struct tab *tab = tab_of(screen, table);

	return tab && setting ? setting->set(setting_tab(setting, tab), text, err) : -ENOENT;
}

void screen_get(const struct screen *screen, const struct table *table, const char *name,
		struct buf *out)
{
	const struct setting *setting = setting_named(name);
	struct tab *tab = tab_of(screen, table);

	if (tab && setting)
		setting->get(setting_tab(setting, tab), out);
}

/* The fault that is told is that of the first map, which is the last one tried. */
int screen_set_all(struct screen *screen, const char *name, const char *text, struct err *err)
{
	const struct setting *setting = setting_named(name);
	struct err ignored = {0};
	int r = -ENOENT;

	for (size_t i = screen->n_tabs; setting && i-- > 0;) {
		bool is_first = i == 0;
		int one = setting->set(setting_tab(setting, screen->tabs[i]), text,
				       is_first && r < 0 ? err : &ignored);

		if (one == 0)
			r = 0;
		else if (r < 0)
			r = one;
	}
	return screen->n_tabs ? r : 0;
}

const char *screen_group_filter(const struct screen *screen)
{
	const struct tab *tab = map_tab(screen);

	return tab && tab->group ? group_filter(tab->group) : "";
}

const struct table *screen_group_total(const struct screen *screen)
{
	const struct tab *tab = map_tab(screen);

	return tab && tab->groups ? tab_total(tab->groups) : NULL;
}

const char *screen_grouped(const struct screen *screen)
{
	const struct tab *tab = map_tab(screen);

	return tab && tab->group ? group_by(tab->group) : "";
}
