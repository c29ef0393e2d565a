/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the readings of a table were, so that the time at which a row was first seen says in how many
 * readings it has been: no row needs a counter of its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

enum { CALENDAR_DAYS = 1 << 16 };

/* All zeros is empty. */
struct calendar {
	struct pages at_ns; /* u64[n]: rises; reading first + i * step */
	size_t n;
	uint64_t first, step;
};

void calendar_release(struct calendar *calendar);
/* Room for what calendar_add needs. 0 or -ENOMEM. */
int calendar_reserve(struct calendar *calendar);
void calendar_clear(struct calendar *calendar);
/* The reading that follows those added so far. */
void calendar_add(struct calendar *calendar, uint64_t number, uint64_t at_ns);

/* The first reading noted that was not before at_ns, at most `last`. */
uint64_t calendar_find(const struct calendar *calendar, uint64_t at_ns, uint64_t last);
