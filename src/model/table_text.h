/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the values of derived columns are written. Not tamed: table_text() does that. */
#pragma once

#include "model/table_cell.h"

struct buf;

typedef void cell_text_fn(const struct cell *cell, const struct val *val, enum print_style style,
			  struct buf *out);

cell_text_fn text_count;      /* in the field's own unit, or a measured number of it */
cell_text_fn text_difference; /* the same of what it changed by */
cell_text_fn text_level;      /* one of its values, or between them; per second: text_difference */
cell_text_fn text_total;      /* also of unknown values: "*" where the CPUs differ */
cell_text_fn text_cpu;	      /* one CPU's copy, as the field is written */
cell_text_fn text_ratio;      /* "2.3x" */
cell_text_fn text_share;      /* "4.5%" */
cell_text_fn text_number;     /* plain */
cell_text_fn text_word;
cell_text_fn text_age;	 /* ns */
cell_text_fn text_key;	 /* the whole key of the row */
cell_text_fn text_value; /* the whole value of the row */
