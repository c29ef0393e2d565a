/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the maps of a set without a screen: a slice of each in turn, each at times of its own, so that none
 * waits for one that is slow. A tape in a file goes on as soon as its place was read, or with the interval
 * where live maps stand beside it; one from a pipe is read as it comes, every reading of it.
 *
 * A map that went is followed by what takes its place (app/successor.h), and a connection to another host that is
 * lost is made again; both is said on stderr. Looking for it in vain counts as a reading. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct watch;
struct watch_set;

struct pace {
	struct watch_set *set; /* borrowed */
	uint64_t n_readings;   /* that are wanted of each map; 0: no end */
	bool stays;	       /* tapes in files are read at their place only */
	bool is_endless;       /* goes on also where no map is left */
	bool follows;	       /* maps that went are followed, lost connections made again */
	bool is_quiet;	       /* without a word on stderr */
	bool is_raw;	       /* readings are left in table.next: taken makes use of them */
	uint64_t duration_ns;  /* no reading begins longer after the first ones; 0: no end */
	/* Reading watch->n_taken of set->watches[i] was taken into its table. 0; 1: that is enough of all
	 * of them; or -errno ends. */
	int (*taken)(void *ctx, size_t i, struct err *err);
	/* A map could not be read, which counts as a reading; table.is_gone: nor will it ever be;
	 * WATCH_AWAITED: but what takes its place. The same returns. */
	int (*lost)(void *ctx, size_t i, const struct err *why, struct err *err);
	/* Maps were added to the set, as a tape has by now or as follow others. NULL: it doesn't matter. */
	int (*opened)(void *ctx, struct err *err);
	/* set->watches[i] was replaced and is about to be closed; those behind it move up. NULL: likewise. */
	void (*replaced)(void *ctx, size_t i);
	/* All that was due was read, and no tape has gone on, yet. NULL: it doesn't matter. */
	int (*settled)(void *ctx, struct err *err);
	/* After each turn, and at the end: is_resting: no reading is under way. *wake_ns can be made earlier. NULL: nothing
	 * is to be done. */
	int (*turned)(void *ctx, bool is_resting, uint64_t *wake_ns, struct err *err);
	void *ctx;
	/* its own */
	uint64_t place_ns; /* when tapes in files go on, beside live maps; 0: at once */
	uint64_t look_ns;  /* when what takes a map's place is looked for; 0: at once */
	uint64_t end_ns;   /* after which no reading begins */
};

/* Until every map was read as often as wanted or can't be any more, or somebody told us to stop (base/stop.h).
 * Where there was no map to begin with, at once. 0 or -errno with a sentence. */
int pace_run(struct pace *pace, struct err *err);
