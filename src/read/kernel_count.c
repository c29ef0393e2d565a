/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts of entries without reading: the kernel keeps one for most of its types, and an iterator of our
 * own adds it up for every map in one walk. */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "read/kernel.h"

static int compare_records(const void *a, const void *b)
{
	const struct count_record *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void join_counts(struct count_record *records, size_t n, struct map_list *maps)
{
	if (n)
		qsort(records, n, sizeof(*records), compare_records);
	for (size_t i = 0; i < maps->n; i++) {
		struct map *map = &maps->maps[i];
		const struct count_record key = {.id = map->id};
		const struct count_record *found =
			n ? bsearch(&key, records, n, sizeof(key), compare_records) : NULL;

		if (!found || map->type->is_array)
			continue;
		/* Counters of CPUs are added while they run: for a moment the sum may be off. */
		map->n_entries = (uint64_t)MAX_OF(found->count, (int64_t)0);
		map->entries_known = true;
	}
}

static struct count_record *first_of(const struct buf *records, size_t *n_ret)
{
	*n_ret = records->len / sizeof(struct count_record);
	return (struct count_record *)(void *)records->at;
}

int kernel_count(struct source *source, struct map_list *maps)
{
	SCOPED(buf) records = {0};
	int r = own_read(own_counts(&((struct kernel *)source)->own), &records);
	size_t n;

	if (r == 0) {
		struct count_record *first = first_of(&records, &n);

		join_counts(first, n, maps);
	}
	return r;
}

bool kernel_count_one(struct kernel *kernel, const struct map *map, uint64_t *n_ret)
{
	SCOPED(buf) records = {0};
	const struct count_record *at;
	size_t n;

	if (map->type->is_array) {
		*n_ret = map->max_entries;
		return true;
	}
	if (own_read(own_counts(&kernel->own), &records) < 0)
		return false;
	at = first_of(&records, &n);
	for (size_t i = 0; i < n; i++)
		if (at[i].id == map->id) {
			*n_ret = (uint64_t)MAX_OF(at[i].count, (int64_t)0);
			return true;
		}
	return false;
}
