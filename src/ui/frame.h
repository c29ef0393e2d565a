/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From one grid to the next in as few bytes as it takes. Pure: what a terminal understands comes in as
 * strings, what must be written to it goes out as bytes. */
#pragma once

#include <stdbool.h>

#include "ui/grid.h"

struct buf;

/* How a terminal is spoken to. All strings are borrowed and may be "". */
struct frame_style {
	const char *sgr[N_ROLES]; /* sets the whole look, whatever was set before */
	bool is_plain[N_ROLES]; /* a blank in it shows nothing but the terminal's own background */
	const char *bold, *reverse;
	const char *clear;	/* all, and home; also resets the look */
	const char *erase_line; /* from the cursor on, or "" */
	const char *show_cursor, *hide_cursor;
	bool spares_last_cell; /* writing to the bottom right corner would scroll */
	void (*move_to)(struct buf *out, int row, int col);
};

/* Adds what turns `was` (NULL: anything) into `is`. Nothing where they are equal. */
void frame_diff(const struct frame_style *style, const struct grid *was, const struct grid *is,
		struct buf *out);

/* Makes one SGR sequence of several, where that is all that sgr holds; else leaves it alone. */
void frame_merge_sgr(struct buf *sgr);
