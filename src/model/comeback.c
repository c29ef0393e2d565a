/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring of keys with an index over it: who is new takes the place of the oldest. */
#include "model/comeback.h"

#include <stdlib.h>

enum { HASH_BYTES = sizeof(uint64_t) };

void comebacks_release(struct comebacks *comebacks)
{
	free(comebacks->at);
	index_release(&comebacks->index);
	*comebacks = (struct comebacks){0};
}

static int make_room(struct comebacks *comebacks)
{
	if (comebacks->at)
		return 0;
	comebacks->at = calloc(COMEBACKS, sizeof(*comebacks->at));
	if (comebacks->at && index_reset(&comebacks->index, COMEBACKS) == 0)
		return 0;
	comebacks_release(comebacks);
	return -1;
}

static struct comeback *find(const struct comebacks *comebacks, uint64_t hash)
{
	uint32_t place;

	if (!comebacks->at)
		return NULL;
	place = index_find(&comebacks->index, (const uint8_t *)comebacks->at,
			   sizeof(*comebacks->at), HASH_BYTES, (const uint8_t *)&hash);
	return place == INDEX_NONE ? NULL : &comebacks->at[place];
}

void comebacks_add(struct comebacks *comebacks, uint64_t hash, uint64_t gone_ns, uint64_t back_ns)
{
	struct comeback *old = find(comebacks, hash);
	uint32_t place;

	if (old) {
		*old = (struct comeback){hash, gone_ns, back_ns, old->n + 1};
		return;
	}
	if (make_room(comebacks) < 0)
		return;
	place = comebacks->n % COMEBACKS;
	if (comebacks->n >= COMEBACKS)
		index_remove(&comebacks->index, (const uint8_t *)comebacks->at,
			     sizeof(*comebacks->at), HASH_BYTES,
			     (const uint8_t *)&comebacks->at[place].hash);
	comebacks->at[place] = (struct comeback){hash, gone_ns, back_ns, 1};
	comebacks->n = comebacks->n + 1 < 2 * COMEBACKS ? comebacks->n + 1 : COMEBACKS;
	index_add(&comebacks->index, (const uint8_t *)comebacks->at, sizeof(*comebacks->at),
		  HASH_BYTES, place);
}

const struct comeback *comebacks_find(const struct comebacks *comebacks, uint64_t hash)
{
	return find(comebacks, hash);
}
