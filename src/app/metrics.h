/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When metrics are written that come again and again: one document of all maps, as soon as all that was due is
 * read, and a little later in any case, so that none waits for a map that is slow. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct metrics {
	uint64_t touched_ns; /* since when there is something to write; 0: there isn't */
	bool has_written;    /* a document, once */
};

/* There is something to write. */
void metrics_touch(struct metrics *metrics);
/* is_resting: no reading is under way. lacks_some: a map was not tried yet; the first document has all of
 * them. */
bool metrics_are_due(const struct metrics *metrics, bool is_resting, bool lacks_some);
/* When they are due in any case; UINT64_MAX: nothing is to be written. */
uint64_t metrics_wakes_ns(const struct metrics *metrics);
/* A document was. */
void metrics_wrote(struct metrics *metrics);
