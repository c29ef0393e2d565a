/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Turnover of a map over its readings. Everything here is a lower bound: a key that came and went
 * between two readings was never seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delta;
struct map;
struct snap;
struct buf;

enum { CHURN_HISTORY = 120 };

struct churn_point {				  /* one reading */
	double new_rate, gone_rate, changed_rate; /* per second of measured time; NaN: unknown */
	size_t n_rows;
};

struct churn {
	struct churn_point history[CHURN_HISTORY]; /* ring */
	unsigned head, n_points;
	uint64_t total_new, total_gone, total_changed; /* since the first reading */
	uint64_t watched_ns;			       /* sum of the dt they were counted over */
};

void churn_clear(struct churn *churn);
void churn_add(struct churn *churn, const struct snap *current, const struct delta *delta);

/* i readings ago, 0 the last; NULL past the end. */
const struct churn_point *churn_point(const struct churn *churn, unsigned i);

/* Of the last reading; each NaN where unknown. */
double churn_turnover(const struct churn *churn); /* share of the entries replaced per second */
/* Mean life of an entry in seconds by Little's law, L = lambda * W: entries / gone per second,
 * averaged over the last 10 readings. Infinity when nothing went. (Little 1961) */
double churn_mean_life(const struct churn *churn);
/* Entries / max_entries, 0..1; NaN for arrays (always full). */
double churn_fill(const struct map *map, const struct snap *current);
