/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From raw bytes to values, through the plan. `base` is the start of the key, of one CPU's value, or
 * of the enclosing array element: what field->offset is relative to. Bytes are the kernel's, in host
 * order; loads never assume alignment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/plan.h"
#include "model/val.h"

/* The value of any leaf: integers as VAL_UINT or VAL_INT, those of more than 8 bytes as VAL_WIDE or VAL_IWIDE
 * however small they are, text up to the first NUL, containers as VAL_BYTES. A sum that needs more than 64 bits
 * (decode_carry) is VAL_IWIDE; FIELD_SPECIAL is VAL_UNKNOWN. */
struct val decode_val(const struct field *field, const uint8_t *base);

/* The integer of a field for which field_is_integer() holds, widened to 64 bits (sign-extended when
 * signed, to be read as int64_t then). */
uint64_t decode_u64(const struct field *field, const uint8_t *base);

/* As decode_u64, for loops over the plain unsigned fields of 8 or 4 bytes that most counters are: with that constant
 * as width it is a single load. Any other width goes through decode_u64. */
static inline __attribute__((always_inline)) uint64_t
decode_plain(const struct field *field, const uint8_t *base, size_t width)
{
	uint64_t x8;
	uint32_t x4;

	switch (width) {
	case 8:
		memcpy(&x8, base + field->offset, sizeof(x8));
		return x8;
	case 4:
		memcpy(&x4, base + field->offset, sizeof(x4));
		return x4;
	default:
		return decode_u64(field, base);
	}
}

/* How many times 2^64 must be added to the integer of a sum (struct field's carry_at); 0 for all other fields;
 * DECODE_NO_SUM: the sum is not known. */
enum { DECODE_NO_SUM = INT16_MAX };
static inline int16_t decode_carry(const struct field *field, const uint8_t *base)
{
	int16_t carry = 0;

	if (field->carry_at)
		memcpy(&carry, base + field->carry_at, sizeof(carry));
	return carry;
}

/* The bit_size bits that begin bit_shift bits into at[0], in the order of a host of that endianness;
 * bit_shift 0..7, bit_size 1..128. Touches no byte beyond them. */
unsigned __int128 decode_bits(const uint8_t *at, unsigned bit_shift, unsigned bit_size,
			      bool is_big_endian);

/* Name of an enum value, or NULL. */
const char *decode_enum_name(const struct field *field, int64_t value);

/* Sum over n copies cpu_stride bytes apart, modulo 2^64 like the counters themselves. */
uint64_t decode_sum(const struct field *field, const uint8_t *base, size_t cpu_stride, uint32_t n);

/* Copies n integers out of rows that are row_stride bytes apart into out[0..n): the column builder.
 * One loop per width; shape out[n]. */
void decode_column(const struct field *field, const uint8_t *base, size_t row_stride, size_t n,
		   uint64_t *out);
