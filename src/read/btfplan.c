/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compiles BTF into a plan: one walk over the type, a row of `kinds` for each kind of BTF.
 *
 * A `place` is where a type is to stand: its bits from the base and how many bits of room the type
 * around it leaves. Invariant: nothing is added that reaches beyond its room, and a member's room
 * lies inside its struct's, so every offset fits the key's or value's size and no sum overflows.
 * Depth and count are bounded by plan_add, chains of typedefs by btftype_resolve, so that a hostile
 * BTF costs at most PLAN_MAX_FIELDS steps. */
#include "read/btfplan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/format.h"
#include "model/plan.h"
#include "read/btftype.h"

/* Names of enum values that one plan may hold, all its enums together. */
enum { MAX_ENUM_NAMES = 1 << 20 };

struct compile {
	const struct btf *btf;
	struct plan *plan;
	struct err *err;
	struct btftags tags;
	struct enum_name *names; /* scratch of one enum */
	size_t cap_names, n_names_all;
	struct buf text; /* scratch for C names of types */
	bool in_value;
};

struct place {
	const char *name;
	uint32_t type;	    /* as declared; add_place replaces it by what it resolves to */
	uint64_t bits;	    /* from the base of the key, value or element */
	uint64_t room_bits; /* where the enclosing type ends, from the same base */
	uint32_t bit_size;  /* of a bitfield; 0: the type's own */
	struct btfmarks marks;
};

static int add_place(struct compile *c, struct place *place);

static int fault(struct compile *c, const struct place *place, const char *what)
{
	SCOPED(buf) name = {0};

	buf_clear(&c->text);
	btftype_text(c->btf, place->type, &c->text);
	utf8_tame(&name, buf_text(&c->text), c->text.len);
	if (*place->name) {
		buf_addc(&name, ' ');
		utf8_tame(&name, place->name, strlen(place->name));
	}
	return err_set(c->err, -EINVAL, "the map's BTF is malformed: '%s' in its %s %s",
		       buf_text(&name), c->in_value ? "value" : "key", what);
}

static int add_field(struct compile *c, const struct place *place, struct field *proto)
{
	if (!proto->is_bitfield) {
		if (place->bits % 8)
			return fault(c, place, "does not start at a byte");
		proto->offset = place->bits / 8;
		if (place->bits + (uint64_t)proto->size * 8 > place->room_bits)
			return fault(c, place, "reaches beyond the type around it");
	}
	if (place->marks.format && (!place->marks.format->fits || place->marks.format->fits(proto)))
		proto->format = place->marks.format;
	else if (place->marks.format)
		log_add(LOG_WARN,
			"the format '%s' of the tag at '%s' does not fit: it has %u bytes",
			place->marks.format->name, place->name, proto->size);
	proto->is_hidden = place->marks.is_hidden;
	return plan_add(c->plan, c->in_value, proto, c->err);
}

/* An integer or enum of type_bits that starts offset_bits into its storage (only compilers before
 * kind_flag said so) may be a bitfield; plain ones keep their whole bytes. */
static int add_bits(struct compile *c, const struct place *place, struct field *proto,
		    uint32_t offset_bits, uint32_t type_bits)
{
	uint64_t start = place->bits + offset_bits;
	uint32_t n_bits = place->bit_size ? place->bit_size : type_bits;

	if (n_bits == proto->size * 8 && start % 8 == 0)
		return add_field(c, place, proto);
	if (n_bits > type_bits || start + n_bits > place->room_bits)
		return fault(c, place, "is a bitfield wider than its type");
	proto->is_bitfield = true;
	proto->bit_size = n_bits;
	proto->bit_shift = start % 8;
	proto->offset = start / 8;
	proto->size = (proto->bit_shift + n_bits + 7) / 8;
	if (proto->kind == FIELD_CHAR)
		proto->kind = proto->is_signed ? FIELD_INT : FIELD_UINT;
	return add_field(c, place, proto);
}

static int reserve_names(struct compile *c, size_t n)
{
	struct enum_name *grown;

	c->n_names_all += n;
	if (c->n_names_all > MAX_ENUM_NAMES)
		return err_set(c->err, -E2BIG, "the map's BTF has more than %d enum names",
			       MAX_ENUM_NAMES);
	if (n <= c->cap_names)
		return 0;
	grown = reallocarray(c->names, n, sizeof(*grown));
	if (!grown)
		return err_set(c->err, -ENOMEM, "out of memory for a layout");
	c->names = grown;
	c->cap_names = n;
	return 0;
}

/* Compilers of before the signed flag (LLVM 14, GCC 12) leave it unset on enums with negative values. */
static bool enum_is_signed(const struct btf_type *t)
{
	if (btf_kflag(t) || btf_is_enum64(t))
		return btf_kflag(t);
	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (btf_enum(t)[i].val < 0)
			return true;
	return false;
}

static int64_t enum_value(const struct btf_type *t, unsigned i, bool is_signed)
{
	if (btf_is_enum64(t))
		return (int64_t)btf_enum64_value(&btf_enum64(t)[i]);
	return is_signed ? (int64_t)btf_enum(t)[i].val : (int64_t)(uint32_t)btf_enum(t)[i].val;
}

static int take_names(struct compile *c, const struct btf_type *t, struct field *proto)
{
	bool is_signed = enum_is_signed(t);
	unsigned n = btf_vlen(t);
	int r = reserve_names(c, n);

	if (r)
		return r;
	for (unsigned i = 0; i < n; i++) {
		uint32_t name_off =
			btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		c->names[i].name = btftype_name(c->btf, name_off);
		c->names[i].value = enum_value(t, i, is_signed);
	}
	proto->kind = FIELD_ENUM;
	proto->is_signed = is_signed;
	proto->names = c->names;
	proto->n_names = n;
	return 0;
}

static int add_enum(struct compile *c, const struct place *place, const struct btf_type *t,
		    struct field *proto)
{
	int r;

	if (t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8)
		return fault(c, place, "is an enum of impossible size");
	proto->size = t->size;
	r = take_names(c, t, proto);
	return r ? r : add_bits(c, place, proto, 0, t->size * 8);
}

/* The enum that a tag on an integer names; NULL where there is none of that name. */
static const struct btf_type *tagged_enum(const struct compile *c, const struct place *place)
{
	int32_t id;

	if (!place->marks.enum_name)
		return NULL;
	id = btf__find_by_name_kind(c->btf, place->marks.enum_name, BTF_KIND_ENUM);
	if (id < 0)
		log_add(LOG_WARN, "BTF tag 'enum:%s' names no enum", place->marks.enum_name);
	return id < 0 ? NULL : btf__type_by_id(c->btf, (uint32_t)id);
}

static int add_int(struct compile *c, const struct place *place, const struct btf_type *t,
		   struct field *proto)
{
	uint32_t n_bits = btf_int_bits(t), offset_bits = btf_int_offset(t);
	uint8_t encoding = btf_int_encoding(t);
	const struct btf_type *names = tagged_enum(c, place);
	int r = 0;

	if (t->size < 1 || t->size > 16 || !n_bits || offset_bits + n_bits > t->size * 8)
		return fault(c, place, "is an integer of impossible size");
	proto->size = t->size;
	proto->is_signed = encoding & BTF_INT_SIGNED;
	proto->kind = proto->is_signed ? FIELD_INT : FIELD_UINT;
	if ((encoding & BTF_INT_BOOL) && t->size <= 8)
		proto->kind = FIELD_BOOL;
	else if (btftype_is_char(c->btf, t))
		proto->kind = FIELD_CHAR;
	if (names && t->size <= 8)
		r = take_names(c, names, proto);
	return r ? r : add_bits(c, place, proto, offset_bits, n_bits);
}

/* Tags that make a pointer one the kernel keeps (include/linux/bpf.h, enum btf_field_type). */
static const char *const kept_pointers[] = {"kptr", "kptr_ref", "kptr_untrusted", "percpu_kptr",
					    "uptr"};
/* Structs that the kernel fills and a read shows as zero. */
static const char *const special_structs[] = {
	"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer",     "bpf_wq",
	"bpf_list_head", "bpf_list_node",     "bpf_rb_root",   "bpf_rb_node",
	"bpf_refcount",	 "bpf_dynptr",	      "bpf_task_work",
};

static bool is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static int add_pointer(struct compile *c, const struct place *place, const struct btf_type *t,
		       struct field *proto)
{
	const struct btf_type *target = btf__type_by_id(c->btf, t->type);

	proto->kind = FIELD_POINTER;
	proto->size = btf__resolve_size(c->btf, place->type);
	for (int i = 0; i < BTFTYPE_MAX_CHAIN && target && btf_is_type_tag(target); i++) {
		if (is_listed(btftype_name(c->btf, target->name_off), kept_pointers,
			      ARRAY_LEN(kept_pointers)))
			proto->kind = FIELD_SPECIAL;
		target = btf__type_by_id(c->btf, target->type);
	}
	return add_field(c, place, proto);
}

static int add_float(struct compile *c, const struct place *place, const struct btf_type *t,
		     struct field *proto)
{
	bool is_known =
		t->size == 2 || t->size == 4 || t->size == 8 || t->size == sizeof(long double);

	proto->kind = is_known ? FIELD_REAL : FIELD_BYTES;
	proto->size = t->size;
	return add_field(c, place, proto);
}

static int add_array(struct compile *c, const struct place *place, const struct btf_type *t,
		     struct field *proto)
{
	const struct btf_array *array = btf_array(t);
	int64_t element = btftype_resolve(c->btf, array->type);
	int64_t stride = btf__resolve_size(c->btf, array->type);
	struct place inside = {.name = "", .type = array->type, .marks = place->marks};
	int r;

	if (element < 0 || stride < 0 || stride > UINT32_MAX ||
	    (uint64_t)stride * array->nelems > UINT32_MAX)
		return fault(c, place, "is an array of impossible size");
	proto->size = stride * array->nelems;
	if (btftype_is_char(c->btf, btf__type_by_id(c->btf, element))) {
		proto->kind = FIELD_TEXT;
		return add_field(c, place, proto);
	}
	/* Elements without bytes can't be told apart: however many are claimed, none is shown. */
	proto->kind = FIELD_ARRAY;
	proto->stride = stride;
	proto->count = stride ? array->nelems : 0;
	r = add_field(c, place, proto);
	if (r)
		return r;
	inside.room_bits = (uint64_t)stride * 8;
	if (proto->format)
		inside.marks.format = NULL;
	r = add_place(c, &inside);
	return r ? r : plan_close(c->plan, c->err);
}

static int add_member(struct compile *c, const struct place *outer, const struct btf_type *t,
		      unsigned i)
{
	const struct btf_member *member = &btf_members(t)[i];
	struct place place = {
		.name = btftype_name(c->btf, member->name_off),
		.type = member->type,
		.bits = outer->bits + btf_member_bit_offset(t, i),
		.room_bits = outer->bits + (uint64_t)t->size * 8,
		.bit_size = btf_member_bitfield_size(t, i),
		.marks.is_hidden = outer->marks.is_hidden,
	};

	if (!*place.name && place.bit_size)
		return 0; /* `int :3;` is padding */
	btftags_mark(&c->tags, outer->type, (int32_t)i, &place.marks);
	return add_place(c, &place);
}

static int add_struct(struct compile *c, const struct place *place, const struct btf_type *t,
		      struct field *proto)
{
	const char *name = btftype_name(c->btf, t->name_off);
	int r;

	proto->size = t->size;
	if (is_listed(name, special_structs, ARRAY_LEN(special_structs))) {
		proto->kind = FIELD_SPECIAL;
		return add_field(c, place, proto);
	}
	proto->kind = btf_is_union(t) ? FIELD_UNION : FIELD_STRUCT;
	r = add_field(c, place, proto);
	for (unsigned i = 0; !r && i < btf_vlen(t); i++)
		r = add_member(c, place, t, i);
	return r ? r : plan_close(c->plan, c->err);
}

/* A row a kind; kinds without a row have no bytes of their own and can't stand in a key or value. */
static int (*const kinds[])(struct compile *c, const struct place *place, const struct btf_type *t,
			    struct field *proto) = {
	[BTF_KIND_INT] = add_int,	[BTF_KIND_PTR] = add_pointer,  [BTF_KIND_ARRAY] = add_array,
	[BTF_KIND_STRUCT] = add_struct, [BTF_KIND_UNION] = add_struct, [BTF_KIND_ENUM] = add_enum,
	[BTF_KIND_FLOAT] = add_float,	[BTF_KIND_ENUM64] = add_enum,
};

/* Looks through typedefs, taking their tags along, and adds what is behind them. */
static int add_place(struct compile *c, struct place *place)
{
	struct field proto = {.name = place->name};
	uint32_t declared = place->type, id = declared;
	int64_t real = btftype_resolve(c->btf, id);
	const struct btf_type *t;

	if (real < 0)
		return fault(c, place, "leads in a circle or to a type that isn't there");
	do {
		btftags_mark(&c->tags, id, -1, &place->marks);
		t = btf__type_by_id(c->btf, id);
	} while (btftype_peel(t, &id));
	if (btf_kind(t) >= ARRAY_LEN(kinds) || !kinds[btf_kind(t)])
		return fault(c, place, "has no size");

	place->type = real;
	buf_clear(&c->text);
	btftype_text(c->btf, declared, &c->text);
	if (c->text.failed)
		return err_set(c->err, -ENOMEM, "out of memory for a layout");
	proto.type = buf_text(&c->text);
	return kinds[btf_kind(t)](c, place, t, &proto);
}

static int add_bytes(struct compile *c, const char *name, uint32_t offset, uint32_t size)
{
	const struct field proto = {
		.name = name, .type = "", .kind = FIELD_BYTES, .offset = offset, .size = size};

	return size ? plan_add(c->plan, c->in_value, &proto, c->err) : 0;
}

static int add_variable(struct compile *c, const struct btf_var_secinfo *info)
{
	const struct btf_type *var = btf__type_by_id(c->btf, info->type);
	uint64_t end = (uint64_t)info->offset + info->size;
	struct place place = {.type = info->type, .bits = (uint64_t)info->offset * 8};
	int64_t size;

	place.name = var ? btftype_name(c->btf, var->name_off) : "";
	place.room_bits = end * 8;
	if (!var || !btf_is_var(var))
		return fault(c, &place, "is no variable");
	if (end > c->plan->value_size)
		return err_set(c->err, -EINVAL,
			       "variable '%s' ends at byte %llu and the map's value has %u bytes",
			       place.name, (unsigned long long)end, c->plan->value_size);
	btftags_mark(&c->tags, info->type, -1, &place.marks);
	place.type = var->type;
	size = btf__resolve_size(c->btf, var->type);
	if (size < 0) /* external, of a type that only its home knows */
		return add_bytes(c, place.name, info->offset, info->size);
	if (size > info->size)
		return fault(c, &place, "is larger than its place in the section");
	return add_place(c, &place);
}

static int add_section(struct compile *c, const struct btf_type *section)
{
	const struct btf_var_secinfo *infos = btf_var_secinfos(section);
	int r = 0;

	c->plan->is_variables = true;
	for (unsigned i = 0; !r && i < btf_vlen(section); i++)
		r = add_variable(c, &infos[i]);
	return r;
}

/* The member at which a struct and the map's size part: the first that reaches beyond size, else the
 * last. NULL for types without members. */
static const struct btf_member *parting_member(const struct btf *btf, const struct btf_type *t,
					       uint32_t size)
{
	const struct btf_member *members = btf_members(t);

	if (!btf_is_composite(t) || !btf_vlen(t))
		return NULL;
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		uint64_t bits = btf_member_bitfield_size(t, i);
		int64_t bytes = btf__resolve_size(btf, members[i].type);

		if (!bits)
			bits = bytes > 0 ? (uint64_t)bytes * 8 : 0;
		if (btf_member_bit_offset(t, i) + bits > (uint64_t)size * 8)
			return &members[i];
	}
	return &members[btf_vlen(t) - 1];
}

static int sizes_part(struct compile *c, uint32_t declared, uint32_t real, int64_t size,
		      uint32_t map_size)
{
	const struct btf_type *t = btf__type_by_id(c->btf, real);
	const struct btf_member *member = parting_member(c->btf, t, map_size);
	const char *side = c->in_value ? "value" : "key";
	SCOPED(buf) where = {0};

	if (member) {
		buf_adds(&where, size > map_size ? ": they part at '" : ": they part behind '");
		buf_adds(&where, btftype_name(c->btf, member->name_off));
		buf_addf(&where, "', byte %u",
			 btf_member_bit_offset(t, member - btf_members(t)) / 8);
	}
	buf_clear(&c->text);
	btftype_text(c->btf, declared, &c->text);
	return err_set(c->err, -EINVAL,
		       "the %s type '%s' has %lld bytes and the map's %ss have %u%s", side,
		       buf_text(&c->text), (long long)size, side, map_size, buf_text(&where));
}

static int add_side(struct compile *c, uint32_t type, uint32_t at, uint32_t map_size)
{
	int64_t real = btftype_resolve(c->btf, type);
	const struct btf_type *t = real < 0 ? NULL : btf__type_by_id(c->btf, real);
	struct place place = {.name = "", .type = type, .bits = (uint64_t)at * 8};
	int64_t size;

	place.room_bits = place.bits + (uint64_t)map_size * 8;
	if (!t)
		return fault(c, &place, "leads in a circle or to a type that isn't there");
	if (btf_is_void(t) || btf_is_fwd(t))
		return add_bytes(c, "", at, map_size);
	if (btf_is_datasec(t) && c->in_value)
		return add_section(c, t);
	size = btf__resolve_size(c->btf, type);
	if (size < 0)
		return fault(c, &place, "has no size");
	if (size != map_size)
		return sizes_part(c, type, real, size, map_size);
	return add_place(c, &place);
}

int btfplan_add(const struct btf *btf, uint32_t type, bool in_value, uint32_t at, uint32_t size,
		struct plan *plan, struct err *err)
{
	struct compile c = {.btf = btf, .plan = plan, .err = err, .in_value = in_value};
	int r = btftags_collect(&c.tags, btf);

	if (r)
		err_set(err, r, "out of memory for a layout");
	else
		r = add_side(&c, type, at, size);
	btftags_release(&c.tags);
	buf_release(&c.text);
	free(c.names);
	return r;
}

int btfplan_compile(const struct btf *btf, uint32_t key_type, uint32_t value_type,
		    uint32_t key_size, uint32_t value_size, struct plan *out, struct err *err)
{
	int r;

	plan_begin(out, key_size, value_size, "btf");
	r = btfplan_add(btf, key_type, false, 0, key_size, out, err);
	if (!r)
		r = btfplan_add(btf, value_type, true, 0, value_size, out, err);
	if (!r)
		r = plan_finish(out, err);
	if (r)
		plan_release(out);
	return r;
}
