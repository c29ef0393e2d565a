/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rates that follow more slowly, so that rows sorted by them stay where they are: the exponentially
 * weighted mean of a row's rates, with a time constant tau. A reading that is dt after the one before moves
 * it by the part 1 - exp(-dt / tau) of its distance to the rate, so it doesn't matter how often is read;
 * after tau without traffic 37 % of it is left, as of the kernel's load averages.
 *
 * The first known rate of a row is its mean, too. What is unknown in a reading (a counter that went down)
 * is unknown smoothed and begins anew: what was known may have been of another entry. Only fields that
 * somebody asks for are followed, at 8 bytes a row of the reading, twice while the next one is taken. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;
struct column;
struct err;
struct smooth;
struct table;

enum { SMOOTH_MAX_FIELDS = 8 }; /* of a table; any more are unknown */

/* Sets the time constant, 0: rates are not smoothed any more. What was known is forgotten. 0 or -ENOMEM. */
int smooth_set(struct table *table, uint64_t tau_ns);
/* 0: rates are not smoothed. */
uint64_t smooth_tau_ns(const struct table *table);
/* "10s", a plain number in seconds; "" and "off" are 0. From 0.1 s to an hour, or -EINVAL with a sentence. */
int smooth_read(const char *text, uint64_t *tau_ns_ret, struct err *err);

/* What rows are sorted by when a person sorts by the column: a rate smoothed, where rates are. */
struct column smooth_sorted(const struct table *table, const struct column *column);

/* For table_cell and table_numbers: the smoothed rate of the cell, or NaN; the same of a rate that is known
 * already. Asking is what makes a field followed. */
double smooth_cell(const struct cell *cell);
void smooth_rates(const struct table *table, const struct column *column, size_t first, size_t n,
		  double *rates);

/* For table_take: remembers the means of the current reading, which is about to be the one before, in slices of
 * about n_rows rows. 1: there are more; 0; -ENOMEM. Until smooth_commit the old ones stand. */
int smooth_step(struct table *table, size_t n_rows);
void smooth_commit(struct table *table);
void smooth_drop(struct table *table);	 /* what is under way */
void smooth_forget(struct table *table); /* all that is known */
void smooth_release(struct table *table);
