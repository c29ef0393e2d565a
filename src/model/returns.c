/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring of hashes with an index over it. Invariant: a hash stands in the ring at most once, and every
 * place that isn't free is in the index. Two keys with one hash of 64 bits would count as one; among
 * the few keys remembered that is not going to happen by accident. */
#include "model/returns.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/tidy.h"
#include "model/delta.h"
#include "model/snap.h"

enum { PREFETCH = 16 };

void returns_release(struct returns *returns)
{
	if (!returns)
		return;
	free(returns->hashes);
	index_release(&returns->index);
	*returns = (struct returns){0};
}

int returns_reserve(struct returns *returns)
{
	if (returns->hashes)
		return 0;
	returns->hashes = calloc(RETURNS_KEYS, sizeof(uint64_t));
	/* As large as it can get, so that adding never fails. */
	if (returns->hashes && index_reset(&returns->index, RETURNS_KEYS + 1) == 0)
		return 0;
	returns_release(returns);
	return -ENOMEM;
}

/* Of the key of rows[i]. They lie scattered: those to come are asked for early. */
static uint64_t hash_of(const struct snap *snap, const uint32_t *rows, size_t i, size_t n)
{
	if (i + PREFETCH < n)
		__builtin_prefetch(snap_key(snap, rows[i + PREFETCH]));
	return index_hash(snap_key(snap, rows[i]), snap->key_stride) | 1;
}

static uint32_t forget(struct returns *returns, uint64_t hash)
{
	uint32_t place = index_remove(&returns->index, (const uint8_t *)returns->hashes,
				      sizeof(hash), sizeof(hash), (const uint8_t *)&hash);

	if (place != INDEX_NONE)
		returns->hashes[place] = 0;
	return place;
}

static void remember(struct returns *returns, uint64_t hash)
{
	uint32_t place = returns->next++ % RETURNS_KEYS;

	forget(returns, hash);
	if (returns->hashes[place])
		forget(returns, returns->hashes[place]);
	returns->hashes[place] = hash;
	index_add(&returns->index, (const uint8_t *)returns->hashes, sizeof(hash), sizeof(hash),
		  place);
}

size_t returns_follow(struct returns *returns, const struct snap *was, const struct snap *is,
		      const struct delta *delta)
{
	const uint32_t *fresh = (const uint32_t *)delta->fresh.at;
	const uint32_t *gone = (const uint32_t *)delta->gone.at;
	size_t n_back = 0, first = 0;

	if (!returns->hashes)
		return 0;
	for (size_t i = 0; i < delta->n_fresh && returns->index.n_used; i++)
		n_back += forget(returns, hash_of(is, fresh, i, delta->n_fresh)) != INDEX_NONE;
	if (delta->n_gone > RETURNS_KEYS)
		first = delta->n_gone - RETURNS_KEYS; /* the others would be pushed out at once */
	for (size_t i = first; i < delta->n_gone; i++)
		remember(returns, hash_of(was, gone, i, delta->n_gone));
	return delta->knows_new ? n_back : 0;
}
