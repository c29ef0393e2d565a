/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a map is and how its bytes are laid out, as JSON. Unknown facts are left out, not zero. */
#include "base/clock.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/mapflags.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "out/out.h"

static void add_known_uint(struct json *json, const char *name, uint64_t n)
{
	if (n)
		json_member_uint(json, name, n);
}

static void add_known_text(struct json *json, const char *name, const char *text)
{
	if (text)
		json_member_text(json, name, text);
}

static void add_loaded_at(struct json *json, const struct map *map)
{
	SCOPED(buf) at = {0};

	if (!map->loaded_ns)
		return;
	clock_rfc3339_s(&at, map->loaded_ns);
	add_known_text(json, "loaded_at", buf_text(&at));
}

static void add_btf(struct json *json, const struct map *map)
{
	add_known_uint(json, "btf_id", map->btf_id);
	add_known_uint(json, "btf_key_type_id", map->btf_key_type_id);
	add_known_uint(json, "btf_value_type_id", map->btf_value_type_id);
	add_known_uint(json, "btf_vmlinux_value_type_id", map->btf_vmlinux_value_type_id);
}

static void add_flag_names(struct json *json, uint32_t flags)
{
	if (!flags)
		return;
	json_name(json, "flag_names");
	json_open(json, '[');
	for (unsigned bit = 0; bit < 32 && flags >> bit; bit++)
		if ((flags >> bit & 1) && mapflags_name(bit))
			json_text(json, mapflags_name(bit));
	json_close(json, ']');
}

static bool is_known(const struct map_users *users)
{
	return users->n || users->is_whole;
}

static void add_users(struct json *json, const char *name, const char *complete_name,
		      const char *id_name, const struct map_users *users)
{
	if (!is_known(users))
		return;
	json_name(json, name);
	json_open(json, '[');
	for (size_t i = 0; i < users->n; i++) {
		json_open(json, '{');
		json_member_uint(json, id_name, users->at[i].id);
		add_known_text(json, "name", users->at[i].name);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_member_bool(json, complete_name, users->is_whole);
}

/* The first of them stands by itself, too. */
static void add_pins(struct json *json, const struct map *map)
{
	add_known_text(json, "pin", map->pin);
	if (!is_known(&map->other_pins))
		return;
	json_name(json, "pins");
	json_open(json, '[');
	if (map->pin)
		json_text(json, map->pin);
	for (size_t i = 0; i < map->other_pins.n; i++)
		json_text(json, map->other_pins.at[i].name);
	json_close(json, ']');
	json_member_bool(json, "pins_complete", map->other_pins.is_whole);
}

void out_map_json(struct json *json, const struct map *map)
{
	json_open(json, '{');
	json_member_uint(json, "id", map->id);
	add_known_text(json, "name", map->name);
	add_known_text(json, "type", map->type->name);
	json_member_uint(json, "key_size", map->key_size);
	json_member_uint(json, "value_size", map->value_size);
	json_member_uint(json, "max_entries", map->max_entries);
	if (map->entries_known)
		json_member_uint(json, "entries", map->n_entries);
	json_member_uint(json, "flags", map->flags);
	add_flag_names(json, map->flags);
	if (map->type->is_per_cpu)
		json_member_uint(json, "cpus", map->n_cpus);
	add_known_text(json, "cpu_list", map->cpu_list);
	add_known_uint(json, "extra", map->extra);
	add_known_uint(json, "memory_bytes", map->memory_bytes);
	if (!map->frozen_unknown)
		json_member_bool(json, "frozen", map->is_frozen);
	add_known_uint(json, "ifindex", map->ifindex);
	add_btf(json, map);
	add_loaded_at(json, map);
	add_known_text(json, "section", map->section);
	add_pins(json, map);
	add_users(json, "programs", "programs_complete", "id", &map->programs);
	add_users(json, "owners", "owners_complete", "pid", &map->owners);
	add_known_text(json, "source", map->source);
	json_close(json, '}');
}

static const char *const kind_names[] = {
	[FIELD_UINT] = "uint",	     [FIELD_INT] = "int",     [FIELD_BOOL] = "bool",
	[FIELD_CHAR] = "char",	     [FIELD_ENUM] = "enum",   [FIELD_REAL] = "real",
	[FIELD_POINTER] = "pointer", [FIELD_TEXT] = "text",   [FIELD_BYTES] = "bytes",
	[FIELD_STRUCT] = "struct",   [FIELD_UNION] = "union", [FIELD_ARRAY] = "array",
	[FIELD_SPECIAL] = "special",
};
_Static_assert(ARRAY_LEN(kind_names) == N_FIELD_KINDS, "every kind of field has a name");

static void add_enum_names(struct json *json, const struct field *field)
{
	json_name(json, "names");
	json_open(json, '{');
	for (uint32_t i = 0; i < field->n_names; i++) {
		json_name(json, field->names[i].name);
		if (field->is_signed)
			json_int(json, field->names[i].value);
		else
			json_uint(json, (uint64_t)field->names[i].value);
	}
	json_close(json, '}');
}

static void add_field(struct json *json, const struct field *field)
{
	json_open(json, '{');
	add_known_text(json, "path", field->path);
	add_known_text(json, "name", field->name);
	add_known_text(json, "kind", kind_names[field->kind]);
	add_known_text(json, "type", field->type);
	json_member_uint(json, "depth", field->depth);
	json_member_uint(json, "offset", field->offset);
	json_member_uint(json, "size", field->size);
	if (field->is_bitfield) {
		json_member_uint(json, "bit_shift", field->bit_shift);
		json_member_uint(json, "bit_size", field->bit_size);
	}
	if (field->kind == FIELD_ARRAY) {
		json_member_uint(json, "count", field->count);
		json_member_uint(json, "stride", field->stride);
	}
	if (field->kind == FIELD_ENUM)
		add_enum_names(json, field);
	if (field->format)
		add_known_text(json, "format", field->format->name);
	if (field->nature != NATURE_GUESSED)
		add_known_text(json, "nature", nature_names[field->nature]);
	json_member_bool(json, "hidden", field->is_hidden);
	json_close(json, '}');
}

static void add_fields(struct json *json, const char *name, const struct plan *plan, uint32_t first,
		       uint32_t end)
{
	json_name(json, name);
	json_open(json, '[');
	for (uint32_t i = first; i < end; i++)
		add_field(json, &plan->fields[i]);
	json_close(json, ']');
}

void out_plan_json(struct json *json, const struct plan *plan)
{
	json_open(json, '{');
	add_known_text(json, "origin", plan->origin);
	json_member_bool(json, "typed", plan->is_typed);
	add_known_text(json, "why_bytes", plan->why_bytes);
	json_member_bool(json, "variables", plan->is_variables);
	add_fields(json, "key", plan, 0, plan->n_key_fields);
	add_fields(json, "value", plan, plan->n_key_fields, plan->n_fields);
	json_close(json, '}');
}
