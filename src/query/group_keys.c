/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The keys of the groups that rows belong to: each part of many rows in one loop. */
#include <endian.h>
#include <math.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_range.h"
#include "query/group_parts.h"

enum { IP4_BYTES = 4, IP6_BYTES = 16, MAPPED_BYTES = IP6_BYTES - IP4_BYTES };

static const uint8_t *side_of(const struct group *group, const struct part *part, size_t row)
{
	const struct snap *snap = group->base->current;

	return column_in_key(&part->column) ? snap_key(snap, row) : snap_value(snap, row);
}

static void fill_bytes(const struct group *group, const struct part *part, size_t row, uint8_t *out)
{
	memcpy(out, side_of(group, part, row) + part->column.field->offset, part->size);
}

static void fill_text(const struct group *group, const struct part *part, size_t row, uint8_t *out)
{
	const uint8_t *at = side_of(group, part, row) + part->column.field->offset;
	size_t len = strnlen((const char *)at, part->size);

	memcpy(out, at, len);
	memset(out + len, 0, part->size - len);
}

static void fill_integer(const struct group *group, const struct part *part, size_t row,
			 uint8_t *out)
{
	uint64_t value = decode_u64(part->column.field, side_of(group, part, row));

	memcpy(out, &value, sizeof(value));
}

/* RFC 4291, 2.5.5.2 */
static bool is_mapped(const uint8_t *address)
{
	static const uint8_t prefix[MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, prefix, sizeof(prefix)) == 0;
}

static void fill_network(const struct group *group, const struct part *part, size_t row,
			 uint8_t *out)
{
	const uint8_t *at = side_of(group, part, row) + part->column.field->offset;
	size_t size = part->size - sizeof(uint32_t);
	uint32_t bits = part->prefix;

	if (size == IP6_BYTES && is_mapped(at))
		bits = MAPPED_BYTES * 8 + MIN_OF(bits, IP4_BYTES * 8u);
	memcpy(out, &bits, sizeof(bits));
	out += sizeof(bits);
	if (size == IP4_BYTES) {
		uint32_t address, mask = bits ? htobe32(UINT32_MAX << (32 - bits)) : 0;

		memcpy(&address, at, sizeof(address));
		address &= mask;
		memcpy(out, &address, sizeof(address));
		return;
	}
	memcpy(out, at, size);
	if (bits % 8)
		out[bits / 8] &= (uint8_t)(0xff00 >> (bits % 8));
	memset(out + (bits + 7) / 8, 0, size - (bits + 7) / 8);
}

static void fill_range(const struct group *group, const struct part *part, size_t row, uint8_t *out)
{
	uint64_t value = decode_u64(part->column.field, side_of(group, part, row));

	if (part->column.field->kind == FIELD_INT)
		value = (uint64_t)range_low_signed((int64_t)value, part->width);
	else
		value = range_low(value, part->width);
	memcpy(out, &value, sizeof(value));
}

static int64_t whole_of(const struct val *val)
{
	double real = val_as_real(val);

	if (val->kind == VAL_INT)
		return val->i;
	if (val->kind == VAL_UINT)
		return (int64_t)MIN_OF(val->u, (uint64_t)INT64_MAX);
	if (!(real < 0x1p63))
		return INT64_MAX;
	return real > -0x1p63 ? (int64_t)floor(real) : INT64_MIN + 1;
}

static void fill_cell(const struct group *group, const struct part *part, size_t row, uint8_t *out)
{
	struct val val = table_cell(group->base, row, &part->column);
	int64_t low = RANGE_UNKNOWN;

	if (val_is_number(&val) && !isnan(val_as_real(&val)))
		low = range_low_signed(whole_of(&val), part->width);
	memcpy(out, &low, sizeof(low));
}

static void fill_state(const struct group *group, const struct part *part, size_t row, uint8_t *out)
{
	struct val val = table_cell(group->base, row, &part->column);
	size_t len = val.kind == VAL_TEXT ? MIN_OF(val.len, (size_t)part->size) : 0;

	memset(out, 0, part->size);
	if (len)
		memcpy(out, val.at, len);
}

/* The loops over the rows, one for each kind so that its body stands inside. */
#define FILL_ALL(kind)                                                                             \
	static void kind##_all(const struct group *group, const struct part *part,                 \
			       const uint32_t *rows, size_t n, uint8_t *out)                       \
	{                                                                                          \
		for (size_t i = 0; i < n; i++, out += group->key_size)                             \
			kind(group, part, rows[i], out);                                           \
	}
FILL_ALL(fill_bytes)
FILL_ALL(fill_text)
FILL_ALL(fill_integer)
FILL_ALL(fill_network)
FILL_ALL(fill_range)
FILL_ALL(fill_cell)
FILL_ALL(fill_state)

static void (*const fillers[])(const struct group *group, const struct part *part,
			       const uint32_t *rows, size_t n, uint8_t *out) = {
	[PART_BYTES] = fill_bytes_all,	   [PART_TEXT] = fill_text_all,
	[PART_INTEGER] = fill_integer_all, [PART_NETWORK] = fill_network_all,
	[PART_RANGE] = fill_range_all,	   [PART_CELL] = fill_cell_all,
	[PART_STATE] = fill_state_all,
};

/* Fields of these widths are copied without a call. */
static inline __attribute__((always_inline)) void copy_bytes(const struct group *group,
							     const struct part *part,
							     const uint32_t *rows, size_t n,
							     uint8_t *out, size_t width)
{
	const struct snap *snap = group->base->current;
	bool in_key = column_in_key(&part->column);
	const uint8_t *from = (in_key ? snap->keys.at : snap->vals.at) + part->column.field->offset;
	size_t stride = in_key ? snap->key_stride : snap->val_stride;

	for (size_t i = 0; i < n; i++, out += group->key_size)
		memcpy(out, from + rows[i] * stride, width);
}

/* Of a row that may end before the field does: how many bytes there are, and those. */
static void fill_limited(const struct group *group, const struct part *part, size_t row,
			 uint8_t *out)
{
	const struct field *field = part->column.field;
	const uint8_t *value = side_of(group, part, row);
	bool is_cut = part->kind == PART_BYTES || part->kind == PART_TEXT;
	uint32_t length = is_cut ? field_length(field, value) : part->size;
	struct part there = *part;
	struct field cut;

	there.column.field = format_there(
		field, part->column.format ? part->column.format : field->format, value, &cut);
	if (there.column.field == &cut)
		there.size = cut.size;
	if (!there.column.field)
		length = 0;
	memcpy(out - GROUP_LENGTH_BYTES, &length, sizeof(length));
	memset(out, 0, part->size);
	if (there.column.field)
		fillers[part->kind](group, &there, &(uint32_t){(uint32_t)row}, 1, out);
}
FILL_ALL(fill_limited)

static void fill_part(const struct group *group, const struct part *part, const uint32_t *rows,
		      size_t n, uint8_t *out)
{
	size_t width = part->kind == PART_BYTES ? part->size : 0;

	if (part->is_limited)
		fill_limited_all(group, part, rows, n, out);
	else if (width == 1)
		copy_bytes(group, part, rows, n, out, 1);
	else if (width == 2)
		copy_bytes(group, part, rows, n, out, 2);
	else if (width == 4)
		copy_bytes(group, part, rows, n, out, 4);
	else
		fillers[part->kind](group, part, rows, n, out);
}

void group_keys(const struct group *group, const uint32_t *rows, size_t n, uint8_t *out)
{
	for (unsigned i = 0; i < group->n_parts; i++)
		fill_part(group, &group->parts[i], rows, n, out + group->parts[i].at);
}
