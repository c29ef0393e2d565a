/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sentences with paths in them, on lines that are too short for both; titles of narrow columns. */
#pragma once

struct buf;
struct grid;

/* Adds the text; where it is wider than that, without the first folders of paths in quotes ('…/x.json'), as
 * few of them as it takes, the longest path's first. It may still be too wide. */
void shorten_paths(const struct grid *grid, const char *text, int columns, struct buf *out);
/* Adds a title; where it is wider than that, cut before the unit it ends in ("PACK…/s"), or at its end. */
void shorten_title(const struct grid *grid, const char *title, int columns, struct buf *out);
/* Adds the text; where it is wider than that, its end behind a mark. */
void shorten_front(const struct grid *grid, const char *text, int columns, struct buf *out);
