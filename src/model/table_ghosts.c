/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The list is made anew at every reading: first the rows that went just now, then the ghosts of
 * before that are young enough and whose key hasn't come back. Bounded in rows and in bytes, since a
 * row of a per-CPU map may be large; the oldest make room. */
#include "model/table_ghosts.h"

#include <errno.h>

#include "base/index.h"
#include "base/tidy.h"

enum { GHOST_BYTES = 1 << 20, GHOST_MIN_ROWS = 16, GHOST_WORDS = TABLE_MAX_GHOSTS / 64 };

static size_t ghost_limit(const struct table *table)
{
	size_t row_bytes = (size_t)table->current->key_stride + table->current->val_stride + 1;
	size_t rows = MAX_OF(GHOST_BYTES / row_bytes, (size_t)GHOST_MIN_ROWS);

	/* Records of a ring are there to be read and gone: they would stand before those that wait. */
	if (table->current->ring.size_bytes)
		return 0;
	return MIN_OF(rows, (size_t)TABLE_MAX_GHOSTS);
}

/* Marks the ghosts whose keys stand among the unlinked rows of the next snap. */
static int mark_returned(const struct table *table, const struct delta *delta,
			 uint64_t returned[GHOST_WORDS])
{
	const struct snap *old = &table->ghosts, *next = table->next;
	const uint32_t *fresh = (const uint32_t *)delta->fresh.at;
	size_t size = old->key_stride;
	SCOPED(index) index = {0};

	if (!old->n_rows || !delta->n_fresh)
		return 0;
	if (index_reset(&index, old->n_rows) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < old->n_rows; i++)
		if (index_add(&index, old->keys.at, size, size, (uint32_t)i) == INDEX_NONE)
			return -ENOMEM;
	for (size_t i = 0; i < delta->n_fresh; i++) {
		uint32_t ghost =
			index_find(&index, old->keys.at, size, size, snap_key(next, fresh[i]));

		if (ghost != INDEX_NONE)
			returned[ghost / 64] |= 1ULL << (ghost % 64);
	}
	return 0;
}

static int add_gone(struct ghosts *next, const struct table *table, const struct delta *delta,
		    size_t limit)
{
	const uint32_t *gone = (const uint32_t *)delta->gone.at;
	const struct snap *was = table->current;

	for (size_t i = 0; i < delta->n_gone && next->rows.n_rows < limit; i++) {
		size_t at = next->rows.n_rows;

		if (snap_add(&next->rows, snap_key(was, gone[i]), snap_value(was, gone[i])) < 0)
			return -ENOMEM;
		next->number[at] = table->next->number;
	}
	return 0;
}

static int add_old(struct ghosts *next, const struct table *table, const uint64_t *returned,
		   size_t limit)
{
	const struct snap *old = &table->ghosts;

	for (size_t i = 0; i < old->n_rows; i++) {
		size_t at = next->rows.n_rows;

		if (at == limit || (returned[i / 64] >> (i % 64) & 1) ||
		    table->next->number - table->ghost_number[i] >= TABLE_GHOST_READINGS)
			continue;
		if (snap_add(&next->rows, snap_key(old, i), snap_value(old, i)) < 0)
			return -ENOMEM;
		next->number[at] = table->ghost_number[i];
	}
	return 0;
}

int ghosts_follow(struct ghosts *next, const struct table *table, const struct delta *delta)
{
	uint64_t returned[GHOST_WORDS] = {0};
	size_t limit = ghost_limit(table);
	int r = mark_returned(table, delta, returned);

	if (r < 0)
		return r;
	snap_clear(&next->rows, &table->map);
	r = add_gone(next, table, delta, limit);
	return r < 0 ? r : add_old(next, table, returned, limit);
}
