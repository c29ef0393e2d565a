/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each reading's delta counted, per second of measured time. Where one of two readings was
 * incomplete the count that depends on it is unknown, not 0, and stays out of every mean. */
#include "model/churn.h"

#include <math.h>

#include "base/tidy.h"
#include "model/delta.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/ring.h"
#include "model/snap.h"

enum { LIFE_POINTS = 10 }; /* readings that the mean life is averaged over */

void churn_clear(struct churn *churn)
{
	*churn = (struct churn){0};
}

static double per_second(size_t n, uint64_t dt_ns, bool is_known)
{
	return is_known && dt_ns ? (double)n * 1e9 / (double)dt_ns : NAN;
}

void churn_add(struct churn *churn, const struct snap *current, const struct snap *previous,
	       const struct delta *delta, struct returned returned)
{
	double share = returned_share(returned);

	churn->history[churn->head] = (struct churn_point){
		.new_rate = per_second(delta->n_new, delta->dt_ns, delta->knows_new),
		.gone_rate = per_second(delta->n_gone, delta->dt_ns, delta->knows_gone),
		.changed_rate = per_second(delta->n_changed, delta->dt_ns, true),
		.return_rate = per_second(delta->n_new, delta->dt_ns, delta->knows_new) *
			       (isnan(share) ? 0 : share),
		.n_rows = current->n_rows,
		.n_new = delta->n_new,
		.n_gone = delta->n_gone,
		.n_changed = delta->n_changed,
		.returned = returned,
		.dt_ns = delta->dt_ns,
		.produced_rate = ring_produced_rate(current, previous),
		.consumed_rate = ring_consumed_rate(current, previous),
		.waiting_bytes =
			current->ring.size_bytes ? (double)ring_backlog_bytes(current) : NAN,
	};
	churn->head = (churn->head + 1) % CHURN_HISTORY;
	churn->n_points = MIN_OF(churn->n_points + 1, (unsigned)CHURN_HISTORY);
	churn->total_new += delta->n_new;
	churn->total_gone += delta->n_gone;
	churn->total_changed += delta->n_changed;
	churn->returned.n_followed += returned.n_followed;
	churn->returned.n_back += returned.n_back;
	churn->returned.absent_ns = MAX_OF(churn->returned.absent_ns, returned.absent_ns);
	churn->watched_ns += delta->dt_ns;
}

void churn_add_death(struct churn *churn, uint64_t age_ns)
{
	unsigned i = 0;

	for (uint64_t seconds = age_ns / 1000000000; seconds && i < CHURN_AGES - 1; seconds /= 2)
		i++;
	churn->deaths[i]++;
}

const struct churn_point *churn_point(const struct churn *churn, unsigned i)
{
	if (i >= churn->n_points)
		return NULL;
	return &churn->history[(churn->head + CHURN_HISTORY - 1 - i) % CHURN_HISTORY];
}

struct ring_speeds churn_ring_speeds(const struct churn *churn, unsigned back, unsigned n_most)
{
	struct ring_speeds speeds = {0};
	const struct churn_point *point;
	double dt_ns = 0;

	for (; speeds.n < n_most && (point = churn_point(churn, back + speeds.n)) &&
	       !isnan(point->produced_rate + point->consumed_rate);
	     speeds.n++) {
		speeds.produced += point->produced_rate * (double)point->dt_ns;
		speeds.consumed += point->consumed_rate * (double)point->dt_ns;
		dt_ns += (double)point->dt_ns;
	}
	speeds.produced = dt_ns > 0 ? speeds.produced / dt_ns : NAN;
	speeds.consumed = dt_ns > 0 ? speeds.consumed / dt_ns : NAN;
	return speeds;
}

double churn_turnover(const struct churn *churn)
{
	const struct churn_point *last = churn_point(churn, 0);

	if (!last || !last->n_rows || isnan(last->new_rate) || isnan(last->gone_rate))
		return NAN;
	return MIN_OF(last->new_rate, last->gone_rate) / (double)last->n_rows;
}

double returned_share(struct returned returned)
{
	if (!returned.n_followed)
		return NAN;
	return (double)returned.n_back / (double)returned.n_followed;
}

double churn_return_share(const struct churn *churn)
{
	return returned_share(churn->returned);
}

double churn_mean_life(const struct churn *churn)
{
	double rows = 0, gone = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < LIFE_POINTS; i++) {
		const struct churn_point *point = churn_point(churn, i);

		if (!point || isnan(point->gone_rate))
			continue;
		rows += (double)point->n_rows;
		gone += point->gone_rate;
		n++;
	}
	if (!n)
		return NAN;
	return gone > 0 ? rows / gone : INFINITY;
}

double churn_age_end(unsigned i)
{
	return i < CHURN_AGES - 1 ? (double)(1U << i) : INFINITY;
}

double churn_death_age(const struct churn *churn, double part)
{
	uint64_t total = 0, below = 0;

	for (unsigned i = 0; i < CHURN_AGES; i++)
		total += churn->deaths[i];
	for (unsigned i = 0; i < CHURN_AGES; i++) {
		below += churn->deaths[i];
		if (total && (double)below >= part * (double)total)
			return churn_age_end(i);
	}
	return NAN;
}

double churn_fill(const struct map *map, const struct snap *current)
{
	bool is_whole = snap_is_complete(current);

	if (current->ring.size_bytes)
		return ring_fill(current);
	if (!current->number || !map->max_entries || map->row_key_size ||
	    (map->type && map->type->is_array) || (!is_whole && !current->n_there))
		return NAN;
	return (double)(is_whole ? current->n_rows : current->n_there) / map->max_entries;
}
