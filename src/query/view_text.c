/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Filter and sort as people type them. What was shown is forgotten with them: a new order or another
 * set of rows applies at once, nothing of the old one is kept in place. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "query/lex.h"
#include "query/query.h"
#include "query/view.h"

static void forget_shown(struct view *view)
{
	view->forgets = true;
}

int view_filter(struct view *view, const struct table *table, const char *text, struct err *err)
{
	struct query *filter = NULL;
	SCOPED(buf) kept = {0};
	int r;

	buf_adds(&kept, text);
	if (kept.failed)
		return err_set(err, -ENOMEM, "out of memory for the filter");
	if (text[strspn(text, " \t\n\r")]) {
		r = query_compile(text, table, &filter, err);
		if (r < 0)
			return r;
	} else {
		buf_clear(&kept);
	}
	query_free(view->filter);
	view->filter = filter;
	struct buf was = view->filter_text;

	view->filter_text = kept;
	kept = was;
	view_revalue(view);
	forget_shown(view);
	return 0;
}

/* Amounts are looked at from the largest down, everything else from the start. */
bool view_descends_first(const struct column *column)
{
	return column_is_numeric(column) && !column_in_key(column);
}

static int read_key(const struct table *table, const char *text, size_t from, size_t to,
		    struct sort_key *out, struct err *err)
{
	char sign;
	int r;

	while (from < to && isspace((unsigned char)text[from]))
		from++;
	while (to > from && isspace((unsigned char)text[to - 1]))
		to--;
	sign = text[from];
	if (from < to && (sign == '-' || sign == '+'))
		from++;
	if (from == to)
		return err_at(err, lex_column(text, from), "expected the name of a column");
	r = table_column_named(table, text + from, to - from, &out->column, err);
	if (r < 0) {
		if (err)
			err->column = lex_column(
				text, from + (err->column > 0 ? (size_t)err->column - 1 : 0));
		return r;
	}
	out->is_descending = sign == '-' || (sign != '+' && view_descends_first(&out->column));
	return 0;
}

/* Into keys [VIEW_MAX_KEYS]; returns how many, or as view_sort. */
static int read_keys(const struct table *table, const char *text, struct sort_key *keys,
		     struct err *err)
{
	size_t from = 0, len = strlen(text);
	int n = 0, r;

	while (from <= len && text[strspn(text, " \t")]) {
		size_t to = from + strcspn(text + from, ",");

		if (n == VIEW_MAX_KEYS)
			return err_at(err, lex_column(text, from), "at most %d columns sort",
				      VIEW_MAX_KEYS);
		r = read_key(table, text, from, to, &keys[n], err);
		if (r < 0)
			return r;
		n++;
		from = to + 1;
	}
	return n;
}

int view_sort_check(const struct table *table, const char *text, struct err *err)
{
	struct sort_key keys[VIEW_MAX_KEYS];
	int n = read_keys(table, text, keys, err);

	return n < 0 ? n : 0;
}

int view_sort(struct view *view, const struct table *table, const char *text, struct err *err)
{
	struct sort_key keys[VIEW_MAX_KEYS];
	int n = read_keys(table, text, keys, err);

	if (n < 0)
		return n;
	memcpy(view->keys, keys, (size_t)n * sizeof(*keys));
	view->n_keys = (unsigned)n;
	forget_shown(view);
	return 0;
}

void view_sort_text(const struct view *view, const struct table *table, struct buf *out)
{
	for (unsigned i = 0; i < view->n_keys; i++) {
		const struct sort_key *key = &view->keys[i];

		if (i)
			buf_addc(out, ',');
		if (key->is_descending)
			buf_addc(out, '-');
		else if (view_descends_first(&key->column))
			buf_addc(out, '+');
		table_column_name(table, &key->column, out);
	}
}
