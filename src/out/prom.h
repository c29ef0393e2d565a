/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps as metrics for Prometheus, in its text format or in OpenMetrics. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out/prom_rows.h"

struct buf;

enum { PROM_MAX_SERIES = 1000, PROM_METHODS = 8 };

enum prom_status { PROM_COMPLETE, PROM_PARTIAL, PROM_FAILED, N_PROM_STATUSES };

struct prom_reads {
	const char *method;
	uint64_t n[N_PROM_STATUSES];
};

/* What is kept of a map from reading to reading. */
struct prom_map {
	const struct table *table; /* the map's own, also where its rows are grouped */
	char *labels;		   /* owned; map="flows",id="41" */
	struct prom_rows rows;
	struct prom_reads reads[PROM_METHODS]; /* by method; the last one takes what is too many */
	bool is_up;			       /* the last reading could be made */
};

void prom_map_release(struct prom_map *prom);
/* The table, of groups too, must outlive it. At most max_series series of its rows, the rest summed.
 * 0 or -ENOMEM. */
int prom_map_init(struct prom_map *prom, const struct table *table, const struct out_job *job,
		  size_t max_series);

/* After table_take of the table that it was made for. view: see prom_rows_take. 0 or -ENOMEM. */
int prom_map_take(struct prom_map *prom, struct table *table, struct view *view);
/* A reading could not be made: of the map only that is told, until one can. */
void prom_map_failed(struct prom_map *prom);

/* Adds all metrics of all maps: in Prometheus' text format, or in OpenMetrics. */
void prom_write(struct prom_map *const *maps, size_t n_maps, bool is_openmetrics, struct buf *out);
