/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading of a kernel map under way, and the methods that can make one: a row a method, best first.
 * Inside of the kernel source; the floors above see only read/source.h. */
#pragma once

#include <dirent.h>
#include <fts.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/map.h"
#include "read/mapping.h"
#include "read/source.h"

struct ahead;
struct kernel;
struct snap;
struct cursor;

struct method {
	const char *name; /* what snap->method says */
	/* Worth trying on such a map and such a part of it. */
	bool (*suits)(const struct map *map, const struct read_plan *how);
	/* Known to be there for such a map on every recent kernel: its refusal is worth a note, since whatever
	 * comes after it is slower. NULL: for no map. */
	bool (*is_expected)(const struct map *map);
	/* Sets up its member of the cursor's union; here and next are allocated and zeroed. NULL:
	 * there is nothing to set up. */
	void (*start)(struct cursor *cursor);
	/* STEP_MORE, STEP_DONE or -errno. Before its first success (has_worked) -EINVAL, -EOPNOTSUPP
	 * and -524 mean: not this way. */
	int (*step)(struct cursor *cursor, struct snap *snap);
	/* Gives back what start and step took. NULL: nothing. */
	void (*stop)(struct cursor *cursor);
	/* When the kernel refuses it, this is remembered for the one map only, not for all maps of its type. */
	bool is_of_map;
	/* Walks a bucket without its lock: an update puts the new element at the head of its bucket, so
	 * that a key not yet met is then behind the walk. source: htab_map_update_elem() */
	bool is_unlocked;
};

extern const struct method read_keys, read_mmap, read_batch, read_next, read_head, read_ring,
	read_iter, read_arena, read_tasks, read_cgroups;

struct cursor {
	struct kernel *kernel;
	const struct map *map; /* borrowed from begin to end */
	struct read_plan how;
	int fd;
	unsigned method;     /* place in the table of methods */
	uint64_t elem_flags; /* BPF_F_LOCK where the value has a spin lock */
	size_t most_rows;    /* the walk's bound: beyond this, writers are faster than we are */
	bool has_worked, is_done;
	struct ahead *ahead; /* owned: the second thread and what it read; NULL: there is none */
	bool may_repeat;     /* the walk can meet a key twice */
	bool is_again;	     /* all rows are there, and their keys are walked a second time */
	size_t n_again;	     /* keys that agreed */
	bool is_counted;
	uint64_t
		n_early; /* is_counted: entries early in the reading; UINT64_MAX: they can't be counted */

	/* Where the walk stands, where it goes next and where it began: a bucket number or a key, so
	 * that each is at least max(4, key_size) bytes. has_here: false at the very start. */
	uint8_t *here, *next, *first;
	uint8_t *places; /* owned: the three of them */
	bool has_here;

	union {
		struct {
			uint32_t n_ask;	  /* rows the next call asks for */
			uint32_t min_ask; /* a bucket was once larger than that less one */
			uint32_t max_ask;
			unsigned n_stalls; /* calls in a row that moved nothing */
		} batch;
		struct {
			bool has_first;
			size_t n_walked;
			uint8_t *room; /* owned: for values of types we don't know; else NULL */
		} walk;
		struct {
			struct mapping mapping; /* of an array; of a ring: its positions */
			struct mapping data;	/* of a ring: what waits */
			uint64_t data_from;	/* the position that it begins at */
			uint64_t at, end;	/* indexes, or positions in a ring */
		} mapped;
		struct {
			int fd;
			uint8_t *room; /* owned: what was read and not yet cut into rows */
			size_t n_room;
		} iter;
		struct {
			uint64_t next;
		} pages;
		struct {
			DIR *processes, *threads; /* of process pid */
			uint32_t pid;
			bool no_threads; /* this kernel has no descriptors for them */
		} tasks;
		struct {
			DIR *roots; /* of the hierarchies; NULL: there is one */
			FTS *walk;
			bool is_version_1;
		} cgroups;
	};
};

/* Begins a reading of map through fd, which is the cursor's from here on even when this fails; clears snap for it.
 * 0 or -errno with a sentence. *out is the caller's, for cursor_end. */
int cursor_new(struct kernel *kernel, int fd, const struct map *map, const struct read_plan *how,
	       struct snap *snap, struct cursor **out, struct err *err);
/* One step: STEP_MORE, STEP_DONE, or -errno with a sentence, and then snap keeps the rows so far as SNAP_PARTIAL. */
int cursor_step(struct cursor *cursor, struct snap *snap, struct err *err);
/* Ends the reading, done or not, and notes when. NULL is fine. */
void cursor_end(struct cursor *cursor, struct snap *snap);

/* Types whose batch cursor is a bucket: each bucket comes whole and once. */
bool cursor_has_buckets(const struct map *map);
/* Makes walk.room large enough for whatever a lookup may write: a type that we don't know may hand out a copy per CPU.
 * It lasts until cursor_drop_room. 0 or -ENOMEM. source: bpf_map_value_size(), kernel/bpf/syscall.c */
int cursor_make_room(struct cursor *cursor);
void cursor_drop_room(struct cursor *cursor);
/* Remembers for the next reading of this map how many rows to ask for. */
void cursor_remember_ask(struct cursor *cursor, uint32_t n_ask);

/* -- what is found out about a reading beside its rows -- */

/* After a walk without locks: whether a second walk over the keys can tell if the first one missed any. If so it is
 * set up, and again_step makes it. */
bool again_begin(struct cursor *cursor, const struct snap *snap);
/* STEP_MORE; STEP_DONE, with SNAP_UNLOCKED where a key differs; or -errno. */
int again_step(struct cursor *cursor, struct snap *snap);
/* Before the last row: counts the map's entries once, where that is worth it. */
void grown_count(struct cursor *cursor, const struct snap *snap);
/* Sets SNAP_GREW and n_there when there are more by now, by a good part. */
void grown_look(const struct cursor *cursor, struct snap *snap);
/* Sets SNAP_EVICTED when rows of an LRU map are gone by the time the last one was read. 0 or -ENOMEM. */
int evicted_look(const struct cursor *cursor, struct snap *snap);
