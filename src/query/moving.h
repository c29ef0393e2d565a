/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Moments relative to now, typed as "5s ago": in a filter that stays in force they move on with each reading, by the
 * clock that ktime columns are shown by. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct moving;
struct query;
struct ranges;
struct table;

/* "5s ago", "in 1.5s" (less than 0). */
bool moving_read(const char *text, size_t len, int64_t *ago_ns);

/* Sorts the ranges (ranges_sort), now and whenever their bounds have moved. They live as long as the
 * query. 0 or -ENOMEM. */
int moving_keep(struct query *query, const struct table *table, struct ranges *ranges);

/* Puts the bounds where they are now. */
void moving_move(const struct moving *moving, const struct table *table);
