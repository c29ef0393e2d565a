/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters only grow, gauges go up and down. What falls is either a gauge or a counter that began anew,
 * and one look can't tell; so it is guessed from what a field does, and can be told. A counter that went
 * down has no rate; a gauge has one with a sign. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct field;
struct table;

enum nature {
	NATURE_GUESSED, /* nobody said */
	NATURE_COUNTER,
	NATURE_GAUGE,
	N_NATURES,
};

extern const char *const nature_names[N_NATURES]; /* NULL, "counter", "gauge" */

/* What a field was seen to do between readings. */
struct habit {
	uint32_t n_rises;
	uint32_t n_falls; /* to no less than half: what began anew begins at little */
	enum nature told; /* by a person, or NATURE_GUESSED */
};

/* After the delta of a reading is known, which next holds: looks at some of the rows that changed. */
void nature_watch(struct table *table);
void nature_forget(struct table *table);

/* What a person says of a field holds wherever it is used; then what a schema says. */
void nature_tell(const struct table *table, const struct field *field, enum nature nature);
enum nature nature_told(const struct table *table, const struct field *field);

/* What it was seen to do. */
const struct habit *nature_habit(const struct table *table, const struct field *field);
/* As it was told, else by its habits: never NATURE_GUESSED. */
enum nature nature_of(const struct table *table, const struct field *field);
static inline bool nature_is_gauge(const struct table *table, const struct field *field)
{
	return nature_of(table, field) == NATURE_GAUGE;
}
