/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the size of the terminal and what is wanted on it to areas. Pure: no state, no grid. */
#pragma once

#include <stdbool.h>

#include "ui/grid.h"
#include "ui/tiling.h"

enum {
	LAYOUT_MIN_ROWS = 5,
	LAYOUT_MIN_COLS = 24,
	LAYOUT_DETAIL_COLS = 160 /* from here on there is room for the detail unasked */
};

/* Where there is room it stands there unasked. */
enum detail_wish { DETAIL_WHERE_ROOM, DETAIL_OPEN, DETAIL_CLOSED };

struct layout_wants {
	bool has_cpus;		     /* a strip of CPUs */
	int rows_cols;		     /* what the rows can make use of; 0: all there is */
	enum detail_wish detail;     /* the cursor row in full, in the pane with the focus */
	bool is_zoomed;		     /* the detail alone, instead of all panes */
	bool shows_rows;	     /* the pane with the focus does, not text */
	const struct tiling *tiling; /* of the panes */
	int n_others;		     /* maps that no pane shows */
	int menu_cols;		     /* of a menu beside the rows; 0: there is none */
};

/* Areas never overlap and lie inside the terminal; one that is dropped has n_rows 0. */
struct layout {
	bool is_too_small; /* say so and nothing else */
	bool is_narrow;	   /* words stand closer */
	bool is_compact;   /* `identity` is the one line that says everything */
	struct area identity, map, rates, cpus,
		tabs;			 /* the header: a quarter of the rows at most */
	struct area body;		 /* of all panes */
	struct area panes[TILING_TILES]; /* as tiling_areas, with the titles that several have */
	/* inside the pane with the focus */
	struct area columns, rows;
	struct area detail;
	bool detail_is_beside; /* else below the rows, or instead of them */
	bool detail_has_room;  /* beside the rows, unasked */
	struct area band;      /* other maps, small */
	struct area
		menu; /* at the right edge: in the place of the detail, else the panes make room */
	struct area counts, footer;
};

void layout_make(int n_rows, int n_cols, const struct layout_wants *wants, struct layout *out);
/* What is left of a pane below its title; one pane alone has none. */
struct area layout_inside(const struct tiling *tiling, struct area pane);
