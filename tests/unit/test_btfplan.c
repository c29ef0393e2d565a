/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BTF into plans. The oracle is libbpf's own typed dump: ten thousand random layouts full of random bytes
 * must decode to the same text. Where libbpf is odd, `render` is odd in the same way and says so;
 * what libbpf can't do (wide, straddling and legacy bitfields) is checked bit by bit. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format.h"
#include "model/plan.h"
#include "read/btfplan.h"

/* -- random layouts -- */

enum { N_LAYOUTS = 10000, MAX_DEPTH = 4, MAX_MEMBERS = 7, MAX_BYTES = 1 << 16 };

/* How often each thing was met in what was compared: a maker that never makes it proves nothing of it. */
static struct met {
	unsigned n_layouts, n_kinds[N_FIELD_KINDS], n_bitfields, n_unaligned, n_wide, n_anonymous;
} met;

struct made { /* a type of the layout */
	int id;
	uint32_t size, align;
	uint32_t packed_align; /* even in packed structs: libbpf can't read unaligned enums */
	bool is_integer;       /* can be a bitfield */
	bool is_bool;	       /* and then of one bit */
};

struct maker {
	struct btf *btf;
	uint64_t seed;
	unsigned n_names;
	char name[24];
};

static unsigned draw(struct maker *maker, unsigned n)
{
	return num_random(&maker->seed) % n;
}

static const char *fresh_name(struct maker *maker, const char *stem)
{
	snprintf(maker->name, sizeof(maker->name), "%s%u", stem, maker->n_names++);
	return maker->name;
}

static struct made make_int(struct maker *maker)
{
	static const uint32_t sizes[] = {1, 2, 4, 8, 16};
	uint32_t size = sizes[draw(maker, ARRAY_LEN(sizes))];
	bool is_signed = draw(maker, 2);
	int id;

	if (size == 1 && draw(maker, 3) == 0) {
		id = btf__add_int(maker->btf, "_Bool", 1, BTF_INT_BOOL);
		return (struct made){id, 1, 1, 1, .is_integer = true, .is_bool = true};
	}
	if (size == 1 && draw(maker, 2))
		id = btf__add_int(maker->btf, "char", 1, BTF_INT_SIGNED);
	else
		id = btf__add_int(maker->btf, fresh_name(maker, "int"), size,
				  is_signed ? BTF_INT_SIGNED : 0);
	return (struct made){id, size, size, 1, .is_integer = size <= 8};
}

/* libbpf does not widen values above INT_MAX of unsigned enums as it widens their names, nor the bits of
 * signed ones: those have a test of their own. */
static struct made make_enum(struct maker *maker)
{
	uint32_t size = 1u << draw(maker, 4);
	int id;

	if (size == 8)
		id = btf__add_enum64(maker->btf, fresh_name(maker, "e"), 8, false);
	else
		id = btf__add_enum(maker->btf, fresh_name(maker, "e"), size);
	for (unsigned i = 0, n = draw(maker, 5); i < n; i++) {
		uint64_t value = num_random(&maker->seed) >> (65 - size * 8 + draw(maker, 6));

		if (size == 8)
			btf__add_enum64_value(maker->btf, fresh_name(maker, "E"), value);
		else
			btf__add_enum_value(maker->btf, fresh_name(maker, "E"),
					    (int64_t)(value & 0x7fffffff));
	}
	return (struct made){id, size, size, size, .is_integer = true};
}

static struct made make_pointer(struct maker *maker)
{
	int to = (int)draw(maker, 2), id;

	if (draw(maker, 4) == 0)
		to = btf__add_type_tag(maker->btf, "user", to);
	id = btf__add_ptr(maker->btf, to);
	if (draw(maker, 4) == 0)
		id = btf__add_restrict(maker->btf, id);
	return (struct made){id, 8, 8, .packed_align = 1};
}

static struct made make_scalar(struct maker *maker)
{
	switch (draw(maker, 8)) {
	case 0:
		return make_pointer(maker);
	case 1: {
		uint32_t size = draw(maker, 2) ? 8 : 4;
		int id = btf__add_float(maker->btf, fresh_name(maker, "float"), size);

		return (struct made){id, size, size, .packed_align = 1};
	}
	case 2:
		return make_enum(maker);
	default:
		return make_int(maker);
	}
}

static struct made make_type(struct maker *maker, unsigned depth);

static struct made make_array(struct maker *maker, unsigned depth)
{
	struct made element = make_type(maker, depth - 1);
	uint32_t n = draw(maker, 5);

	if (!element.size || element.size * n > MAX_BYTES / 16) /* libbpf refuses empty elements */
		return element;
	element.id = btf__add_array(maker->btf, 1, element.id, n);
	element.size *= n;
	element.is_integer = false;
	return element;
}

struct member {
	struct made type;
	uint32_t bits, bit_size;
	bool is_anonymous;
};

/* libbpf reads as many bytes as the bitfield's type has, from the byte of its first bit on. */
static void place_bitfield(struct maker *maker, struct member *member, uint32_t *bits)
{
	uint32_t type_bits = member->type.size * 8;

	/* whole ones are no bitfields to us */
	member->bit_size = member->type.is_bool ? 1 : 1 + draw(maker, type_bits - 1);
	if (*bits % 8 + member->bit_size > type_bits)
		*bits = (*bits + 7) / 8 * 8;
	member->bits = *bits;
	*bits += member->bit_size;
}

static void place_member(struct maker *maker, struct member *member, bool is_packed, uint32_t *bits)
{
	uint32_t align_bits = 8 * (is_packed ? member->type.packed_align : member->type.align);

	if (member->type.is_integer && draw(maker, 3) == 0) {
		place_bitfield(maker, member, bits);
		return;
	}
	*bits = (*bits + align_bits - 1) / align_bits * align_bits;
	member->bits = *bits;
	*bits += member->type.size * 8;
}

static struct made make_composite(struct maker *maker, unsigned depth)
{
	struct member members[MAX_MEMBERS] = {0};
	unsigned n = 1 + draw(maker, MAX_MEMBERS);
	bool is_union = draw(maker, 4) == 0, is_packed = draw(maker, 3) == 0;
	uint32_t bits = 0, size = 0, align = 1, packed_align = 1;

	for (unsigned i = 0; i < n; i++) {
		members[i].type = make_type(maker, depth - 1);
		if (is_union)
			bits = 0;
		place_member(maker, &members[i], is_packed, &bits);
		size = MAX_OF(size, (bits + 7) / 8);
		packed_align = MAX_OF(packed_align, members[i].type.packed_align);
		align = MAX_OF(align, is_packed ? packed_align : members[i].type.align);
		members[i].is_anonymous =
			btf_is_composite(btf__type_by_id(maker->btf, members[i].type.id)) &&
			draw(maker, 3) == 0;
	}
	size = (size + align - 1) / align * align;
	struct made made = {.size = size, .align = align, .packed_align = packed_align};

	made.id = is_union ? btf__add_union(maker->btf, fresh_name(maker, "u"), size)
			   : btf__add_struct(maker->btf, fresh_name(maker, "s"), size);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(
			btf__add_field(maker->btf,
				       members[i].is_anonymous ? NULL : fresh_name(maker, "m"),
				       members[i].type.id, members[i].bits, members[i].bit_size),
			0);
	return made;
}

static struct made make_type(struct maker *maker, unsigned depth)
{
	unsigned kind = depth ? draw(maker, 4) : 3;
	struct made made = kind == 0   ? make_array(maker, depth)
			   : kind == 1 ? make_composite(maker, depth)
				       : make_scalar(maker);

	for (unsigned n = draw(maker, 8); n > 5; n--) {
		made.id = btf__add_typedef(maker->btf, fresh_name(maker, "t"), made.id);
		if (draw(maker, 2))
			made.id = btf__add_const(maker->btf, made.id);
		if (draw(maker, 4) == 0)
			made.id = btf__add_volatile(maker->btf, made.id);
	}
	assert_true(made.id > 0);
	return made;
}

/* -- what libbpf's typed dump says, out of a plan -- */

static bool is_byte_array(const struct field *field)
{
	const struct field *element = field + 1;

	if (field->kind == FIELD_TEXT)
		return true;
	return field->kind == FIELD_ARRAY && element->size == 1 &&
	       (element->kind == FIELD_UINT || element->kind == FIELD_INT ||
		element->kind == FIELD_CHAR || element->kind == FIELD_BOOL);
}

static void render_bytes(const struct field *field, const uint8_t *base, struct buf *out)
{
	bool is_signed = field->kind == FIELD_TEXT ||
			 (field[1].kind != FIELD_UINT && field[1].kind != FIELD_BOOL);
	uint32_t n = field->kind == FIELD_TEXT ? decode_val(field, base).len : field->count;
	const uint8_t *bytes = base + field->offset;

	for (uint32_t i = 0; i < n; i++)
		buf_addf(out, "%d,", is_signed ? (int8_t)bytes[i] : bytes[i]);
}

/* libbpf prints bitfields as unsigned hex, whatever their sign. */
static void render_bitfield(const struct field *field, const struct val *val, struct buf *out)
{
	uint64_t mask = field->bit_size == 64 ? UINT64_MAX : (1ull << field->bit_size) - 1;

	buf_addf(out, "0x%llx", (unsigned long long)(val->u & mask));
}

static void render_enum(const struct field *field, const struct val *val, struct buf *out)
{
	const char *name = decode_enum_name(field, val->i);

	if (name)
		buf_adds(out, name);
	else
		buf_addf(out, "%llu", (unsigned long long)val->u);
}

static void render_leaf(const struct field *field, const uint8_t *base, struct buf *out)
{
	struct val val = decode_val(field, base);

	if (field->kind == FIELD_ENUM)
		render_enum(field, &val, out);
	else if (field->is_bitfield)
		render_bitfield(field, &val, out);
	else if (field->kind == FIELD_POINTER)
		buf_addf(out, "0x%llx", (unsigned long long)val.u);
	else if (field->kind ==
		 FIELD_BOOL) /* true is whatever isn't 0, which libbpf shows as it is */
		buf_addf(out, "%u", base[field->offset]);
	else if (field->kind == FIELD_CHAR) /* a character has no sign to us */
		buf_addf(out, "%d", field->is_signed ? (int8_t)val.u : (uint8_t)val.u);
	else if (val.kind == VAL_UINT)
		buf_addf(out, "%llu", (unsigned long long)val.u);
	else if (val.kind == VAL_INT)
		buf_addf(out, "%lld", (long long)val.i);
	else if (val.kind == VAL_REAL)
		buf_addf(out, "%f", val.x);
	else if (val.kind == VAL_WIDE || val.kind == VAL_IWIDE) {
		if (val.wide >> 64)
			buf_addf(out, "0x%llx%016llx", (unsigned long long)(val.wide >> 64),
				 (unsigned long long)val.wide);
		else
			buf_addf(out, "0x%llx", (unsigned long long)val.wide);
	}
}

static void render(const struct plan *plan, uint32_t i, const uint8_t *base, bool is_inner,
		   struct buf *out)
{
	const struct field *field = &plan->fields[i];

	if (is_byte_array(field)) {
		buf_addc(out, '[');
		render_bytes(field, base, out);
		buf_addc(out, ']');
	} else if (field->kind == FIELD_ARRAY) {
		buf_addc(out, '[');
		for (uint32_t k = 0; k < field->count; k++)
			render(plan, i + 1, base + field->offset + k * field->stride, true, out);
		buf_addc(out, ']');
	} else if (field_is_container(field)) {
		buf_addc(out, '{');
		for (uint32_t k = i + 1; k <= i + field->n_below; k += 1 + plan->fields[k].n_below)
			render(plan, k, base, true, out);
		buf_addc(out, '}');
	} else {
		render_leaf(field, base, out);
	}
	if (is_inner)
		buf_addc(out, ',');
}

static void __attribute__((format(printf, 2, 0)))
add_formatted(void *ctx, const char *fmt, va_list args)
{
	buf_vaddf(ctx, fmt, args);
}

/* A null pointer is "(nil)" to printf, 64-bit enums without a name have a suffix, and one-byte integers
 * are characters where they can be, in arrays and behind them: all these as plain numbers. */
static void add_plain(const char *at, struct buf *out)
{
	while (*at) {
		if (strncmp(at, "(nil)", 5) == 0) {
			buf_adds(out, "0x0");
			at += 5;
		} else if (strncmp(at, "ULL", 3) == 0) {
			at += 3;
		} else if (*at == '\'') {
			buf_addi(out, at[1]);
			at += 3;
		} else {
			buf_addc(out, *at++);
		}
	}
}

/* data has room behind it: libbpf refuses a bitfield whose type reaches beyond the end, even where its
 * bits don't. */
static void libbpf_text(const struct btf *btf, uint32_t type, const void *data, size_t size,
			struct buf *out)
{
	LIBBPF_OPTS(btf_dump_type_data_opts, opts, .compact = true, .skip_names = true,
		    .emit_zeroes = true);
	SCOPED(buf) raw = {0};
	struct btf_dump *dump = btf_dump__new(btf, add_formatted, &raw, NULL);
	int r;

	assert_non_null(dump);
	r = btf_dump__dump_type_data(dump, type, data, size, &opts);
	btf_dump__free(dump);
	assert_true(r >= 0);
	add_plain(buf_text(&raw), out);
}

/* Up to libbpf 1.4 the first NUL in any array of bytes empties all arrays behind it. */
static void fill(struct maker *maker, const struct plan *plan, uint8_t *data, size_t n)
{
	bool has_bytes = false;

	for (uint32_t i = 0; i < plan->n_fields; i++)
		has_bytes |= is_byte_array(&plan->fields[i]);
	for (size_t i = 0; i < n; i++) {
		data[i] = draw(maker, 6) ? num_random(&maker->seed) : 0;
		if (has_bytes && !data[i])
			data[i] = 'x';
	}
}

static void same_text(uint64_t seed, const char *ours, const char *theirs)
{
	size_t same = 0;

	while (ours[same] && ours[same] == theirs[same])
		same++;
	if (ours[same] == theirs[same])
		return;
	same = same > 40 ? same - 40 : 0;
	fail_msg("seed %llu:\nours   %.160s\nlibbpf %.160s", (unsigned long long)seed, ours + same,
		 theirs + same);
}

static void count_met(const struct plan *plan)
{
	met.n_layouts++;
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		met.n_kinds[field->kind]++;
		met.n_bitfields += field->is_bitfield;
		met.n_wide += field->size == 16 && !field_is_container(field);
		met.n_unaligned += field->kind == FIELD_UINT && !field->is_bitfield &&
				   field->size <= 8 && field->offset % field->size != 0;
		met.n_anonymous += field_is_container(field) && !field->name[0] && !field->in_array;
	}
}

static void all_was_met(void)
{
	enum { OFTEN = 300 };

	for (unsigned kind = 0; kind < N_FIELD_KINDS; kind++)
		if (kind != FIELD_BYTES && kind != FIELD_SPECIAL && met.n_kinds[kind] < OFTEN)
			fail_msg("kind %u: only %u fields", kind, met.n_kinds[kind]);
	assert_true(met.n_bitfields > OFTEN && met.n_unaligned > OFTEN);
	assert_true(met.n_wide > OFTEN && met.n_anonymous > OFTEN);
}

static void check_layout(uint64_t seed, uint8_t *data)
{
	struct maker maker = {.btf = btf__new_empty(), .seed = seed};
	SCOPED(plan) plan = {0};
	SCOPED(buf) ours = {0};
	SCOPED(buf) theirs = {0};
	struct err err = {0};
	struct made made;

	btf__set_pointer_size(maker.btf, 8);
	btf__add_int(maker.btf, "int", 4, BTF_INT_SIGNED);
	made = make_type(&maker, MAX_DEPTH);
	if (made.size && made.size <= MAX_BYTES) {
		if (btfplan_compile(maker.btf, 0, made.id, 4, made.size, &plan, &err))
			fail_msg("seed %llu: %s", (unsigned long long)seed, err.text);
		fill(&maker, &plan, data, made.size + 16);
		render(&plan, plan.n_key_fields, data, false, &ours);
		libbpf_text(maker.btf, made.id, data, made.size + 16, &theirs);
		same_text(seed, buf_text(&ours), buf_text(&theirs));
		count_met(&plan);
	}
	btf__free(maker.btf);
}

static void random_layouts_decode_as_libbpf_dumps_them(void **state)
{
	static _Alignas(16) uint8_t data[MAX_BYTES + 16];

	(void)state;
	/* Some come out empty, or too large. */
	for (uint64_t seed = 1; met.n_layouts < N_LAYOUTS && seed < 2 * N_LAYOUTS; seed++)
		check_layout(seed, data);
	assert_int_equal(met.n_layouts, N_LAYOUTS);
	all_was_met();
}

/* -- one thing at a time -- */

struct fixture {
	struct btf *btf;
	struct plan plan;
	struct err err;
	int u8, u32, s32, u64, chr;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->btf = btf__new_empty();
	if (!f->btf) {
		free(f);
		return -1;
	}
	btf__set_pointer_size(f->btf, 8);
	f->u8 = btf__add_int(f->btf, "unsigned char", 1, 0);
	f->u32 = btf__add_int(f->btf, "unsigned int", 4, 0);
	f->s32 = btf__add_int(f->btf, "int", 4, BTF_INT_SIGNED);
	f->u64 = btf__add_int(f->btf, "unsigned long long", 8, 0);
	f->chr = btf__add_int(f->btf, "char", 1, BTF_INT_SIGNED);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	plan_release(&f->plan);
	btf__free(f->btf);
	free(f);
	return 0;
}

/* Compiles type as the value beside a u32 key. */
static void compile(struct fixture *f, int type, uint32_t size)
{
	if (btfplan_compile(f->btf, f->u32, type, 4, size, &f->plan, &f->err))
		fail_msg("%s", f->err.text);
}

static void refuses(struct fixture *f, int type, uint32_t size, const char *words)
{
	int r = btfplan_compile(f->btf, f->u32, type, 4, size, &f->plan, &f->err);

	assert_true(r == -EINVAL || r == -E2BIG);
	if (!strstr(f->err.text, words))
		fail_msg("'%s' does not say '%s'", f->err.text, words);
	assert_int_equal(f->plan.n_fields, 0);
}

static const struct field *get(const struct fixture *f, const char *path)
{
	const struct field *field = plan_find(&f->plan, path, strlen(path), NULL);

	if (!field)
		fail_msg("no field '%s'", path);
	return field;
}

/* btf__add_int knows no legacy bitfields; the header's word is set by hand. */
static int add_legacy_int(struct btf *btf, const char *name, uint32_t size, unsigned encoding,
			  unsigned offset, unsigned n_bits)
{
	int id = btf__add_int(btf, name, size, 0);
	struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, id);

	assert_true(id > 0 && t);
	*(uint32_t *)(t + 1) = encoding << 24 | offset << 16 | n_bits;
	return id;
}

static uint64_t bits_of(const uint8_t *bytes, unsigned start, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)(bytes[(start + i) / 8] >> (start + i) % 8 & 1) << i;
	return value;
}

static void types_are_named_as_declared(void **state)
{
	struct fixture *f = *state;
	int be32 = btf__add_typedef(f->btf, "__be32", btf__add_const(f->btf, f->u32));
	int inner = btf__add_struct(f->btf, "flow_key", 4);

	btf__add_field(f->btf, "saddr", be32, 0, 0);
	int pointer = btf__add_ptr(f->btf, btf__add_volatile(f->btf, inner));
	int pointers = btf__add_ptr(f->btf, pointer);
	int name = btf__add_array(f->btf, f->u32, f->chr, 16);
	int grid = btf__add_array(f->btf, f->u32, btf__add_array(f->btf, f->u32, f->u64, 3), 2);
	int to_row = btf__add_ptr(f->btf, btf__add_array(f->btf, f->u32, f->u64, 3));
	int call = btf__add_ptr(f->btf, btf__add_func_proto(f->btf, 0));
	int kept = btf__add_array(f->btf, f->u32, pointer, 2);
	int outer = btf__add_struct(f->btf, "outer", 116);
	static const struct {
		const char *path, *type;
	} rows[] = {
		{"key", "unsigned int"},
		{"k", "struct flow_key"},
		{"k.saddr", "__be32"},
		{"pp", "struct flow_key **"},
		{"name", "char[16]"},
		{"grid", "unsigned long long[2][3]"},
		{"row", "unsigned long long (*)[3]"},
		{"call", "void (*)()"},
		{"kept", "struct flow_key *[2]"},
	};

	btf__add_field(f->btf, "k", inner, 0, 0);
	btf__add_field(f->btf, "pp", pointers, 32, 0);
	btf__add_field(f->btf, "name", name, 96, 0);
	btf__add_field(f->btf, "grid", grid, 224, 0);
	btf__add_field(f->btf, "row", to_row, 608, 0);
	btf__add_field(f->btf, "call", call, 672, 0);
	btf__add_field(f->btf, "kept", kept, 736, 0);
	btf__add_field(f->btf, "rest", f->u64, 864, 0);
	compile(f, outer, 116);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(get(f, rows[i].path)->type, rows[i].type);
	assert_int_equal(get(f, "name")->kind, FIELD_TEXT);
	assert_int_equal(get(f, "grid")->count, 2);
	assert_int_equal(get(f, "grid")->stride, 24);
}

static void only_char_arrays_are_text(void **state)
{
	struct fixture *f = *state;
	int schar = btf__add_int(f->btf, "signed char", 1, BTF_INT_SIGNED);
	int gcc_char = btf__add_int(f->btf, "c8", 1, BTF_INT_CHAR);
	static const enum field_kind kinds[] = {FIELD_TEXT, FIELD_ARRAY, FIELD_ARRAY, FIELD_TEXT};
	int elements[] = {f->chr, f->u8, schar, gcc_char};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		compile(f, btf__add_array(f->btf, f->u32, elements[i], 6), 6);
		assert_int_equal(f->plan.fields[1].kind, kinds[i]);
		plan_release(&f->plan);
	}
}

static void tags_choose_formats_and_hide(void **state)
{
	struct fixture *f = *state;
	int address = btf__add_typedef(f->btf, "address_t", f->u32);
	int list = btf__add_array(f->btf, f->u32, f->u32, 2);
	int s = btf__add_struct(f->btf, "s", 24);

	btf__add_field(f->btf, "a", address, 0, 0);
	btf__add_field(f->btf, "b", f->u32, 32, 0);
	btf__add_field(f->btf, "c", f->u32, 64, 0);
	btf__add_field(f->btf, "d", address, 96, 0);
	btf__add_field(f->btf, "e", list, 128, 0);
	btf__add_decl_tag(f->btf, "bpfmaptop:hide", s, 1);
	btf__add_decl_tag(f->btf, "bpfmaptop:ip4", address, -1);
	btf__add_decl_tag(f->btf, "other:mac", s, 2);
	btf__add_decl_tag(f->btf, "bpfmaptop:nosuchformat", s, 2);
	btf__add_decl_tag(f->btf, "bpfmaptop:hex", s, 3);
	btf__add_decl_tag(f->btf, "bpfmaptop:ip4", s, 4);
	compile(f, s, 24);
	assert_string_equal(get(f, "a")->format->name, "ip4");
	assert_true(get(f, "b")->is_hidden);
	assert_false(get(f, "c")->is_hidden);
	assert_string_equal(get(f, "c")->format->name, "dec");
	assert_string_equal(get(f, "d")->format->name, "hex");
	assert_string_equal(get(f, "e")[1].format->name, "ip4");
}

static void special_fields_are_what_they_are(void **state)
{
	struct fixture *f = *state;
	int lock = btf__add_struct(f->btf, "bpf_spin_lock", 4);

	btf__add_field(f->btf, "val", f->u32, 0, 0);
	int task = btf__add_fwd(f->btf, "task_struct", BTF_FWD_STRUCT);
	int kptr = btf__add_ptr(f->btf, btf__add_type_tag(f->btf, "kptr_untrusted", task));
	int user = btf__add_ptr(f->btf, btf__add_type_tag(f->btf, "user", task));
	int s = btf__add_struct(f->btf, "s", 24);

	btf__add_field(f->btf, "lock", lock, 0, 0);
	btf__add_field(f->btf, "task", kptr, 64, 0);
	btf__add_field(f->btf, "mem", user, 128, 0);
	compile(f, s, 24);
	assert_int_equal(get(f, "lock")->kind, FIELD_SPECIAL);
	assert_string_equal(get(f, "lock")->type, "struct bpf_spin_lock");
	assert_int_equal(get(f, "task")->kind, FIELD_SPECIAL);
	assert_string_equal(get(f, "task")->type, "struct task_struct *");
	assert_int_equal(get(f, "mem")->kind, FIELD_POINTER);
}

static void bitfields_of_all_ages_read_their_bits(void **state)
{
	struct fixture *f = *state;
	int legacy = add_legacy_int(f->btf, "legacy", 4, 0, 0, 5);
	int shifted = add_legacy_int(f->btf, "shifted", 4, BTF_INT_SIGNED, 3, 7);
	int old = btf__add_struct(f->btf, "old", 8);

	assert_true(legacy > 0 && shifted > 0 && old > 0);
	btf__add_field(f->btf, "a", legacy, 0, 0);
	btf__add_field(f->btf, "b", shifted, 32, 0);
	int new = btf__add_struct(f->btf, "new", 9);
	btf__add_field(f->btf, "wide", f->u64, 5, 64); /* straddles nine bytes */
	int s = btf__add_struct(f->btf, "s", 17);
	btf__add_field(f->btf, "old", old, 0, 0);
	btf__add_field(f->btf, "new", new, 64, 0);
	uint8_t bytes[17];
	uint64_t seed = 7;

	compile(f, s, 17);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = num_random(&seed);
	assert_int_equal(decode_u64(get(f, "old.a"), bytes), bits_of(bytes, 0, 5));
	assert_int_equal(decode_u64(get(f, "old.b"), bytes) & 0x7f, bits_of(bytes, 35, 7));
	assert_int_equal(decode_u64(get(f, "old.b"), bytes) >> 7,
			 bits_of(bytes, 41, 1) ? UINT64_MAX >> 7 : 0);
	assert_int_equal(decode_u64(get(f, "new.wide"), bytes), bits_of(bytes + 8, 5, 64));
}

static void enums_widen_with_their_names(void **state)
{
	struct fixture *f = *state;
	int old = btf__add_enum(f->btf, "verdict", 4);

	assert_true(old > 0);
	btf__add_enum_value(f->btf, "DENY", -1);
	/* as compilers before the signed flag wrote it */
	((struct btf_type *)btf__type_by_id(f->btf, old))->info &= ~(1u << 31);
	int huge = btf__add_enum64(f->btf, "huge", 8, false);
	btf__add_enum64_value(f->btf, "ALL", UINT64_MAX);
	int small = btf__add_enum(f->btf, "small", 2);
	btf__add_enum_value(f->btf, "LOW", -2);
	int s = btf__add_struct(f->btf, "s", 16);
	btf__add_field(f->btf, "old", old, 0, 0);
	btf__add_field(f->btf, "small", small, 32, 0);
	btf__add_field(f->btf, "huge", huge, 64, 0);
	const struct {
		int32_t old;
		int16_t small, pad;
		uint64_t huge;
	} row = {-1, -2, 0, UINT64_MAX};
	const uint8_t *base = (const uint8_t *)&row;

	compile(f, s, 16);
	assert_string_equal(decode_enum_name(get(f, "old"), decode_u64(get(f, "old"), base)),
			    "DENY");
	assert_string_equal(decode_enum_name(get(f, "huge"), decode_u64(get(f, "huge"), base)),
			    "ALL");
	assert_string_equal(decode_enum_name(get(f, "small"), decode_u64(get(f, "small"), base)),
			    "LOW");
	assert_false(get(f, "huge")->is_signed);
}

static void a_section_is_its_variables(void **state)
{
	struct fixture *f = *state;
	int name = btf__add_array(f->btf, f->u32, f->chr, 8);
	int a = btf__add_var(f->btf, "count", BTF_VAR_GLOBAL_ALLOCATED, f->u64);
	int b = btf__add_var(f->btf, "label", BTF_VAR_STATIC, name);
	int section = btf__add_datasec(f->btf, ".data", 24);

	btf__add_datasec_var_info(f->btf, a, 0, 8);
	btf__add_datasec_var_info(f->btf, b, 12, 8);
	btf__add_decl_tag(f->btf, "bpfmaptop:size", a, -1);
	compile(f, section, 32); /* the map's value may be padded */
	assert_true(f->plan.is_variables);
	assert_int_equal(f->plan.n_variables, 2);
	assert_string_equal(f->plan.fields[f->plan.variables[1]].name, "label");
	assert_int_equal(f->plan.fields[f->plan.variables[1]].offset, 12);
	assert_string_equal(get(f, "count")->format->name, "size");
	plan_release(&f->plan);
	refuses(f, section, 16, "'label' ends at byte 20");
}

static void sizes_that_disagree_part_at_a_field(void **state)
{
	struct fixture *f = *state;
	int s = btf__add_struct(f->btf, "flow", 16);

	btf__add_field(f->btf, "saddr", f->u32, 0, 0);
	btf__add_field(f->btf, "count", f->u64, 64, 0);
	refuses(f, s, 12,
		"'struct flow' has 16 bytes and the map's values have 12: they part at 'count'");
	refuses(f, s, 24, "have 24: they part behind 'count'");
	assert_int_equal(btfplan_compile(f->btf, f->u64, 0, 4, 4, &f->plan, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.text, "the key type 'unsigned long long' has 8 bytes"));
}

static void sides_without_a_type_are_bytes(void **state)
{
	struct fixture *f = *state;
	int fwd = btf__add_fwd(f->btf, "opaque", BTF_FWD_STRUCT);

	assert_int_equal(btfplan_compile(f->btf, 0, fwd, 6, 10, &f->plan, &f->err), 0);
	assert_int_equal(f->plan.n_fields, 2);
	assert_int_equal(f->plan.fields[0].kind, FIELD_BYTES);
	assert_int_equal(f->plan.fields[1].size, 10);
}

/* What no compiler writes. Ids of types still to come make the loops. */
static void malformed_types_are_refused(void **state)
{
	struct fixture *f = *state;
	int next = btf__type_cnt(f->btf);
	int loop = btf__add_typedef(f->btf, "loop", next + 1);

	btf__add_const(f->btf, loop);
	refuses(f, loop, 4, "in a circle");
	refuses(f, 9999, 4, "isn't there");

	int self = btf__type_cnt(f->btf);
	btf__add_struct(f->btf, "self", 8);
	btf__add_field(f->btf, "me", self + 1, 0, 0);
	btf__add_array(f->btf, f->u32, self, 1);
	refuses(f, self, 8, "nested deeper");

	int huge = btf__add_array(f->btf, f->u32, f->u64, 0x40000000);
	int twice = btf__add_struct(f->btf, "twice", 8);
	btf__add_field(f->btf, "huge", huge, 0, 0);
	refuses(f, twice, 8, "impossible size");

	int far = btf__add_struct(f->btf, "far", 8);
	btf__add_field(f->btf, "out", f->u64, 32, 0);
	refuses(f, far, 8, "reaches beyond");
}

static void empty_elements_do_not_repeat(void **state)
{
	struct fixture *f = *state;
	int empty = btf__add_struct(f->btf, "empty", 0);
	int many = btf__add_array(f->btf, f->u32, empty, UINT32_MAX);
	int s = btf__add_struct(f->btf, "s", 4);

	btf__add_field(f->btf, "many", many, 0, 0);
	btf__add_field(f->btf, "n", f->u32, 0, 0);
	compile(f, s, 4);
	assert_int_equal(get(f, "many")->count, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_layouts_decode_as_libbpf_dumps_them),
		CASE(types_are_named_as_declared),
		CASE(only_char_arrays_are_text),
		CASE(tags_choose_formats_and_hide),
		CASE(special_fields_are_what_they_are),
		CASE(bitfields_of_all_ages_read_their_bits),
		CASE(enums_widen_with_their_names),
		CASE(a_section_is_its_variables),
		CASE(sizes_that_disagree_part_at_a_field),
		CASE(sides_without_a_type_are_bytes),
		CASE(malformed_types_are_refused),
		CASE(empty_elements_do_not_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
