/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one counter of a reading grew by since the reading before, kept once it was computed. Making it
 * means going through the values of two readings; a filter, a sort and a search of one rate each would,
 * again and again. One field's are kept a reading, the first that is asked for, so that two that are
 * asked for in turn don't drive each other out. */
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
/* To be called by whoever changes which readings are compared, or one of them. */
void differences_forget(struct differences *kept);
/* Whether those of the field are kept, or from now on will be: of n_rows rows. */
bool differences_hold(struct differences *kept, const struct field *field, size_t n_rows);

static inline double *differences_run(const struct differences *kept, size_t run)
{
	return (double *)kept->numbers.at + run * DIFFERENCES_RUN;
}
static inline bool differences_has(const struct differences *kept, size_t run)
{
	return kept->filled.at[run / 8] >> (run % 8) & 1;
}
/* After all of the run was written. */
static inline void differences_note(struct differences *kept, size_t run)
{
	kept->filled.at[run / 8] |= (uint8_t)(1u << (run % 8));
}
