/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What dump and stream share: the view and the columns that the options ask for, and writing one
 * reading of them to stdout. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/table.h"
#include "out/out.h"
#include "out/prom.h"
#include "query/alert.h"
#include "query/view.h"

struct err;
struct group;
struct options;

enum { ROWS_MAX_COLUMNS = 256 };

struct rows {
	const struct out_ops *output;
	struct table *table;	      /* borrowed: what is written, the groups if there are any */
	struct group *group, *totals; /* of all groups; NULL: rows are not grouped */
	struct out_groups groups;     /* what the output is told of them */
	struct alert alert, until;
	struct view view;
	struct column columns[ROWS_MAX_COLUMNS];
	struct out_job job;
	struct prom_map prom; /* of metrics: what they keep from reading to reading */
	struct buf out;
};

void rows_release(struct rows *rows);
/* Filter, sort and columns of options against table. 0, or -EINVAL with a sentence and its column. */
int rows_init(struct rows *rows, struct table *table, const struct options *options,
	      const struct out_ops *output, bool is_stream, struct err *err);
/* They show, sort by or filter by what a table's first reading can't know. */
bool rows_look_back(const struct rows *rows);
/* What its columns are called, in a row. */
void rows_names(const struct rows *rows, struct buf *out);
/* After table_take of the map's own table: groups and view follow. 0 or -ENOMEM. */
int rows_refresh(struct rows *rows);
/* The same, and takes the reading into the metrics. */
int rows_take_metrics(struct rows *rows);
/* As rows_refresh, and writes the current reading of its table to stdout. As rows_flush; -EINTR comes without
 * a sentence. */
int rows_write(struct rows *rows, struct err *err);
/* Writes what is waiting in out. 0, -EPIPE, -EINTR when told to end and nobody takes it, or -errno. */
int rows_flush(void *unused, struct buf *out);
/* Makes a sentence of a code that rows_flush returned, or rows_write without one. */
void rows_tell_unwritten(int code, struct err *err);
