/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The keys and values of maps as C declarations: what each is, by which name it goes, and each type once. */
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/plan.h"
#include "out/declare.h"
#include "out/out.h"

/* What the layout itself calls the side's type, "" where that is no tag, or one that <linux/bpf.h> may have. */
static const char *own_tag(const struct group *roots)
{
	const char *space = strchr(roots->from->type, ' ');

	if (!declare_is_one(roots) || !declare_is_group(roots->from) || !space ||
	    strpbrk(space + 1, " *[(") || strncmp(space + 1, "bpf_", 4) == 0)
		return "";
	return space + 1;
}

/* Records do not begin at the value's first byte; what is part of an element counts from that. */
static uint32_t place_in(const struct group *side, const struct field *field)
{
	return field->in_array ? field->offset : field->offset - side->from->offset;
}

static bool same_type(const struct group *a, const struct group *b)
{
	if (!*own_tag(a) || strcmp(own_tag(a), own_tag(b)) != 0 || a->size != b->size ||
	    a->end - a->from != b->end - b->from)
		return false;
	for (ptrdiff_t i = 1; i < a->end - a->from; i++) {
		const struct field *x = &a->from[i], *y = &b->from[i];

		if (strcmp(x->path, y->path) != 0 || strcmp(x->type, y->type) != 0 ||
		    place_in(a, x) != place_in(b, y) || x->size != y->size)
			return false;
	}
	return true;
}

/* Of a ring buffer the record, without what the kernel says of it; of which nothing is known it is nothing. */
static struct group record_of(const struct plan *plan)
{
	const struct field *from = plan->fields + plan->n_key_fields;
	const struct field *end = plan->fields + plan->n_fields;

	while (from < end && from->offset < plan->record_from)
		from += from->n_below + 1;
	if (from < end && from->is_record)
		from = end;
	return (struct group){
		.from = from,
		.end = end,
		.base = plan->record_from,
		.size = from < end && declare_is_last(from, end)
				? from->size
				: plan->value_size - plan->record_from,
	};
}

/* A key that is made for rows, of what has none or has a file's descriptor, is nothing of the map's. */
static struct group side_of(const struct out_layout *layout, bool in_value)
{
	const struct map *map = layout->map;
	const struct plan *plan = layout->plan;

	if (in_value && plan->record_from)
		return record_of(plan);
	return (struct group){
		.from = plan->fields + (in_value ? plan->n_key_fields : 0),
		.end = plan->fields + (in_value		   ? plan->n_fields
				       : map->row_key_size ? 0
							   : plan->n_key_fields),
		.size = in_value ? plan->value_size : plan->key_size,
	};
}

/* The first side before this one that goes by the same tag; false: there is none. */
static bool find_tag(const struct out_layout *layouts, size_t n, const struct group *roots,
		     struct group *ret)
{
	for (size_t i = 0; *own_tag(roots) && i < 2 * n; i++) {
		struct group side = side_of(&layouts[i / 2], i % 2);

		if (side.from == roots->from)
			return false;
		if (side.from == side.end || strcmp(own_tag(&side), own_tag(roots)) != 0)
			continue;
		*ret = side;
		return true;
	}
	return false;
}

static bool is_repeated(const struct out_layout *layouts, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(layouts[j].map->name, layouts[i].map->name) == 0)
			return true;
	return false;
}

/* "flows_value", of a further map of that name "flows_41_value". */
static void name_by_map(const struct out_layout *layouts, size_t i, bool in_value,
			struct declare *named)
{
	declare_name(named, layouts[i].map->name);
	if (is_repeated(layouts, i))
		buf_addf(named->out, "_%u", layouts[i].map->id);
	buf_adds(named->out, in_value ? "_value" : "_key");
}

/* A type that was written already is only named; another one of the same name is called after its map. */
static void write_side(struct declare *declare, const struct out_layout *layouts, size_t i,
		       bool in_value)
{
	struct group roots = side_of(&layouts[i], in_value), before;
	bool is_taken, is_written;
	SCOPED(buf) name = {0};
	struct declare named = {.out = &name};

	if (roots.from == roots.end)
		return;
	is_taken = find_tag(layouts, i + 1, &roots, &before);
	is_written = is_taken && same_type(&roots, &before);
	if (*own_tag(&roots) && (!is_taken || is_written))
		declare_name(&named, own_tag(&roots));
	else
		name_by_map(layouts, i, in_value, &named);
	buf_addf(declare->out, "\n/* %s of map '", in_value ? "value" : "key");
	declare_name(declare, layouts[i].map->name);
	if (is_written) {
		buf_addf(declare->out, "': %s %s, as above */\n",
			 roots.from->kind == FIELD_UNION ? "union" : "struct", buf_text(&name));
		return;
	}
	buf_adds(declare->out, "' */\n");
	declare_root(declare, &roots, buf_text(&name));
}

void out_plans_c(const struct out_layout *layouts, size_t n, struct buf *out)
{
	buf_adds(out, "#include <linux/types.h>\n#include <stdbool.h>\n");
	for (size_t i = 0; i < n; i++) {
		struct declare declare = {.plan = layouts[i].plan, .out = out};

		write_side(&declare, layouts, i, false);
		write_side(&declare, layouts, i, true);
	}
}
