/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys and values stand in two arrays of their own, so that the kernel can write a batch of each
 * straight into place. Invariant: the first n_rows rows of both arrays are whole rows; what stands
 * after them is left over from earlier readings and means nothing. */
#include "model/snap.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/index.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/map.h"

void snap_release(struct snap *snap)
{
	if (!snap)
		return;
	pages_release(&snap->keys);
	pages_release(&snap->vals);
	*snap = (struct snap){0};
}

bool snap_release_some(struct snap *snap)
{
	enum { SOME_BYTES = 1 << 19 };

	return pages_release_some(&snap->vals, SOME_BYTES) ||
	       pages_release_some(&snap->keys, SOME_BYTES);
}

void snap_clear(struct snap *snap, const struct map *map)
{
	*snap = (struct snap){
		.keys = snap->keys,
		.vals = snap->vals,
		.key_stride = (uint32_t)map_key_stride(map),
		.val_stride = (uint32_t)map_value_stride(map),
	};
}

int snap_reserve(struct snap *snap, size_t n)
{
	size_t rows, key_bytes, val_bytes;
	int r;

	if (__builtin_add_overflow(snap->n_rows, n, &rows) ||
	    __builtin_mul_overflow(rows, (size_t)snap->key_stride, &key_bytes) ||
	    __builtin_mul_overflow(rows, (size_t)snap->val_stride, &val_bytes))
		return -ENOMEM;
	r = pages_reserve(&snap->keys, key_bytes);
	return r < 0 ? r : pages_reserve(&snap->vals, val_bytes);
}

static void put_row(struct snap *snap, size_t row, const void *key, const void *value)
{
	/* memmove: duplicates are dropped in place, and keys of size 0 have no memory at all */
	if (snap->key_stride)
		memmove(snap->keys.at + row * snap->key_stride, key, snap->key_stride);
	if (snap->val_stride)
		memmove(snap->vals.at + row * snap->val_stride, value, snap->val_stride);
}

int snap_add(struct snap *snap, const void *key, const void *value)
{
	int r = snap_reserve(snap, 1);

	if (r < 0)
		return r;
	put_row(snap, snap->n_rows++, key, value);
	return 0;
}

int snap_copy(struct snap *to, const struct snap *from)
{
	*to = (struct snap){0};
	snap_copy_facts(to, from);
	return snap_copy_rows(to, from, from->n_rows, from->n_rows);
}

int snap_copy_rows(struct snap *to, const struct snap *from, size_t n_rows, size_t max_rows)
{
	size_t n = MIN_OF(n_rows - to->n_rows, max_rows);

	if (snap_reserve(to, n) < 0)
		return -ENOMEM;
	if (n && from->key_stride)
		memcpy(to->keys.at + to->n_rows * to->key_stride, snap_key(from, to->n_rows),
		       n * to->key_stride);
	if (n && from->val_stride)
		memcpy(to->vals.at + to->n_rows * to->val_stride, snap_value(from, to->n_rows),
		       n * to->val_stride);
	to->n_rows += n;
	return to->n_rows < n_rows;
}

void snap_copy_facts(struct snap *to, const struct snap *from)
{
	struct snap facts = *from;

	facts.keys = to->keys;
	facts.vals = to->vals;
	facts.n_rows = to->n_rows;
	*to = facts;
}

size_t snap_rows_of(const struct snap *snap, size_t n_bytes)
{
	size_t row_bytes = (size_t)snap->key_stride + snap->val_stride;

	return MAX_OF(n_bytes / MAX_OF(row_bytes, (size_t)1), (size_t)1);
}

bool snap_is_cut(const struct snap *snap)
{
	/* A walk that restarted still came by every row that stayed. One that ran into its bound, or
	 * found more rows than fit, may have missed some. */
	return snap->notes & (SNAP_TRUNCATED | SNAP_PARTIAL | SNAP_OUTRUN);
}

bool snap_is_complete(const struct snap *snap)
{
	return !snap_is_cut(snap) && !(snap->notes & (SNAP_PARTLY_SEEN | SNAP_UNLOCKED));
}

int snap_drop_duplicates(struct snap *snap)
{
	SCOPED(index) index = {0};
	size_t n_kept = 0;
	int r = index_reset(&index, snap->n_rows);

	if (r < 0)
		return r;
	for (size_t row = 0; row < snap->n_rows; row++) {
		if (n_kept != row)
			put_row(snap, n_kept, snap_key(snap, row), snap_value(snap, row));
		/* Once memory ran out the rest is kept as it is: a row shown twice is better than lost. */
		if (r == 0) {
			uint32_t at = index_add(&index, snap->keys.at, snap->key_stride,
						snap->key_stride, (uint32_t)n_kept);

			if (at == INDEX_NONE)
				r = -ENOMEM;
			else if (at != n_kept)
				continue;
		}
		n_kept++;
	}
	if (n_kept != snap->n_rows)
		snap->notes |= SNAP_DUPLICATES;
	snap->n_dropped += snap->n_rows - n_kept;
	snap->n_rows = n_kept;
	return r;
}

static void note_words(const struct snap *snap, uint32_t note, struct buf *out)
{
	switch (note) {
	case SNAP_TRUNCATED:
		buf_addf(out, "truncated at %zu rows", snap->n_rows);
		if (snap->n_there > snap->n_rows)
			buf_addf(out, " of %llu", (unsigned long long)snap->n_there);
		break;
	case SNAP_RESTARTED:
		buf_adds(out, "restarted");
		break;
	case SNAP_PARTIAL:
		buf_addf(out, "ended early: %s", err_words(snap->error));
		break;
	case SNAP_DUPLICATES:
		buf_addf(out, "%zu %s dropped", snap->n_dropped,
			 num_noun(snap->n_dropped, "duplicate", "duplicates"));
		break;
	case SNAP_OUTRUN:
		buf_adds(out, "writers were faster than the reading");
		break;
	case SNAP_FALLBACK:
		buf_adds(out, "a faster method was refused");
		break;
	case SNAP_SLOW:
		buf_adds(out, "slower than the interval");
		if (snap->n_missed)
			buf_addf(out, ", %llu %s missed", (unsigned long long)snap->n_missed,
				 num_noun(snap->n_missed, "tick", "ticks"));
		break;
	case SNAP_PARTLY_SEEN:
		buf_adds(out, "only a part can be seen");
		break;
	case SNAP_TOUCHED:
		buf_adds(out, "read slowly, since looking disturbs it");
		break;
	case SNAP_UNLOCKED:
		buf_adds(out, "keys replaced meanwhile may be missing");
		break;
	case SNAP_EVICTED:
		buf_addf(out, "turned over: %zu of %zu rows gone by the end", snap->n_evicted,
			 snap->n_looked_again);
		break;
	case SNAP_REPLACED:
		buf_adds(out, "took another map's place");
		break;
	case SNAP_GREW:
		buf_addf(out, "grew while it was read, to %llu entries",
			 (unsigned long long)snap->n_there);
		break;
	}
}

void snap_notes(const struct snap *snap, struct buf *out)
{
	const char *between = "";

	for (uint32_t note = SNAP_TRUNCATED; note <= SNAP_NOTE_LAST; note <<= 1) {
		if (!(snap->notes & note))
			continue;
		buf_adds(out, between);
		note_words(snap, note, out);
		between = "; ";
	}
}
