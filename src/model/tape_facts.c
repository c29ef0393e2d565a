/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* HEAD and MAP chunks: facts of the recording, of maps and of their plans. A MAP chunk is the map's
 * facts, its programs and owners, the plan's facts, then the plan's fields in pre-order, each with how
 * many fields stand below it, so that the plan is built anew by the same calls as any other and passes
 * the same checks; then the map's other pins. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "model/facts.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "model/tape.h"

enum {
	MAX_KEY_BYTES = 1 << 12,
	MAX_STRIDE_BYTES = 1 << 30,
	MAX_CPUS = 1 << 16,
	NAMES_OWN = 0, /* otherwise 1 + the number of the earlier field with the same names */
};

static const struct fact head_facts[] = {
	FACT(tape_head, "host", host, TEXT),
	FACT(tape_head, "program", program, TEXT),
	FACT(tape_head, "boot", boot, TEXT),
	FACT(tape_head, "big_endian", is_big_endian, BOOL),
	FACT(tape_head, "interval_ns", interval_ns, U64),
	FACT(tape_head, "wall_ns", wall_ns, U64),
	FACT(tape_head, "boot_ns", boot_ns, U64),
	FACT(tape_head, "file", file, U32),
	FACT(tape_head, "began_ns", began_ns, U64),
};

/* struct map as far as plain members go; the type goes by its number. */
static const struct fact map_facts[] = {
	FACT(map, "id", id, U32),
	FACT(map, "name", name, TEXT),
	FACT(map, "key_size", key_size, U32),
	FACT(map, "value_size", value_size, U32),
	FACT(map, "max_entries", max_entries, U32),
	FACT(map, "flags", flags, U32),
	FACT(map, "extra", extra, U64),
	FACT(map, "btf_id", btf_id, U32),
	FACT(map, "btf_key_type_id", btf_key_type_id, U32),
	FACT(map, "btf_value_type_id", btf_value_type_id, U32),
	FACT(map, "btf_vmlinux_value_type_id", btf_vmlinux_value_type_id, U32),
	FACT(map, "ifindex", ifindex, U32),
	FACT(map, "cpus", n_cpus, U32),
	FACT(map, "cpu_list", cpu_list, TEXT),
	FACT(map, "row_key_size", row_key_size, U32),
	FACT(map, "row_value_size", row_value_size, U32),
	FACT(map, "memory_bytes", memory_bytes, U64),
	FACT(map, "entries", n_entries, U64),
	FACT(map, "entries_known", entries_known, BOOL),
	FACT(map, "frozen", is_frozen, BOOL),
	FACT(map, "frozen_unknown", frozen_unknown, BOOL),
	FACT(map, "variables", is_variables, BOOL),
	FACT(map, "loaded_ns", loaded_ns, U64),
	FACT(map, "source", source, TEXT),
	FACT(map, "pin", pin, TEXT),
	FACT(map, "section", section, TEXT),
	FACT(map, "owners_known", owners.is_whole, BOOL),
	FACT(map, "programs_known", programs.is_whole, BOOL),
	FACT(map, "pins_known", other_pins.is_whole, BOOL),
};

static const struct fact user_facts[] = {
	FACT(map_user, "id", id, U32),
	FACT(map_user, "name", name, TEXT),
};

static const struct fact plan_facts[] = {
	FACT(plan, "typed", is_typed, BOOL),
	FACT(plan, "origin", origin, TEXT),
	FACT(plan, "variables", is_variables, BOOL),
	FACT(plan, "record_from", record_from, U32),
};

static const struct fact field_facts[] = {
	FACT(field, "name", name, TEXT),
	FACT(field, "type", type, TEXT),
	FACT(field, "kind", kind, U32),
	FACT(field, "value", in_value, BOOL),
	FACT(field, "signed", is_signed, BOOL),
	FACT(field, "hidden", is_hidden, BOOL),
	FACT(field, "bitfield", is_bitfield, BOOL),
	FACT(field, "bit_shift", bit_shift, U8),
	FACT(field, "bit_size", bit_size, U8),
	FACT(field, "offset", offset, U32),
	FACT(field, "size", size, U32),
	FACT(field, "count", count, U32),
	FACT(field, "stride", stride, U32),
	FACT(field, "below", n_below, U32),
	FACT(field, "names", n_names, U32),
	FACT(field, "nature", nature, U32),
};
_Static_assert(sizeof(enum nature) == sizeof(uint32_t), "a nature is a U32");
_Static_assert(sizeof(((struct field *)0)->kind) == sizeof(uint32_t), "a kind is a U32");

/* -- packing -- */

int tape_pack_head(struct tape_chunk *chunk, const struct tape_head *head)
{
	tape_chunk_clear(chunk, TAPE_HEAD, 0, 0);
	facts_pack(head_facts, ARRAY_LEN(head_facts), head, &chunk->body);
	return tape_chunk_close(chunk);
}

int tape_pack_gone(struct tape_chunk *chunk, uint32_t map, uint64_t tick, uint64_t time_ns)
{
	tape_chunk_clear(chunk, TAPE_GONE, map, tick);
	chunk->label.time_ns = time_ns;
	return tape_chunk_close(chunk);
}

int tape_pack_end(struct tape_chunk *chunk, uint64_t tick)
{
	tape_chunk_clear(chunk, TAPE_END, 0, tick);
	return tape_chunk_close(chunk);
}

static void pack_users(const struct map_users *users, struct buf *out)
{
	pack_number(out, users->n);
	for (size_t i = 0; i < users->n; i++)
		facts_pack(user_facts, ARRAY_LEN(user_facts), &users->at[i], out);
}

/* A plan keeps equal names once; so does the tape. */
static void pack_names(const struct plan *plan, uint32_t at, struct buf *out)
{
	const struct field *field = &plan->fields[at];

	for (uint32_t i = 0; i < at; i++)
		if (plan->fields[i].names == field->names &&
		    plan->fields[i].n_names == field->n_names) {
			pack_number(out, i + 1);
			return;
		}
	pack_number(out, NAMES_OWN);
	for (uint32_t i = 0; i < field->n_names; i++) {
		pack_text(out, field->names[i].name);
		pack_number(out, (uint64_t)field->names[i].value);
	}
}

static void pack_plan(const struct plan *plan, struct buf *out)
{
	facts_pack(plan_facts, ARRAY_LEN(plan_facts), plan, out);
	pack_number(out, plan->n_fields);
	for (uint32_t i = 0; i < plan->n_fields; i++) {
		facts_pack(field_facts, ARRAY_LEN(field_facts), &plan->fields[i], out);
		pack_text(out, plan->fields[i].format->name);
		if (plan->fields[i].n_names)
			pack_names(plan, i, out);
	}
}

int tape_pack_map(struct tape_chunk *chunk, uint32_t number, const struct map *map,
		  const struct plan *plan)
{
	struct buf *out = &chunk->body;

	tape_chunk_clear(chunk, TAPE_MAP, number, 0);
	pack_number(out, map->type->number);
	facts_pack(map_facts, ARRAY_LEN(map_facts), map, out);
	pack_users(&map->programs, out);
	pack_users(&map->owners, out);
	pack_plan(plan, out);
	pack_users(&map->other_pins, out);
	return tape_chunk_close(chunk);
}

/* -- unpacking -- */

int tape_unpack_head(const void *body, size_t n, struct tape_head *out)
{
	struct packed in = {.at = body, .end = (const uint8_t *)body + n};

	*out = (struct tape_head){.host = "", .program = "", .boot = ""};
	facts_unpack(head_facts, ARRAY_LEN(head_facts), &in, out, &out->mem);
	if (!in.failed)
		return 0;
	tape_head_release(out);
	return in.no_memory ? -ENOMEM : -EBADMSG;
}

static void unpack_users(struct packed *in, struct map_users *out, struct arena *mem)
{
	uint64_t n = unpack_number(in);
	struct map_user *users;

	/* A user takes a byte at least. */
	if (n > (uint64_t)(in->end - in->at))
		in->failed = true;
	if (in->failed || !n)
		return;
	users = arena_array(mem, (size_t)n, sizeof(*users));
	if (!users) {
		in->failed = in->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		users[i].name = "";
		facts_unpack(user_facts, ARRAY_LEN(user_facts), in, &users[i], mem);
	}
	out->at = users;
	out->n = (size_t)n;
}

static bool map_makes_sense(const struct map *map)
{
	if (!map->n_cpus || map->n_cpus > MAX_CPUS || map_key_stride(map) > MAX_KEY_BYTES)
		return false;
	return map_copy_size(map) <= MAX_STRIDE_BYTES && map_value_stride(map) <= MAX_STRIDE_BYTES;
}

static int unpack_facts(struct packed *in, struct map *map, struct err *err)
{
	uint64_t type = unpack_number(in);

	*map = (struct map){.name = "", .source = "tape", .n_cpus = 1};
	map->type = maptype_of(type > UINT32_MAX ? UINT32_MAX : (uint32_t)type);
	facts_unpack(map_facts, ARRAY_LEN(map_facts), in, map, &map->mem);
	unpack_users(in, &map->programs, &map->mem);
	unpack_users(in, &map->owners, &map->mem);
	if (map->is_variables && !map->section)
		map->section = "";
	if (!in->failed && map_makes_sense(map))
		return 0;
	return err_set(err, -EBADMSG, "the facts of a map make no sense");
}

/* The fields so far, for names that are those of an earlier one. */
static int unpack_names(const struct plan *plan, struct packed *in, struct field *field,
			struct arena *mem)
{
	uint64_t same = unpack_number(in);
	struct enum_name *names;

	if (same != NAMES_OWN) {
		if (same > plan->n_fields || plan->fields[same - 1].n_names != field->n_names)
			return -EBADMSG;
		field->names = plan->fields[same - 1].names;
		return 0;
	}
	/* A name takes two bytes at least. */
	if (field->n_names > (uint64_t)(in->end - in->at))
		return -EBADMSG;
	names = arena_array(mem, field->n_names, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (uint32_t i = 0; i < field->n_names && !in->failed; i++) {
		names[i].name = unpack_text(in, mem);
		names[i].value = (int64_t)unpack_number(in);
	}
	field->names = names;
	return in->failed ? -EBADMSG : 0;
}

static int unpack_field(struct plan *plan, struct packed *in, uint32_t *n_below_ret,
			struct err *err)
{
	__attribute__((cleanup(arena_release))) struct arena mem = {0};
	struct field field = {0};
	const char *format;
	int r = 0;

	facts_unpack(field_facts, ARRAY_LEN(field_facts), in, &field, &mem);
	format = unpack_text(in, &mem);
	if (!in->failed && field.n_names)
		r = unpack_names(plan, in, &field, &mem);
	if (in->failed || r < 0)
		return err_set(err, r < 0 ? r : -EBADMSG, "a field of a map makes no sense");
	/* A format of a newer program: the usual one does. */
	field.format = format_named(format, strlen(format));
	*n_below_ret = field.n_below;
	return plan_add(plan, field.in_value, &field, err);
}

/* What is below a field ends where its parent does, too. */
static int unpack_fields(struct plan *plan, struct packed *in, uint64_t n_fields, struct err *err)
{
	uint64_t ends[PLAN_MAX_DEPTH + 1];
	uint32_t n_below;
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < n_fields; i++) {
		n_below = 0;
		r = unpack_field(plan, in, &n_below, err);
		if (r < 0)
			return r;
		if (field_is_container(&plan->fields[i]))
			ends[plan->n_open - 1] = i + 1 + n_below;
		while (r == 0 && plan->n_open && ends[plan->n_open - 1] <= i + 1)
			r = plan_close(plan, err);
	}
	return r;
}

/* The length of a record stands before it, within the value. */
static bool records_make_sense(const struct plan *facts, const struct plan *plan)
{
	return !facts->record_from ||
	       (facts->record_from >= sizeof(uint32_t) && facts->record_from <= plan->value_size);
}

static int unpack_plan(struct packed *in, const struct map *map, struct plan *plan, struct err *err)
{
	struct plan facts = {.origin = ""};
	uint64_t n_fields;
	int r;

	plan_begin(plan, (uint32_t)map_key_stride(map), (uint32_t)map_copy_size(map), "");
	facts_unpack(plan_facts, ARRAY_LEN(plan_facts), in, &facts, &plan->mem);
	n_fields = unpack_number(in);
	if (in->failed || n_fields > PLAN_MAX_FIELDS || !records_make_sense(&facts, plan))
		return err_set(err, -EBADMSG, "the layout of map '%s' makes no sense", map->name);
	plan->origin = facts.origin;
	plan->is_typed = facts.is_typed;
	plan->is_variables = facts.is_variables;
	plan->record_from = facts.record_from;
	r = unpack_fields(plan, in, n_fields, err);
	return r < 0 ? r : plan_finish(plan, err);
}

int tape_unpack_map(const void *body, size_t n, struct map *map, struct plan *plan, struct err *err)
{
	struct packed in = {.at = body, .end = (const uint8_t *)body + n};
	SCOPED(map) facts = {0};
	SCOPED(plan) layout = {0};
	int r = unpack_facts(&in, &facts, err);

	if (r == 0)
		r = unpack_plan(&in, &facts, &layout, err);
	/* What an older program wrote ends here. */
	if (r == 0 && in.at < in.end)
		unpack_users(&in, &facts.other_pins, &facts.mem);
	if (r == 0 && in.failed)
		r = err_set(err, -EBADMSG, "the pins of map '%s' make no sense", facts.name);
	if (r < 0)
		return r == -ENOMEM || in.no_memory ? -ENOMEM : -EBADMSG;
	if (map) {
		*map = facts;
		facts = (struct map){0};
	}
	if (plan) {
		*plan = layout;
		layout = (struct plan){0};
	}
	return 0;
}
