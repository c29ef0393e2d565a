/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plan written down as a schema. Every member says its offset, and a bitfield its bit, so that nothing
 * depends on how fields without one are placed; every leaf says its format, so that nothing depends on
 * how formats are chosen. It is meant to be edited: a line a field. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/place.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/plan.h"
#include "read/schema.h"
#include "read/schema_type.h"
#include "read/shape.h"

/* Doubles are sure of whole numbers up to here; beyond, a schema has them as text. */
static const uint64_t exact_max = UINT64_C(1) << 53;

static void write_fields(struct json *json, const char *name, const struct field *from,
			 const struct field *end, uint32_t base);

static bool is_group(const struct field *field)
{
	return field->kind == FIELD_STRUCT || field->kind == FIELD_UNION;
}

static void write_value(struct json *json, const struct field *field, int64_t value)
{
	bool is_negative = field->is_signed && value < 0;
	uint64_t size = is_negative ? -(uint64_t)value : (uint64_t)value;
	char text[24];

	if (size <= exact_max) {
		json_int(json, value);
		return;
	}
	snprintf(text, sizeof(text), "%s%llu", is_negative ? "-" : "", (unsigned long long)size);
	json_text(json, text);
}

static void write_values(struct json *json, const struct field *field)
{
	json_name(json, "values");
	json_open(json, '{');
	for (uint32_t i = 0; i < field->n_names; i++) {
		json_name(json, field->names[i].name);
		write_value(json, field, field->names[i].value);
	}
	json_close(json, '}');
}

/* "u32[2][3]": the arrays from field down to its element, and before them what the element is. Its own
 * length, of text and bytes, is the innermost dimension. */
static void write_type(struct json *json, const struct field *field, const struct field *element)
{
	SCOPED(buf) own = {0}, type = {0};
	size_t base_len;

	schema_type_text(element, &own);
	base_len = strcspn(buf_text(&own), "[");
	buf_add(&type, buf_text(&own), base_len);
	for (; field < element; field++)
		buf_addf(&type, "[%u]", field->count);
	buf_adds(&type, buf_text(&own) + base_len);
	json_member_text(json, "type", buf_text(&type));
}

/* The same of a struct or union: "count":[2,3],"size":8,"fields":[...]. */
static void write_group(struct json *json, const struct field *field, const struct field *element)
{
	if (field < element) {
		json_name(json, "count");
		json_open(json, '[');
		for (; field < element; field++)
			json_uint(json, field->count);
		json_close(json, ']');
	}
	json_member_uint(json, "size", element->size);
	write_fields(json, element->kind == FIELD_UNION ? "union" : "fields", element + 1,
		     element + 1 + element->n_below, element->offset);
}

static void write_place(struct json *json, const struct field *field, uint32_t base)
{
	json_member_uint(json, "offset", field->offset - base);
	if (!field->is_bitfield)
		return;
	json_member_uint(json, "bit", field->bit_shift);
	json_member_uint(json, "bits", field->bit_size);
}

/* The outermost that doesn't show its parts. */
static void write_format(struct json *json, const struct field *field, const struct field *element)
{
	while (field < element && field_is_nested(field))
		field++;
	if (!field_is_nested(field) && field->kind != FIELD_SPECIAL)
		json_member_text(json, "format", field->format->name);
}

/* Does the name of the outermost array tell those of the ones in it? Not where typedefs stand for dimensions. */
static bool are_cut(const struct field *field, const struct field *element)
{
	SCOPED(buf) name = {0};

	buf_adds(&name, field->type);
	for (; field < element && name.len; field++) {
		schema_type_cut(name.at);
		if (strcmp(name.at, field[1].type) != 0)
			return false;
	}
	return true;
}

static void write_c_types(struct json *json, const struct field *field, const struct field *element)
{
	if (!field->type[0])
		return;
	if (are_cut(field, element)) {
		json_member_text(json, "ctype", field->type);
		return;
	}
	json_name(json, "ctype");
	json_open(json, '[');
	for (; field <= element; field++)
		json_text(json, field->type);
	json_close(json, ']');
}

static void write_field(struct json *json, const struct field *field, bool is_placed, uint32_t base)
{
	const struct field *element = field;

	while (element->kind == FIELD_ARRAY)
		element++;
	json_open(json, '{');
	if (field->name[0])
		json_member_text(json, "name", field->name);
	if (!is_group(element))
		write_type(json, field, element);
	write_c_types(json, field, element);
	if (is_placed)
		write_place(json, field, base);
	if (element->kind == FIELD_ENUM)
		write_values(json, element);
	write_format(json, field, element);
	if (field->is_hidden)
		json_member_bool(json, "hide", true);
	if (element->nature != NATURE_GUESSED)
		json_member_text(json, "nature", nature_names[element->nature]);
	if (is_group(element))
		write_group(json, field, element);
	json_close(json, '}');
}

static void write_fields(struct json *json, const char *name, const struct field *from,
			 const struct field *end, uint32_t base)
{
	json_name(json, name);
	json_open(json, '[');
	for (const struct field *field = from; field < end; field += field->n_below + 1)
		write_field(json, field, true, base);
	json_close(json, ']');
}

static void write_side(struct json *json, const struct schema_layout *layout, bool in_value)
{
	const struct plan *plan = layout->plan;
	const struct field *from = plan->fields + (in_value ? plan->n_key_fields : 0);
	const struct field *end = plan->fields + (in_value ? plan->n_fields : plan->n_key_fields);
	uint32_t at = in_value ? shape_payload_at(shape_of(layout->map)) : 0;
	bool is_variables = in_value && plan->is_variables;
	const char *name = is_variables ? "variables" : in_value ? "value" : "key";

	while (from < end && from->offset < at) /* the kernel's own, which no schema has a say in */
		from += from->n_below + 1;
	if (from == end)
		return;
	if (is_variables || from + from->n_below + 1 != end) {
		write_fields(json, name, from, end, 0);
		return;
	}
	json_name(json, name);
	write_field(json, from, false, 0);
}

static void write_fold(struct json *json, const struct schema_fold *fold)
{
	json_name(json, "fold");
	json_open(json, '{');
	json_member_uint(json, "cpus", fold->n_cpus);
	json_member_text(json, "order", fold->is_cpu_major ? "cpu-key" : "key-cpu");
	json_close(json, '}');
}

static void new_line(struct buf *out, unsigned depth)
{
	buf_addc(out, '\n');
	buf_addn(out, ' ', (size_t)2 * depth);
}

/* Breaks lines before fields, which are the objects in lists, and between the sides of a map. */
static void add_lines(const char *compact, struct buf *out)
{
	enum { MAP_DEPTH = 3 };
	unsigned depth = 0;

	for (const char *c = compact; *c; c++) {
		if (*c == '"') {
			const char *end = place_after_text(c);

			buf_add(out, c, (size_t)(end - c));
			c = end - 1;
			continue;
		}
		depth -= *c == '}' || *c == ']';
		buf_addc(out, *c);
		depth += *c == '{' || *c == '[';
		if ((*c == '[' || *c == ',') && c[1] == '{')
			new_line(out, depth);
		else if (depth <= MAP_DEPTH && (*c == '{' || *c == ','))
			new_line(out, depth);
		else if (*c == ',' || *c == ':')
			buf_addc(out, ' ');
	}
}

static bool is_repeated(const struct schema_layout *layouts, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(layouts[j].map->name, layouts[i].map->name) == 0)
			return true;
	return false;
}

void schema_write(const struct schema_layout *layouts, size_t n, struct buf *out)
{
	SCOPED(buf) compact = {0};
	struct json json;

	json_init(&json, &compact);
	json_open(&json, '{');
	json_name(&json, "maps");
	json_open(&json, '{');
	for (size_t i = 0; i < n; i++) {
		if (is_repeated(layouts, i))
			continue;
		json_name(&json, layouts[i].map->name);
		json_open(&json, '{');
		write_side(&json, &layouts[i], false);
		write_side(&json, &layouts[i], true);
		if (layouts[i].fold)
			write_fold(&json, layouts[i].fold);
		json_close(&json, '}');
	}
	json_close(&json, '}');
	json_close(&json, '}');
	add_lines(buf_text(&compact), out);
	buf_addc(out, '\n');
	out->failed |= compact.failed;
}
