/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Leaves of keys and values as JSON. Integers are exact up to 64 bits and plain numbers, wider ones hex
 * strings, since no parser reads 128 bits; what can't be known is null; bytes without a type are
 * written as bpftool writes them. */
#include "out/leaf.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "model/decode.h"
#include "model/format.h"
#include "model/plan.h"
#include "model/table.h"

static void write_wide(unsigned __int128 n, struct buf *out)
{
	uint64_t high = (uint64_t)(n >> 64);

	if (high)
		buf_addf(out, "\"0x%llx%016llx\"", (unsigned long long)high, (unsigned long long)n);
	else
		buf_addf(out, "\"0x%llx\"", (unsigned long long)n);
}

/* As bpftool writes what it knows no type of. */
void leaf_bytes(struct buf *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	buf_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		const char item[] = {
			',', '"', '0', 'x', digits[bytes[i] >> 4], digits[bytes[i] & 15], '"'};

		buf_add(out, item + (i == 0), sizeof(item) - (i == 0));
	}
	buf_addc(out, ']');
}

void leaf_val(const struct val *val, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	switch (val->kind) {
	case VAL_UNKNOWN:
		json_null(&json);
		break;
	case VAL_UINT:
		json_uint(&json, val->u);
		break;
	case VAL_INT:
		json_int(&json, val->i);
		break;
	case VAL_REAL:
		json_real(&json, val->x);
		break;
	case VAL_WIDE:
		write_wide(val->wide, out);
		break;
	case VAL_IWIDE:
		write_wide((unsigned __int128)val->iwide, out);
		break;
	case VAL_TEXT:
		json_quote(out, val->at, val->len);
		break;
	case VAL_BYTES:
		leaf_bytes(out, (const uint8_t *)val->at, val->len);
		break;
	}
}

static void write_val(struct leaf_context *context, const struct field *field, const uint8_t *base,
		      struct buf *out)
{
	const struct val val = decode_val(field, base);

	(void)context;
	leaf_val(&val, out);
}

/* 0.1 in 32 bits is another number than in 64, and is written as what it was meant to be all the same. */
static void write_single(struct leaf_context *context, const struct field *field,
			 const uint8_t *base, struct buf *out)
{
	const struct val val = decode_val(field, base);

	if (isfinite(val.x))
		format_write_single(val.x, out);
	else
		write_val(context, field, base, out);
}

static void write_uint(struct leaf_context *context, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	(void)context;
	buf_addu(out, decode_u64(field, base));
}

static void write_int(struct leaf_context *context, const struct field *field, const uint8_t *base,
		      struct buf *out)
{
	(void)context;
	buf_addi(out, (int64_t)decode_u64(field, base));
}

/* A char has no sign to people, but it has to whoever asks for its number. */
static void write_char(struct leaf_context *context, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	uint64_t n = decode_u64(field, base);

	(void)context;
	buf_addi(out, field->is_signed ? (int8_t)n : (int64_t)n);
}

static void write_bool(struct leaf_context *context, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	(void)context;
	buf_adds(out, decode_u64(field, base) ? "true" : "false");
}

static void write_enum(struct leaf_context *context, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	int64_t value = (int64_t)decode_u64(field, base);
	const char *name = decode_enum_name(field, value);

	if (name)
		json_quote(out, name, strlen(name));
	else if (field->is_signed)
		write_int(context, field, base, out);
	else
		write_uint(context, field, base, out);
}

static void write_formatted(struct leaf_context *context, const struct field *field,
			    const uint8_t *base, struct buf *out)
{
	const struct table *table = context->table;
	struct json json;

	buf_clear(&context->printed);
	buf_clear(&context->tame);
	format_print(field, &table->plan, base, PRINT_NAMED, &table->lookups, &context->printed);
	utf8_tame(&context->tame, buf_text(&context->printed), context->printed.len);
	if (context->printed.failed || context->tame.failed)
		out->failed = true;
	json_init(&json, out);
	json_text(&json, buf_text(&context->tame));
}

/* -- as bpftool -- */

static void hex_bits(struct leaf_context *context, const struct field *field, const uint8_t *base,
		     struct buf *out)
{
	const struct val val = decode_val(field, base);
	unsigned __int128 bits = val.kind == VAL_WIDE || val.kind == VAL_IWIDE ? val.wide : val.u;

	(void)context;
	if (field->bit_size < 128)
		bits &= ((unsigned __int128)1 << field->bit_size) - 1;
	write_wide(bits, out);
}

/* Text only when it ends inside the array and every character prints; else numbers. */
static void chars(struct leaf_context *context, const struct field *field, const uint8_t *base,
		  struct buf *out)
{
	const uint8_t *at = base + field->offset;
	size_t n = strnlen((const char *)at, field->size), i = 0;

	(void)context;
	while (i < n && at[i] > 0x1f && at[i] < 0x7f)
		i++;
	if (i == n && n < field->size) {
		json_quote(out, (const char *)at, n);
		return;
	}
	buf_addc(out, '[');
	for (i = 0; i < field->size; i++) {
		if (i)
			buf_addc(out, ',');
		buf_addi(out, (int8_t)at[i]);
	}
	buf_addc(out, ']');
}

/* What the kernel keeps for itself, it copies out as zeros. */
static void special(struct leaf_context *context, const struct field *field, const uint8_t *base,
		    struct buf *out)
{
	(void)context, (void)base;
	if (strstr(field->type, "bpf_spin_lock")) {
		buf_adds(out, "{\"val\":0}");
	} else if (strchr(field->type, '*')) {
		buf_adds(out, "0");
	} else {
		buf_adds(out, "{\"__opaque\":[0");
		for (size_t i = 1; i < field->size / sizeof(uint64_t); i++)
			buf_adds(out, ",0");
		buf_adds(out, "]}");
	}
}

static leaf_fn *bpftool_writer(const struct field *field)
{
	if (field->is_bitfield)
		return hex_bits;
	if (field->kind == FIELD_TEXT)
		return chars;
	return field->kind == FIELD_SPECIAL ? special : leaf_writer(field, LEAF_PLAIN);
}

void leaf_context_release(struct leaf_context *context)
{
	buf_release(&context->printed);
	buf_release(&context->tame);
}

/* Wide integers have no decode_u64; everything not named here says by its value what it is. */
leaf_fn *leaf_writer(const struct field *field, enum leaf_style style)
{
	static leaf_fn *const of_kind[N_FIELD_KINDS] = {
		[FIELD_UINT] = write_uint, [FIELD_INT] = write_int,   [FIELD_BOOL] = write_bool,
		[FIELD_ENUM] = write_enum, [FIELD_CHAR] = write_char, [FIELD_POINTER] = write_uint,
	};

	if (style == LEAF_FORMATTED)
		return write_formatted;
	if (style == LEAF_BPFTOOL)
		return bpftool_writer(field);
	if (field_is_integer(field) && !field->carry_at && of_kind[field->kind])
		return of_kind[field->kind];
	if (field->kind == FIELD_REAL && field->size <= sizeof(float))
		return write_single;
	return write_val;
}

bool leaf_is_number(const struct field *field, enum leaf_style style)
{
	return leaf_writer(field, style) == write_uint;
}

/* Strings as the screen has them: an address is one, however many bytes or members make it. */
bool leaf_is_whole(const struct field *field, enum leaf_style style)
{
	return style == LEAF_FORMATTED && field_is_container(field) && !field_is_nested(field);
}
