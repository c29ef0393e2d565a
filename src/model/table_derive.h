/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The derived columns, a row each. */
#pragma once

#include <stdbool.h>

#include "model/table.h"
#include "model/table_cell.h"

struct buf;

enum derive_of {
	OF_FIELD,    /* of any field */
	OF_COUNTER,  /* of an integer of the value */
	OF_SMOOTHED, /* the same, where rates are smoothed */
	OF_CPUS,     /* the same, of a per-CPU map */
	OF_SHARED,   /* of an integer of a value whose total is known */
	OF_ROW,	     /* of the row; no field */
};

struct derive_row {
	const char *name; /* "rate"; NULL: written in another way */
	const char *help; /* one clause */
	enum derive_of of;
	bool is_numeric, is_left;
	bool has_rate;	    /* may be asked for per second */
	bool adds_up;	    /* of several rows it is their sum, where the field is a quantity */
	bool looks_back;    /* unknown in the first reading */
	bool shows_unknown; /* print also has something to say of an unknown value */
	struct val (*val)(const struct cell *cell);
	void (*print)(const struct cell *cell, const struct val *val, enum print_style style,
		      struct buf *out);
};

extern const struct derive_row derive_rows[N_DERIVES];
