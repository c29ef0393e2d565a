/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows folded to one per value: `proto`, `saddr/24`, `bytes:log2`.
 *
 * Groups are a table of their own, with a plan, snaps and a delta like those of any map, so that all that
 * is above (views, columns, outputs, panes) works on them unchanged. A group's key is made of the values
 * that its rows share; its value is their number, `count`, and the sum of each counter, CPU by CPU.
 *
 * Sums are exact up to 79 bits, and unknown beyond. Of per-CPU maps they are modulo 2^64, as a row's own sum over its
 * CPUs is: a counter may be taken down on another CPU than it was taken up on.
 *
 * A group's rate is the sum of its rows' rates, also where rows came, went or moved to another group. To make it so, the
 * group's sum in the reading before is not what it was then, but what it is now less what happened to its present
 * rows since. A row whose rate is unknown adds nothing; where no row's is known, the group's is unknown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"

struct buf;
struct err;
struct group;

enum { GROUP_MAX_PARTS = 8, GROUP_MAX_SUMS = 31 };

/* Groups the rows of base that match the filter (NULL: all) by the list `by`:
 *   name            a field, or a word of the row like state
 *   name:format     the same, written in another way
 *   name/PREFIX     an address, by its first bits; IPv4 inside IPv6 has those of IPv4
 *   name:log2       a number, by powers of two      name:1000   by ranges so wide, with any unit
 * A blank list gives one group of all rows: the totals. base must outlive the group; its readings are
 * followed by group_take only, the one that it has now is too.
 * 0, -EINVAL with the 1-based column of the fault, -ENOMEM. */
int group_new(struct table *base, const char *by, const char *filter, struct group **out,
	      struct err *err);
/* The same faults in the list, without making a group. */
int group_check(struct table *base, const char *by, struct err *err);
/* Offers parts for such a list: calls fn for each one that makes sense for the table ("saddr", "saddr/24",
 * "bytes:log2"), in the order of the fields, with a clause that says what it is. Both texts are borrowed until fn
 * returns. returns how many there are. */
size_t group_offers(struct table *base, void (*fn)(void *ctx, const char *part, const char *about),
		    void *ctx);
void group_free(struct group *group);

/* The groups, a row each. Borrowed; stays where it is. */
struct table *group_table(struct group *group);
/* What was asked for. */
const char *group_by(const struct group *group);
const char *group_filter(const struct group *group); /* "" when there is none */

/* Whether it groups or filters by something that is unknown in a first reading. */
bool group_looks_back(const struct group *group);

/* After each table_take of base: folds the new reading. 0 or -ENOMEM (then the groups are as before). */
int group_take(struct group *group);

/* The same in slices of about n_rows rows: group_begin drops what is under way, group_step returns 1 while
 * there is more to do. In between base must not take a reading; when it got another baseline, or shows
 * another reading, the folding begins again. */
void group_begin(struct group *group);
int group_step(struct group *group, size_t n_rows);
/* How much of it is done, 0 to 1. */
double group_progress(const struct group *group);

/* `totals` is the table of one group of all rows, made with a blank list. *total_ret: its column that this column of
 * `groups` adds up to. false: there is none. */
bool group_total_of(const struct table *groups, const struct table *totals,
		    const struct column *column, struct column *total_ret);

/* Adds the filter that leaves only the rows of this group: `proto == 6 and saddr in 10.0.0.0/24`, with
 * group_filter before it. 0; -ENOENT where no filter says so (a value that is not known); -ENOMEM. */
int group_rows(const struct group *group, size_t row, struct buf *out);
