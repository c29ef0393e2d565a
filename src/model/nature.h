/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a field is a counter, which only grows, or a gauge, which goes up and down. This decides what a fall means:
 * a counter that went down began anew, and its rate is unknown; a gauge has a negative rate. One fall doesn't tell
 * which it is, so it is guessed from what the field does over several readings, unless a person or a schema says. */
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
	uint32_t n_falls; /* to half or more: a counter that began anew would be far lower */
	enum nature told; /* by a person, or NATURE_GUESSED */
};

/* To be called once a reading's delta is known: looks at some of the rows that changed. */
void nature_watch(struct table *table);
void nature_forget(struct table *table);

/* Sets what a person says of a field, and asks for it; where nobody said, for what a schema says. */
void nature_tell(const struct table *table, const struct field *field, enum nature nature);
enum nature nature_told(const struct table *table, const struct field *field);

/* What it was seen to do. */
const struct habit *nature_habit(const struct table *table, const struct field *field);
/* As it was told, else guessed by its habits: never NATURE_GUESSED. */
enum nature nature_of(const struct table *table, const struct field *field);
static inline bool nature_is_gauge(const struct table *table, const struct field *field)
{
	return nature_of(table, field) == NATURE_GAUGE;
}
