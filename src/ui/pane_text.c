/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What panes of text share: a title, lines that are broken where they are too long, what is searched for
 * in them. */
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/glyph.h"
#include "ui/scene.h"

enum { HANG_MAX = 32 };

/* Where the rest of a line goes on that is too long: below its second column, if it has one. */
static size_t hang_of(const char *line, size_t len)
{
	size_t at = strspn(line, " ");

	for (size_t i = at; i + 2 < MIN_OF(len, HANG_MAX); i++)
		if (line[i] == ' ' && line[i + 1] == ' ' && line[i + 2] != ' ')
			return i + 2;
	return at;
}

/* Bytes of text that go into so many columns, up to a blank if there is one behind `from`. */
static size_t break_at(const char *text, size_t len, size_t from, size_t columns)
{
	size_t end = 0, blank = 0;

	while (end < len && utf8_columns(text, end + 1) <= columns) {
		if (text[end] == ' ' && end > from)
			blank = end;
		end++;
	}
	if (end == len || !blank)
		return MAX_OF(end, MIN_OF(from + 1, len));
	return text[end] == ' ' ? end : blank;
}

static void wrap_line(const char *line, size_t len, size_t columns, struct buf *out)
{
	size_t hang = MIN_OF(hang_of(line, len), columns / 2);
	size_t n = break_at(line, len, hang, columns);

	buf_add(out, line, n);
	while (n < len) {
		size_t blanks = strspn(line + n, " "), rest = len - n - MIN_OF(blanks, len - n);

		line += len - rest;
		len = rest;
		if (!len)
			break;
		buf_addf(out, "\n%*s", (int)hang, "");
		n = break_at(line, len, 0, columns - hang);
		buf_add(out, line, n);
	}
	buf_addc(out, '\n');
}

void text_wrap(const char *text, int columns, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		wrap_line(text, len, (size_t)MAX_OF(columns, 1), out);
		text += len + (text[len] == '\n');
	}
}

int text_put(const struct scene *scene, struct area area, int row, int col, enum role role,
	     const char *text)
{
	SCOPED(buf) lines = {0};

	text_wrap(text, area.n_cols - col, &lines);
	for (const char *at = buf_text(&lines); *at && row < area.n_rows;) {
		size_t len = strcspn(at, "\n");

		grid_putf(scene->grid, area, row++, col, role, "%.*s", (int)len, at);
		at += len + (at[len] == '\n'); /* the last line has no end where memory ran out */
	}
	return row;
}

void text_light(const struct scene *scene, struct area line, size_t number, const char *text)
{
	const struct screen *screen = scene->screen;
	const char *found = scene->is_aside ? NULL : text_search_in(screen, text);
	bool is_current = number == screen->found_line;
	int width = grid_columns(scene->grid, buf_text(&screen->found));

	if (found && is_current)
		grid_put(scene->grid, line, 0, 0, ROLE_CURSOR, ">");
	for (; found; found = text_search_in(screen, found + screen->found.len)) {
		int col = (int)utf8_columns(text, (size_t)(found - text));
		struct area match = {line.row, line.col + col, 1, MIN_OF(width, line.n_cols - col)};

		if (match.n_cols > 0)
			grid_role(scene->grid, match, is_current ? ROLE_CURSOR : ROLE_MATCH);
	}
}

void pane_map_title(const struct scene *scene, const char *what, struct buf *out)
{
	const struct tab *tab = scene->tab;

	if (tab) {
		tab_name(tab->rows ? tab->rows : tab, out);
		buf_adds(out, ": ");
	}
	buf_adds(out, what);
}

struct area pane_titled(const struct scene *scene, struct area area, const char *title)
{
	struct area top = {area.row, area.col, 1, area.n_cols};
	int width = MIN_OF(grid_columns(scene->grid, title), area.n_cols - 2);

	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	if (scene->has_caption)
		return area;
	grid_fill(scene->grid, top, ROLE_COLUMN, " ");
	grid_fit(scene->grid, top, (struct strip){0, 1, width}, false, ROLE_COLUMN_SORTED, title);
	area.row++;
	area.n_rows--;
	return area;
}

void pane_place(const struct scene *scene, struct area area, const char *title, const char *place)
{
	int width = grid_columns(scene->grid, place), col = area.n_cols - width - 1;

	if (!scene->has_caption && grid_columns(scene->grid, title) + 2 < col)
		grid_put(scene->grid, (struct area){area.row, area.col, 1, area.n_cols}, 0, col,
			 ROLE_COLUMN, place);
}

void pane_list(const struct scene *scene, struct area area, const char *title, size_t n,
	       void (*put)(const struct scene *scene, struct area area, int line, size_t i))
{
	struct list_place *list = &scene->screen->list;
	struct area top;
	SCOPED(buf) place = {0};

	if (area.col > 0) {
		struct area rule = {area.row, area.col++, area.n_rows, 1};

		area.n_cols--;
		grid_fill(scene->grid, rule, ROLE_BORDER, scene->glyphs->bar);
	}
	top = area;
	area = pane_titled(scene, area, title);
	list_fit(list, n, (size_t)MAX_OF(area.n_rows, 1));
	buf_addf(&place, "%zu of %zu", list->cursor + 1, n);
	if (n > list->height)
		pane_place(scene, top, title, buf_text(&place));
	for (int line = 0; line < area.n_rows && list->top + (size_t)line < list->n; line++)
		put(scene, area, line, list->top + (size_t)line);
}
