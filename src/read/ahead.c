/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many rows there are is guessed from how many came out of the first buckets. Both threads fill the
 * reading's own arrays: the cursor's rows are followed by a gap, in which all rows before the middle find
 * room, and then by those of the second thread. When the cursor comes to the middle they are moved up, so that
 * a reading takes no more memory than read by one.
 *
 * The cursor's last call ends on a bucket behind the middle, and the second thread began there: of keys that
 * both have the cursor's is kept.
 *
 * The guess may be wrong, and a call of the second thread may fail. Where it stopped, for whatever reason, the
 * cursor goes on; where the cursor has no room left before the second thread's rows, these are dropped.
 *
 * Invariant: while the second thread runs the arrays don't move, since each asks only for as many rows as
 * there is room for. */
#include "read/ahead.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/index.h"
#include "base/tidy.h"
#include "base/worker.h"
#include "model/map.h"
#include "model/snap.h"
#include "read/cursor.h"

enum {
	EARLY_ROWS = 8192,    /* so many tell how many there are, give or take a few in a hundred */
	WORTH_ROWS = 1 << 16, /* that are left, for a thread */
	HEAD_ROWS = 1 << 14,  /* as many as the cursor's last call may bring */
	MOVED_ROWS = 1 << 13, /* in a step */
	WAIT_NS = 1000000,    /* in a step */
};

struct ahead {
	struct worker *worker;
	atomic_bool is_dropped;
	size_t first_row;      /* of the reading, where there is room for the first of rows */
	uint32_t first_bucket; /* the middle */

	/* the second thread's until it is done */
	struct cursor cursor;
	uint64_t places[2]; /* of it */
	struct snap rows;   /* in the reading's arrays */
	size_t n_room;
	bool is_through;   /* the last bucket was read */
	size_t n_head;	   /* its first rows, */
	uint32_t head_end; /* of the buckets before this one */

	/* once the cursor came to the middle */
	bool is_reached, is_met;
	size_t last_row; /* the first of the cursor's last call */
	size_t n_done;	 /* of rows: moved up, or dropped */
};

static uint32_t bucket_of(const struct cursor *cursor)
{
	uint32_t bucket;

	memcpy(&bucket, cursor->here, sizeof(bucket));
	return bucket;
}

/* -- the second thread -- */

static void note_head(struct ahead *ahead)
{
	if (ahead->n_head >= HEAD_ROWS)
		return;
	ahead->n_head = ahead->rows.n_rows;
	ahead->head_end = bucket_of(&ahead->cursor);
}

static void read_on(void *ctx)
{
	struct ahead *ahead = ctx;
	int r = STEP_MORE;

	while (r == STEP_MORE && !atomic_load(&ahead->is_dropped) &&
	       ahead->rows.n_rows + ahead->cursor.batch.n_ask <= ahead->n_room) {
		r = read_batch.step(&ahead->cursor, &ahead->rows);
		if (r == STEP_MORE)
			note_head(ahead);
	}
	ahead->is_through = r == STEP_DONE;
}

/* -- beginning -- */

static uint32_t n_buckets(const struct map *map)
{
	uint32_t n = 1;

	while (n < map->max_entries && n < 1u << 31)
		n *= 2;
	return n;
}

/* For about n rows: the guess may be off, and a call asks for more than it gets. */
static size_t room_for(const struct cursor *cursor, size_t n)
{
	return n + n / 8 + 2 * (size_t)cursor->batch.max_ask;
}

static void open_second(struct ahead *ahead, const struct cursor *cursor)
{
	ahead->cursor = (struct cursor){
		.map = cursor->map,
		.fd = cursor->fd,
		.elem_flags = cursor->elem_flags,
		.most_rows = cursor->most_rows,
		.here = (uint8_t *)&ahead->places[0],
		.next = (uint8_t *)&ahead->places[1],
		.has_here = true,
		.batch = cursor->batch,
	};
	memcpy(ahead->cursor.here, &ahead->first_bucket, sizeof(ahead->first_bucket));
}

static void place_rows(struct ahead *ahead, const struct snap *snap)
{
	uint32_t key_stride = snap->key_stride, val_stride = snap->val_stride;

	ahead->rows = (struct snap){
		.keys = {snap->keys.at + ahead->first_row * key_stride, ahead->n_room * key_stride},
		.vals = {snap->vals.at + ahead->first_row * val_stride, ahead->n_room * val_stride},
		.key_stride = key_stride,
		.val_stride = val_stride,
	};
}

/* Rows after those that are there, were all buckets as full as those so far. */
static size_t guess_left(const struct cursor *cursor, const struct snap *snap)
{
	uint64_t passed = bucket_of(cursor), all = n_buckets(cursor->map);

	if (passed == 0 || passed >= all)
		return 0;
	return (size_t)((double)snap->n_rows * (double)(all - passed) / (double)passed);
}

static void begin(struct cursor *cursor, struct snap *snap, size_t n_left)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));
	uint32_t passed = bucket_of(cursor);
	size_t n_room = room_for(cursor, n_left / 2);

	if (!ahead || snap_reserve(snap, 2 * n_room) < 0) {
		free(ahead);
		return;
	}
	ahead->first_bucket = passed + (n_buckets(cursor->map) - passed) / 2;
	ahead->first_row = snap->n_rows + n_room;
	ahead->n_room = n_room;
	open_second(ahead, cursor);
	place_rows(ahead, snap);
	ahead->worker = worker_new();
	if (!ahead->worker) {
		free(ahead);
		return;
	}
	cursor->ahead = ahead;
	worker_give(ahead->worker, read_on, ahead);
}

void ahead_begin(struct cursor *cursor, struct snap *snap)
{
	const struct read_plan *how = &cursor->how;
	size_t n_left;

	if (!how->takes_two || cursor->ahead || snap->n_rows < EARLY_ROWS)
		return;
	/* Asked once. */
	cursor->how.takes_two = false;
	if (!cursor_has_buckets(cursor->map) || how->first_bucket || how->end_bucket)
		return;
	n_left = guess_left(cursor, snap);
	if (n_left >= WORTH_ROWS && (!how->max_rows || snap->n_rows + n_left <= how->max_rows))
		begin(cursor, snap, n_left);
}

void ahead_end(struct cursor *cursor)
{
	struct ahead *ahead = cursor->ahead;

	if (!ahead)
		return;
	atomic_store(&ahead->is_dropped, true);
	worker_free(ahead->worker);
	free(ahead);
	cursor->ahead = NULL;
}

/* -- up to the middle -- */

static int read_up_to(struct cursor *cursor, struct snap *snap)
{
	struct ahead *ahead = cursor->ahead;
	int r;

	if (snap->n_rows + cursor->batch.n_ask > ahead->first_row) {
		ahead_end(cursor);
		return STEP_MORE;
	}
	ahead->last_row = snap->n_rows;
	r = read_batch.step(cursor, snap);
	ahead->is_reached = bucket_of(cursor) >= ahead->first_bucket;
	if (r != STEP_MORE)
		ahead_end(cursor);
	return r;
}

/* -- joining -- */

static void copy_row(const struct snap *rows, size_t to, size_t from)
{
	memcpy(rows->keys.at + to * rows->key_stride, snap_key(rows, from), rows->key_stride);
	memcpy(rows->vals.at + to * rows->val_stride, snap_value(rows, from), rows->val_stride);
}

/* The second thread's rows of keys that the cursor has, too: they are among the first, and the others of these
 * are put close to those behind. */
static int drop_overlap(struct ahead *ahead, const struct cursor *cursor, const struct snap *snap)
{
	SCOPED(index) seen = {0};
	const struct snap *rows = &ahead->rows;
	bool is_in_head = ahead->head_end >= bucket_of(cursor);
	size_t n = is_in_head ? ahead->n_head : rows->n_rows, stride = snap->key_stride, to = n;

	if (index_reset(&seen, snap->n_rows - ahead->last_row) < 0)
		return -ENOMEM;
	for (size_t row = ahead->last_row; row < snap->n_rows; row++)
		index_add(&seen, snap->keys.at, stride, stride, (uint32_t)row);
	for (size_t row = n; row-- > 0;) {
		if (index_find(&seen, snap->keys.at, stride, stride, snap_key(rows, row)) !=
		    INDEX_NONE)
			continue;
		if (--to != row)
			copy_row(rows, to, row);
	}
	ahead->n_done = to;
	return 0;
}

static void meet(struct cursor *cursor, struct snap *snap)
{
	struct ahead *ahead = cursor->ahead;

	if (!worker_wait(ahead->worker, clock_now_ns() + WAIT_NS))
		return;
	snap->n_calls += ahead->rows.n_calls;
	ahead->is_met = true;
	if (drop_overlap(ahead, cursor, snap) < 0)
		ahead_end(cursor);
}

static void move_rows(struct snap *snap, const struct snap *rows, size_t first, size_t n)
{
	memmove(snap->keys.at + snap->n_rows * snap->key_stride, snap_key(rows, first),
		n * snap->key_stride);
	memmove(snap->vals.at + snap->n_rows * snap->val_stride, snap_value(rows, first),
		n * snap->val_stride);
	snap->n_rows += n;
}

/* The cursor goes on where the second thread stopped, unless it came further itself. */
static int take_over(struct cursor *cursor)
{
	const struct ahead *ahead = cursor->ahead;
	int r = ahead->is_through ? STEP_DONE : STEP_MORE;

	if (bucket_of(&ahead->cursor) > bucket_of(cursor))
		memcpy(cursor->here, ahead->cursor.here, sizeof(uint32_t));
	ahead_end(cursor);
	return r;
}

static int move_some(struct cursor *cursor, struct snap *snap)
{
	struct ahead *ahead = cursor->ahead;
	size_t n = MIN_OF(ahead->rows.n_rows - ahead->n_done, (size_t)MOVED_ROWS);

	move_rows(snap, &ahead->rows, ahead->n_done, n);
	ahead->n_done += n;
	return ahead->n_done < ahead->rows.n_rows ? STEP_MORE : take_over(cursor);
}

int ahead_step(struct cursor *cursor, struct snap *snap)
{
	struct ahead *ahead = cursor->ahead;

	if (!ahead->is_reached)
		return read_up_to(cursor, snap);
	if (ahead->is_met)
		return move_some(cursor, snap);
	meet(cursor, snap);
	return STEP_MORE;
}
