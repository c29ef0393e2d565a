/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rows of a map as Prometheus series: which rows have series of their own, under which labels, and what
 * the rest adds up to; kept from reading to reading. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "base/pages.h"
#include "model/table.h"

struct buf;
struct out_job;
struct view;

/* A column of numbers. */
struct prom_field {
	struct column column;
	char *name;		   /* owned; quoted as a label's value */
	bool adds_up;		   /* else only series of one row have it */
	bool is_counter;	   /* by its type, and it hasn't been seen to fall like a gauge */
	uint64_t n_rises, n_falls; /* changes of rows that stayed */
};

struct prom_columns {
	struct prom_field *fields; /* owned */
	size_t n_fields;
	struct column *labels; /* owned */
	char **label_names;    /* owned */
	size_t n_labels;
	uint8_t *mask; /* owned; the bytes of a key that its labels are made of */
};

/* Rows that share all labels: mostly one. */
struct prom_series {
	char *labels;	    /* owned; ,saddr="10.0.0.1",dport="443" */
	struct val *values; /* owned; [n_fields] */
	size_t n_rows;	    /* in this reading */
	bool is_sum;	    /* of several rows, now or before: counters add what happens */
};

struct prom_rows {
	struct prom_columns columns;
	size_t max_series;	    /* label sets */
	struct prom_series *series; /* owned; series[0] is the rest */
	uint64_t *hashes;	    /* owned; of their labels */
	size_t n_series, cap_series;
	struct index by_labels;

	size_t key_size;
	uint8_t *keys;	      /* owned; [n_keys × key_size] that have series */
	uint32_t *key_series; /* owned; [n_keys] */
	size_t n_keys, cap_keys;
	struct index by_key;
	struct pages row_series; /* scratch: u32[rows] */
	bool has_taken;		 /* a reading */
};

void prom_rows_release(struct prom_rows *rows);

/* Labels are the columns of the key among the job's, fields the numbers of the value; when none were chosen,
 * all of the key and every quantity. At most max_values series. 0 or -ENOMEM. */
int prom_rows_init(struct prom_rows *rows, const struct table *table, const struct out_job *job,
		   size_t max_values);
/* True for columns that can be a label or a field. */
bool prom_takes(const struct column *column);

/* Takes the table's current reading; view (refreshed with height 0) says which rows count, and by its keys
 * or else by the first field which come first. 0 or -ENOMEM. */
int prom_rows_take(struct prom_rows *rows, struct table *table, struct view *view);

void prom_columns_release(struct prom_columns *columns);
/* See prom_rows_init. */
int prom_columns_init(struct prom_columns *columns, const struct table *table,
		      const struct out_job *job);
/* The labels of a row, each behind a comma; the caller's, NULL when out of memory. */
char *prom_labels(const struct prom_columns *columns, const struct table *table, size_t row);

/* text as the value of a label, in its quotes. */
void prom_quote(struct buf *out, const char *text, size_t len);
