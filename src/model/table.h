/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the floors above see of a map: rows and columns, decoded on demand.
 *
 * A table keeps three snaps: previous and current, which are looked at, and next, which a cursor fills.
 * table_take() rotates them and computes the delta. Rows are numbered 0..table_n_rows: first those of
 * the current snap in kernel order, then the ghosts: rows that went within the last TABLE_GHOST_READINGS
 * readings (at most TABLE_MAX_GHOSTS, newest first), with their last values. For variable maps a row
 * is a variable. Row numbers, and every pointer handed out, are valid until the next table_take. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/calendar.h"
#include "model/churn.h"
#include "model/delta.h"
#include "model/format.h"
#include "model/hist.h"
#include "model/map.h"
#include "model/past.h"
#include "model/plan.h"
#include "model/returns.h"
#include "model/snap.h"
#include "model/val.h"

struct buf;
struct err;
struct smooth;
struct table_base;
struct table_turn;

enum { TABLE_GHOST_READINGS = 3, TABLE_NEW_READINGS = 3, TABLE_MAX_GHOSTS = 4096 };

/* What a column shows of its field, or of the row. A row a member in table_derive.c: name, what it
 * needs (counter field, per-CPU map, two readings), unit. */
enum derive {
	DERIVE_TOTAL, /* f, and f.sum: per-CPU copies summed */
	DERIVE_DELTA, /* f.delta: since the reading before */
	DERIVE_RATE,  /* f.rate: per second of measured time */
	DERIVE_SMOOTH, /* f.smooth: the rate's mean over a time, where rates are smoothed: see smooth.h */
	DERIVE_BASE, /* f.base: since the baseline */
	DERIVE_MAX,  /* f.max over CPUs */
	DERIVE_MIN,
	DERIVE_MEAN,
	DERIVE_SKEW, /* f.skew: max / mean over CPUs, by what happened since the reading before where
			  there is one, else by totals; unknown when all are 0 */
	DERIVE_MAXCPU, /* f.maxcpu: which CPU has the max */
	DERIVE_CPU,    /* f@3: one CPU's copy */
	DERIVE_SHARE,  /* f.share: of the total of all rows; of groups only */
	DERIVE_STATE,  /* of the row, no field: new, kept, changed, gone */
	DERIVE_AGE,    /* ns since first seen (a lower bound for rows there at the start) */
	DERIVE_IDLE,   /* ns since last changed */
	DERIVE_SEEN,   /* readings that it has been in, without a gap, up to this one */
	DERIVE_KEY,    /* whole key as shown, for `key ~ ...` and untyped maps */
	DERIVE_VALUE,  /* whole value as shown; of variable maps: the variable's value */
	N_DERIVES,
};

/* Small, copied freely; compare with column_equal. Borrowed pointers into the table's plan. */
struct column {
	enum derive derive;
	const struct field *field; /* NULL for columns of the row */
	uint32_t cpu;		   /* DERIVE_CPU */
	bool per_second; /* with DERIVE_CPU, MAX, MIN, MEAN, SKEW: of the rate instead of the total */
	const struct format *format; /* overrides the field's; NULL: the field's */
};

/* The readings in which a row was first seen and last changed: ms since epoch_ns, even. An odd stamp
 * says that it may have been there, or unchanged, for longer. */
struct row_stamps {
	uint32_t seen_ms, changed_ms;
};

struct table {
	struct map map;	  /* owned */
	struct plan plan; /* owned; plan.fields are what columns point to */
	struct lookups lookups;

	struct snap snaps[3];
	struct snap *current, *previous, *next;
	uint32_t *variable_keys; /* 0, 1, 2, ...: the keys of a variable map's rows; in plan.mem */
	struct delta delta;
	struct differences *differences; /* owned; of current and previous */
	struct churn churn;
	struct returns returns;
	struct hist trends;
	struct smooth *smooth; /* owned; NULL: rates are not smoothed */
	struct past past;      /* kept readings; none unless past.limit_bytes says so */

	struct pages stamps; /* struct row_stamps[n_rows], carried on by the links */
	uint32_t stamps_ms[TABLE_NEW_READINGS]; /* of the last readings, newest first */
	uint64_t epoch_ns;
	struct habit *habits;	  /* a field of the plan each; in plan.mem */
	struct calendar calendar; /* of the readings since it began */
	struct snap baseline;	  /* copy made by table_baseline; number 0: none */
	struct delta since_base;
	struct table_base *base; /* owned: a baseline that is being made; NULL: none */
	bool brings_base; /* who fills the table makes baseline and since_base anew with each reading */

	struct table_turn *turn; /* owned: a reading that is being taken; NULL: none */
	/* Room for what is made of it, had from the reading before the last: pages that are there cost
	 * nothing to get. */
	struct table_room {
		struct delta delta, since_base;
		struct pages stamps;
	} room;
	struct snap ghosts;			 /* rows that went, newest first */
	uint64_t ghost_number[TABLE_MAX_GHOSTS]; /* reading in which each was first missed */
	const double *share_of; /* totals that DERIVE_SHARE is of, a field each; NULL: no shares.
				   Borrowed from who fills the table */
	const bool
		*carries; /* a field each: whether carry_at says anything in some row; NULL: none.
				Borrowed, too */
	bool is_gone;	  /* the map itself went; the last reading stays */
	/* Lines that say why there is no reading, yet; NULL: it is being made. Borrowed
	 * from who makes the table. */
	const char *why_unread;
	/* Why the last reading could not begin, NULL: it could. Borrowed from who reads. */
	const char *why_lost;
};

/* Takes map and plan over (they are zeroed in the caller's hands). 0 or -ENOMEM. */
int table_init(struct table *table, struct map *map, struct plan *plan);
void table_release(struct table *table);

/* Remembers so many keys that went (RETURNS_KEYS unless told), RETURNS_LEAST to RETURNS_MOST, to see
 * whether they return; those remembered so far are forgotten. */
void table_remember(struct table *table, uint32_t n);

/* Takes the reading that was read into table->next: it becomes current, current becomes previous, and delta, ages,
 * ghosts and churn are brought up to date. A reading that ended before the current one (a tape went back) begins all
 * of these anew. 0 or -ENOMEM (then the old state stands). */
int table_take(struct table *table);
/* The same in slices of about n_rows rows: 1 while there is more to do; the old state stands, and `next`
 * stays as it is, until 0. -ENOMEM drops the reading. */
int table_take_some(struct table *table, size_t n_rows);
/* The same but for the last slice: 0 once that is next, which is short and can't fail. For who makes more of a reading
 * before it is seen; also of the reading of a map that went. */
int table_take_ahead(struct table *table, size_t n_rows);
/* How rows of `next` are linked to those of `current`; only between table_take_ahead's 0 and that slice. Borrowed. */
const struct delta *table_take_delta(const struct table *table);
/* Drops a reading that is being taken. */
void table_take_drop(struct table *table);

/* Cuts keys and values without a layout into words: see plan_words. Fields are new ones then: their habits and smoothed
 * rates begin anew, and the caller must make columns, queries and views of the table anew and clear its trends.
 * Readings stay. 0, or -ENOMEM with a sentence: then all is as it was. */
int table_set_words(struct table *table, unsigned width, struct err *err);

/* Remembers the current reading as the base of DERIVE_BASE. 0 or -ENOMEM. */
int table_baseline(struct table *table);
/* The same in slices: each table_baseline_step does about n_rows rows and returns 1 while there is more to do, 0 at the
 * end, or -ENOMEM, which drops the new baseline. Until the end the old baseline is in force and no reading is taken:
 * table_take_some does these slices first. */
int table_baseline_begin(struct table *table);
int table_baseline_step(struct table *table, size_t n_rows);
void table_baseline_drop(struct table *table);
/* How much of a baseline under way is done, 0 to 1; 1 when there is none. */
double table_baseline_progress(const struct table *table);

size_t table_n_rows(const struct table *table); /* ghosts included */
size_t table_n_live(const struct table *table); /* without ghosts; variables of a variable map */
/* How many entries the map has: the rows of the reading or, where it did not read all of them, what the kernel counted.
 * false: unknown. */
bool table_n_in_map(const struct table *table, uint64_t *n_ret);
size_t table_n_readings(const struct table *table); /* so far: the most that DERIVE_SEEN can be */
bool table_is_ghost(const struct table *table, size_t row);
enum row_state table_state(const struct table *table, size_t row);
bool table_is_recent(const struct table *table, size_t row); /* new within TABLE_NEW_READINGS */
/* Whether the row may have existed before it was first seen: its age is a lower bound then. */
bool table_was_there(const struct table *table, size_t row);
/* Whether the value is nothing but zero bytes, on all CPUs. */
bool table_is_zero(const struct table *table, size_t row);
/* Whether the row was in both readings and did not change in between. */
bool table_is_idle(const struct table *table, size_t row);

/* Raw bytes. The key of a variable map's row is its u32 number. */
const uint8_t *table_key(const struct table *table, size_t row, size_t *size_ret);
/* All CPUs; of a record no more than it has. */
const uint8_t *table_value(const struct table *table, size_t row, size_t *size_ret);
/* The same row's value in the previous reading, or NULL. */
const uint8_t *table_old_value(const struct table *table, size_t row);
/* Row of the current reading (ghosts too) with that key, or -1. One scan or better. */
ptrdiff_t table_find(const struct table *table, const uint8_t *key, size_t size);

/* -- columns -- */

/* The column a person names: "pkts", "pkts.rate", "pkts@3", "state", "key"; resolves fields with
 * plan_find. 0, or -EINVAL/-ENOENT with a sentence that offers near names. */
int table_column_named(const struct table *table, const char *name, size_t len,
		       struct column *column_ret, struct err *err);
/* The full unambiguous name: "pkts.rate". */
void table_column_name(const struct table *table, const struct column *column, struct buf *out);
/* Columns that a screen or CSV shows unasked, key first then value: leaves, hidden ones left out;
 * counters get their rate beside them when with_rates. returns how many there are; fills at most max. */
size_t table_default_columns(const struct table *table, bool with_rates, struct column *columns,
			     size_t max);
/* The columns of a list as -c takes it: "saddr,dport:dec,pkts.rate", each optionally with a format.
 * returns how many, or -EINVAL with the 1-based column of the fault; fills at most max. */
int table_columns_named(const struct table *table, const char *text, struct column *columns,
			size_t max, struct err *err);
/* Whether a field grows from reading to reading: not where rows are records, which are written once. */
bool table_counts(const struct table *table, const struct field *field);
/* Of a map of variables the one whose row that is. */
const struct field *table_variable(const struct table *table, size_t row);
bool column_equal(const struct column *a, const struct column *b);
bool column_is_left(const struct table *table, const struct column *column);
bool column_is_numeric(const struct column *column);
bool column_in_key(const struct column *column);
/* Unknown in a table's first reading: rates, differences, states. */
bool column_looks_back(const struct column *column);
bool column_is_time(const struct column *column);
/* Whether a sum over several rows means anything: not for moments, ages or skews. */
bool column_adds_up(const struct column *column);
/* Whether it shows by how much its field changed, and not a value of the field. */
bool column_is_difference(const struct column *column);
/* Whether a field of the layout says itself when an entry began ("first_seen"), so that its age is no news. */
bool plan_tells_age(const struct plan *plan);

/* The value to compare and sort by. Unknown where it can't be known. Borrowed text. */
struct val table_cell(const struct table *table, size_t row, const struct column *column);
/* The same as people read it, tamed; "-" when unknown. */
void table_text(const struct table *table, size_t row, const struct column *column,
		enum print_style style, struct buf *out);

/* A number made of values of that field, such as a sum over rows, or how fast it grows (then per second, which is not
 * said): short, in the unit that cells of the field have, "-" for NaN. field NULL: a plain number. */
void table_amount_text(const struct table *table, const struct field *field, double amount,
		       struct buf *out);

/* The exact texts of the fields of a key or value that aren't skipped (format_skip_leaves), one after the
 * other, tamed. Of a map whose rows are entries; a value of one CPU. */
void table_leaves(const struct table *table, size_t row, bool in_value, const bool *skips,
		  struct buf *out);

/* What a column's numbers are: VAL_UINT, VAL_INT (as int64 bits) or VAL_REAL (as double, NaN unknown);
 * VAL_UNKNOWN where it has none: it isn't numeric, the map is a variable map, or was never read; or where some
 * rows may have none, those of records. */
enum val_kind table_numbers_kind(const struct table *table, const struct column *column);
/* The numbers of n live rows from `first` on, of a column that has them: what table_cell says of each,
 * several times faster. A run of some KB at a time is best. */
void table_numbers(const struct table *table, const struct column *column, size_t first, size_t n,
		   uint64_t *out);
/* Adds up a field of the value over the rows from `first` to `end` of a reading, which needn't be one that is shown:
 * each row to sums[row % TABLE_SUMS], so that the parts in which it is done make no difference. Rows where it isn't known
 * add nothing. */
enum { TABLE_SUMS = 4 }; /* additions that don't wait for each other */
void table_add_up(const struct table *table, const struct snap *snap, const struct field *field,
		  size_t first, size_t end, double sums[TABLE_SUMS]);
/* The size of a column's values where they are no numbers but at most 8 bytes of raw data, as an address
 * is; 0: they aren't. */
size_t table_word_bytes(const struct table *table, const struct column *column);
/* Their val_word of n live rows from `first` on, several times faster than the cells. */
void table_words(const struct table *table, const struct column *column, size_t first, size_t n,
		 uint64_t *out);
/* The cells of n live rows from `first` on, of any column. */
void table_cells(const struct table *table, const struct column *column, size_t first, size_t n,
		 struct val *out);
