/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many rows a call, straight into the reading's arenas.
 *
 * A hash hands out whole buckets and its cursor is the number of the next one, so each key comes once
 * and a walk may begin and end at any bucket. ENOSPC says that one bucket alone is larger than what was
 * asked for: ask for twice as much at the same place. ENOENT ends the walk, and the rows of that call
 * count. Other types walk by key underneath; there a key that is deleted just then gives EINTR, or
 * sends the walk back to the start.
 *
 * How many rows to ask for is learnt: as many as take one step's time, so that a sparse table, where
 * the kernel passes thousands of empty buckets to find one row, is asked for few.
 * source: __htab_map_lookup_and_delete_batch(), kernel/bpf/hashtab.c;
 * generic_map_lookup_batch(), kernel/bpf/syscall.c */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/kernel.h"

enum {
	FIRST_ROWS = 1024,
	LEAST_ROWS = 16,
	MOST_ROWS = 16384,    /* more gains nothing */
	MOST_BYTES = 8 << 20, /* the kernel copies a call's rows through memory of its own */
	STEP_TIME_NS = 1500000,
	STALLS_MAX = 64,
};

static bool batch_suits(const struct map *map, const struct read_plan *how)
{
	bool is_range = how->first_bucket || how->end_bucket;

	return map->key_size > 0 && !map->type->is_touchy &&
	       (map->type->reading == READS_ROWS || map->type->reading == READS_IDS) &&
	       (!is_range || cursor_has_buckets(map));
}

static bool batch_is_expected(const struct map *map)
{
	return cursor_has_buckets(map) || map->type->number == BPF_MAP_TYPE_ARRAY ||
	       map->type->number == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static void batch_start(struct cursor *cursor)
{
	const struct map *map = cursor->map;
	size_t row_bytes = map->key_size + map_value_stride(map);
	size_t most = MIN_OF(MAX_OF(MOST_BYTES / row_bytes, (size_t)LEAST_ROWS),
			     MAX_OF((size_t)map->max_entries, 1));
	bool is_new;
	struct map_memo *memo = memo_map(&cursor->kernel->memo, map->id, &is_new);
	uint32_t n_ask = memo && memo->n_ask ? memo->n_ask : FIRST_ROWS;

	cursor->batch.max_ask = (uint32_t)MIN_OF(most, (size_t)MOST_ROWS);
	cursor->batch.min_ask = MIN_OF((uint32_t)LEAST_ROWS, cursor->batch.max_ask);
	cursor->batch.n_ask = MIN_OF(n_ask, cursor->batch.max_ask);
	if (cursor->how.first_rows)
		cursor->batch.n_ask = cursor->batch.min_ask = cursor->how.first_rows;
	cursor->batch.n_stalls = 0;
	cursor->may_repeat = !cursor_has_buckets(map) && !map->type->is_array;
	if (cursor->how.first_bucket) {
		memcpy(cursor->here, &cursor->how.first_bucket, sizeof(uint32_t));
		cursor->has_here = true;
	}
}

static int ask_for_more(struct cursor *cursor)
{
	uint32_t n_ask = cursor->batch.n_ask;

	/* No bucket can hold more than the table does. */
	if (n_ask > cursor->most_rows)
		return -ENOSPC;
	cursor->batch.n_ask = n_ask * 2;
	cursor->batch.min_ask = n_ask * 2;
	cursor->batch.max_ask = MAX_OF(cursor->batch.max_ask, n_ask * 2);
	return STEP_MORE;
}

/* At most doubles, since one quick call proves little; shrinks at once. */
static void learn_ask(struct cursor *cursor, uint64_t took_ns, uint32_t count)
{
	uint64_t want = took_ns ? (uint64_t)STEP_TIME_NS * count / took_ns : cursor->batch.max_ask;

	want = MIN_OF(want, (uint64_t)cursor->batch.n_ask * 2);
	want = MIN_OF(want, (uint64_t)cursor->batch.max_ask);
	want = MAX_OF(want, (uint64_t)cursor->batch.min_ask);
	cursor->batch.n_ask = (uint32_t)want;
}

static void swap_places(struct cursor *cursor)
{
	uint8_t *was = cursor->here;

	cursor->here = cursor->next;
	cursor->next = was;
	cursor->has_here = true;
}

static bool is_past_range(const struct cursor *cursor)
{
	uint32_t bucket;

	if (!cursor->how.end_bucket)
		return false;
	memcpy(&bucket, cursor->here, sizeof(bucket));
	return bucket >= cursor->how.end_bucket;
}

/* EINTR: the key to go on from was deleted under the walk. With rows it has moved on all the same;
 * without any it stands where it stood, and trying again helps unless a writer is very quick. */
static int go_on(struct cursor *cursor, int r, uint32_t count)
{
	if (r == -EINTR && count == 0)
		return ++cursor->batch.n_stalls < STALLS_MAX ? STEP_MORE : r;
	cursor->batch.n_stalls = 0;
	swap_places(cursor);
	return r == -ENOENT || is_past_range(cursor) ? STEP_DONE : STEP_MORE;
}

static int batch_step(struct cursor *cursor, struct snap *snap)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = cursor->elem_flags);
	uint32_t asked = cursor->batch.n_ask, count = asked;
	uint64_t began;
	int r = snap_reserve(snap, asked);

	if (r < 0)
		return r;
	began = clock_now_ns();
	r = bpf_map_lookup_batch(cursor->fd, cursor->has_here ? cursor->here : NULL, cursor->next,
				 snap->keys.at + snap->n_rows * snap->key_stride,
				 snap->vals.at + snap->n_rows * snap->val_stride, &count, &opts);
	snap->n_calls++;
	if (r == -ENOSPC)
		return ask_for_more(cursor);
	/* With any other error, EFAULT above all, the count is not to be trusted. */
	if (r < 0 && r != -ENOENT && r != -EINTR)
		return r;
	cursor->has_worked = true;
	count = MIN_OF(count, asked);
	snap->n_rows += count;
	if (count)
		learn_ask(cursor, clock_now_ns() - began, count);
	return go_on(cursor, r, count);
}

static void batch_stop(struct cursor *cursor)
{
	if (cursor->has_worked)
		cursor_remember_ask(cursor, cursor->batch.n_ask);
}

const struct method read_batch = {
	.name = "batch",
	.suits = batch_suits,
	.is_expected = batch_is_expected,
	.start = batch_start,
	.step = batch_step,
	.stop = batch_stop,
};
