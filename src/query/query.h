/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Filters: one expression language for -f, the filter prompt and alerts. lex → parse → check → eval.
 *
 * The grammar stands in query/manual.c, from where people read it, too. A word may be a field path, a derived column
 * ("pkts.rate", "pkts@3"), one of state, age, idle, seen, key and value, a number with its unit, or a value. Keywords
 * may be in upper or lower case. A bare word that names no column is searched for in key and value as CSV shows them,
 * with numbers in full; a numeric column alone means "not 0".
 *
 * A word that is compared with a column is one of the column's values if its format can read it, else the name of
 * another column. With a text column, where any word could be a value, the name of another text column comes first,
 * and quotes make a text of it.
 *
 * Logic has three values: what is unknown matches nothing, and neither does its negation; `and` is false
 * as soon as one side is, `or` true as soon as one side is. Numbers compare exactly, across signed,
 * unsigned, 128 bits and reals. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct query;
struct table;

enum { QUERY_MAX_BYTES = 4096, QUERY_MAX_NODES = 1024, QUERY_MAX_DEPTH = 64 };

/* Compiles text against the table's columns. The query is the caller's (query_free) and keeps borrowed
 * pointers into table->plan. Empty or blank text gives a query that matches all.
 * -EINVAL with err->column at the fault and what was expected; -ENOMEM. */
int query_compile(const char *text, const struct table *table, struct query **out, struct err *err);
void query_free(struct query *query);

/* Matches every row (ghosts too): bits[row / 64] bit row % 64. `bits` has room for table_n_rows bits,
 * rounded up to 8 bytes. Comparisons of numeric columns run a block of rows at a time. Unknown matches
 * nothing (neither does its negation by !=). 0 or -ENOMEM. */
int query_match(const struct query *query, const struct table *table, uint64_t *bits,
		size_t *n_ret);
/* The same for the rows [first, end) only, so that a long one can be done bit by bit: first is a multiple
 * of 64, end too or table_n_rows. NULL for the query matches all. */
int query_match_rows(const struct query *query, const struct table *table, size_t first, size_t end,
		     uint64_t *bits);
/* Reads a column that is unknown in a table's first reading. */
bool query_looks_back(const struct query *query);
bool query_match_row(const struct query *query, const struct table *table, size_t row);

/* Words that could stand at text[at], for completion: calls fn for each; returns how many. */
size_t query_complete(const char *text, size_t at, const struct table *table,
		      void (*fn)(void *ctx, const char *word, size_t replaces), void *ctx);
