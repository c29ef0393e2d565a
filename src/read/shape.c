/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row a map type (and a size of its value, where the type has several layouts). Fields stand as in a
 * plan, in pre-order; containers only nest at the end of a list, which closes them all. */
#include "read/shape.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "base/err.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"

/* Newer than the headers that this may be built with. source: enum bpf_map_type */
enum { TYPE_CGRP_STORAGE = 32, TYPE_ARENA = 33, TYPE_INSN_ARRAY = 34 };
/* size or count of a last field: as much as the map's key or value has */
enum { THE_REST = 0 };

struct part {
	struct field field;
	const char *format; /* NULL: chosen by name and type */
};

struct layout {
	enum shape_say say;
	const struct part *parts;
	unsigned n;
};

struct shape {
	uint32_t type;
	uint32_t value_size; /* of the maps it is for; 0: any */
	uint32_t flags;	     /* all of which they have */
	struct layout key, value;
	uint32_t row_key_size, row_value_size; /* of rows made here; 0: the map's */
};

#define PART(called, of_kind, at, bytes, in_format, ...)                                           \
	{                                                                                          \
		.field = {.name = called,                                                          \
			  .kind = of_kind,                                                         \
			  .offset = at,                                                            \
			  .size = bytes,                                                           \
			  ##__VA_ARGS__},                                                          \
		.format = in_format,                                                               \
	}
#define U32(called, at, in_format)                                                                 \
	PART(called, FIELD_UINT, at, sizeof(uint32_t), in_format, .type = "u32")
#define U64(called, at, in_format)                                                                 \
	PART(called, FIELD_UINT, at, sizeof(uint64_t), in_format, .type = "u64")
#define LAYOUT(how, list)                                                                          \
	{                                                                                          \
		.say = how, .parts = list, .n = ARRAY_LEN(list)                                    \
	}

static const struct part index_key[] = {U32("", 0, "id")};

static const struct part program_id[] = {U32("", 0, "progid")};
static const struct part map_id[] = {U32("", 0, "mapid")};

/* source: struct bpf_devmap_val, struct bpf_cpumap_val */
static const struct part device[] = {U32("ifindex", 0, "ifname")};
static const struct part device_program[] = {U32("ifindex", 0, "ifname"), U32("prog", 4, "progid")};
#define QUEUE_ROOM PART("qsize", FIELD_UINT, 0, 4, "dec", .type = "u32", .nature = NATURE_GAUGE)
static const struct part cpu_queue[] = {QUEUE_ROOM};
static const struct part cpu_queue_program[] = {QUEUE_ROOM, U32("prog", 4, "progid")};

/* source: struct bpf_insn_array_value, Linux 6.19. A map of them may have BTF only if that says otherwise. */
static const struct part instruction[] = {
	U32("orig_off", 0, "id"),
	U32("xlated_off", 4, "id"),
	U32("jitted_off", 8, "hex"),
};

static const struct part socket_cookie[] = {U64("", 0, "socket")};

/* source: struct bpf_lpm_trie_key */
static const struct part prefix_key[] = {
	PART("", FIELD_STRUCT, 0, THE_REST, NULL, .type = "struct bpf_lpm_trie_key"),
	U32("prefixlen", 0, "id"),
	PART("data", FIELD_BYTES, 4, THE_REST, NULL, .type = "u8[]"),
};

/* source: stack_map_get_build_id_offset(), kernel/bpf/stackmap.c */
static const struct part frames[] = {
	PART("", FIELD_ARRAY, 0, THE_REST, "stack", .stride = sizeof(uint64_t), .type = "u64[]"),
	U64("", 0, "ksym"),
};
static const struct part file_frames[] = {
	PART("", FIELD_ARRAY, 0, THE_REST, "stack", .stride = sizeof(struct bpf_stack_build_id),
	     .type = "struct bpf_stack_build_id[]"),
	PART("", FIELD_STRUCT, 0, sizeof(struct bpf_stack_build_id), NULL,
	     .type = "struct bpf_stack_build_id"),
	PART("status", FIELD_INT, offsetof(struct bpf_stack_build_id, status), 4, "id",
	     .type = "s32"),
	PART("build_id", FIELD_BYTES, offsetof(struct bpf_stack_build_id, build_id),
	     BPF_BUILD_ID_SIZE, "bytes", .type = "u8[20]"),
	U64("offset", offsetof(struct bpf_stack_build_id, offset), "hex"),
};

static const struct part cgroup_id[] = {U64("", 0, "cgroup")};
/* source: struct bpf_cgroup_storage_key; attach_type gets its names when it is added */
static const struct part cgroup_attach[] = {
	PART("", FIELD_STRUCT, 0, THE_REST, NULL, .type = "struct bpf_cgroup_storage_key"),
	U64("cgroup_inode_id", 0, "cgroup"),
	PART("attach_type", FIELD_ENUM, 8, 4, NULL, .type = "enum bpf_attach_type"),
};

static const struct part queue_place[] = {U32("place", 0, "id")};
static const struct part process_id[] = {U32("pid", 0, "pid")};

static const struct enum_name record_states[] = {
	{"ready", RECORD_READY}, {"busy", RECORD_BUSY}, {"discarded", RECORD_DISCARDED}};
static const struct part record_position[] = {U64("position", 0, "id")};
static const struct part record[] = {
	U32("length", offsetof(struct record_value, length), "id"),
	PART("state", FIELD_ENUM, offsetof(struct record_value, state), 4, "enum",
	     .type = "enum record_state", .names = record_states,
	     .n_names = ARRAY_LEN(record_states)),
	PART("bytes", FIELD_BYTES, offsetof(struct record_value, bytes), THE_REST, "bytes",
	     .type = "u8[]"),
};

static const struct enum_name families[] = {{"unix", 1},     {"inet", 2},    {"inet6", 10},
					    {"netlink", 16}, {"packet", 17}, {"vsock", 40}};
static const struct part socket[] = {
	U64("inode", offsetof(struct socket_key, inode), "id"),
	PART("family", FIELD_ENUM, offsetof(struct socket_key, family), 2, "enum", .type = "u16",
	     .names = families, .n_names = ARRAY_LEN(families)),
	PART("protocol", FIELD_UINT, offsetof(struct socket_key, protocol), 2, "proto",
	     .type = "u16"),
	PART("source", FIELD_BYTES, offsetof(struct socket_key, source), SHAPE_ADDRESS_BYTES, "ip6",
	     .type = "struct in6_addr"),
	PART("sport", FIELD_UINT, offsetof(struct socket_key, source_port), 2, "port",
	     .type = "u16"),
	PART("dest", FIELD_BYTES, offsetof(struct socket_key, dest), SHAPE_ADDRESS_BYTES, "ip6",
	     .type = "struct in6_addr"),
	PART("dport", FIELD_UINT, offsetof(struct socket_key, dest_port), 2, "port",
	     .type = "__be16"),
};

static const struct part page_address[] = {U64("address", 0, "hex")};
static const struct part page_bytes[] = {
	PART("page", FIELD_BYTES, 0, SHAPE_PAGE_BYTES, "bytes", .type = "u8[4096]")};

#define INDEXED	    .key = LAYOUT(SHAPE_FALLBACK, index_key)
#define VALUE(list) .value = LAYOUT(SHAPE_FIXED, list)

/* The first that fits. */
static const struct shape shapes[] = {
	{BPF_MAP_TYPE_ARRAY, INDEXED},
	{BPF_MAP_TYPE_PERCPU_ARRAY, INDEXED},
	{TYPE_INSN_ARRAY, 16, INDEXED, VALUE(instruction)},
	{TYPE_INSN_ARRAY, INDEXED},
	{BPF_MAP_TYPE_LPM_TRIE, .key = LAYOUT(SHAPE_FALLBACK, prefix_key)},
	{BPF_MAP_TYPE_PROG_ARRAY, INDEXED, VALUE(program_id)},
	{BPF_MAP_TYPE_ARRAY_OF_MAPS, INDEXED, VALUE(map_id)},
	{BPF_MAP_TYPE_HASH_OF_MAPS, VALUE(map_id)},
	{BPF_MAP_TYPE_DEVMAP, 4, INDEXED, VALUE(device)},
	{BPF_MAP_TYPE_DEVMAP, 8, INDEXED, VALUE(device_program)},
	{BPF_MAP_TYPE_DEVMAP_HASH, 4, INDEXED, VALUE(device)},
	{BPF_MAP_TYPE_DEVMAP_HASH, 8, INDEXED, VALUE(device_program)},
	{BPF_MAP_TYPE_CPUMAP, 4, INDEXED, VALUE(cpu_queue)},
	{BPF_MAP_TYPE_CPUMAP, 8, INDEXED, VALUE(cpu_queue_program)},
	{BPF_MAP_TYPE_SOCKMAP, 8, INDEXED, VALUE(socket_cookie)},
	{BPF_MAP_TYPE_SOCKHASH, 8, VALUE(socket_cookie)},
	{BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 8, INDEXED, VALUE(socket_cookie)},
	{BPF_MAP_TYPE_STACK_TRACE, .flags = BPF_F_STACK_BUILD_ID, INDEXED, VALUE(file_frames)},
	{BPF_MAP_TYPE_STACK_TRACE, INDEXED, VALUE(frames)},
	{BPF_MAP_TYPE_QUEUE, .key = LAYOUT(SHAPE_FIXED, queue_place), .row_key_size = 4},
	{BPF_MAP_TYPE_STACK, .key = LAYOUT(SHAPE_FIXED, queue_place), .row_key_size = 4},
	{BPF_MAP_TYPE_RINGBUF, .key = LAYOUT(SHAPE_FIXED, record_position), VALUE(record),
	 .row_key_size = sizeof(struct record_key), .row_value_size = sizeof(struct record_value)},
	{BPF_MAP_TYPE_USER_RINGBUF, .key = LAYOUT(SHAPE_FIXED, record_position), VALUE(record),
	 .row_key_size = sizeof(struct record_key), .row_value_size = sizeof(struct record_value)},
	{BPF_MAP_TYPE_SK_STORAGE, .key = LAYOUT(SHAPE_FIXED, socket),
	 .row_key_size = sizeof(struct socket_key)},
	{BPF_MAP_TYPE_TASK_STORAGE, .key = LAYOUT(SHAPE_FIXED, process_id), .row_key_size = 4},
	{BPF_MAP_TYPE_STRUCT_OPS, INDEXED},
	{TYPE_CGRP_STORAGE, .key = LAYOUT(SHAPE_FIXED, cgroup_id), .row_key_size = 8},
	{TYPE_ARENA, .key = LAYOUT(SHAPE_FIXED, page_address), VALUE(page_bytes), .row_key_size = 8,
	 .row_value_size = SHAPE_PAGE_BYTES},
};

/* The key of a cgroup storage has two sizes, and no other type has. */
static const struct shape by_cgroup = {.key = LAYOUT(SHAPE_FIXED, cgroup_id)};
static const struct shape by_cgroup_attach = {.key = LAYOUT(SHAPE_FIXED, cgroup_attach)};

const struct shape *shape_of(const struct map *map)
{
	uint32_t type = map->type->number;

	if (type == BPF_MAP_TYPE_CGROUP_STORAGE || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE)
		return map->key_size == sizeof(uint64_t) ? &by_cgroup : &by_cgroup_attach;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct shape *shape = &shapes[i];

		if (shape->type == type && (map->flags & shape->flags) == shape->flags &&
		    (!shape->value_size || shape->value_size == map->value_size))
			return shape;
	}
	return NULL;
}

/* Rows are of one size and records aren't: whole ones as far as the rows of a full ring stay within a
 * bound, which is all of them in rings of usual sizes. */
static uint32_t record_room(const struct map *map)
{
	enum { LEAST_BYTES = 128, MOST_BYTES = 4096, ALL_BYTES = 32 << 20, USUAL_RECORD = 16 };
	uint32_t room = ALL_BYTES / MAX_OF(map->max_entries / USUAL_RECORD, 1U);

	return MIN_OF(MAX_OF(room, (uint32_t)LEAST_BYTES),
		      MIN_OF((uint32_t)MOST_BYTES, MAX_OF(map->max_entries, 8U)));
}

void shape_size_rows(struct map *map)
{
	const struct shape *shape = shape_of(map);

	if (!shape || !shape->row_key_size)
		return;
	map->row_key_size = shape->row_key_size;
	map->row_value_size = shape->row_value_size;
	if (shape_payload_at(shape))
		map->row_value_size += record_room(map);
}

void shape_size_records(struct map *map, uint64_t size)
{
	enum { USUAL_BYTES = 1 << 16 }; /* of types that are larger than the ring, too */
	uint32_t at = shape_payload_at(shape_of(map));
	uint64_t room =
		at + MIN_OF(size, (uint64_t)MAX_OF(map->max_entries, (uint32_t)USUAL_BYTES));

	if (at && room <= UINT32_MAX)
		map->row_value_size = MAX_OF(map->row_value_size, (uint32_t)room);
}

enum shape_say shape_says(const struct shape *shape, bool in_value)
{
	if (!shape)
		return SHAPE_NOTHING;
	return in_value ? shape->value.say : shape->key.say;
}

/* Names of attach types as libbpf spells them; it owns them. */
static unsigned attach_names(struct enum_name *names, unsigned max)
{
	unsigned n = 0;
	const char *name;

	for (; n < max && (name = libbpf_bpf_attach_type_str((enum bpf_attach_type)n)); n++)
		names[n] = (struct enum_name){name, n};
	return n;
}

static int add_part(const struct part *part, uint32_t side_size, bool in_value, struct plan *plan,
		    struct err *err)
{
	enum { MAX_ATTACH_TYPES = 128 };
	struct enum_name names[MAX_ATTACH_TYPES];
	struct field field = part->field;

	if (field.kind == FIELD_ARRAY)
		field.count = side_size / field.stride;
	else if (field.size == THE_REST)
		field.size = side_size - field.offset;
	if (field.kind == FIELD_ENUM && !field.names) {
		field.names = names;
		field.n_names = attach_names(names, MAX_ATTACH_TYPES);
	}
	if (part->format)
		field.format = format_named(part->format, strlen(part->format));
	return plan_add(plan, in_value, &field, err);
}

static int add_parts(const struct part *parts, unsigned n, uint32_t size, bool in_value,
		     struct plan *plan, struct err *err)
{
	int r = 0;

	for (unsigned i = 0; i < n && r == 0; i++)
		r = add_part(&parts[i], size, in_value, plan, err);
	while (r == 0 && plan->n_open)
		r = plan_close(plan, err);
	return r;
}

int shape_add(const struct shape *shape, const struct map *map, bool in_value, struct plan *plan,
	      struct err *err)
{
	const struct layout *layout = in_value ? &shape->value : &shape->key;
	size_t size = in_value ? map_copy_size(map) : map_key_stride(map);

	if (in_value)
		plan->record_from = shape_payload_at(shape);
	return add_parts(layout->parts, layout->n, (uint32_t)size, in_value, plan, err);
}

uint32_t shape_payload_at(const struct shape *shape)
{
	return shape && shape->value.parts == record ? offsetof(struct record_value, bytes) : 0;
}

int shape_add_before_payload(const struct shape *shape, const struct map *map, struct plan *plan,
			     struct err *err)
{
	plan->record_from = shape_payload_at(shape);
	return add_parts(shape->value.parts, shape->value.n - 1, (uint32_t)map_copy_size(map), true,
			 plan, err);
}
