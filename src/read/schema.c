/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Schemas are checked whole when they are read, so that a fault in one map's layout is met before the
 * map is; whether it fits the map is for schema_plan to see. */
#include "read/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "read/called.h"
#include "read/schema_json.h"
#include "read/schema_node.h"

enum { MAX_FOLD_CPUS = 65536 };

static int read_fold(struct schema_reader *reader, const cJSON *item, struct schema_map *map)
{
	static const char *const members[] = {"cpus", "order", NULL};
	const char *order = "key-cpu";
	int r;

	reader->side = "fold";
	if (!cJSON_IsObject(item))
		return schema_refuse(reader, "it is not {\"cpus\": number, \"order\": ...}");
	r = schema_only(reader, item, "fold", members);
	if (r == 0)
		r = schema_count(reader, item, "cpus", "fold", MAX_FOLD_CPUS, &map->fold.n_cpus);
	if (r >= 0)
		r = schema_text(reader, item, "order", "fold", &order);
	if (r < 0)
		return r;
	if (map->fold.n_cpus == 0)
		return schema_refuse(reader, "it needs \"cpus\", at least 1");
	map->fold.is_cpu_major = strcmp(order, "cpu-key") == 0;
	if (!map->fold.is_cpu_major && strcmp(order, "key-cpu") != 0)
		return schema_refuse(reader, "its order '%s' is neither 'key-cpu' nor 'cpu-key'",
				     order);
	map->is_folded = true;
	return 0;
}

static int read_sides(struct schema_reader *reader, const cJSON *item, struct schema_map *map)
{
	static const char *const members[] = {"key", "value", "variables", "fold", "comment", NULL};
	const cJSON *key = cJSON_GetObjectItemCaseSensitive(item, "key");
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, "value");
	const cJSON *variables = cJSON_GetObjectItemCaseSensitive(item, "variables");
	const cJSON *fold = cJSON_GetObjectItemCaseSensitive(item, "fold");
	int r = schema_only(reader, item, map->name, members);

	if (r == 0 && value && variables)
		r = schema_refuse(reader, "it has both a \"value\" and \"variables\"");
	if (r == 0 && variables && !cJSON_IsArray(variables))
		r = schema_refuse(reader, "its variables are not a list");
	reader->side = "key";
	if (r == 0 && key)
		r = schema_side(reader, key, &map->key);
	map->is_variables = variables != NULL;
	reader->side = variables ? "variables" : "value";
	if (r == 0 && (value || variables))
		r = schema_side(reader, value ? value : variables, &map->value);
	return r == 0 && fold ? read_fold(reader, fold, map) : r;
}

static int read_map(struct schema *schema, const cJSON *item, struct schema_map ***last,
		    struct err *err)
{
	struct schema_reader reader = {.schema = schema, .map = item->string, .err = err};
	struct schema_map *map;

	if (!cJSON_IsObject(item))
		return schema_refuse(&reader, "it is not {\"key\": ..., \"value\": ...}");
	for (map = schema->maps; map; map = map->next)
		if (strcmp(map->name, item->string) == 0)
			return schema_refuse(&reader, "it is described twice");
	map = arena_alloc(&schema->mem, sizeof(*map));
	if (!map)
		return schema_no_memory(&reader);
	map->schema = schema;
	map->name = arena_strdup(&schema->mem, item->string);
	if (!map->name)
		return schema_no_memory(&reader);
	**last = map;
	*last = &map->next;
	return read_sides(&reader, item, map);
}

static int read_maps(struct schema *schema, const cJSON *root, struct err *err)
{
	const cJSON *maps = cJSON_GetObjectItemCaseSensitive(root, "maps");
	struct schema_map **last = &schema->maps;
	int r = 0;

	if (!cJSON_IsObject(maps) || root->child->next)
		return err_set(err, -EINVAL, "schema '%s' is not {\"maps\": {...}} alone",
			       schema->name);
	for (const cJSON *item = maps->child; r == 0 && item; item = item->next)
		r = read_map(schema, item, &last, err);
	return r;
}

static unsigned line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static int parse(struct schema *schema, const char *text, size_t len, struct err *err)
{
	const char *end = text;
	cJSON *root;
	int r;

	if (memchr(text, '\0', len))
		return err_set(err, -EINVAL, "schema '%s' is not JSON: it has a NUL byte",
			       schema->name);
	root = cJSON_ParseWithLengthOpts(text, len + 1, &end, true);
	if (!root)
		return err_set(err, -EINVAL, "schema '%s' is not JSON: line %u makes no sense",
			       schema->name, line_of(text, end));
	r = read_maps(schema, root, err);
	cJSON_Delete(root);
	return r;
}

int schema_parse(const char *name, const char *text, size_t len, struct schema **out,
		 struct err *err)
{
	struct schema *schema = calloc(1, sizeof(*schema));
	int r = -ENOMEM;

	if (schema)
		schema->name = arena_strdup(&schema->mem, name);
	if (schema && schema->name)
		r = parse(schema, text, len, err);
	else
		err_set(err, r, "out of memory for schema '%s'", name);
	if (r < 0)
		schema_free(schema);
	else
		*out = schema;
	return r;
}

int schema_load(const char *path, struct schema **out, struct err *err)
{
	SCOPED(buf) text = {0};
	int r = file_read(path, SCHEMA_MAX_BYTES, &text);

	if (r < 0)
		return err_set(err, r, "cannot read schema '%s': %s", path, err_words(r));
	return schema_parse(path, buf_text(&text), text.len, out, err);
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	arena_release(&schema->mem);
	free(schema);
}

static bool side_fits(const struct schema_node *side, uint32_t size)
{
	return !side || side->proto.size == size;
}

static bool has_sizes(const struct schema_map *entry, const struct map *map)
{
	return side_fits(entry->key, map->key_size) &&
	       (entry->is_variables || side_fits(entry->value, map->value_size));
}

int schema_find(const struct schema *schema, const struct map *map, const struct schema_map **out,
		struct err *err)
{
	struct called called = {.map = map};
	SCOPED(buf) what = {0};
	const void *found = NULL;
	int r;

	for (const struct schema_map *entry = schema->maps; entry; entry = entry->next)
		called_meet(&called, entry->name, has_sizes(entry, map), entry);
	buf_addf(&what, "schema '%s'", schema->name);
	r = called_pick(&called, buf_text(&what), &found, err);
	*out = found;
	return r;
}

void schema_names(const struct schema *schema, struct buf *out)
{
	for (const struct schema_map *entry = schema->maps; entry; entry = entry->next)
		buf_addf(out, "%s'%s'", entry == schema->maps ? "" : ", ", entry->name);
}

const struct schema_fold *schema_fold_of(const struct schema_map *entry)
{
	return entry->is_folded ? &entry->fold : NULL;
}
