/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A format that readings are written in: a row each, exported as out_text, out_json, out_jsonl, ... */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert;
struct buf;
struct column;
struct err;
struct prom_map;
struct table;
struct view;

/* What to write, decided before the first row. */
struct out_job {
	const struct column
		*columns; /* text and csv; json writes whole entries unless is_selected */
	size_t n_columns;
	bool is_selected;	   /* -c was given */
	bool is_formatted;	   /* json: strings as the screen shows them */
	bool is_stream;		   /* at, state and rates belong in */
	bool is_joint;		   /* readings of several maps: each says of which map it is */
	bool is_continued;	   /* not the first reading of this output */
	bool takes_two;		   /* threads, where that is quicker */
	size_t limit;		   /* 0: all */
	const struct alert *alert; /* marks the rows that match; NULL: none */
	struct prom_map *prom;	   /* of metrics: what is kept from reading to reading; borrowed */
	const struct out_groups *groups; /* rows are groups; NULL: they are a map's own */
};

/* Of what the rows are groups. */
struct out_groups {
	const struct table *base;   /* the map's own rows */
	const struct table *totals; /* of all groups: one row, or none yet, with the columns of the
				       value at the same places of its plan. NULL: not wanted */
	const char *by, *filter;    /* what was asked for; "" */
	const char *shown;	    /* the filter of groups; "" */
};

/* Where what is written goes. It gathers in `text`; whenever that is more than 64 KiB, flush writes it elsewhere and
 * empties it, so that memory stays constant: 0 or -errno (-EPIPE). flush NULL: all of it stays. */
struct out_sink {
	struct buf *text;
	int (*flush)(void *ctx, struct buf *text);
	void *ctx;
};

struct out_ops {
	const char *name; /* "jsonl" */
	const char *help;
	bool is_document;    /* one a map: several can't stand behind each other */
	bool is_metrics;     /* one of all maps, written by prom_write, of what job.prom keeps */
	bool has_one_header; /* one line of names for all: maps must have the same columns */
	bool has_totals;     /* of groups */
	bool keys_suffice;   /* also of maps whose values can't be had */
	const char *
		why_whole; /* why it writes entries and all of them, not groups or columns; NULL: it can */
	/* Adds the text of one reading: view says which rows in what order (refreshed with height 0).
	 * 0, or -errno of its own or of the sink's flush. */
	int (*write)(struct table *table, struct view *view, const struct out_job *job,
		     const struct out_sink *sink);
	/* Between and around readings: e.g. '[' ',' ']' of a JSON array. May be NULL. */
	void (*begin)(const struct out_job *job, struct buf *out);
	void (*between)(const struct out_job *job, struct buf *out);
	void (*end)(const struct out_job *job, struct buf *out);
};

extern const struct out_ops out_text, out_json, out_jsonl, out_csv, out_prom, out_openmetrics,
	out_bpftool;

/* The row called that, or NULL; and rows in order for help, NULL past the end. */
const struct out_ops *out_named(const char *name);
const struct out_ops *out_at(unsigned i);

/* The table that facts of the map are taken from: entries, turnover. */
const struct table *out_base(const struct table *table, const struct out_job *job);
/* The column of the totals that the column of the groups adds up to; false: there is none. */
bool out_total_of(const struct table *table, const struct out_job *job, const struct column *column,
		  struct column *total_ret);
/* There are totals to write. */
bool out_has_totals(const struct out_job *job);

struct map;
struct plan;
struct json;
/* The "map" object of JSON outputs, and the layout; used by dump, list and info. */
void out_map_json(struct json *json, const struct map *map);
void out_plan_json(struct json *json, const struct plan *plan);
/* The "reading" object, with its name. */
void out_reading_json(struct json *json, const struct table *table);
/* The "churn" object of a stream's readings. */
void out_churn_json(struct json *json, const struct table *table);
struct out_layout {
	const struct map *map;
	const struct plan *plan;
};
/* The types of the maps' keys and values as C declarations, ready to compile, each once. */
void out_plans_c(const struct out_layout *layouts, size_t n, struct buf *out);
