/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One reading of one map: raw rows in kernel order, when it was made, and how complete it is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

struct map;
struct buf;

/* What a person must know about a reading before believing it. A set of bits. */
enum snap_note {
	SNAP_TRUNCATED = 1 << 0,  /* --max-rows reached; the rest was not read */
	SNAP_RESTARTED = 1 << 1,  /* the key stood on was deleted; the walk began again */
	SNAP_PARTIAL = 1 << 2,	  /* an error ended it early: `error` says which */
	SNAP_DUPLICATES = 1 << 3, /* keys met twice were dropped: `n_dropped` */
	SNAP_OUTRUN =
		1 << 4, /* more rows than max_entries or the walk's bound: writers were fast */
	SNAP_FALLBACK = 1 << 5,	   /* a faster method was refused; see the log */
	SNAP_SLOW = 1 << 6,	   /* took longer than the interval; ticks were missed */
	SNAP_PARTLY_SEEN = 1 << 7, /* the type shows only a part: the head of a queue, storages of
				    * what could be opened */
	SNAP_TOUCHED = 1 << 8,	 /* looking moves something in the kernel, so it was done slowly */
	SNAP_UNLOCKED = 1 << 9,	 /* walked past a writer: a key that it replaced may be missing */
	SNAP_EVICTED = 1 << 10,	 /* an LRU map turned over under the reader: `n_evicted` */
	SNAP_REPLACED = 1 << 11, /* the first of a map that took another one's place */
	SNAP_GREW = 1 << 12, /* by a good part from early in the reading to its end, to `n_there` */
	SNAP_NOTE_LAST = SNAP_GREW,
};

/* A ring buffer at the moment of a reading. Positions count bytes since the buffer was made. */
struct ring_facts {
	uint64_t size_bytes; /* 0: the map is none */
	uint64_t produced_bytes, consumed_bytes;
	uint64_t n_ready, n_busy, n_discarded; /* records that wait, by state */
	uint64_t mapped_bytes;		       /* of positions and data, to read it: 0: unknown */
};

struct snap {
	struct pages keys; /* [n_rows × key_stride] */
	struct pages vals; /* [n_rows × val_stride] */
	uint32_t key_stride, val_stride;
	size_t n_rows;
	uint64_t number;	       /* 1 for the first reading of a table, 0: never read */
	uint64_t started_ns, ended_ns; /* CLOCK_MONOTONIC */
	uint64_t wall_ns;	       /* at the end */
	const char *method;	       /* "batch", "next-key", "sim", ...: static */
	uint32_t notes;		       /* enum snap_note bits */
	int error;		       /* negative errno when SNAP_PARTIAL */
	size_t n_dropped;
	uint64_t n_calls;  /* system calls it took */
	uint64_t busy_ns;  /* time spent in steps, without the waits between them */
	uint64_t n_missed; /* ticks that passed unread since the reading before */
	/* SNAP_TRUNCATED, SNAP_PARTLY_SEEN, SNAP_GREW: entries in the map at the end, as counted without
	 * reading; 0: unknown */
	uint64_t n_there;
	size_t n_evicted, n_looked_again; /* of rows looked up once more at the end, those gone */
	/* What the kernel answered to every look-up, where that was no value: the rows are keys alone, and
	 * their values mean nothing. 0: values are there. */
	int value_error;
	struct ring_facts ring;
};

void snap_release(struct snap *snap);
/* A part of a snap that nobody looks at any more, which stays so until it is called again. false: nothing is left. */
bool snap_release_some(struct snap *snap);

/* Empties it for a new reading of map; the memory stays. */
void snap_clear(struct snap *snap, const struct map *map);

/* Room for n more rows beyond n_rows. 0 or -ENOMEM. */
int snap_reserve(struct snap *snap, size_t n);

/* Adds one row (key_stride and val_stride bytes). 0 or -ENOMEM. */
int snap_add(struct snap *snap, const void *key, const void *value);

static inline const uint8_t *snap_key(const struct snap *snap, size_t row)
{
	return snap->keys.at + row * snap->key_stride;
}

static inline const uint8_t *snap_value(const struct snap *snap, size_t row)
{
	return snap->vals.at + row * snap->val_stride;
}

/* True when every row that was in the map throughout is here. */
bool snap_is_complete(const struct snap *snap);

/* True when rows are missing that this type of map would have shown: the reading fell short. */
bool snap_is_cut(const struct snap *snap);

/* Makes `to`, which holds nothing, a copy that owns its rows. 0 or -ENOMEM. */
int snap_copy(struct snap *to, const struct snap *from);

/* Adds to `to`, which is of the same map and has the first rows of `from` already, at most max_rows of those
 * that follow, up to n_rows in all. 1: there are more, 0: it has them all, or -ENOMEM. */
int snap_copy_rows(struct snap *to, const struct snap *from, size_t n_rows, size_t max_rows);
/* Everything but the rows. */
void snap_copy_facts(struct snap *to, const struct snap *from);
/* As many rows as are about so many bytes, one at least. */
size_t snap_rows_of(const struct snap *snap, size_t n_bytes);

/* Drops rows whose key stands at an earlier row already, keeping order; sets SNAP_DUPLICATES and
 * n_dropped. 0 or -ENOMEM. */
int snap_drop_duplicates(struct snap *snap);

/* The notes as words, "; " between them: "restarted; 3 duplicates dropped". Nothing when clean. */
void snap_notes(const struct snap *snap, struct buf *out);
