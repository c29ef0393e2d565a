/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Building a plan. Containers that are open stand on a stack; each field is checked against the room
 * that its parent leaves before it is added, so a plan that was built never points outside its key or
 * value, whatever BTF said. Fields may overlap: unions and bitfields do.
 *
 * Invariant: field->offset + field->size lies inside the parent's bytes; an element's prototype lies
 * inside one stride, and the strides inside the array. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/format.h"
#include "model/plan.h"
#include "model/plan_element.h"
#include "model/words.h"

enum { FIRST_FIELDS = 32, MAX_ENUM_NAMES = UINT16_MAX };

static const struct {
	uint32_t min, max; /* bytes */
	uint32_t max_bits; /* as a bitfield; 0: can't be one */
	const char *name;  /* "an enum" */
} shapes[] = {
	[FIELD_UINT] = {1, 16, 128, "an unsigned integer"},
	[FIELD_INT] = {1, 16, 128, "an integer"},
	[FIELD_BOOL] = {1, 8, 64, "a bool"},
	[FIELD_CHAR] = {1, 1, 0, "a character"},
	[FIELD_ENUM] = {1, 8, 64, "an enum"},
	[FIELD_REAL] = {1, 64, 0, "a floating point number"},
	[FIELD_POINTER] = {1, 8, 0, "a pointer"},
	[FIELD_TEXT] = {0, UINT32_MAX, 0, "a text"},
	[FIELD_BYTES] = {0, UINT32_MAX, 0, "bytes"},
	[FIELD_STRUCT] = {0, UINT32_MAX, 0, "a struct"},
	[FIELD_UNION] = {0, UINT32_MAX, 0, "a union"},
	[FIELD_ARRAY] = {0, UINT32_MAX, 0, "an array"},
	[FIELD_SPECIAL] = {0, UINT32_MAX, 0, "a special field"},
};
_Static_assert(ARRAY_LEN(shapes) == N_FIELD_KINDS, "a row for every kind of field");

/* Padding has a place but nothing to say. */
static const char padding_names[] = "pad *_pad padding *_padding reserved *_reserved rsvd *_rsvd "
				    "unused *_unused";

void plan_release(struct plan *plan)
{
	if (!plan)
		return;
	plan_elements_release(plan);
	arena_release(&plan->mem);
	*plan = (struct plan){0};
}

void plan_begin(struct plan *plan, uint32_t key_size, uint32_t value_size, const char *origin)
{
	*plan = (struct plan){
		.key_size = key_size,
		.value_size = value_size,
		.origin = origin,
		.is_typed = true,
	};
}

static int out_of_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "not enough memory for the map's layout");
}

static const char *side_name(bool in_value)
{
	return in_value ? "value" : "key";
}

/* Something to call a field by, before it has a path. */
static const char *called(const struct field *field)
{
	const char *shape = shapes[field->kind].name, *space = strchr(shape, ' ');

	if (field->name[0])
		return field->name;
	return field->type[0] ? field->type : space ? space + 1 : shape;
}

static int check_bitfield(struct field *field, struct err *err)
{
	if (field->bit_size == 0 || field->bit_size > shapes[field->kind].max_bits ||
	    field->bit_shift > 7)
		return err_set(err, -EINVAL, "'%s' can't be a bitfield of %u %s at bit %u",
			       called(field), field->bit_size,
			       num_noun(field->bit_size, "bit", "bits"), field->bit_shift);
	field->size = (field->bit_shift + field->bit_size + 7u) / 8;
	return 0;
}

static int check_array(struct field *field, struct err *err)
{
	uint64_t size = (uint64_t)field->count * field->stride;

	if (size > UINT32_MAX)
		return err_set(err, -EINVAL,
			       "array '%s' of %u times %u bytes is larger than any map",
			       called(field), field->count, field->stride);
	field->size = (uint32_t)size;
	return 0;
}

static int check_shape(struct field *field, struct err *err)
{
	if (field->kind >= N_FIELD_KINDS)
		return err_set(err, -EINVAL, "a field is of no known kind (%u)", field->kind);
	if (field->is_bitfield)
		return check_bitfield(field, err);
	if (field->kind == FIELD_ARRAY)
		return check_array(field, err);
	if (field->size < shapes[field->kind].min || field->size > shapes[field->kind].max)
		return err_set(err, -EINVAL, "'%s' can't be %s of %u %s", called(field),
			       shapes[field->kind].name, field->size,
			       num_noun(field->size, "byte", "bytes"));
	if (field->n_names > MAX_ENUM_NAMES)
		return err_set(err, -E2BIG, "enum '%s' has %u names; %u is the limit",
			       called(field), field->n_names, MAX_ENUM_NAMES);
	return 0;
}

static int outside(const struct plan *plan, const struct field *field, uint64_t from, uint64_t to,
		   struct err *err)
{
	const struct field *parent = NULL;

	if (plan->n_open)
		parent = &plan->fields[plan->open[plan->n_open - 1]];
	return err_set(
		err, -EINVAL, "'%s' takes bytes %u to %llu, outside of bytes %llu to %llu of '%s'",
		called(field), field->offset, (unsigned long long)field->offset + field->size,
		(unsigned long long)from, (unsigned long long)to,
		parent ? called(parent) : side_name(field->in_value));
}

static int check_room(const struct plan *plan, const struct field *field, struct err *err)
{
	uint64_t from = 0, to = field->in_value ? plan->value_size : plan->key_size;
	uint64_t end = (uint64_t)field->offset + field->size;

	if (plan->n_open) {
		const struct field *parent = &plan->fields[plan->open[plan->n_open - 1]];
		bool is_element = parent->kind == FIELD_ARRAY;

		from = is_element ? 0 : parent->offset;
		to = is_element ? parent->stride : (uint64_t)parent->offset + parent->size;
	}
	if (field->offset < from || end > to)
		return outside(plan, field, from, to, err);
	return 0;
}

static int check_place(const struct plan *plan, const struct field *field, struct err *err)
{
	if (plan->n_fields == PLAN_MAX_FIELDS)
		return err_set(err, -E2BIG, "the layout has more than %u fields", PLAN_MAX_FIELDS);
	if (plan->n_open == PLAN_MAX_DEPTH)
		return err_set(err, -E2BIG, "'%s' is nested deeper than %u levels", called(field),
			       PLAN_MAX_DEPTH);
	if (!field->in_value && plan->n_fields > plan->n_key_fields)
		return err_set(err, -EINVAL, "'%s' of the key comes after the value",
			       called(field));
	if (plan->n_open == 0)
		return 0;

	uint32_t top = plan->open[plan->n_open - 1];
	const struct field *parent = &plan->fields[top];

	if (parent->in_value != field->in_value)
		return err_set(err, -EINVAL, "'%s' of the %s stands inside the %s", called(field),
			       side_name(field->in_value), side_name(parent->in_value));
	if (parent->kind == FIELD_ARRAY && plan->n_fields != top + 1)
		return err_set(err, -EINVAL, "array '%s' has two kinds of element", called(parent));
	return 0;
}

static bool same_names(const struct field *a, const struct field *b)
{
	if (a->n_names != b->n_names)
		return false;
	for (uint32_t i = 0; i < a->n_names; i++)
		if (a->names[i].value != b->names[i].value ||
		    strcmp(a->names[i].name, b->names[i].name) != 0)
			return false;
	return true;
}

/* A layout uses the same few enums again and again; each is kept once. */
static int keep_names(struct plan *plan, struct field *field)
{
	if (field->n_names == 0) {
		field->names = NULL;
		return 0;
	}
	for (uint32_t i = plan->n_fields; i-- > 0;) {
		if (same_names(&plan->fields[i], field)) {
			field->names = plan->fields[i].names;
			return 0;
		}
	}
	struct enum_name *names = arena_array(&plan->mem, field->n_names, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (uint32_t i = 0; i < field->n_names; i++) {
		names[i] = field->names[i];
		names[i].name = utf8_tame_copy(&plan->mem, names[i].name, strlen(names[i].name));
		if (!names[i].name)
			return -ENOMEM;
	}
	field->names = names;
	return 0;
}

static int keep_strings(struct plan *plan, struct field *field, struct err *err)
{
	if (strlen(field->name) > PLAN_MAX_NAME || strlen(field->type) > PLAN_MAX_NAME)
		return err_set(err, -E2BIG, "a name of the layout is longer than %u bytes",
			       PLAN_MAX_NAME);
	/* A schema and the BTF of a file may call them anything. */
	field->name = utf8_tame_copy(&plan->mem, field->name, strlen(field->name));
	field->type = utf8_tame_copy(&plan->mem, field->type, strlen(field->type));
	if (!field->name || !field->type || keep_names(plan, field) < 0)
		return out_of_memory(err);
	return 0;
}

static int append(struct plan *plan, const struct field *field, struct err *err)
{
	if (plan->n_fields == plan->cap_fields) {
		uint32_t cap = plan->cap_fields ? plan->cap_fields * 2 : FIRST_FIELDS;
		struct field *fields = arena_array(&plan->mem, cap, sizeof(*fields));

		if (!fields)
			return out_of_memory(err);
		if (plan->n_fields)
			memcpy(fields, plan->fields, plan->n_fields * sizeof(*fields));
		plan->fields = fields;
		plan->cap_fields = cap;
	}
	plan->fields[plan->n_fields++] = *field;
	if (!field->in_value)
		plan->n_key_fields = plan->n_fields;
	return 0;
}

static void take_place(const struct plan *plan, struct field *field)
{
	field->n_below = 0;
	field->depth = (uint16_t)plan->n_open;
	field->parent = PLAN_NONE;
	field->in_array = false;
	if (plan->n_open) {
		field->parent = plan->open[plan->n_open - 1];
		field->in_array = plan->fields[field->parent].kind == FIELD_ARRAY ||
				  plan->fields[field->parent].in_array;
	}
}

int plan_add(struct plan *plan, bool in_value, const struct field *proto, struct err *err)
{
	struct field field = *proto;

	field.in_value = in_value;
	field.name = proto->name ? proto->name : "";
	field.type = proto->type ? proto->type : "";
	field.path = "";

	int r = check_shape(&field, err);

	if (r == 0)
		r = check_place(plan, &field, err);
	if (r == 0)
		r = check_room(plan, &field, err);
	if (r == 0)
		r = keep_strings(plan, &field, err);
	if (r < 0)
		return r;
	take_place(plan, &field);
	r = append(plan, &field, err);
	if (r == 0 && field_is_container(&field))
		plan->open[plan->n_open++] = plan->n_fields - 1;
	return r;
}

int plan_close(struct plan *plan, struct err *err)
{
	if (plan->n_open == 0)
		return err_set(err, -EINVAL, "the layout closes a struct that it never opened");

	struct field *field = &plan->fields[plan->open[--plan->n_open]];

	field->n_below = plan->n_fields - (uint32_t)(field - plan->fields) - 1;
	if (field->kind == FIELD_ARRAY && field->n_below == 0)
		return err_set(err, -EINVAL, "array '%s' does not say of what", called(field));
	return 0;
}

/* What the paths of a field's members begin with. */
static const char *member_prefix(const struct field *parent)
{
	bool is_bare_root = parent->parent == PLAN_NONE && !parent->name[0];

	return is_bare_root && parent->kind != FIELD_ARRAY ? "" : parent->path;
}

static const char *make_path(struct plan *plan, const struct field *field)
{
	if (field->parent == PLAN_NONE)
		return field->name[0] ? field->name : side_name(field->in_value);

	const struct field *parent = &plan->fields[field->parent];
	const char *prefix = member_prefix(parent);

	if (parent->kind == FIELD_ARRAY)
		return arena_printf(&plan->mem, "%s[]", prefix);
	if (!field->name[0])
		return prefix;
	return prefix[0] ? arena_printf(&plan->mem, "%s.%s", prefix, field->name) : field->name;
}

static int finish_field(struct plan *plan, struct field *field, struct err *err)
{
	field->path = make_path(plan, field);
	if (!field->path)
		return out_of_memory(err);
	bool is_variable = plan->is_variables && field->parent == PLAN_NONE;

	if (!field_is_container(field) && !is_variable && words_fit(field->name, padding_names))
		field->is_hidden = true;
	if (!field->format)
		field->format = format_choose(field, field->path, NULL);
	else if (!field->format->fits(field))
		return err_set(err, -EINVAL, "format '%s' does not fit '%s', %s of %u %s",
			       field->format->name, field->path, shapes[field->kind].name,
			       field->size, num_noun(field->size, "byte", "bytes"));
	return 0;
}

static void limit_field(const struct plan *plan, struct field *field)
{
	if (!plan->record_from || !field->in_value || field->in_array ||
	    field->offset < plan->record_from)
		return;
	field->limit_from = plan->record_from;
	field->is_record = field->kind == FIELD_BYTES && field->parent == PLAN_NONE;
}

uint32_t field_length(const struct field *field, const uint8_t *base)
{
	uint64_t end = field->limit_from, n;
	uint32_t length;

	if (!end)
		return field->size;
	memcpy(&length, base + field->limit_at, sizeof(length));
	end += length;
	n = end > field->offset ? end - field->offset : 0;
	return (uint32_t)(field->is_record ? n : MIN_OF(n, (uint64_t)field->size));
}

uint32_t plan_value_bytes(const struct plan *plan, const uint8_t *value)
{
	uint32_t length;

	if (!plan->record_from)
		return plan->value_size;
	memcpy(&length, value, sizeof(length));
	return (uint32_t)MIN_OF((uint64_t)plan->record_from + length, (uint64_t)plan->value_size);
}

static int list_variables(struct plan *plan, struct err *err)
{
	plan->variables = arena_array(&plan->mem, plan->n_fields + 1, sizeof(*plan->variables));
	if (!plan->variables)
		return out_of_memory(err);
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		if (plan->fields[i].parent == PLAN_NONE)
			plan->variables[plan->n_variables++] = i;
	return 0;
}

int plan_finish(struct plan *plan, struct err *err)
{
	if (plan->n_open)
		return err_set(err, -EINVAL, "the layout ends inside '%s'",
			       called(&plan->fields[plan->open[plan->n_open - 1]]));
	for (uint32_t i = 0; i < plan->n_fields; i++) {
		int r = finish_field(plan, &plan->fields[i], err);

		if (r < 0)
			return r;
		limit_field(plan, &plan->fields[i]);
	}
	if (plan_elements_open(plan) < 0)
		return out_of_memory(err);
	return plan->is_variables ? list_variables(plan, err) : 0;
}
