/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading as what differs from the one before. Two places walk the readings side by side; where their
 * keys part, the nearest match within DIFF_LOOKAHEAD rows on either side says what was added or went.
 * Rows that moved further are written again: it is the order of the kernel that must come back, and rows
 * seldom move. Where little is the same (more than half of the raw bytes would be written) the
 * attempt is dropped and the reading is written whole; so it is when too many keys find no match, for
 * looking ahead in vain is dear. A diff never costs much more than it saves. */
#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "model/facts.h"
#include "model/snap.h"
#include "model/tape.h"
#include "model/tape_run.h"

enum { DIFF_LOOKAHEAD = 16, DIFF_WORTH_DIVISOR = 2, DIFF_MISSES = 1024, DIFF_MISSES_DIVISOR = 8 };

const struct fact snap_facts[] = {
	FACT(snap, "rows", n_rows, SIZE),
	FACT(snap, "number", number, U64),
	FACT(snap, "started_ns", started_ns, U64),
	FACT(snap, "ended_ns", ended_ns, U64),
	FACT(snap, "wall_ns", wall_ns, U64),
	FACT(snap, "method", method, TEXT),
	FACT(snap, "notes", notes, U32),
	FACT(snap, "error", error, INT),
	FACT(snap, "dropped", n_dropped, SIZE),
	FACT(snap, "calls", n_calls, U64),
	FACT(snap, "busy_ns", busy_ns, U64),
	FACT(snap, "missed", n_missed, U64),
	FACT(snap, "there", n_there, U64),
	FACT(snap, "evicted", n_evicted, SIZE),
	FACT(snap, "looked_again", n_looked_again, SIZE),
	FACT(snap, "ring_bytes", ring.size_bytes, U64),
	FACT(snap, "ring_produced", ring.produced_bytes, U64),
	FACT(snap, "ring_consumed", ring.consumed_bytes, U64),
	FACT(snap, "ring_ready", ring.n_ready, U64),
	FACT(snap, "ring_busy", ring.n_busy, U64),
	FACT(snap, "ring_discarded", ring.n_discarded, U64),
	FACT(snap, "ring_mapped", ring.mapped_bytes, U64),
};
const unsigned n_snap_facts = ARRAY_LEN(snap_facts);

struct diff {
	const struct snap *was, *is;
	size_t key_size, val_size;
	size_t was_row, is_row; /* where the walk stands */
	size_t n_missed;	/* keys without a match ahead */
	enum run run;		/* under way: n rows, from here on */
	size_t n, run_was, run_is;
	struct buf *out;
};

/* One changed value: mask and words. */
static void put_changed(struct diff *diff, const uint8_t *was, const uint8_t *is)
{
	size_t n_words = (diff->val_size + RUN_WORD - 1) / RUN_WORD;
	size_t n_mask = (n_words + 7) / 8;
	uint8_t *mask, *to;

	if (buf_reserve(diff->out, n_mask + diff->val_size) < 0)
		return;
	mask = (uint8_t *)diff->out->at + diff->out->len;
	to = mask + n_mask;
	memset(mask, 0, n_mask);
	for (size_t i = 0; i < n_words; i++) {
		size_t at = i * RUN_WORD, size = MIN_OF(diff->val_size - at, (size_t)RUN_WORD);

		if (memcmp(was + at, is + at, size) == 0)
			continue;
		mask[i / 8] |= (uint8_t)(1u << i % 8);
		memcpy(to, is + at, size);
		to += size;
	}
	diff->out->len = (size_t)(to - (uint8_t *)diff->out->at);
}

static void put_run(struct diff *diff)
{
	if (!diff->n)
		return;
	pack_number(diff->out, (uint64_t)diff->n << RUN_BITS | diff->run);
	if (diff->run == RUN_ADDED) {
		if (diff->key_size)
			buf_add(diff->out, snap_key(diff->is, diff->run_is),
				diff->n * diff->key_size);
		if (diff->val_size)
			buf_add(diff->out, snap_value(diff->is, diff->run_is),
				diff->n * diff->val_size);
	}
	for (size_t i = 0; diff->run == RUN_CHANGED && i < diff->n; i++)
		put_changed(diff, snap_value(diff->was, diff->run_was + i),
			    snap_value(diff->is, diff->run_is + i));
	diff->n = 0;
}

/* n more rows of a kind, from where the walk stands. */
static inline void add_rows(struct diff *diff, enum run run, size_t n)
{
	if (run != diff->run || !diff->n) {
		put_run(diff);
		diff->run = run;
		diff->run_was = diff->was_row;
		diff->run_is = diff->is_row;
	}
	diff->n += n;
	diff->was_row += run == RUN_ADDED ? 0 : n;
	diff->is_row += run == RUN_GONE ? 0 : n;
}

static inline bool same_key(const struct diff *diff, size_t was, size_t is)
{
	return !diff->key_size ||
	       memcmp(snap_key(diff->was, was), snap_key(diff->is, is), diff->key_size) == 0;
}

static inline bool same_value(const struct diff *diff, size_t was, size_t is)
{
	return !diff->val_size ||
	       memcmp(snap_value(diff->was, was), snap_value(diff->is, is), diff->val_size) == 0;
}

static void step_over(struct diff *diff)
{
	size_t was = diff->was_row, is = diff->is_row;
	size_t was_reach = MIN_OF((size_t)DIFF_LOOKAHEAD, diff->was->n_rows - 1 - was);
	size_t is_reach = MIN_OF((size_t)DIFF_LOOKAHEAD, diff->is->n_rows - 1 - is);

	for (size_t n = 1; n <= was_reach || n <= is_reach; n++) {
		if (n <= was_reach && same_key(diff, was + n, is)) {
			add_rows(diff, RUN_GONE, n);
			return;
		}
		if (n <= is_reach && same_key(diff, was, is + n)) {
			add_rows(diff, RUN_ADDED, n);
			return;
		}
	}
	diff->n_missed++;
	add_rows(diff, RUN_GONE, 1);
	add_rows(diff, RUN_ADDED, 1);
}

/* false: not worth it. */
static bool put_diff(struct diff *diff, size_t max_bytes)
{
	while (diff->was_row < diff->was->n_rows && diff->is_row < diff->is->n_rows) {
		if (!same_key(diff, diff->was_row, diff->is_row))
			step_over(diff);
		else if (same_value(diff, diff->was_row, diff->is_row))
			add_rows(diff, RUN_SAME, 1);
		else
			add_rows(diff, RUN_CHANGED, 1);
		if (diff->out->len > max_bytes ||
		    diff->n_missed > DIFF_MISSES + diff->is_row / DIFF_MISSES_DIVISOR)
			return false;
	}
	if (diff->is_row < diff->is->n_rows)
		add_rows(diff, RUN_ADDED, diff->is->n_rows - diff->is_row);
	put_run(diff);
	return diff->out->len <= max_bytes;
}

static void put_whole(struct tape_chunk *chunk, const struct snap *snap)
{
	if (!snap->n_rows)
		return;
	pack_number(&chunk->body, (uint64_t)snap->n_rows << RUN_BITS | RUN_ADDED);
	chunk->rows[0] = snap->keys.at;
	chunk->rows[1] = snap->vals.at;
	chunk->row_bytes[0] = snap->n_rows * snap->key_stride;
	chunk->row_bytes[1] = snap->n_rows * snap->val_stride;
}

static void put_facts(struct tape_chunk *chunk, enum tape_tag tag, uint32_t map, uint64_t tick,
		      const struct snap *snap)
{
	tape_chunk_clear(chunk, tag, map, tick);
	chunk->label.time_ns = snap->ended_ns;
	facts_pack(snap_facts, n_snap_facts, snap, &chunk->body);
}

int tape_pack_snap(struct tape_chunk *chunk, uint32_t map, uint64_t tick, const struct snap *snap,
		   const struct snap *base)
{
	size_t raw = snap->n_rows * ((size_t)snap->key_stride + snap->val_stride);
	struct diff diff = {
		.was = base,
		.is = snap,
		.key_size = snap->key_stride,
		.val_size = snap->val_stride,
		.out = &chunk->body,
	};

	if (base) {
		put_facts(chunk, TAPE_DIFF, map, tick, snap);
		if (put_diff(&diff, chunk->body.len + raw / DIFF_WORTH_DIVISOR))
			return tape_chunk_close(chunk);
	}
	put_facts(chunk, TAPE_SNAP, map, tick, snap);
	put_whole(chunk, snap);
	return tape_chunk_close(chunk);
}
