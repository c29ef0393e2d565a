/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rows are looked at, in what order, and where the cursor is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/pages.h"
#include "model/table.h"

struct err;
struct query;

enum { VIEW_MAX_KEYS = 8 };

struct sort_key {
	struct column column;
	bool is_descending;
};

struct view {
	struct query *filter;		     /* NULL: all rows */
	struct buf filter_text;		     /* what is in force */
	struct sort_key keys[VIEW_MAX_KEYS]; /* ties are broken by key bytes, always */
	unsigned n_keys;
	bool hides_zero; /* rows of nothing but zero bytes */
	bool hides_idle; /* rows that did not change in the last reading */
	bool hides_gone; /* ghosts */
	bool follows;	 /* the cursor's key decides where the window is */
	bool holds;	 /* the order of the last refresh stays; new rows are appended */

	struct pages bits; /* scratch: matching rows */
	struct pages
		order; /* u32: matching rows; [top .. top + height) is sorted, lower ones before */
	size_t n_matched;
	size_t top, height;    /* the window, in places of the order */
	size_t cursor;	       /* place of the cursor in the order */
	struct buf cursor_key; /* its key bytes: the cursor stays on its row while rows move */
	struct pages scratch;
};

void view_init(struct view *view);
void view_release(struct view *view);

/* Replaces the filter; on a fault the one in force stays. 0 or -errno with column. */
int view_filter(struct view *view, const struct table *table, const char *text, struct err *err);

/* Replaces the sort by text: "-pkts.rate,key"; "-" descends, "+" ascends, a bare numeric column
 * descends and a bare text column ascends. On a fault the one in force stays. */
int view_sort(struct view *view, const struct table *table, const char *text, struct err *err);
void view_sort_text(const struct view *view, const struct table *table, struct buf *out);

/* After a table_take, a new filter or sort, or a moved window: matches, finds the cursor's row by key
 * (when it went, the cursor stays in its place), keeps it inside the window, and sorts exactly the
 * window (selection for the top-k). height 0: sorts everything, for output. 0 or -ENOMEM. */
int view_refresh(struct view *view, struct table *table, size_t height);

/* The row in place i of the window (top <= i < top + height), after view_refresh; or -1. */
ptrdiff_t view_row(const struct view *view, size_t place);

/* Moves the cursor by places (clamped), or to a place; the window follows at the next refresh. */
void view_move(struct view *view, const struct table *table, ptrdiff_t by);
void view_move_to(struct view *view, const struct table *table, size_t place);
