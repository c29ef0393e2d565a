/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a schema's trees to the plan of one map: sizes are compared first, so that a layout that doesn't fit
 * is refused with both sizes and not with the first field that happens to stick out. */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "read/schema_json.h"
#include "read/schema_node.h"
#include "read/shape.h"

static int add_node(struct plan *plan, bool in_value, const struct schema_node *node, uint32_t base,
		    struct err *err)
{
	struct field field = node->proto;
	uint32_t inside;
	int r;

	field.offset += base;
	r = plan_add(plan, in_value, &field, err);
	if (r < 0 || !field_is_container(&field))
		return r;
	inside = field.kind == FIELD_ARRAY ? 0 : field.offset;
	for (const struct schema_node *below = node->below; r == 0 && below; below = below->next) {
		struct schema_node hidden = *below;

		hidden.proto.is_hidden |= field.is_hidden;
		r = add_node(plan, in_value, &hidden, inside, err);
	}
	return r == 0 ? plan_close(plan, err) : r;
}

/* The member of the side at which it and the map part: the first that reaches beyond, else the last. */
static const struct schema_node *parting(const struct schema_node *side, uint32_t map_size)
{
	const struct schema_node *node = side->proto.kind == FIELD_ARRAY ? NULL : side->below;

	for (; node; node = node->next)
		if ((uint64_t)node->proto.offset + node->proto.size > map_size || !node->next)
			return node;
	return NULL;
}

static int sizes_part(const struct schema_map *entry, const struct schema_node *side,
		      const char *name, uint32_t map_size, struct err *err)
{
	const struct schema_node *node = parting(side, map_size);

	if (!node)
		return err_set(err, -EINVAL,
			       "schema '%s' gives %ss of map '%s' %u %s and the map's have %u",
			       entry->schema->name, name, entry->name, side->proto.size,
			       num_noun(side->proto.size, "byte", "bytes"), map_size);
	return err_set(err, -EINVAL,
		       "schema '%s' gives %ss of map '%s' %u %s and the map's have %u: they "
		       "part %s '%s', "
		       "byte %u",
		       entry->schema->name, name, entry->name, side->proto.size,
		       num_noun(side->proto.size, "byte", "bytes"), map_size,
		       side->proto.size > map_size ? "at" : "behind", node->proto.name,
		       node->proto.offset);
}

static int add_unsaid(struct plan *plan, bool in_value, const struct map *map, struct err *err)
{
	const struct shape *shape = shape_of(map);

	if (shape_says(shape, in_value) != SHAPE_NOTHING)
		return shape_add(shape, map, in_value, plan, err);

	const struct field field = {
		.kind = FIELD_BYTES,
		.type = "bytes",
		.size = in_value ? plan->value_size : plan->key_size,
	};

	return field.size ? plan_add(plan, in_value, &field, err) : 0;
}

void schema_size_rows(const struct schema_map *entry, struct map *map)
{
	if (entry->value)
		shape_size_records(map, entry->value->proto.size);
}

/* A record of a ring buffer: the kernel says how long it is, the schema what it holds. */
static int add_record(const struct schema_map *entry, const struct map *map, struct plan *plan,
		      struct err *err)
{
	const struct shape *shape = shape_of(map);
	uint32_t at = shape_payload_at(shape), room = plan->value_size - at;
	int r = shape_add_before_payload(shape, map, plan, err);

	if (r == 0 && entry->value->proto.size > room)
		return err_set(
			err, -EINVAL,
			"schema '%s' gives records of map '%s' %u bytes and only their first "
			"%u are looked at",
			entry->schema->name, entry->name, entry->value->proto.size, room);
	return r == 0 ? add_node(plan, true, entry->value, at, err) : r;
}

static int add_side(const struct schema_map *entry, const struct map *map, bool in_value,
		    struct plan *plan, struct err *err)
{
	const struct schema_node *side = in_value ? entry->value : entry->key;
	uint32_t map_size = in_value ? plan->value_size : plan->key_size;
	bool is_variables = in_value && entry->is_variables;
	int r = 0;

	if (!side)
		return add_unsaid(plan, in_value, map, err);
	if (in_value && shape_payload_at(shape_of(map)))
		return add_record(entry, map, plan, err);
	if (is_variables ? side->proto.size > map_size : side->proto.size != map_size)
		return sizes_part(entry, side, in_value ? "value" : "key", map_size, err);
	if (!is_variables)
		return add_node(plan, in_value, side, 0, err);
	plan->is_variables = true;
	for (const struct schema_node *below = side->below; r == 0 && below; below = below->next)
		r = add_node(plan, in_value, below, 0, err);
	return r;
}

int schema_plan(const struct schema_map *entry, const struct map *map, struct plan *out,
		struct err *err)
{
	struct err why = {0};
	int r;

	plan_begin(out, (uint32_t)map_key_stride(map), (uint32_t)map_copy_size(map), "schema");
	r = add_side(entry, map, false, out, err);
	if (r == 0)
		r = add_side(entry, map, true, out, err);
	if (r == 0) {
		r = plan_finish(out, &why);
		if (r < 0)
			err_set(err, r, "schema '%s', map '%s': %s", entry->schema->name,
				entry->name, why.text);
	}
	if (r < 0)
		plan_release(out);
	return r;
}
