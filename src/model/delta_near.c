/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two places walk the readings side by side. Equal keys are linked and both places move on. Where they
 * part, two rows may have changed places: an update moves an entry to the head of its hash bucket.
 * Else the keys of the next DELTA_LOOKAHEAD rows on either side are tried, nearest first; what is
 * stepped over to get to a match is left over. A row that is about to be left over is first looked for
 * among the few rows that the other side left over last. */
#include "model/delta_near.h"

#include <string.h>

#include "base/tidy.h"
#include "model/snap.h"

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

void delta_link_far(struct delta_walk *walk, uint32_t was, uint32_t is)
{
	link_rows(walk, was, is);
	delta_mark(walk, was);
	walk->n_far++;
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
		delta_mark(walk, was);
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

void delta_walk_near(struct delta_walk *walk, size_t end)
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
