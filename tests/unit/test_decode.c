/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decoding, against values that were laid down by the compiler or bit by bit. */
#include "tests/unit/plan_make.h"

#include <math.h>

#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"

typedef unsigned __int128 u128;

/* The same bits one at a time. Little: bit n is bit n%8 of byte n/8. Big: counted from the top. */
static u128 slow_bits(const uint8_t *at, unsigned shift, unsigned size, bool is_big)
{
	u128 value = 0;

	for (unsigned i = 0; i < size; i++) {
		unsigned n = shift + i;
		unsigned bit = at[n / 8] >> (is_big ? 7 - n % 8 : n % 8) & 1;

		if (is_big)
			value = value << 1 | bit;
		else
			value |= (u128)bit << i;
	}
	return value;
}

static void bits_at_every_place(void **state)
{
	uint8_t bytes[17];
	uint64_t seed = 7;

	(void)state;
	for (unsigned shift = 0; shift < 8; shift++) {
		for (unsigned size = 1; size <= 128; size++) {
			unsigned n = (shift + size + 7) / 8;
			uint8_t *tight = bytes + sizeof(bytes) - n; /* ASan sees a byte too far */

			for (unsigned i = 0; i < sizeof(bytes); i++)
				bytes[i] = (uint8_t)num_random(&seed);
			for (int big = 0; big < 2; big++)
				if (decode_bits(tight, shift, size, big) !=
				    slow_bits(tight, shift, size, big))
					fail_msg("%u bits at %u, big %d", size, shift, big);
		}
	}
}

static struct field number(enum field_kind kind, uint32_t size)
{
	return (struct field){.kind = kind, .size = size, .offset = 1};
}

static void whole_numbers_widen(void **state)
{
	uint8_t bytes[18];
	static const uint32_t sizes[] = {1, 2, 3, 4, 8};

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct field field = number(FIELD_UINT, sizes[i]);
		uint64_t all = sizes[i] == 8 ? UINT64_MAX : (UINT64_C(1) << sizes[i] * 8) - 1;
		struct val val = decode_val(&field, bytes);

		assert_int_equal(val.kind, VAL_UINT);
		assert_true(val.u == all);
		field.kind = FIELD_INT;
		val = decode_val(&field, bytes);
		assert_int_equal(val.kind, VAL_INT);
		assert_true(val.i == -1);
		field.kind = FIELD_ENUM;
		assert_true(decode_u64(&field, bytes) == all);
		field.is_signed = true;
		assert_true(decode_val(&field, bytes).i == -1);
	}
	struct field wide = number(FIELD_UINT, 16);
	struct val val = decode_val(&wide, bytes);

	assert_int_equal(val.kind, VAL_WIDE);
	assert_true(val.wide == ~(u128)0);
	wide.kind = FIELD_INT;
	val = decode_val(&wide, bytes);
	assert_int_equal(val.kind, VAL_IWIDE);
	assert_true(val.iwide == -1);
	assert_false(field_is_integer(&wide));
}

static void bitfields_are_signed_by_their_type(void **state)
{
	struct packed {
		unsigned a : 3;
		int b : 7;
		unsigned long long c : 40;
	} value = {.a = 5, .b = -33, .c = 0x123456789aULL};
	struct field a = {.kind = FIELD_UINT, .is_bitfield = true, .bit_size = 3, .size = 1};
	struct field b = {.kind = FIELD_INT, .is_bitfield = true, .bit_shift = 3, .bit_size = 7};
	const uint8_t *base = (const uint8_t *)&value;

	(void)state;
	assert_true(decode_val(&a, base).u == 5);
	assert_true(decode_val(&b, base).i == -33);
	b.kind = FIELD_UINT;
	assert_true(decode_val(&b, base).u == (unsigned)(-33 & 0x7f));
}

static void other_kinds(void **state)
{
	uint8_t bytes[40] = {0, 'e', 't', 'h', '0', 0, 'x'};
	struct field text = {.kind = FIELD_TEXT, .offset = 1, .size = 6};
	struct field truth = {.kind = FIELD_BOOL, .offset = 1, .size = 1};
	struct field lock = {.kind = FIELD_SPECIAL, .size = 4};
	struct field block = {.kind = FIELD_STRUCT, .offset = 2, .size = 8};
	struct val val = decode_val(&text, bytes);

	(void)state;
	assert_int_equal(val.kind, VAL_TEXT);
	assert_int_equal(val.len, 4);
	text.size = 3; /* no NUL inside */
	assert_int_equal(decode_val(&text, bytes).len, 3);
	assert_true(decode_val(&truth, bytes).u == 1); /* any bit is true */
	assert_int_equal(decode_val(&lock, bytes).kind, VAL_UNKNOWN);
	val = decode_val(&block, bytes);
	assert_int_equal(val.kind, VAL_BYTES);
	assert_ptr_equal(val.at, bytes + 2);
	assert_int_equal(val.len, 8);
}

static void reals_of_every_size(void **state)
{
	static const struct {
		uint16_t half;
		double real;
	} halves[] = {
		{0x3c00, 1}, {0xc000, -2}, {0x7bff, 65504}, {0x0001, 0x1p-24}, {0x8000, -0.0}};
	uint8_t bytes[17] = {0};
	struct field field = {.kind = FIELD_REAL, .offset = 1};
	float single = 1.5f;
	double real = -1e300;
	long double extended = 2.25L;

	(void)state;
	field.size = sizeof(single);
	memcpy(bytes + 1, &single, sizeof(single));
	assert_true(decode_val(&field, bytes).x == 1.5);
	field.size = sizeof(real);
	memcpy(bytes + 1, &real, sizeof(real));
	assert_true(decode_val(&field, bytes).x == -1e300);
	field.size = sizeof(extended);
	memcpy(bytes + 1, &extended, sizeof(extended));
	assert_true(decode_val(&field, bytes).x == 2.25);
	field.size = 2;
	for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
		memcpy(bytes + 1, &halves[i].half, 2);
		assert_true(decode_val(&field, bytes).x == halves[i].real);
	}
	memcpy(bytes + 1, &(uint16_t){0x7c01}, 2);
	assert_true(isnan(decode_val(&field, bytes).x));
	field.size = 3; /* nobody knows such a thing */
	assert_int_equal(decode_val(&field, bytes).kind, VAL_BYTES);
}

static void columns_equal_cells(void **state)
{
	enum { N = 257, STRIDE = 21 };
	static const enum field_kind kinds[] = {FIELD_UINT, FIELD_INT, FIELD_BOOL, FIELD_ENUM};
	uint8_t rows[N * STRIDE];
	uint64_t column[N], seed = 3;

	(void)state;
	for (size_t i = 0; i < sizeof(rows); i++)
		rows[i] = (uint8_t)(num_random(&seed) & num_random(&seed));
	for (uint32_t size = 1; size <= 8; size++) {
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			struct field field = {.kind = kinds[k], .size = size, .offset = 13};

			decode_column(&field, rows, STRIDE, N, column);
			for (size_t i = 0; i < N; i++)
				assert_true(column[i] == decode_u64(&field, rows + i * STRIDE));
		}
	}
}

static void sums_wrap_like_counters(void **state)
{
	uint64_t copies[4] = {UINT64_MAX, 2, 3, 0};
	struct field field = {.kind = FIELD_UINT, .size = 8};

	(void)state;
	assert_true(decode_sum(&field, (uint8_t *)copies, 8, 4) == 4);
	assert_true(decode_sum(&field, (uint8_t *)copies, 8, 0) == 0);
}

static void enum_values_have_names(void **state)
{
	static const struct enum_name names[] = {{"LOW", -1}, {"ZERO", 0}, {"BIG", INT64_MIN}};
	struct field field = {.kind = FIELD_ENUM, .size = 8, .names = names, .n_names = 3};

	(void)state;
	assert_string_equal(decode_enum_name(&field, INT64_MIN), "BIG");
	assert_string_equal(decode_enum_name(&field, -1), "LOW");
	assert_null(decode_enum_name(&field, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_at_every_place),
		cmocka_unit_test(whole_numbers_widen),
		cmocka_unit_test(bitfields_are_signed_by_their_type),
		cmocka_unit_test(other_kinds),
		cmocka_unit_test(reals_of_every_size),
		cmocka_unit_test(columns_equal_cells),
		cmocka_unit_test(sums_wrap_like_counters),
		cmocka_unit_test(enum_values_have_names),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
