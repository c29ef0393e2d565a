/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers as people write and read them: SI and IEC units, durations. Never locale dependent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* "0", "0.25", "999", "1.23k", "48.2M", "18.4E": at most 3 significant digits, 4 below "1023Ki"; never
 * more than 6 columns for what is in 0..2^64. unit_step 1000 -> k M G T P E, 1024 -> Ki Mi Gi Ti Pi Ei.
 * NaN is "-", what is too small "<0.001". */
void num_short(struct buf *out, double value, unsigned unit_step);

/* As few digits as tell it from every other number: "0.1", "1e+300", "-0"; "nan", "-inf". */
void num_exact(struct buf *out, double value);

/* "0", "850ns", "12.3us", "4.50ms", "1.2s", "59s", "4m31s", "2h05m", "3d04h", "412d". */
void num_duration(struct buf *out, double ns);

/* "41%", "4.5%", "<0.1%"; share is 0..1. "100%" is said of a whole only. */
void num_percent(struct buf *out, double share);

/* "26,811" */
void num_grouped(struct buf *out, uint64_t value);

/* The noun, or verb, that stands beside n: "1 entry", "0 entries". */
static inline const char *num_noun(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* What a number with a unit stands for. kind tells which family the unit was from. */
enum num_kind { NUM_PLAIN, NUM_SI, NUM_IEC, NUM_TIME, NUM_PERCENT };
struct num {
	enum num_kind kind;
	bool is_whole; /* exact in `whole` (also after scaling) */
	bool is_negative;
	unsigned __int128 whole; /* magnitude */
	double real;		 /* always set, signed; times in ns, percent as a share */
};

/* Reads a number with an optional unit from text[0..len): 12, -1.5Mi, 0x1f, 1k, 30s, 4m31s, 5%, 1e3.
 * returns the bytes consumed, 0 when there is no number there, -ERANGE when it is beyond 128 bits, or
 * beyond doubles where it has a point or an exponent. */
int num_parse(const char *text, size_t len, struct num *out);

/* Whole text as an unsigned decimal or 0x number: 0, or -EINVAL / -ERANGE. */
int num_u64(const char *text, uint64_t *out);
/* Whole text as a finite decimal number. */
int num_double(const char *text, double *out);

/* Deterministic generator (splitmix64) for simulations and tests; state is any seed. */
uint64_t num_random(uint64_t *state);
