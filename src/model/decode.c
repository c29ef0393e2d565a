/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads of every width and alignment. Whole integers of 1, 2, 4 and 8 bytes are one memcpy, which the
 * compiler makes one load; everything else (bitfields, odd widths, 128 bits) goes through decode_bits,
 * where a field is a run of bits and an integer of n bytes is the run of 8n bits at shift 0.
 *
 * The plan has checked that every field lies inside its key or value; nothing is checked here. */
#include <math.h>
#include <string.h>

#include "model/decode.h"

typedef unsigned __int128 u128;

static const bool host_is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

static u128 bits_little(const uint8_t *at, unsigned shift, unsigned n_bytes)
{
	u128 value = at[0] >> shift;

	for (unsigned i = 1; i < n_bytes; i++)
		value |= (u128)at[i] << (8 * i - shift);
	return value;
}

static u128 bits_big(const uint8_t *at, unsigned shift, unsigned size, unsigned n_bytes)
{
	unsigned beyond = n_bytes * 8 - shift - size; /* bits of the last byte that aren't ours */
	u128 value = at[0] & (0xff >> shift);

	if (n_bytes == 1)
		return value >> beyond;
	for (unsigned i = 1; i < n_bytes - 1; i++)
		value = value << 8 | at[i];
	return value << (8 - beyond) | at[n_bytes - 1] >> beyond;
}

unsigned __int128 decode_bits(const uint8_t *at, unsigned bit_shift, unsigned bit_size,
			      bool is_big_endian)
{
	unsigned n_bytes = (bit_shift + bit_size + 7) / 8;
	u128 value = is_big_endian ? bits_big(at, bit_shift, bit_size, n_bytes)
				   : bits_little(at, bit_shift, n_bytes);

	return bit_size < 128 ? value & (((u128)1 << bit_size) - 1) : value;
}

static unsigned width_bits(const struct field *field)
{
	return field->is_bitfield ? field->bit_size : field->size * 8;
}

static bool widens_signed(const struct field *field)
{
	return field->kind == FIELD_INT || (field->kind == FIELD_ENUM && field->is_signed);
}

static u128 load_bits(const struct field *field, const uint8_t *base)
{
	unsigned shift = field->is_bitfield ? field->bit_shift : 0, bits = width_bits(field);
	u128 value = decode_bits(base + field->offset, shift, bits, host_is_big);

	if (widens_signed(field) && bits < 128 && value >> (bits - 1) & 1)
		value |= ~(u128)0 << bits;
	return value;
}

static uint64_t load_whole(const uint8_t *at, uint32_t size, bool is_signed)
{
	uint64_t u8 = 0;
	uint32_t u4;
	uint16_t u2;

	switch (size) {
	case 1:
		return is_signed ? (uint64_t)(int8_t)at[0] : at[0];
	case 2:
		memcpy(&u2, at, 2);
		return is_signed ? (uint64_t)(int16_t)u2 : u2;
	case 4:
		memcpy(&u4, at, 4);
		return is_signed ? (uint64_t)(int32_t)u4 : u4;
	default:
		memcpy(&u8, at, 8);
		return u8;
	}
}

static bool is_plain_word(const struct field *field)
{
	return !field->is_bitfield &&
	       (field->size == 8 || field->size == 4 || field->size == 2 || field->size == 1);
}

uint64_t decode_u64(const struct field *field, const uint8_t *base)
{
	uint64_t value;

	if (is_plain_word(field))
		value = load_whole(base + field->offset, field->size, widens_signed(field));
	else
		value = (uint64_t)load_bits(field, base);
	return field->kind == FIELD_BOOL ? value != 0 : value;
}

bool field_is_integer(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_CHAR:
	case FIELD_ENUM:
	case FIELD_POINTER:
		return width_bits(field) <= 64;
	default:
		return false;
	}
}

static struct val bytes_val(const uint8_t *at, size_t len)
{
	return (struct val){.kind = VAL_BYTES, .at = (const char *)at, .len = len};
}

/* IEEE 754 binary16. */
static double half_to_real(uint16_t half)
{
	unsigned exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
	double size;

	if (exponent == 0x1f)
		size = fraction ? NAN : INFINITY;
	else if (exponent == 0)
		size = ldexp(fraction, -24);
	else
		size = ldexp(fraction + 1024, (int)exponent - 25);
	return half & 0x8000 ? -size : size;
}

static struct val real_val(const uint8_t *at, uint32_t size)
{
	uint16_t half;
	float single;
	double real;
	long double extended;

	if (size == sizeof(half)) {
		memcpy(&half, at, sizeof(half));
		return val_real(half_to_real(half));
	}
	if (size == sizeof(single)) {
		memcpy(&single, at, sizeof(single));
		return val_real(single);
	}
	if (size == sizeof(real)) {
		memcpy(&real, at, sizeof(real));
		return val_real(real);
	}
	if (size == sizeof(extended)) {
		memcpy(&extended, at, sizeof(extended));
		return val_real((double)extended);
	}
	return bytes_val(at, size);
}

static struct val integer_val(const struct field *field, const uint8_t *base)
{
	bool is_signed = widens_signed(field);

	if (width_bits(field) <= 64) {
		uint64_t value = decode_u64(field, base);
		int16_t carry = decode_carry(field, base);
		__int128 low = is_signed ? (__int128)(int64_t)value : (__int128)value;

		if (carry == DECODE_NO_SUM)
			return val_unknown();
		if (carry)
			return (struct val){.kind = VAL_IWIDE,
					    .iwide = low + carry * ((__int128)1 << 64)};
		return is_signed ? val_int((int64_t)value) : val_uint(value);
	}
	u128 wide = load_bits(field, base);

	return is_signed ? (struct val){.kind = VAL_IWIDE, .iwide = (__int128)wide}
			 : (struct val){.kind = VAL_WIDE, .wide = wide};
}

struct val decode_val(const struct field *field, const uint8_t *base)
{
	const uint8_t *at = base + field->offset;

	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_CHAR:
	case FIELD_ENUM:
	case FIELD_POINTER:
		return integer_val(field, base);
	case FIELD_REAL:
		return real_val(at, field->size);
	case FIELD_TEXT:
		return val_text((const char *)at, strnlen((const char *)at, field->size));
	case FIELD_SPECIAL:
		return val_unknown();
	default:
		return bytes_val(at, field->size);
	}
}

const char *decode_enum_name(const struct field *field, int64_t value)
{
	for (uint32_t i = 0; i < field->n_names; i++)
		if (field->names[i].value == value)
			return field->names[i].name;
	return NULL;
}

uint64_t decode_sum(const struct field *field, const uint8_t *base, size_t cpu_stride, uint32_t n)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += decode_u64(field, base + i * cpu_stride);
	return sum;
}

typedef void gather_fn(const uint8_t *at, size_t stride, size_t n, uint64_t *out);

/* Memory bound: a row's 8 bytes cost one cache line, whatever else the loop does. */
#define GATHER(type)                                                                               \
	static void gather_##type(const uint8_t *at, size_t stride, size_t n, uint64_t *out)       \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		for (size_t i = 0; i < n; i++, at += stride) {                                     \
			memcpy(&value, at, sizeof(value));                                         \
			out[i] = (uint64_t)value;                                                  \
		}                                                                                  \
	}

GATHER(uint8_t)
GATHER(uint16_t)
GATHER(uint32_t)
GATHER(uint64_t)
GATHER(int8_t)
GATHER(int16_t)
GATHER(int32_t)

static gather_fn *const gathers[9][2] = {
	/* by size, then by sign */
	[1] = {gather_uint8_t, gather_int8_t},
	[2] = {gather_uint16_t, gather_int16_t},
	[4] = {gather_uint32_t, gather_int32_t},
	[8] = {gather_uint64_t, gather_uint64_t},
};

void decode_column(const struct field *field, const uint8_t *base, size_t row_stride, size_t n,
		   uint64_t *out)
{
	if (is_plain_word(field) && field->kind != FIELD_BOOL) {
		gathers[field->size][widens_signed(field)](base + field->offset, row_stride, n,
							   out);
		return;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = decode_u64(field, base + i * row_stride);
}
