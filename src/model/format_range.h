/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers that stand for a range of numbers: the field holds the lowest one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct format;

/* Ranges of values: each `width` wide, or with width 0 from a power of two to the next (0 alone, negative
 * numbers mirrored). */
int64_t range_low_signed(int64_t value, uint64_t width);
uint64_t range_low(uint64_t value, uint64_t width);

/* The last number of the range that begins at low. */
int64_t range_high_signed(int64_t low, uint64_t width);
uint64_t range_high(uint64_t low, uint64_t width);

/* Low bound of a signed field's range for values that are not known. */
#define RANGE_UNKNOWN INT64_MIN

/* Is it one of format_range_new's? */
bool format_is_range(const struct format *format);
/* What the ends of its ranges are written in; of any other format: itself. */
const struct format *format_range_ends(const struct format *format);

/* A format that writes such a field of 8 bytes as "1024..2047", its ends as `ends` (one of amounts or moments)
 * would; where it holds measured
 * numbers, which lie in between, too, as "1024..2048". It reads the same, also in its short form where that
 * is of one range only: that range's low bound. It lives in mem; NULL when out of memory. */
const struct format *format_range_new(struct arena *mem, const struct format *ends, uint64_t width,
				      bool is_measured);
