/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table of keys, with the legend below it, or beside it where there is room: all of it on one page where
 * that is possible. */
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/listing.h"

/* Of the sign for a lower bound, and blanks behind it. */
#define READING                                                                                    \
	"Numbers\n"                                                                                \
	"  -       not known: rates need two readings, a counter that fell has none\n"             \
	"  %s%*s a lower bound: some rows have no rate yet\n"                                      \
	"  *       as a value: the CPUs of a per-CPU map don't agree on it\n"                      \
	"  ~       an estimate: life is entries / gone per second (Little's law)\n"                \
	"  ..      in an address: what stands before is left out for want of room\n"               \
	"  new, gone and churn are lower bounds: what comes and goes between readings isn't "      \
	"seen\n"

/* Lines without indent are titles. */
static void add_text(struct listing *lines, int col, int columns, const char *text)
{
	SCOPED(buf) line = {0};

	while (*text) {
		size_t len = strcspn(text, "\n");

		buf_clear(&line);
		buf_add(&line, text, len);
		listing_put_words(lines, col, columns, *text == ' ' ? ROLE_TEXT : ROLE_TITLE,
				  buf_text(&line));
		listing_next(lines);
		text += len + (text[len] == '\n');
	}
}

void pane_help(const struct scene *scene, struct area area)
{
	const char *at_least = scene->glyphs->at_least;
	bool has_two = area.n_cols >= LISTING_TWO_COLS;
	int n_cols = has_two ? area.n_cols / 2 : area.n_cols;
	size_t height = (size_t)MAX_OF(area.n_rows - 1, 0), half, n_keys;
	SCOPED(buf) numbers = {0}, keys = {0};
	SCOPED(listing) lines = {0};

	buf_adds(&keys, "Keys\n");
	keys_print(KEYS_TEXT, &keys);
	add_text(&lines, 1, n_cols - 2, buf_text(&keys));
	n_keys = lines.n_lines;
	listing_next(&lines);
	for (unsigned i = 0; i < legend_lines(); i++, listing_next(&lines))
		listing_put_picture(&lines, 1, legend_put, NULL, i);
	buf_addf(&numbers, READING, at_least, 7 - grid_columns(scene->grid, at_least), "");
	add_text(&lines, 1, n_cols - 2, buf_text(&numbers));
	half = (lines.n_lines + 1) / 2;
	if (has_two)
		listing_fold(&lines, half <= height ? half : n_keys + 1, n_cols);
	listing_draw(scene, area, "help", &lines);
}
