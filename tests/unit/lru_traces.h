/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sequences of keys of known kinds, drawn from a seed. Nothing here knows how it is read. */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/num.h"

/* A trace is made of up to two parts: keys that are used again and again, and keys that are used once
 * (scan_part of all uses). Keys of a loop come round in turn; others are drawn with a chance that falls
 * with the power `skew` of their rank (Zipf), 0 being all alike. */
struct trace {
	const char *name;
	uint32_t n_keys; /* that are used again; 0: none */
	bool is_loop;
	double skew;
	double scan_part;
	uint64_t seed;
	/* made */
	double *chances; /* owned [n_keys]: chance of this key or one before */
	uint64_t n_used;
	uint32_t n_scanned;
};

enum { TRACE_SCAN_FROM = 1U << 30 };

static inline void trace_begin(struct trace *trace)
{
	double sum = 0;

	trace->n_used = trace->n_scanned = 0;
	trace->chances = calloc(trace->n_keys + 1UL, sizeof(double));
	assert_non_null(trace->chances);
	for (uint32_t i = 0; i < trace->n_keys; i++)
		trace->chances[i] = sum += pow(i + 1.0, -trace->skew);
}

static inline void trace_release(struct trace *trace)
{
	free(trace->chances);
	trace->chances = NULL;
}

static inline double trace_draw(struct trace *trace)
{
	return (double)(num_random(&trace->seed) >> 11) * 0x1p-53;
}

static inline uint32_t trace_ranked(const struct trace *trace, double at)
{
	uint32_t low = 0, high = trace->n_keys - 1;

	at *= trace->chances[high];
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (trace->chances[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The next key used. */
static inline uint32_t trace_next(struct trace *trace)
{
	if (!trace->n_keys || trace_draw(trace) < trace->scan_part)
		return TRACE_SCAN_FROM + trace->n_scanned++;
	if (trace->is_loop)
		return (uint32_t)(trace->n_used++ % trace->n_keys);
	return trace_ranked(trace, trace_draw(trace));
}
