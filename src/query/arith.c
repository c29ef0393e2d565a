/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers stay whole in 128 bits while that is exact: counters are 64 bits wide, so sums and
 * differences of them always are. Division is exact where it comes out even. */
#include <math.h>

#include "query/program.h"

bool compare_vals(enum token_kind op, const struct val *a, const struct val *b)
{
	int r = val_compare(a, b);

	switch (op) {
	case TOKEN_EQ:
		return r == 0;
	case TOKEN_NE:
		return r != 0;
	case TOKEN_LT:
		return r < 0;
	case TOKEN_LE:
		return r <= 0;
	case TOKEN_GT:
		return r > 0;
	default:
		return r >= 0;
	}
}

static bool whole_arith(enum token_kind op, __int128 a, __int128 b, __int128 *out)
{
	switch (op) {
	case TOKEN_PLUS:
		return !__builtin_add_overflow(a, b, out);
	case TOKEN_MINUS:
		return !__builtin_sub_overflow(a, b, out);
	case TOKEN_TIMES:
		return !__builtin_mul_overflow(a, b, out);
	default:
		break;
	}
	if (b == 0 || b == -1 || (op == TOKEN_DIVIDED && a % b != 0))
		return false;
	*out = op == TOKEN_DIVIDED ? a / b : a % b;
	return true;
}

static double real_arith(enum token_kind op, double a, double b)
{
	switch (op) {
	case TOKEN_PLUS:
		return a + b;
	case TOKEN_MINUS:
		return a - b;
	case TOKEN_TIMES:
		return a * b;
	case TOKEN_DIVIDED:
		return b == 0 ? NAN : a / b;
	default:
		return fmod(a, b);
	}
}

struct val arith_val(enum token_kind op, const struct val *a, const struct val *b)
{
	__int128 x, y;
	struct val out = {.kind = VAL_IWIDE};
	double real;

	if (!val_is_number(a) || !val_is_number(b))
		return val_unknown();
	if (val_whole(a, &x) && val_whole(b, &y) && whole_arith(op, x, y, &out.iwide))
		return out;
	real = real_arith(op, val_as_real(a), val_as_real(b));
	return isnan(real) ? val_unknown() : val_real(real);
}
