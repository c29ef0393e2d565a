/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether an LRU map turned over under its reader: rows from all over the reading are looked up once
 * more when it is done. One that is gone was pushed out (or deleted) meanwhile, so that the rows were never
 * in the map all at once. A lookup by system call doesn't count as use.
 * source: htab_lru_map_lookup_elem_sys(), kernel/bpf/hashtab.c */
#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"

enum { LOOKED_AT_AGAIN = 64 };

int evicted_look(const struct cursor *cursor, struct snap *snap)
{
	size_t n = MIN_OF(snap->n_rows, (size_t)LOOKED_AT_AGAIN);
	uint8_t *value;

	if (!cursor->map->type->is_lru || !n)
		return 0;
	value = malloc(MAX_OF(snap->val_stride, 1u));
	if (!value)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *key = snap_key(snap, i * snap->n_rows / n);

		snap->n_calls++;
		if (bpf_map_lookup_elem_flags(cursor->fd, key, value, cursor->elem_flags) ==
		    -ENOENT)
			snap->n_evicted++;
	}
	free(value);
	snap->n_looked_again = n;
	if (snap->n_evicted)
		snap->notes |= SNAP_EVICTED;
	return 0;
}
