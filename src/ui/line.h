/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of the header, of pieces from the left and pieces from the right; a piece that would run into the
 * other side is left out whole. */
#pragma once

#include <stdbool.h>

#include "ui/scene.h"

enum { GAP = 2 };

struct line {
	const struct scene *scene;
	struct area area;
	int left, right; /* the columns between them are free */
};

struct line line_of(const struct scene *scene, struct area area);
int line_width(const struct line *line, const char *text);
/* Draws a piece at the left or right end of what is free, and a gap towards the middle. false: there is no room for it,
 * and nothing is drawn. */
bool line_left(struct line *line, enum role role, const char *text, int gap);
bool line_right(struct line *line, enum role role, const char *text, int gap);
/* As much of a piece as has room, with a mark where it is cut; nothing where hardly any has. */
void line_left_cut(struct line *line, enum role role, const char *text, int gap);
/* A word and its value, both or neither. */
bool line_pair(struct line *line, const char *word, enum role role, const char *value);

/* pane_rates.c: "+1.2k -1.2k/s 4.5%/s" */
void churn_words(const struct tab *tab, struct buf *out);
/* The same in two: "+1.2k -1.2k/s" with so much of a gap, "4.5%/s" or "" */
void churn_pieces(const struct tab *tab, const char *gap, struct buf *out, struct buf *share);
