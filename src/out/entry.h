/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries as JSON: the plan of a table compiled once more, into a flat program of writes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "out/leaf.h"

struct buf;
struct entry_op;
struct table;

/* Writes one key, value or variable. */
struct entry_program {
	struct entry_op *ops;
	uint32_t n_ops;
};

struct entry_writer {
	struct leaf_context context;
	enum leaf_style style;
	struct entry_program key, value;
	struct entry_program *variables; /* [plan.n_variables] of a variable map */
	struct arena mem;
};

void entry_writer_release(struct entry_writer *writer);

/* Compiles for the table's plan, which must outlive it. 0 or -ENOMEM. */
int entry_writer_init(struct entry_writer *writer, const struct table *table,
		      enum leaf_style style);

/* Adds  "key":K,"value":V  or  "key":K,"values":[{"cpu":0,"value":V},...]  of a row, without the
 * braces around them. */
void entry_write(struct entry_writer *writer, size_t row, struct buf *out);

/* The same of the entry behind a variable map's rows: one value, the section with each of its variables in
 * braces of its own, as bpftool writes it. */
void entry_write_section(struct entry_writer *writer, const char *section, struct buf *out);
