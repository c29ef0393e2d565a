/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading of the array goes into rows of the cursor's own; when it is over, rows are put together key by
 * key, some in each step. Entries of arrays are never absent and come in the order of their index, so
 * what was read is a prefix, and a key is whole when the last of its entries lies within it: keys of
 * which a CPU is missing are left out rather than shown with zeros. */
#include "read/fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/schema.h"
#include "read/source.h"

enum { VALUES_PER_STEP = 65536 };

struct fold {
	struct source source;
	struct source *inner; /* borrowed */
	struct schema_fold how;
	struct map array; /* the map as it is; strings borrowed */
	uint32_t n_keys;
};

struct cursor {
	const struct fold *fold;
	struct cursor *inner; /* NULL once it ended */
	struct snap rows;     /* of the array */
	size_t n_keys;	      /* whole ones */
	int code;	      /* how the reading of the array ended */
};

static size_t entry_of(const struct fold *fold, size_t key, size_t cpu)
{
	return fold->how.is_cpu_major ? cpu * fold->n_keys + key : key * fold->how.n_cpus + cpu;
}

static size_t whole_keys(const struct fold *fold, size_t n_rows)
{
	size_t before = (size_t)(fold->how.n_cpus - 1) * fold->n_keys;

	if (!fold->how.is_cpu_major)
		return n_rows / fold->how.n_cpus;
	return n_rows > before ? n_rows - before : 0;
}

/* So many rows of the array as whole keys need. */
static size_t rows_for(const struct fold *fold, size_t n_keys)
{
	if (n_keys == 0 || n_keys >= fold->n_keys)
		return 0;
	return entry_of(fold, n_keys - 1, fold->how.n_cpus - 1) + 1;
}

/* The reading's facts are the array's; its rows are not. */
static void copy_facts(const struct cursor *cursor, struct snap *snap)
{
	struct snap own = *snap;

	*snap = cursor->rows;
	snap->keys = own.keys;
	snap->vals = own.vals;
	snap->key_stride = own.key_stride;
	snap->val_stride = own.val_stride;
	snap->n_rows = own.n_rows;
	snap->number = own.number;
	snap->n_missed = own.n_missed;
	snap->n_there /= cursor->fold->how.n_cpus;
}

static void end_inner(struct cursor *cursor, struct snap *snap)
{
	if (!cursor->inner)
		return;
	cursor->fold->inner->ops->end(cursor->inner, &cursor->rows);
	cursor->inner = NULL;
	copy_facts(cursor, snap);
	cursor->n_keys = whole_keys(cursor->fold, cursor->rows.n_rows);
}

/* false: the rows of the array are not in order, and nothing can be said of them. */
static bool add_key(const struct cursor *cursor, uint32_t key, struct snap *snap)
{
	size_t stride = snap->val_stride / cursor->fold->how.n_cpus;
	uint8_t *value = snap->vals.at + snap->n_rows * snap->val_stride;

	memset(value, 0, snap->val_stride);
	for (uint32_t cpu = 0; cpu < cursor->fold->how.n_cpus; cpu++, value += stride) {
		size_t entry = entry_of(cursor->fold, key, cpu);
		uint32_t index;

		memcpy(&index, snap_key(&cursor->rows, entry), sizeof(index));
		if (index != entry)
			return false;
		memcpy(value, snap_value(&cursor->rows, entry), cursor->rows.val_stride);
	}
	memcpy(snap->keys.at + snap->n_rows * snap->key_stride, &key, sizeof(key));
	snap->n_rows++;
	return true;
}

static int failed(struct snap *snap, int code, struct err *err)
{
	snap->notes |= SNAP_PARTIAL;
	snap->error = code;
	return err_set(err, code, "the entries of an array cannot be folded: %s", err_words(code));
}

/* Adds some more keys. */
static int fold_some(struct cursor *cursor, struct snap *snap, struct err *err)
{
	size_t most = MAX_OF(VALUES_PER_STEP / cursor->fold->how.n_cpus, 1u);
	size_t end = MIN_OF(cursor->n_keys, snap->n_rows + most);

	if (snap_reserve(snap, end - snap->n_rows) < 0)
		return failed(snap, -ENOMEM, err);
	while (snap->n_rows < end)
		if (!add_key(cursor, (uint32_t)snap->n_rows, snap))
			return failed(snap, -EIO, err);
	return snap->n_rows < cursor->n_keys ? STEP_MORE : cursor->code;
}

static int fold_step(struct cursor *cursor, struct snap *snap, struct err *err)
{
	if (!cursor->inner)
		return fold_some(cursor, snap, err);
	cursor->code = cursor->fold->inner->ops->step(cursor->inner, &cursor->rows, err);
	if (cursor->code != STEP_MORE)
		end_inner(cursor, snap);
	return STEP_MORE;
}

static void fold_end(struct cursor *cursor, struct snap *snap)
{
	end_inner(cursor, snap);
	if (snap->n_rows < cursor->n_keys && !(snap->notes & SNAP_PARTIAL)) {
		snap->notes |= SNAP_PARTIAL;
		snap->error = -EINTR;
	}
	snap_release(&cursor->rows);
	free(cursor);
}

static int fold_begin(struct source *source, const struct map *map, const struct read_plan *how,
		      struct snap *snap, struct cursor **cursor_ret, struct err *err)
{
	struct fold *fold = (struct fold *)source;
	struct cursor *cursor = calloc(1, sizeof(*cursor));
	struct read_plan of_array = *how;
	int r;

	if (!cursor)
		return err_set(err, -ENOMEM, "out of memory for a reading of map '%s'", map->name);
	cursor->fold = fold;
	of_array.max_rows = rows_for(fold, how->max_rows);
	snap_clear(snap, map);
	snap_clear(&cursor->rows, &fold->array);
	r = fold->inner->ops->begin(fold->inner, &fold->array, &of_array, &cursor->rows,
				    &cursor->inner, err);
	if (r < 0) {
		snap_release(&cursor->rows);
		free(cursor);
		return r;
	}
	*cursor_ret = cursor;
	return 0;
}

static void fold_free(struct source *source)
{
	free(source);
}

static const struct source_ops fold_ops = {
	.name = "fold",
	.begin = fold_begin,
	.step = fold_step,
	.end = fold_end,
	.free = fold_free,
};

const struct schema_fold *source_fold_how(const struct source *source)
{
	return source->ops == &fold_ops ? &((const struct fold *)source)->how : NULL;
}

int source_fold_new(struct source *inner, const struct schema_fold *how, struct map *map,
		    struct source **out, struct err *err)
{
	struct fold *fold;

	if (!map->type->is_array || map->type->is_per_cpu || map->key_size != sizeof(uint32_t))
		return err_set(err, -EINVAL, "map '%s' can't be folded: it is %s, not an array",
			       map->name, map->type->name);
	if (map->max_entries % how->n_cpus)
		return err_set(err, -EINVAL,
			       "map '%s' can't be folded: its %u %s not a multiple of %u CPUs",
			       map->name, map->max_entries,
			       num_noun(map->max_entries, "entry is", "entries are"), how->n_cpus);
	fold = calloc(1, sizeof(*fold));
	if (!fold)
		return err_set(err, -ENOMEM, "out of memory for map '%s'", map->name);
	fold->source.ops = &fold_ops;
	fold->inner = inner;
	fold->how = *how;
	fold->array = *map;
	fold->n_keys = map->max_entries / how->n_cpus;
	map->type = maptype_named("percpu_array");
	map->n_cpus = how->n_cpus;
	map->max_entries = map->n_entries = fold->n_keys; /* as any array, it is full */
	map->entries_known = true;
	*out = &fold->source;
	return 0;
}
