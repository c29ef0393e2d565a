/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A filter that hides nothing but says when rows begin to match: for --alert and --until. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/pages.h"

struct err;
struct query;
struct table;

struct alert {
	struct query *query; /* owned; NULL: none is set */
	struct buf text;
	size_t n_rows, first_row; /* that match in the last reading, and the first of them */
	struct pages bits;	  /* scratch */
};

void alert_release(struct alert *alert);
/* As view_filter; "" sets none. */
int alert_set(struct alert *alert, const struct table *table, const char *text, struct err *err);
/* After a table_take of the table: counts the rows that match, those that went included. 1: there are
 * some and there were none in the reading before; 0: else; -ENOMEM. */
int alert_check(struct alert *alert, struct table *table);
/* Does the row match, as of now? */
bool alert_marks(const struct alert *alert, const struct table *table, size_t row);
/* "3 rows of 'flows' match packets.rate > 1k, first ..." */
void alert_words(const struct alert *alert, const struct table *table, struct buf *out);
