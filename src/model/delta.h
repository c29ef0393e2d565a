/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happened between two readings of one map, by key.
 *
 * Readings in kernel order are nearly aligned: a short look-ahead (same place, then up to
 * DELTA_LOOKAHEAD ahead on either side) links almost all; what is left goes through a hash index. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "base/pages.h"

struct snap;

enum { DELTA_NONE = UINT32_MAX, DELTA_LOOKAHEAD = 16 };

enum row_state {
	ROW_UNKNOWN, /* there was no reading before this one */
	ROW_NEW,
	ROW_KEPT,
	ROW_CHANGED, /* kept, and its value's bytes differ */
	ROW_GONE,    /* only of rows that are shown after they went */
	N_ROW_STATES
};

/* What people call them, on the screen, in filters and in every output; NULL: unknown. */
extern const char *const row_state_names[N_ROW_STATES];

struct delta {
	struct pages links;  /* u32[n_rows]: the row's place in the previous snap or DELTA_NONE */
	struct pages states; /* u8[n_rows], enum row_state */
	struct pages gone;   /* u32[n_gone]: rows of the previous snap that are not in this one */
	struct pages fresh;  /* u32[n_fresh]: rows of this snap without a link; new, if knows_new */
	size_t n_fresh;
	size_t n_new, n_gone, n_kept, n_changed; /* n_kept counts the changed ones too */
	size_t n_linked_near, n_linked_far;	 /* by look-ahead, through the index */
	uint64_t dt_ns; /* from the end of one reading to the end of the next; 0: no previous */
	bool knows_new, knows_gone; /* false: the counts above are 0 because it can't be known */
	bool is_lower_bound; /* one of the two was incomplete: new and gone are not to be trusted whole */
	/* Where the row's value stands in the previous snap, u32[n_rows], when who fills the table put others
	 * there than were read; borrowed. NULL: where its row stands. */
	const uint32_t *values;
	struct index index; /* scratch, kept between calls */
	struct pages marks; /* scratch: one bit a row of the previous snap */
};

void delta_release(struct delta *delta);

/* A ring of the rows of one reading that were left over last; DELTA_NONE in place of one that was linked since. */
enum { DELTA_RECENT_ROWS = 4 }; /* a power of two */
struct delta_recent {
	uint32_t rows[DELTA_RECENT_ROWS];
	uint32_t n;
};

enum delta_stage { DELTA_NEAR, DELTA_INDEXING, DELTA_FAR, DELTA_DONE };

/* A comparison under way. All zeros is none. Owns nothing. */
struct delta_walk {
	enum delta_stage stage;
	const struct snap *was, *is;
	const uint8_t *was_keys, *is_keys, *was_vals, *is_vals;
	size_t key_stride, val_stride;
	uint32_t *links;
	uint8_t *states;
	uint32_t *gone, *left; /* left-over rows: of the previous reading, of the current one */
	size_t n_gone, n_left;
	size_t n_near, n_far, n_changed;
	struct delta_recent was_recent, is_recent;
	/* previous rows that were linked after they were left over; current ones show it by links[] */
	uint64_t *marks;
	size_t was_row, is_row; /* DELTA_NEAR: where the walk stands */
	size_t next_far;	/* the same on one side of what is left over */
};

/* Compares current with previous (NULL or number 0: every state ROW_UNKNOWN, nothing counted).
 * Both must have the same strides. Rows of an incomplete `current` that are missing are not called
 * gone; rows of an incomplete `previous` that are new are ROW_UNKNOWN. 0 or -ENOMEM. */
int delta_compute(struct delta *delta, const struct snap *previous, const struct snap *current);

/* The same in slices of about n_rows rows: delta_step returns 1 while there is more to do. Until it has
 * returned 0 the delta means nothing, and both readings stay as they are. */
int delta_begin(struct delta *delta, struct delta_walk *walk, const struct snap *previous,
		const struct snap *current);
int delta_step(struct delta *delta, struct delta_walk *walk, size_t n_rows);

static inline uint32_t delta_link(const struct delta *delta, size_t row)
{
	return ((const uint32_t *)delta->links.at)[row];
}

/* The same of the rows' values, for what has changed since. */
static inline const uint32_t *delta_values(const struct delta *delta)
{
	return delta->values ? delta->values : (const uint32_t *)delta->links.at;
}

/* The seconds that a count is divided by for its rate: exact for whole seconds. */
static inline double delta_seconds(uint64_t dt_ns)
{
	return (double)dt_ns / 1e9;
}
