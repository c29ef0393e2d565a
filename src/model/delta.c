/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Linking the rows of two readings by key.
 *
 * Two places walk the readings side by side. Equal keys are linked and both places move on. Where they
 * part, two rows may have changed places: an update moves an entry to the head of its hash bucket.
 * Else the keys of the next DELTA_LOOKAHEAD rows on either side are tried, nearest first; what is
 * stepped over to get to a match is left over. A row that is about to be left over is first looked for
 * among the few rows that the other side left over last. What remains goes through a hash index over
 * the smaller of the two sides. Each of these stages can stop after any row and go on later.
 *
 * Invariant: a row of the previous reading is linked at most once, so n_kept + n_new covers the current
 * rows and n_kept + n_gone the previous ones, whatever duplicates the readings hold. */
#include "model/delta.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/tidy.h"
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

/* Sizes that matter are constants at each call, so that the comparison is a load or two. */
static inline __attribute__((always_inline)) bool same_bytes(const uint8_t *a, const uint8_t *b,
							     size_t size)
{
	uint64_t x[2], y[2];

	if (size == 4)
		return memcmp(a, b, 4) == 0;
	if (size == 8)
		return memcmp(a, b, 8) == 0;
	if (size != 16)
		return size == 0 || memcmp(a, b, size) == 0;
	memcpy(x, a, 16);
	memcpy(y, b, 16);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

typedef uint64_t words __attribute__((vector_size(16)));

static inline words differing(const uint8_t *a, const uint8_t *b)
{
	words x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x ^ y;
}

static inline __attribute__((always_inline)) bool same_value(const uint8_t *a, const uint8_t *b,
							     size_t size)
{
	uint64_t x, y, differs = 0;
	words all = {0};

	if (size > 256 || size % 8)
		return memcmp(a, b, size) == 0;
	for (; size >= 64; size -= 64, a += 64, b += 64)
		all |= (differing(a, b) | differing(a + 16, b + 16)) |
		       (differing(a + 32, b + 32) | differing(a + 48, b + 48));
	for (; size; size -= 8, a += 8, b += 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		differs |= x ^ y;
	}
	return !(differs | all[0] | all[1]);
}

static inline void link_rows(struct delta_walk *walk, uint32_t was, uint32_t is)
{
	bool is_same = same_value(walk->was_vals + was * walk->val_stride,
				  walk->is_vals + is * walk->val_stride, walk->val_stride);

	walk->links[is] = was;
	walk->states[is] = is_same ? ROW_KEPT : ROW_CHANGED;
	walk->n_changed += !is_same;
}

/* Rows on both sides as long as their keys are the same, at most n. returns how many. */
static inline __attribute__((always_inline)) size_t
link_run(struct delta_walk *walk, size_t was, size_t is, size_t n, size_t key_size, size_t size)
{
	const uint8_t *was_key = walk->was_keys + was * key_size;
	const uint8_t *is_key = walk->is_keys + is * key_size;
	const uint8_t *was_val = walk->was_vals + was * size;
	const uint8_t *is_val = walk->is_vals + is * size;
	uint32_t *links = walk->links + is;
	uint8_t *states = walk->states + is;
	size_t i, n_changed = 0;

	for (i = 0; i < n && same_bytes(was_key, is_key, key_size); i++) {
		bool is_same = same_value(was_val, is_val, size);

		links[i] = (uint32_t)(was + i);
		states[i] = is_same ? ROW_KEPT : ROW_CHANGED;
		n_changed += !is_same;
		was_key += key_size, is_key += key_size;
		was_val += size, is_val += size;
	}
	walk->n_changed += n_changed;
	walk->n_near += i;
	return i;
}

static inline void recent_add(struct delta_recent *recent, uint32_t row)
{
	recent->rows[recent->n++ % DELTA_RECENT_ROWS] = row;
}

/* Takes the row with that key out of the ring; DELTA_NONE when it isn't there. */
static inline __attribute__((always_inline)) uint32_t
recent_take(struct delta_recent *recent, const uint8_t *keys, const uint8_t *key, size_t size)
{
	uint32_t held = MIN_OF(recent->n, (uint32_t)DELTA_RECENT_ROWS);

	for (uint32_t i = 0; i < held; i++) {
		uint32_t row = recent->rows[i];

		if (row == DELTA_NONE || !same_bytes(keys + row * size, key, size))
			continue;
		recent->rows[i] = DELTA_NONE;
		return row;
	}
	return DELTA_NONE;
}

static inline void mark(uint64_t *marks, uint32_t row)
{
	marks[row / 64] |= 1ULL << (row % 64);
}

static inline __attribute__((always_inline)) void leave_was(struct delta_walk *walk, uint32_t was,
							    size_t size)
{
	uint32_t is =
		recent_take(&walk->is_recent, walk->is_keys, walk->was_keys + was * size, size);

	if (is != DELTA_NONE) {
		link_rows(walk, was, is);
		walk->n_near++;
		return;
	}
	recent_add(&walk->was_recent, was);
	walk->gone[walk->n_gone++] = was;
}

static inline __attribute__((always_inline)) void leave_is(struct delta_walk *walk, uint32_t is,
							   size_t size)
{
	uint32_t was =
		recent_take(&walk->was_recent, walk->was_keys, walk->is_keys + is * size, size);

	if (was != DELTA_NONE) {
		link_rows(walk, was, is);
		mark(walk->marks, was);
		walk->n_near++;
		return;
	}
	recent_add(&walk->is_recent, is);
	walk->links[is] = DELTA_NONE;
	walk->left[walk->n_left++] = is;
}

/* How far to step on either side for the keys to be the same again: at least one is 0, neither is
 * above DELTA_LOOKAHEAD. false: not within reach. */
static inline __attribute__((always_inline)) bool look_ahead(const struct delta_walk *walk,
							     size_t was, size_t is, size_t size,
							     size_t *was_steps, size_t *is_steps)
{
	const uint8_t *was_key = walk->was_keys + was * size;
	const uint8_t *is_key = walk->is_keys + is * size;
	size_t was_reach = MIN_OF((size_t)DELTA_LOOKAHEAD, walk->was->n_rows - 1 - was);
	size_t is_reach = MIN_OF((size_t)DELTA_LOOKAHEAD, walk->is->n_rows - 1 - is);

	*was_steps = *is_steps = 0;
	for (size_t n = 1; n <= was_reach || n <= is_reach; n++) {
		if (n <= was_reach && same_bytes(was_key + n * size, is_key, size)) {
			*was_steps = n;
			return true;
		}
		if (n <= is_reach && same_bytes(was_key, is_key + n * size, size)) {
			*is_steps = n;
			return true;
		}
	}
	return false;
}

/* Two rows changed places: by far the most frequent way to part. */
static inline __attribute__((always_inline)) bool link_swapped(struct delta_walk *walk, size_t was,
							       size_t is, size_t size)
{
	const uint8_t *was_key = walk->was_keys + was * size;
	const uint8_t *is_key = walk->is_keys + is * size;

	if (was + 1 == walk->was->n_rows || is + 1 == walk->is->n_rows ||
	    !same_bytes(was_key, is_key + size, size) || !same_bytes(was_key + size, is_key, size))
		return false;
	link_rows(walk, (uint32_t)was, (uint32_t)is + 1);
	link_rows(walk, (uint32_t)was + 1, (uint32_t)is);
	walk->n_near += 2;
	return true;
}

/* On until end rows of the current reading are done with; after its last one, the rest of the previous
 * one too. */
static inline __attribute__((always_inline)) void walk_rows(struct delta_walk *walk, size_t end,
							    size_t size)
{
	size_t n_was = walk->was->n_rows, n_is = walk->is->n_rows;
	size_t was = walk->was_row, is = walk->is_row, was_steps, is_steps;

	while (was < n_was && is < end) {
		size_t n = MIN_OF(n_was - was, end - is);

		n = walk->val_stride == 64 ? link_run(walk, was, is, n, size, 64)
					   : link_run(walk, was, is, n, size, walk->val_stride);
		was += n;
		is += n;
		if (was == n_was || is == end)
			break;
		if (link_swapped(walk, was, is, size)) {
			was += 2;
			is += 2;
			continue;
		}
		if (!look_ahead(walk, was, is, size, &was_steps, &is_steps))
			was_steps = is_steps = 1;
		while (was_steps--)
			leave_was(walk, (uint32_t)was++, size);
		while (is_steps--)
			leave_is(walk, (uint32_t)is++, size);
	}
	while (is >= n_is && was < n_was)
		leave_was(walk, (uint32_t)was++, size);
	while (was >= n_was && is < end)
		leave_is(walk, (uint32_t)is++, size);
	walk->was_row = was;
	walk->is_row = is;
}

static void walk_near(struct delta_walk *walk, size_t end)
{
	switch (walk->key_stride) {
	case 4:
		walk_rows(walk, end, 4);
		break;
	case 8:
		walk_rows(walk, end, 8);
		break;
	case 16:
		walk_rows(walk, end, 16);
		break;
	default:
		walk_rows(walk, end, walk->key_stride);
	}
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
		link_rows(walk, was, was_is_indexed ? other : row);
		mark(walk->marks, was);
		walk->n_far++;
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
		walk_near(walk, walk->is_row + MIN_OF(n_rows, walk->is->n_rows - walk->is_row));
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

double delta_rate(uint64_t was, uint64_t is, uint64_t dt_ns)
{
	if (is < was || dt_ns == 0)
		return NAN;
	return (double)(is - was) / delta_seconds(dt_ns);
}
