/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Linking the rows of two readings by key.
 *
 * Most rows stand about where they stood (see delta_near.c). What remains goes through a hash index over
 * the smaller of the two sides. Each of these stages can stop after any row and go on later.
 *
 * Invariant: a row of the previous reading is linked at most once, so n_kept + n_new covers the current
 * rows and n_kept + n_gone the previous ones, whatever duplicates the readings hold. */
#include "model/delta.h"

#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "model/delta_near.h"
#include "model/snap.h"

enum {
	FAR_PREFETCH = 12,	   /* rows */
	INDEX_KEPT_SLOTS = 1 << 16 /* a larger index is given back after use */
};

const char *const row_state_names[N_ROW_STATES] = {
	[ROW_NEW] = "new",
	[ROW_KEPT] = "kept",
	[ROW_CHANGED] = "changed",
	[ROW_GONE] = "gone",
};

void delta_release(struct delta *delta)
{
	if (!delta)
		return;
	pages_release(&delta->links);
	pages_release(&delta->states);
	pages_release(&delta->gone);
	pages_release(&delta->fresh);
	pages_release(&delta->marks);
	index_release(&delta->index);
	*delta = (struct delta){0};
}

/* Drops the rows of both lists that found their place after all. Which those are can't be foreseen. */
static void drop_linked(struct delta_walk *walk)
{
	size_t n_gone = 0, n_left = 0;

	for (size_t i = 0; i < walk->n_gone; i++) {
		uint32_t row = walk->gone[i];

		walk->gone[n_gone] = row;
		n_gone += !(walk->marks[row / 64] >> (row % 64) & 1);
	}
	for (size_t i = 0; i < walk->n_left; i++) {
		uint32_t row = walk->left[i];

		walk->left[n_left] = row;
		n_left += walk->links[row] == DELTA_NONE;
	}
	walk->n_gone = n_gone;
	walk->n_left = n_left;
}

/* One side of what is left over: its rows, and the keys that they are rows of. */
struct side {
	const uint8_t *keys;
	const uint32_t *rows;
	size_t n;
};

/* The rows' keys lie scattered: ask for them early. */
static inline const uint8_t *side_key(const struct side *side, size_t i, size_t size)
{
	if (i + FAR_PREFETCH < side->n)
		__builtin_prefetch(side->keys + side->rows[i + FAR_PREFETCH] * size);
	return side->keys + side->rows[i] * size;
}

/* Which side goes into the index: the smaller one. */
static void take_sides(const struct delta_walk *walk, struct side *indexed, struct side *probed)
{
	struct side was = {walk->was_keys, walk->gone, walk->n_gone};
	struct side is = {walk->is_keys, walk->left, walk->n_left};
	bool was_is_smaller = was.n <= is.n;

	*indexed = was_is_smaller ? was : is;
	*probed = was_is_smaller ? is : was;
}

static int add_far(struct delta_walk *walk, struct index *index, size_t n)
{
	struct side indexed, probed;
	size_t size = walk->key_stride;

	take_sides(walk, &indexed, &probed);
	for (size_t end = MIN_OF(indexed.n, walk->next_far + n); walk->next_far < end;) {
		size_t i = walk->next_far++;

		side_key(&indexed, i, size);
		if (index_add(index, indexed.keys, size, size, indexed.rows[i]) == INDEX_NONE)
			return -ENOMEM;
	}
	if (walk->next_far < indexed.n)
		return 0;
	walk->next_far = 0;
	walk->stage = DELTA_FAR;
	return 0;
}

/* Links the rows of both sides with equal keys. */
static void link_far(struct delta_walk *walk, struct index *index, size_t n)
{
	struct side indexed, probed;
	size_t size = walk->key_stride, end;

	take_sides(walk, &indexed, &probed);
	bool was_is_indexed = indexed.rows == walk->gone;

	for (end = MIN_OF(probed.n, walk->next_far + n); walk->next_far < end && index->n_used;
	     walk->next_far++) {
		uint32_t other = probed.rows[walk->next_far];
		const uint8_t *key = side_key(&probed, walk->next_far, size);
		uint32_t row = index_remove(index, indexed.keys, size, size, key);
		uint32_t was = was_is_indexed ? row : other;

		if (row == INDEX_NONE)
			continue;
		delta_link_far(walk, was, was_is_indexed ? other : row);
	}
	if (walk->next_far == probed.n || !index->n_used)
		walk->stage = DELTA_DONE;
}

static int reserve(struct delta *delta, size_t n_was, size_t n_is)
{
	size_t mark_bytes = (n_was + 63) / 64 * 8;
	int r = pages_reserve(&delta->links, n_is * sizeof(uint32_t));

	if (r == 0)
		r = pages_reserve(&delta->states, n_is);
	if (r == 0)
		r = pages_reserve(&delta->gone, n_was * sizeof(uint32_t));
	if (r == 0)
		r = pages_reserve(&delta->fresh, n_is * sizeof(uint32_t));
	if (r == 0)
		r = pages_reserve(&delta->marks, mark_bytes);
	if (r == 0 && mark_bytes)
		memset(delta->marks.at, 0, mark_bytes);
	return r;
}

static int first_reading(struct delta *delta, const struct snap *current)
{
	int r = reserve(delta, 0, current->n_rows);
	uint32_t *fresh = (uint32_t *)delta->fresh.at;

	if (r < 0)
		return r;
	if (current->n_rows) {
		memset(delta->links.at, 0xff, current->n_rows * sizeof(uint32_t));
		memset(delta->states.at, ROW_UNKNOWN, current->n_rows);
	}
	for (size_t row = 0; row < current->n_rows; row++)
		fresh[row] = (uint32_t)row;
	pages_trim(&delta->gone, 0);
	delta->n_fresh = current->n_rows;
	delta->n_new = delta->n_gone = delta->n_kept = delta->n_changed = 0;
	delta->n_linked_near = delta->n_linked_far = 0;
	delta->dt_ns = 0;
	delta->is_lower_bound = delta->knows_new = delta->knows_gone = false;
	return 0;
}

/* Names what is left over, as far as the readings can be trusted. */
static void conclude(struct delta *delta, const struct delta_walk *walk)
{
	delta->knows_gone = snap_is_complete(walk->is);
	delta->knows_new = snap_is_complete(walk->was);
	delta->is_lower_bound = !delta->knows_gone || !delta->knows_new;
	for (size_t i = 0; i < walk->n_left; i++)
		walk->states[walk->left[i]] = delta->knows_new ? ROW_NEW : ROW_UNKNOWN;
	delta->n_fresh = walk->n_left;
	delta->n_kept = walk->is->n_rows - walk->n_left;
	delta->n_changed = walk->n_changed;
	delta->n_linked_near = walk->n_near;
	delta->n_linked_far = walk->n_far;
	delta->n_new = delta->knows_new ? walk->n_left : 0;
	delta->n_gone = delta->knows_gone ? walk->n_gone : 0;
	delta->dt_ns = walk->is->ended_ns > walk->was->ended_ns
			       ? walk->is->ended_ns - walk->was->ended_ns
			       : 0;
	pages_trim(&delta->gone, delta->n_gone * sizeof(uint32_t));
	pages_trim(&delta->fresh, delta->n_fresh * sizeof(uint32_t));
}

int delta_begin(struct delta *delta, struct delta_walk *walk, const struct snap *previous,
		const struct snap *current)
{
	int r;

	*walk = (struct delta_walk){.stage = DELTA_DONE};
	delta->values = NULL;
	if (!previous || !previous->number)
		return first_reading(delta, current);
	r = reserve(delta, previous->n_rows, current->n_rows);
	if (r < 0)
		return r;
	*walk = (struct delta_walk){
		.stage = DELTA_NEAR,
		.was = previous,
		.is = current,
		.was_keys = previous->keys.at,
		.is_keys = current->keys.at,
		.was_vals = previous->vals.at,
		.is_vals = current->vals.at,
		.key_stride = current->key_stride,
		.val_stride = current->val_stride,
		.links = (uint32_t *)delta->links.at,
		.states = delta->states.at,
		.gone = (uint32_t *)delta->gone.at,
		.left = (uint32_t *)delta->fresh.at,
		.marks = (uint64_t *)delta->marks.at,
	};
	return 0;
}

/* Both readings are walked through: what is left over? */
static int begin_far(struct delta *delta, struct delta_walk *walk)
{
	drop_linked(walk);
	walk->stage = walk->n_gone && walk->n_left ? DELTA_INDEXING : DELTA_DONE;
	if (walk->stage == DELTA_DONE)
		return 0;
	return index_reset(&delta->index, MIN_OF(walk->n_gone, walk->n_left));
}

static void end_walk(struct delta *delta, struct delta_walk *walk)
{
	if (delta->index.n_slots > INDEX_KEPT_SLOTS)
		index_release(&delta->index);
	if (walk->n_far)
		drop_linked(walk);
	conclude(delta, walk);
	*walk = (struct delta_walk){.stage = DELTA_DONE};
}

int delta_step(struct delta *delta, struct delta_walk *walk, size_t n_rows)
{
	int r = 0;

	if (walk->stage == DELTA_NEAR) {
		delta_walk_near(walk,
				walk->is_row + MIN_OF(n_rows, walk->is->n_rows - walk->is_row));
		if (walk->is_row == walk->is->n_rows)
			r = begin_far(delta, walk);
	} else if (walk->stage == DELTA_INDEXING) {
		r = add_far(walk, &delta->index, n_rows);
	} else if (walk->stage == DELTA_FAR) {
		link_far(walk, &delta->index, n_rows);
	}
	if (r < 0)
		return r;
	if (walk->stage == DELTA_DONE && walk->is)
		end_walk(delta, walk);
	return walk->stage != DELTA_DONE;
}

int delta_compute(struct delta *delta, const struct snap *previous, const struct snap *current)
{
	struct delta_walk walk;
	int r = delta_begin(delta, &walk, previous, current);

	while (r == 0 && walk.stage != DELTA_DONE) {
		r = delta_step(delta, &walk, SIZE_MAX);
		r = MIN_OF(r, 0);
	}
	return r;
}
