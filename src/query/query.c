/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The public face: text in, sets of rows out. */
#include "query/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "query/match.h"
#include "query/parse.h"
#include "query/program.h"
#include "query/regex.h"

static int compile(const char *text, const struct table *table, struct query *query,
		   struct err *err)
{
	size_t len = strnlen(text, QUERY_MAX_BYTES + 1);
	struct node *node = NULL;
	int r;

	if (len > QUERY_MAX_BYTES)
		return err_at(err, QUERY_MAX_BYTES + 1, "a query has at most %d bytes",
			      QUERY_MAX_BYTES);
	text = arena_strndup(&query->mem, text, len);
	if (!text)
		return -ENOMEM;
	r = parse_query(text, len, &query->mem, &node, err);
	if (r || !node)
		return r;
	return check_query(text, node, table, query, err);
}

int query_compile(const char *text, const struct table *table, struct query **out, struct err *err)
{
	struct query *query = calloc(1, sizeof(*query));
	int r = query ? compile(text, table, query, err) : -ENOMEM;

	if (r) {
		query_free(query);
		return r == -ENOMEM ? err_set(err, r, "out of memory for the filter") : r;
	}
	*out = query;
	return 0;
}

void query_free(struct query *query)
{
	if (!query)
		return;
	for (struct owned_regex *owned = query->regexes; owned; owned = owned->next)
		regex_free(owned->regex);
	arena_release(&query->mem);
	free(query);
}

static void set_all(uint64_t *bits, size_t first, size_t end)
{
	memset(bits + first / 64, 0xff, (end - first) / 64 * sizeof(*bits));
	if ((end - first) % 64)
		bits[end / 64] = (UINT64_C(1) << (end - first) % 64) - 1;
}

int query_match_rows(const struct query *query, const struct table *table, size_t first, size_t end,
		     uint64_t *bits)
{
	struct eval eval;
	int r;

	set_all(bits, first, end);
	if (!query || !query->root || first == end)
		return 0;
	r = eval_init(&eval, query, table);
	r = r ? r : match_rows(&eval, query->root, bits, first, end);
	eval_release(&eval);
	return r;
}

int query_match(const struct query *query, const struct table *table, uint64_t *bits, size_t *n_ret)
{
	size_t n_rows = table_n_rows(table), n = 0;
	int r = query_match_rows(query, table, 0, n_rows, bits);

	for (size_t w = 0; w < (n_rows + 63) / 64; w++)
		n += (size_t)__builtin_popcountll(bits[w]);
	if (n_ret)
		*n_ret = n;
	return r;
}

bool query_looks_back(const struct query *query)
{
	for (unsigned i = 0; i < query->n_columns; i++)
		if (column_looks_back(&query->columns[i]))
			return true;
	return false;
}

bool query_match_row(const struct query *query, const struct table *table, size_t row)
{
	struct eval eval;
	bool is_match;

	if (!query->root)
		return true;
	is_match = eval_init(&eval, query, table) == 0 && eval_row(&eval, query->root, row) &&
		   !eval.failed;
	eval_release(&eval);
	return is_match;
}
