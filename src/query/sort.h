/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The order of rows, and a window of it without sorting the rest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"
#include "query/view.h"

/* A total order of a table's rows: by the keys, unknown last in both directions; then by the bytes of
 * the map's key (as a number where the key is one); then by row number. Valid until the next table_take
 * or table_numbers. */
struct sorter {
	struct table *table;
	const struct sort_key *keys;
	unsigned n_keys;
	const struct column_cache *numbers[VIEW_MAX_KEYS]; /* NULL: cell by cell */
	size_t n_cached;				   /* rows that they cover */
	const struct field *key_field; /* the one integer that the map's key is, or NULL */
};

/* A row and the number that mostly decides where it stands: a smaller rank stands before a larger one,
 * equal ranks need a closer look. */
struct ranked {
	uint64_t rank;
	uint32_t row;
};

/* Sets of rows as query_match gives them: bit row % 64 of bits[row / 64]. */
struct row_set {
	const uint64_t *bits;
	size_t n_rows;	  /* bits */
	size_t n_members; /* that are set */
};

/* The keys are borrowed. n_wanted: how many rows will be looked at; few don't make columns of all. */
void sorter_open(struct sorter *sorter, struct table *table, const struct sort_key *keys,
		 unsigned n_keys, size_t n_wanted);

struct ranked sorter_rank(const struct sorter *sorter, size_t row);
bool sorter_before(const struct sorter *sorter, const struct ranked *a, const struct ranked *b);
/* 64 ranks of the rows from 64 * word on, when the first key's numbers cover them; false: they don't. */
bool sorter_ranks(const struct sorter *sorter, size_t word, uint64_t ranks[64]);

/* How many members stand before row. */
size_t sorter_place(const struct sorter *sorter, const struct row_set *set, size_t row);

/* The members in places [from, to) of the order, sorted, into out[to - from]. to <= n_members.
 * 0 or -ENOMEM. */
int sort_window(const struct sorter *sorter, const struct row_set *set, size_t from, size_t to,
		uint32_t *out);
