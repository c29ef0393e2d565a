/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random arithmetic, unit by unit, and what it comes to for a row: numbers, times, moments, of a whole row and of
 * single CPUs. Everything is exact in a long double, but what stands alone: that is only compared. */
#pragma once

#include "tests/unit/random_rows.h"

#include <math.h>

#include "base/buf.h"

enum unit { COUNT, TIME, MOMENT, DATE, N_UNITS };

struct number {
	bool is_known;
	long double x;
};

struct sum_column {
	const char *name;
	enum unit unit;
	struct number (*of)(const struct row *row, size_t i);
	bool is_of_cpus; /* there only where each CPU has a copy */
	bool is_of_one;	 /* there, or meant, only where there is one */
	bool is_alone;	 /* inexact */
};

/* -- columns -- */

static inline struct number known(long double x)
{
	return (struct number){true, x};
}

static inline struct number known_if(bool is_known, long double x)
{
	return (struct number){is_known, x};
}

#define COLUMN(name, expr)                                                                         \
	static inline struct number name(const struct row *row, size_t i)                          \
	{                                                                                          \
		(void)row, (void)i;                                                                \
		return expr;                                                                       \
	}

/* What went or went back has no difference; what is new began at 0, but a moment did not. */
#define GROWN(member) (row->now.value.member - (row->was_there ? row->old.value.member : 0))
#define HAS_GROWN(member)                                                                          \
	(row->is_there && row->now.value.member >= (row->was_there ? row->old.value.member : 0))

COLUMN(column_n, known((long double)value_of(row)->n))
COLUMN(column_s, known((long double)value_of(row)->s))
COLUMN(column_x, known((long double)value_of(row)->x))
COLUMN(column_a, known((long double)i))
COLUMN(column_b, known((long double)(i % 7)))
COLUMN(column_n_delta, known_if(HAS_GROWN(n), (long double)GROWN(n)))
COLUMN(column_s_delta, known_if(row->is_there, (long double)GROWN(s)))
COLUMN(column_seen, known_if(row->is_there, row->was_there ? 2 : 1))
COLUMN(column_took, known((long double)value_of(row)->took_ns))
COLUMN(column_took_delta, known_if(HAS_GROWN(took_ns), (long double)GROWN(took_ns)))
COLUMN(column_age, known_if(row->is_there, row->was_there ? 1e9L : 0))
COLUMN(column_idle, known_if(row->is_there, row->was_there &&is_same(row) ? 1e9L : 0))
COLUMN(column_seen_at, known_if(has_value(row, IS_seen_at), (long double)value_of(row)->seen_at))
COLUMN(column_born, known_if(has_value(row, IS_born), (long double)value_of(row)->born))
COLUMN(column_seen_at_delta,
       known_if(row->was_there &&HAS_GROWN(seen_at), (long double)GROWN(seen_at)))
COLUMN(column_made, known_if(has_value(row, IS_made), (long double)value_of(row)->made * 1e9L))

#undef GROWN
#undef HAS_GROWN

/* CPU by CPU: of a counter its copies, or what each grew by. */
struct spread_of_row {
	bool is_known;
	long double sum, max, min;
	unsigned max_cpu;
};

typedef long double copy_fn(const struct kinds_value *copy);

#define COPY(name, member)                                                                         \
	static inline long double name(const struct kinds_value *copy)                             \
	{                                                                                          \
		return (long double)copy->member;                                                  \
	}
COPY(copy_n_of, n)
COPY(copy_s_of, s)
COPY(copy_took_of, took_ns)
COPY(copy_seen_at_of, seen_at)

static inline struct spread_of_row spread_row(const struct row *row, copy_fn *copy, bool is_grown,
					      bool may_fall)
{
	struct spread_of_row spread = {.is_known = !is_grown || row->is_there};

	for (unsigned cpu = 0; cpu < n_copies; cpu++) {
		long double x = copy(&copies_of(row)[cpu]);

		if (is_grown && row->was_there)
			x -= copy(&row->was[cpu]);
		spread.is_known &= !is_grown || may_fall || x >= 0;
		spread.sum += x;
		if (cpu == 0 || x > spread.max) {
			spread.max = x;
			spread.max_cpu = cpu;
		}
		spread.min = cpu == 0 || x < spread.min ? x : spread.min;
	}
	return spread;
}

/* Which CPU is busiest shows in what happened last, if anything is known of that. */
static inline struct spread_of_row busy_row(const struct row *row, bool is_grown)
{
	struct spread_of_row spread = spread_row(row, copy_n_of, is_grown || row->is_there, false);

	spread.is_known &= spread.sum > 0;
	return spread;
}

static inline struct number grown_on(const struct row *row, unsigned cpu)
{
	uint64_t was = row->was_there ? row->was[cpu].n : 0;

	return known_if(row->is_there && row->is[cpu].n >= was,
			(long double)row->is[cpu].n - (long double)was);
}

#define SPREAD(name, copy, is_grown, may_fall, expr)                                               \
	static inline struct number name(const struct row *row, size_t i)                          \
	{                                                                                          \
		struct spread_of_row spread = spread_row(row, copy, is_grown, may_fall);           \
                                                                                                   \
		(void)i;                                                                           \
		return known_if(spread.is_known, expr);                                            \
	}
COLUMN(column_n_of_0, known((long double)copies_of(row)[0].n))
COLUMN(column_n_of_3, known((long double)copies_of(row)[3].n))
COLUMN(column_s_of_1, known((long double)copies_of(row)[1].s))
COLUMN(column_x_of_2, known((long double)copies_of(row)[2].x))
COLUMN(column_n_rate_of_1, grown_on(row, 1))
COLUMN(column_took_of_2, known((long double)copies_of(row)[2].took_ns))
COLUMN(column_seen_at_of_1, known((long double)copies_of(row)[1].seen_at))
COLUMN(column_made_of_1, known((long double)copies_of(row)[1].made * 1e9L))
SPREAD(column_n_max, copy_n_of, false, false, spread.max)
SPREAD(column_n_min, copy_n_of, false, false, spread.min)
SPREAD(column_n_mean, copy_n_of, false, false, spread.sum / COPIES)
SPREAD(column_n_max_rate, copy_n_of, true, false, spread.max)
SPREAD(column_n_min_rate, copy_n_of, true, false, spread.min)
SPREAD(column_n_mean_rate, copy_n_of, true, false, spread.sum / COPIES)
SPREAD(column_s_max, copy_s_of, false, true, spread.max)
SPREAD(column_s_min, copy_s_of, false, true, spread.min)
SPREAD(column_s_mean, copy_s_of, false, true, spread.sum / COPIES)
SPREAD(column_took_max, copy_took_of, false, false, spread.max)
SPREAD(column_took_mean, copy_took_of, false, false, spread.sum / COPIES)
SPREAD(column_seen_at_max, copy_seen_at_of, false, false, spread.max)
SPREAD(column_seen_at_min, copy_seen_at_of, false, false, spread.min)
COLUMN(column_n_skew, known_if(busy_row(row, false).is_known,
			       busy_row(row, false).max *COPIES / busy_row(row, false).sum))
COLUMN(column_n_skew_rate, known_if(busy_row(row, true).is_known,
				    busy_row(row, true).max *COPIES / busy_row(row, true).sum))
COLUMN(column_n_maxcpu, known_if(busy_row(row, false).is_known, busy_row(row, false).max_cpu))

static const struct sum_column sum_columns[] = {
	{"n", COUNT, column_n},
	{"s", COUNT, column_s},
	{"x", COUNT, column_x},
	{"a", COUNT, column_a},
	{"b", COUNT, column_b},
	{"n.delta", COUNT, column_n_delta},
	{"n.rate", COUNT, column_n_delta},
	{"s.delta", COUNT, column_s_delta},
	{"seen", COUNT, column_seen},
	{"took_ns", TIME, column_took},
	{"took_ns.delta", TIME, column_took_delta},
	{"took_ns.rate", TIME, column_took_delta},
	{"age", TIME, column_age},
	{"idle", TIME, column_idle},
	{"seen_at", MOMENT, column_seen_at},
	{"born", MOMENT, column_born},
	{"seen_at.delta", TIME, column_seen_at_delta, .is_of_one = true},
	{"made", DATE, column_made},
	{"n.sum", COUNT, column_n, .is_of_cpus = true},
	{"n@0", COUNT, column_n_of_0, .is_of_cpus = true},
	{"n@3", COUNT, column_n_of_3, .is_of_cpus = true},
	{"s@1", COUNT, column_s_of_1, .is_of_cpus = true},
	{"x@2", COUNT, column_x_of_2, .is_of_cpus = true},
	{"n@1.rate", COUNT, column_n_rate_of_1, .is_of_cpus = true},
	{"n.max", COUNT, column_n_max, .is_of_cpus = true},
	{"n.min", COUNT, column_n_min, .is_of_cpus = true},
	{"n.mean", COUNT, column_n_mean, .is_of_cpus = true},
	{"n.max.rate", COUNT, column_n_max_rate, .is_of_cpus = true},
	{"n.min.rate", COUNT, column_n_min_rate, .is_of_cpus = true},
	{"n.mean.rate", COUNT, column_n_mean_rate, .is_of_cpus = true},
	{"s.max", COUNT, column_s_max, .is_of_cpus = true},
	{"s.min", COUNT, column_s_min, .is_of_cpus = true},
	{"s.mean", COUNT, column_s_mean, .is_of_cpus = true},
	{"n.maxcpu", COUNT, column_n_maxcpu, .is_of_cpus = true},
	{"n.skew", COUNT, column_n_skew, .is_of_cpus = true, .is_alone = true},
	{"n.skew.rate", COUNT, column_n_skew_rate, .is_of_cpus = true, .is_alone = true},
	{"took_ns@2", TIME, column_took_of_2, .is_of_cpus = true},
	{"took_ns.max", TIME, column_took_max, .is_of_cpus = true},
	{"took_ns.mean", TIME, column_took_mean, .is_of_cpus = true},
	{"seen_at@1", MOMENT, column_seen_at_of_1, .is_of_cpus = true},
	{"seen_at.max", MOMENT, column_seen_at_max, .is_of_cpus = true},
	{"seen_at.min", MOMENT, column_seen_at_min, .is_of_cpus = true},
	{"made@1", DATE, column_made_of_1, .is_of_cpus = true},
};

/* -- trees of them -- */

enum sum_kind { SUM_CONSTANT, SUM_COLUMN, SUM_NEGATED, SUM_OF };
enum { PLUS, MINUS, TIMES, DIVIDED, MODULO, MAX_SUMS = 512 };
static const char *const sum_signs[] = {" + ", " - ", " * ", " / ", " % "};

struct sum {
	enum sum_kind kind;
	unsigned op;
	long double x;
	const struct sum_column *column;
	const struct sum *first, *second;
};

static struct sum sums[MAX_SUMS];
static unsigned n_sums;

static inline struct sum *new_sum(enum sum_kind kind)
{
	assert_true(n_sums < MAX_SUMS);
	sums[n_sums] = (struct sum){.kind = kind};
	return &sums[n_sums++];
}

static inline struct number sum_of_row(const struct sum *sum, size_t i)
{
	struct number a, b;

	if (sum->kind == SUM_CONSTANT)
		return known(sum->x);
	if (sum->kind == SUM_COLUMN)
		return sum->column->of(&rows[i], i);
	a = sum_of_row(sum->first, i);
	if (sum->kind == SUM_NEGATED)
		return known_if(a.is_known, -a.x);
	b = sum_of_row(sum->second, i);
	a.is_known &= b.is_known && (sum->op < DIVIDED || b.x != 0);
	a.x = sum->op == PLUS	   ? a.x + b.x
	      : sum->op == MINUS   ? a.x - b.x
	      : sum->op == TIMES   ? a.x * b.x
	      : sum->op == DIVIDED ? a.x / b.x
				   : fmodl(a.x, b.x);
	return a;
}

struct written {
	const char *text;
	long double x;
};

static inline const struct sum *one_of(const struct written *written, unsigned n, struct buf *text)
{
	struct sum *sum = new_sum(SUM_CONSTANT);
	unsigned i = below(n);

	buf_adds(text, written[i].text);
	sum->x = written[i].x;
	return sum;
}

#define CONSTANTS(name, ...)                                                                       \
	static inline const struct sum *name(struct buf *text)                                     \
	{                                                                                          \
		static const struct written written[] = {__VA_ARGS__};                             \
                                                                                                   \
		return one_of(written, ARRAY_LEN(written), text);                                  \
	}
CONSTANTS(make_count, {"0", 0}, {"1", 1}, {"3", 3}, {"5", 5}, {"-2", -2}, {"10", 10}, {"0.5", 0.5L},
	  {"-1.25", -1.25L}, {"1k", 1000}, {"0.003k", 3}, {"0xa", 10}, {"1Ti", 0x1p40L})
CONSTANTS(make_time, {"0s", 0}, {"500us", 5e5L}, {"0.5ms", 5e5L}, {"1ms", 1e6L}, {"-1ms", -1e6L},
	  {"2000000ns", 2e6L}, {"1s", 1e9L}, {"1m", 60e9L}, {"1m30s", 90e9L}, {"1h", 3600e9L})
/* What divides without a remainder that binary fractions lack, and what a remainder is exact of. */
CONSTANTS(make_divisor, {"2", 2}, {"-4", -4}, {"0.5", 0.5L}, {"0", 0})
CONSTANTS(make_modulus, {"2", 2}, {"-4", -4}, {"0.5", 0.5L}, {"0", 0}, {"3", 3}, {"10", 10})
CONSTANTS(make_time_divisor, {"512ns", 512}, {"2ns", 2}, {"0s", 0}, {"-64ns", -64})
CONSTANTS(make_factor, {"2", 2}, {"3", 3}, {"-1", -1}, {"0.5", 0.5L}, {"0", 0})
CONSTANTS(make_whole_time, {"1s", 1e9L}, {"500us", 5e5L}, {"1d", 86400e9L})

static inline const struct sum *make_column(struct buf *text, enum unit unit, bool is_alone)
{
	struct sum *sum = new_sum(SUM_COLUMN);
	const struct sum_column *column;

	do
		column = &sum_columns[below(ARRAY_LEN(sum_columns))];
	while (column->unit != unit || (column->is_of_cpus && n_copies == 1) ||
	       (column->is_of_one && n_copies > 1) || (column->is_alone && !is_alone));
	sum->column = column;
	buf_adds(text, column->name);
	return sum;
}

static inline const struct sum *make_sum(struct buf *text, enum unit unit, unsigned depth);

static inline const struct sum *add_second(struct sum *sum, struct buf *text,
					   const struct sum *(*second)(struct buf *text))
{
	buf_adds(text, sum_signs[sum->op]);
	sum->second = second(text);
	return sum;
}

static inline const struct sum *make_count_sum(struct buf *text, unsigned depth)
{
	struct sum *sum = new_sum(SUM_OF);

	if (below(6) == 0) { /* of two times */
		sum->op = DIVIDED;
		sum->first = make_sum(text, TIME, depth - 1);
		return add_second(sum, text, make_time_divisor);
	}
	sum->op = below(ARRAY_LEN(sum_signs));
	sum->first = make_sum(text, COUNT, depth - 1);
	if (sum->op >= DIVIDED)
		return add_second(sum, text, sum->op == DIVIDED ? make_divisor : make_modulus);
	if (below(2))
		return add_second(sum, text, make_count);
	buf_adds(text, sum_signs[sum->op]);
	sum->second = make_sum(text, COUNT, depth - 1);
	return sum;
}

/* Between two moments. */
static inline const struct sum *make_time_between(struct buf *text, unsigned depth)
{
	enum unit unit = below(3) ? MOMENT : DATE;
	struct sum *sum = new_sum(SUM_OF);

	sum->op = MINUS;
	sum->first = make_sum(text, unit, depth - 1);
	buf_adds(text, sum_signs[MINUS]);
	sum->second = make_sum(text, unit, depth - 1);
	return sum;
}

static inline const struct sum *make_time_sum(struct buf *text, unsigned depth)
{
	struct sum *sum;

	if (below(3) == 0)
		return make_time_between(text, depth);
	sum = new_sum(SUM_OF);
	sum->op = below(ARRAY_LEN(sum_signs));
	if (sum->op == TIMES && below(2)) {
		sum->first = make_factor(text);
		buf_adds(text, sum_signs[TIMES]);
		sum->second = make_sum(text, TIME, depth - 1);
		return sum;
	}
	sum->first = make_sum(text, TIME, depth - 1);
	if (sum->op == TIMES || sum->op == DIVIDED)
		return add_second(sum, text, sum->op == TIMES ? make_factor : make_divisor);
	if (sum->op == MODULO || below(2))
		return add_second(sum, text, make_time);
	buf_adds(text, sum_signs[sum->op]);
	sum->second = make_sum(text, TIME, depth - 1);
	return sum;
}

/* A date leaves no bits for fractions of a nanosecond. */
static inline const struct sum *make_moment_sum(struct buf *text, enum unit unit, unsigned depth)
{
	struct sum *sum = new_sum(SUM_OF);

	if (below(3) == 0) {
		sum->op = PLUS;
		sum->first = make_whole_time(text);
		buf_adds(text, sum_signs[PLUS]);
		sum->second = make_sum(text, unit, depth - 1);
		return sum;
	}
	sum->op = below(2) ? PLUS : MINUS;
	sum->first = make_sum(text, unit, depth - 1);
	if (unit == DATE || below(2))
		return add_second(sum, text, make_whole_time);
	buf_adds(text, sum_signs[sum->op]);
	sum->second = make_sum(text, TIME, depth - 1);
	return sum;
}

static inline const struct sum *make_sum(struct buf *text, enum unit unit, unsigned depth)
{
	const struct sum *sum;
	struct sum *negated;

	if (depth == 0 || below(3) == 0)
		return make_column(text, unit, false);
	if (unit <= TIME && below(6) == 0) {
		negated = new_sum(SUM_NEGATED);
		buf_adds(text, "-(");
		negated->first = make_sum(text, unit, depth - 1);
		buf_addc(text, ')');
		return negated;
	}
	buf_addc(text, '(');
	sum = unit == COUNT  ? make_count_sum(text, depth)
	      : unit == TIME ? make_time_sum(text, depth)
			     : make_moment_sum(text, unit, depth);
	buf_addc(text, ')');
	return sum;
}

/* -- both sides of a comparison -- */

struct sides {
	const struct sum *left, *right;
};

static inline const struct sum *make_product(struct buf *text, unsigned op,
					     const struct sum *(*second)(struct buf *text))
{
	struct sum *sum = new_sum(SUM_OF);

	sum->op = op;
	sum->first = make_column(text, op == TIMES ? TIME : COUNT, false);
	return add_second(sum, text, second);
}

static inline const struct sum *make_time_column(struct buf *text)
{
	return make_column(text, TIME, false);
}

static inline const struct sum *make_square(struct buf *text)
{
	struct sum *sum = new_sum(SUM_OF);

	sum->op = TIMES;
	sum->first = make_time(text);
	return add_second(sum, text, make_time);
}

static inline const struct sum *make_pace(struct buf *text)
{
	struct sum *sum = new_sum(SUM_OF);

	sum->op = DIVIDED;
	sum->first = make_count(text);
	return add_second(sum, text, make_whole_time);
}

/* Times by times, numbers per time. */
static inline struct sides make_other_units(struct buf *text, const char *sign)
{
	bool is_square = below(2);
	struct sides sides;

	sides.left = make_product(text, is_square ? TIMES : DIVIDED, make_time_column);
	buf_adds(text, sign);
	sides.right = is_square ? make_square(text) : make_pace(text);
	return sides;
}

static inline struct sides make_sides(struct buf *text, const char *sign)
{
	static const enum unit units[] = {COUNT, COUNT, COUNT, TIME, TIME, MOMENT, DATE};
	enum unit unit = units[below(ARRAY_LEN(units))];
	const struct sum *(*constant)(struct buf * text) = unit == COUNT ? make_count : make_time;
	struct sides sides;

	if (below(12) == 0)
		return make_other_units(text, sign);
	if (unit <= TIME && below(6) == 0) { /* the constant first */
		sides.left = constant(text);
		buf_adds(text, sign);
		sides.right = make_sum(text, unit, below(3));
		return sides;
	}
	if (unit <= TIME && below(3)) {
		unsigned depth = below(3);

		sides.left = depth ? make_sum(text, unit, depth) : make_column(text, unit, true);
		buf_adds(text, sign);
		sides.right = constant(text);
		return sides;
	}
	sides.left = make_sum(text, unit, below(3));
	buf_adds(text, sign);
	sides.right = make_sum(text, unit, below(3));
	return sides;
}
