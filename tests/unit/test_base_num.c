/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers as people write and read them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

struct shown {
	double value;
	const char *text;
};

static void check_shown(const struct shown *rows, size_t n, void (*show)(struct buf *, double))
{
	for (size_t i = 0; i < n; i++) {
		SCOPED(buf) out = {0};

		show(&out, rows[i].value);
		assert_string_equal(buf_text(&out), rows[i].text);
	}
}

static void show_si(struct buf *out, double value)
{
	num_short(out, value, 1000);
}

static void show_iec(struct buf *out, double value)
{
	num_short(out, value, 1024);
}

static void short_numbers(void **state)
{
	static const struct shown si[] = {
		{0, "0"},	  {0.0001, "<0.001"}, {0.001, "0.001"},
		{0.25, "0.25"},	  {9.999, "10"},      {12.34, "12.3"},
		{999, "999"},	  {999.4, "999"},     {999.6, "1.00k"},
		{1000, "1.00k"},  {1234, "1.23k"},    {9996, "10.0k"},
		{999499, "999k"}, {999950, "1.00M"},  {48.2e6, "48.2M"},
		{1e18, "1.00E"},  {0x1p64, "18.4E"},  {-1234, "-1.23k"},
		{NAN, "-"},	  {INFINITY, "inf"},  {1.5e22, "1.50e+22"},
	};
	static const struct shown iec[] = {
		{1023, "1023"},		  {1024, "1.00Ki"},
		{1048575, "1.00Mi"},	  {1023 * 1024.0, "1023Ki"},
		{1.5 * 0x1p20, "1.50Mi"}, {0x1p64, "16.0Ei"},
	};

	(void)state;
	check_shown(si, ARRAY_LEN(si), show_si);
	check_shown(iec, ARRAY_LEN(iec), show_iec);
}

static void exact_numbers(void **state)
{
	static const struct shown exact[] = {
		{0, "0"},
		{-0.0, "-0"},
		{0.1, "0.1"},
		{0.001347213, "0.001347213"},
		{0.1 + 0.2, "0.30000000000000004"},
		{1e300, "1e+300"},
		{0x1p64, "1.8446744073709552e+19"},
		{NAN, "nan"},
		{-NAN, "nan"}, /* of all bits set */
		{-INFINITY, "-inf"},
	};

	(void)state;
	check_shown(exact, ARRAY_LEN(exact), num_exact);
}

static void short_numbers_keep_to_six_columns(void **state)
{
	uint64_t seed = 3;
	SCOPED(buf) out = {0};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		double value =
			(double)(num_random(&seed) >> (num_random(&seed) & 63)) / (i % 3 + 1);

		buf_clear(&out);
		num_short(&out, value, i & 1 ? 1000 : 1024);
		assert_in_range(out.len, 1, 6);
	}
}

static void durations(void **state)
{
	static const struct shown rows[] = {
		{0, "0"},
		{0.2, "<1ns"},
		{850, "850ns"},
		{12345, "12.3us"},
		{4.5e6, "4.50ms"},
		{999.96e6, "1.0s"},
		{1.29e9, "1.2s"},
		{9.99e9, "9.9s"},
		{59.9e9, "59s"},
		{60e9, "1m00s"},
		{271e9, "4m31s"},
		{7559e9, "2h05m"},
		{273.5e12, "3d03h"},
		{276.5e12, "3d04h"},
		{35.6e15, "412d"},
		{0x1p64, "213503d"},
		{-2e9, "-2.0s"},
		{NAN, "-"},
	};

	(void)state;
	check_shown(rows, ARRAY_LEN(rows), num_duration);
}

static void percents(void **state)
{
	static const struct shown rows[] = {
		{0, "0%"},	{0.0004, "<0.1%"}, {0.001, "0.1%"}, {0.045, "4.5%"},  {0.41, "41%"},
		{0.999, "99%"}, {1, "100%"},	   {1.5, "150%"},   {-0.05, "-5.0%"}, {NAN, "-"},
	};

	(void)state;
	check_shown(rows, ARRAY_LEN(rows), num_percent);
}

static void grouped_digits(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} rows[] = {{0, "0"},
		    {999, "999"},
		    {1000, "1,000"},
		    {26811, "26,811"},
		    {UINT64_MAX, "18,446,744,073,709,551,615"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) out = {0};

		num_grouped(&out, rows[i].value);
		assert_string_equal(buf_text(&out), rows[i].text);
	}
}

static void parses_units(void **state)
{
	typedef unsigned __int128 u128;
	static const struct {
		const char *text;
		int used;
		enum num_kind kind;
		bool is_whole;
		u128 whole;
		double real;
	} rows[] = {
		{"12", 2, NUM_PLAIN, true, 12, 12},
		{"0x1F)", 4, NUM_PLAIN, true, 31, 31},
		{"0x", 1, NUM_PLAIN, true, 0, 0},
		{"18446744073709551615", 20, NUM_PLAIN, true, UINT64_MAX, 0x1p64},
		{"1.5Mi", 5, NUM_IEC, true, 1572864, 1572864},
		{"0.1k", 4, NUM_SI, true, 100, 100},
		{"1k5", 1, NUM_PLAIN, true, 1, 1},
		{"2E", 2, NUM_SI, true, UINT64_C(2000000000000000000), 2e18},
		{"1e3", 3, NUM_PLAIN, true, 1000, 1000},
		{"1e", 1, NUM_PLAIN, true, 1, 1},
		{"1.25", 4, NUM_PLAIN, false, 0, 1.25},
		{".5", 2, NUM_PLAIN, false, 0, 0.5},
		{"5.", 1, NUM_PLAIN, true, 5, 5},
		{"80..443", 2, NUM_PLAIN, true, 80, 80},
		{"30s", 3, NUM_TIME, true, UINT64_C(30000000000), 30e9},
		{"1.5us", 5, NUM_TIME, true, 1500, 1500},
		{"0.5ns", 5, NUM_TIME, false, 0, 0.5},
		{"4m31s", 5, NUM_TIME, true, UINT64_C(271000000000), 271e9},
		{"2h3d", 2, NUM_TIME, true, UINT64_C(7200000000000), 7200e9},
		{"5min", 1, NUM_PLAIN, true, 5, 5},
		{"5%", 2, NUM_PERCENT, false, 0, 0.05},
		{"100%", 4, NUM_PERCENT, true, 1, 1},
		{"7%3", 1, NUM_PLAIN, true, 7, 7},
		{"18446744073709551616", 20, NUM_PLAIN, true, (u128)1 << 64, 0x1p64},
		{"20E", 3, NUM_SI, true, (u128)20 * 1000000000 * 1000000000, 2e19},
		{"0x1ffffffffffffffff", 19, NUM_PLAIN, true, ((u128)1 << 65) - 1, 0x1p65},
		{"340282366920938463463374607431768211455", 39, NUM_PLAIN, true, ~(u128)0, 0x1p128},
		{"0xffffffffffffffffffffffffffffffff", 34, NUM_PLAIN, true, ~(u128)0, 0x1p128},
		{"300000d", 7, NUM_TIME, true, (u128)25920 * 1000000000 * 1000000, 2.592e19},
		{"1e39", 4, NUM_PLAIN, false, 0, 1e39},
		{"", 0, NUM_PLAIN, false, 0, 0},
		{"k", 0, NUM_PLAIN, false, 0, 0},
		{"-", 0, NUM_PLAIN, false, 0, 0},
		{"nan", 0, NUM_PLAIN, false, 0, 0},
		{"inf", 0, NUM_PLAIN, false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct num num;

		assert_int_equal(num_parse(rows[i].text, strlen(rows[i].text), &num), rows[i].used);
		if (rows[i].used == 0)
			continue;
		assert_int_equal(num.kind, rows[i].kind);
		assert_int_equal(num.is_whole, rows[i].is_whole);
		assert_true(num.whole == rows[i].whole);
		assert_true(num.real == rows[i].real);
	}
}

static void parses_signs(void **state)
{
	struct num num;

	(void)state;
	assert_int_equal(num_parse("-1.5k", 5, &num), 5);
	assert_true(num.is_negative && num.is_whole && num.whole == 1500 && num.real == -1500);
}

/* The text is not NUL-terminated, and a byte more must not be looked at. */
static void parses_within_length(void **state)
{
	struct num num;

	(void)state;
	assert_int_equal(num_parse("12345", 2, &num), 2);
	assert_true(num.whole == 12);
	assert_int_equal(num_parse("1.5", 2, &num), 1);
	assert_int_equal(num_parse("1Mi", 2, &num), 2);
	assert_true(num.whole == 1000000);
	assert_int_equal(num_parse("0x1", 2, &num), 1);
	assert_int_equal(num_parse("1e5", 2, &num), 1);
}

static void refuses_what_is_too_large(void **state)
{
	static const char *const rows[] = {
		"340282366920938463463374607431768211456", "400000000000000000000E",
		"0x100000000000000000000000000000000", "1e400", "1e99999999999"};
	char digits[1000];
	struct num num;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(num_parse(rows[i], strlen(rows[i]), &num), -ERANGE);
	memset(digits, '9', sizeof(digits));
	assert_int_equal(num_parse(digits, sizeof(digits), &num), -ERANGE);
}

/* What is shown can be typed: within the digits that are shown, the same number comes back. */
static void shown_numbers_read_back(void **state)
{
	uint64_t seed = 4;
	SCOPED(buf) out = {0};

	(void)state;
	for (int i = 0; i < 5000; i++) {
		double value = (double)(num_random(&seed) >> (1 + num_random(&seed) % 62));
		struct num num;

		buf_clear(&out);
		if (i % 3 == 0)
			num_duration(&out, value);
		else
			num_short(&out, value, i % 3 == 1 ? 1000 : 1024);
		assert_int_equal(num_parse(buf_text(&out), out.len, &num), out.len);
		double off = fabs(num.real - value);
		assert_true(off <= value * (i % 3 == 0 ? 0.1 : 0.0051));
	}
}

static void whole_texts(void **state)
{
	uint64_t n;
	double x;

	(void)state;
	assert_int_equal(num_u64("18446744073709551615", &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(num_u64("0xff", &n), 0);
	assert_int_equal(n, 255);
	assert_int_equal(num_u64("007", &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(num_u64("18446744073709551616", &n), -ERANGE);
	assert_int_equal(num_u64("0x10000000000000000", &n), -ERANGE);
	static const char *const not_u64[] = {"",   "-1",  "+1",  " 1", "1 ",
					      "1k", "1.0", "1e3", "0x", "x"};
	for (size_t i = 0; i < ARRAY_LEN(not_u64); i++)
		assert_int_equal(num_u64(not_u64[i], &n), -EINVAL);

	assert_int_equal(num_double("-0.25", &x), 0);
	assert_true(x == -0.25);
	assert_int_equal(num_double("+1e3", &x), 0);
	assert_true(x == 1000);
	assert_int_equal(num_double("1e999", &x), -ERANGE);
	static const char *const not_double[] = {"",	 "-",  "nan", "inf", "1s",
						 "0x10", " 1", "1 ",  "--1"};
	for (size_t i = 0; i < ARRAY_LEN(not_double); i++)
		assert_int_equal(num_double(not_double[i], &x), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_numbers),
		cmocka_unit_test(exact_numbers),
		cmocka_unit_test(short_numbers_keep_to_six_columns),
		cmocka_unit_test(durations),
		cmocka_unit_test(percents),
		cmocka_unit_test(grouped_digits),
		cmocka_unit_test(parses_units),
		cmocka_unit_test(parses_signs),
		cmocka_unit_test(parses_within_length),
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(shown_numbers_read_back),
		cmocka_unit_test(whole_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
