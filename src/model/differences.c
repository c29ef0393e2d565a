/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers are made a run of rows at a time, when a run is first asked for; a bit each says which runs are there. */
#include "model/differences.h"

#include <string.h>

void differences_release(struct differences *kept)
{
	if (!kept)
		return;
	pages_release(&kept->numbers);
	pages_release(&kept->filled);
	*kept = (struct differences){0};
}

void differences_forget(struct differences *kept)
{
	kept->field = NULL;
}

bool differences_hold(struct differences *kept, const struct field *field, size_t n_rows)
{
	size_t n_bytes = n_rows / DIFFERENCES_RUN / 8 + 1;

	if (kept->field)
		return kept->field == field;
	if (pages_reserve(&kept->numbers, n_rows * sizeof(double)) < 0 ||
	    pages_reserve(&kept->filled, n_bytes) < 0)
		return false;
	memset(kept->filled.at, 0, n_bytes);
	kept->field = field;
	return true;
}
