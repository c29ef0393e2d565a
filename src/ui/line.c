/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ui/line.h"

#include "base/tidy.h"

enum { CUT_MIN = 6 }; /* less of a text tells nothing */

struct line line_of(const struct scene *scene, struct area area)
{
	return (struct line){scene, area, 1, area.n_cols - 1};
}

int line_width(const struct line *line, const char *text)
{
	return grid_columns(line->scene->grid, text);
}

/* A piece at the left end, if there is room; then a gap. */
bool line_left(struct line *line, enum role role, const char *text, int gap)
{
	if (line->left + line_width(line, text) > line->right)
		return false;
	line->left = grid_put(line->scene->grid, line->area, 0, line->left, role, text) + gap;
	return true;
}

void line_left_cut(struct line *line, enum role role, const char *text, int gap)
{
	int width = line_width(line, text), room = line->right - line->left;

	if (!*text || room < MIN_OF(width, CUT_MIN))
		return;
	line->left =
		grid_fit(line->scene->grid, line->area,
			 (struct strip){0, line->left, MIN_OF(width, room)}, false, role, text) +
		gap;
}

bool line_right(struct line *line, enum role role, const char *text, int gap)
{
	int width = line_width(line, text);

	if (!*text || line->right - width < line->left)
		return false;
	grid_put(line->scene->grid, line->area, 0, line->right - width, role, text);
	line->right -= width + gap;
	return true;
}

/* A word and its value, both or neither. */
bool line_pair(struct line *line, const char *word, enum role role, const char *value)
{
	if (line->left + line_width(line, word) + 1 + line_width(line, value) > line->right)
		return false;
	line_left(line, ROLE_HEADER, word, 1);
	return line_left(line, role, value, GAP);
}
