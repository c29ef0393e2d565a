/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The times of a table's readings. From the time at which a row was first seen they tell in how many readings it has
 * been, so that no row needs a counter of its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

enum { CALENDAR_DAYS = 1 << 16 };

/* All zeros is empty. */
struct calendar {
	struct pages at_ns; /* u64[n], rising: the time of reading number first + i * step */
	size_t n;
	uint64_t first, step;
};

void calendar_release(struct calendar *calendar);
/* Makes room, so that calendar_add can't fail. 0 or -ENOMEM. */
int calendar_reserve(struct calendar *calendar);
void calendar_clear(struct calendar *calendar);
/* Adds the reading of that number, which follows those added so far. */
void calendar_add(struct calendar *calendar, uint64_t number, uint64_t at_ns);

/* The number of the first reading on record that was made at or after at_ns, or `last` where that is smaller. When the
 * list was thinned out it may be up to step - 1 too large. */
uint64_t calendar_find(const struct calendar *calendar, uint64_t at_ns, uint64_t last);
