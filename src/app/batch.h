/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What dump and stream have under way, and how a reading of it is written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/metrics.h"
#include "app/rows.h"
#include "app/watch.h"

struct config;
struct err;

/* What is written of a map. */
struct written {
	struct rows rows;
	bool is_left_out; /* it can't stand in this output */
	bool waits;	  /* the reading in its table is to be written yet */
	bool was_tried;
	bool is_fresh; /* of metrics: read since they were written last */
};

struct batch {
	struct watch_set set;
	const struct out_ops *output;
	struct written **maps; /* owned; one a watch */
	size_t n_maps;
	struct buf names;      /* of the columns, where one line of them is for all */
	struct config *config; /* NULL: there is none to be had */
	struct metrics metrics;
	bool is_stream;
	bool marks;	/* rows have a place for an alert's mark */
	bool is_met;	/* a row matches what was waited for */
	bool has_begun; /* something was written */
	bool is_partly; /* a reading fell short, a map can't be read, a tape is damaged */
	bool is_warned;
};

/* The current reading of a map to stdout, or into the metrics. 0 or -errno, as rows_write. */
int batch_write(struct batch *batch, size_t i, struct err *err);
/* All metrics that were taken to stdout, as one document. */
int batch_write_metrics(struct batch *batch, struct err *err);
/* What ends the output, where something was written. */
int batch_end(struct batch *batch);

/* Of a pace whose ctx the batch is: metrics are written when it is time. */
int batch_settled(void *ctx, struct err *err);
int batch_turned(void *ctx, bool is_resting, uint64_t *wake_ns, struct err *err);
