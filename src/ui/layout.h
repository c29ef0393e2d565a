/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the size of the terminal and what is wanted on it to areas. Pure: no state, no grid. */
#pragma once

#include <stdbool.h>

#include "ui/grid.h"

enum {
	LAYOUT_MIN_ROWS = 5,
	LAYOUT_MIN_COLS = 24,
	LAYOUT_DETAIL_COLS = 160 /* from here on there is room for the detail unasked */
};

enum split { SPLIT_NONE, SPLIT_BESIDE, SPLIT_BELOW };

struct layout_wants {
	bool has_cpus;	   /* a strip of CPUs */
	bool has_detail;   /* the cursor row in full */
	bool is_zoomed;	   /* the detail alone, instead of the rows */
	enum split split;  /* another map has half of the rows */
	bool focus_second; /* and it is the first half */
	int n_others;	   /* maps beside the one in front, not counting that one */
};

/* Areas never overlap and lie inside the terminal; one that is dropped has n_rows 0. */
struct layout {
	bool is_too_small; /* say so and nothing else */
	bool is_compact;   /* `identity` is the one line that says everything */
	struct area identity, map, rates, cpus,
		tabs; /* the header: a quarter of the rows at most */
	struct area columns, rows;
	struct area detail;
	bool detail_is_beside; /* else below the rows, or instead of them */
	struct area other;     /* the other half */
	struct area band;      /* other maps, small */
	struct area counts, footer;
};

void layout_make(int n_rows, int n_cols, const struct layout_wants *wants, struct layout *out);
