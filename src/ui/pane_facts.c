/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of the map under the picker's cursor without reading it, in the words of `info`: nothing is read
 * because somebody looks through a list. */
#include <string.h>

#include "base/tidy.h"
#include "model/map_about.h"
#include "model/maptype.h"
#include "ui/glyph.h"
#include "ui/scene.h"

enum { INDENT = 2, NAME_COLS = 12 }; /* of facts, and of their names with a blank before them */

const struct map *picker_map(const struct screen *screen)
{
	const struct picker *picker = &screen->picker;

	return screen->overlay == OVERLAY_PICKER && screen->list.n
		       ? &picker->maps[picker->order[screen->list.cursor]]
		       : NULL;
}

const struct map *screen_wonders(const struct screen *screen)
{
	const struct map *map = picker_map(screen);

	return map && screen->picker.shows_facts && map != screen->picker.described ? map : NULL;
}

void screen_describe(struct screen *screen, const struct map *map, const char *layout)
{
	screen->picker.described = map;
	buf_clear(&screen->picker.layout);
	buf_adds(&screen->picker.layout, layout);
}

static void make_text(const struct screen *screen, const struct map *map, struct buf *out)
{
	map_about(map, out);
	if (map->type->reading == READS_NOTHING)
		buf_addf(out, "  reading    not possible: %s\n", map->type->why_not);
	if (map == screen->picker.described)
		buf_adds(out, buf_text(&screen->picker.layout));
}

/* Of key and value, or of the columns of their fields. */
static bool is_title(const char *line)
{
	return line[0] != ' ' || strncmp(line, "  offset ", strlen("  offset ")) == 0;
}

/* Names of facts, and titles, stand back behind what they say. */
static void put_line(const struct scene *scene, struct area line, const char *text)
{
	size_t blanks = strspn(text, " ");
	struct area name = {line.row, line.col, 1, MIN_OF(NAME_COLS, line.n_cols)};

	grid_put(scene->grid, line, 0, 1, is_title(text) ? ROLE_DIM : ROLE_TEXT,
		 text + MIN_OF(blanks, INDENT));
	if (blanks == INDENT && !is_title(text))
		grid_role(scene->grid, name, ROLE_DIM);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void put_lines(const struct scene *scene, struct area area, char *at)
{
	for (; *at && area.n_rows > 0; area.row++, area.n_rows--) {
		size_t len = strcspn(at, "\n");
		bool is_last = !at[len];

		at[len] = '\0';
		put_line(scene, (struct area){area.row, area.col, 1, area.n_cols}, at);
		at += len + !is_last;
	}
}

void pane_facts(const struct scene *scene, struct area area)
{
	const struct map *map = picker_map(scene->screen);
	SCOPED(buf) title = {0}, text = {0}, lines = {0}, place = {0};
	struct area top;
	size_t n;

	if (area.col > 0) {
		struct area rule = {area.row, area.col++, area.n_rows, 1};

		area.n_cols--;
		grid_fill(scene->grid, rule, ROLE_BORDER, scene->glyphs->bar);
	}
	if (!map)
		return;
	top = area;
	buf_addf(&title, "%s #%u %s", map->name, map->id, map->type->name);
	area = pane_titled(scene, area, buf_text(&title));
	make_text(scene->screen, map, &text);
	text_wrap(buf_text(&text), area.n_cols, &lines);
	if (!lines.len)
		return;
	n = count_lines(lines.at);
	buf_addf(&place, "1-%d of %zu", area.n_rows, n);
	if (n > (size_t)area.n_rows)
		pane_place(scene, top, buf_text(&title), buf_text(&place));
	put_lines(scene, area, lines.at);
}
