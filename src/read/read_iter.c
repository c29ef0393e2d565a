/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows out of an iterator program of our own: the kernel walks the map, the program writes each row, and
 * all there is to do here is to cut the stream into rows. Hashes and arrays where batches are refused;
 * socket storages, which nothing else can walk. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"
#include "read/kernel.h"

enum {
	/* What the kernel gathers before it hands out: a row must fit. source: bpf_seq_read() */
	KERNEL_BYTES = 32 << 10,
	ROOM_BYTES = 2 * KERNEL_BYTES,
	STEP_TIME_NS = 1500000,
};

typedef int open_fn(struct own *own, const struct map *map, int map_fd);

static const struct {
	uint32_t type;
	open_fn *open;
} openers[] = {
	{BPF_MAP_TYPE_HASH, own_elems},		{BPF_MAP_TYPE_LRU_HASH, own_elems},
	{BPF_MAP_TYPE_PERCPU_HASH, own_elems},	{BPF_MAP_TYPE_LRU_PERCPU_HASH, own_elems},
	{BPF_MAP_TYPE_ARRAY, own_elems},	{BPF_MAP_TYPE_PERCPU_ARRAY, own_elems},
	{BPF_MAP_TYPE_SK_STORAGE, own_sockets},
};

static open_fn *opener_of(const struct map *map)
{
	for (size_t i = 0; i < ARRAY_LEN(openers); i++)
		if (openers[i].type == map->type->number)
			return openers[i].open;
	return NULL;
}

static bool iter_suits(const struct map *map, const struct read_plan *how)
{
	return opener_of(map) && !how->first_bucket && !how->end_bucket &&
	       map_key_stride(map) + map_value_stride(map) <= KERNEL_BYTES;
}

static void iter_start(struct cursor *cursor)
{
	/* An element that was replaced can be met again further on. */
	cursor->may_repeat = cursor_has_buckets(cursor->map);
	cursor->iter.fd = -1;
	cursor->iter.room = NULL;
	cursor->iter.n_room = 0;
}

static int open_iterator(struct cursor *cursor)
{
	/* The kernel copies values out without their lock. */
	if (cursor->elem_flags)
		return -EOPNOTSUPP;
	if (!cursor->iter.room)
		cursor->iter.room = malloc(ROOM_BYTES);
	if (!cursor->iter.room)
		return -ENOMEM;
	cursor->iter.fd = opener_of(cursor->map)(&cursor->kernel->own, cursor->map, cursor->fd);
	return cursor->iter.fd < 0 ? cursor->iter.fd : 0;
}

static int cut_rows(struct cursor *cursor, struct snap *snap)
{
	size_t row_bytes = snap->key_stride + snap->val_stride;
	const uint8_t *at = cursor->iter.room, *end = at + cursor->iter.n_room;
	int r = snap_reserve(snap, (size_t)(end - at) / row_bytes);

	for (; r == 0 && (size_t)(end - at) >= row_bytes; at += row_bytes)
		r = snap_add(snap, at, at + snap->key_stride);
	cursor->iter.n_room = (size_t)(end - at);
	memmove(cursor->iter.room, at, cursor->iter.n_room);
	return r;
}

/* STEP_MORE, STEP_DONE or -errno. */
static int read_some(struct cursor *cursor, struct snap *snap)
{
	ssize_t n = read(cursor->iter.fd, cursor->iter.room + cursor->iter.n_room,
			 ROOM_BYTES - cursor->iter.n_room);
	int r;

	snap->n_calls++;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? STEP_MORE : -errno;
	cursor->has_worked = true;
	cursor->iter.n_room += (size_t)n;
	r = cut_rows(cursor, snap);
	if (r < 0)
		return r;
	return n > 0 ? STEP_MORE : STEP_DONE;
}

static int iter_step(struct cursor *cursor, struct snap *snap)
{
	uint64_t began = clock_now_ns();
	int r = cursor->iter.fd < 0 ? open_iterator(cursor) : 0;

	if (r < 0)
		return r;
	do
		r = read_some(cursor, snap);
	while (r == STEP_MORE && clock_now_ns() - began < STEP_TIME_NS);
	return r;
}

static void iter_stop(struct cursor *cursor)
{
	if (cursor->iter.fd >= 0)
		close(cursor->iter.fd);
	free(cursor->iter.room);
	cursor->iter.fd = -1;
	cursor->iter.room = NULL;
}

const struct method read_iter = {
	.name = "iter",
	.suits = iter_suits,
	.start = iter_start,
	.step = iter_step,
	.stop = iter_stop,
	.is_of_map = true, /* a lock in the value; what refuses programs is remembered with them */
	.is_unlocked = true,
};
