/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The themes to pick from, beside the rows, which are seen in the one under the cursor. */
#include <string.h>

#include "ui/scene.h"
#include "ui/theme.h"

struct intent theme_under_cursor(struct screen *screen)
{
	const char *name = theme_name_at((unsigned)screen->list.cursor);

	buf_clear(&screen->answer);
	buf_adds(&screen->answer, name ? name : "");
	return (struct intent){.kind = INTENT_THEME, .text = buf_text(&screen->answer)};
}

struct intent theme_as_before(struct screen *screen)
{
	return (struct intent){.kind = INTENT_THEME, .text = buf_text(&screen->theme_before)};
}

ACTION(act_themes)
{
	screen->overlay = OVERLAY_THEMES;
	theme_list_read();
	list_open(&screen->list, theme_count());
	buf_clear(&screen->theme_before);
	buf_adds(&screen->theme_before, buf_text(&screen->theme));
	for (unsigned i = 0; theme_name_at(i); i++)
		if (strcmp(theme_name_at(i), buf_text(&screen->theme)) == 0)
			screen->list.cursor = i;
	return nothing();
}

static void put_choice(const struct scene *scene, struct area area, int line, size_t i)
{
	bool is_cursor = i == scene->screen->list.cursor;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	enum role role = is_cursor ? ROLE_CURSOR : ROLE_TEXT;
	const char *name = theme_name_at((unsigned)i);
	const char *slash = strrchr(name, '/'); /* of a path the file */

	grid_fill(scene->grid, whole, role, " ");
	grid_putf(scene->grid, whole, 0, 0, role, "%s %s%s", is_cursor ? ">" : " ",
		  slash ? slash + 1 : name, theme_is_own(name) ? "  (own)" : "");
}

void pane_themes(const struct scene *scene, struct area area)
{
	pane_list(scene, area, "themes", theme_count(), put_choice);
}
