/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines are cut off the top and the bottom of what is left, the most needed first; what remains in the
 * middle is the rows. Zones fall away in this order as the terminal shrinks: other maps, the detail
 * beside the rows, the CPU strip, the tabs, the header's meters, the counts. */
#include "ui/layout.h"

#include <string.h>

#include "base/tidy.h"

enum {
	NARROW_COLS = 60,   /* narrower: one header line */
	COMPACT_BUDGET = 3, /* fewer header lines than that: one is all */
	COUNTS_ROWS = 8,    /* shorter: no line of counts */
	BESIDE_COLS = 120,  /* from here on the detail stands beside the rows */
	BESIDE_MIN_COLS = 44,
	BESIDE_MAX_COLS = 72,	/* unless the rows leave more, */
	BESIDE_MOST_COLS = 140, /* and then */
	ROWS_STEP = 16,		/* rows that need a little more don't move it */
	BAND_COLS = 140,	/* from here on other maps stand below */
	BAND_ROWS = 40,
	BELOW_MIN_ROWS = 9, /* shorter: the detail takes the place of the rows */
	BELOW_KEEPS_ROWS = 3,
};

static struct area take_top(struct area *left, int n_rows)
{
	struct area area = *left;

	area.n_rows = MIN_OF(n_rows, left->n_rows);
	left->row += area.n_rows;
	left->n_rows -= area.n_rows;
	return area;
}

static struct area take_bottom(struct area *left, int n_rows)
{
	struct area area = *left;

	area.n_rows = MIN_OF(n_rows, left->n_rows);
	left->n_rows -= area.n_rows;
	area.row = left->row + left->n_rows;
	return area;
}

static struct area take_right(struct area *left, int n_cols)
{
	struct area area = *left;

	area.n_cols = MIN_OF(n_cols, left->n_cols);
	left->n_cols -= area.n_cols;
	area.col = left->col + left->n_cols;
	return area;
}

static void make_header(struct layout *out, struct area *left, const struct layout_wants *wants)
{
	int budget = left->n_rows / 4;

	out->is_narrow = left->n_cols < NARROW_COLS;
	out->is_compact = out->is_narrow || budget < COMPACT_BUDGET;
	out->identity = take_top(left, 1);
	if (!out->is_compact) {
		out->map = take_top(left, 1);
		out->rates = take_top(left, 1);
		if (wants->has_cpus && budget >= 5)
			out->cpus = take_top(left, 1);
		if (budget >= 4)
			out->tabs = take_top(left, 1);
	} else if (budget >= 4) {
		out->tabs = take_top(left, 1);
	}
}

/* A third; up to two fifths where the rows have no use for the rest. */
static int beside_cols(int n_cols, const struct layout_wants *wants)
{
	int least = MIN_OF(MAX_OF(n_cols / 3, BESIDE_MIN_COLS), BESIDE_MAX_COLS);
	int most = MIN_OF(n_cols * 2 / 5, BESIDE_MOST_COLS);
	int rows = (wants->rows_cols + ROWS_STEP - 1) / ROWS_STEP * ROWS_STEP;

	return wants->rows_cols ? MAX_OF(least, MIN_OF(most, n_cols - rows)) : least;
}

static void make_detail(struct layout *out, struct area *left, const struct layout_wants *wants)
{
	if (left->n_cols >= BESIDE_COLS) {
		out->detail = take_right(left, beside_cols(left->n_cols, wants));
		out->detail_is_beside = true;
	} else if (left->n_rows < BELOW_MIN_ROWS) {
		out->detail = take_top(left, left->n_rows);
	} else {
		int keeps = MAX_OF(left->n_rows / 3, BELOW_KEEPS_ROWS) + 1;

		out->detail = take_bottom(left, left->n_rows - keeps);
	}
}

struct area layout_inside(const struct tiling *tiling, struct area pane)
{
	if (tiling_n_leaves(tiling) > 1)
		take_top(&pane, 1);
	return pane;
}

/* The pane with the focus, the only one that shows a detail of its own. */
static void make_focus(struct layout *out, const struct layout_wants *wants)
{
	struct area left = layout_inside(wants->tiling, out->panes[wants->tiling->focus]);

	out->detail_has_room = wants->shows_rows && left.n_cols >= LAYOUT_DETAIL_COLS;
	if (!wants->shows_rows)
		return;
	if (wants->detail == DETAIL_OPEN ||
	    (wants->detail == DETAIL_WHERE_ROOM && out->detail_has_room))
		make_detail(out, &left, wants);
	out->columns = take_top(&left, 1);
	out->rows = left;
}

static void make_panes(struct layout *out, const struct layout_wants *wants)
{
	if (wants->is_zoomed) {
		out->detail = out->body;
		return;
	}
	tiling_areas(wants->tiling, out->body, out->panes);
	make_focus(out, wants);
}

/* Where a detail stands there, nothing moves for a menu. */
static void make_menu(struct layout *out, const struct layout_wants *wants)
{
	struct area *detail = &out->detail, body = out->body;
	bool is_at_edge = detail->col + detail->n_cols == body.col + body.n_cols;

	if (out->detail_is_beside && is_at_edge && detail->n_cols >= wants->menu_cols) {
		out->menu = *detail;
		detail->n_rows = 0;
		return;
	}
	out->menu = take_right(&out->body, wants->menu_cols);
	out->detail = (struct area){0};
	out->detail_is_beside = false;
	make_panes(out, wants);
}

void layout_make(int n_rows, int n_cols, const struct layout_wants *wants, struct layout *out)
{
	struct area left = {0, 0, n_rows, n_cols};

	memset(out, 0, sizeof(*out));
	if (n_rows < LAYOUT_MIN_ROWS || n_cols < LAYOUT_MIN_COLS) {
		out->is_too_small = true;
		return;
	}
	make_header(out, &left, wants);
	out->footer = take_bottom(&left, 1);
	if (n_rows >= COUNTS_ROWS)
		out->counts = take_bottom(&left, 1);
	out->body = left;
	if (wants->n_others > 0 && n_cols >= BAND_COLS && n_rows >= BAND_ROWS)
		out->band = take_bottom(&out->body, left.n_rows / 4);
	if (wants->is_zoomed) {
		out->band.n_rows = 0;
		out->body = left;
	}
	make_panes(out, wants);
	if (wants->menu_cols)
		make_menu(out, wants);
}
