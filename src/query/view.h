/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rows are looked at, in what order, and where the cursor is.
 *
 * Rows that went (ghosts) and were in the window or near it keep the place they had there, until they are
 * forgotten: their rates are unknown, and a row should not jump when it dies. Elsewhere they sort by
 * their last values. The same is done with all rows near the window while the order is held. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/index.h"
#include "base/pages.h"
#include "model/table.h"
#include "query/buckets.h"
#include "query/sort.h"

struct err;
struct query;

/* VIEW_MARGIN: so many times the window is sorted above and below it, so that moving on costs nothing. */
enum { VIEW_MAX_KEYS = 8, VIEW_MARGIN = 20 };

/* Where a refresh stands. */
enum view_stage {
	VIEW_SETTLED,  /* none is under way */
	VIEW_MATCHING, /* which rows are looked at */
	VIEW_PLACING,  /* where the row stands that is followed */
	VIEW_SORTING,  /* the rows of the window */
};

/* A row that keeps a place it had. */
struct pin {
	size_t place;
	uint32_t row;
};

/* A refresh under way. */
struct view_work {
	enum view_stage stage;
	size_t height;	 /* 0: everything is sorted */
	size_t next_row; /* rows before it are done with in this stage */
	size_t n_matched, n_gone;
	struct pin *pins; /* owned, by place; their rows are taken out of the bits meanwhile */
	size_t n_pins;
	struct sorter sorter;
	struct sort_key keys[VIEW_MAX_KEYS]; /* what the sorter borrows */
	bool holds;
	unsigned filter_number;
	struct ranked followed;
	size_t n_before;    /* VIEW_PLACING */
	size_t was_cursor;  /* the view's when the window was aimed at */
	size_t top, cursor; /* of the window aimed at, */
	size_t from, to;    /* and what is sorted for it */
	struct window_sort window;
	bool takes_buckets; /* instead of sorting the window, of which from and to are known only */
};

/* Rows spread over buckets, between refreshes: by what, and how far that is. */
struct view_spread {
	bool is_wanted; /* more than one window of the order was looked at */
	bool is_open;	/* the buckets are being filled: */
	size_t next_row;
	struct sorter sorter;
	struct sort_key keys[VIEW_MAX_KEYS]; /* what the sorter borrows */
	unsigned n_keys;
	struct buckets buckets; /* of all that match in this reading */
};

struct view {
	struct query *filter;		     /* NULL: all rows */
	struct buf filter_text;		     /* what is in force */
	unsigned filter_number;		     /* counts the filters there were */
	struct sort_key keys[VIEW_MAX_KEYS]; /* ties are broken by key bytes, always */
	unsigned n_keys;
	bool hides_zero;  /* rows of nothing but zero bytes */
	bool hides_idle;  /* rows that did not change in the last reading */
	bool hides_gone;  /* ghosts */
	bool keeps_order; /* without keys, a refresh of height 0 leaves rows in the kernel's order */
	bool follows;	  /* the cursor's row stays at its height on the screen, the rest moves */
	bool holds; /* rows near the last window keep their places; others are sorted around them */

	size_t n_matched;
	size_t n_gone;	    /* ghosts among them */
	size_t top, height; /* the window, in places of the order */
	size_t cursor;	    /* place of the cursor in the order */
	struct buf
		cursor_key; /* its key bytes: the cursor stays on its row while that is in the window;
				  empty: the place decides */

	/* Private from here. */
	struct pages bits;	 /* matching rows */
	uint64_t matched_number; /* reading that bits belong to; 0: none */
	unsigned matched_hides;	 /* what was hidden then */
	struct pages order;	 /* u32[n_sorted]: rows in places first_sorted, ...; VIEW_NO_ROW */
	size_t first_sorted, n_sorted;
	uint64_t
		sorted_number; /* reading that `order` belongs to, when it is of a window; else 0 */
	struct sort_key sorted_keys[VIEW_MAX_KEYS]; /* what it was sorted by, */
	unsigned n_sorted_keys;
	bool is_exact;	       /* in this very reading, of all that match now */
	bool sorted_holds;     /* with rows held in their places */
	bool forgets;	       /* what was shown keeps no place in the next order */
	struct buf shown_keys; /* key bytes of the rows of the last order of a window */
	size_t shown_top, n_shown;
	struct index shown_index; /* scratch */
	struct view_spread spread;
	struct view_work work;
};

void view_init(struct view *view);
void view_release(struct view *view);

/* Replaces the filter; on a fault the one in force stays. 0 or -errno with column. */
int view_filter(struct view *view, const struct table *table, const char *text, struct err *err);

/* Values are others, in the same reading: all is matched and sorted anew. */
void view_revalue(struct view *view);

/* Replaces the sort by text: "-pkts.rate,key"; "-" descends, "+" ascends; bare, a number of the value
 * descends and everything else ascends. Empty: by key. On a fault the one in force stays. */
int view_sort(struct view *view, const struct table *table, const char *text, struct err *err);
/* The same faults, without sorting by it. */
int view_sort_check(const struct table *table, const char *text, struct err *err);
/* Whether a sort by that column begins with the largest unless something else is said: amounts do. */
bool view_descends_first(const struct column *column);
void view_sort_text(const struct view *view, const struct table *table, struct buf *out);

/* After a table_take, a new filter or sort, or a moved window: matches, finds the cursor's row by key
 * (when it left the window, the cursor stays in its place), keeps the cursor inside the window, and
 * sorts the window with its margins. height 0: sorts everything, for output, and leaves window and cursor alone.
 * 0 or -ENOMEM. */
int view_refresh(struct view *view, struct table *table, size_t height);

/* The same in slices. view_begin goes on from the first thing that isn't up to date any more, also when a
 * refresh is under way; view_step does about n_rows rows of work. Meanwhile the window keeps the rows and
 * the order that it had, found again in the reading that is current: view_row and view_move go on
 * working, and places of rows that are no more are empty. 1: there is more to do; 0: settled; -ENOMEM. */
int view_begin(struct view *view, struct table *table, size_t height);
int view_step(struct view *view, struct table *table, size_t n_rows);
/* About n_rows rows of work for when nothing is waited for: makes further windows cheap of an order of which more
 * than one was looked at. Without it, or without the memory for it, they are as right. true: there is more. */
bool view_spread(struct view *view, const struct table *table, size_t n_rows);
/* How much of the stage under way is done, 0 to 1. */
double view_progress(const struct view *view, const struct table *table);
static inline bool view_is_settled(const struct view *view)
{
	return view->work.stage == VIEW_SETTLED;
}

/* The row in a place of the window or near it (any place after height 0), after view_refresh; or -1. */
ptrdiff_t view_row(const struct view *view, size_t place);

/* Moves the cursor by places (clamped), or to a place; the window follows at the next refresh. */
void view_move(struct view *view, const struct table *table, ptrdiff_t by);
void view_move_to(struct view *view, const struct table *table, size_t place);
