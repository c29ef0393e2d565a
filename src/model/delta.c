/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Linking the rows of two readings by key.
 *
 * Two places walk the readings side by side. Equal keys are linked and both places move on. Where they
 * part, two rows may have changed places: an update moves an entry to the head of its hash bucket.
 * Else the keys of the next DELTA_LOOKAHEAD rows on either side are tried, nearest first; what is
 * stepped over to get to a match is left over. A row that is about to be left over is first looked for
 * among the few rows that the other side left over last. What remains goes through a hash index over
 * the smaller of the two sides.
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
	RECENT_ROWS = 4,	   /* left-over rows at hand on either side; a power of two */
	FAR_PREFETCH = 12,	   /* rows */
	INDEX_KEPT_SLOTS = 1 << 16 /* a larger index is given back after use */
};

/* The left-over rows met last. DELTA_NONE: found its place. */
struct recent {
	uint32_t rows[RECENT_ROWS];
	uint32_t n;
};

struct walk {
	const struct snap *was, *is;
	const uint8_t *was_keys, *is_keys, *was_vals, *is_vals;
	size_t key_stride, val_stride;
	uint32_t *links;
	uint8_t *states;
	uint32_t *gone, *left; /* left-over rows: of the previous reading, of the current one */
	size_t n_gone, n_left;
	size_t n_near, n_far, n_changed;
	struct recent was_recent, is_recent;
	/* previous rows that were linked after they were left over; current ones show it by links[] */
	uint64_t *marks;
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

static inline bool same_value(const uint8_t *a, const uint8_t *b, size_t size)
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

static inline void link_rows(struct walk *walk, uint32_t was, uint32_t is)
{
	bool is_same = same_value(walk->was_vals + was * walk->val_stride,
				  walk->is_vals + is * walk->val_stride, walk->val_stride);

	walk->links[is] = was;
	walk->states[is] = is_same ? ROW_KEPT : ROW_CHANGED;
	walk->n_changed += !is_same;
}

static inline void recent_add(struct recent *recent, uint32_t row)
{
	recent->rows[recent->n++ % RECENT_ROWS] = row;
}

/* Takes the row with that key out of the ring; DELTA_NONE when it isn't there. */
static inline __attribute__((always_inline)) uint32_t
recent_take(struct recent *recent, const uint8_t *keys, const uint8_t *key, size_t size)
{
	uint32_t held = MIN_OF(recent->n, (uint32_t)RECENT_ROWS);

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

static inline __attribute__((always_inline)) void leave_was(struct walk *walk, uint32_t was,
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

static inline __attribute__((always_inline)) void leave_is(struct walk *walk, uint32_t is,
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
static inline __attribute__((always_inline)) bool look_ahead(const struct walk *walk, size_t was,
							     size_t is, size_t size,
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
static inline __attribute__((always_inline)) bool link_swapped(struct walk *walk, size_t was,
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

static inline __attribute__((always_inline)) void walk_rows(struct walk *walk, size_t size)
{
	size_t n_was = walk->was->n_rows, n_is = walk->is->n_rows;
	size_t was = 0, is = 0, was_steps, is_steps;

	while (was < n_was && is < n_is) {
		if (same_bytes(walk->was_keys + was * size, walk->is_keys + is * size, size)) {
			link_rows(walk, (uint32_t)was++, (uint32_t)is++);
			walk->n_near++;
			continue;
		}
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
	while (was < n_was)
		leave_was(walk, (uint32_t)was++, size);
	while (is < n_is)
		leave_is(walk, (uint32_t)is++, size);
}

static void walk_near(struct walk *walk)
{
	switch (walk->key_stride) {
	case 4:
		walk_rows(walk, 4);
		break;
	case 8:
		walk_rows(walk, 8);
		break;
	case 16:
		walk_rows(walk, 16);
		break;
	default:
		walk_rows(walk, walk->key_stride);
	}
}

/* Drops the rows of both lists that found their place after all. */
static void drop_linked(struct walk *walk)
{
	size_t n_gone = 0, n_left = 0;

	for (size_t i = 0; i < walk->n_gone; i++) {
		uint32_t row = walk->gone[i];

		if (!(walk->marks[row / 64] >> (row % 64) & 1))
			walk->gone[n_gone++] = row;
	}
	for (size_t i = 0; i < walk->n_left; i++)
		if (walk->links[walk->left[i]] == DELTA_NONE)
			walk->left[n_left++] = walk->left[i];
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

/* Links the rows of both sides with equal keys, through an index over the smaller one. */
static int link_far(struct walk *walk, struct index *index, const struct side *indexed,
		    const struct side *probed)
{
	bool was_is_indexed = indexed->keys == walk->was_keys;
	size_t size = walk->key_stride;

	if (index_reset(index, indexed->n) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < indexed->n; i++) {
		side_key(indexed, i, size);
		if (index_add(index, indexed->keys, size, size, indexed->rows[i]) == INDEX_NONE)
			return -ENOMEM;
	}
	for (size_t i = 0; i < probed->n && index->n_used; i++) {
		const uint8_t *key = side_key(probed, i, size);
		uint32_t row = index_remove(index, indexed->keys, size, size, key);
		uint32_t was = was_is_indexed ? row : probed->rows[i];

		if (row == INDEX_NONE)
			continue;
		link_rows(walk, was, was_is_indexed ? probed->rows[i] : row);
		mark(walk->marks, was);
		walk->n_far++;
	}
	return 0;
}

static int walk_far(struct walk *walk, struct index *index)
{
	struct side was = {walk->was_keys, walk->gone, 0}, is = {walk->is_keys, walk->left, 0};
	int r;

	drop_linked(walk);
	was.n = walk->n_gone;
	is.n = walk->n_left;
	if (!was.n || !is.n)
		return 0;
	r = was.n <= is.n ? link_far(walk, index, &was, &is) : link_far(walk, index, &is, &was);
	if (index->n_slots > INDEX_KEPT_SLOTS)
		index_release(index);
	if (walk->n_far)
		drop_linked(walk);
	return r;
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
static void conclude(struct delta *delta, const struct walk *walk)
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

int delta_compute(struct delta *delta, const struct snap *previous, const struct snap *current)
{
	struct walk walk;
	int r;

	if (!previous || !previous->number)
		return first_reading(delta, current);
	r = reserve(delta, previous->n_rows, current->n_rows);
	if (r < 0)
		return r;
	walk = (struct walk){
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
	walk_near(&walk);
	r = walk_far(&walk, &delta->index);
	conclude(delta, &walk);
	return r;
}

double delta_rate(uint64_t was, uint64_t is, uint64_t dt_ns)
{
	if (is < was || dt_ns == 0)
		return NAN;
	return (double)(is - was) * 1e9 / (double)dt_ns;
}
