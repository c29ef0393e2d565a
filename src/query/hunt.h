/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Searching: which row, in a view's order, is the next one that a query matches. In slices, as the view
 * itself: no key waits until a million rows were looked at. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"
#include "query/sort.h"

struct query;
struct view;

enum hunt_stage {
	HUNT_OVER,
	HUNT_WAITING,  /* for the view to be settled; then the window is looked at */
	HUNT_MATCHING, /* all rows */
	HUNT_NEAREST, /* the match nearest to the window's edge, or else to the order's other end */
	HUNT_COUNTING, /* what stands before it */
};

enum hunt_result { HUNT_MORE = 1, HUNT_NONE, HUNT_FOUND, HUNT_WENT_ROUND };

/* All zeros: none is under way. */
struct hunt {
	enum hunt_stage stage;
	struct view *view; /* borrowed, as all of these */
	struct table *table;
	const struct query *query;
	bool is_back, goes_round;
	size_t next_row;    /* rows before it are done with in this stage */
	struct pages found; /* bits of the rows that match, of those that are shown */
	size_t n_found;
	struct sorter sorter;
	struct ranked edge, best;
	bool has_edge, has_best;
	size_t n_before; /* HUNT_COUNTING */
};

void hunt_release(struct hunt *hunt);
void hunt_drop(struct hunt *hunt);

/* Ends one that goes by a view which is about to change; one that waits for the view goes on to. */
void hunt_overtake(struct hunt *hunt);

/* Begins to look for the next match behind the view's cursor, going round at the ends (is_back: before it).
 * All three are borrowed until it is over. */
void hunt_begin(struct hunt *hunt, struct view *view, struct table *table,
		const struct query *query, bool is_back);
/* About n_rows rows more of it, when the view is settled: HUNT_MORE, or what came of it; where there is a
 * match, the cursor is there. -ENOMEM drops it. */
int hunt_step(struct hunt *hunt, size_t n_rows);
double hunt_progress(const struct hunt *hunt); /* of the stage under way, 0 to 1 */
static inline bool hunt_is_over(const struct hunt *hunt)
{
	return hunt->stage == HUNT_OVER;
}
