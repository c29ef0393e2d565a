/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ring buffers, watched without taking anything: the consumer's and the producer's position, a page
 * each, and of the data behind them what lies between are mapped read-only, and the records there are
 * copied out. A user ring buffer looks the same from here. Positions are written by who consumes, and in a
 * user ring by who produces: nothing is believed of them.
 *
 * Nobody waits for us: while a record is copied it may be consumed and its bytes written over. So after
 * each copy the positions are read again, and a record that was consumed meanwhile is dropped: it no
 * longer waits. source: __bpf_ringbuf_reserve(), ringbuf_process_ring() of libbpf */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/shape.h"

enum {
	HEADER_BYTES = BPF_RINGBUF_HDR_SZ,
	ALIGN_BYTES = 8,
	STEP_RECORDS = 4096,
	STEP_TIME_NS = 2000000,
};

static bool ring_suits(const struct map *map, const struct read_plan *how)
{
	return (map->type->number == BPF_MAP_TYPE_RINGBUF ||
		map->type->number == BPF_MAP_TYPE_USER_RINGBUF) &&
	       !how->is_strict;
}

static void ring_start(struct cursor *cursor)
{
	cursor->mapped.mapping = cursor->mapped.data = (struct mapping){0};
	cursor->mapped.at = cursor->mapped.end = 0;
}

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static uint64_t position(const struct cursor *cursor, unsigned page)
{
	const void *at = cursor->mapped.mapping.at + page * page_bytes();

	return atomic_load_explicit((const _Atomic unsigned long *)at, memory_order_acquire);
}

static uint64_t consumed(const struct cursor *cursor)
{
	return position(cursor, 0);
}

static uint64_t produced(const struct cursor *cursor)
{
	return position(cursor, 1);
}

/* Maps what waits. The data stand there twice, one after the other, so that a record that wraps can be read
 * on. */
static int open_data(struct cursor *cursor)
{
	uint64_t page = page_bytes(), size = cursor->map->max_entries;
	uint64_t from = cursor->mapped.at & ~(page - 1);
	uint64_t most = MIN_OF(cursor->mapped.end - cursor->mapped.at, size);
	uint64_t n = (cursor->mapped.at - from + most + page - 1) & ~(page - 1);

	cursor->mapped.data_from = from;
	return mapping_open(cursor->map, 2 * page + (from & (size - 1)), n, &cursor->mapped.data);
}

static int open_ring(struct cursor *cursor, struct snap *snap)
{
	int r;

	if (cursor->mapped.mapping.at)
		return 0;
	r = mapping_open(cursor->map, 0, 2 * page_bytes(), &cursor->mapped.mapping);
	if (r < 0)
		return r;
	cursor->mapped.at = consumed(cursor);
	cursor->mapped.end = produced(cursor);
	if (cursor->mapped.at < cursor->mapped.end)
		r = open_data(cursor);
	snap->ring = (struct ring_facts){
		.size_bytes = cursor->map->max_entries,
		.produced_bytes = cursor->mapped.end,
		.consumed_bytes = cursor->mapped.at,
		.mapped_bytes = cursor->mapped.mapping.size + cursor->mapped.data.size,
	};
	return r;
}

static enum record_state state_of(uint32_t header)
{
	if (header & BPF_RINGBUF_BUSY_BIT)
		return RECORD_BUSY;
	return header & BPF_RINGBUF_DISCARD_BIT ? RECORD_DISCARDED : RECORD_READY;
}

static void count(struct ring_facts *ring, enum record_state state)
{
	ring->n_busy += state == RECORD_BUSY;
	ring->n_discarded += state == RECORD_DISCARDED;
	ring->n_ready += state == RECORD_READY;
}

/* Copies the record that the cursor stands on, as much of it as a row holds. *bytes_ret: from here to the
 * next one. false: what stands there is no record. */
static bool copy_record(const struct cursor *cursor, struct record_value *value,
			uint64_t *bytes_ret)
{
	size_t room = map_copy_size(cursor->map) - sizeof(*value), n;
	uint64_t before = cursor->mapped.at - cursor->mapped.data_from, bytes;
	uint64_t there = cursor->mapped.data.size - MIN_OF(before, cursor->mapped.data.size);
	const uint8_t *at = cursor->mapped.data.at + before;
	uint32_t header, length;

	if (cursor->mapped.at % ALIGN_BYTES || there < HEADER_BYTES)
		return false;
	header = atomic_load_explicit((const _Atomic uint32_t *)(const void *)at,
				      memory_order_acquire);
	length = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	bytes = ((uint64_t)length + HEADER_BYTES + ALIGN_BYTES - 1) & ~(uint64_t)(ALIGN_BYTES - 1);
	if (bytes > there || cursor->mapped.at + bytes > cursor->mapped.end)
		return false;
	n = MIN_OF((size_t)length, room);
	*value = (struct record_value){.length = length, .state = state_of(header)};
	memcpy(value->bytes, at + HEADER_BYTES, n);
	memset(value->bytes + n, 0, room - n);
	*bytes_ret = bytes;
	return true;
}

/* One record further, or to where the consumer has got to by now. STEP_MORE, STEP_DONE or -errno. */
static int next_record(struct cursor *cursor, struct snap *snap)
{
	struct record_key key = {cursor->mapped.at};
	struct record_value *value;
	uint64_t bytes = 0, consumed_now;
	bool is_record;
	int r = snap_reserve(snap, 1);

	if (r < 0)
		return r;
	value = (void *)(snap->vals.at + snap->n_rows * snap->val_stride);
	is_record = copy_record(cursor, value, &bytes);
	atomic_thread_fence(memory_order_acquire);
	consumed_now = consumed(cursor);
	if (consumed_now > key.position) {
		cursor->mapped.at = consumed_now;
		return consumed_now < cursor->mapped.end ? STEP_MORE : STEP_DONE;
	}
	if (!is_record)
		return -EILSEQ;
	memcpy(snap->keys.at + snap->n_rows++ * snap->key_stride, &key, sizeof(key));
	count(&snap->ring, value->state);
	cursor->mapped.at += bytes;
	return cursor->mapped.at < cursor->mapped.end ? STEP_MORE : STEP_DONE;
}

static int ring_step(struct cursor *cursor, struct snap *snap)
{
	uint64_t began = clock_now_ns();
	int r = open_ring(cursor, snap);

	if (r < 0)
		return r;
	cursor->has_worked = true;
	snap->n_calls++;
	r = cursor->mapped.at < cursor->mapped.end ? STEP_MORE : STEP_DONE;
	for (unsigned i = 0; r == STEP_MORE && i < STEP_RECORDS; i++) {
		r = next_record(cursor, snap);
		if (i % 64 == 63 && clock_now_ns() - began > STEP_TIME_NS)
			break;
	}
	return r;
}

static void ring_stop(struct cursor *cursor)
{
	mapping_release(&cursor->mapped.data);
	mapping_release(&cursor->mapped.mapping);
}

const struct method read_ring = {
	.name = "ring",
	.suits = ring_suits,
	.start = ring_start,
	.step = ring_step,
	.stop = ring_stop,
	.is_of_map = true,
};
