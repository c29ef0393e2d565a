/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parts stand in a list, in the order in which they were put. There are some hundreds at most, so a line's
 * are found by going through all of them. */
#include "ui/listing.h"

#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/glyph.h"

struct listing_part {
	struct listing_part *next;
	size_t line;
	int col, columns; /* columns: what it is cut to; 0: it isn't */
	enum role role;
	const char *text; /* "" beside a picture */
	listing_picture_fn *picture;
	const void *ctx;
	unsigned i;
};

void listing_release(struct listing *listing)
{
	arena_release(&listing->mem);
	buf_release(&listing->wrapped);
	*listing = (struct listing){0};
}

void listing_next(struct listing *listing)
{
	listing->line++;
}

void listing_go(struct listing *listing, size_t line)
{
	listing->line = line;
}

void listing_fold(struct listing *listing, size_t line, int columns)
{
	for (struct listing_part *part = listing->first; part; part = part->next) {
		if (part->line < line)
			continue;
		part->line -= line;
		part->col += columns;
	}
	listing->n_lines = MAX_OF(line, listing->n_lines - line);
}

static void add_part(struct listing *listing, const struct listing_part *part)
{
	struct listing_part *made = arena_alloc(&listing->mem, sizeof(*made));

	if (!made || !part->text) {
		listing->failed = true;
		return;
	}
	*made = *part;
	made->line = listing->line;
	if (listing->last)
		listing->last->next = made;
	else
		listing->first = made;
	listing->last = made;
	listing->n_lines = MAX_OF(listing->n_lines, listing->line + 1);
}

static void add_text(struct listing *listing, int col, enum role role, const char *text, size_t len)
{
	add_part(listing, &(struct listing_part){.col = col,
						 .role = role,
						 .text = arena_strndup(&listing->mem, text, len)});
}

void listing_put(struct listing *listing, int col, enum role role, const char *text)
{
	add_text(listing, col, role, text, strlen(text));
}

void listing_put_right(struct listing *listing, int col, int columns, enum role role,
		       const char *text)
{
	int width = (int)utf8_columns(text, strlen(text));

	listing_put(listing, col + MAX_OF(columns - width, 0), role, text);
}

void listing_put_cell(struct listing *listing, int col, int columns, bool is_right, enum role role,
		      const char *text)
{
	int width = (int)utf8_columns(text, strlen(text));

	if (is_right)
		col += MAX_OF(columns - width, 0);
	add_part(listing,
		 &(struct listing_part){.col = col,
					.columns = columns,
					.role = role,
					.text = arena_strndup(&listing->mem, text, strlen(text))});
}

void listing_put_words(struct listing *listing, int col, int columns, enum role role,
		       const char *text)
{
	struct buf *lines = &listing->wrapped;

	buf_clear(lines);
	text_wrap(text, MAX_OF(columns, 8), lines);
	for (const char *at = buf_text(lines); *at;) {
		size_t len = strcspn(at, "\n");

		if (at != buf_text(lines))
			listing_next(listing);
		add_text(listing, col, role, at, len);
		at += len + (at[len] == '\n');
	}
}

void listing_put_picture(struct listing *listing, int col, listing_picture_fn *fn, const void *ctx,
			 unsigned i)
{
	add_part(listing,
		 &(struct listing_part){.col = col, .text = "", .picture = fn, .ctx = ctx, .i = i});
}

/* -- drawing ---------------------------------------------------------------------------------------------- */

/* A line as it looks, from its first column on. */
static void line_text(const struct listing *listing, size_t line, struct buf *out)
{
	size_t from = out->len;

	for (const struct listing_part *part = listing->first; part; part = part->next) {
		int end = (int)utf8_columns(buf_text(out) + from, out->len - from);

		if (part->line != line)
			continue;
		buf_addn(out, ' ', (size_t)MAX_OF(part->col - end, 0));
		buf_adds(out, part->text);
	}
}

static void seek(const struct scene *scene, const struct listing *listing)
{
	SCOPED(buf) text = {0};

	if (!scene->screen->seeks || scene->is_aside)
		return;
	for (size_t line = 0; line < listing->n_lines; line++) {
		line_text(listing, line, &text);
		buf_addc(&text, '\n');
	}
	text_search_go(scene, buf_text(&text));
}

static void put_part(const struct scene *scene, struct area line, const struct listing_part *part)
{
	int columns =
		MIN_OF(grid_columns(scene->grid, part->text), MAX_OF(line.n_cols - part->col, 0));

	if (part->picture)
		part->picture(scene, line, part->col, part->ctx, part->i);
	else
		grid_fit(scene->grid, line,
			 (struct strip){0, part->col,
					part->columns ? MIN_OF(columns, part->columns) : columns},
			 false, part->role, part->text);
}

static void light_lines(const struct scene *scene, struct area area, const struct listing *listing)
{
	for (int row = 0; row < area.n_rows && scene->screen->found.len; row++) {
		struct area line = {area.row + row, area.col, 1, area.n_cols};
		size_t number = scene->list->top + (size_t)row;
		SCOPED(buf) text = {0};

		line_text(listing, number, &text);
		text_light(scene, line, number, buf_text(&text));
	}
}

void listing_draw(const struct scene *scene, struct area area, const char *title,
		  const struct listing *listing)
{
	struct list_place *list = scene->list;
	struct area top = area;
	size_t n = listing->n_lines, height;

	area = pane_titled(scene, area, title);
	height = (size_t)MAX_OF(area.n_rows, 1);
	list_fit(list, n > height ? n - height + 1 : 1, 1);
	list->n_seen = height;
	seek(scene, listing);
	list->top = list->cursor;
	if (n > height) {
		SCOPED(buf) place = {0};

		buf_addf(&place, "%zu-%zu of %zu", list->top + 1, MIN_OF(list->top + height, n), n);
		pane_place(scene, top, title, buf_text(&place));
	}
	for (const struct listing_part *part = listing->first; part; part = part->next) {
		struct area line = {area.row, area.col, 1, area.n_cols};

		if (part->line < list->top || part->line - list->top >= (size_t)area.n_rows)
			continue;
		line.row += (int)(part->line - list->top);
		put_part(scene, line, part);
	}
	light_lines(scene, area, listing);
}
