/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decimal digits of whole numbers, where millions of them are written. */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS_ROOM = 24 }; /* of 2^64-1, and what is written beyond the end */

/* The eight digits of n < 10^8, a byte each, the first one lowest: n is split into two numbers of four
 * digits, those into two of two, those into digits, all halves at once and without a branch. The factors
 * are 1/100 and 1/10 scaled by 2^20 and 2^10, exact below 10000 and 100. */
static inline uint64_t digits_of_eight(uint64_t n)
{
	uint64_t halves = n / 10000 | n % 10000 << 32;
	uint64_t high = halves * 10486 >> 20 & 0x0000007f0000007f;

	halves = high | (halves - high * 100) << 16;
	high = halves * 103 >> 10 & 0x000f000f000f000f;
	return high | (halves - high * 10) << 8;
}

/* Writes n at `at`, which has room for DIGITS_ROOM bytes. returns the end of it; what stands behind means
 * nothing. */
static inline char *digits_put(char *at, uint64_t n)
{
	enum { EIGHT = 8, TEN_TO_EIGHT = 100000000 };
	uint64_t head = n / TEN_TO_EIGHT, digits = digits_of_eight(n % TEN_TO_EIGHT);
	unsigned n_zeroes = 0;

	if (head)
		at = digits_put(at, head);
	else
		n_zeroes = digits ? (unsigned)__builtin_ctzll(digits) / EIGHT : EIGHT - 1;
	digits = htole64((digits | 0x3030303030303030) >> n_zeroes * EIGHT);
	memcpy(at, &digits, EIGHT);
	return at + EIGHT - n_zeroes;
}
