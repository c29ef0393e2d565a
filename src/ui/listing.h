/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A page of lines that is laid out whole and then drawn as far as it is seen. A line is made of parts, each a text at
 * its own column and in its own role, or a picture (a bar, a graph). A search looks through the lines as they are
 * drawn. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ui/scene.h"

/* From here on lines of text stand in two columns. */
enum { LISTING_TWO_COLS = 110 };

struct listing_part;
/* Draws into one line, from `col` on. */
typedef void listing_picture_fn(const struct scene *scene, struct area line, int col,
				const void *ctx, unsigned i);

struct listing {
	struct arena mem;
	struct listing_part *first, *last;
	size_t line, n_lines; /* the one that is put into; how many there are */
	struct buf wrapped;   /* the last words that were put, in lines */
	bool failed;	      /* out of memory: what has come so far is drawn */
};

void listing_release(struct listing *listing);
/* Parts are put into the next line from now on. */
void listing_next(struct listing *listing);
/* Parts are put into that line from now on: to put a second column of texts beside lines that are there. */
void listing_go(struct listing *listing, size_t line);
/* Moves the lines from that one on up to the top, so many columns to the right of those that stand there. */
void listing_fold(struct listing *listing, size_t line, int columns);

/* Puts text at a column of the line. Parts of a line are drawn in the order in which they were put. */
void listing_put(struct listing *listing, int col, enum role role, const char *text);
/* The same, right-aligned in so many columns from col on. */
void listing_put_right(struct listing *listing, int col, int columns, enum role role,
		       const char *text);
/* The same, left- or right-aligned in so many columns, and cut where the text is wider. */
void listing_put_cell(struct listing *listing, int col, int columns, bool is_right, enum role role,
		      const char *text);
/* The same, wrapped at so many columns: what has no room in the line goes to the lines below. */
void listing_put_words(struct listing *listing, int col, int columns, enum role role,
		       const char *text);
/* Puts a picture: fn is called with ctx and i when the line is drawn, and ctx must live until then. */
void listing_put_picture(struct listing *listing, int col, listing_picture_fn *fn, const void *ctx,
			 unsigned i);

/* Draws the lines from the scene's list's top on, below a title, which says which lines these are where some are not
 * seen. */
void listing_draw(const struct scene *scene, struct area area, const char *title,
		  const struct listing *listing);
