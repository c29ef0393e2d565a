// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which layout a map is shown in. What a person says comes before what the map says of itself; the schema,
 * which is written by hand, before the object file. */
#include <errno.h>

#include "app/options.h"
#include "app/watch.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "out/out.h"
#include "read/fold.h"
#include "read/object.h"
#include "read/replay.h"
#include "read/schema.h"
#include "read/spec.h"

static int load(struct watch_set *set, struct err *err)
{
	const struct options *options = set->options;
	int r = 0;

	if (options->schema && !set->schema)
		r = schema_load(options->schema, &set->schema, err);
	if (r == 0 && options->object && !set->object)
		r = object_load(options->object, &set->object, err);
	return r;
}

/* How a map that is about to be opened is to be folded; NULL: not. The recording of a folded map is folded already,
 * and what bpftool prints is the map as it is. */
static const struct schema_fold *fold_of(const struct options *options,
					 const struct schema_map *entry,
					 const struct source *source, const struct map *map)
{
	const struct schema_fold *fold = schema_fold_of(entry);

	if (!fold || options->output == &out_bpftool ||
	    (source_is_tape(source) && map->type->is_per_cpu && map->n_cpus == fold->n_cpus))
		return NULL;
	return fold;
}

static int plan_of_schema(const struct schema_map *entry, const struct schema_fold *fold,
			  struct source *source, struct map *map, struct plan *plan,
			  struct source **reader, struct err *err)
{
	int r = fold ? source_fold_new(source, fold, map, reader, err) : 0;

	if (!source_is_tape(source)) /* there the rows are as they were recorded */
		schema_size_rows(entry, map);
	if (r == 0)
		r = schema_plan(entry, map, plan, err);
	if (r < 0 && *reader != source) {
		(*reader)->ops->free(*reader);
		*reader = source;
	}
	return r;
}

static int plan_of_object(const struct object *object, const struct source *source, struct map *map,
			  struct plan *plan, struct err *err)
{
	if (!object)
		return -ENOENT;
	if (!source_is_tape(source))
		object_size_rows(object, map);
	return object_plan(object, map, plan, err);
}

int watch_set_layout(struct watch_set *set, struct source *source, struct map *map,
		     struct plan *plan, struct source **reader, struct err *err)
{
	const struct schema_map *entry = NULL;
	int r = load(set, err);

	if (r == 0 && set->schema)
		r = schema_find(set->schema, map, &entry, err);
	if (r < 0)
		return r;
	if (entry)
		r = plan_of_schema(entry, fold_of(set->options, entry, source, map), source, map,
				   plan, reader, err);
	else
		r = plan_of_object(set->object, source, map, plan, err);
	set->n_described += r == 0;
	if (r == -ENOENT && !entry)
		r = source->ops->plan(source, map, plan, err);
	return r == 0 ? plan_words(plan, set->options->hex_width, err) : r;
}

/* Of a map of its own: a layout may change what it is taken for. */
int watch_set_describe(struct watch_set *set, uint32_t id, struct buf *out, struct err *err)
{
	const struct spec spec = {.kind = SPEC_ID, .id = id, .text = ""};
	struct source *kernel = watch_set_kernel(set, err), *reader = kernel;
	SCOPED(map_list) found = {0};
	SCOPED(plan) plan = {0};
	int r = kernel ? kernel->ops->find(kernel, &spec, &found, err) : -ENOMEM;

	if (r == 0)
		r = watch_set_layout(set, kernel, &found.maps[0], &plan, &reader, err);
	if (reader != kernel)
		reader->ops->free(reader);
	if (r < 0)
		return r;
	plan_about(&plan, out);
	plan_text(&plan, NULL, NULL, out);
	return 0;
}

static int nothing_described(const struct watch_set *set, struct err *err)
{
	const char *name = set->watches[0]->table.map.name;
	SCOPED(buf) names = {0};

	if (!set->schema)
		return err_set(err, -EINVAL, "object '%s' says nothing of map '%s'",
			       set->options->object, name);
	schema_names(set->schema, &names);
	return err_set(err, -EINVAL, "schema '%s' says nothing of map '%s', only of: %s",
		       set->options->schema, name, names.len ? buf_text(&names) : "no map at all");
}

static int check_words_of(const struct table *table, unsigned width, struct err *err)
{
	if (plan_has_unknown(&table->plan))
		return plan_check_words(&table->plan, width, table->map.name, err);
	return err_set(err, -EINVAL, "map '%s' has a layout; --hex-width is for maps without one",
		       table->map.name);
}

/* Where words were asked for and nothing is shown in any; the first map says why. */
static int check_words(const struct watch_set *set, struct err *err)
{
	unsigned width = set->options->hex_width;
	struct err first = {0};

	for (size_t i = 0; width && i < set->n; i++)
		if (check_words_of(&set->watches[i]->table, width, i ? NULL : &first) == 0)
			return 0;
	return err_set(err, first.code, "%s", first.text);
}

/* A layout that was asked for and isn't used is more likely a slip than a wish. */
int watch_set_check_layouts(const struct watch_set *set, struct err *err)
{
	if (set->n && !set->n_described && (set->schema || set->object))
		return nothing_described(set, err);
	return check_words(set, err);
}
