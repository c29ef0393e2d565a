/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One test over one row. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "query/program.h"

enum { EVAL_BLOCK_ROWS = 1024, EVAL_FEW_SLOTS = 4 };

/* What is known of one of the query's columns while it runs. */
struct eval_slot {
	enum val_kind kind;   /* of its numbers; VAL_UNKNOWN: cell by cell, */
	size_t word_bytes;    /* or as words: see table_words; 0: no */
	uint64_t *numbers;    /* owned [EVAL_BLOCK_ROWS]; NULL until needed */
	size_t first, n_rows; /* the rows that they are of now */
	size_t shown_row;     /* whose text is in `shown`; SIZE_MAX: none */
	struct buf shown;
};

/* Stays where it was begun. */
struct eval {
	const struct query *query;
	const struct table *table;
	struct eval_slot *slots; /* [query->n_columns]: `few`, or allocated */
	struct eval_slot few[EVAL_FEW_SLOTS];
	struct buf leaves; /* of one row, for a needle */
	bool failed;	   /* out of memory on the way; answers since then mean nothing */
};

/* 0 or -ENOMEM. */
int eval_init(struct eval *eval, const struct query *query, const struct table *table);
void eval_release(struct eval *eval);

/* Is the test known to be true of the row? */
bool eval_row(struct eval *eval, const struct test *test, size_t row);

/* The same of TEST_RANGES, when the value of its column is known already. */
bool eval_val(const struct test *test, const struct val *val);
