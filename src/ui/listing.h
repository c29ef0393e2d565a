/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines that are laid out once and then drawn as far as they are seen: texts at columns of their own, in
 * roles of their own, and pictures beside them. What is searched for is found in them as they look. */
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
/* Begins a line behind the one that was put into. */
void listing_next(struct listing *listing);
/* Back to a line, for another column of lines. */
void listing_go(struct listing *listing, size_t line);
/* Lines from that one on go beside those from the top on, so many columns to the right. */
void listing_fold(struct listing *listing, size_t line, int columns);

/* Text at a column of the line; one behind the other. */
void listing_put(struct listing *listing, int col, enum role role, const char *text);
/* The same at the right end of so many columns. */
void listing_put_right(struct listing *listing, int col, int columns, enum role role,
		       const char *text);
/* At the left or right end of so many columns, cut where it is longer. */
void listing_put_cell(struct listing *listing, int col, int columns, bool is_right, enum role role,
		      const char *text);
/* Text as words of which so many columns have room, the rest in lines below. */
void listing_put_words(struct listing *listing, int col, int columns, enum role role,
		       const char *text);
/* What fn draws of ctx, which must hold until then. */
void listing_put_picture(struct listing *listing, int col, listing_picture_fn *fn, const void *ctx,
			 unsigned i);

/* A window of the lines, from the scene's list on, below a title that says which they are where some aren't seen. */
void listing_draw(const struct scene *scene, struct area area, const char *title,
		  const struct listing *listing);
