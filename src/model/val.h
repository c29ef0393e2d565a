/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A decoded value that can also be unknown. Small, copied freely. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct num;

enum val_kind {
	VAL_UNKNOWN, /* not read, not computable: shown as "-", never as 0, equal to nothing */
	VAL_UINT,
	VAL_INT,
	VAL_REAL,
	VAL_WIDE,  /* unsigned 128 bits */
	VAL_IWIDE, /* signed 128 bits */
	VAL_TEXT,  /* at[0..len), borrowed from the row or static; not tamed */
	VAL_BYTES, /* at[0..len), borrowed: addresses, pads, arrays, anything without an order of its own */
};

struct val {
	enum val_kind kind;
	union {
		uint64_t u;
		int64_t i;
		double x;
		unsigned __int128 wide;
		__int128 iwide;
		struct {
			const char *at;
			size_t len;
		};
	};
};

static inline struct val val_unknown(void)
{
	return (struct val){.kind = VAL_UNKNOWN};
}
static inline struct val val_uint(uint64_t u)
{
	return (struct val){.kind = VAL_UINT, .u = u};
}
static inline struct val val_int(int64_t i)
{
	return (struct val){.kind = VAL_INT, .i = i};
}
static inline struct val val_real(double x)
{
	return (struct val){.kind = VAL_REAL, .x = x};
}
static inline struct val val_text(const char *at, size_t len)
{
	return (struct val){.kind = VAL_TEXT, .at = at, .len = len};
}

/* The first eight bytes as a number: numbers order as the bytes do. */
static inline uint64_t val_word(const void *at, size_t len)
{
	uint64_t word = 0;
	uint32_t half;

	if (len == sizeof(half)) { /* an IPv4 address */
		memcpy(&half, at, sizeof(half));
		return (uint64_t)be32toh(half) << 32;
	}
	if (len >= sizeof(word))
		memcpy(&word, at, sizeof(word));
	else if (len)
		memcpy(&word, at, len);
	return be64toh(word);
}

/* What a person typed: whole as long as 128 bits hold it. 0 or -ERANGE. */
int val_typed(const struct num *num, struct val *out);

/* Not a number is not known either. */
static inline bool val_is_unknown(const struct val *val)
{
	return val->kind == VAL_UNKNOWN || (val->kind == VAL_REAL && val->x != val->x);
}
bool val_is_number(const struct val *val);
/* An integer of any kind. false: it is none, or too large. */
bool val_whole(const struct val *val, __int128 *out);
/* As a double; NaN when it is no number or unknown. */
double val_as_real(const struct val *val);

/* Total order for sorting: unknown < numbers (by value, across kinds, exact) < text < bytes.
 * <0, 0, >0. */
int val_compare(const struct val *a, const struct val *b);
