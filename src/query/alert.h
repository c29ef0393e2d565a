/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For --alert and --until: a filter that hides no rows but tells when rows begin to match. */
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
	bool is_open;		  /* a check is under way */
	size_t next_row, n_found; /* of it: rows before are done with */
};

void alert_release(struct alert *alert);
/* As view_filter; "" sets none. */
int alert_set(struct alert *alert, const struct table *table, const char *text, struct err *err);
/* After a table_take of the table: counts the rows that match, those that went included. 1 when some do and none did
 * in the reading before, else 0; -ENOMEM. */
int alert_check(struct alert *alert, struct table *table);
/* The same in slices: alert_step returns ALERT_MORE while there is more to do. alert_begin drops a check that is under
 * way. */
enum { ALERT_MORE = 2 };
int alert_begin(struct alert *alert, struct table *table);
int alert_step(struct alert *alert, struct table *table, size_t n_rows);
/* Whether the row matches now. */
bool alert_marks(const struct alert *alert, const struct table *table, size_t row);
/* "3 rows of 'flows' match packets.rate > 1k, first ..." */
void alert_words(const struct alert *alert, const struct table *table, struct buf *out);
