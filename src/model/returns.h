/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys that come back after they were gone, and from how far: an LRU map that evicts what is still in
 * use is too small, and the distance says by how much.
 *
 * The keys that went are kept in the order in which they went: the ghosts, as ARC keeps them (Megiddo
 * and Modha, FAST 2003). An LRU evicts in the order of last use, so its entries and the ghosts behind
 * them are one LRU stack, and a ghost that returns with m younger ghosts above it has the stack distance
 * entries + m: an LRU map of that size would still have had it (Mattson, Gecsei, Slutz, Traiger 1970).
 * Where so many keys are not to be remembered, only those with a low hash are followed and distances are
 * scaled up: the spatial sampling of SHARDS (Waldspurger, Park, Garthwaite, Ahmad, FAST 2015). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "model/comeback.h"

struct delta;
struct snap;

enum {
	RETURNS_KEYS = 1 << 16, /* ghosts remembered unless told otherwise */
	RETURNS_LEAST = 1 << 10,
	RETURNS_MOST = 1 << 20, /* at RETURNS_KEY_BYTES each */
	RETURNS_KEY_BYTES = 52, /* at most, with index and tree */
	RETURNS_REACH = 8,	/* ghosts reach back over so many sizes of the map */
	RETURNS_STEPS = 16,	/* distances are counted in this part of the map's size */
	RETURNS_DISTANCES = (RETURNS_REACH + 3) * RETURNS_STEPS,
	RETURNS_READINGS = 30, /* distances of about so many readings count */
};

struct ghost {
	uint64_t hash; /* of the key; 0: it returned */
	uint64_t gone_ns;
};

struct returns {
	uint32_t n_places, size; /* of the array; of the map, in entries */
	double share;		 /* of all keys, those that are followed */
	uint64_t highest;	 /* hash of a key that is followed */
	struct ghost *ghosts;	 /* [n_places], oldest first; NULL until a key went */
	uint32_t *tree;		 /* [n_places + 1], counts the places in use: see returns.c */
	uint32_t n_ghosts;	 /* places taken, returned ones included */
	uint32_t oldest;	 /* the first place that isn't empty, or n_ghosts */
	struct index index;	 /* hash to place */
	struct comebacks back;	 /* of the keys that are followed */
	double distances[RETURNS_DISTANCES]; /* returns by size / RETURNS_STEPS, older ones less */
};

/* What a reading brought, of the keys that are followed. */
struct returned {
	size_t n_followed;  /* new keys that were looked up */
	size_t n_back;	    /* of those, keys that had gone before */
	uint64_t absent_ns; /* the longest that any of these was away */
};

/* For a map of max_entries (0: unknown), remembering at most n_keys. */
void returns_init(struct returns *returns, uint32_t max_entries, uint32_t n_keys);
void returns_release(struct returns *returns);
/* Forgets what went, keeps its size. */
void returns_clear(struct returns *returns);

/* Memory for a reading in which keys went: 0 or -ENOMEM. Without it returns_follow sees no returns. */
int returns_reserve(struct returns *returns);

/* Looks up the rows that are new in `is`, then remembers those that went. */
struct returned returns_follow(struct returns *returns, const struct snap *was,
			       const struct snap *is, const struct delta *delta);

/* Entries that an LRU map would have needed to keep this part (0..1) of the keys that returned lately;
 * NaN when none did. */
double returns_size_for(const struct returns *returns, double part);
/* How often a key returned: NULL when that was not seen. follows_ret: it would have been, this key is
 * one of those that are followed. */
const struct comeback *returns_of(const struct returns *returns, const uint8_t *key, size_t size,
				  bool *follows_ret);
/* When the oldest key remembered went, CLOCK_MONOTONIC; 0: none is. */
uint64_t returns_since_ns(const struct returns *returns);
