/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random types into plans. The oracle is libbpf's own typed dump: ten thousand random layouts full of random bytes
 * must decode to the same text. Where libbpf is odd, `render` is odd in the same way and says so. */
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
#include "tests/unit/starved.h"

/* -- random layouts -- */

enum { MAX_DEPTH = 4, MAX_MEMBERS = 7, MAX_BYTES = 1 << 16 };

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

	assert_non_null(maker.btf);
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

	const unsigned n = unless_starved(10000, 60);

	(void)state;
	/* Some come out empty, or too large. */
	for (uint64_t seed = 1; met.n_layouts < n && seed < 2 * n; seed++)
		check_layout(seed, data);
	assert_int_equal(met.n_layouts, n);
	if (!is_starved())
		all_was_met();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_layouts_decode_as_libbpf_dumps_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
