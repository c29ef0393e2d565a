/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Comparing values of different kinds without losing a bit: integers of all widths become a sign and a
 * magnitude of 128 bits; a double is split into its whole part, which such an integer holds exactly
 * (or which lies beyond them all), and a fraction that only decides between equals. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/tidy.h"
#include "model/val.h"

typedef unsigned __int128 u128;

struct whole {
	bool is_negative;
	u128 size;
};

static struct whole whole_signed(__int128 i)
{
	return (struct whole){i < 0, i < 0 ? -(u128)i : (u128)i};
}

static struct whole whole_of(const struct val *val)
{
	switch (val->kind) {
	case VAL_UINT:
		return (struct whole){false, val->u};
	case VAL_INT:
		return whole_signed(val->i);
	case VAL_WIDE:
		return (struct whole){false, val->wide};
	default:
		return whole_signed(val->iwide);
	}
}

static int whole_compare(struct whole a, struct whole b)
{
	if (a.is_negative != b.is_negative)
		return a.is_negative ? -1 : 1;
	if (a.size == b.size)
		return 0;
	return (a.size < b.size) == a.is_negative ? 1 : -1;
}

static int real_compare_whole(double x, struct whole b)
{
	double whole = trunc(x), fraction = x - whole;

	if (fabs(whole) >= 0x1p128)
		return x < 0 ? -1 : 1;

	struct whole a = {whole < 0, (u128)fabs(whole)};
	int r = whole_compare(a, b);

	if (r || fraction == 0)
		return r;
	return fraction < 0 ? -1 : 1;
}

int val_typed(const struct num *num, struct val *out)
{
	const u128 lowest = (u128)1 << 127;

	if (!num->is_whole)
		*out = val_real(num->real);
	else if (!num->is_negative)
		*out = num->whole > UINT64_MAX ? (struct val){.kind = VAL_WIDE, .wide = num->whole}
					       : val_uint((uint64_t)num->whole);
	else if (num->whole <= (u128)INT64_MAX + 1)
		*out = val_int((int64_t)-num->whole);
	else if (num->whole <= lowest)
		*out = (struct val){.kind = VAL_IWIDE, .iwide = (__int128)-num->whole};
	else
		return -ERANGE;
	return 0;
}

bool val_is_number(const struct val *val)
{
	return val->kind >= VAL_UINT && val->kind <= VAL_IWIDE;
}

bool val_whole(const struct val *val, __int128 *out)
{
	switch (val->kind) {
	case VAL_UINT:
		*out = val->u;
		return true;
	case VAL_INT:
		*out = val->i;
		return true;
	case VAL_IWIDE:
		*out = val->iwide;
		return true;
	case VAL_WIDE:
		*out = (__int128)val->wide;
		return *out >= 0;
	default:
		return false;
	}
}

double val_as_real(const struct val *val)
{
	switch (val->kind) {
	case VAL_UINT:
		return (double)val->u;
	case VAL_INT:
		return (double)val->i;
	case VAL_REAL:
		return val->x;
	case VAL_WIDE:
		return (double)val->wide;
	case VAL_IWIDE:
		return (double)val->iwide;
	default:
		return NAN;
	}
}

static int number_compare(const struct val *a, const struct val *b)
{
	if (a->kind == VAL_REAL && b->kind == VAL_REAL)
		return (a->x > b->x) - (a->x < b->x);
	if (a->kind == VAL_REAL)
		return real_compare_whole(a->x, whole_of(b));
	if (b->kind == VAL_REAL)
		return -real_compare_whole(b->x, whole_of(a));
	return whole_compare(whole_of(a), whole_of(b));
}

static int rank(const struct val *val)
{
	if (val_is_unknown(val))
		return 0;
	if (val_is_number(val))
		return 1;
	return val->kind == VAL_TEXT ? 2 : 3;
}

int val_compare(const struct val *a, const struct val *b)
{
	int mine = rank(a), theirs = rank(b);

	if (mine != theirs)
		return mine < theirs ? -1 : 1;
	if (mine == 0)
		return 0;
	if (mine == 1)
		return number_compare(a, b);

	size_t shared = MIN_OF(a->len, b->len);
	int r = shared ? memcmp(a->at, b->at, shared) : 0;

	return r ? r : (a->len > b->len) - (a->len < b->len);
}
