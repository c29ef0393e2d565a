/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of a reading as runs; between the two files that write and read them.
 *
 * A run is a number, rows << RUN_BITS | enum run, and what the table says. Runs take the rows of the base
 * in order, so a DIFF keeps the kernel's order; rows of the base behind the last run are gone. A value
 * is words of RUN_WORD bytes, the last one perhaps shorter. */
#pragma once

enum run {
	RUN_SAME, /* the next rows of the base, as they were */
	RUN_CHANGED, /* the next rows of the base, each with a bit a word (lowest first, whole bytes) and
			the words whose bit is set */
	RUN_GONE,  /* the next rows of the base aren't there any more */
	RUN_ADDED, /* rows that aren't in the base: all keys, then all values */
	N_RUNS,
};

enum { RUN_BITS = 2, RUN_WORD = 8 };
_Static_assert(N_RUNS <= 1 << RUN_BITS, "every run has its bits");

struct fact;

/* Facts of a reading, in tape_diff.c. */
extern const struct fact snap_facts[];
extern const unsigned n_snap_facts;
