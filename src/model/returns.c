/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An array of ghosts, an index over it, and a tree of counts (Fenwick 1994) that says how many of them
 * stand above a place. Invariant: a hash stands in the array at most once; every place that isn't 0 is in
 * the index and counted in the tree. When the array is full those that returned are squeezed out, and the
 * oldest too where that doesn't make enough room.
 *
 * Between two readings the order is not known. The new rows are taken as if they had come in their order
 * in the reading: each makes the stack one higher for those that come after it from further below. So the
 * distances are right in the mean. Two keys with one hash of 64 bits would count as one; among the few
 * keys remembered that is not going to happen by accident. */
#include "model/returns.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "model/delta.h"
#include "model/snap.h"

enum { PREFETCH = 16, SPARE = 4 /* a part of so many is free after squeezing */ };

_Static_assert(sizeof(struct ghost) + sizeof(uint32_t) + 4 * sizeof(struct index_slot) <=
		       RETURNS_KEY_BYTES,
	       "a ghost, its place in the tree, and four slots of the index at most");

void returns_init(struct returns *returns, uint32_t max_entries, uint32_t n_keys)
{
	uint64_t wanted = (uint64_t)max_entries * RETURNS_REACH;

	*returns = (struct returns){.share = 1, .highest = UINT64_MAX, .size = max_entries};
	wanted += wanted / (SPARE - 1);
	if (!max_entries) {
		returns->size = MAX_OF(n_keys / RETURNS_REACH, 1U);
		wanted = n_keys;
	}
	returns->n_places =
		(uint32_t)MIN_OF(MAX_OF(wanted, (uint64_t)RETURNS_LEAST), (uint64_t)n_keys);
	if (returns->n_places >= wanted)
		return;
	returns->share = (double)returns->n_places / (double)wanted;
	returns->highest = (uint64_t)ldexp(returns->share, 64);
}

void returns_clear(struct returns *returns)
{
	free(returns->ghosts);
	free(returns->tree);
	comebacks_release(&returns->back);
	index_release(&returns->index);
	returns->ghosts = NULL;
	returns->tree = NULL;
	returns->n_ghosts = returns->oldest = 0;
	memset(returns->distances, 0, sizeof(returns->distances));
}

void returns_release(struct returns *returns)
{
	if (!returns)
		return;
	returns_clear(returns);
	*returns = (struct returns){0};
}

int returns_reserve(struct returns *returns)
{
	if (returns->ghosts || !returns->n_places)
		return 0;
	returns->ghosts = calloc(returns->n_places, sizeof(*returns->ghosts));
	returns->tree = calloc(returns->n_places + 1UL, sizeof(*returns->tree));
	/* As large as it can get, so that adding never fails. */
	if (returns->ghosts && returns->tree &&
	    index_reset(&returns->index, returns->n_places) == 0)
		return 0;
	returns_clear(returns);
	return -ENOMEM;
}

/* -- the tree -- */

static void tree_add(struct returns *returns, uint32_t place, uint32_t n)
{
	for (uint32_t i = place + 1; i <= returns->n_places; i += i & -i)
		returns->tree[i] += n;
}

/* Ghosts at places up to this one. */
static uint32_t tree_sum(const struct returns *returns, uint32_t place)
{
	uint32_t sum = 0;

	for (uint32_t i = place + 1; i; i -= i & -i)
		sum += returns->tree[i];
	return sum;
}

/* -- the array -- */

static uint64_t hash_key(const uint8_t *key, size_t size)
{
	return index_hash(key, size) | 1;
}

/* Of the key of rows[i], never 0. They lie scattered: those to come are asked for early. */
static uint64_t hash_of(const struct snap *snap, const uint32_t *rows, size_t i, size_t n)
{
	if (i + PREFETCH < n)
		__builtin_prefetch(snap_key(snap, rows[i + PREFETCH]));
	return hash_key(snap_key(snap, rows[i]), snap->key_stride);
}

/* Takes a ghost out. returns its place or INDEX_NONE. */
static uint32_t forget(struct returns *returns, uint64_t hash)
{
	uint32_t place = index_remove(&returns->index, (const uint8_t *)returns->ghosts,
				      sizeof(struct ghost), sizeof(hash), (const uint8_t *)&hash);

	if (place != INDEX_NONE) {
		returns->ghosts[place].hash = 0;
		tree_add(returns, place, UINT32_MAX);
		while (returns->oldest < returns->n_ghosts &&
		       !returns->ghosts[returns->oldest].hash)
			returns->oldest++;
	}
	return place;
}

static void append(struct returns *returns, struct ghost ghost)
{
	uint32_t place = returns->n_ghosts++;

	returns->ghosts[place] = ghost;
	index_add(&returns->index, (const uint8_t *)returns->ghosts, sizeof(ghost),
		  sizeof(ghost.hash), place);
	tree_add(returns, place, 1);
}

static void squeeze(struct returns *returns)
{
	uint32_t keep = returns->n_places - returns->n_places / SPARE, n_was = returns->n_ghosts;
	uint32_t n_old = returns->index.n_used > keep ? (uint32_t)returns->index.n_used - keep : 0;

	memset(returns->tree, 0, (returns->n_places + 1UL) * sizeof(*returns->tree));
	index_reset(&returns->index, returns->n_places); /* the same size: cannot fail */
	returns->n_ghosts = returns->oldest = 0;
	for (uint32_t i = 0; i < n_was; i++) {
		if (!returns->ghosts[i].hash)
			continue;
		if (n_old)
			n_old--;
		else
			append(returns, returns->ghosts[i]);
	}
}

static void remember(struct returns *returns, uint64_t hash, uint64_t gone_ns)
{
	forget(returns, hash);
	if (returns->n_ghosts == returns->n_places)
		squeeze(returns);
	append(returns, (struct ghost){hash, gone_ns});
}

/* -- readings -- */

/* One that stood at this place came back, behind n_before others of this reading. */
static void count_distance(struct returns *returns, size_t n_live, uint32_t place, size_t n_before)
{
	size_t n_above = returns->index.n_used - tree_sum(returns, place);
	double distance = (double)n_live + (double)(n_above + n_before) / returns->share;
	double step = distance * RETURNS_STEPS / returns->size;

	returns->distances[(size_t)fmin(step, RETURNS_DISTANCES - 1)]++;
}

static struct returned look_up(struct returns *returns, const struct snap *was,
			       const struct snap *is, const struct delta *delta)
{
	const uint32_t *fresh = (const uint32_t *)delta->fresh.at;
	struct returned back = {0};

	for (size_t i = 0; i < RETURNS_DISTANCES; i++)
		returns->distances[i] *= 1 - 1.0 / RETURNS_READINGS;
	for (size_t i = 0; i < delta->n_fresh; i++) {
		uint64_t hash = hash_of(is, fresh, i, delta->n_fresh);
		uint32_t place = hash <= returns->highest ? forget(returns, hash) : INDEX_NONE;

		if (place != INDEX_NONE && delta->knows_new) {
			uint64_t gone_ns = returns->ghosts[place].gone_ns;

			count_distance(returns, was->n_rows, place, back.n_followed);
			back.absent_ns = MAX_OF(back.absent_ns, is->ended_ns - gone_ns);
			comebacks_add(&returns->back, hash, gone_ns, is->ended_ns);
			back.n_back++;
		}
		back.n_followed += hash <= returns->highest;
	}
	return delta->knows_new ? back : (struct returned){0};
}

struct returned returns_follow(struct returns *returns, const struct snap *was,
			       const struct snap *is, const struct delta *delta)
{
	const uint32_t *gone = (const uint32_t *)delta->gone.at;
	struct returned back = {0};

	if (!returns->ghosts)
		return back;
	/* Where nothing has gone yet nothing can return: those that fill the map don't count. */
	if (returns->index.n_used)
		back = look_up(returns, was, is, delta);
	for (size_t i = 0; i < delta->n_gone; i++) {
		uint64_t hash = hash_of(was, gone, i, delta->n_gone);

		if (hash <= returns->highest)
			remember(returns, hash, is->ended_ns);
	}
	return back;
}

double returns_size_for(const struct returns *returns, double part)
{
	double total = 0, below = 0;

	for (size_t i = 0; i < RETURNS_DISTANCES; i++)
		total += returns->distances[i];
	if (!(total > 0))
		return NAN;
	for (size_t i = 0; i < RETURNS_DISTANCES; i++) {
		double n = returns->distances[i];

		if (n > 0 && below + n >= part * total)
			return ((double)i + (part * total - below) / n) * returns->size /
			       RETURNS_STEPS;
		below += n;
	}
	return (double)returns->size * RETURNS_DISTANCES / RETURNS_STEPS;
}

uint64_t returns_since_ns(const struct returns *returns)
{
	return returns->oldest < returns->n_ghosts ? returns->ghosts[returns->oldest].gone_ns : 0;
}

const struct comeback *returns_of(const struct returns *returns, const uint8_t *key, size_t size,
				  bool *follows_ret)
{
	uint64_t hash = hash_key(key, size);

	*follows_ret = returns->n_places && hash <= returns->highest;
	return comebacks_find(&returns->back, hash);
}
