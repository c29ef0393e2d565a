/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a word means beside a column: the column's type and format decide. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/num.h"
#include "query/ranges.h"

struct arena;
struct column;
struct err;
struct table;

/* What can be compared with what: members of one domain with each other, and numbers with names. */
enum domain {
	DOMAIN_NUMBER,
	DOMAIN_TIME,   /* ns from one moment to another */
	DOMAIN_MOMENT, /* ns since boot */
	DOMAIN_DATE,   /* ns since 1970 */
	DOMAIN_NAMES,  /* numbers that are written as names: enums, protocols, flags, bools */
	DOMAIN_TEXT,
	DOMAIN_ADDRESS,
	DOMAIN_BYTES,
	DOMAIN_STATE, /* of a row, by name */
	DOMAIN_SHOWN, /* whole keys and values, structs, arrays: text as people read it */
	DOMAIN_NONE,  /* spin locks and the like: no value at all */
	N_DOMAINS,
};

/* What the column's values are, by its format and by what it derives from the field. */
enum domain domain_of(const struct table *table, const struct column *column);
bool domain_is_number(enum domain domain);
bool domain_is_moment(enum domain domain);
/* "a number", "an address" */
const char *domain_words(enum domain domain);

/* The values that text[0..len) stands for beside the column: one, or those of a network (10.0.0.0/8).
 * "5s ago" is a bound that moves (moving.h); of floats "nan", which has no place in any range, is one of itself. What they point to lives in mem. -EINVAL with what would fit,
 * -ERANGE, -ENOMEM. */
int literal_range(const struct table *table, const struct column *column, const char *text,
		  size_t len, struct arena *mem, struct range *out, struct err *err);

/* The text as it stands in what is shown of keys, values and their parts: tame. NULL: out of memory. */
const char *literal_shown(const char *text, size_t len, struct arena *mem);

/* The whole text as a number with an optional unit. 0, -EINVAL, -ERANGE. */
int literal_number(const char *text, size_t len, struct val *out, enum num_kind *kind);

/* What the column can be compared with, as a clause: "one like 10.0.0.1 or a network ...". */
void literal_hint(const struct table *table, const struct column *column, char *out, size_t size);

/* What a row can be, by name; NULL past the end. */
const char *literal_state(unsigned i);
