/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The themes to pick from, beside the rows, which are seen in the one under the cursor. */
#include <string.h>

#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/state.h"
#include "ui/theme.h"

static unsigned n_themes(void)
{
	unsigned n = 0;

	while (theme_name_at(n))
		n++;
	return n;
}

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
	list_open(&screen->list, n_themes());
	buf_clear(&screen->theme_before);
	buf_adds(&screen->theme_before, buf_text(&screen->theme));
	for (unsigned i = 0; theme_name_at(i); i++)
		if (strcmp(theme_name_at(i), buf_text(&screen->theme)) == 0)
			screen->list.cursor = i;
	return nothing();
}

void pane_themes(const struct scene *scene, struct area area)
{
	struct list_place *list = &scene->screen->list;
	struct area side = {area.row, area.col, area.n_rows, 1};

	grid_fill(scene->grid, side, ROLE_BORDER, scene->glyphs->bar);
	area.col++;
	area.n_cols--;
	area = pane_titled(scene, area, "themes");
	list_fit(list, n_themes(), (size_t)MAX_OF(area.n_rows, 1));
	for (int line = 0; line < area.n_rows; line++) {
		size_t i = list->top + (size_t)line;
		bool is_cursor = i == list->cursor;
		struct area whole = {area.row + line, area.col, 1, area.n_cols};
		enum role role = is_cursor ? ROLE_CURSOR : ROLE_TEXT;
		const char *name, *slash;

		if (i >= list->n)
			return;
		grid_fill(scene->grid, whole, role, " ");
		name = theme_name_at((unsigned)i);
		slash = strrchr(name, '/'); /* of a path the file */
		grid_putf(scene->grid, whole, 0, 0, role, "%s %s%s", is_cursor ? ">" : " ",
			  slash ? slash + 1 : name, theme_is_own(name) ? "  (own)" : "");
	}
}
