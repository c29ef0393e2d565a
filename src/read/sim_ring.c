/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring buffer, simulated: events come faster and slower in turn, and whoever reads them falls behind and
 * catches up again. All of it follows from the moment: record n stands at n * RECORD_BYTES. */
#include <string.h>

#include <linux/types.h>

#include "base/tidy.h"
#include "model/snap.h"
#include "read/shape.h"
#include "read/sim.h"
#include "read/source.h"

enum { KEY = false, VALUE = true };
enum {
	RING_BYTES = 1 << 15,
	PAGE_BYTES = 4096,
	HEADER_BYTES = 8,
	LEAST = 20,    /* events in a tenth of a second, */
	WAVE = 20,     /* up to so many more */
	LAG_TURN = 60, /* tenths for which the reader takes every other one; */
	LAG_ROUND = 90 /* until then it takes two for one that comes */
};

struct event {
	__u32 length, state; /* as struct record_value has them */
	__u32 pid;
	__u16 port, bytes;
	__u64 took_ns;
};
enum { PAYLOAD_AT = 8, RECORD_BYTES = HEADER_BYTES + sizeof(struct event) - PAYLOAD_AT };
_Static_assert(offsetof(struct event, pid) == offsetof(struct record_value, bytes), "a record");

/* Goes up from 0 and down again within twice n. */
static uint64_t wave(uint64_t i, uint64_t n)
{
	i %= 2 * n;
	return i < n ? i : 2 * n - i;
}

/* Events of the first so many tenths of a second. */
static uint64_t n_produced(uint64_t tenths)
{
	uint64_t n = tenths / (2 * WAVE) * (2 * WAVE * LEAST + WAVE * WAVE);

	for (uint64_t i = tenths - tenths % (2 * WAVE); i < tenths; i++)
		n += LEAST + wave(i, WAVE);
	return n;
}

static uint64_t n_consumed(uint64_t tenths)
{
	uint64_t at = tenths % LAG_ROUND, lag = at < LAG_TURN ? at / 2 : LAG_ROUND - at;

	return n_produced(tenths - MIN_OF(lag, tenths));
}

/* The newest two aren't written yet, some were given up. */
static enum record_state state_of(uint64_t i, uint64_t n)
{
	if (i + 2 >= n)
		return RECORD_BUSY;
	return i % 40 == 33 ? RECORD_DISCARDED : RECORD_READY;
}

static int add_record(struct snap *snap, uint64_t i, uint64_t n)
{
	struct record_key key = {i * RECORD_BYTES};
	struct event event = {
		.length = sizeof(event) - PAYLOAD_AT,
		.state = state_of(i, n),
		.pid = 800 + (__u32)(i * 13 % 40),
		.port = i % 3 ? 443 : 53,
		.bytes = (__u16)(60 + i * 97 % 1400),
		.took_ns = 1000 * (7 + i * i % 911),
	};

	snap->ring.n_ready += event.state == RECORD_READY;
	snap->ring.n_busy += event.state == RECORD_BUSY;
	snap->ring.n_discarded += event.state == RECORD_DISCARDED;
	return snap_add(snap, &key, &event);
}

/* As of a ring of the kernel: two pages of positions, and those that what waits lies in. */
static uint64_t mapped_bytes(uint64_t from, uint64_t to)
{
	uint64_t last_page = (to + PAGE_BYTES - 1) / PAGE_BYTES;

	return (2 + (from < to ? last_page - from / PAGE_BYTES : 0)) * PAGE_BYTES;
}

static int fill_events(const struct sim_moment *moment, struct snap *snap)
{
	uint64_t tenths = moment->at_ns / (SIM_TICK_NS / 10);
	uint64_t n = n_produced(tenths), first = n_consumed(tenths);
	int r = 0;

	snap->ring = (struct ring_facts){
		.size_bytes = RING_BYTES,
		.produced_bytes = n * RECORD_BYTES,
		.consumed_bytes = first * RECORD_BYTES,
		.mapped_bytes = mapped_bytes(first * RECORD_BYTES, n * RECORD_BYTES),
	};
	for (uint64_t i = first; r == 0 && i < n; i++)
		r = add_record(snap, i, n);
	return r;
}

static const struct enum_name states[] = {
	{"ready", RECORD_READY}, {"busy", RECORD_BUSY}, {"discarded", RECORD_DISCARDED}};

static const struct sim_field events_fields[] = {
	{.in_value = KEY,
	 .format = "id",
	 .field = {.name = "position", .type = "__u64", .kind = FIELD_UINT, .size = 8}},
	SIM_MEMBER(VALUE, event, length, UINT, "__u32", .format = "id"),
	{.in_value = VALUE,
	 .format = "enum",
	 .field = {.name = "state",
		   .type = "enum record_state",
		   .kind = FIELD_ENUM,
		   .offset = offsetof(struct event, state),
		   .size = 4,
		   .names = states,
		   .n_names = ARRAY_LEN(states)}},
	SIM_MEMBER(VALUE, event, pid, UINT, "__u32", .format = "dec"),
	SIM_MEMBER(VALUE, event, port, UINT, "__u16", .format = "port"),
	SIM_MEMBER(VALUE, event, bytes, UINT, "__u16", .format = "dec"),
	SIM_MEMBER(VALUE, event, took_ns, UINT, "__u64", .format = "duration"),
};

static const struct sim_map maps[] = {
	{.name = "events",
	 .type = "ringbuf",
	 .key_size = sizeof(struct record_key),
	 .value_size = sizeof(struct event),
	 .record_from = PAYLOAD_AT,
	 .max_entries = RING_BYTES,
	 .n_cpus = 1,
	 .fields = events_fields,
	 .n_fields = ARRAY_LEN(events_fields),
	 .fill = fill_events},
};

const struct sim_map *sim_ring_map(size_t i)
{
	return i < ARRAY_LEN(maps) ? &maps[i] : NULL;
}
