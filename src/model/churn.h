/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Turnover of a map over its readings. Everything here is a lower bound: a key that came and went
 * between two readings was never seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/returns.h"

struct delta;
struct map;
struct snap;
struct buf;

enum { CHURN_HISTORY = 120, CHURN_AGES = 16 };

struct churn_point {				  /* one reading */
	double new_rate, gone_rate, changed_rate; /* per second of measured time; NaN: unknown */
	double return_rate;			  /* of the new ones, keys that had gone before */
	size_t n_rows, n_new, n_gone, n_changed;  /* 0 where unknown */
	struct returned returned;
	uint64_t dt_ns;
	/* Of a ring buffer, in bytes: how fast it was filled and emptied, and what waited. NaN: unknown, or it
	 * is none. */
	double produced_rate, consumed_rate, waiting_bytes;
};

struct churn {
	struct churn_point history[CHURN_HISTORY]; /* ring */
	unsigned head, n_points;
	uint64_t total_new, total_gone, total_changed; /* since the first reading */
	/* Age at death: deaths[0] below 1 s, deaths[i] from 2^(i-1) to 2^i s, the last one and older.
	 * Of keys that were there at the start it isn't known: they are counted apart. */
	uint64_t deaths[CHURN_AGES], deaths_unknown;
	struct returned returned;
	uint64_t watched_ns; /* sum of the dt they were counted over */
};

void churn_clear(struct churn *churn);
/* Adds a reading: `delta` leads from previous to current, `returned` is what returns_follow said of it. */
void churn_add(struct churn *churn, const struct snap *current, const struct snap *previous,
	       const struct delta *delta, struct returned returned);
/* Counts an entry that went at that age. */
void churn_add_death(struct churn *churn, uint64_t age_ns);

/* The point of i readings ago, 0 being the last; NULL past the end. Borrowed until the next churn_add. */
const struct churn_point *churn_point(const struct churn *churn, unsigned i);

/* How fast a ring buffer was filled and emptied, in bytes per second, NaN where unknown: the means of the last n
 * readings in which this is known, at most n_most, counted from the one `back` before the newest. Means, because
 * consumers take records in bursts: between two of them any ring looks as if it ran full. */
struct ring_speeds {
	double produced, consumed;
	unsigned n;
};
struct ring_speeds churn_ring_speeds(const struct churn *churn, unsigned back, unsigned n_most);

/* The age in seconds that keys of deaths[i] did not reach; infinity for the last. */
double churn_age_end(unsigned i);

/* Of the last reading; each NaN where unknown. */
double churn_turnover(const struct churn *churn); /* share of the entries replaced per second */
/* Share of the new keys since the first reading that had gone before; NaN before there were any. Keys
 * that came before any had gone are left out. */
double churn_return_share(const struct churn *churn);
double returned_share(struct returned returned);
/* Mean life of an entry in seconds by Little's law, L = lambda * W: entries / gone per second,
 * averaged over the last 10 readings. Infinity when nothing went. (Little 1961) */
double churn_mean_life(const struct churn *churn);
/* A quantile of the ages at death: the age in seconds that `part` (0..1) of the keys that went did not reach, as the
 * upper end of its bucket (infinity in the last one). Keys of unknown age don't count; NaN when there are no others. */
double churn_death_age(const struct churn *churn, double part);
/* Entries / max_entries, 0..1; NaN for arrays (always full) and where it is unknown how many there are. */
double churn_fill(const struct map *map, const struct snap *current);
