/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A decimal number is kept as digits * 10^exponent in whole numbers as long as that is exact, so that
 * 1.5Mi and 0.1k are whole; the real beside it comes from strtod and the unit's scale.
 *
 * A unit counts only where no letter, digit or _ follows: 5min is the number 5 and the word min, and
 * 7%3 is not seven percent. Times go on with smaller units, so that 4m31s reads as it is shown. */
#include "base/num.h"

#include "base/tidy.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

static const struct unit {
	const char *name;
	enum num_kind kind;
	uint64_t scale;
	int exponent; /* of ten, beside scale */
} units[] = {
	/* clang-format off */
	{"Ki", NUM_IEC, UINT64_C(1) << 10}, {"Mi", NUM_IEC, UINT64_C(1) << 20},
	{"Gi", NUM_IEC, UINT64_C(1) << 30}, {"Ti", NUM_IEC, UINT64_C(1) << 40},
	{"Pi", NUM_IEC, UINT64_C(1) << 50}, {"Ei", NUM_IEC, UINT64_C(1) << 60},
	{"k", NUM_SI, 1, 3}, {"K", NUM_SI, 1, 3}, {"M", NUM_SI, 1, 6}, {"G", NUM_SI, 1, 9},
	{"T", NUM_SI, 1, 12}, {"P", NUM_SI, 1, 15}, {"E", NUM_SI, 1, 18},
	{"ns", NUM_TIME, 1, 0}, {"us", NUM_TIME, 1, 3}, {"ms", NUM_TIME, 1, 6},
	{"s", NUM_TIME, 1, 9}, {"m", NUM_TIME, 60, 9}, {"h", NUM_TIME, 3600, 9},
	{"d", NUM_TIME, 86400, 9}, {"%", NUM_PERCENT, 1, -2},
	/* clang-format on */
};

static const struct unit no_unit = {"", NUM_PLAIN, 1, 0};

enum { NUMBER_BYTES = 352 }; /* 1e308 written out, and its decimals */

/* A decimal number as typed. */
struct typed {
	u128 digits;
	int exponent;
	bool is_exact;	 /* digits * 10^exponent is the number */
	bool is_integer; /* without point and exponent */
	double real;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_digit(struct typed *typed, char c, bool is_decimal)
{
	u128 next;

	if (__builtin_mul_overflow(typed->digits, 10, &next) ||
	    __builtin_add_overflow(next, (unsigned)(c - '0'), &next))
		typed->is_exact = false;
	typed->digits = next;
	typed->exponent -= is_decimal;
}

/* The exponent after e or E, if there is one with a digit: the bytes it takes. */
static size_t scan_exponent(const char *text, size_t len, struct typed *typed)
{
	size_t i = 1;
	int exponent = 0;
	bool is_negative = false;

	if (len < 2 || (text[0] | 0x20) != 'e')
		return 0;
	if (text[i] == '-' || text[i] == '+')
		is_negative = text[i++] == '-';
	if (i >= len || !is_digit(text[i]))
		return 0;
	for (; i < len && is_digit(text[i]); i++)
		exponent = MIN_OF(exponent * 10 + (text[i] - '0'), 100000);
	typed->exponent += is_negative ? -exponent : exponent;
	typed->is_integer = false;
	return i;
}

/* Unsigned decimal digits with point and exponent: bytes, 0 when there is no number, -ERANGE. */
static int scan_decimal(const char *text, size_t len, struct typed *typed)
{
	char copy[NUMBER_BYTES];
	size_t i = 0;

	*typed = (struct typed){.is_exact = true, .is_integer = true};
	for (; i < len && is_digit(text[i]); i++)
		add_digit(typed, text[i], false);
	bool has_whole = i > 0;
	if (i + 1 < len && text[i] == '.' && is_digit(text[i + 1])) {
		typed->is_integer = false;
		for (i++; i < len && is_digit(text[i]); i++)
			add_digit(typed, text[i], true);
	} else if (!has_whole) {
		return 0;
	}
	i += scan_exponent(text + i, len - i, typed);
	if (i >= sizeof(copy))
		return -ERANGE;
	memcpy(copy, text, i);
	copy[i] = '\0';
	typed->real = strtod(copy, NULL);
	return isfinite(typed->real) ? (int)i : -ERANGE;
}

/* The unit at the front: at most one of the table ends where a word ends. */
static const struct unit *find_unit(const char *text, size_t len)
{
	for (size_t u = 0; u < ARRAY_LEN(units); u++) {
		size_t n = strlen(units[u].name);

		if (n > len || memcmp(text, units[u].name, n) != 0)
			continue;
		char next = n < len ? text[n] : '\0';
		if (!is_letter(next) && (!is_digit(next) || units[u].kind == NUM_TIME))
			return &units[u];
	}
	return &no_unit;
}

/* digits * scale * 10^exponent, when that is a whole number of 128 bits. */
static bool scale_exactly(u128 digits, uint64_t scale, int exponent, u128 *whole)
{
	u128 n;

	if (__builtin_mul_overflow(digits, scale, &n))
		return false;
	if (n == 0)
		exponent = 0;
	for (; exponent > 0; exponent--)
		if (__builtin_mul_overflow(n, 10, &n))
			return false;
	for (; exponent < 0; exponent++) {
		if (n % 10)
			return false;
		n /= 10;
	}
	*whole = n;
	return true;
}

/* Puts one number and its unit together. -ERANGE when an integer doesn't fit 128 bits. */
static int put_together(const struct typed *typed, const struct unit *unit, struct num *out)
{
	out->kind = unit->kind;
	out->is_whole =
		typed->is_exact && scale_exactly(typed->digits, unit->scale,
						 typed->exponent + unit->exponent, &out->whole);
	if (out->is_whole)
		out->real = (double)out->whole;
	else if (typed->is_integer && unit->kind != NUM_PERCENT)
		return -ERANGE;
	else if (unit->exponent < 0)
		out->real = typed->real / 100;
	else
		out->real = typed->real * (double)unit->scale * pow(10, unit->exponent);
	if (!out->is_whole)
		out->whole = 0;
	return isfinite(out->real) ? 0 : -ERANGE;
}

static int parse_hex(const char *text, size_t len, struct num *out)
{
	size_t i = 2;

	*out = (struct num){.kind = NUM_PLAIN, .is_whole = true};
	for (; i < len && hex_digit(text[i]) >= 0; i++) {
		if (out->whole >> 124)
			return -ERANGE;
		out->whole = out->whole << 4 | (unsigned)hex_digit(text[i]);
	}
	out->real = (double)out->whole;
	return (int)i;
}

/* The smaller units after a time: 31s of 4m31s. Stops at what doesn't get smaller. */
static int parse_rest_of_time(const char *text, size_t len, const struct unit *unit,
			      struct num *out)
{
	size_t i = 0;

	while (i < len && is_digit(text[i])) {
		struct typed typed;
		struct num part = {0};
		int n = scan_decimal(text + i, len - i, &typed);
		if (n <= 0)
			return n;
		const struct unit *next = find_unit(text + i + n, len - i - (size_t)n);
		if (next->kind != NUM_TIME || next >= unit)
			break;
		if (put_together(&typed, next, &part) < 0)
			return -ERANGE;
		out->is_whole = out->is_whole && part.is_whole &&
				!__builtin_add_overflow(out->whole, part.whole, &out->whole);
		out->real += part.real;
		i += (size_t)n + strlen(next->name);
		unit = next;
	}
	return (int)i;
}

static int parse_magnitude(const char *text, size_t len, struct num *out)
{
	struct typed typed;

	if (len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' && hex_digit(text[2]) >= 0)
		return parse_hex(text, len, out);
	int n = scan_decimal(text, len, &typed);
	if (n <= 0)
		return n;
	const struct unit *unit = find_unit(text + n, len - (size_t)n);
	if (put_together(&typed, unit, out) < 0)
		return -ERANGE;
	n += (int)strlen(unit->name);
	if (unit->kind != NUM_TIME)
		return n;
	int more = parse_rest_of_time(text + n, len - (size_t)n, unit, out);
	return more < 0 ? more : n + more;
}

int num_parse(const char *text, size_t len, struct num *out)
{
	size_t sign = len > 0 && text[0] == '-';

	*out = (struct num){0};
	int n = parse_magnitude(text + sign, len - sign, out);
	if (n <= 0)
		return n;
	out->is_negative = sign;
	if (sign)
		out->real = -out->real;
	return n + (int)sign;
}

int num_u64(const char *text, uint64_t *out)
{
	bool is_hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	const char *digits = is_hex ? text + 2 : text;
	struct num num;

	if (!*digits || digits[strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789")])
		return -EINVAL;
	int n = num_parse(text, strlen(text), &num);
	if (n < 0 || num.whole > UINT64_MAX)
		return -ERANGE;
	*out = (uint64_t)num.whole;
	return 0;
}

int num_double(const char *text, double *out)
{
	size_t sign = text[0] == '-' || text[0] == '+';
	size_t len = strlen(text + sign);
	struct typed typed;
	int n = scan_decimal(text + sign, len, &typed);

	if (n < 0)
		return n;
	if (n == 0 || (size_t)n != len)
		return -EINVAL;
	*out = text[0] == '-' ? -typed.real : typed.real;
	return 0;
}
