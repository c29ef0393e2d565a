/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An alert speaks once, when the first rows match, and again only after a reading in which none did. */
#include "query/alert.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/table.h"
#include "query/query.h"

void alert_release(struct alert *alert)
{
	if (!alert)
		return;
	query_free(alert->query);
	buf_release(&alert->text);
	pages_release(&alert->bits);
	*alert = (struct alert){0};
}

int alert_set(struct alert *alert, const struct table *table, const char *text, struct err *err)
{
	struct query *query = NULL;
	int r = text[strspn(text, " \t\n\r")] ? query_compile(text, table, &query, err) : 0;

	if (r < 0)
		return r;
	alert_release(alert);
	alert->query = query;
	buf_adds(&alert->text, text);
	return alert->text.failed ? err_set(err, -ENOMEM, "out of memory for the alert") : 0;
}

int alert_begin(struct alert *alert, struct table *table)
{
	alert->is_open = alert->query != NULL;
	alert->next_row = alert->n_found = 0;
	return alert->is_open
		       ? pages_reserve(&alert->bits, table_n_rows(table) / 8 + sizeof(uint64_t))
		       : 0;
}

static size_t count_some(struct alert *alert, size_t first, size_t end)
{
	const uint64_t *bits = (const uint64_t *)alert->bits.at;
	size_t n = 0;

	for (size_t word = first / 64; word * 64 < end; word++) {
		if (bits[word] && !alert->n_found && !n)
			alert->first_row = word * 64 + (size_t)__builtin_ctzll(bits[word]);
		n += (size_t)__builtin_popcountll(bits[word]);
	}
	return n;
}

int alert_step(struct alert *alert, struct table *table, size_t n_rows)
{
	size_t n = table_n_rows(table), first = alert->next_row, n_before = alert->n_rows, end;
	int r;

	if (!alert->is_open)
		return 0;
	end = first + MIN_OF(n - first, MAX_OF(n_rows & ~(size_t)63, (size_t)64));
	r = query_match_rows(alert->query, table, first, end, (uint64_t *)alert->bits.at);
	if (r < 0) {
		alert->is_open = false;
		return r;
	}
	alert->n_found += count_some(alert, first, end);
	alert->next_row = end;
	if (end < n)
		return ALERT_MORE;
	alert->is_open = false;
	alert->n_rows = alert->n_found;
	return alert->n_rows && !n_before;
}

int alert_check(struct alert *alert, struct table *table)
{
	int r = alert_begin(alert, table);

	return r < 0 ? r : alert_step(alert, table, SIZE_MAX);
}

bool alert_marks(const struct alert *alert, const struct table *table, size_t row)
{
	return alert->query && query_match_row(alert->query, table, row);
}

void alert_words(const struct alert *alert, const struct table *table, struct buf *out)
{
	struct column key = {.derive = DERIVE_KEY};

	buf_addf(out, "%zu %s of '", alert->n_rows, num_noun(alert->n_rows, "row", "rows"));
	utf8_tame(out, table->map.name, strlen(table->map.name));
	buf_addf(out, "' %s ", num_noun(alert->n_rows, "matches", "match"));
	utf8_tame(out, buf_text(&alert->text), alert->text.len);
	buf_adds(out, num_noun(alert->n_rows, ": ", ", first "));
	if (alert->n_rows && alert->first_row < table_n_rows(table))
		table_text(table, alert->first_row, &key, PRINT_SHORT, out);
}
