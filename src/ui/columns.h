/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Between the files that make the columns of a tab: which there are (columns.c), their texts and widths
 * (columns_text.c), which two are one (columns_join.c), where they stand (columns_fit.c). */
#pragma once

#include "ui/tab.h"

/* Which column is left out first where there is no room: the one of the highest rank. Of columns of one kind, and of the
 * key's fields after the first, each adds its place to this. */
enum rank {
	RANK_KEY = 0,
	RANK_SORTED = 5,
	RANK_BYTES = 6,
	RANK_RATE = 10,
	RANK_CPU = 12, /* what the per-CPU mode is about */
	RANK_TREND_BESIDE =
		15, /* two ends of the key in one column: it stays longer than the rest of the key */
	RANK_MORE_KEYS = 20,
	RANK_TREND = 30,
	RANK_HEAT = 32,
	RANK_TOTAL = 34,
	RANK_VALUE = 36,
	RANK_MORE_RATES = 40,
	RANK_MORE_VALUES = 50,
	RANK_MORE_TOTALS = 60,
	RANK_MORE_CPU = 70,
	RANK_CPUS = 80,
	RANK_EXTRA = 300, /* what only a wide terminal has room for */
	RANK_MAXCPU = RANK_EXTRA,
	RANK_SKEW,
	RANK_AGE, /* of arrays how long they are idle */
};

/* -- columns_text.c -- */

/* Makes every column as wide as its title, before any row was decoded. */
void tab_widths_begin(struct tab *tab);

/* -- columns_join.c -- */

/* The first two columns of the key that are ends of one thing, with the ports that belong to them. */
struct joint joint_find(const struct shown *shown, unsigned n);
/* Whether the tab's joint is of the same columns. */
bool joint_equal(const struct joint *joint, const struct shown *shown, const struct tab *tab);
/* Whether the column is one of its ends or ports. */
bool joint_has(const struct joint *joint, unsigned i);
/* What the titles of its ends need. */
int joint_title_columns(const struct tab *tab);
/* Measures the joint in the rows that are decoded: fills tab->joint.whole.needed and tab->joint.least.needed. */
void joint_measure(struct tab *tab);
