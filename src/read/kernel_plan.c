/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The layout of a map of the kernel. For each side the first that knows: what the type fixes, the BTF
 * of the map (of the kernel itself for struct_ops), what the type usually is, plain bytes. A BTF that
 * doesn't fit is said in the log, and the map shown as if it had none. */
#include <errno.h>
#include <string.h>

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "base/err.h"
#include "base/log.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "read/btfplan.h"
#include "read/kernel.h"
#include "read/kernel_plan.h"
#include "read/shape.h"

struct sides {
	const struct shape *shape; /* NULL: the type says nothing */
	const struct btf *btf;	   /* NULL: none to be had */
	uint32_t key_type, value_type;
};

static void find_btf(struct kernel *kernel, const struct map *map, struct sides *sides,
		     struct err *why)
{
	uint32_t id = map->btf_id;
	int r = -ENOENT;

	sides->key_type = map->btf_key_type_id;
	sides->value_type = map->btf_value_type_id;
	if (map->btf_vmlinux_value_type_id) {
		sides->value_type = map->btf_vmlinux_value_type_id;
		sides->btf = btfcache_kernel(&kernel->btfs, &r);
		if (!sides->btf)
			err_set(why, r, "the kernel's BTF cannot be had: %s", err_words(r));
		return;
	}
	if (!id || !(sides->key_type || sides->value_type)) {
		err_set(why, r, "it was made without BTF");
		return;
	}
	sides->btf = btfcache_get(&kernel->btfs, id, &r);
	if (!sides->btf)
		err_set(why, r, "its BTF (id %u) cannot be had: %s", id,
			r == -EPERM ? "that needs CAP_SYS_ADMIN" : err_words(r));
}

/* A trie's key is a prefix whatever its members are called. */
static void mark_prefix(const struct map *map, struct plan *plan)
{
	static const char cidr[] = "cidr";
	const struct format *format = format_named(cidr, strlen(cidr));

	if (map->type->number == BPF_MAP_TYPE_LPM_TRIE && plan->n_key_fields > 2 &&
	    plan->fields[0].kind == FIELD_STRUCT && !plan->fields[0].format &&
	    format->fits(&plan->fields[0]))
		plan->fields[0].format = format;
}

/* The kernel hands out the ids of programs where the pointers to them stand.
 * source: bpf_struct_ops_map_sys_lookup_elem() */
static void mark_programs(const struct map *map, struct plan *plan)
{
	static const char progid[] = "progid";
	const struct format *format = format_named(progid, strlen(progid));

	if (!map->btf_vmlinux_value_type_id)
		return;
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		if (plan->fields[i].kind == FIELD_POINTER && strstr(plan->fields[i].type, "(*)") &&
		    format->fits(&plan->fields[i]))
			plan->fields[i].format = format;
}

static int add_bytes(bool in_value, uint32_t size, struct plan *plan, struct err *err)
{
	const struct field field = {.kind = FIELD_BYTES, .type = "bytes", .size = size};

	return size ? plan_add(plan, in_value, &field, err) : 0;
}

/* A record of a ring buffer of which an object file says what it is: the kernel says how long it is. A type without a
 * size leaves it bytes. */
static int add_record(const struct sides *sides, const struct map *map, struct plan *plan,
		      struct err *err)
{
	uint32_t at = shape_payload_at(sides->shape), room = plan->value_size - at;
	int64_t size = btf__resolve_size(sides->btf, sides->value_type);
	int r;

	if (size < 0 || btf_is_datasec(btf__type_by_id(sides->btf, sides->value_type)))
		return shape_add(sides->shape, map, true, plan, err);
	if (size > room)
		return err_set(err, -EINVAL,
			       "its records have %lld bytes and only their first %u are looked at",
			       (long long)size, room);
	r = shape_add_before_payload(sides->shape, map, plan, err);
	return r < 0 ? r
		     : btfplan_add(sides->btf, sides->value_type, true, at, (uint32_t)size, plan,
				   err);
}

static int add_side(const struct sides *sides, const struct map *map, bool in_value,
		    struct plan *plan, struct err *err)
{
	uint32_t type = in_value ? sides->value_type : sides->key_type;
	uint32_t size = in_value ? plan->value_size : plan->key_size;
	enum shape_say say = shape_says(sides->shape, in_value);

	if (in_value && sides->btf && type && shape_payload_at(sides->shape))
		return add_record(sides, map, plan, err);
	if (say == SHAPE_FIXED || (say == SHAPE_FALLBACK && !(sides->btf && type)))
		return shape_add(sides->shape, map, in_value, plan, err);
	if (sides->btf && type)
		return btfplan_add(sides->btf, type, in_value, 0, size, plan, err);
	return add_bytes(in_value, size, plan, err);
}

static int build(const struct sides *sides, const struct map *map, const char *origin,
		 struct plan *plan, struct err *err)
{
	int r;

	plan_begin(plan, (uint32_t)map_key_stride(map), (uint32_t)map_copy_size(map), origin);
	r = add_side(sides, map, false, plan, err);
	if (r == 0)
		r = add_side(sides, map, true, plan, err);
	if (r < 0)
		return r;
	mark_prefix(map, plan);
	mark_programs(map, plan);
	return plan_finish(plan, err);
}

int plan_from_btf(const struct btf *btf, uint32_t key_type, uint32_t value_type,
		  const struct map *map, const char *origin, struct plan *out, struct err *err)
{
	const struct sides sides = {shape_of(map), btf, key_type, value_type};
	int r = build(&sides, map, origin, out, err);

	if (r < 0)
		plan_release(out);
	return r;
}

/* Remembers why some of the layout is bytes, when it is. */
static int note_bytes(struct plan *plan, const struct err *why, struct err *err)
{
	bool has_bytes = false;

	for (uint32_t i = 0; i < plan->n_fields; i++)
		has_bytes |= plan->fields[i].kind == FIELD_BYTES;
	if (!has_bytes)
		return 0;
	plan->why_bytes = arena_strdup(&plan->mem, why->text);
	return plan->why_bytes ? 0 : err_set(err, -ENOMEM, "out of memory");
}

int kernel_plan(struct source *source, const struct map *map, struct plan *out, struct err *err)
{
	struct sides sides = {.shape = shape_of(map)};
	struct err why = {0};
	int r;

	find_btf((struct kernel *)source, map, &sides, &why);
	if (sides.btf && build(&sides, map, "btf", out, &why) == 0)
		return 0;
	if (sides.btf)
		plan_release(out);
	sides.btf = NULL;
	if (sides.shape) {
		r = build(&sides, map, "kernel", out, err);
		return r < 0 ? r : note_bytes(out, &why, err);
	}
	log_add(LOG_INFO, "map '%s' (id %u) is shown as bytes: %s", map->name, map->id, why.text);
	r = plan_untyped(out, map->key_size, map->value_size, err);
	return r < 0 ? r : note_bytes(out, &why, err);
}
