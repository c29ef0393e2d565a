/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One column of one row, with its bytes in hand: of this reading, of the one before, of the baseline,
 * a copy for each CPU. What the derived columns are computed from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"

/* Bytes of a row in an earlier reading. */
struct cell_then {
	const uint8_t *at; /* NULL: the row wasn't there, or it isn't known whether it was */
	bool was_absent;   /* it is known that it wasn't: its counters began at 0 since */
};

struct cell {
	const struct table *table;
	size_t row;
	const struct field *field;   /* the column's, or the row's own variable; NULL: none */
	const struct format *format; /* the column's, else the field's */
	bool is_format_chosen;	     /* it is the column's */
	bool per_second;
	bool is_gauge;	      /* what it falls by is known too */
	uint32_t cpu, n_cpus; /* n_cpus: copies at `now`; 1 for keys */
	size_t cpu_stride;
	const uint8_t *now; /* start of the key or value; NULL: the field isn't this row's */
	struct cell_then was, base;
};

static inline const struct row_stamps *table_stamps(const struct table *table)
{
	return (const struct row_stamps *)table->stamps.at;
}

/* The moment that a stamp means, as of the reading that is looked at. */
static inline uint64_t table_stamp_ns(const struct table *table, uint32_t stamp)
{
	return table->epoch_ns + (stamp & ~1U) * 1000000ULL;
}

void cell_open(struct cell *cell, const struct table *table, size_t row,
	       const struct column *column);

/* What decode_val or the format make of a field: VAL_UINT, VAL_INT, VAL_REAL, ... for any bytes. */
enum val_kind cell_kind(const struct field *field, const struct format *format);

/* Copies of a quantity add up; copies of an identity are the same or not. */
static inline bool cell_is_quantity(const struct field *field, const struct format *format)
{
	return !field_is_container(field) &&
	       (field->format->sense == SENSE_QUANTITY || format->sense == SENSE_QUANTITY);
}

/* The one leaf that the key or the value consists of, or NULL. */
const struct field *cell_sole_leaf(const struct plan *plan, bool in_value);
/* The cell of another field in the same row. */
struct cell cell_of(const struct cell *cell, const struct field *field);

/* The row's value: quantities summed over the CPUs, identities where those that aren't zero agree. */
struct val cell_total(const struct cell *cell);
/* The copy that stands for all of them, or NULL where they differ. */
const uint8_t *cell_agreed(const struct cell *cell);

struct val cell_delta(const struct cell *cell); /* since the reading before */
struct val cell_since_base(const struct cell *cell);
struct val cell_rate(const struct cell *cell);

/* One CPU's copy; per_second: its rate. */
struct val cell_cpu(const struct cell *cell);

/* How a counter is spread over the CPUs. */
struct spread {
	struct val max, min;
	double mean;
	uint32_t max_cpu; /* the first of the largest */
};

/* By totals or, since_last, by what happened since the reading before. false: not known. */
bool cell_spread(const struct cell *cell, bool since_last, struct spread *out);
