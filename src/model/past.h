/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Earlier readings of a table, kept to be looked at again within a limit of memory: the oldest make room. Where a
 * single reading takes more than a PAST_PART-th of the limit none are kept, because a history of a few readings is
 * worth less than its memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/delta.h"
#include "model/snap.h"

struct table;

enum { PAST_READINGS = 120, PAST_PART = 16 };

struct past_reading {
	struct snap snap;
	struct pages stamps;
	uint32_t stamps_ms[3];
	uint64_t epoch_ns;
	size_t n_bytes;
};

/* The table's own state while it shows an earlier reading; put back afterwards. */
struct past_now {
	struct snap *current, *previous;
	struct delta delta, since_base;
	struct pages stamps;
	uint32_t stamps_ms[3];
	uint64_t epoch_ns;
	size_t n_ghosts;
};

struct past {
	size_t limit_bytes;			     /* 0: nothing is kept */
	struct past_reading readings[PAST_READINGS]; /* a ring; the newest is the current reading */
	size_t first, n, n_bytes;
	size_t too_large_bytes; /* what a reading takes that is not kept; 0: they are kept */
	size_t back;		/* readings before the newest that the table shows */
	struct past_now now;	/* while back > 0 */
	struct snap none;	/* before the oldest */
};

void past_release(struct past *past); /* the table looks at none of them */
void past_clear(struct past *past);

/* Keeps the table's current reading, if it can; what can't be kept is only not there to be seen. */
void past_keep(struct table *table);

/* When that one was made, on the clock of the wall; back < n. */
uint64_t past_wall_ns(const struct past *past, size_t back);

/* Shows the reading `back` before the newest (0: the newest itself, always possible). Rows that had gone
 * then are not known any more. 0, -ENOENT when it isn't kept, -ENOMEM (the table stays as it was). */
int past_look(struct table *table, size_t back);
