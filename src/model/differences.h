/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A cache: by how much one counter of each row grew since the reading before. To compute it, the values of two readings
 * are walked through, and a filter, a sort and a search by the same rate would each do that. Only one field is cached
 * in each reading, the first that is asked for, so that two that are asked for in turn don't drive each other out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

struct field;

enum { DIFFERENCES_RUN = 64 }; /* rows that are kept together, a multiple of it being the first */

struct differences {
	const struct field *field; /* borrowed from the plan; NULL: none is kept */
	struct pages numbers;	   /* double[n_rows]: negative where it fell; NaN: unknown */
	struct pages filled;	   /* a bit a run */
};

void differences_release(struct differences *kept);
/* To be called when other readings are compared, or one of the two has changed. */
void differences_forget(struct differences *kept);
/* Takes the field in if none is cached yet, with room for n_rows rows. returns whether the field is the cached one. */
bool differences_hold(struct differences *kept, const struct field *field, size_t n_rows);

/* The numbers of the rows from run * DIFFERENCES_RUN on; only to be read if differences_has(run). */
static inline double *differences_run(const struct differences *kept, size_t run)
{
	return (double *)kept->numbers.at + run * DIFFERENCES_RUN;
}
static inline bool differences_has(const struct differences *kept, size_t run)
{
	return kept->filled.at[run / 8] >> (run % 8) & 1;
}
/* To be called after all of the run was written. */
static inline void differences_note(struct differences *kept, size_t run)
{
	kept->filled.at[run / 8] |= (uint8_t)(1u << (run % 8));
}
