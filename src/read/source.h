/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where maps come from: the kernel, a recording, a simulation. Live, recorded and simulated data run
 * the same code after this.
 *
 * A source finds maps, compiles their plan, and reads one in steps. Nothing stays open between
 * readings: begin opens, end closes; the map's id tells whether it is still the one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct map;
struct map_list;
struct plan;
struct snap;
struct spec;
struct lookups;

enum step { STEP_DONE = 0, STEP_MORE = 1 }; /* or a negative errno */

/* How much of a map, and how, to read. Zeroed: all of it, by the best method. */
struct read_plan {
	size_t max_rows;    /* 0: no limit; more sets SNAP_TRUNCATED */
	const char *method; /* force one by name; NULL: the best that works */
	bool is_strict;	    /* never open a read-write descriptor, not even for mmap */
	bool keys_suffice;  /* of maps whose values can't be had: see snap's value_error */
	bool takes_two;	    /* threads, where that is quicker */
	uint32_t first_bucket, end_bucket; /* range of hash buckets, 0..0: all */
	uint32_t
		first_rows; /* rows to ask of the first call; 0: as many as was learnt to be right */
};

struct cursor; /* a reading under way */

struct source;
struct source_ops {
	const char *name; /* "kernel", "sim" */
	/* Adds the maps that a spec names. 0; -ENOENT, -EPERM, ... with a sentence. */
	int (*find)(struct source *source, const struct spec *spec, struct map_list *out,
		    struct err *err);
	/* Adds every map there is, facts as complete as can be had cheaply. 0; 1: only some of them, and
	 * err says which and why; or -errno. */
	int (*list)(struct source *source, struct map_list *out, struct err *err);
	/* Fills in who uses maps that were found: programs, pins, owners. Costs a walk over all of
	 * them. 0 or -errno; what can't be looked at stays unknown. NULL: nobody does. */
	int (*users)(struct source *source, struct map_list *maps, struct err *err);
	/* Fills in n_entries of maps that were found, where that is known without reading them. One
	 * quick walk. 0 or -errno. NULL: nobody knows. */
	int (*count)(struct source *source, struct map_list *maps);
	/* Compiles the layout; falls back to an untyped plan and says why in the log. */
	int (*plan)(struct source *source, const struct map *map, struct plan *out,
		    struct err *err);
	/* When the map's next reading can begin (CLOCK_MONOTONIC): in the past: now; UINT64_MAX: not
	 * before something happens. NULL: whenever one likes. */
	uint64_t (*due)(struct source *source, const struct map *map);
	/* Opens for one reading. *cursor_ret is the caller's, freed by end; map must outlive it.
	 * -ENOENT: the map went. -ESTALE: its pin leads to another map now; find the pin again.
	 * -EOPNOTSUPP: not readable, and why. -EAGAIN: not due. */
	int (*begin)(struct source *source, const struct map *map, const struct read_plan *how,
		     struct snap *snap, struct cursor **cursor_ret, struct err *err);
	/* One bounded piece (one system call, at most about 2 ms). STEP_MORE, STEP_DONE or -errno; on
	 * error the snap keeps its rows and is marked SNAP_PARTIAL. */
	int (*step)(struct cursor *cursor, struct snap *snap, struct err *err);
	/* Closes; accepts a reading that is not done (then it is SNAP_PARTIAL). Fills times, method. */
	void (*end)(struct cursor *cursor, struct snap *snap);
	void (*free)(struct source *source);
};

struct source {
	const struct source_ops *ops;
};

/* The kernel. 0 or -ENOMEM. */
int source_kernel_new(struct source **out);

/* Seeded: the demo's maps (flows, ports, verdicts, sizes, globals), moving as the demo moves, and maps
 * for tests (many, kinds, empty, wide, stacks, samples); `sim:NAME`. All maps show the same moment: the first
 * one in whatever is read first, then the clock moves it on in tenths of a second, or by less for a map that is read again
 * within one. 0 or -ENOMEM. */
int source_sim_new(uint64_t seed, struct source **out);
/* Holds every simulated map at this tick (0-based), SIM_TICK_NS of traffic each, until the next call:
 * the same seed and tick give the same rows and times everywhere. A reading at tick n ended at
 * SIM_START_NS + n * SIM_TICK_NS (also the time since boot) and SIM_START_WALL_NS + n * SIM_TICK_NS. */
void source_sim_hold_tick(struct source *sim, uint64_t tick);

#define SIM_TICK_NS	  1000000000ull
#define SIM_START_NS	  (1000 * SIM_TICK_NS)
#define SIM_START_WALL_NS (1795269600 * SIM_TICK_NS) /* 2026-11-21T14:00:00Z */

/* Fills lookups from the system (interfaces by if_indextoname, ...), cached. Static storage. */
const struct lookups *source_lookups(void);

/* Whether lookups wait for tables that take a moment to read (at first they do), as what is written only
 * once needs; the screen asks again with the next frame instead. */
void source_lookups_wait(bool is_waiting);

/* 0, or -EINVAL with the names of the ways to read that there are; NULL is the best that works. */
int source_check_method(const char *name, struct err *err);

/* Reads to the end in one go, for dump and tests: begin, steps, end. */
int source_read(struct source *source, const struct map *map, const struct read_plan *how,
		struct snap *snap, struct err *err);
