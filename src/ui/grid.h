/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A screen as data: cells of text and role. Panes draw here; term shows it; tests print it. Needs no
 * terminal, no TERM, no locale. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/roles.h"

struct buf;

enum { GRID_CELL_BYTES = 8 };

struct grid_cell {
	char text
		[GRID_CELL_BYTES]; /* UTF-8 of one column or wide character, NUL-terminated; "" is the
				       right half of a wide one */
	uint8_t role;		   /* enum role */
	uint8_t is_reverse : 1, is_bold : 1;
};

struct grid {
	struct grid_cell *cells; /* owned [n_rows × n_cols] */
	int n_rows, n_cols;
	bool is_ascii;		    /* glyphs for boxes, bars and marks from ASCII only */
	int cursor_row, cursor_col; /* of the text cursor in a prompt; -1: hidden */
};

/* A rectangle of the grid; drawing is clipped to it. */
struct area {
	int row, col, n_rows, n_cols;
};

/* Of one row of an area, so many columns from col on. */
struct strip {
	int row, col, n_cols;
};

int grid_resize(struct grid *grid, int n_rows, int n_cols); /* clears; 0 or -ENOMEM */
int grid_copy(struct grid *to, const struct grid *from);    /* cells, size, cursor; 0 or -ENOMEM */
void grid_release(struct grid *grid);
void grid_clear(struct grid *grid);

/* Writes text at row, col of the area, clipped at its edges. Text is tamed again on its way in.
 * returns the column behind it. */
int grid_put(struct grid *grid, struct area area, int row, int col, enum role role,
	     const char *text);
int grid_putf(struct grid *grid, struct area area, int row, int col, enum role role,
	      const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Fits text into all of the strip: padded, cut with a mark, left or right aligned. returns the column behind it. */
int grid_fit(struct grid *grid, struct area area, struct strip strip, bool is_right, enum role role,
	     const char *text);
/* Columns that text would take in this grid. */
int grid_columns(const struct grid *grid, const char *text);
void grid_fill(struct grid *grid, struct area area, enum role role, const char *glyph);
void grid_role(struct grid *grid, struct area area, enum role role); /* keeps the text */

/* The screen as lines, trailing blanks cut; and the roles as one letter a cell, plain text at the end of
 * a line left out; grid_roles adds a legend. */
void grid_text(const struct grid *grid, struct buf *out);
void grid_role_letters(const struct grid *grid, struct buf *out);
void grid_roles(const struct grid *grid, struct buf *out);
bool grid_equal(const struct grid *a, const struct grid *b);
